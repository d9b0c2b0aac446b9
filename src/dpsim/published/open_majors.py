"""Major hazards in the ledger that are not closed."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes

NAMES = {"open_majors": Words("未销号重大事故隐患", "major hazards open")}
UNITS = ("hazards",)
TAKES = Takes(window=False)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the major hazards, shape (runs,)."""
    return seen.at("hazards_open:major", asked.end)
