"""One run of a world and what is measured of it: what travels between processes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.core.words import GROUPS, STAGES
from dpsim.engines.log import merged_log
from dpsim.engines.outcome import Outcome
from dpsim.engines.world import Setting, World, county_names, make_world
from dpsim.experiments.reported import reported_counts
from dpsim.measure.hazards import hazard_values
from dpsim.measure.indicators import indicator_labels, indicator_values, weekly_mean
from dpsim.measure.stages import stage_counts_over_time
from dpsim.measure.substance import substance_values
from dpsim.model.prior import PathSet
from dpsim.model.state import stage_flags
from dpsim.model.table_paths import TablePaths
from dpsim.model.targets import resolve_targets


@dataclass(frozen=True)
class Measured:
    """One run's results as arrays: what travels between processes.

    Attributes
    ----------
    replication : int
    values : numpy.ndarray
        In the order of `indicator_labels`.
    targets : list of dict
        Rows of the targets frame.
    events : numpy.ndarray
        The log, or nothing.
    counties : numpy.ndarray
        Shape (counties, 3): listed, built and of these on paper only, at the last day; no rows where
        paper systems are not simulated.
    """

    replication: int
    values: npt.NDArray[np.float64]
    targets: list[dict[str, object]]
    events: npt.NDArray[np.void]
    counties: npt.NDArray[np.int64]


def run_one(
    setting: Setting, paths: PathSet | TablePaths, row: int, *, seed: int, trace: bool, by: tuple[str, ...]
) -> Measured:
    """Run row `row` of a path set and measure it."""
    world = make_world(setting, paths, row, seed=seed)
    initial = stage_flags(world.state.status)
    timeline = setting.timeline
    dates = timeline.weekly_dates
    times = np.array([timeline.end_of(date) for date in dates])
    cell, groups = group_cells(setting, by)
    if world.hazards is not None:
        world.hazards.store.count(times, cell, len(groups), trace=trace)
    outcome = run_world(world)
    counts = reported_counts(setting, outcome, initial, cell, len(groups), times)
    days = np.array([timeline.day(date) for date in dates[1:]])  # organisations begin to act after the as-of date
    utilisation = weekly_mean(outcome.busy / np.maximum(outcome.servers, 1), days)
    spent = np.cumsum(outcome.spent, axis=0)[days]
    parts: list[npt.NDArray[np.float64]] = [counts.astype(np.float64)]
    duties, ledger, counties = np.zeros((days.size, 0)), None, np.zeros((0, 3), dtype=np.int64)
    if outcome.hazards is not None:
        hazards, book = outcome.hazards, outcome.hazards.store.book
        ledger = hazards.store.ledger
        parts.append(substance_values(initial, hazards.paper, outcome.events, book.revealed, cell, len(groups), times))
        parts.append(hazard_values(book.tally, hazards.stock, cell))
        duties = np.cumsum(hazards.duties, axis=0)[days]
        counties = county_counts(setting, initial, hazards.paper, outcome.events, book.revealed)
    counted = np.concatenate(parts, axis=2)
    events = outcome.events if ledger is None or not trace else merged_log(outcome.events, ledger, world.state.entity)
    return Measured(
        replication=world.replication,
        values=indicator_values(counted, outcome.queue[days], utilisation, spent, duties),
        targets=target_rows(setting, initial, outcome.events, world.replication),
        events=events if trace else events[:0],
        counties=counties,
    )


def run_world(world: World) -> Outcome:
    """Let the engine of its setting run a world to the end."""
    if world.setting.engine == "simpy":
        from dpsim.engines.simpy_engine import run
    else:
        from dpsim.engines.compiled_engine import run
    return run(world)


def county_counts(
    setting: Setting,
    initial: npt.NDArray[np.bool_],
    paper: npt.NDArray[np.int64],
    events: npt.NDArray[np.void],
    revealed: npt.NDArray[np.float64],
) -> npt.NDArray[np.int64]:
    """Return what a county is appraised on: listed, built and paper ones at the last day, shape (counties, 3)."""
    county = setting.population.county
    counties = int(setting.case.population.counties.value)
    end = np.array([setting.timeline.end_of(setting.timeline.end)])
    stages = stage_counts_over_time(initial, county, counties, events, end)[0]
    sham = substance_values(initial, paper, events, revealed, county, counties, end)[0, :, -1]
    return np.column_stack([stages[:, 0], stages[:, 1 + STAGES.index("built")], sham.astype(np.int64)])


def labels_of(setting: Setting, by: tuple[str, ...]) -> pd.DataFrame:
    """Return the labels of every run of an experiment."""
    organisations = [f"agency_{name}" for name in setting.population.sector_names] + ["assessors"]
    dates, groups = setting.timeline.weekly_dates, group_cells(setting, by)[1]
    return indicator_labels(dates, groups, organisations, with_hazards=setting.with_hazards)


@lru_cache(maxsize=8)
def group_cells(setting: Setting, by: tuple[str, ...]) -> tuple[npt.NDArray[np.int64], pd.DataFrame]:
    """Return the cell of each enterprise and the names of the cells (counties of a synthesised split: numbers)."""
    population = setting.population
    words = {
        "city": np.full(population.entity.size, "city"),
        "county": np.array(county_names(setting.case))[population.county],
        "sector": np.array(population.sector_names)[population.sector],
        "tier": np.array(population.tier_names)[population.tier],
        "group": np.array(GROUPS)[population.group],
    }
    table = pd.DataFrame({name: words[name] for name in by})
    keys, cell = np.unique(np.array(["\x1f".join(row) for row in table.to_numpy()]), return_inverse=True)
    return cell.astype(np.int64), pd.DataFrame([key.split("\x1f") for key in keys], columns=list(by))


def target_rows(
    setting: Setting, initial: npt.NDArray[np.bool_], events: npt.NDArray[np.void], replication: int
) -> list[dict[str, object]]:
    """Return what one replication attained, target by target, at the end of each deadline's day.

    A removed enterprise leaves the numerator and, when everybody is asked for, the denominator too. Targets are held
    against what is done, on paper too; where a case has reports that differ from it, the view is `done`.
    """
    timeline, population, block = setting.timeline, setting.population, setting.case.reporting
    view = "done" if block is not None and block.on else "reported"
    end_times = np.arange(0, timeline.days + 1, dtype=np.float64)
    counts = stage_counts_over_time(initial, population.group, len(GROUPS), events, end_times)
    rows: list[dict[str, object]] = []
    for target in resolve_targets(setting.case):
        cells = list(range(len(GROUPS))) if target.group == "all" else [GROUPS.index(target.group)]
        listed = counts[:, cells, 0].sum(axis=1)
        done = counts[:, cells, 1 + STAGES.index(target.stage)].sum(axis=1)
        required = target.required_of(listed)
        at = int(min(max(timeline.end_of(target.deadline), 0), timeline.days))
        reached = np.flatnonzero(done >= required)
        rows.append(
            {
                "replication": replication,
                "target": target.id,
                "unit": "city",
                "stage": target.stage,
                "view": view,
                "deadline": pd.Timestamp(target.deadline),
                "required": int(required[at]),
                "attained": int(done[at]),
                "met": bool(done[at] >= required[at]),
                "date": pd.Timestamp(timeline.date(int(reached[0]) - 1)) if reached.size else pd.NaT,
            }
        )
    return rows
