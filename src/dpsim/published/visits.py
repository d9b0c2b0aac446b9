"""Visits by inspectors (家次): an enterprise counts as often as it is visited."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, flow

NAMES = {"visits": Words("入企检查家次", "inspection visits")}
UNITS = ("visits",)
TAKES = Takes(window=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the visits, shape (runs,)."""
    return flow(seen, asked, "visits")
