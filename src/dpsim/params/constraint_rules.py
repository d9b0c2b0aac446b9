"""Rules about constraints on outcomes and facts that lie outside: each says what a run gives of it, or why none can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dpsim.params.dig import is_number, items, unique
from dpsim.params.faults import Fault
from dpsim.params.target_rules import plain_ids


def constraint_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield every fault of the constraints and of the facts outside."""
    for block in ("constraints", "outside"):
        yield from unique(content, (block,))
        yield from plain_ids(content, (block,))
    for path, item in items(content, ("constraints",)):
        told = [key for key in ("quantity", "reason") if item.get(key) is not None]
        if len(told) != 1:
            yield Fault("params.one_of_two", path, ", ".join(told), {"allowed": "quantity | reason"})
        value, unit = item.get("value"), item.get("unit")
        if unit == "share" and is_number(value) and not -1 <= value <= 1:
            yield Fault("params.outside_bounds", (*path, "value"), value, {"allowed": "-1 ≤ x ≤ 1"})
        if unit == "accidents" and is_number(value) and (value < 0 or value != int(value)):
            yield Fault("params.outside_bounds", (*path, "value"), value, {"allowed": "0, 1, …"})
        if item.get("quantity") is not None and (value, unit) != (0, "accidents"):
            yield Fault("params.outside_bounds", (*path, "value"), value, {"allowed": "0 accidents"})
