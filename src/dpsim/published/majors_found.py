"""Major hazards found and entered in the ledger, by all channels unless one is named."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, channels, found

NAMES = {"majors_found": Words("排查发现重大事故隐患", "major hazards found")}
UNITS = ("hazards",)
TAKES = Takes(window=True, channel=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the major hazards, shape (runs,)."""
    return found(seen, asked, channels(asked), ["major"])
