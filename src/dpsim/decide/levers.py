"""One lever of a strategy at several settings: the start of an instrument, or one of its numbers.

The settings are put in order of effort, the least first. Before them all stands the strategy without the instrument, or
after them all where the instrument takes visits away.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dpsim.core.expect import Expect
from dpsim.errors import InputError
from dpsim.params.faults import Origin
from dpsim.params.schema import Strategy
from dpsim.params.wording import shown
from dpsim.strategies import instrument

START = "start"
MOST_POINTS = 60
Value = float | dt.date
_NO_EFFORT = ("sector", "reach", "log_ratio", "per_year")
"""Units of settings of which none is more than another."""
_RARER_IS_LESS = ("every_days", "after_days")
"""Settings that are less effort the larger they are."""
_TAKES_AWAY = ("inspection_relief",)
"""Instruments without which there is more effort."""


@dataclass(frozen=True)
class Lever:
    """One lever of a strategy.

    Attributes
    ----------
    strategy : Strategy
    place : int
        Of the instrument among those of the strategy.
    setting : str
        `start`, or a name of the instrument's `SETTINGS`.
    """

    strategy: Strategy
    place: int
    setting: str

    @property
    def instrument(self) -> str:
        """The name of the instrument."""
        return str(self.strategy.instruments[self.place].instrument)

    @property
    def is_date(self) -> bool:
        """Whether it is a date."""
        return self.setting == START

    @property
    def expect(self) -> Expect:
        """What its number is expected to be."""
        expect: Expect = instrument(self.instrument).SETTINGS[self.setting].expect
        return expect

    @property
    def takes_away(self) -> bool:
        """Whether there is more effort without the instrument."""
        return self.instrument in _TAKES_AWAY

    @property
    def falls(self) -> bool:
        """Whether a larger value (a later date) is less effort."""
        return not self.takes_away if self.is_date else self.setting in _RARER_IS_LESS

    def at(self, value: Value) -> Strategy:
        """Return the strategy with the lever at a value.

        Raises
        ------
        FileFaults
            The value is out of the range the strategy states, or does not fit its other instruments.
        """
        entry = self.strategy.content()["instruments"][self.place]
        old = entry.get(self.setting)
        return self._with((entry | {self.setting: value if self.is_date else {**old, "value": value}},))

    def without(self) -> Strategy:
        """Return the strategy without the instrument."""
        return self._with(())

    def _with(self, entries: tuple[dict[str, Any], ...]) -> Strategy:
        """Return the strategy with other entries in the place of the instrument."""
        content, k = self.strategy.content(), self.place
        content["instruments"] = (*content["instruments"][:k], *entries, *content["instruments"][k + 1 :])
        return Strategy.from_content(content, Origin(self.strategy.id))


def levers_of(strategy: Strategy) -> dict[str, Lever]:
    """Return the levers of a strategy by name.

    A name is `INSTRUMENT.SETTING`; where an instrument stands more than once, `INSTRUMENT.2.SETTING` is its second.
    """
    names = [settings.instrument for settings in strategy.instruments]
    out = {}
    for place, name in enumerate(names):
        module = instrument(name)
        head = f"{name}.{names[: place + 1].count(name)}" if names.count(name) > 1 else name
        given = strategy.instruments[place].named()
        numbers = [key for key in given if module.SETTINGS[key].expect.unit not in _NO_EFFORT]
        for setting in (START, *numbers):
            out[f"{head}.{setting}"] = Lever(strategy, place, setting)
    return out


def find_lever(strategy: Strategy, name: object) -> Lever:
    """Return a lever of a strategy by its name.

    Raises
    ------
    InputError
        The strategy has no lever of this name.
    """
    known = levers_of(strategy)
    if not isinstance(name, str) or name not in known:
        allowed = ", ".join(known) or "-"
        raise InputError("error.unknown_lever", given=shown(name), strategy=strategy.id, allowed=allowed)
    return known[name]


def lever_points(
    lever: Lever, first: dt.date, last: dt.date, *, values: Sequence[object] | None = None, most: int
) -> list[Value]:
    """Return the values to try, the least effort first.

    Parameters
    ----------
    lever : Lever
    first, last : datetime.date
        The first and the last day on which a start makes a difference.
    values : sequence, optional
        Values of the user: dates (or ISO texts) for a start, else numbers. When None: weeks apart from `first` on (as
        few weeks as give at most `most` dates), or `most` equal steps of the range that the strategy states.
    most : int
        How many, 2 to `MOST_POINTS`.

    Raises
    ------
    InputError
        There are none or too many, or one is of another kind, lies in the past or stands twice.
    """
    if isinstance(most, bool) or not isinstance(most, int) or not 2 <= most <= MOST_POINTS:
        raise InputError("error.lever_points", given=shown(most), largest=MOST_POINTS)
    if values is None:
        points = _dates(lever, first, last, most) if lever.is_date else _numbers(lever, most)
    else:
        if not 1 <= len(values) <= MOST_POINTS:
            raise InputError("error.lever_points", given=str(len(values)), largest=MOST_POINTS)
        points = [_as_date(value) if lever.is_date else _as_number(lever, value) for value in values]
        early = [day for day in points if isinstance(day, dt.date) and day < first]
        if early:
            raise InputError("error.lever_past", given=early[0].isoformat(), first=first.isoformat())
    twice = [value for value in points if points.count(value) > 1]
    if twice:
        raise InputError("error.lever_twice", given=shown(str(twice[0])))
    return sorted(points, reverse=lever.falls)


def _dates(lever: Lever, first: dt.date, last: dt.date, most: int) -> list[Value]:
    """Return starts a whole number of weeks apart; an earlier window of the same instrument is left alone."""
    own = lever.strategy.instruments[lever.place]
    others = [one for k, one in enumerate(lever.strategy.instruments) if k != lever.place]
    before = [one.end for one in others if one.instrument == own.instrument and one.end is not None]
    earlier = [end for end in before if own.start is not None and end < own.start]
    begin = max([first, *(end + dt.timedelta(days=1) for end in earlier)])
    end = last if own.end is None else min(last, own.end)
    if end < begin:
        raise InputError("error.lever_no_dates", first=begin.isoformat(), last=end.isoformat())
    days = (end - begin).days
    step = 7 * max(1, math.ceil(days // 7 / (most - 1)))
    return [begin + dt.timedelta(days=k * step) for k in range(days // step + 1)]


def _numbers(lever: Lever, most: int) -> list[Value]:
    """Return equal steps over the range that the strategy states, whole numbers where only those are allowed."""
    quantity = getattr(lever.strategy.instruments[lever.place], lever.setting)
    low, high = float(quantity.low), float(quantity.high)
    points = [low + (high - low) * k / (most - 1) for k in range(most)]
    points = [float(f"{point:.6g}") for point in points if lever.expect.admits(point)]
    return list(dict.fromkeys(round(point) if lever.expect.whole else point for point in points))


def _as_date(value: object) -> dt.date:
    """Return a date given as one or as ISO text."""
    try:
        if isinstance(value, str):
            return dt.date.fromisoformat(value.strip())
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
    except ValueError:
        pass
    raise InputError("error.bad_date", name="values", given=shown(value))


def _as_number(lever: Lever, value: object) -> float:
    """Return a number, a whole one where only those are allowed."""
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError
        number = float(value)
        if not math.isfinite(number) or (lever.expect.whole and not number.is_integer()):
            raise ValueError
    except ValueError:
        unit, span = lever.expect.unit, lever.expect.span()
        raise InputError("error.lever_value", given=shown(value), unit=unit, allowed=span) from None
    return int(number) if lever.expect.whole else number
