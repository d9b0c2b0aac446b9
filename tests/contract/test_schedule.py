"""When instruments are due, and on which mornings a time begins and is over: dates counted by hand."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest

from dpsim.core.timeline import Timeline, make_timeline
from dpsim.model.prior import case_timeline
from dpsim.params.load import load_case
from dpsim.strategies._schedule import every, within

TIMELINE = case_timeline(load_case("linyi-2018"))
"""29 and 30 September are a weekend of work, 24 September and 1 to 7 October are free, as are 30 and 31 December."""


def day(month: int, number: int) -> int:
    return TIMELINE.day(dt.date(2018, month, number))


def dates(due: np.ndarray) -> list[str]:
    return [TIMELINE.date(int(k)).strftime("%m-%d") for k in np.flatnonzero(due)]


def switches(start: dt.date | None, end: dt.date | None, timeline: Timeline = TIMELINE) -> list[str]:
    """The working mornings on which something in force from `start` to `end` begins or is over."""
    due = within(timeline, start, end)
    assert due.shape == (timeline.days,) and due.dtype == bool
    assert not (due & ~np.array(timeline.working)).any(), "on working mornings only"
    before = np.concatenate([[False], due[timeline.mornings][:-1]])
    return [timeline.date(int(k)).strftime("%m-%d") for k in timeline.mornings[due[timeline.mornings] != before]]


# --------------------------------------------------------------------------------------------- switch mornings
def test_an_open_window_is_in_force_on_every_morning() -> None:
    whole = TIMELINE.mornings.tolist()
    for window in (
        (None, None),
        (TIMELINE.as_of, TIMELINE.end),
        (dt.date(2018, 1, 1), dt.date(2019, 6, 30)),
        (TIMELINE.date(0), TIMELINE.end),
    ):
        assert np.flatnonzero(within(TIMELINE, *window)).tolist() == whole
        assert switches(*window) == ["09-11"], "from the day after the as-of date, and never over"


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ((10, 8), (10, 14), ["10-08", "10-15"]),  # a week, Monday to Sunday
        ((10, 8), (10, 12), ["10-08", "10-15"]),  # to Friday: the same mornings
        ((10, 8), (10, 15), ["10-08", "10-16"]),
        ((10, 8), (10, 8), ["10-08", "10-09"]),  # Monday only
        ((10, 10), (10, 10), ["10-10", "10-11"]),  # one day within a week
        ((10, 9), (10, 11), ["10-09", "10-12"]),
        ((10, 13), (10, 16), ["10-15", "10-17"]),  # from a Saturday: on the Monday, never before its start
        ((10, 13), (10, 14), []),  # a weekend
        ((10, 1), (10, 7), []),  # the holiday
        ((9, 30), (10, 1), ["09-30", "10-08"]),  # a Sunday of work, then the holiday
        ((9, 28), (9, 29), ["09-28", "09-30"]),  # over on that Sunday, before the deadline
        ((9, 21), (9, 24), ["09-21", "09-25"]),  # Monday 24 September is free
        ((9, 24), (9, 25), ["09-25", "09-26"]),
        ((12, 31), None, []),  # the last two days are free
        ((12, 29), None, ["12-29"]),  # the last morning: nothing after it
        ((12, 24), None, ["12-24"]),
        (None, (9, 11), ["09-11", "09-12"]),  # the first day
        ((10, 12), (10, 8), []),  # over before it begins
    ],
)
def test_switch_mornings_counted_by_hand(
    start: tuple[int, int] | None, end: tuple[int, int] | None, wanted: list[str]
) -> None:
    window = [None if date is None else dt.date(2018, *date) for date in (start, end)]
    assert switches(*window) == wanted


def test_a_window_outside_the_timeline_has_no_morning() -> None:
    assert switches(dt.date(2019, 1, 1), None) == switches(dt.date(2019, 2, 1), dt.date(2019, 3, 1)) == []
    assert switches(None, TIMELINE.as_of) == switches(dt.date(2018, 1, 1), dt.date(2018, 6, 30)) == []


def test_windows_add_up_to_their_union() -> None:
    """No morning is lost or counted twice, whatever the window, and none lies outside it."""
    for first, last in itertools.combinations(range(0, TIMELINE.days, 5), 2):
        whole = within(TIMELINE, TIMELINE.date(first), TIMELINE.date(last))
        assert np.flatnonzero(whole).tolist() == [k for k in range(first, last + 1) if TIMELINE.working[k]]
        cut = (first + last) // 2
        parts = (
            within(TIMELINE, TIMELINE.date(first), TIMELINE.date(cut)),
            within(TIMELINE, TIMELINE.date(cut + 1), TIMELINE.date(last)),
        )
        assert ((parts[0] | parts[1]) == whole).all() and not (parts[0] & parts[1]).any(), (first, last)


def test_switch_mornings_do_not_depend_on_the_intervals() -> None:
    plain = make_timeline(TIMELINE.as_of, TIMELINE.end)
    assert plain.refresh_times.tolist() != TIMELINE.refresh_times.tolist(), "the deadline of 30 September is missing"
    for window in ((dt.date(2018, 9, 29), dt.date(2018, 10, 3)), (dt.date(2018, 10, 1), dt.date(2018, 10, 9))):
        assert switches(*window, plain) == switches(*window) != []


# ------------------------------------------------------------------------------------------------ every, within
@pytest.mark.parametrize(
    ("days", "start", "end", "wanted"),
    [
        (30, None, None, ["10-10", "11-09", "12-10"]),  # 9 December is a Sunday
        (30, (9, 1), None, ["10-10", "11-09", "12-10"]),  # a start that is over: one period after the as-of date
        (30, (9, 10), None, ["10-10", "11-09", "12-10"]),
        (30, (9, 11), None, ["09-11", "10-11", "11-12", "12-10"]),  # a start to come: on the start itself
        (30, (11, 30), None, ["11-30"]),  # 30 and 31 December are free: nothing is left to move to
        (14, (9, 17), (10, 7), ["09-17"]),  # 1 October moves to the 8th, beyond the end
        (14, (9, 17), (10, 8), ["09-17", "10-08"]),
        (7, (12, 28), (12, 31), ["12-28"]),
        (92, None, None, ["12-11"]),
        (120, None, None, []),
        (7, (12, 20), (12, 10), []),
    ],
)
def test_dates_counted_by_hand(
    days: int, start: tuple[int, int] | None, end: tuple[int, int] | None, wanted: list[str]
) -> None:
    window = [None if date is None else dt.date(2018, *date) for date in (start, end)]
    due = every(TIMELINE, days, *window)
    assert dates(due) == wanted
    assert not (due & ~np.array(TIMELINE.working)).any()


def test_within_is_every_working_morning() -> None:
    assert dates(within(TIMELINE, dt.date(2018, 9, 28), dt.date(2018, 10, 9))) == [
        *("09-28", "09-29", "09-30", "10-08", "10-09")
    ]
    assert not within(TIMELINE, dt.date(2018, 10, 1), dt.date(2018, 10, 7)).any()
    assert np.flatnonzero(within(TIMELINE, None, None)).tolist() == TIMELINE.mornings.tolist()
    assert dates(within(TIMELINE, dt.date(2018, 1, 1), dt.date(2018, 9, 12))) == ["09-11", "09-12"]
