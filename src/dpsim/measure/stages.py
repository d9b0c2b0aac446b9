"""Stage counts over time, from the state at the as-of date and the event log."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import routine
from dpsim.core.words import KIND_OF_STAGE, REMOVED, STAGES

Ints = npt.NDArray[np.int64]
_KINDS, _ASSESSED = np.array([KIND_OF_STAGE[stage] for stage in STAGES]), STAGES.index("assessed")


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
    add_steps(initial, cell, slot, events["index"], events["kind"], events["value"], change)
    begin = np.zeros((cells, 1 + len(STAGES)), dtype=np.int64)
    np.add.at(begin, cell, np.column_stack([np.ones(cell.size, dtype=np.int64), initial]))
    return begin[None] + np.cumsum(change[:-1], axis=0)


def last_told(done: Ints, told: Ints) -> Ints:
    """Return what reports say at some times: the last one by then, and more once more is done.

    Parameters
    ----------
    done, told : numpy.ndarray of int64
        Shape (times, counties, 1 + stages): what is done then, and the last report made by then.

    Returns
    -------
    numpy.ndarray of int64
        Of the same shape; nobody beyond the list.
    """
    listed = done[:, :, :1]
    out = np.minimum(listed, np.maximum(done, told))
    out[:, :, :1] = listed
    return out


@routine
def add_steps(
    initial: npt.NDArray[np.bool_],
    cell: Ints,
    slot: Ints,
    index: Ints,
    kind: Ints,
    value: npt.NDArray[np.float64],
    change: Ints,
) -> None:
    """Add to `change`, shape (slots, cells, 1 + stages), what each event of a log does to the counts.

    Of several events of one kind at an enterprise the first counts; a second assessment adds nobody.
    """
    seen = np.zeros(initial.shape, dtype=np.bool_)
    for e in range(index.size):
        i = index[e]
        if i < 0:
            continue
        place = change[slot[e], cell[i]]
        if kind[e] == REMOVED:
            place[0] -= 1
            for k in range(initial.shape[1]):
                place[1 + k] -= (int(value[e]) >> k) & 1
        for k in range(initial.shape[1]):
            if kind[e] == _KINDS[k] and not seen[i, k]:
                seen[i, k] = True
                if k != _ASSESSED or not initial[i, k]:
                    place[1 + k] += 1
