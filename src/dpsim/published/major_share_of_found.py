"""Share of the hazards found that are major, over all channels unless one is named."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.core.words import CLASSES
from dpsim.published._asked import Asked, Floats, Seen, Takes, channels, found, ratio

NAMES = {"major_share_of_found": Words("发现隐患中重大事故隐患占比", "major share of hazards found")}
UNITS = ("share",)
TAKES = Takes(window=True, channel=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the share, shape (runs,)."""
    by = channels(asked)
    return ratio(found(seen, asked, by, ["major"]), found(seen, asked, by, CLASSES))
