"""Rules about targets, readings and published figures that look at several keys together."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from typing import Any

from dpsim.params.dig import choice, dig, entries, is_number, items, unique
from dpsim.params.faults import Fault, Path


def target_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Targets have their own ids and lie between the as-of date and the end of the horizon."""
    ids = [item["id"] for _, item in items(content, ("targets", "list")) if isinstance(item.get("id"), str)]
    headline = dig(content, "targets", "headline")
    if isinstance(headline, str) and ids and headline not in ids:
        yield choice("params.unknown_target", ("targets", "headline"), headline, ids)
    yield from unique(content, ("targets", "list"))
    as_of, end = content.get("as_of"), content.get("horizon_end")
    if isinstance(as_of, dt.date) and isinstance(end, dt.date) and end <= as_of:
        return  # one fault, reported by the rules of the dates, not one for every target
    for path, item in items(content, ("targets", "list")):
        yield from _due(path, item, as_of, end)
        yield from _sample(path, item)


def _due(path: Path, item: Mapping[str, Any], as_of: Any, end: Any) -> Iterator[Fault]:
    """Check the dates of one target."""
    deadline, later = item.get("deadline"), item.get("all_deadline")
    if isinstance(deadline, dt.date) and isinstance(as_of, dt.date) and deadline <= as_of:
        yield Fault("params.date_not_after", (*path, "deadline"), deadline, {"other": "as_of", "allowed": as_of})
    if isinstance(deadline, dt.date) and isinstance(later, dt.date) and later < deadline:
        yield Fault("params.date_before", (*path, "all_deadline"), later, {"other": "deadline", "allowed": deadline})
    for key, date in (("deadline", deadline), ("all_deadline", later)):
        if isinstance(date, dt.date) and isinstance(end, dt.date) and date > end:
            yield Fault("params.date_after", (*path, key), date, {"other": "horizon_end", "allowed": end})


def _sample(path: Path, item: Mapping[str, Any]) -> Iterator[Fault]:
    """A share to be drawn belongs to an assessment, and an assessment to the stage assessed."""
    required, stage, share = item.get("required"), item.get("stage"), item.get("sample_share")
    if required == "assessment" and share is None:
        yield Fault("params.needs_sample_share", (*path, "sample_share"))
    if required == "assessment" and isinstance(stage, str) and stage != "assessed":
        yield Fault("params.not_a_choice", (*path, "stage"), stage, {"allowed": "assessed"})
    for key in ("sample_share", "all_deadline"):
        if required == "level" and item.get(key) is not None:
            yield Fault("params.only_for_assessment", (*path, key), item[key])
    if is_number(share) and share is not None and not 0 < share <= 1:
        yield Fault("params.outside_bounds", (*path, "sample_share"), share, {"allowed": "0 < x ≤ 1"})


def switch_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """A chosen reading is one of the options of its file."""
    for path in (
        ("targets", "switches", "level"),
        ("targets", "switches", "assessment"),
        ("scenario", "benchmark_split"),
        ("scenario", "after_missed_deadline"),
    ):
        options, value = entries(content, *path, "options"), dig(content, *path, "value")
        names = [option for option in options if isinstance(option, str)]
        if names and isinstance(value, str) and value not in names:
            yield choice("params.not_a_choice", (*path, "value"), value, names)


def published_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Published figures have their own ids, are shares or counts, and date from the as-of date or before."""
    yield from unique(content, ("published",))
    as_of = content.get("as_of")
    for path, item in items(content, ("published",)):
        date, value, unit = item.get("date"), item.get("value"), item.get("unit")
        if isinstance(date, dt.date) and isinstance(as_of, dt.date) and date > as_of:
            yield Fault("params.date_after", (*path, "date"), date, {"other": "as_of", "allowed": as_of})
        high = 1 if unit == "share" else math.inf
        if isinstance(value, int | float) and is_number(value) and not 0 <= value <= high:
            allowed = "0 ≤ x ≤ 1" if unit == "share" else "0 ≤ x"
            yield Fault("params.outside_bounds", (*path, "value"), value, {"allowed": allowed})
