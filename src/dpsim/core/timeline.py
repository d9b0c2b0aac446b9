"""Civil time: day 0 is the day after the as-of date; mornings are those of Chinese working days.

Working days come from the maintained package `chinesecalendar` (State Council holiday notices with make-up
days), with overrides from the case. A year the package does not know falls back to Monday-Friday and is listed
in `unknown_years`, so that the report can warn.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Timeline:
    """The days from the as-of date to the horizon end.

    Parameters
    ----------
    as_of : datetime.date
        Last day whose facts are known; time 0 is the midnight that ends it.
    end : datetime.date
        Last day that is simulated.
    working : tuple of bool
        One entry per simulated day: is it a working day?
    unknown_years : tuple of int
        Years for which no holiday table exists (Monday to Friday assumed).
    deadlines : tuple of datetime.date
        Dates on which targets fall due: intensities change when such a day is over.
    """

    as_of: dt.date
    end: dt.date
    working: tuple[bool, ...]
    unknown_years: tuple[int, ...] = ()
    deadlines: tuple[dt.date, ...] = ()

    @property
    def days(self) -> int:
        """Number of simulated days."""
        return len(self.working)

    def date(self, day: int) -> dt.date:
        """Return the date of day `day` (day 0 is the day after the as-of date)."""
        return self.as_of + dt.timedelta(days=day + 1)

    def day(self, date: dt.date) -> int:
        """Return the day number of `date`; the as-of date is day -1."""
        return (date - self.as_of).days - 1

    def end_of(self, date: dt.date) -> float:
        """Return the time at which `date` is over (a deadline counts to the end of its day)."""
        return float(self.day(date) + 1)

    @cached_property
    def mornings(self) -> npt.NDArray[np.int64]:
        """Return the working days on which organisations act, ascending."""
        return np.flatnonzero(np.array(self.working, dtype=bool)).astype(np.int64)

    @cached_property
    def refresh_times(self) -> npt.NDArray[np.float64]:
        """Return the starts of the intervals with constant intensities.

        The first is 0 (the as-of state must have intensities at once), then the first working morning of each
        calendar week (Monday to Sunday; a week without a working day has none) and the midnight that ends a
        deadline, so that no interval mixes the pace before a date with the pace after it.
        """
        times, week = [0.0], self.date(0).isocalendar()[:2]
        for day in self.mornings:
            this = self.date(int(day)).isocalendar()[:2]
            if this != week:
                times.append(float(day))
                week = this
        due = [t for t in map(self.end_of, self.deadlines) if 0.0 < t < self.days]
        return np.unique(np.array([*times, *due]))

    @cached_property
    def weekly_dates(self) -> tuple[dt.date, ...]:
        """Return the as-of date, every seventh day after it, and the last day."""
        dates = [self.as_of + dt.timedelta(days=7 * k) for k in range(self.days // 7 + 1)]
        return tuple(dates if dates[-1] == self.end else [*dates, self.end])


def make_timeline(
    as_of: dt.date,
    end: dt.date,
    overrides: Mapping[dt.date, bool] | None = None,
    deadlines: Iterable[dt.date] = (),
) -> Timeline:
    """Return the timeline of a case.

    Parameters
    ----------
    as_of, end : datetime.date
        Last known day and last simulated day, `as_of` before `end`.
    overrides : mapping of date to bool, optional
        Days that the case declares working or free.
    deadlines : iterable of datetime.date
        Dates on which targets fall due.
    """
    overrides = overrides or {}
    days = [as_of + dt.timedelta(days=k + 1) for k in range((end - as_of).days)]
    known, unknown = _known_years(day.year for day in days)
    working = tuple(overrides.get(day, _is_working(day, known)) for day in days)
    return Timeline(as_of, end, working, tuple(sorted(unknown)), tuple(sorted(set(deadlines))))


def all_days(as_of: dt.date, days: int) -> Timeline:
    """Return a timeline on which every day is a working day (for checks against discrete-time chains)."""
    return Timeline(as_of, as_of + dt.timedelta(days=days), (True,) * days)


def _known_years(years: Iterable[int]) -> tuple[set[int], set[int]]:
    """Split years into those the holiday package knows and those it does not."""
    import chinese_calendar

    known: set[int] = set()
    unknown: set[int] = set()
    for year in set(years):
        try:
            chinese_calendar.is_workday(dt.date(year, 7, 1))
            known.add(year)
        except NotImplementedError:
            unknown.add(year)
    return known, unknown


def _is_working(day: dt.date, known: set[int]) -> bool:
    """Return whether `day` is a working day."""
    import chinese_calendar

    return bool(chinese_calendar.is_workday(day)) if day.year in known else day.weekday() < 5
