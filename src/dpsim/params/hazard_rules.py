"""Rules about hazards, accidents, the veto and plans of inspection that look at several keys together."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from typing import Any

from dpsim.core.levers import Plan
from dpsim.params.dig import at_most, items, value_of
from dpsim.params.faults import Fault, Path

PLANS = frozenset(plan.name.lower() for plan in Plan)
"""Instruments whose share is one of the inspection plan."""
COLOURS = ("yellow_share", "orange_share", "red_share")
_NESTED: tuple[tuple[Path, Path], ...] = (
    (("incidents", "three_death_share"), ("incidents", "one_death_share")),
    (("incidents", "ten_death_share"), ("incidents", "three_death_share")),
    (("formalism", "veto_failing"), ("formalism", "veto_checked")),
)
"""The first is a part of the second: accidents that cost three lives also cost one."""


def hazard_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield every fault of a case's blocks about hazards."""
    shares = [value_of(content, "hazards", key) for key in COLOURS]
    total = math.fsum(share for share in shares if share is not None)
    if total > 1.0 + 1e-9:
        yield Fault("params.sum_above_one", ("hazards",), round(total, 9), {"keys": ", ".join(COLOURS), "allowed": "0 … 1"})
    for inner, outer in _NESTED:
        yield from at_most(inner, value_of(content, *inner), ".".join(map(str, outer)), value_of(content, *outer))


def plan_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the fault of a strategy whose inspection plans ask, on one day, for more than all visits."""
    plans = []
    for path, item in items(content, ("instruments",)):
        share, start, end = value_of(item, "share"), item.get("start"), item.get("end")
        if item.get("instrument") in PLANS and share is not None and all(day is None or isinstance(day, dt.date) for day in (start, end)):
            plans.append((path, str(item.get("instrument")), share, start or dt.date.min, end or dt.date.max))
    for path, _, _, begin, _ in plans:
        together = [(name, share) for _, name, share, first, last in plans if first <= begin <= last]
        total = math.fsum(share for _, share in together)
        if total > 1.0 + 1e-9:
            names = ", ".join(name for name, _ in together)
            yield Fault("params.sum_above_one", (*path, "share"), round(total, 9), {"keys": names, "allowed": "0 … 1"})
            return
