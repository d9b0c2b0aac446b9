"""Stage counts over time, from the state at the as-of date and the event log."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.words import KIND_OF_STAGE, REMOVED, STAGES

Ints = npt.NDArray[np.int64]


def stage_counts_over_time(
    initial: npt.NDArray[np.bool_], cell: Ints, cells: int, events: npt.NDArray[np.void], times: npt.NDArray[np.float64]
) -> Ints:
    """Count enterprises on the list by stage at each time.

    Parameters
    ----------
    initial : numpy.ndarray of bool
        Shape (n, stages): stages reached at the as-of date.
    cell : numpy.ndarray of int64
        Shape (n,): the group each enterprise is counted in.
    cells : int
        Number of groups.
    events : numpy.ndarray
        The log of one replication.
    times : numpy.ndarray
        Ascending times (days); events before a time count, so a day ends at its midnight.

    Returns
    -------
    numpy.ndarray of int64
        Shape (times, cells, 1 + stages): on the list, then each stage.
    """
    change = np.zeros((times.size + 1, cells, 1 + len(STAGES)), dtype=np.int64)
    slot = np.searchsorted(times, events["t"], side="right")  # a morning at a midnight is the next day
    who = np.where(events["index"] >= 0, cell[events["index"]], 0)
    first_seen = _first_per_enterprise(events)
    for k, stage in enumerate(STAGES):
        hit = (events["kind"] == KIND_OF_STAGE[stage]) & first_seen
        if stage == "assessed":
            hit &= ~initial[events["index"], k]  # a second assessment adds nobody
        np.add.at(change, (slot[hit], who[hit], 1 + k), 1)
    gone = events["kind"] == REMOVED
    np.add.at(change, (slot[gone], who[gone], 0), -1)
    bits = events["value"][gone].astype(np.int64)
    for k in range(len(STAGES)):
        np.add.at(change, (slot[gone], who[gone], 1 + k), -((bits >> k) & 1))
    begin = np.zeros((cells, 1 + len(STAGES)), dtype=np.int64)
    np.add.at(begin, cell, np.column_stack([np.ones(cell.size, dtype=np.int64), initial]))
    return begin[None] + np.cumsum(change[:-1], axis=0)


def _first_per_enterprise(events: npt.NDArray[np.void]) -> npt.NDArray[np.bool_]:
    """Mark the first event of each (enterprise, kind) in the log."""
    pair = events["index"].astype(np.int64) * 64 + events["kind"]
    marked = np.zeros(events.size, dtype=bool)
    marked[np.unique(pair, return_index=True)[1]] = True
    return marked
