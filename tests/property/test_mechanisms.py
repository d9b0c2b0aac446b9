"""Each further instrument: without effect it changes nothing to the bit, with it it does what it says on average."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from dpsim.experiments.replication import Replication, prepare, run_replication
from dpsim.params.faults import Origin
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case, Strategy

SEED, RUNS = 71, 8
REFERENCE = "current_arrangement"
Values = dict[str, float]
OFF: dict[str, Values] = {
    "training": {"detection": 0.0, "worth": 0.0, "staff_days_each": 0.0, "yuan_each": 0.0},
    "benchmark_demonstration": {"effect": 0.0, "staff_days_per_day": 0.0},
    "online_patrol": {"every_days": 30, "follow_up_days": 0.0},
    "grid_supervision": {"quality": 0.0, "staff_days_per_check": 0.0, "yuan_per_check": 0.0},
    "assessor_independence": {"share": 0.0, "yuan_per_day": 0.0},
    "publicity": {"jump": 0.0, "staff_days_each": 0.0, "yuan_each": 0.0},
    "enforcement_league": {"factor": 1.0, "petty_share": 0.0, "search_lost": 0.0},
    "simple_systems": {"pace": 1.0, "lost": 0.0},
    "third_party_subsidy": {"served_share": 0.0, "yuan_per_enterprise": 0.0},
}
"""Settings at which an instrument has no effect and no price."""


def with_settings(name: str, values: Values, **dates: dt.date) -> Strategy:
    """Return the shipped strategy of an instrument with other settings, whose ranges move along, and dates."""
    content = load_strategy(name).content()
    items = [dict(item) for item in content["instruments"]]
    mine = next(item for item in items if item["instrument"] == name)
    for key, value in values.items():
        mine[key] = {**mine[key], "value": value, "range": (value, value)}
    mine.update(dates)
    return Strategy.from_content({**content, "instruments": tuple(items)}, Origin(name))


def run_of(case: Case, strategy: Strategy, replication: int = 0) -> Replication:
    return run_replication(case, strategy, seed=SEED, replication=replication, trace=True)


def same(a: Replication, b: Replication) -> bool:
    return a.events.equals(b.events) and a.indicators.equals(b.indicators) and a.targets.equals(b.targets)


@pytest.fixture(scope="module")
def reference(linyi: Case) -> list[Replication]:
    return [run_of(linyi, load_strategy(REFERENCE), r) for r in range(RUNS)]


@pytest.mark.parametrize("name", sorted(OFF))
def test_without_effect_it_changes_nothing_to_the_bit(linyi: Case, reference: list[Replication], name: str) -> None:
    done = run_of(linyi, with_settings(name, OFF[name]))
    for frame in ("events", "indicators", "targets"):
        # checks that find nothing still are times between which workers' reports are added up: equal but for rounding
        exact = name != "grid_supervision" or frame != "events"
        assert_frame_equal(getattr(done, frame), getattr(reference[0], frame), check_exact=exact, obj=name)
    assert len(done.events) == len(reference[0].events) > 1000
    assert not same(run_of(linyi, load_strategy(name)), reference[0]), "the check must see the shipped settings"


def test_a_grid_on_trial_comes_to_its_counties_and_to_no_others(linyi: Case, reference: list[Replication]) -> None:
    """In 3 of 13 counties; the controls: in none it changes nothing, and in all it finds in every county."""
    free = {"staff_days_per_check": 0.0, "yuan_per_check": 0.0}

    def found(share: float) -> set[int]:
        run = run_of(linyi, with_settings("grid_supervision", {**free, "county_share": share}))
        events = run.events
        entities = events.loc[(events["kind"] == "found") & (events["channel"] == "grid"), "entity"]
        counties = prepare(linyi, load_strategy(REFERENCE)).population
        county = dict(zip(counties.entity.tolist(), counties.county.tolist(), strict=True))
        return {county[int(one)] for one in entities}

    assert found(0.25) == {0, 1, 2} and found(1.0) == set(range(13)) and found(0.03) == set()
    off = run_of(linyi, with_settings("grid_supervision", {**free, "county_share": 0.0}))
    assert same(off, reference[0])


def test_resident_experts_without_red_enterprises_change_nothing(linyi: Case) -> None:
    case = linyi.with_values({"hazards.red_share": 0.0, "hazards.red_share.range": [0.0, 0.2]})
    strategy = load_strategy("resident_experts")
    plain = run_of(case, load_strategy(REFERENCE))
    assert same(run_of(case, strategy), plain)
    assert not same(run_of(linyi, strategy), run_of(linyi, load_strategy(REFERENCE)))


@pytest.mark.parametrize("name", [*sorted(OFF), "resident_experts"])
def test_before_it_starts_nothing_is_different(linyi: Case, reference: list[Replication], name: str) -> None:
    """From 12 November on: the days before are those of the arrangement in force, the days after are not."""
    start, day = dt.date(2018, 11, 12), (dt.date(2018, 11, 12) - linyi.as_of).days - 1
    events, plain = run_of(linyi, with_settings(name, {}, start=start)).events, reference[0].events
    early, before = events[events["t"] < day], plain[plain["t"] < day]
    # steps of the closed loop of the last week are written when the week is over
    week = day - 7
    assert_frame_equal(early[early["t"] < week], before[before["t"] < week], check_exact=True, obj=name)
    assert not events.equals(plain)


def total(run: Replication, *names: str, view: str = "reported") -> float:
    """Return the city's indicators of these beginnings at the last day."""
    frame = run.indicators
    rows = frame[(frame["date"] == frame["date"].max()) & (frame["view"] == view)]
    return float(rows.loc[rows["indicator"].str.startswith(names), "value"].sum())


SIGNS: list[tuple[str, Values, tuple[str, ...], str, int]] = [
    ("training", {}, ("hazards_found:self_check",), "reported", 1),
    ("benchmark_demonstration", {"effect": 1.0}, ("online",), "reported", 1),
    ("resident_experts", {}, ("hazards_found:expert",), "reported", 1),
    ("online_patrol", {}, ("hazards_found:patrol",), "reported", 1),
    ("online_patrol", {"follow_up_days": 0.2}, ("visits",), "reported", -1),
    ("grid_supervision", {}, ("hazards_found:grid",), "reported", 1),
    ("grid_supervision", {}, ("hazards_found:spot_check",), "reported", -1),
    ("grid_supervision", {}, ("hazards_latent",), "true", -1),
    ("assessor_independence", {}, ("paper",), "true", -1),
    ("assessor_independence", {}, ("passed",), "reported", -1),
    ("publicity", {"jump": 0.3, "staff_days_each": 0.0}, ("hazards_found:self_check",), "reported", 1),
    ("enforcement_league", {}, ("penalties",), "reported", 1),
    ("enforcement_league", {"search_lost": 0.4}, ("hazards_found:spot_check",), "reported", -1),
    ("simple_systems", {"pace": 2.0, "lost": 0.0}, ("built",), "reported", 1),
    ("simple_systems", {"pace": 1.0, "lost": 0.5}, ("hazards_found:self_check",), "reported", -1),
    ("third_party_subsidy", {"served_share": 1.0, "burden": 0.0}, ("hazards_found:self_check",), "reported", 1),
    ("third_party_subsidy", {"served_share": 1.0, "burden": 1.0}, ("hazards_found:self_check",), "reported", -1),
]


@pytest.mark.long  # `make test` keeps that each does nothing at rest, to the bit, and its closed form
@pytest.mark.parametrize(("name", "values", "names", "view", "sign"), SIGNS)
def test_its_effect_has_its_sign(
    linyi: Case,
    reference: list[Replication],
    name: str,
    values: Values,
    names: tuple[str, ...],
    view: str,
    sign: int,
) -> None:
    """Paired runs: the mean difference lies more than four standard errors on its side."""
    strategy = with_settings(name, values)
    pairs = [total(run_of(linyi, strategy, r), *names, view=view) for r in range(RUNS)]
    change = sign * (np.array(pairs) - [total(run, *names, view=view) for run in reference])
    error = float(change.std(ddof=1)) / math.sqrt(RUNS)
    print(f"sign | {name} {names[0]} | {sign * change.mean():+.1f} se {error:.2f}")
    assert change.mean() > 4.0 * error and change.mean() > 0.0, f"{change.mean():.3g} with standard error {error:.3g}"
    other = np.array([total(run, *names, view=view) for run in reference])
    luck = np.roll(other, 1) - other
    assert not luck.mean() > 4.0 * float(luck.std(ddof=1)) / math.sqrt(RUNS), "luck alone would not pass"
