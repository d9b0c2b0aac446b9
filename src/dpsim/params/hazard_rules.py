"""Rules about hazards, accidents, the veto and plans of inspection that look at several keys together."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dpsim.core.levers import Plan
from dpsim.params.dig import at_most, items, value_of
from dpsim.params.faults import Fault, Path, dotted

PLANS = frozenset(plan.name.lower() for plan in Plan)
"""Instruments whose share is one of the inspection plan."""
COLOURS = ("yellow_share", "orange_share", "red_share")
_NESTED: tuple[tuple[Path, Path], ...] = (
    (("incidents", "three_death_share"), ("incidents", "one_death_share")),
    (("incidents", "ten_death_share"), ("incidents", "three_death_share")),
    (("formalism", "veto_failing"), ("formalism", "veto_checked")),
    (("questioning", "known_untrained"), ("questioning", "known_trained")),
    (("appraisal", "good_points"), ("appraisal", "full_points")),
    (("appraisal", "pass_points"), ("appraisal", "good_points")),
)
"""The first is a part of the second (accidents that cost three lives also cost one), or no more than it."""


def hazard_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield every fault of a case's blocks about hazards."""
    shares = [value_of(content, "hazards", key) for key in COLOURS]
    total = math.fsum(share for share in shares if share is not None)
    if total > 1.0 + 1e-9:
        yield _above_one(("hazards",), total, COLOURS)
    for inner, outer in _NESTED:
        yield from at_most(inner, value_of(content, *inner), dotted(outer), value_of(content, *outer))


def plan_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the fault of a strategy whose inspection plans ask, on one day, for more than all visits."""
    plans = []
    for path, item in items(content, ("instruments",)):
        name, share, start, end = item.get("instrument"), value_of(item, "share"), item.get("start"), item.get("end")
        dated = all(day is None or isinstance(day, dt.date) for day in (start, end))
        if isinstance(name, str) and name in PLANS and share is not None and dated:
            plans.append((path, name, share, start or dt.date.min, end or dt.date.max))
    for path, _, _, begin, _ in plans:
        together = [(name, share) for _, name, share, first, last in plans if first <= begin <= last]
        total = math.fsum(share for _, share in together)
        if total > 1.0 + 1e-9:
            yield _above_one((*path, "share"), total, [name for name, _ in together])
            return


def _above_one(path: Path, total: float, keys: Iterable[str]) -> Fault:
    """Return the fault of shares that are more than everything together."""
    return Fault("params.sum_above_one", path, round(total, 9), {"keys": ", ".join(keys), "allowed": "0 … 1"})
