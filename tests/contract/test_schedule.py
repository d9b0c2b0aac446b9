"""When instruments are due, and which share of an interval a window covers: dates counted by hand."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest

from dpsim.core.timeline import Timeline, make_timeline
from dpsim.model.prior import case_timeline
from dpsim.params.load import load_case
from dpsim.strategies._schedule import every, window_cover, within

TIMELINE = case_timeline(load_case("linyi-2018"))
"""Intervals begin on days 0, 6 (Mon 17 Sep), 14 (Tue 25 Sep), 20 (Mon 1 Oct, a holiday), 27 (Mon 8 Oct), 34, ..."""


def day(month: int, number: int) -> int:
    return TIMELINE.day(dt.date(2018, month, number))


def dates(due: np.ndarray) -> list[str]:
    return [TIMELINE.date(int(k)).strftime("%m-%d") for k in np.flatnonzero(due)]


def shares(start: dt.date | None, end: dt.date | None, timeline: Timeline = TIMELINE) -> dict[int, float]:
    """The days on which the cover is not 0."""
    cover = window_cover(timeline, start, end)
    assert cover.shape == (timeline.days,) and cover.dtype == np.float64
    assert ((cover >= 0.0) & (cover <= 1.0)).all()
    assert set(np.flatnonzero(cover)) <= set(timeline.refresh_times.astype(int)), "only where an interval begins"
    return {int(k): float(cover[k]) for k in np.flatnonzero(cover)}


# ------------------------------------------------------------------------------------------------ window_cover
def test_an_open_window_covers_every_interval() -> None:
    whole = {int(begin): 1.0 for begin in TIMELINE.refresh_times}
    assert shares(None, None) == whole
    assert shares(TIMELINE.as_of, TIMELINE.end) == shares(dt.date(2018, 1, 1), dt.date(2019, 6, 30)) == whole
    assert shares(TIMELINE.date(0), TIMELINE.end) == whole, "from the day after the as-of date"


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ((10, 8), (10, 14), {27: 1.0}),  # a week, Monday to Sunday: its last day counts to its midnight
        ((10, 8), (10, 15), {27: 1.0, 34: 1 / 7}),
        ((10, 10), (10, 10), {27: 1 / 7}),  # one day
        ((10, 13), (10, 16), {27: 2 / 7, 34: 2 / 7}),
        ((10, 1), (10, 7), {20: 1.0}),  # the holiday: no morning, but an interval of its own
        ((9, 30), (10, 1), {14: 1 / 6, 20: 1 / 7}),  # around the deadline
        ((9, 24), (9, 24), {6: 1 / 8}),  # Monday 24 September is free: the interval has eight days
        ((12, 31), None, {104: 1 / 8}),  # the last day
        ((12, 24), None, {104: 1.0}),
        (None, (9, 11), {0: 1 / 6}),  # the first day
        ((10, 12), (10, 8), {}),  # over before it begins
    ],
)
def test_shares_counted_by_hand(
    start: tuple[int, int] | None, end: tuple[int, int] | None, wanted: dict[int, float]
) -> None:
    window = [None if date is None else dt.date(2018, *date) for date in (start, end)]
    assert shares(*window) == pytest.approx(wanted, rel=1e-14)


def test_a_window_outside_the_timeline_covers_nothing() -> None:
    assert shares(dt.date(2019, 1, 1), None) == shares(dt.date(2019, 2, 1), dt.date(2019, 3, 1)) == {}
    assert shares(None, TIMELINE.as_of) == shares(dt.date(2018, 1, 1), dt.date(2018, 6, 30)) == {}


def test_covered_days_add_up_to_the_window_and_windows_to_their_union() -> None:
    """Share times length, summed: no day is lost or counted twice, whatever the window."""
    times = np.append(TIMELINE.refresh_times, TIMELINE.days)
    lengths = dict(zip(times[:-1].astype(int), np.diff(times), strict=True))
    for first, last in itertools.combinations(range(0, TIMELINE.days, 5), 2):
        got = sum(share * lengths[k] for k, share in shares(TIMELINE.date(first), TIMELINE.date(last)).items())
        assert got == pytest.approx(last - first + 1, rel=1e-12), (first, last)
        cut = (first + last) // 2
        parts = window_cover(TIMELINE, TIMELINE.date(first), TIMELINE.date(cut)) + window_cover(
            TIMELINE, TIMELINE.date(cut + 1), TIMELINE.date(last)
        )
        assert parts == pytest.approx(window_cover(TIMELINE, TIMELINE.date(first), TIMELINE.date(last)), abs=1e-14)
    due = within(TIMELINE, TIMELINE.date(30), TIMELINE.date(60)).sum()
    assert due != 31, "counting mornings instead of days would be noticed"


def test_without_the_deadline_the_holiday_would_be_part_of_a_longer_interval() -> None:
    plain = make_timeline(TIMELINE.as_of, TIMELINE.end)
    assert shares(dt.date(2018, 10, 1), dt.date(2018, 10, 7), plain) == pytest.approx({14: 7 / 13})


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
