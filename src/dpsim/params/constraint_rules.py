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
        value, low = item.get("value"), {"share": -1, "accidents": 0}.get(str(item.get("unit")))
        if is_number(value) and low is not None and value < low:
            yield Fault("params.outside_bounds", (*path, "value"), value, {"allowed": f"{low} ≤ x"})
        if item.get("quantity") is not None and (value, item.get("unit")) != (0, "accidents"):
            yield Fault("params.outside_bounds", (*path, "value"), value, {"allowed": "0 accidents"})
