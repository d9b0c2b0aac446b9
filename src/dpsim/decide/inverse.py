"""The least of a lever that is enough: the latest start of an instrument, or the fewest of what it gives.

Every setting is run with the same replications as every other and as the strategy without the instrument (methods
2.1). The answer is the least effort from which on *every* greater effort tried meets the target with the chance asked
for: a statement that needs no law that more is better, and there is none (model, "Not laws": assistance crowds out,
meetings eat the days of visits). Where more effort loses what less had gained there is no such setting: that is said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.decide.compare import dropped_pairs
from dpsim.decide.least import Inverse, exact_limits, invert, largest_fall, outcome_of, reversed_runs
from dpsim.decide.levers import Lever, Value, find_lever, lever_points
from dpsim.errors import InputError
from dpsim.experiments.arguments import ENGINES, check_as_of, check_flag, check_replications, written, written_date
from dpsim.experiments.ensemble import Ensemble, run_ensemble
from dpsim.experiments.observed import observe
from dpsim.model.prior import PathSet, case_timeline
from dpsim.model.table_paths import TablePaths
from dpsim.model.targets import Target, resolve_targets
from dpsim.params.schema import Case, Strategy

POINTS = 9
"""Settings tried where nothing is said."""
_ROUNDING = 1e-9
_SHOWN = {"visits": ("visits", "reported"), "advising_days": ("staff_days:advising", "true")}
"""What stands beside each setting: means over the runs, of all counties together up to the last day."""


@dataclass(frozen=True)
class Needed:
    """The least of a lever that is enough.

    Attributes
    ----------
    lever : Lever
    target : Target
    level, attainment : float
        The chance asked for; the share of what the target requires that counts as met.
    points : pandas.DataFrame
        One row per setting, the least effort first: effort (0, 1, ...), value (number or date; none where the
        instrument is left out), n (runs), met, share (met of n), low, high (95% exact interval of the chance), visits,
        advising_days (means of a run, to the last day).
    inverse : Inverse
        By effort.
    outcome : str
        `without`, `reached`, `beyond` or `lost`; see `dpsim.decide.least`.
    reversed_runs : int
        Runs that meet the target with some effort and miss it with more.
    fall : dict of str to float
        The largest fall of the share from one setting to a later one: before, after (efforts), mean, low, high (95%
        for all such pairs together, of the fall).
    dropped : int
        Replications left out because one of their runs failed.
    """

    lever: Lever
    target: Target
    level: float
    attainment: float
    points: pd.DataFrame
    inverse: Inverse
    outcome: str
    reversed_runs: int
    fall: dict[str, float]
    dropped: int

    @property
    def without(self) -> int:
        """The effort that stands for the strategy without the instrument."""
        return len(self.points) - 1 if self.lever.takes_away else 0


def needed(
    case: Case,
    strategy: Strategy,
    lever: str,
    *,
    replications: int,
    seed: int,
    level: float = 0.9,
    attainment: float = 1.0,
    target: str | None = None,
    values: Sequence[object] | None = None,
    points: int = POINTS,
    engine: str = ENGINES[0],
    workers: int | None = None,
    as_of: dt.date | str | None = None,
    state: object = None,
    paths: PathSet | TablePaths | None = None,
    progress: bool = False,
) -> Needed:
    """Find the least of a lever from which on a target is met with a chance.

    Parameters
    ----------
    case : Case
    strategy : Strategy
    lever : str
        `INSTRUMENT.start`, or `INSTRUMENT.SETTING` for one of its numbers (`levers_of`).
    replications : int
        At each setting, 2 or more; the same for all.
    seed : int
    level : float
        The chance asked for, above 0 and below 1.
    attainment : float
        What counts as met: this share of what the target requires, above 0, at most 1.
    target : str, optional
        Id of a target of the case, the headline when None.
    values, points
        Which settings to try; see `lever_points`.
    engine, workers, as_of, state, paths, progress
        As in `run_ensemble`; with a `state`, a start is tried from its as-of date on.

    Returns
    -------
    Needed

    Raises
    ------
    InputError
        An argument is not allowed.
    FileFaults
        A value does not fit the strategy.
    RunError
        More than one replication in twenty failed at a setting.
    KeyboardInterrupt
        After Ctrl-C: some of the settings give no answer.
    """
    if not isinstance(case, Case):
        raise InputError("error.not_loaded", name="case", given=written(case), loader="load_case")
    if not isinstance(strategy, Strategy):
        raise InputError("error.not_loaded", name="strategy", given=written(strategy), loader="load_strategy")
    seen = case if state is None else observe(case, state, case.as_of if as_of is None else written_date(as_of)).case
    if state is None:
        check_as_of(case, as_of)
    check_flag("progress", progress)
    if check_replications(replications) < 2:
        raise InputError("error.pairs", given=written(replications))
    level, attainment = _share("level", level, below=True), _share("attainment", attainment)
    due, found = _target(seen, target), find_lever(strategy, lever)
    timeline = case_timeline(seen)
    tried = lever_points(found, timeline.date(0), min(due.deadline, timeline.end), values=values, most=points)
    order: list[Value | None] = [*tried, None] if found.takes_away else [None, *tried]
    arms = {
        value: found.without() if value is None else found.at(value) for value in order
    }  # a bad value is refused now
    ensembles: dict[str, Ensemble] = {}
    for value in order:
        name = f"{lever}={'-' if value is None else value}"
        ensembles[name] = run_ensemble(
            case,
            arms[value],
            replications=replications,
            seed=seed,
            engine=engine,
            workers=workers,
            as_of=as_of,
            state=state,
            paths=paths,
            by="city",
            progress=progress,
            whole=True,  # some of the settings give no answer
        )
    dropped_pairs(ensembles, next(iter(ensembles)))
    met = met_by_effort(list(ensembles.values()), due.id, attainment)
    return Needed(
        lever=found,
        target=due,
        level=level,
        attainment=attainment,
        points=_frame(found, order, met, list(ensembles.values())),
        inverse=invert(met, level),
        outcome=outcome_of(met, level, None if found.takes_away else 0),
        reversed_runs=reversed_runs(met),
        fall=largest_fall(met),
        dropped=replications - met.shape[0],
    )


def met_by_effort(ensembles: Sequence[Ensemble], target: str, attainment: float) -> npt.NDArray[np.bool_]:
    """Return which replications attain a share of what a target requires, shape (replications in all, ensembles)."""
    columns = []
    for ensemble in ensembles:
        rows = ensemble.attained[ensemble.attained["target"] == target].set_index("replication")
        columns.append(rows["attained"] >= attainment * rows["required"] - _ROUNDING)
    return pd.concat(columns, axis=1, join="inner").to_numpy(dtype=np.bool_)


def _frame(
    lever: Lever, order: Sequence[Value | None], met: npt.NDArray[np.bool_], ensembles: Sequence[Ensemble]
) -> pd.DataFrame:
    """Return the frame `points`."""
    count, n = met.sum(axis=0), met.shape[0]
    low, high = exact_limits(count, n)
    value = pd.to_datetime(pd.Series(order)) if lever.is_date else np.array(order, dtype=np.float64)
    head = {"effort": np.arange(count.size), "value": value, "n": n, "met": count, "share": count / n}
    means = {
        name: [_mean(ensemble, indicator, view) for ensemble in ensembles] for name, (indicator, view) in _SHOWN.items()
    }
    return pd.DataFrame(head | {"low": low, "high": high} | means)


def _mean(ensemble: Ensemble, indicator: str, view: str) -> float:
    """Return the mean over the runs of an indicator on the last day, NaN where it was not simulated."""
    frame = ensemble.indicators
    last = frame[(frame["date"] == frame["date"].max()) & (frame["indicator"] == indicator) & (frame["view"] == view)]
    return float(last.groupby("replication")["value"].sum().mean()) if len(last) else float("nan")


def _target(case: Case, name: str | None) -> Target:
    """Return a target of a case by its id, the headline when None."""
    targets = {target.id: target for target in resolve_targets(case)}
    wanted = case.targets.headline if name is None else name
    if not isinstance(wanted, str) or wanted not in targets:
        raise InputError("error.unknown_target", given=written(wanted), case=case.id, allowed=", ".join(targets))
    return targets[wanted]


def _share(name: str, value: object, *, below: bool = False) -> float:
    """Return a number above 0 and at most (or below) 1."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0.0 < value <= 1.0
    if not good or (below and value == 1.0):
        raise InputError(
            "error.needed_share", name=name, given=written(value), allowed="0 < x < 1" if below else "0 < x ≤ 1"
        )
    return float(value)  # type: ignore[arg-type]
