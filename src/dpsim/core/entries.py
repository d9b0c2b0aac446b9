"""What is counted of hazards and visits, and where: the last axis of a run's counts.

An entry is a kind of event with all that the indicators tell apart of it.
"""

from __future__ import annotations

from enum import IntEnum

from dpsim.core.words import DISCOVERY


class Entry(IntEnum):
    """Where the entries of a kind begin in the counts."""

    FOUND = 0
    """2 x (2 x channel + class) + 1 for a hazard that had come back."""
    CLOSED = 4 * len(DISCOVERY)
    """4 x class + the ledger's detail; so are the next two."""
    ACCIDENT = CLOSED + 8
    DROPPED = ACCIDENT + 8
    OVERDUE = DROPPED + 8
    """By class; so are the next two."""
    RELAPSED = OVERDUE + 2
    BORN = RELAPSED + 2
    VISIT = BORN + 2
    FIRST_VISIT = VISIT + 1
    """Of an enterprise since the as-of date."""
    ADVISED = FIRST_VISIT + 1
    PENALTY = ADVISED + 1
    DEATHS = PENALTY + 1


ENTRIES = int(Entry.DEATHS) + 1
