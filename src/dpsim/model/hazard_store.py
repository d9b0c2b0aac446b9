"""Hazards and what is written of them in one place, for callers that are not compiled."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dpsim.model.hazard_book import Book, new_book
from dpsim.model.hazard_sites import drop_site, live_sites
from dpsim.model.hazard_stock import Stock, census
from dpsim.model.hazards import HAZARD, WATCH, Records, Visits
from dpsim.model.state import Floats, Ints


@dataclass
class HazardStore:
    """All hazards of a list of enterprises (`sites`, records of SITE) that are not over, and what is written of them.

    Attributes
    ----------
    hazards, events : int
        Room to begin with.
    stock : Stock
        The table of hazards and the book, as compiled functions take them.
    """

    hazards: int = 4096
    events: int = 4096
    stock: Stock = field(init=False)

    def __post_init__(self) -> None:
        table, watch = np.zeros(self.hazards, dtype=HAZARD), np.zeros(self.hazards, dtype=WATCH)
        self.stock = Stock(table, watch, np.zeros(1, dtype=np.int64), new_book(self.events))

    @property
    def table(self) -> Records:
        """The hazards; `row` and `held` of a site say where its own lie."""
        return self.stock.table

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
        drop_site(sites[i], now, self.table, self.book)

    def census(self, sites: Records) -> Ints:
        """Return how many hazards of each enterprise stand how, shape (n, 4, classes): `standing` of each."""
        return census(sites, self.table)
