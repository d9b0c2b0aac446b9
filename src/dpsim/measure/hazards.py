"""Hazards, visits and penalties over time: counts of a run's events, stocks from what stood at the as-of date.

What the bureau knows (`reported`) and what is (`true`) are apart: latent hazards and closures on paper are true only.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.entries import Entry
from dpsim.core.words import CLASSES, DISCOVERY

Ints = npt.NDArray[np.int64]
_HIDDEN, _RESTING, _OPEN, _LATE = range(4)

HAZARD_INDICATORS: tuple[tuple[str, str], ...] = (
    *((f"hazards_found:{channel}:{klass}", "reported") for channel in DISCOVERY for klass in CLASSES),
    *(
        (f"hazards_{what}:{klass}", "reported")
        for what in ("open", "overdue", "closed", "closed_in_time", "relapsed")
        for klass in CLASSES
    ),
    *((name, "reported") for name in ("visits", "units_visited", "advised", "penalties")),
    *((f"hazards_{what}:{klass}", "true") for what in ("latent", "closed", "arisen") for klass in CLASSES),
    *((name, "true") for name in ("accidents", "deaths")),
)
"""Indicator and view, in the order of the last axis of `hazard_values`; flows are cumulative since the as-of date."""


def hazard_values(counts: Ints, stock: Ints, cell: Ints) -> npt.NDArray[np.float64]:
    """Return the indicators of one run at each time.

    Parameters
    ----------
    counts : numpy.ndarray of int64
        Shape (times, cells, entries): events before each time and not before the one before, by `Entry`.
    stock : numpy.ndarray of int64
        Shape (n, 4, classes): hazards at the as-of date: hidden, resting, open in time, open and overdue.
    cell : numpy.ndarray of int64
        Shape (n,): the group each enterprise is counted in.

    Returns
    -------
    numpy.ndarray
        Shape (times, cells, len(HAZARD_INDICATORS)).
    """
    so_far = np.cumsum(counts, axis=0)
    begin = np.zeros((counts.shape[1], 4, 2), dtype=np.int64)
    np.add.at(begin, cell, stock)

    def of(entry: Entry, *shape: int) -> Ints:
        """Counts of a kind, shape (times, cells, *shape)."""
        width = int(np.prod(shape))
        return so_far[:, :, entry : entry + width].reshape(*so_far.shape[:2], *shape)

    found = of(Entry.FOUND, len(DISCOVERY), 2, 2)  # channels, classes, whether it had come back
    closed = of(Entry.CLOSED, 2, 4)  # classes, in time + 2 on paper only
    gone = of(Entry.ACCIDENT, 2, 4) + of(Entry.DROPPED, 2, 4)  # classes, standing
    born, back, late = of(Entry.BORN, 2), of(Entry.RELAPSED, 2), of(Entry.OVERDUE, 2)
    by_class, ended = found.sum(axis=(2, 4)), closed.sum(axis=3)
    open_now = begin[:, [_OPEN, _LATE]].sum(axis=1) + by_class - ended - gone[..., [_OPEN, _LATE]].sum(axis=3)
    overdue = begin[:, _LATE] + late - closed[..., [0, 2]].sum(axis=3) - gone[..., _LATE]
    latent = begin[:, _HIDDEN] + born + back - by_class - gone[..., _HIDDEN]
    in_time, true = closed[..., [1, 3]].sum(axis=3), closed[..., [0, 1]].sum(axis=3)
    columns = [
        found.sum(axis=4).reshape(*so_far.shape[:2], -1),
        *(open_now, overdue, ended, in_time, found[..., 1].sum(axis=2)),
        *(of(entry, 1) for entry in (Entry.VISIT, Entry.FIRST_VISIT, Entry.ADVISED, Entry.PENALTY)),
        *(latent, true, born),
        of(Entry.ACCIDENT, 8).sum(axis=2, keepdims=True),
        of(Entry.DEATHS, 1),
    ]
    return np.concatenate(columns, axis=2).astype(np.float64)
