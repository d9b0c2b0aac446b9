"""Hazards found and entered in the ledger, by all channels unless one is named."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, channels, classes, found

NAMES = {"hazards_found": Words("排查发现隐患", "hazards found")}
UNITS = ("hazards",)
TAKES = Takes(window=True, klass=True, channel=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the hazards, shape (runs,)."""
    return found(seen, asked, channels(asked), classes(asked))
