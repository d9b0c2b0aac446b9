"""The simulated enterprises and the direct count paths tell the same story for the same paths.

Two pieces of code walk the same path law: the reference engine moves 1748 enterprises, the count paths move seven
numbers per group. Row by row of one path set their counts are compared, so all luck of the path cancels.

Where they must agree to chance: no enterprise relies on an agency, and enterprises do not differ in pace. Where the
case stands as it is the simulation lags a little, because the quick go first and some wait for a hand-over: over
300 paths by 8 enterprises (0.5% of the list) at most, in October, and by 5 built, 6 connected, 2 online at the
deadline. That is inside the 1% allowed here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from property_runs import forced

from dpsim.experiments.ensemble import run_ensemble
from dpsim.forecast.count_paths import count_paths, stage_total
from dpsim.model.paths import Pace
from dpsim.model.prior import PathSet, case_timeline, draw_paths
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case

ROWS, SEED, DIRECT_SEED = 60, 5, 5
STAGES = ("built", "connected", "online")
DATES = (dt.date(2018, 10, 8), dt.date(2018, 11, 12), dt.date(2018, 12, 31))
DEADLINE = DATES[-1]
ALIKE = {"agencies.user_share": 0.0, "adoption.frailty_shape": 1e6}
"""Nobody waits for an agency, and nobody is quicker than another: what the count paths leave out is gone."""

Counts = dict[tuple[dt.date, str], np.ndarray]


@dataclass(frozen=True)
class Both:
    """A case, its paths, and the simulated counts by date and stage, each of shape (ROWS,)."""

    case: Case
    paths: PathSet
    simulated: Counts


def simulate(case: Case) -> Both:
    timeline = case_timeline(case)
    assert set(DATES) <= set(timeline.weekly_dates)
    paths = draw_paths(case, timeline, seed=SEED, replications=np.arange(ROWS))
    ensemble = run_ensemble(
        forced(case, {"hazards.arising.general": 0.5}),  # the pace does not hang on how many there are
        load_strategy("current_arrangement"),
        replications=ROWS,
        seed=SEED,
        paths=paths,
        by=("city",),
        workers=1,
    )
    assert ensemble.failures.empty
    frame = ensemble.indicators[ensemble.indicators["view"] == "reported"]
    by_cell = frame.groupby(["date", "indicator", "replication"])["value"].sum()
    return Both(case, paths, {(d, s): by_cell[pd.Timestamp(d), s].to_numpy() for d in DATES for s in STAGES})


def direct(case: Case, paths: PathSet, seed: int = DIRECT_SEED) -> Counts:
    timeline = case_timeline(case)
    times = {date: timeline.end_of(date) for date in DATES}
    states, steps = count_paths(case, paths, seed=seed, times=list(times.values()))
    return {(d, s): stage_total(states[:, steps.at(t)], s, "all") for d, t in times.items() for s in STAGES}


@pytest.fixture(scope="module")
def alike(linyi: Case) -> Both:
    return simulate(forced(linyi, ALIKE))


@pytest.fixture(scope="module")
def as_it_is(linyi: Case) -> Both:
    lowest, highest = linyi.agencies.user_share.low, linyi.agencies.headroom.high
    return simulate(linyi.with_values({"agencies.user_share": lowest, "agencies.headroom": highest}))


def standard_errors(simulated: np.ndarray, counted: np.ndarray) -> float:
    """Return the mean paired difference in its standard errors."""
    difference = simulated - counted
    return float(difference.mean() / (difference.std(ddof=1) / np.sqrt(difference.size)))


def beyond_chance(simulated: Counts, counted: Counts) -> list[tuple[dt.date, str]]:
    """Return where the mean difference is more than 4 standard errors."""
    return [key for key in simulated if abs(standard_errors(simulated[key], counted[key])) > 4.0]


def beyond_one_percent(simulated: Counts, counted: Counts, total: float) -> list[tuple[dt.date, str]]:
    """Return where the mean difference is 1% of the list or more."""
    return [key for key in simulated if abs((simulated[key] - counted[key]).mean()) >= 0.01 * total]


def quantiles_apart(simulated: Counts, counted: Counts, total: float) -> list[tuple[dt.date, str]]:
    """Return where a decile or the median over the paths differs by more than 3% of the list."""
    levels = (0.1, 0.5, 0.9)
    return [
        key
        for key in simulated
        if np.abs(np.quantile(simulated[key], levels) - np.quantile(counted[key], levels)).max() > 0.03 * total
    ]


def paths_apart(simulated: Counts, counted: Counts, total: float) -> list[tuple[dt.date, str]]:
    """Return where a single path differs by 6% of the list or more (chance alone: about 3% in 60 paths)."""
    return [key for key in simulated if np.abs(simulated[key] - counted[key]).max() >= 0.06 * total]


def total_of(both: Both) -> float:
    return float(both.case.population.enterprises.value)


def test_without_queues_and_differences_they_agree_to_chance(alike: Both) -> None:
    counted = direct(alike.case, alike.paths)
    assert beyond_chance(alike.simulated, counted) == []
    assert beyond_one_percent(alike.simulated, counted, total_of(alike)) == []
    assert quantiles_apart(alike.simulated, counted, total_of(alike)) == []


def test_as_the_case_stands_they_agree_to_one_percent(as_it_is: Both) -> None:
    counted = direct(as_it_is.case, as_it_is.paths)
    at_deadline = {key for key in as_it_is.simulated if key[0] == DEADLINE}
    assert not at_deadline & set(beyond_chance(as_it_is.simulated, counted))
    assert beyond_one_percent(as_it_is.simulated, counted, total_of(as_it_is)) == []
    assert quantiles_apart(as_it_is.simulated, counted, total_of(as_it_is)) == []


def test_the_simulation_never_leads_where_the_quick_go_first(as_it_is: Both) -> None:
    """What the count paths leave out can only slow the simulation: no mean lead beyond chance."""
    counted = direct(as_it_is.case, as_it_is.paths)
    assert all(standard_errors(as_it_is.simulated[key], counted[key]) < 4.0 for key in counted)


def test_they_agree_path_by_path(alike: Both) -> None:
    """Not only on average: the luck of the path explains nearly all of the spread."""
    counted = direct(alike.case, alike.paths)
    for key, simulated in alike.simulated.items():
        assert np.corrcoef(simulated, counted[key])[0, 1] > 0.97, key
    assert paths_apart(alike.simulated, counted, total_of(alike)) == []


WRONG = {
    "settling for spreading": lambda paths: replace(paths, pace=np.full_like(paths.pace, int(Pace.SETTLE))),
    "spreading for settling": lambda paths: replace(paths, pace=np.full_like(paths.pace, int(Pace.SPREAD))),
    "no closure": lambda paths: replace(paths, closes=np.zeros_like(paths.closes)),
    "no slow paths": lambda paths: replace(paths, shock=np.abs(paths.shock)),
    "no rush": lambda paths: replace(paths, rush_factor=np.full_like(paths.rush_factor, 1.0)),
    "another start": lambda paths: replace(paths, start=np.zeros_like(paths.start)),
}


@pytest.mark.parametrize("name", WRONG)
def test_another_path_is_noticed(alike: Both, name: str) -> None:
    """On average, or where only some paths change (closure, rush) on those."""
    counted = direct(alike.case, WRONG[name](alike.paths))
    noticed = beyond_chance(alike.simulated, counted) + paths_apart(alike.simulated, counted, total_of(alike))
    assert noticed, f"{name} passes unnoticed"
    if name not in ("no closure", "no rush"):
        assert beyond_chance(alike.simulated, counted), f"{name} does not move the mean"


def test_another_order_of_the_paths_is_noticed(alike: Both) -> None:
    """The comparison is by path: the same counts in another order keep the mean and lose the correlation."""
    counted = direct(alike.case, alike.paths)
    key = (DEADLINE, "online")
    assert abs(np.corrcoef(alike.simulated[key], np.roll(counted[key], 1))[0, 1]) < 0.9
