"""Hazards that inspectors find per enterprise they have visited at least once (CC07 over CC06)."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, classes, flow, found, ratio

NAMES = {"found_per_unit": Words("每家受检企业发现隐患", "hazards found per enterprise inspected")}
UNITS = ("hazards", "ratio")
TAKES = Takes(window=True, klass=True, distinct=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the hazards per enterprise, shape (runs,)."""
    return ratio(found(seen, asked, ["spot_check"], classes(asked)), flow(seen, asked, "units_visited"))
