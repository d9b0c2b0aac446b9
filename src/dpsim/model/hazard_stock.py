"""Where hazards lie: a block of rows for each enterprise in one table, moved when it is full, packed when the table is.

Row by row beside `HAZARD` lies what is looked at in every interval (`WATCH`). Records are named as in `hazard_life`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dpsim.core.compiled import lean_kernel, routine
from dpsim.model.hazard_book import LEDGER, Book
from dpsim.model.hazard_life import Record, standing
from dpsim.model.hazards import HAZARD, WATCH, Records
from dpsim.model.state import Ints

ROOM_DAYS = 150.0
"""Days of births for which an enterprise's block has room at first: about what is there at a time."""


class Stock(NamedTuple):
    """All hazards that are not over, and what is written of them.

    Attributes
    ----------
    table : records of HAZARD
        `row`, `held` and `room` of a site say where its own lie.
    watch : records of WATCH
        Row by row beside them.
    end : int64, shape (1,): the first row that belongs to nobody
    book : Book
    """

    table: Records
    watch: Records
    end: Ints
    book: Book


@routine
def packed(sites: Records, table: Records, watch: Records, end: Ints, births: int) -> tuple[Records, Records]:
    """Return a larger table with the blocks side by side, each with some room, and put where they end into `end`."""
    rows, most = 0, 0
    for i in range(sites.size):
        rows += block_size(sites[i])
        most = max(most, sites[i].held)
    size = rows + rows // 2 + 4 * (most + births) + 16
    new, beside = np.empty(size, dtype=HAZARD), np.empty(size, dtype=WATCH)
    end[0] = 0
    for i in range(sites.size):
        move_block(sites[i], table, watch, new, beside, end)
    return new, beside


@lean_kernel
def block_size(s: Record) -> int:
    """Return how many hazards of an enterprise get room: what arises in so many days, or a quarter more than it has."""
    return max(s.held + s.held // 4, int(ROOM_DAYS * (s.intensity[0] + s.intensity[1]))) + 4


@lean_kernel
def move_block(s: Record, table: Records, watch: Records, new: Records, beside: Records, end: Ints) -> None:
    """Move an enterprise's hazards to the end of a table (it may be the same) and give them more room."""
    row = end[0]
    for k in range(s.held):
        new[row + k], beside[row + k] = table[s.row + k], watch[s.row + k]
    s.row, s.room = row, block_size(s)
    end[0] = row + s.room


@routine
def roomier(book: Book, needed: int) -> Book:
    """Return the same book with room in its ledger for as many events again, and for those needed."""
    size = book.written[0]
    ledger = np.empty(2 * size + needed, dtype=LEDGER)
    for k in range(size):
        ledger[k] = book.ledger[k]
    return Book(ledger, book.written, book.times, book.slot, book.cell, book.tally, book.visited, book.revealed)


@routine
def census(sites: Records, table: Records) -> Ints:
    """Return how many hazards of each enterprise stand how, shape (n, 4, classes): `standing` of each."""
    out = np.zeros((sites.size, 4, 2), dtype=np.int64)
    for i in range(sites.size):
        for row in range(sites[i].row, sites[i].row + sites[i].held):
            h = table[row]
            out[i, standing(h), h.klass] += 1
    return out
