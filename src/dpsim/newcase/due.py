"""The dates of the new case: starts before the as-of date, deadlines between it and the end of the horizon."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dpsim.language import LANGUAGES
from dpsim.newcase.taken import Template, both

Content = dict[str, Any]


def with_starts(start: Content, old: Content, template: Template, as_of: dt.date) -> Content:
    """Return the block of start dates: the same days of the new year, or as long before the as-of date.

    Parameters
    ----------
    start, old : dict
        ``scenario.start`` as taken over, its dates moved by years, and as it stands in the other case.
    """
    place = {lang: template.named(lang) for lang in LANGUAGES}
    if all(day < as_of for day in start["dates"]):
        return {**start, "reason": both("newcase.reason_start_moved", place=place)}
    dates = tuple(as_of - (template.case.as_of - day) for day in old["dates"])
    return {**start, "dates": dates, "reason": both("newcase.reason_start_distance", place=place)}


def with_targets(targets: Content, as_of: dt.date, end: dt.date) -> tuple[Content, list[tuple[str, dt.date]]]:
    """Return the targets with deadlines inside the horizon, and id and date of those left out as already past.

    The headline stays: where its moved date does not fit, it falls due at the end of the horizon or of the year.
    """
    last = min(end, dt.date(as_of.year, 12, 31))
    kept, left_out = [], []
    for target in targets["list"]:
        dates = {key: min(target[key], end) for key in ("deadline", "all_deadline") if key in target}
        if target["id"] == targets["headline"]:
            dates["deadline"] = min(dates["deadline"], last) if dates["deadline"] > as_of else last
        if dates["deadline"] > as_of:
            kept.append({**target, **dates})
        else:
            left_out.append((target["id"], target["deadline"]))
    return {**targets, "list": tuple(kept)}, left_out
