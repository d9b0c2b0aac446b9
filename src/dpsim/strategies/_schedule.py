"""When an instrument is due: whole days of a timeline, worked out once per run."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from dpsim.core.timeline import Timeline

DAYS_A_MORNING = 7.0 / 5.0
"""Calendar days that one working morning stands for, where something is paid by the morning."""


def every(timeline: Timeline, days: int, start: dt.date | None, end: dt.date | None) -> npt.NDArray[np.bool_]:
    """Return the working mornings on which something held every `days` falls due, shape (timeline.days,).

    The first is on `start`, or one period after the as-of date where no later start is given. A date that is no
    working day moves to the next one, unless that lies beyond `end`.
    """
    due = np.zeros(timeline.days, dtype=bool)
    at = timeline.as_of + dt.timedelta(days=days) if start is None or start <= timeline.as_of else start
    last = timeline.day(timeline.end if end is None else min(end, timeline.end))
    while timeline.day(at) <= last:
        later = timeline.mornings[timeline.mornings >= timeline.day(at)]
        if later.size and later[0] <= last:
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
