"""Enterprises that have reached a stage, as reported: their number, or their share of those on the list.

Of all, or of one sector or target group: a document may speak of the chemical or the key-sector ones alone.
"""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, ratio

NAMES = {
    "built": Words("已建成", "built"),
    "connected": Words("已纳入平台", "connected"),
    "online": Words("网上运行", "online"),
    "assessed": Words("已完成评估", "assessed"),
    "passed": Words("通过评估", "passed"),
}
UNITS = ("share", "enterprises")
TAKES = Takes(window=False, part=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the share of those on the list, or the number, shape (runs,)."""
    count = seen.at(asked.name, asked.end, part=asked.part)
    return ratio(count, seen.at("listed", asked.end, part=asked.part)) if asked.unit == "share" else count
