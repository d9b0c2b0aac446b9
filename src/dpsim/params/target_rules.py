"""Rules about targets and readings that look at several keys together."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from dpsim.params.dig import at_most, choice, dig, entries, is_number, items, once, unique
from dpsim.params.faults import Fault, Path
from dpsim.params.readings import AfterMissed, Assessment, Group, Level, Split, Stage

_SWITCHES: tuple[tuple[Path, tuple[str, ...]], ...] = (
    (("targets", "switches", "level"), get_args(Level)),
    (("targets", "switches", "assessment"), get_args(Assessment)),
    (("scenario", "benchmark_split"), get_args(Split)),
    (("scenario", "after_missed_deadline"), get_args(AfterMissed)),
)
"""Where a reading is chosen, and what its options may be."""
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""An id stands in tables and messages: a plain word."""


def target_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Targets have their own ids and lie between the as-of date and the end of the horizon."""
    ids = [item["id"] for _, item in items(content, ("targets", "list")) if isinstance(item.get("id"), str)]
    headline = dig(content, "targets", "headline")
    if isinstance(headline, str) and ids and headline not in ids:
        yield choice("params.unknown_target", ("targets", "headline"), headline, ids)
    yield from unique(content, ("targets", "list"))
    yield from plain_ids(content, ("targets", "list"))
    as_of, end = content.get("as_of"), content.get("horizon_end")
    if isinstance(as_of, dt.date) and isinstance(end, dt.date) and end <= as_of:
        return  # one fault, reported by the rules of the dates, not one for every target
    yield from _headline(content)
    for path, item in items(content, ("targets", "list")):
        yield from _due(path, item, as_of, end)
        yield from _sample(path, item)


def plain_ids(content: Mapping[str, Any], path: Path) -> Iterator[Fault]:
    """Check that the ids of a list are plain words."""
    for below, item in items(content, path):
        given = item.get("id")
        if isinstance(given, str) and not _ID.fullmatch(given):
            yield Fault("params.bad_id", (*below, "id"), given)


def _headline(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Check that the headline can be said: all enterprises online by a date."""
    name = dig(content, "targets", "headline")
    chosen = [item for _, item in items(content, ("targets", "list")) if item.get("id") == name]
    if not isinstance(name, str) or not chosen:
        return
    target = chosen[0]
    stage, group = target.get("stage"), target.get("group")
    if stage not in get_args(Stage) or group not in get_args(Group):
        return
    shown = [f"stage: {stage}", f"group: {group}", f"milestone: {str(target.get('milestone') is True).lower()}"]
    allowed = ["stage: online", "group: all", "milestone: false"]
    if shown != allowed:
        values: dict[str, object] = {"found": ", ".join(shown), "allowed": ", ".join(allowed)}
        yield Fault("params.headline_unsupported", ("targets", "headline"), name, values)


def _due(path: Path, item: Mapping[str, Any], as_of: Any, end: Any) -> Iterator[Fault]:
    """Check the dates of one target."""
    deadline, later = item.get("deadline"), item.get("all_deadline")
    early = isinstance(deadline, dt.date) and isinstance(as_of, dt.date) and deadline <= as_of
    if early:
        yield Fault("params.date_not_after", (*path, "deadline"), deadline, {"other": "as_of", "allowed": as_of})
    beyond = [
        Fault("params.date_after", (*path, key), date, {"other": "horizon_end", "allowed": end})
        for key, date in (("deadline", deadline), ("all_deadline", later))
        if isinstance(date, dt.date) and isinstance(end, dt.date) and date > end
    ]
    yield from beyond
    if isinstance(deadline, dt.date) and isinstance(later, dt.date) and later < deadline and not (early or beyond):
        yield Fault("params.date_before", (*path, "all_deadline"), later, {"other": "deadline", "allowed": deadline})


def _sample(path: Path, item: Mapping[str, Any]) -> Iterator[Fault]:
    """A share to be drawn belongs to an assessment, and an assessment to the stage assessed."""
    required, stage, share = item.get("required"), item.get("stage"), item.get("sample_share")
    if required == "assessment" and share is None:
        yield Fault("params.needs_sample_share", (*path, "sample_share"))
    if required == "assessment" and stage in get_args(Stage) and stage != "assessed":
        yield Fault("params.not_a_choice", (*path, "stage"), stage, {"allowed": "assessed"})
    for key in ("sample_share", "all_deadline"):
        if required == "level" and item.get(key) is not None:
            yield Fault("params.only_for_assessment", (*path, key), item[key])
    if is_number(share) and share is not None and not 0 < share <= 1:
        yield Fault("params.outside_bounds", (*path, "sample_share"), share, {"allowed": "0 < x ≤ 1"})


def switch_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Options stand once each, and the chosen reading is one of them."""
    for path, known in _SWITCHES:
        options, value = entries(content, *path, "options"), dig(content, *path, "value")
        yield from once((*path, "options"), options)
        if options and all(option in known for option in options) and isinstance(value, str) and value not in options:
            yield choice("params.not_a_choice", (*path, "value"), value, dict.fromkeys(options))


def task_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield every fault of the programmes that are told and not simulated."""
    yield from unique(content, ("tasks",))
    yield from plain_ids(content, ("tasks",))
    for path, item in items(content, ("tasks",)):
        for key, least in (("task", 1), ("done", 0)):
            value = item.get(key)
            if is_number(value) and (value < least or value != int(value)):
                yield Fault("params.outside_bounds", (*path, key), value, {"allowed": f"{least}, {least + 1}, …"})
        task, done = (item[key] if is_number(item.get(key)) else None for key in ("task", "done"))
        if item.get("unit") == "enterprises":  # more people than asked may be trained; a list has no more than it has
            yield from at_most((*path, "done"), done, "task", task)
        date, as_of, end = item.get("date"), content.get("as_of"), content.get("horizon_end")
        if isinstance(date, dt.date) and isinstance(as_of, dt.date) and isinstance(end, dt.date) and as_of < end:
            first, last = dt.date(as_of.year, 1, 1), dt.date(end.year, 12, 31)
            if not first <= date <= last:
                yield Fault("params.date_outside", (*path, "date"), date, {"allowed": f"{first} … {last}"})
