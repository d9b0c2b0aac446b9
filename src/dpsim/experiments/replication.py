"""One stochastic run: from arguments to the three frames (interfaces: run_replication)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.core.streams import check_word
from dpsim.core.words import GROUPS, STAGES
from dpsim.engines.log import merged_log
from dpsim.engines.outcome import Outcome
from dpsim.engines.world import Setting, World, county_names, make_setting, make_world
from dpsim.errors import InputError
from dpsim.experiments.observed import check_follow, observe
from dpsim.experiments.observed_ledger import ledger_codes
from dpsim.experiments.open_hazards import digest_of, open_hazards
from dpsim.experiments.reported import check_reported, reported_counts
from dpsim.measure.events import event_frame
from dpsim.measure.hazards import hazard_values
from dpsim.measure.indicators import indicator_frame, indicator_labels, indicator_values, weekly_mean
from dpsim.measure.stages import stage_counts_over_time
from dpsim.measure.substance import substance_values
from dpsim.model.paths import Pace
from dpsim.model.prior import PathSet, draw_paths
from dpsim.model.state import stage_flags
from dpsim.model.table_paths import TablePaths
from dpsim.model.targets import resolve_targets
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case, Strategy

ENGINES = ("compiled", "simpy")
"""The first is the default."""
GROUPINGS = ("city", "county", "sector", "tier", "group")


@dataclass(frozen=True)
class Replication:
    """One run.

    Attributes
    ----------
    events : pandas.DataFrame
        Columns t (days after the as-of date), phase, entity, ordinal, kind, channel, actor, value.
    indicators : pandas.DataFrame
        Columns replication, date, the groupings, indicator, view, value.
    targets : pandas.DataFrame
        Columns replication, target, unit, stage, view, deadline, required, attained, met, date.
    """

    events: pd.DataFrame
    indicators: pd.DataFrame
    targets: pd.DataFrame


def run_replication(
    case: Case,
    strategy: Strategy,
    *,
    seed: int,
    replication: int,
    engine: str = ENGINES[0],
    as_of: dt.date | str | None = None,
    state: object = None,
    paths: PathSet | TablePaths | None = None,
    trace: bool = False,
    by: str | Iterable[str] = ("county",),
    hazards: object = None,
) -> Replication:
    """Run one replication of a case under a strategy.

    Parameters
    ----------
    case : Case
    strategy : Strategy
    seed, replication : int
        Name of the run, each 0 to 2**32 - 1; the same names give the same frames.
    engine : {"compiled", "simpy"}
        The same frames from both; SimPy is the readable reference.
    as_of : datetime.date or str, optional
        The case's own as-of date when None. Another one needs a `state`: a snapshot knows no other day.
    state : Progress or pandas.DataFrame, optional
        What was observed by the as-of date (see `dpsim.experiments.observed.observe`): the list meets its counts county
        by county; with a ledger it is the ledger's enterprises, each with its own dates.
    paths : PathSet or TablePaths, optional
        Paths to follow; drawn from the case's prior when None. Those of a forecast (`Forecast.path_set`) go with the
        state they were drawn from.
    trace : bool
        Keep the event frame.
    by : str or iterable of str
        Groupings of the indicators, of {"city", "county", "sector", "tier", "group"}; in the order of the columns.
    hazards : HazardLedger or pandas.DataFrame, optional
        A hazard ledger (see `dpsim.progress.hazard_ledger.load_hazards`): what is open in it at the as-of date takes
        the place of the open hazards that are synthesised otherwise.

    Returns
    -------
    Replication

    Raises
    ------
    InputError
        An argument is not allowed.
    """
    groupings, seed = check_by(by), check_word("seed", seed)
    replication = check_word("replication", replication)
    trace = check_flag("trace", trace)
    check_paths(paths)
    setting = prepare(case, strategy, engine=engine, as_of=as_of, state=state, hazards=hazards)
    check_fit(setting, paths)
    check_reported(setting.case, groupings)
    if paths is None:
        paths = strategy_paths(setting, seed, np.array([replication]))
    one = run_one(setting, paths, path_rows(paths, [replication])[0], seed=seed, trace=trace, by=groupings)
    return Replication(
        events=event_frame(one.events),
        indicators=indicator_frame(labels_of(setting, groupings), [one.replication], [one.values]),
        targets=pd.DataFrame(one.targets),
    )


def path_rows(paths: PathSet | TablePaths, replications: Sequence[int]) -> list[int]:
    """Return the rows of a path set that drive the given replications.

    Raises
    ------
    InputError
        The path set has none for one of them.
    """
    where = {int(number): row for row, number in enumerate(paths.replications)}
    missing = [number for number in replications if number not in where]
    if missing:
        raise InputError("error.no_path", missing=missing[0], count=len(where))
    return [where[number] for number in replications]


def prepare(
    case: Case,
    strategy: Strategy,
    *,
    engine: str = ENGINES[0],
    as_of: dt.date | str | None = None,
    state: object = None,
    exempt: frozenset[str] = frozenset(),
    hazards: object = None,
) -> Setting:
    """Check the arguments of a run and return what its replications share."""
    if not isinstance(case, Case):
        raise InputError("error.not_loaded", name="case", given=written(case), loader="load_case")
    if not isinstance(strategy, Strategy):
        raise InputError("error.not_loaded", name="strategy", given=written(strategy), loader="load_strategy")
    if not isinstance(engine, str) or engine not in ENGINES:
        raise InputError("error.unknown_engine", given=written(engine), allowed=", ".join(ENGINES))
    reference = load_strategy(case.default_strategy)
    if state is None:
        check_as_of(case, as_of)
        return _with_open(make_setting(case, strategy, reference, exempt=exempt, engine=engine), hazards)
    seen = observe(case, state, case.as_of if as_of is None else written_date(as_of))
    setting = make_setting(
        seen.case, strategy, reference, exempt=exempt, engine=engine, population=seen.population, past=seen.past
    )
    return _with_open(replace(setting, observed=seen.digest), hazards, getattr(state, "ledger", None))


def _with_open(setting: Setting, hazards: object, ledger: object = None) -> Setting:
    """Return a setting with the open hazards of a hazard ledger, if one is given, beside an enterprise ledger."""
    if hazards is None:
        return setting
    former = frozenset(ledger_codes(ledger)) if isinstance(ledger, pd.DataFrame) else frozenset()
    opened = open_hazards(hazards, setting.population.codes, setting.case.as_of, former=former)
    return replace(setting, opened=opened, observed=f"{setting.observed}{digest_of(opened)}")


def check_fit(setting: Setting, paths: PathSet | TablePaths | None) -> None:
    """Raise InputError where paths of a table do not belong to the state that is run."""
    if isinstance(paths, TablePaths):
        check_follow(setting.case, setting.population, paths)


def check_by(by: object) -> tuple[str, ...]:
    """Return the groupings in the order given; one alone may be given as a plain text.

    Raises
    ------
    InputError
        There is none, one is unknown or stands twice, or they come in no order of their own.
    """
    allowed = ", ".join(GROUPINGS)
    if isinstance(by, set | frozenset) or not isinstance(by, Iterable) or getattr(by, "ndim", 1) == 0:
        raise InputError("error.by_kind", given=written(by), allowed=allowed)
    names = (by,) if isinstance(by, str) else tuple(islice(by, len(GROUPINGS) + 1))  # more would repeat one
    for name in names or ((),):
        if not isinstance(name, str) or name not in GROUPINGS:
            raise InputError("error.unknown_grouping", given=written(name), allowed=allowed)
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InputError("error.grouping_twice", given=written(twice[0]))
    return tuple(str(name) for name in names)


def check_paths(paths: object) -> None:
    """Raise InputError for what is neither None nor a set of paths."""
    if paths is not None and not isinstance(paths, PathSet | TablePaths):
        raise InputError("error.not_paths", given=written(paths))


def written(value: object) -> str:
    """Return how an argument is shown in a message: as Python writes it, on one short line; else its kind."""
    try:
        text = repr(value)
    except Exception:  # a repr of its own may fail, and a whole number may be too long to be written
        text = f"<{type(value).__name__}>"
    return " ".join(text.split())[:80]


def check_flag(name: str, value: object) -> bool:
    """Return True or False, or raise InputError."""
    if not isinstance(value, bool | np.bool_):
        raise InputError("error.not_true_false", name=name, given=written(value))
    return bool(value)


def check_as_of(case: Case, as_of: object) -> dt.date:
    """Return the as-of date if the case has facts for it; it is a plain date or a text such as 2018-09-10."""
    wanted = case.as_of if as_of is None else written_date(as_of)
    if wanted != case.as_of:
        raise InputError("error.as_of_unknown", given=wanted.isoformat(), case=case.id, known=case.as_of.isoformat())
    return wanted


def written_date(as_of: object) -> dt.date:
    """Return an as-of date given as a plain date or as a text such as 2018-09-10."""
    try:
        if isinstance(as_of, str) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", as_of):
            return dt.date.fromisoformat(as_of)
        if isinstance(as_of, dt.date) and not isinstance(as_of, dt.datetime):
            return as_of
        raise ValueError(as_of)
    except ValueError:
        raise InputError("error.bad_date", name="as_of", given=written(as_of)) from None


def strategy_paths(setting: Setting, seed: int, replications: npt.NDArray[np.int64], **fixed: object) -> PathSet:
    """Draw the paths a strategy is driven by: the case's prior, or the past pace simply continued."""
    if setting.strategy.pace == "past":
        fixed = {**fixed, "pace": Pace.LINEAR}
    return draw_paths(setting.case, setting.timeline, seed=seed, replications=replications, **fixed)  # type: ignore[arg-type]


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
