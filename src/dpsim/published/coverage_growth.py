"""Enterprises inspected at least once in the whole window over those in its first half: whether coverage keeps pace."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, flow, ratio

NAMES = {
    "coverage_growth": Words(
        "全程与前一半时间的检查企业数之比", "enterprises inspected, whole window over its first half"
    )
}
UNITS = ("ratio",)
TAKES = Takes(window=True, distinct=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the ratio, shape (runs,): 2 at an even pace with no enterprise visited twice, less otherwise."""
    first = asked._replace(end=0.5 * (asked.begin + asked.end))
    return ratio(flow(seen, asked, "units_visited"), flow(seen, first, "units_visited"))
