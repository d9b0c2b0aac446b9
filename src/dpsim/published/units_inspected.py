"""Enterprises that inspectors visited at least once (家): each counts once, however often it is visited."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, flow

NAMES = {"units_inspected": Words("检查企业数", "enterprises inspected")}
UNITS = ("enterprises",)
TAKES = Takes(window=True, distinct=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the enterprises, shape (runs,)."""
    return flow(seen, asked, "units_visited")
