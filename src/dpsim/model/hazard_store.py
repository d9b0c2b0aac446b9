"""Hazards and their ledger in one place, with room that grows as it must."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dpsim.core.compiled import routine
from dpsim.model.hazard_sites import census, drop_site, live_sites
from dpsim.model.hazards import HAZARD, LEDGER, Records, Visits, doubled
from dpsim.model.state import Ints


@dataclass
class HazardStore:
    """All hazards of a list of enterprises (`sites`, records of SITE) that are not over, and what is written of them.

    Attributes
    ----------
    hazards, events : int
        Room to begin with.
    table : numpy.ndarray of HAZARD
        The hazards; `row` and `held` of a site say where its own lie.
    spare : numpy.ndarray of HAZARD
        Where the hazards are written next.
    room : numpy.ndarray of LEDGER
        What has been written down, and room for more.
    count : numpy.ndarray of int64
        Shape (1,): events written down.
    """

    hazards: int = 4096
    events: int = 4096
    table: Records = field(init=False)
    spare: Records = field(init=False)
    room: Records = field(init=False)
    count: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.table = np.zeros(self.hazards, dtype=HAZARD)
        self.spare = np.zeros(self.hazards, dtype=HAZARD)
        self.room = np.zeros(self.events, dtype=LEDGER)
        self.count = np.zeros(1, dtype=np.int64)

    @property
    def ledger(self) -> Records:
        """What has been written down, in the order of writing."""
        return self.room[: self.count[0]]

    def live(self, sites: Records, begin: float, until: float, laws: Records, visits: Visits) -> None:
        """Let all hazards live over [begin, until), in days, under `laws` and with the visits of this interval."""
        self.table, self.spare, self.room = live_all(
            sites, self.table, self.spare, self.room, self.count, begin, until, laws, visits
        )

    def drop(self, sites: Records, i: int, now: float) -> None:
        """End the hazards of enterprise `i`, which has left the list."""
        sites["on_list"][i] = 0
        drop_site(sites[i], now, self.table, self.room, self.count)

    def census(self, sites: Records) -> Ints:
        """Return how many hazards of each enterprise stand how, shape (n, 4, classes): `standing` of each."""
        return census(sites, self.table)


@routine
def live_all(
    sites: Records,
    table: Records,
    spare: Records,
    room: Records,
    count: Ints,
    begin: float,
    until: float,
    laws: Records,
    visits: Visits,
) -> tuple[Records, Records, Records]:
    """Let all hazards live over [begin, until) and return table, spare table and ledger, larger where they had to be.

    Arguments as in `HazardStore` and its `live`.
    """
    done, before, used = 0, -1, np.zeros(1, dtype=np.int64)
    while True:
        done = live_sites(done, begin, until, sites, table, spare, used, room, count, laws, visits)
        if done == sites.size:
            break
        stuck, before = done == before, done  # one enterprise alone may need more than the rule of thumb gives
        if stuck or spare.size < 2 * (used[0] + 4096):
            spare = doubled(spare)
        if stuck or room.size < 2 * (count[0] + 4096):
            room = doubled(room)
    if table.size < spare.size:
        table = np.zeros_like(spare)
    return spare, table, room
