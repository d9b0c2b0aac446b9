"""Hazards, visits and penalties over time: counts of the ledger's events, stocks from what stood at the as-of date.

What the bureau knows (`reported`) and what is (`true`) are apart: latent hazards and closures on paper are true only.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.words import CLASSES, DISCOVERY, FIRST_DISCOVERY, Kind

Ints = npt.NDArray[np.int64]
_K0 = int(Kind.BORN)
_KINDS = int(Kind.REVEALED) - _K0 + 1
_CHANNELS = len(DISCOVERY) + 1
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


def hazard_values(
    ledger: npt.NDArray[np.void], stock: Ints, cell: Ints, cells: int, times: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the indicators of one run at each time.

    Parameters
    ----------
    ledger : numpy.ndarray of LEDGER
        Events of hazards and visits, in any order.
    stock : numpy.ndarray of int64
        Shape (n, 4, classes): hazards at the as-of date: hidden, resting, open in time, open and overdue.
    cell : numpy.ndarray of int64
        Shape (n,): the group each enterprise is counted in.
    cells : int
    times : numpy.ndarray
        Ascending, days; events before a time count.

    Returns
    -------
    numpy.ndarray
        Shape (times, cells, len(HAZARD_INDICATORS)).
    """
    slot = np.searchsorted(times, ledger["t"], side="right")
    kept = slot < times.size
    ledger, slot = ledger[kept], slot[kept]
    where = cell[ledger["index"]]
    count = _event_counts(ledger, slot, where, cells, times.size)  # times, kinds, channels, classes, details, cells
    begin = np.zeros((cells, 4, 2), dtype=np.int64)
    np.add.at(begin, cell, stock)

    def of(kind: Kind) -> Ints:
        """Counts of a kind, shape (times, channels, classes, details, cells)."""
        return count[:, int(kind) - _K0]

    found, closed, accident, dropped = of(Kind.FOUND), of(Kind.CLOSED), of(Kind.ACCIDENT), of(Kind.DROPPED)
    gone = (accident + dropped).sum(axis=1)  # times, classes, standing, cells
    by_class = found.sum(axis=(1, 3))
    ended = closed.sum(axis=(1, 3))
    late = closed[..., [0, 2], :].sum(axis=(1, 3))
    open_now = _begin(begin, _OPEN, _LATE) + by_class - ended - gone[:, :, [_OPEN, _LATE]].sum(axis=2)
    overdue = _begin(begin, _LATE) + of(Kind.OVERDUE).sum(axis=(1, 3)) - late - gone[:, :, _LATE]
    born, back = of(Kind.BORN).sum(axis=(1, 3)), of(Kind.RELAPSED).sum(axis=(1, 3))
    latent = _begin(begin, _HIDDEN) + born + back - by_class - gone[:, :, _HIDDEN]
    whole = {kind: of(kind).sum(axis=(1, 2, 3)) for kind in (Kind.VISIT, Kind.ADVISED, Kind.PENALTY, Kind.ACCIDENT)}
    columns = [found[:, 1 + k, c].sum(axis=1) for k in range(len(DISCOVERY)) for c in range(2)]
    for each in (open_now, overdue, ended, closed[..., [1, 3], :].sum(axis=(1, 3)), found[..., 1:, :].sum(axis=(1, 3))):
        columns += [each[:, c] for c in range(2)]
    columns += [whole[Kind.VISIT], _first_visits(ledger, slot, where, cells, times.size)]
    columns += [whole[Kind.ADVISED], whole[Kind.PENALTY]]
    for each in (latent, closed[..., [0, 1], :].sum(axis=(1, 3)), born):
        columns += [each[:, c] for c in range(2)]
    columns += [whole[Kind.ACCIDENT], _deaths(ledger, slot, where, cells, times.size)]
    return np.stack(columns, axis=-1).astype(np.float64)


def _event_counts(ledger: npt.NDArray[np.void], slot: Ints, where: Ints, cells: int, slots: int) -> Ints:
    """Return cumulative counts, shape (times, kinds, channels, classes, details, cells).

    Of FOUND the detail is 1 for a hazard that had come back; of the others it is what the ledger says.
    """
    kind, channel = ledger["kind"] - _K0, np.maximum(ledger["channel"] - FIRST_DISCOVERY + 1, 0)
    detail = ledger["detail"]
    most = np.full(_KINDS, 3)
    most[[Kind.FOUND - _K0, Kind.RELAPSED - _K0]] = 1
    most[[Kind.VISIT - _K0, Kind.ADVISED - _K0, Kind.PENALTY - _K0]] = 0
    detail = np.minimum(detail, most[kind])
    shape = (slots, _KINDS, _CHANNELS, 2, 4, cells)
    key = np.ravel_multi_index((slot, kind, channel, ledger["klass"], detail, where), shape)
    counts = np.bincount(key, minlength=int(np.prod(shape))).reshape(shape)
    return np.cumsum(counts, axis=0)


def _begin(begin: Ints, *standing: int) -> Ints:
    """Return the stock at the as-of date that stood so, shape (1, classes, cells)."""
    return begin[:, list(standing)].sum(axis=1).T[None]


def _first_visits(ledger: npt.NDArray[np.void], slot: Ints, where: Ints, cells: int, slots: int) -> Ints:
    """Return how many enterprises have been visited at least once, shape (times, cells)."""
    visits = np.flatnonzero(ledger["kind"] == Kind.VISIT)
    visits = visits[np.argsort(ledger["t"][visits], kind="stable")]
    first = visits[np.unique(ledger["index"][visits], return_index=True)[1]]
    key = slot[first] * cells + where[first]
    return np.cumsum(np.bincount(key, minlength=slots * cells).reshape(slots, cells), axis=0)


def _deaths(ledger: npt.NDArray[np.void], slot: Ints, where: Ints, cells: int, slots: int) -> npt.NDArray[np.float64]:
    """Return deaths so far, shape (times, cells)."""
    hit = ledger["kind"] == Kind.ACCIDENT
    key = slot[hit] * cells + where[hit]
    return np.cumsum(
        np.bincount(key, weights=ledger["value"][hit], minlength=slots * cells).reshape(slots, cells), axis=0
    )
