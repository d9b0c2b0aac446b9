"""All replications of one experiment, over all cores, in any order, to the same frames (interfaces: run_ensemble)."""

from __future__ import annotations

import datetime as dt
import gc
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from dpsim.core.streams import check_word
from dpsim.engines.world import Setting
from dpsim.errors import InputError, RunError
from dpsim.experiments.arguments import (
    ENGINES,
    check_by,
    check_flag,
    check_paths,
    check_replications,
    check_workers,
    default_workers,
    written,
)
from dpsim.experiments.chunks import Part, chunks_of, whole_chunks
from dpsim.experiments.cluster import check_scheduler, over_cluster
from dpsim.experiments.executors import over_processes, over_threads
from dpsim.experiments.failures import failure_frame, reason
from dpsim.experiments.identity import identity_of
from dpsim.experiments.measured import Measured, labels_of, run_one
from dpsim.experiments.replication import check_fit, path_rows, prepare, strategy_paths
from dpsim.experiments.reported import check_reported
from dpsim.experiments.runrecord import run_record
from dpsim.experiments.store import check_store, opened
from dpsim.experiments.summary import county_frame, summarise_targets
from dpsim.experiments.watch import Watch
from dpsim.language import say
from dpsim.measure.indicators import indicator_frame
from dpsim.model.prior import PathSet
from dpsim.model.table_paths import TablePaths
from dpsim.params.schema import Case, Strategy


@dataclass(frozen=True)
class Ensemble:
    """All runs of one experiment.

    Attributes
    ----------
    indicators : pandas.DataFrame
        Columns replication, date, the groupings, indicator, view, value.
    targets : pandas.DataFrame
        One row per target: target, unit, stage, view, deadline, required, replications, met, probability, low,
        high, attainment_median, shortfall_median, date_median.
    attained : pandas.DataFrame
        The targets of every replication.
    counties : pandas.DataFrame
        What each county is appraised on at the last day: replication, county, listed, built, paper (of these,
        true); empty where paper systems are not simulated.
    failures : pandas.DataFrame
        Columns replication, error, command (which reproduces it; empty where the runs start from an observed
        state); no rows when all went well.
    record : dict
        What was run: versions, hashes, seed, replications (asked for and finished).
    """

    indicators: pd.DataFrame
    targets: pd.DataFrame
    attained: pd.DataFrame
    counties: pd.DataFrame
    failures: pd.DataFrame
    record: dict[str, object]

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the frames by name."""
        return {name: frame for name, frame in vars(self).items() if isinstance(frame, pd.DataFrame)}


def run_ensemble(
    case: Case,
    strategy: Strategy,
    *,
    replications: int,
    seed: int,
    engine: str = ENGINES[0],
    workers: int | None = None,
    as_of: dt.date | str | None = None,
    state: object = None,
    paths: PathSet | TablePaths | None = None,
    by: str | Iterable[str] = ("county",),
    store: str | Path | None = None,
    progress: bool = False,
    told: Callable[[int], object] | None = None,
    fork: bool = False,
    scheduler: str | None = None,
    whole: bool = False,
    hazards: object = None,
) -> Ensemble:
    """Run replications 0 .. `replications` - 1 of a case under a strategy.

    Parameters
    ----------
    case : Case
    strategy : Strategy
    replications : int
        At least 1.
    seed : int
        0 to 2**32 - 1; 0 is a seed like any other.
    engine, as_of, state, paths, by, hazards
        As in `run_replication`.
    workers : int, optional
        Threads of the compiled engine or processes of the other, at most 1024; `default_workers` when None. The
        frames do not depend on it.
    store : str or pathlib.Path, optional
        Folder in which the runs are kept, each experiment in a folder of its own. What is there is not run again,
        failures included; after an edit of code, case or strategy the call is refused.
    progress : bool
        Show a progress bar on standard error.
    told : callable, optional
        Called with the number of runs so far, after each few of them; what it raises ends the call.
    fork : bool
        Keep the runs beside those of the same case, strategy and seed from before an edit.
    scheduler : str, optional
        Address of the scheduler of a Dask cluster (``tcp://host:8786``) whose workers make the runs instead of
        processes of this machine; needs ``dual-prevention-sim[distributed]``. The frames do not depend on it.
    whole : bool
        Pass Ctrl-C on, without a word, where some of the replications are of no use.

    Returns
    -------
    Ensemble
        After Ctrl-C with the replications that were finished, and a record that says so.

    Raises
    ------
    InputError
        An argument is not allowed, `store` cannot take the runs, or `scheduler` is no cluster with the same code.
    """
    groupings, seed = check_by(by), check_word("seed", seed)
    replications = check_replications(replications)
    scheduler = check_scheduler(scheduler)
    if scheduler is not None and workers is not None:
        raise InputError("error.workers_of_cluster", given=written(workers))
    workers = default_workers() if workers is None else check_workers(workers)
    progress = check_flag("progress", progress)
    check_paths(paths)
    fork = check_flag("fork", fork)
    if told is not None and not callable(told):
        raise InputError("error.told_kind", given=written(told))
    folder = check_store(store, fork)
    setting = prepare(case, strategy, engine=engine, as_of=as_of, state=state, hazards=hazards)
    check_fit(setting, paths)
    check_reported(setting.case, groupings)
    watch = Watch(strategy, replications, progress, told)
    if folder is None:
        job = _job(setting, list(range(replications)), paths, seed, groupings, workers, scheduler)
        parts: list[Part] = []
        interrupted = job.collect(chunks_of(job.numbers), parts.append, watch)
        if interrupted and whole:
            raise KeyboardInterrupt
        return job.assemble(parts, asked=replications, interrupted=interrupted)
    numbers = whole_chunks(replications, None if paths is None else paths.replications.tolist())
    job = _job(setting, numbers, paths, seed, groupings, workers, scheduler)
    identity = identity_of(setting, seed=seed, by=groupings, paths=paths)
    with opened(folder, identity, setting, fork=fork) as kept:
        watch.done = kept.finished(replications)
        interrupted = job.collect(kept.missing(numbers), kept.save, watch)
        if interrupted and whole:
            raise KeyboardInterrupt
        ensemble = job.assemble(kept.parts(replications), asked=replications, interrupted=interrupted)
        ensemble.record["experiment"] = kept.folder.name
        if not interrupted:
            kept.conclude(ensemble.frames(), ensemble.record)
    return ensemble


def run_chunk(
    setting: Setting, paths: PathSet | TablePaths, rows: Sequence[int], seed: int, by: tuple[str, ...]
) -> Part:
    """Run some rows of a path set one after the other; a failure is kept and the rest goes on."""
    finished: list[Measured] = []
    failures: list[dict[str, object]] = []
    gc.freeze()  # searching all that is loaded for garbage takes longer than measuring the runs does
    try:
        for row in rows:
            try:
                finished.append(run_one(setting, paths, row, seed=seed, trace=False, by=by))
            except Exception as error:  # one failed run must not take the others along; it is listed
                failures.append({"replication": int(paths.replications[row]), "error": reason(error)})
    finally:
        gc.unfreeze()
    return finished, failures


@dataclass(frozen=True)
class _Job:
    """Replications of one experiment, ready to be run."""

    setting: Setting
    paths: PathSet | TablePaths
    rows: dict[int, int]
    """Row of the path set that drives each replication."""
    seed: int
    by: tuple[str, ...]
    workers: int
    scheduler: str | None

    @property
    def numbers(self) -> list[int]:
        """The replications."""
        return list(self.rows)

    def collect(self, chunks: list[list[int]], take: Callable[[Part], object], watch: Watch) -> bool:
        """Run chunks of replications and hand over each that is finished; True when the user stopped it."""
        rows = [[self.rows[number] for number in chunk] for chunk in chunks]
        try:
            parts = _stream(self.setting, self.paths, rows, self.seed, self.by, self.workers, self.scheduler)
            with watch, closing(parts) as stream:
                for part in stream:
                    take(part)
                    watch.add(len(part[0]) + len(part[1]))
        except KeyboardInterrupt:
            return True
        return False

    def assemble(self, parts: list[Part], *, asked: int, interrupted: bool) -> Ensemble:
        """Put the parts together in the order of the replications; say so where it was stopped."""
        if interrupted:
            done = sum(len(finished) for finished, _ in parts)
            print(say("progress.interrupted", done=done, asked=asked), file=sys.stderr)
        return assembled(self.setting, parts, seed=self.seed, by=self.by, asked=asked, interrupted=interrupted)


def assembled(
    setting: Setting,
    parts: Sequence[Part],
    *,
    seed: int,
    by: tuple[str, ...],
    asked: int,
    interrupted: bool = False,
) -> Ensemble:
    """Put finished chunks together in the order of the replications.

    Raises
    ------
    RunError
        No run was finished.
    """
    runs = sorted((run for part in parts for run in part[0]), key=lambda run: run.replication)
    failed = [failure for part in parts for failure in part[1]]
    if not runs:
        raise RunError("error.nothing_finished", asked=asked, why=failed[0]["error"] if failed else "Ctrl-C")
    attained = pd.DataFrame([row for run in runs for row in run.targets])
    record = run_record(setting.case, setting.strategy, seed=seed, replications=asked, engine=setting.engine)
    failures = failure_frame(failed, setting.case, setting.strategy, seed=seed)
    if setting.observed:
        failures = failures.assign(command="")  # the command line starts no run from a table
    return Ensemble(
        indicators=indicator_frame(
            labels_of(setting, by), [run.replication for run in runs], [run.values for run in runs]
        ),
        targets=summarise_targets(attained),
        attained=attained,
        counties=county_frame(setting, runs),
        failures=failures,
        record=record | {"finished": len(runs), "interrupted": interrupted},
    )


def _job(
    setting: Setting,
    numbers: list[int],
    paths: PathSet | TablePaths | None,
    seed: int,
    by: tuple[str, ...],
    workers: int,
    scheduler: str | None,
) -> _Job:
    """Return the job of some replications, their paths drawn where none are given."""
    if paths is None:
        paths = strategy_paths(setting, seed, np.array(numbers))
    rows = dict(zip(numbers, path_rows(paths, numbers), strict=True))
    return _Job(setting, paths, rows, seed, by, workers, scheduler)


def _stream(
    setting: Setting,
    paths: PathSet | TablePaths,
    chunks: list[list[int]],
    seed: int,
    by: tuple[str, ...],
    workers: int,
    scheduler: str | None = None,
) -> Generator[Part]:
    """Yield finished chunks of rows in the order they finish."""
    task = partial(run_chunk, setting, paths, seed=seed, by=by)
    if scheduler is not None and chunks:
        yield from over_cluster(scheduler, task, chunks)
    elif workers == 1 or len(chunks) <= 1:
        yield from map(task, chunks)
    else:
        over = over_processes if setting.engine == "simpy" else over_threads
        yield from over(task, chunks, min(workers, len(chunks)))
