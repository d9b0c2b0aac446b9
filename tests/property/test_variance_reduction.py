"""Keyed draws make small changes visible: what pairing saves on a list of 300 enterprises (methods 2.1)."""

from __future__ import annotations

import numpy as np
import pytest
from property_runs import forced

from dpsim.core.streams import Stream, uniforms
from dpsim.experiments.ensemble import run_ensemble
from dpsim.model.paths import Pace
from dpsim.model.prior import case_timeline, draw_paths
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case, Strategy

RUNS, COUNTIES, SEED = 40, 3, 5
TIERS = ("provincial", "municipal", "county")
STAGES = ("built", "online", "passed", "building", "connected", "assessed")


@pytest.fixture(scope="module")
def reference(linyi: Case) -> Case:
    """The case with 300 enterprises in 3 counties."""
    share = 300 / linyi.population.enterprises.value
    values: dict[str, float] = {"population.enterprises": 300, "population.counties": COUNTIES}
    for tier in TIERS:
        key = f"benchmark_{tier}"
        values[f"population.tiers.{key}"] = round(getattr(linyi.population.tiers, key).value * share)
    values |= {f"state.{stage}": round(getattr(linyi.state, stage).value * share) for stage in STAGES}
    return forced(linyi.model_copy(update={"published": ()}), values)


def place_of(strategy: Strategy, instrument: str) -> str:
    return f"instruments.{[lever.instrument for lever in strategy.instruments].index(instrument)}"


def one_more_visit_a_week(case: Case) -> Strategy:
    plan = load_strategy("current_arrangement")
    at = place_of(plan, "campaign")
    cost = case.staff.staff_per_visit.value / case.staff.visits_per_team_day.value
    more = cost / 5.0 / (case.staff.inspectors_per_county.value * COUNTIES)
    return plan.with_values({f"{at}.borrowed": plan.quantities()[f"{at}.borrowed"].value + more})


def five_percent_assisted(case: Case) -> Strategy:
    """15 advisory visits over the working days to the year end."""
    plan = load_strategy("assistance")
    days = 15 * case.staff.advice_days.value / (case_timeline(case).mornings.size * COUNTIES)
    return plan.with_values({f"{place_of(plan, 'assistance')}.staff_days_per_county": days})


def online(case: Case, strategy: Strategy, pace: Pace | None) -> tuple[np.ndarray, dict[str, float]]:
    paths = None
    if pace is not None:
        numbers = np.arange(RUNS)
        paths = draw_paths(case, case_timeline(case), seed=SEED, replications=numbers, pace=pace)
    frame = run_ensemble(case, strategy, replications=RUNS, seed=SEED, workers=1, paths=paths).indicators
    frame = frame[(frame["date"] == frame["date"].max()) & (frame["view"] == "reported")]
    mean = frame[frame["indicator"].isin(["visits", "advised"])].groupby("indicator")["value"].sum() / RUNS
    done = frame[frame["indicator"] == "online"].groupby("replication")["value"].sum()
    return done.to_numpy() / 300.0, mean.to_dict()


def reduction(a: np.ndarray, b: np.ndarray) -> float:
    return float((a.var(ddof=1) + b.var(ddof=1)) / (a - b).var(ddof=1))


@pytest.mark.parametrize("pace", [None, Pace.CONSTANT])
def test_pairing_saves_what_the_plan_asks_for(reference: Case, pace: Pace | None) -> None:
    """Over the case's paths, and with the pace held constant, where only the enterprises' own luck is left."""
    base, usual = online(reference, load_strategy("current_arrangement"), pace)
    more, visits = online(reference, one_more_visit_a_week(reference), pace)
    some, advised = online(reference, five_percent_assisted(reference), pace)
    weeks = case_timeline(reference).days / 7.0
    assert 0.8 * weeks < visits["visits"] - usual["visits"] < 1.2 * weeks, "one more visit a week"
    assert 8 <= advised["advised"] <= 15 and usual["advised"] == 0, "5% of 300 are assisted, fewer once all are online"
    saved = {"one more visit a week": reduction(more, base), "5% assisted": reduction(some, base)}
    print(f"variance reduction of the paired online share, pace {pace}: {saved}")
    assert saved["one more visit a week"] >= 15, saved
    assert saved["5% assisted"] >= 30, saved
    shuffled = np.argsort(uniforms(SEED, 0, np.arange(RUNS, dtype=np.uint32), int(Stream.TEST), 0))
    assert reduction(more[shuffled], base) < 5, "with other partners nothing is saved"
