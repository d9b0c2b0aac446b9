"""Share of the hazards closed in the ledger that are not repaired: what a re-check of them all would show (EX17)."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, flows, ratio

NAMES = {"found_false_on_recheck": Words("销号隐患复查时未整改占比", "share of closed hazards not fixed on re-check")}
UNITS = ("share",)
TAKES = Takes(window=True, klass=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the share, shape (runs,)."""
    closed = flows(seen, asked, "closed")
    return ratio(closed - flows(seen, asked, "closed", "true"), closed)
