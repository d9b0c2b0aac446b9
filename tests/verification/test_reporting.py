"""Reports that are late or shaded: what is seen changes, what is done does not, but through what reacts to it (F9)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from dpsim.core.rates import relative_shortfall
from dpsim.core.words import STAGES, Kind
from dpsim.engines import compiled_engine, simpy_engine
from dpsim.engines.outcome import Outcome
from dpsim.engines.supervision import Supervision
from dpsim.engines.world import World, make_world
from dpsim.experiments.replication import Replication, prepare, run_replication, strategy_paths
from dpsim.measure.stages import last_told, stage_counts_over_time
from dpsim.model.state import stage_flags
from dpsim.params.faults import Origin
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case, Strategy
from scaled_case import scaled_case

SEED, RUNS, DELAY = 5, range(3), 9
NESTED = (("passed", "assessed"), ("assessed", "built"), ("online", "built"), ("online", "connected"))
LATE = {"reporting.delay_days": DELAY}
SHADED = {"reporting.shading": 0.7, "reporting.shading_days": 40}


@cache
def the_case(leave: bool = False) -> Case:
    """A list of 200 in 13 counties; with `leave` some leave it."""
    case = scaled_case("linyi-2018", 200)
    return case.with_values({"scenario.removals_per_year": 0.1}) if leave else case


@cache
def without_instruments() -> Strategy:
    content = load_strategy("no_meetings").content()
    return Strategy.from_content({**content, "strategy": "nothing", "instruments": ()}, Origin("nothing"))


def world_of(case: Case, strategy: Strategy, replication: int) -> World:
    setting = prepare(case, strategy)
    return make_world(setting, strategy_paths(setting, SEED, np.array([replication])), 0, seed=SEED)


def reports_of(case: Case, replication: int) -> tuple[World, Outcome, np.ndarray]:
    """Return a run under the arrangement in force, and what is done in each county at the end of each day."""
    world = world_of(case, load_strategy("current_arrangement"), replication)
    initial, counties = stage_flags(world.state.status), int(case.population.counties.value)
    outcome, times = compiled_engine.run(world), np.arange(world.timeline.days + 1.0)
    return world, outcome, stage_counts_over_time(initial, world.state.county, counties, outcome.events, times)


@cache
def frames(strategy: str, replication: int, *values: tuple[str, float]) -> Replication:
    chosen = without_instruments() if strategy == "nothing" else load_strategy(strategy)
    return run_replication(the_case().with_values(dict(values)), chosen, seed=SEED, replication=replication)


def stages(run: Replication, view: str) -> pd.DataFrame:
    """Return counts by date and county, one column per stage."""
    rows = run.indicators[(run.indicators["view"] == view) & run.indicators["indicator"].isin(STAGES)]
    return rows.pivot_table(index=["date", "county"], columns="indicator", values="value")[list(STAGES)]


def unreported(run: Replication) -> pd.DataFrame:
    """Return all that does not come from the counties' reports."""
    frame = run.indicators
    return frame[~((frame["view"] == "reported") & frame["indicator"].isin(("listed", *STAGES)))].reset_index(drop=True)


# ------------------------------------------------------------------------------------------------------ the laws
def test_late_reports_say_what_was_done_before() -> None:
    for r in RUNS:
        late, prompt = frames("nothing", r, *LATE.items()), frames("nothing", r)
        world = world_of(the_case(), without_instruments(), r)
        initial, county = stage_flags(world.state.status), world.state.county
        events = compiled_engine.run(world).events
        times = np.array([world.timeline.end_of(date) for date in world.timeline.weekly_dates])
        shown = stages(late, "reported").to_numpy().reshape(times.size, -1, len(STAGES))

        def done(delay: int) -> np.ndarray:
            return stage_counts_over_time(initial, county, 13, events, np.maximum(times - delay, 0.0))[:, :, 1:]  # noqa: B023

        assert np.array_equal(shown, done(DELAY)), f"replication {r}"
        assert not np.array_equal(shown, done(DELAY + 1)), "control: a delay one day longer"
        assert (stages(prompt, "reported").to_numpy() >= stages(late, "reported").to_numpy()).all()


def test_shading_leaves_what_is_done_as_it_is_where_nothing_reacts_to_it() -> None:
    hidden = moved = 0
    for r in RUNS:
        plain, false = frames("nothing", r), frames("nothing", r, *SHADED.items())
        pd.testing.assert_frame_equal(unreported(false), unreported(plain), check_exact=True)
        both = plain.targets.drop(columns="view"), false.targets.drop(columns="view")
        pd.testing.assert_frame_equal(*both, check_exact=True)
        assert set(plain.targets["view"]) == {"reported"} and set(false.targets["view"]) == {"done"}
        told, done = stages(false, "reported"), stages(plain, "reported")
        assert (told >= done).all(axis=None) and (told >= stages(false, "true")).all(axis=None)
        hidden += int((told - done).to_numpy().sum())
        seen = (frames("current_arrangement", r), frames("current_arrangement", r, *SHADED.items()))
        moved += not stages(seen[0], "true").equals(stages(seen[1], "true"))
    assert hidden > 100, "something is reported that is not done"
    assert moved > 0, "control: under a notice that ranks counties by their reports what is done moves"


def headline_only(case: Case) -> Case:
    """Return a case in which nothing else is due than its headline: of all enterprises, at the end of the year."""
    content = case.content()
    targets = content["targets"]
    due = tuple(target for target in targets["list"] if target["id"] == targets["headline"])
    return Case.from_content({**content, "published": (), "targets": {**targets, "list": due}}, Origin("headline"))


STRONG = {"attention.notice_effect": 0.3, "attention.notice_memory": 90, "attention.pass_on_share": 1.0}
"""A notice that works as strongly as the ranges of the case allow."""
OPEN = {"reporting.shading": 1.0, "reporting.shading_days": 90}


def mean_lag(counts: np.ndarray) -> float:
    """Return how far counties lie below the city in what is online, weighted by their lists: what a notice presses."""
    listed, online = counts[:, 0], counts[:, 1 + STAGES.index("online")]
    lags = [relative_shortfall(d, n, online.sum(), listed.sum()) for d, n in zip(online, listed, strict=True)]
    return float(np.average(lags, weights=listed))


def test_a_notice_presses_less_on_what_shaded_reports_hide() -> None:
    """With one target for all, a share s of each gap leaves (1 - s) (C - c) / (C + s (1 - C)) of a lag C - c.

    A county whose gap is too small for a whole enterprise shades nothing and lags more: the mean counts.
    """
    for r in RUNS:
        world, outcome, done = reports_of(headline_only(the_case()).with_values(OPEN), r)
        notices = outcome.events[outcome.events["kind"] == int(Kind.NOTICE)]
        mornings = [day for day in notices["t"].astype(int).tolist() if day > world.timeline.days - 60]
        assert mornings
        for day in mornings:
            shown, true = mean_lag(outcome.told[day + 1]), mean_lag(done[day])
            assert shown < 0.7 * true, f"replication {r}, day {day}"
            largest = notices["value"][notices["t"] == day].max()
            assert largest == largest_lag(outcome.told[day + 1]), "the notice goes by the reports"
            assert largest != largest_lag(done[day]), "control: a notice by what is done"


def largest_lag(counts: np.ndarray) -> float:
    listed, online = counts[:, 0], counts[:, 1 + STAGES.index("online")]
    return max(relative_shortfall(d, n, online.sum(), listed.sum()) for d, n in zip(online, listed, strict=True))


@pytest.mark.slow
def test_what_is_hidden_costs_completions() -> None:
    """Pairs of runs of the whole list, each with the same luck; a notice at the strong ends of its ranges."""
    case = headline_only(load_case("linyi-2018")).with_values(STRONG)
    column, less = 1 + STAGES.index("online"), []
    for r in range(40):
        ends = [reports_of(one, r)[2][-1, :, column].sum() for one in (case, case.with_values(OPEN))]
        less.append(int(ends[1] - ends[0]))
    z = np.mean(less) / (np.std(less, ddof=1) / np.sqrt(len(less)))
    assert z < -2.0 and -5.0 < np.mean(less) < 0.0, f"fewer are online, and not many: {np.mean(less)}, z {z}"


@pytest.mark.parametrize("values", [{"reporting.delay_days": 0}, {"reporting.shading_days": 60}])
def test_off_by_value_is_off_to_the_bit(values: dict[str, float]) -> None:
    plain, off = frames("current_arrangement", 0), frames("current_arrangement", 0, *values.items())
    pd.testing.assert_frame_equal(plain.indicators, off.indicators, check_exact=True)
    pd.testing.assert_frame_equal(plain.targets, off.targets, check_exact=True)


# ------------------------------------------------------------------------------------ what no report may say
def faults(told: np.ndarray, done: np.ndarray) -> list[str]:
    """Return what is wrong with reports by day, county and stage; a report may fall only as enterprises leave."""
    column = {stage: 1 + k for k, stage in enumerate(STAGES)}
    found = ["beyond the list"] if (told[:, :, 1:] > done[:, :, :1]).any() else []
    for later, earlier in NESTED:
        if (told[:, :, column[later]] > told[:, :, column[earlier]]).any():
            found.append("a later stage above an earlier one")
            break
    found += ["less than is done"] if (told < done).any() else []
    left = np.diff(done[:, :, :1], axis=0)
    found += ["reported has fallen"] if (np.diff(told, axis=0) < left).any() else []
    return found


def test_no_report_is_beyond_what_can_be() -> None:
    above = left = 0
    for r in RUNS:
        _, outcome, done = reports_of(the_case(leave=True).with_values(SHADED), r)
        told = last_told(done, outcome.told)
        assert faults(told, done) == [], f"replication {r}"
        above, left = above + int((told - done).sum()), left + int(done[0, :, 0].sum() - done[-1, :, 0].sum())
    assert above > 0 and left > 0


def test_a_spoilt_report_is_noticed() -> None:
    world, outcome, done = reports_of(the_case().with_values(SHADED), 0)
    told, online = last_told(done, outcome.told), 1 + STAGES.index("online")
    last = world.timeline.day(pd.Timestamp("2018-12-31").date()) + 1
    twice = done.copy()
    twice[last:, :, 1:4] += 2 * (done[last:, :, :1] - done[last:, :, 3:4])
    assert "beyond the list" in faults(np.maximum(told, twice), done), "the gap counted twice"
    alone = done.copy()
    alone[last:, :, online] = done[last:, :, 0]
    assert faults(alone, done) == ["a later stage above an earlier one"], "only the target's stage is shaded"
    dropped = told.copy()
    dropped[100:] = done[100:]
    assert faults(dropped, done) == ["reported has fallen"], "the shaded part is taken back"
    assert "less than is done" in faults(np.minimum(told, done[0]), done)
    assert faults(told, done) == []


# --------------------------------------------------------------------------------------------------- the engines
class MorningLate(Supervision):
    """Counties report on a morning what they should have reported on the day before."""

    def know(self, day: int, *, ledger: bool):  # type: ignore[no-untyped-def]  # noqa: ANN201
        return super().know(max(-1, day - 1), ledger=ledger)


@pytest.mark.parametrize("values", [LATE, SHADED, LATE | SHADED])
def test_both_engines_make_the_same_reports(values: dict[str, float]) -> None:
    case, strategy = the_case(leave=True).with_values(values), load_strategy("current_arrangement")
    for r in RUNS[:2]:
        fast = compiled_engine.run(world_of(case, strategy, r))
        slow = simpy_engine.run(world_of(case, strategy, r))
        for name in ("events", "told", "spent"):
            assert getattr(fast, name).tobytes() == getattr(slow, name).tobytes(), f"{name}, replication {r}"
    engine = simpy_engine.SimpyRun(world_of(case, strategy, 0))
    engine.supervision = MorningLate(engine.world)
    engine.reported = engine.supervision.know(-1, ledger=True)
    late = engine.run()
    fast = compiled_engine.run(world_of(case, strategy, 0))
    assert late.told.tobytes() != fast.told.tobytes(), "control: reports a day early in one engine"
