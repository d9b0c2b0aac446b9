"""Rules of a parameter file that look at several keys together.

They work on the plain content and pass over what is missing or of the wrong type, which is reported elsewhere;
so they can be applied to a file that has other faults too.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from dpsim.params.constraint_rules import constraint_rules
from dpsim.params.county_rules import county_rules
from dpsim.params.dig import at_most, choice, dig, entries, is_number, items, once, part, value_of
from dpsim.params.faults import Fault, Path, dotted
from dpsim.params.hazard_rules import hazard_rules, plan_rules
from dpsim.params.locate import NAME, list_strategies
from dpsim.params.published_rules import published_rules
from dpsim.params.source_rules import source_rules
from dpsim.params.target_rules import switch_rules, target_rules, task_rules

YEARS = (2000, 2100)
"""Years an as-of date may lie in."""
LONGEST_DAYS = 3660
"""Longest time from the first start to the end of the horizon."""
_AT_SEVERAL_INTERVALS = ("dispatch_meeting",)
"""What may be held at several intervals at once: weekly meeting, monthly summary, quarterly review (QX01; LY15)."""

_NESTED = (("passed", "assessed"), ("assessed", "built"), ("online", "connected"), ("online", "built"))
_IDS = {"case": "params.bad_case_name", "strategy": "params.bad_strategy_name", "batch": "params.bad_batch_name"}


def case_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield every fault of a case that needs more than one key to see."""
    yield from own_name(content, "case")
    default = content.get("default_strategy")
    if isinstance(default, str) and default not in list_strategies():
        yield choice("params.unknown_strategy_key", ("default_strategy",), default, list_strategies())
    prefix = content.get("code_prefix")
    if isinstance(prefix, str) and not (prefix.isascii() and prefix.isalpha() and prefix.isupper() and len(prefix) < 5):
        yield Fault("params.bad_prefix", ("code_prefix",), prefix)
    as_of = content.get("as_of")
    if isinstance(as_of, dt.date) and not YEARS[0] <= as_of.year <= YEARS[1]:
        yield Fault("params.date_outside", ("as_of",), as_of, {"allowed": f"{YEARS[0]}-01-01 … {YEARS[1]}-12-31"})
        content = {**content, "as_of": None}  # no other date can be compared with it
    for rules in (
        _counts,
        _all_built,
        _population,
        _dates,
        _weights,
        _calendar,
        target_rules,
        switch_rules,
        task_rules,
        published_rules,
        constraint_rules,
    ):
        yield from rules(content)
    yield from county_rules(content)
    yield from hazard_rules(content)
    yield from source_rules(content)


def strategy_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield every fault of a strategy that needs more than one key to see."""
    yield from own_name(content, "strategy")
    named = [item.get("instrument") for _, item in items(content, ("instruments",))]
    if content.get("pace") == "past" and named:
        yield Fault("params.past_with_instruments", ("instruments",), tuple(named))
    windows: list[tuple[object, dt.date, dt.date, object, str]] = []
    for path, item in items(content, ("instruments",)):
        start, end = item.get("start"), item.get("end")
        if isinstance(start, dt.date) and isinstance(end, dt.date) and end < start:
            yield Fault("params.date_before", (*path, "end"), end, {"other": "start", "allowed": start})
            continue
        if not all(day is None or isinstance(day, dt.date) for day in (start, end)):
            continue
        name, first, last = item.get("instrument"), start or dt.date.min, end or dt.date.max
        interval = value_of(item, "every_days") if name in _AT_SEVERAL_INTERVALS else None
        met = [
            other
            for same, a, b, every, other in windows
            if same == name and every == interval and a <= last and first <= b
        ]
        if met and isinstance(name, str):
            yield Fault("params.instrument_overlaps", (*path, "instrument"), name, {"other": met[0]})
        windows.append((name, first, last, interval, dotted(path)))
    yield from plan_rules(content)


def own_name(content: Mapping[str, Any], key: str) -> Iterator[Fault]:
    """Check the id of a file."""
    name = content.get(key)
    if isinstance(name, str) and not NAME.match(name):
        yield Fault(f"{_IDS[key]}_key", (key,), name, {"allowed": NAME.pattern.removesuffix(r"\Z")})


def _counts(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Stages are nested and fit into the list."""
    total = value_of(content, "population", "enterprises")
    count = {key: value_of(content, "state", key) for key in part(content, "state")}
    for inner, outer in _NESTED:
        yield from at_most(("state", inner), count.get(inner), f"state.{outer}", count.get(outer))
    built, building, connected = (count.get(key) for key in ("built", "building", "connected"))
    yield from at_most(("state", "built"), built, "population.enterprises", total)
    if built is None or building is None:
        return
    yield from at_most(("state", "connected"), connected, "state.built + state.building", built + building)
    if total is not None and built <= total:
        rest = "population.enterprises - state.built"
        yield from at_most(("state", "building"), building, rest, total - built)


def _all_built(content: Mapping[str, Any]) -> Iterator[Fault]:
    """No sector that is wholly built stands twice; whether all its enterprises are is a matter of the counts."""
    path: Path = ("state", "all_built", "sectors")
    yield from once(path, [name for name in entries(content, *path) if isinstance(name, str)])


def _population(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Tiers fit into the list; sector shares make one."""
    tiers = [value_of(content, "population", "tiers", key) for key in part(content, "population", "tiers")]
    known = [count for count in tiers if count is not None]
    total = value_of(content, "population", "enterprises")
    yield from at_most(("population", "tiers"), sum(known), "population.enterprises", total)
    path: Path = ("population", "sectors")
    shares = [value_of(content, *path, key) for key in part(content, *path)]
    numbers = [share for share in shares if share is not None]
    if len(numbers) == len(shares) == 3 and abs(math.fsum(numbers) - 1) > 1e-6:
        yield Fault("params.sum_not_one", path, round(math.fsum(numbers), 9), {"allowed": "1 ± 0.000001"})


def _dates(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Starts come before the as-of date, the end of the horizon after it."""
    as_of, end = content.get("as_of"), content.get("horizon_end")
    if isinstance(as_of, dt.date) and isinstance(end, dt.date) and end <= as_of:
        yield Fault("params.date_not_after", ("horizon_end",), end, {"other": "as_of", "allowed": as_of})
    asked = dig(content, "questioning", "date")
    if all(isinstance(day, dt.date) for day in (as_of, end, asked)) and not as_of < asked <= end:
        yield Fault("params.date_outside", ("questioning", "date"), asked, {"allowed": f"{as_of} < x ≤ {end}"})
    path: Path = ("scenario", "start", "dates")
    starts = dig(content, *path)
    if not isinstance(starts, tuple) or not all(isinstance(day, dt.date) for day in starts):
        return
    if any(later <= earlier for earlier, later in pairwise(starts)):
        yield Fault("params.dates_not_increasing", path, starts)
    if isinstance(as_of, dt.date) and any(day >= as_of for day in starts):
        yield Fault("params.date_not_before", path, max(starts), {"other": "as_of", "allowed": as_of})
    if not starts:
        return
    if isinstance(as_of, dt.date) and (as_of - min(starts)).days >= LONGEST_DAYS:
        earliest = as_of - dt.timedelta(days=LONGEST_DAYS - 1)
        yield Fault("params.date_outside", path, min(starts), {"allowed": f"{earliest} … {as_of}"})
    elif isinstance(end, dt.date) and (end - min(starts)).days > LONGEST_DAYS:
        latest = min(starts) + dt.timedelta(days=LONGEST_DAYS)
        yield Fault("params.date_outside", ("horizon_end",), end, {"allowed": f"{min(starts)} … {latest}"})


def _weights(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Chances are shares, each once; weights lie above 0, are as many as what they weigh, and make one."""
    chances: Path = ("scenario", "rush", "chances")
    yield from once(chances, entries(content, *chances))
    for index, chance in enumerate(entries(content, *chances)):
        if is_number(chance) and not 0 <= chance <= 1:
            yield Fault("params.outside_bounds", (*chances, index), chance, {"allowed": "0 ≤ x ≤ 1"})
    for block, of in (("start", "dates"), ("rush", "chances")):
        path: Path = ("scenario", block, "weights")
        weights, weighed = dig(content, *path), dig(content, "scenario", block, of)
        if not isinstance(weights, tuple):
            continue
        sound = all(is_number(weight) and 0 <= weight <= 1 for weight in weights)
        for index, weight in enumerate(weights):
            if is_number(weight) and not 0 < weight <= 1:
                message = "params.zero_weight" if weight == 0 else "params.outside_bounds"
                yield Fault(
                    message, (*path, index), weight, {"allowed": "0 < x ≤ 1", "other": f"scenario.{block}.{of}"}
                )
        if isinstance(weighed, tuple) and len(weights) != len(weighed):
            yield Fault("params.length_differs", path, weights, {"other": of, "allowed": len(weighed)})
        elif sound and abs(math.fsum(weights) - 1) > 1e-3:
            yield Fault("params.sum_not_one", path, round(math.fsum(weights), 9), {"allowed": "1 ± 0.001"})


def _calendar(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Calendar overrides lie near the programme, each day once."""
    starts = [day for day in entries(content, "scenario", "start", "dates") if isinstance(day, dt.date)]
    as_of, end = content.get("as_of"), content.get("horizon_end")
    if not isinstance(as_of, dt.date) or not isinstance(end, dt.date):
        return
    first, last = min([as_of, *starts]), max(as_of, end)
    seen: set[dt.date] = set()
    for path, item in items(content, ("calendar", "days")):
        day = item.get("date")
        if not isinstance(day, dt.date):
            continue
        if not (first - day).days <= 366 or not (day - last).days <= 366:
            yield Fault("params.date_outside", (*path, "date"), day, {"allowed": f"{first} … {last} ± 366"})
        if day in seen:
            yield Fault("params.duplicate_id", (*path, "date"), day)
        seen.add(day)
