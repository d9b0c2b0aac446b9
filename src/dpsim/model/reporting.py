"""What the counties report to the city's bureau: late, and before a date more than is done (model 4, reporting).

On every working morning each county makes its report: on the list, then by stage. Within a window before a target's
date a county that is short of it reports part of its gap as done,

    reported = done + shading x r x (needed - done),    r = (window - days left) / window,

so that the part grows to `shading` at the date. No document gives its shape; pressure grows as a date comes near, and a
straight line is the growth that needs no further number. What was once reported is never taken back: it stands, after
the date too, until what is done has caught up; that is how a gap stays hidden. A report counts nobody who is not on the
list, and who is reported at a later stage is reported at those before it. The bureau sees a report `delay` days after
it was made. Nothing is drawn.

Anchor: published counts, and the paths fitted to them, are taken for what is done. The work goes on as the path drives
it; delay and shading lie on what is seen of it, and reach the work only through instruments of the strategy that read
the counts (a notice that ranks counties). A path is the pace under the reference strategy with reports that are on time
and true, so the reference goes on to see what is done: what a run then lacks is what its reports cost. What inspectors
know of single enterprises is the county's own and no report.

Sources: targets invite false figures (LY20 names weak points, EX17 finds closed hazards not closed); no source gives
the size of either, both are assumed wherever a case sets them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dpsim.core.compiled import lean_kernel, routine
from dpsim.core.timeline import Timeline
from dpsim.core.words import GROUPS, STAGES
from dpsim.model.state import Ints, count_by_county
from dpsim.model.targets import resolve_targets
from dpsim.params.schema import Case

ALL = len(GROUPS)
"""In the place of a group's number: the target is of all enterprises."""
_GROUPS = len(GROUPS)
_BEFORE = (("passed", "assessed"), ("assessed", "built"), ("online", "built"), ("online", "connected"))
_NESTED = np.array([[1 + STAGES.index(stage) for stage in pair] for pair in _BEFORE])
"""A stage and one that comes before it, as columns of the counts, later stages first."""
_TINY = 1e-9
"""Keeps a share of a count that is whole from being rounded down to the number below."""


class Reporting(NamedTuple):
    """How counties report; never changes in a run.

    Attributes
    ----------
    on : bool, whether reports differ from what is done
    delay : int, days from a report to the bureau
    shading : float, 0 to 1, share of the gap reported as done at the date of a target
    window : int, days before the date in which it grows from nothing
    due : int64, shape (targets,): day of each target's date
    stage : int64, shape (targets,): column of the counts
    group : int64, shape (targets,): place in `GROUPS`, or `ALL`
    needed : int64, shape (targets, 1 + enterprises): how many must have done it of so many on the list
    """

    on: bool
    delay: int
    shading: float
    window: int
    due: Ints
    stage: Ints
    group: Ints
    needed: Ints


class Reports(NamedTuple):
    """The reports made so far, of all counties; all arrays are empty where reporting is off.

    Attributes
    ----------
    told : int64, shape (1 + days, counties, 1 + stages): the last report by the end of each day, first the as-of date
    done : int64, shape (counties, 1 + stages): what was done when the last one was made
    last : int64, shape (1,): row of the last one
    """

    told: Ints
    done: Ints
    last: Ints


_NONE = np.zeros(0, dtype=np.int64)
NO_REPORTING = Reporting(False, 0, 0.0, 1, _NONE, _NONE, _NONE, np.zeros((0, 0), dtype=np.int64))
NO_REPORTS = Reports(np.zeros((0, 0, 0), dtype=np.int64), np.zeros((0, 0), dtype=np.int64), np.zeros(1, dtype=np.int64))


def case_reporting(case: Case, timeline: Timeline, enterprises: int) -> Reporting:
    """Return how the counties of a case report.

    Parameters
    ----------
    case : Case
    timeline : Timeline
    enterprises : int
        Most that can ever be on the list.
    """
    block = case.reporting
    if block is None or not block.on:
        return NO_REPORTING
    targets, listed = resolve_targets(case), np.arange(1 + enterprises)
    return Reporting(
        on=True,
        delay=int(block.delay_days.value),
        shading=float(block.shading.value),
        window=int(block.shading_days.value),
        due=np.array([timeline.day(target.deadline) for target in targets], dtype=np.int64),
        stage=np.array([1 + STAGES.index(target.stage) for target in targets], dtype=np.int64),
        group=np.array([ALL if t.group == "all" else GROUPS.index(t.group) for t in targets], dtype=np.int64),
        needed=np.array([target.required_of(listed) for target in targets], dtype=np.int64),
    )


def make_reports(law: Reporting, days: int, counties: int) -> Reports:
    """Return room for the reports of so many days; none where reporting is off."""
    if not law.on:
        return NO_REPORTS
    shape = (1 + days, counties, 1 + len(STAGES))
    return Reports(np.zeros(shape, dtype=np.int64), np.zeros(shape[1:], dtype=np.int64), np.zeros(1, dtype=np.int64))


def told_by_day(reports: Reports) -> Ints:
    """Return the last report by the end of each simulated day, shape as `Reports.told`, once a run is over."""
    last = reports.last[0]
    reports.told[last + 1 :] = reports.told[last : last + 1]
    return reports.told


@lean_kernel
def shaded_part(shading: float, window: int, left: int, gap: int) -> int:
    """Return how many of a gap are reported as done `left` days before a target's date; none outside the window."""
    if gap <= 0 or left < 0 or left >= window:
        return 0
    return int(np.floor(shading * (window - left) / window * gap + _TINY))


@routine
def shaded(day: int, done: Ints, by_group: Ints, told: Ints, before: Ints, law: Reporting) -> Ints:
    """Return what the counties report on the morning of `day`, shape (counties, 1 + stages).

    Parameters
    ----------
    day : int
    done : numpy.ndarray of int64
        Shape (counties, 1 + stages): on the list, then by stage, in truth.
    by_group : numpy.ndarray of int64
        Shape (counties, groups, 1 + stages): the same by target group.
    told, before : numpy.ndarray of int64
        Shape (counties, 1 + stages): the last report, and what was done when it was made.
    law : Reporting

    Notes
    -----
    Targets of single groups add up; against one of all enterprises the larger counts, and of several of one group the
    largest. What stood above the truth in the last report still stands, less what has been done since.
    """
    out, wants = done.copy(), np.zeros(_GROUPS + 1, dtype=np.int64)
    for c in range(done.shape[0]):
        for s in range(1, done.shape[1]):
            wants[:] = 0
            for t in range(law.due.size):
                if law.stage[t] == s:
                    g = law.group[t]
                    listed, reached = done[c, 0], done[c, s]
                    if g < _GROUPS:
                        listed, reached = by_group[c, g, 0], by_group[c, g, s]
                    gap = law.needed[t, listed] - reached
                    wants[g] = max(wants[g], shaded_part(law.shading, law.window, law.due[t] - day, gap))
            standing = told[c, s] - before[c, s] - max(0, done[c, s] - before[c, s])
            extra = max(wants[_GROUPS], wants[:_GROUPS].sum(), standing)
            out[c, s] += min(extra, done[c, 0] - done[c, s])
        for k in range(_NESTED.shape[0]):
            out[c, _NESTED[k, 1]] = max(out[c, _NESTED[k, 1]], out[c, _NESTED[k, 0]])
    return out


@routine
def tell(day: int, done: Ints, status: Ints, county: Ints, group: Ints, law: Reporting, reports: Reports) -> Ints:
    """Let the counties make their reports of a morning and return those the bureau sees, shape (counties, 1 + stages).

    Before the first morning (`day` -1) the report is what was published, and it stands until a later one arrives.
    """
    told, last = reports.told, reports.last
    if day < 0:
        told[0] = done
    else:
        for k in range(last[0] + 1, day + 1):
            told[k] = told[last[0]]
        counties, columns = done.shape
        by_group = count_by_county(status, county * _GROUPS + group, counties * _GROUPS)
        by_group_of = by_group.reshape((counties, _GROUPS, columns))
        told[day + 1] = shaded(day, done, by_group_of, told[last[0]], reports.done, law)
    last[0] = day + 1
    reports.done[:] = done
    return told[max(0, day + 1 - law.delay)]
