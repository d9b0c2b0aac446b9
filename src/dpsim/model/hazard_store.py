"""Hazards and what is written of them in one place, for callers that are not compiled."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from dpsim.model.hazard_book import Book, new_book
from dpsim.model.hazard_life import Record, arise
from dpsim.model.hazard_sites import drop_site, live_sites
from dpsim.model.hazard_stock import KNOWN, UNSEEN, Stock, census
from dpsim.model.hazards import HAZARD, HIDDEN, Records, Visits
from dpsim.model.state import Floats, Ints

ROOM_DAYS = (45.0, 110.0)
"""Days of births for which there is room at first, for hazards with a history and without: about what there is."""


def first_rooms(sites: Records) -> tuple[int, int]:
    """Return how many hazards with a history and without there should be room for at first."""
    daily = float(sites["intensity"].sum())
    known, unseen = (1024 + int(days * daily) for days in ROOM_DAYS)
    return known, unseen


@dataclass
class HazardStore:
    """All hazards of a list of enterprises (`sites`, records of SITE) that are not over, and what is written of them.

    Attributes
    ----------
    known, unseen, events : int
        Room to begin with: for hazards with a history, for those without one, and for events.
    stock : Stock
        The table of hazards and the book, as compiled functions take them.
    """

    known: int = 4096
    unseen: int = 4096
    events: int = 4096
    stock: Stock = field(init=False)

    def __post_init__(self) -> None:
        table, hidden = np.zeros(self.known, dtype=HAZARD), np.zeros(self.unseen, dtype=HIDDEN)
        self.stock = Stock(table, hidden, np.zeros(1, dtype=np.int64), new_book(self.events))

    def of(self, site: Record) -> Records:
        """Return the hazards of one enterprise, records of HAZARD, those without a history last."""
        known, unseen = (
            rows[site["row"][kind] : site["row"][kind] + site["held"][kind]]
            for kind, rows in ((KNOWN, self.stock.table), (UNSEEN, self.stock.hidden))
        )
        plain = np.zeros(unseen.size, dtype=HAZARD)
        for row, h in zip(plain, unseen, strict=True):
            arise(row, int(h["ordinal"]), float(h["level"]), math.inf)
        return np.concatenate([known, plain])

    @property
    def book(self) -> Book:
        """What has been written down."""
        return self.stock.book

    @property
    def ledger(self) -> Records:
        """Every event, in the order of writing; nothing where they are only counted."""
        return self.book.ledger[: self.book.written[0]]

    def count(self, times: Floats, cell: Ints, cells: int, *, trace: bool) -> None:
        """Count what happens from now on by date and group of enterprises, and keep a ledger for a trace only.

        Parameters
        ----------
        times : numpy.ndarray
            Ends of the reporting dates, ascending, days.
        cell : numpy.ndarray of int64
            Shape (n,): the group each enterprise is counted in.
        cells : int
        trace : bool
        """
        book = new_book(self.events if trace else 0, cell.size, times, cell, cells)
        self.stock = self.stock._replace(book=book)

    def live(self, sites: Records, begin: float, until: float, laws: Records, visits: Visits) -> None:
        """Let all hazards live over [begin, until), in days, under `laws` and with the visits of this interval."""
        self.stock = live_sites(sites, self.stock, begin, until, laws, visits)

    def drop(self, sites: Records, i: int, now: float) -> None:
        """End the hazards of enterprise `i`, which has left the list."""
        sites["on_list"][i] = 0
        drop_site(sites[i], now, self.stock.table, self.stock.hidden, self.book)

    def census(self, sites: Records) -> Ints:
        """Return how many hazards of each enterprise stand how, shape (n, 4, classes): `standing` of each."""
        return census(sites, self.stock.table, self.stock.hidden)
