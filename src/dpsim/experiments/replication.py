"""One stochastic run: from arguments to the three frames (interfaces: run_replication)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.core.streams import check_word
from dpsim.engines.world import Setting, make_setting
from dpsim.errors import InputError
from dpsim.experiments.arguments import ENGINES, check_as_of, check_by, check_flag, check_paths, written, written_date
from dpsim.experiments.hazard_owners import listed_names
from dpsim.experiments.measured import labels_of, run_one
from dpsim.experiments.observed import check_follow, observe
from dpsim.experiments.observed_ledger import ledger_codes
from dpsim.experiments.open_hazards import digest_of, open_hazards
from dpsim.experiments.reported import check_reported
from dpsim.measure.events import event_frame
from dpsim.measure.indicators import indicator_frame
from dpsim.model.paths import Pace
from dpsim.model.prior import PathSet, draw_paths
from dpsim.model.table_paths import TablePaths
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case, Strategy


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
    listed = listed_names(setting.case, setting.population, ledger)
    opened = open_hazards(hazards, setting.population.codes, setting.case.as_of, former=former, listed=listed)
    return replace(setting, opened=opened, observed=f"{setting.observed}{digest_of(opened)}")


def check_fit(setting: Setting, paths: PathSet | TablePaths | None) -> None:
    """Raise InputError where paths of a table do not belong to the state that is run."""
    if isinstance(paths, TablePaths):
        check_follow(setting.case, setting.population, paths)


def strategy_paths(setting: Setting, seed: int, replications: npt.NDArray[np.int64], **fixed: object) -> PathSet:
    """Draw the paths a strategy is driven by: the case's prior, or the past pace simply continued."""
    if setting.strategy.pace == "past":
        fixed = {**fixed, "pace": Pace.LINEAR}
    return draw_paths(setting.case, setting.timeline, seed=seed, replications=replications, **fixed)  # type: ignore[arg-type]
