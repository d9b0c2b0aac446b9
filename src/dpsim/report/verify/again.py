"""Runs made again: which ones, and whether both engines give what is stored, to the bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from dpsim.core.streams import Stream, uniforms
from dpsim.experiments.arguments import ENGINES
from dpsim.experiments.chunks import Part, replications_of
from dpsim.experiments.ensemble import run_chunk
from dpsim.experiments.replication import path_rows, prepare, strategy_paths
from dpsim.model.prior import PathSet
from dpsim.model.table_paths import TablePaths
from dpsim.params.schema import Case, Strategy
from dpsim.report.from_table import FromTable
from dpsim.report.verify.findings import Verified


def chosen(replications: Sequence[int], count: int, seed: int) -> list[int]:
    """Return some of the replications, drawn by key: the same seed chooses the same ones.

    Parameters
    ----------
    replications : sequence of int
    count : int
        How many; all where there are fewer.
    seed : int
        0 to 2**32 - 1.
    """
    numbers = np.array(sorted(replications), dtype=np.uint32)
    drawn = uniforms(seed, 0, numbers, int(Stream.TEST), 0)
    return sorted(int(number) for number in numbers[np.argsort(drawn, kind="stable")][:count])


def run_again(
    found: Verified,
    case: Case,
    strategy: Strategy,
    *,
    seed: int,
    by: tuple[str, ...],
    replications: Sequence[int],
    compare: Callable[[Part], str | None],
    start: FromTable | None = None,
) -> None:
    """Make replications again with every engine and keep what differs.

    Parameters
    ----------
    found : Verified
    case : Case
    strategy : Strategy
    seed : int
    by : tuple of str
    replications : sequence of int
    compare : callable
        Given a run made again, finished or failed, what differs first, or None.
    start : FromTable, optional
        The progress table that the runs start from and whose draws they follow.
    """
    for engine, part in _runs(case, strategy, seed, by, replications, start):
        where = compare(part)
        if where is not None:
            found.differs("run", replication=replications_of(part)[0], engine=engine, strategy=strategy.id, where=where)
    if replications:
        numbers = ", ".join(map(str, replications))
        found.looked("runs", strategy=strategy.id, numbers=numbers, engines=", ".join(ENGINES))


def _runs(
    case: Case,
    strategy: Strategy,
    seed: int,
    by: tuple[str, ...],
    replications: Sequence[int],
    start: FromTable | None,
) -> Iterator[tuple[str, Part]]:
    """Yield each engine with each replication, a failure included."""
    for engine in ENGINES if replications else ():
        if start is None:
            setting = prepare(case, strategy, engine=engine, as_of=None, state=None)
            paths: PathSet | TablePaths = strategy_paths(setting, seed, np.array(replications))
        else:
            setting = prepare(case, strategy, engine=engine, as_of=start.case.as_of, state=start.progress)
            paths = start.paths(max(replications) + 1)
        for row in path_rows(paths, list(replications)):
            yield engine, run_chunk(setting, paths, [row], seed, by)
