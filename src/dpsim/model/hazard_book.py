"""What is written down of hazards and visits: counts for the indicators always, every single event for a trace.

Counts are by reporting date, group of enterprises and entry; an entry is a kind of event with what the indicators tell
apart of it. An untraced run keeps no ledger, which would take more time and memory than everything that is counted.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple, cast

import numba
import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import lean_kernel, lean_routine, typed_lean_kernel
from dpsim.core.entries import ENTRIES, Entry
from dpsim.core.words import FIRST_DISCOVERY, Kind
from dpsim.model.hazards import Records, record_type
from dpsim.model.state import Floats, Ints

LEDGER = record_type(
    [
        ("t", np.float64),
        ("value", np.float64),
        ("index", np.int32),
        ("ordinal", np.int32),
        ("kind", np.int8),
        ("channel", np.int8),
        ("klass", np.int8),
        ("detail", np.int32),
    ],
    align=True,
)
"""One event of a hazard or a visit.

`detail` is of FOUND and RELAPSED the cycle; of CLOSED 1 in time, + 2 on paper only;
of ACCIDENT and DROPPED how it stood; of VISIT and ADVISED the finds; of PENALTY the rung it leads to (`Rung`).
"""


class Book(NamedTuple):
    """What has been written down.

    Attributes
    ----------
    ledger : records of LEDGER
        Events in the order of writing and room for more; no room at all where they are only counted.
    written : int64, shape (1,): events in it
    times : float64, shape (dates,): ends of the reporting dates, ascending; none where nothing is counted
    slot : int64, shape (1,): the reporting date from which on events of the interval are looked for
    cell : int64, shape (n,): the group each enterprise is counted in
    tally : int64, shape (dates, groups, ENTRIES): events before each date and not before the one before
    visited : int64, shape (n,): 1 after the first visit
    revealed : float64, shape (n,): when the paper system was seen through, infinity for never
    """

    ledger: Records
    written: Ints
    times: Floats
    slot: Ints
    cell: Ints
    tally: Ints
    visited: Ints
    revealed: Floats


def new_book(events: int, n: int = 0, times: Floats | None = None, cell: Ints | None = None, cells: int = 0) -> Book:
    """Return an empty book with room for so many events at first; without `times` nothing is counted."""
    when = np.zeros(0) if times is None else np.asarray(times, dtype=np.float64)
    return Book(
        np.zeros(events, dtype=LEDGER),
        np.zeros(1, dtype=np.int64),
        when,
        np.zeros(1, dtype=np.int64),
        np.zeros(0, dtype=np.int64) if cell is None else cell,
        np.zeros((when.size, cells, ENTRIES), dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        np.full(n, math.inf),
    )


_BOOK: Any = cast(Any, numba).typeof(new_book(0))
_K_FOUND, _K_CLOSED, _K_ACCIDENT, _K_DROPPED, _K_OVERDUE, _K_RELAPSED = (
    int(Kind[k]) for k in ("FOUND", "CLOSED", "ACCIDENT", "DROPPED", "OVERDUE", "RELAPSED")
)
_K_BORN, _K_VISIT, _K_ADVISED, _K_PENALTY, _K_REVEALED = (
    int(Kind[k]) for k in ("BORN", "VISIT", "ADVISED", "PENALTY", "REVEALED")
)
_FOUND, _CLOSED, _ACCIDENT, _DROPPED, _OVERDUE, _RELAPSED, _BORN, _VISIT, _FIRST_VISIT, _ADVISED, _PENALTY, _DEATHS = (
    int(entry) for entry in Entry
)


@typed_lean_kernel(numba.int64(*(numba.int64,) * 4))
def entry_of(kind: int, channel: int, klass: int, detail: int) -> int:
    """Return the entry an event is counted under, -1 for none."""
    entry = -1
    if kind == _K_FOUND:
        entry = _FOUND + 2 * (2 * (channel - FIRST_DISCOVERY) + klass) + min(detail, 1)
    elif kind == _K_CLOSED:
        entry = _CLOSED + 4 * klass + detail
    elif kind == _K_ACCIDENT:
        entry = _ACCIDENT + 4 * klass + detail
    elif kind == _K_DROPPED:
        entry = _DROPPED + 4 * klass + detail
    elif kind == _K_OVERDUE:
        entry = _OVERDUE + klass
    elif kind == _K_RELAPSED:
        entry = _RELAPSED + klass
    elif kind == _K_BORN:
        entry = _BORN + klass
    elif kind == _K_VISIT:
        entry = _VISIT
    elif kind == _K_ADVISED:
        entry = _ADVISED
    elif kind == _K_PENALTY:
        entry = _PENALTY
    return entry


@lean_kernel
def count_event(book: Book, t: float, index: int, entry: int, value: float) -> None:
    """Add an event to the counts of its date; with an accident its deaths, with a visit whether it is the first."""
    slot = book.slot[0]
    while slot < book.times.size and book.times[slot] <= t:
        slot += 1
    if slot < book.times.size:
        cell = book.cell[index]
        book.tally[slot, cell, entry] += 1
        if _ACCIDENT <= entry < _DROPPED:
            book.tally[slot, cell, _DEATHS] += int(value)
        elif entry == _VISIT and book.visited[index] == 0:
            book.visited[index] = 1
            book.tally[slot, cell, _FIRST_VISIT] += 1


@lean_routine
def write(
    ledger: Records,
    written: Ints,
    t: float,
    index: int,
    ordinal: int,
    kind: int,
    channel: int,
    klass: int,
    detail: int,
    value: float,
) -> None:
    """Write an event into the ledger, which has room."""
    event = ledger[written[0]]
    event.t, event.index, event.ordinal, event.kind = t, index, ordinal, kind
    event.channel, event.klass, event.detail, event.value = channel, klass, detail, value
    written[0] += 1


@typed_lean_kernel(numba.void(_BOOK, numba.float64, *(numba.int64,) * 6, numba.float64))
def note(
    book: Book,
    t: float,
    index: int,
    ordinal: int,
    kind: int,
    channel: int,
    klass: int,
    detail: int,
    value: float,
) -> None:
    """Write an event down; what lies before the as-of date is not kept."""
    if t < 0.0:
        return
    if book.times.size > 0:
        entry = entry_of(kind, channel, klass, detail)
        if entry >= 0:
            count_event(book, t, index, entry, value)
        elif kind == _K_REVEALED:
            book.revealed[index] = min(book.revealed[index], t)
    if book.ledger.size > 0:
        write(book.ledger, book.written, t, index, ordinal, kind, channel, klass, detail, value)


@lean_kernel
def open_page(book: Book, now: float) -> None:
    """Let events be looked for from the reporting date on that `now` belongs to."""
    slot = book.slot[0]
    while slot < book.times.size and book.times[slot] <= now:
        slot += 1
    book.slot[0] = slot


def ledger_counts(
    ledger: npt.NDArray[np.void], cell: Ints, cells: int, times: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Return the counts of a ledger as the run itself keeps them (`Book.tally`)."""
    book = new_book(0, cell.size, times, cell, cells)
    count_ledger(ledger[np.argsort(ledger["t"], kind="stable")], book)
    return book.tally


@lean_routine
def count_ledger(ledger: Records, book: Book) -> None:
    """Count the events of a ledger."""
    for k in range(ledger.size):
        e = ledger[k]
        note(book, e.t, e.index, e.ordinal, e.kind, e.channel, e.klass, e.detail, e.value)
