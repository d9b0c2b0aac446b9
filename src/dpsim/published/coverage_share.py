"""Share of the enterprises on the list that inspectors visited at least once."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, flow, ratio

NAMES = {"coverage_share": Words("检查覆盖率", "coverage by inspection")}
UNITS = ("share",)
TAKES = Takes(window=True, distinct=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the share, shape (runs,)."""
    return ratio(flow(seen, asked, "units_visited"), seen.at("listed", asked.begin))
