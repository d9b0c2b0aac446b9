"""Civil time: the October holiday of 2018, working mornings, refresh times, years nobody has announced yet."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from dpsim.core.timeline import Timeline, all_days, make_timeline
from dpsim.engines.world import make_setting
from dpsim.model.prior import case_timeline
from dpsim.params.blocks import CalendarDay
from dpsim.params.load import load_case, load_strategy

AS_OF, END = dt.date(2018, 9, 10), dt.date(2018, 12, 31)


@pytest.fixture(scope="module")
def autumn() -> Timeline:
    return make_timeline(AS_OF, END)


def working(timeline: Timeline, month: int, day: int) -> bool:
    return timeline.working[timeline.day(dt.date(2018, month, day))]


def test_the_october_holiday_of_2018(autumn: Timeline) -> None:
    assert autumn.unknown_years == ()
    for day in range(1, 8):
        assert not working(autumn, 10, day), f"{day} October 2018 was free"
    for day in (29, 30):
        assert working(autumn, 9, day), f"{day} September 2018, a weekend, was worked"
    assert not working(autumn, 9, 24), "24 September 2018 was the Mid-Autumn Festival"
    assert working(autumn, 10, 8)
    assert not working(autumn, 10, 13), "an ordinary Saturday is free"


def test_days_and_dates_are_each_others_inverse(autumn: Timeline) -> None:
    assert autumn.days == (END - AS_OF).days == 112
    assert autumn.day(AS_OF) == -1 and autumn.end_of(AS_OF) == 0.0
    assert autumn.date(0) == dt.date(2018, 9, 11) and autumn.date(111) == END and autumn.end_of(END) == 112.0
    assert all(autumn.day(autumn.date(day)) == day for day in range(-1, autumn.days))


def test_mornings_are_the_working_days(autumn: Timeline) -> None:
    mornings = set(autumn.mornings.tolist())
    assert mornings == {day for day in range(autumn.days) if autumn.working[day]}
    assert autumn.mornings.dtype == np.int64 and (np.diff(autumn.mornings) > 0).all()
    assert autumn.day(dt.date(2018, 9, 30)) in mornings and autumn.day(dt.date(2018, 10, 1)) not in mornings


def test_refresh_is_on_the_first_working_morning_of_each_week(autumn: Timeline) -> None:
    times = autumn.refresh_times
    assert times[0] == 0.0 and (np.diff(times) > 0).all()
    dates = [autumn.date(int(time)) for time in times[1:]]
    assert all(float(time).is_integer() and autumn.working[int(time)] for time in times[1:])
    weeks = [date.isocalendar()[:2] for date in dates]
    assert len(set(weeks)) == len(weeks), "one refresh a week"
    for date in dates:
        earlier = [date - dt.timedelta(days=k) for k in range(1, date.weekday() + 1)]
        assert not any(autumn.working[autumn.day(day)] for day in earlier), f"{date} is not the week's first morning"
    assert dt.date(2018, 9, 25) in dates, "Monday 24 September was free: the week begins on Tuesday"
    assert not any(dt.date(2018, 10, 1) <= date <= dt.date(2018, 10, 7) for date in dates)
    expected = {autumn.date(int(day)).isocalendar()[:2] for day in autumn.mornings}
    assert set(weeks) | {autumn.date(0).isocalendar()[:2]} == expected, "no worked week without a refresh"


def test_intervals_end_where_a_deadline_is_over(autumn: Timeline) -> None:
    """A date counts to the end of its day; dates outside the time to come and the last midnight add nothing."""
    dates = [dt.date(2018, 9, 30), dt.date(2018, 9, 30), END, AS_OF, dt.date(2018, 8, 1), dt.date(2019, 1, 5)]
    due = make_timeline(AS_OF, END, deadlines=dates)
    assert due.deadlines == tuple(sorted(set(dates))) and autumn.deadlines == ()
    assert set(due.refresh_times) - set(autumn.refresh_times) == {20.0} == {due.end_of(dt.date(2018, 9, 30))}
    assert set(autumn.refresh_times) < set(due.refresh_times) and (np.diff(due.refresh_times) > 0).all()
    assert due.date(20) == dt.date(2018, 10, 1) and not due.working[20], "a refresh need not be a morning"
    sunday = make_timeline(AS_OF, END, deadlines=[dt.date(2018, 10, 14)])
    assert sunday.refresh_times.tolist() == autumn.refresh_times.tolist(), "the next morning is a refresh already"
    assert due.mornings.tolist() == autumn.mornings.tolist() and due.weekly_dates == autumn.weekly_dates


def test_the_timeline_of_a_case_knows_its_calendar_and_deadlines() -> None:
    case = load_case("linyi-2018")
    timeline = case_timeline(case)
    assert (timeline.as_of, timeline.end) == (AS_OF, END)
    assert timeline.deadlines == (dt.date(2018, 9, 30), END), "of the target groups and of the headline"
    assert 20.0 in timeline.refresh_times and timeline.days not in timeline.refresh_times
    assert make_setting(case, load_strategy("past_pace"), load_strategy("past_pace")).timeline == timeline
    earlier = case.with_values({"targets.list.0.deadline": dt.date(2018, 11, 30)})
    assert earlier.targets.list[0].id == earlier.targets.headline
    assert case_timeline(earlier).deadlines == (dt.date(2018, 9, 30), dt.date(2018, 11, 30), END)
    assert set(case_timeline(earlier).refresh_times) - set(timeline.refresh_times) == {81.0}
    day = CalendarDay(date=dt.date(2018, 10, 1), working=True, reason=case.name)
    changed = case.model_copy(update={"calendar": case.calendar.model_copy(update={"days": (day,)})})
    assert case_timeline(changed).working[20] and not timeline.working[20]


def test_weekly_dates_begin_and_end_with_the_timeline(autumn: Timeline) -> None:
    dates = autumn.weekly_dates
    assert dates[0] == AS_OF and dates[-1] == END and len(dates) == 17
    assert {(b - a).days for a, b in zip(dates, dates[1:], strict=False)} == {7}
    odd = make_timeline(AS_OF, dt.date(2018, 9, 20)).weekly_dates
    assert odd == (AS_OF, dt.date(2018, 9, 17), dt.date(2018, 9, 20))


def test_a_case_can_override_the_calendar(autumn: Timeline) -> None:
    changed = make_timeline(AS_OF, END, {dt.date(2018, 10, 1): True, dt.date(2018, 10, 8): False})
    assert working(changed, 10, 1) and not working(changed, 10, 8)
    differing = [day for day in range(autumn.days) if autumn.working[day] != changed.working[day]]
    assert differing == [autumn.day(dt.date(2018, 10, 1)), autumn.day(dt.date(2018, 10, 8))]


def test_an_unknown_year_is_listed_and_falls_back_to_weekdays() -> None:
    timeline = make_timeline(dt.date(2030, 12, 20), dt.date(2031, 2, 10))
    assert 2031 in timeline.unknown_years
    january = timeline.day(dt.date(2031, 1, 1))
    assert [timeline.working[january + k] for k in range(7)] == [
        (dt.date(2031, 1, 1) + dt.timedelta(days=k)).weekday() < 5 for k in range(7)
    ]
    assert make_timeline(AS_OF, END).unknown_years == (), "a known year is not listed"


def test_all_days_are_worked_where_a_check_asks_for_it() -> None:
    timeline = all_days(AS_OF, 30)
    assert timeline.days == 30 and all(timeline.working) and timeline.mornings.tolist() == list(range(30))
    assert timeline.end == dt.date(2018, 10, 10) and timeline.date(29) == timeline.end


def test_a_timeline_does_not_change(autumn: Timeline) -> None:
    with pytest.raises(AttributeError, match="cannot assign to field"):
        autumn.end = AS_OF  # type: ignore[misc]
