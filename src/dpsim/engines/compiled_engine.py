"""The fast engine: a world's books handed to the compiled scheduler, and its log back."""

from __future__ import annotations

import threading
import warnings

from numba.core.errors import NumbaExperimentalFeatureWarning

from dpsim.engines.books import make_books, make_hazard_books
from dpsim.engines.log import sorted_events
from dpsim.engines.outcome import Outcome
from dpsim.engines.scheduler import simulate
from dpsim.engines.world import World
from dpsim.model.reporting import told_by_day

_COMPILING, _READY = threading.Lock(), threading.Event()
"""Held while the scheduler is compiled or loaded; set from then on."""


def run(world: World) -> Outcome:
    """Run one replication to the end of its timeline and return what happened."""
    books, hazards = make_books(world), make_hazard_books(world.hazards)
    if not _READY.is_set():
        with _COMPILING, warnings.catch_warnings():  # functions in a tuple are a new feature of Numba
            warnings.simplefilter("ignore", NumbaExperimentalFeatureWarning)
            book, after = simulate(books, hazards)
        _READY.set()
    else:
        book, after = simulate(books, hazards)
    if world.hazards is not None:
        world.hazards.store.stock = after.stock
        world.hazards.lived = float(world.timeline.days)
    events, days = sorted_events(book.rows[: book.written[0]]), books.days
    told = told_by_day(world.reports)
    return Outcome(events, days.queue, days.busy, days.servers, days.spent, days.purse, world.hazards, told)
