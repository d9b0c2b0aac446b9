"""Hazards that inspectors find per visit of theirs."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, classes, flow, found, ratio

NAMES = {"found_per_visit": Words("每次检查发现隐患", "hazards found per visit")}
UNITS = ("hazards", "ratio")
TAKES = Takes(window=True, klass=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the hazards per visit, shape (runs,)."""
    return ratio(found(seen, asked, ["spot_check"], classes(asked)), flow(seen, asked, "visits"))
