"""Rules about published figures: what each says of its quantity, its dates, its strategies and its value."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from dpsim.params.dig import choice, is_number, items, unique, value_of
from dpsim.params.faults import Fault, Path
from dpsim.params.locate import list_strategies
from dpsim.params.readings import PrintedUnit, Stage, printed_step
from dpsim.params.target_rules import plain_ids
from dpsim.published import quantities

_WHEN = (("date",), ("from", "to"))
"""The keys of a quantity that stands at a date, and of one that is counted over days."""
_WHAT = ("quantity", "date", "class", "channel", "sector", "group", "strategy", "against", "unit")
"""What two figures at a date share when they say the same."""


def published_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield every fault of the published figures."""
    yield from unique(content, ("published",))
    yield from plain_ids(content, ("published",))
    yield from _agreeing(content)
    as_of, end = content.get("as_of"), content.get("horizon_end")
    if isinstance(as_of, dt.date) and isinstance(end, dt.date) and end <= as_of:
        as_of = end = None  # one fault, reported by the rules of the dates, not one for every figure
    for path, item in items(content, ("published",)):
        name = item.get("quantity")
        if isinstance(name, str) and name not in quantities():
            yield choice("params.not_a_choice", (*path, "quantity"), name, quantities())
        elif isinstance(name, str):
            yield from _fitting(path, item, name, as_of)
        yield from _inside(path, item, as_of, end)
        yield from _strategies(path, item, content.get("default_strategy"))
        yield from _value(content, path, item, as_of)


def _agreeing(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Check that what stands at one date is given one value; two sources may differ on what is counted over days."""
    first: dict[tuple[str, ...], tuple[str, Any]] = {}
    for path, item in items(content, ("published",)):
        if item.get("date") is None or not is_number(item.get("value")):
            continue
        whose = {"strategy": content.get("default_strategy")} | {k: v for k, v in item.items() if v is not None}
        key = tuple(str(whose.get(name)) for name in _WHAT)
        other, value = first.setdefault(key, (f"{'.'.join(map(str, path))}.value", item["value"]))
        if value != item["value"]:
            values: dict[str, object] = {"other": f"{other} = {value}", "allowed": value}
            yield Fault("params.published_twice", (*path, "value"), item["value"], values)


def _fitting(path: Path, item: Mapping[str, Any], name: str, as_of: Any) -> Iterator[Fault]:
    """Check that a figure says of its quantity what belongs to it, and nothing else."""
    module = quantities()[name]
    takes, unit = module.TAKES, item.get("unit")
    wanted, others = _WHEN[takes.window], _WHEN[not takes.window]
    taken = {"class": takes.klass, "channel": takes.channel, "sector": takes.part, "group": takes.part}
    also = [key for key in taken if taken[key]]
    for key in wanted:
        if item.get(key) is None:
            yield Fault("params.missing_key", (*path, key), values={"allowed": ", ".join((*wanted, *also))})
    for key in (*others, *taken):
        if item.get(key) is not None and key not in also:
            values: dict[str, object] = {"quantity": name, "allowed": ", ".join((*wanted, *also))}
            yield Fault("params.not_of_quantity", (*path, key), item[key], values)
    units = ("share",) if item.get("against") is not None else module.UNITS
    if unit in get_args(PrintedUnit) and unit not in units:
        yield Fault("params.wrong_unit", (*path, "unit"), unit, {"allowed": ", ".join(units)})
    begin = item.get("from")
    if takes.distinct and isinstance(begin, dt.date) and isinstance(as_of, dt.date):
        first = as_of + dt.timedelta(days=1)
        if begin > first:
            allowed = f"{as_of}, {first}"
            yield Fault("params.counted_from_as_of", (*path, "from"), begin, {"quantity": name, "allowed": allowed})


def _inside(path: Path, item: Mapping[str, Any], as_of: Any, end: Any) -> Iterator[Fault]:
    """Check that the dates lie within what is simulated, in their order."""
    for key in ("date", "from", "to"):
        date = item.get(key)
        if isinstance(date, dt.date) and isinstance(as_of, dt.date) and date < as_of:
            yield Fault("params.date_before", (*path, key), date, {"other": "as_of", "allowed": as_of})
        if isinstance(date, dt.date) and isinstance(end, dt.date) and date > end:
            yield Fault("params.date_after", (*path, key), date, {"other": "horizon_end", "allowed": end})
    begin, until = item.get("from"), item.get("to")
    if isinstance(begin, dt.date) and isinstance(until, dt.date) and until < begin:
        yield Fault("params.date_before", (*path, "to"), until, {"other": "from", "allowed": begin})


def _strategies(path: Path, item: Mapping[str, Any], default: Any) -> Iterator[Fault]:
    """Check that the strategies exist and are two where one is set against the other."""
    for key in ("strategy", "against"):
        name = item.get(key)
        if isinstance(name, str) and name not in list_strategies():
            yield choice("params.unknown_strategy_key", (*path, key), name, list_strategies())
    against = item.get("against")
    if isinstance(against, str) and against == (item.get("strategy") or default):
        yield Fault("params.against_itself", (*path, "against"), against)


def _value(content: Mapping[str, Any], path: Path, item: Mapping[str, Any], as_of: Any) -> Iterator[Fault]:
    """Check the bounds of a value, and of a stage at the as-of date that it agrees with the count."""
    value, unit = item.get("value"), item.get("unit")
    if not is_number(value):
        return
    low = 0 if item.get("against") is None else -1
    high: float = 1 if unit == "share" and low == 0 else math.inf
    listed = value_of(content, "population", "enterprises")
    if unit == "enterprises" and item.get("quantity") in get_args(Stage) and listed is not None:
        high = listed
    if not low <= value <= high:
        allowed = f"{low} ≤ x" + (f" ≤ {high:g}" if high < math.inf else "")
        yield Fault("params.outside_bounds", (*path, "value"), value, {"allowed": allowed})
    elif low == 0 and as_of is not None and item.get("date") == as_of:
        yield from _printed(content, path, item, value)


def _printed(content: Mapping[str, Any], path: Path, item: Mapping[str, Any], value: float) -> Iterator[Fault]:
    """Check a stage at the as-of date against its count: less than one unit of the last printed digit away.

    No count of the state is of a part of the enterprises.
    """
    if item.get("sector") is not None or item.get("group") is not None:
        return
    stage, total = item.get("quantity"), value_of(content, "population", "enterprises")
    count = value_of(content, "state", str(stage)) if stage in get_args(Stage) else None
    if count is None:
        return
    counted, values = f"state.{stage}", dict[str, object]()
    if item.get("unit") == "enterprises" and value != count:
        values = {"other": f"{counted} = {count}", "allowed": count}
    if item.get("unit") == "share" and total is not None and count <= total:
        share, step = count / total, printed_step(value, "share")
        if abs(share - value) >= step:
            counted += f" / population.enterprises = {count} / {total}"
            values = {"other": counted, "allowed": f"{share:.{round(-math.log10(step))}f}"}
    if values:
        yield Fault("params.published_differs", (*path, "value"), value, values)
