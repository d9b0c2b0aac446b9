"""Penalty cases of inspectors."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, flow

NAMES = {"penalties": Words("行政处罚", "penalties")}
UNITS = ("penalties",)
TAKES = Takes(window=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the penalties, shape (runs,)."""
    return flow(seen, asked, "penalties")
