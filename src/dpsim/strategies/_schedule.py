"""When an instrument is due: whole days of a timeline, worked out once per run."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from dpsim.core.timeline import Timeline


def every(timeline: Timeline, days: int, start: dt.date | None, end: dt.date | None) -> npt.NDArray[np.bool_]:
    """Return the working mornings on which something held every `days` falls due, shape (timeline.days,).

    Counted from the as-of date (or the day before `start`); a date that is no working day moves to the next one.
    """
    due = np.zeros(timeline.days, dtype=bool)
    origin = timeline.as_of if start is None else max(timeline.as_of, start - dt.timedelta(days=days))
    last = timeline.end if end is None else min(end, timeline.end)
    at = origin + dt.timedelta(days=days)
    while at <= last:
        later = timeline.mornings[timeline.mornings >= timeline.day(at)]
        if later.size:
            due[later[0]] = True
        at += dt.timedelta(days=days)
    return due


def within(timeline: Timeline, start: dt.date | None, end: dt.date | None) -> npt.NDArray[np.bool_]:
    """Return the working mornings from `start` to `end` inclusive, shape (timeline.days,)."""
    days = np.zeros(timeline.days, dtype=bool)
    first = 0 if start is None else max(0, timeline.day(start))
    last = timeline.days - 1 if end is None else min(timeline.days - 1, timeline.day(end))
    days[timeline.mornings[(timeline.mornings >= first) & (timeline.mornings <= last)]] = True
    return days
