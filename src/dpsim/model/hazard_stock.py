"""Where hazards lie: in two tables, enterprise by enterprise, read from one end and written at the other.

Most hazards are hidden and have no history: they lie in a table of their own (`HIDDEN`), small enough to be read in
every interval. All others lie in the other one (`HAZARD`). An interval reads both in order and writes what is left, and
what is new, from the end on at which it began; the next one goes the other way. So there are no holes, and no room is
kept for anybody. Records are named as in `hazard_life`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dpsim.core.compiled import lean_kernel, routine
from dpsim.model.hazard_book import LEDGER, Book
from dpsim.model.hazard_life import Record, standing
from dpsim.model.hazards import Records
from dpsim.model.state import Ints

KNOWN, UNSEEN = 0, 1
"""Places in `row` and `held` of a site: rows of HAZARD and of HIDDEN."""


class Stock(NamedTuple):
    """All hazards that are not over, and what is written of them.

    Attributes
    ----------
    table : records of HAZARD
        `row` and `held` of a site say where its own lie.
    hidden : records of HIDDEN
    way : int64, shape (1,)
        1: the next interval reads upwards, from the first enterprise to the last; -1: downwards; 0: nothing is there.
    book : Book
    """

    table: Records
    hidden: Records
    way: Ints
    book: Book


@lean_kernel
def gap(s: Record, kind: int, way: int, free: int) -> int:
    """Return how many rows are free from row `free` on before those of the enterprise that is to be read next."""
    return s.row[kind] - free if way > 0 else free - (s.row[kind] + s.held[kind] - 1)


@routine
def larger(sites: Records, kind: int, rows: Records, place: int, way: int, free: Ints, more: int) -> Records:
    """Return a larger table with the same hazards, and room for `more`.

    What is written stays at the end at which it is, what is still to be read, from the enterprise at `place` in the
    order of reading on, at the other; the gap between them grows.
    """
    n, size = sites.size, rows.size + rows.size // 4 + more + 16
    shift, new = size - rows.size, np.empty(size, dtype=rows.dtype)
    below, above, first = free[kind], sites[place].row[kind], place
    if way < 0:
        s = sites[n - 1 - place]
        below, above, first = s.row[kind] + s.held[kind], free[kind] + 1, n - place
        free[kind] += shift
    for row in range(below):
        new[row] = rows[row]
    for row in range(above, rows.size):
        new[row + shift] = rows[row]
    for i in range(first, n):
        sites[i].row[kind] += shift
    return new


@routine
def roomier(book: Book, needed: int) -> Book:
    """Return the same book with room in its ledger for as many events again, and for those needed."""
    size = book.written[0]
    ledger = np.empty(2 * size + needed, dtype=LEDGER)
    for k in range(size):
        ledger[k] = book.ledger[k]
    return Book(ledger, book.written, book.times, book.slot, book.cell, book.tally, book.visited, book.revealed)


@routine
def census(sites: Records, table: Records, hidden: Records) -> Ints:
    """Return how many hazards of each enterprise stand how, shape (n, 4, classes): `standing` of each."""
    out = np.zeros((sites.size, 4, 2), dtype=np.int64)
    for i in range(sites.size):
        s = sites[i]
        for row in range(s.row[KNOWN], s.row[KNOWN] + s.held[KNOWN]):
            h = table[row]
            out[i, standing(h), h.klass] += 1
        for row in range(s.row[UNSEEN], s.row[UNSEEN] + s.held[UNSEEN]):
            out[i, 0, hidden[row].ordinal & 1] += 1
    return out
