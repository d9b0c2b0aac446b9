"""Penalty cases per visit of inspectors."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, flow, ratio

NAMES = {"penalties_per_visit": Words("每次检查的处罚", "penalties per visit")}
UNITS = ("share", "ratio")
TAKES = Takes(window=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the penalties per visit, shape (runs,)."""
    return ratio(flow(seen, asked, "penalties"), flow(seen, asked, "visits"))
