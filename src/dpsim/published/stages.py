"""Enterprises that have reached a stage, as reported: their number, or their share of those on the list."""

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
TAKES = Takes(window=False)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the share of those on the list, or the number, shape (runs,)."""
    count = seen.at(asked.name, asked.end)
    return ratio(count, seen.at("listed", asked.end)) if asked.unit == "share" else count
