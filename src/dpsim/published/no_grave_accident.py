"""Chance that no accident costs ten lives or more: the least certain part of the model.

Each accident costs ten lives or more with the same chance, by itself, so that a run's accidents give the chance without
waiting for one that hardly any run holds.
"""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, flow

NAMES = {
    "no_grave_accident": Words(
        "不发生死亡十人以上事故的可能性（推演值最不确定）",
        "chance of no accident of ten deaths or more (least certain)",
    )
}
UNITS = ("share",)
TAKES = Takes(window=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the chance, shape (runs,): that of each run's accidents."""
    none: Floats = (1.0 - seen.value("incidents.ten_death_share")) ** flow(seen, asked, "accidents", "true")
    return none
