"""Choices of one numbered scenario: the same number always makes the same choices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Option = TypeVar("Option")
_SALT = 20180910


class Dice:
    """Named by a scenario's number and by what is drawn, so that a new choice of one part moves no other part."""

    def __init__(self, number: int, part: int) -> None:
        self._rng = np.random.default_rng([_SALT, number, part])

    def share(self) -> float:
        """Return a number from 0 to 1 (the only draw made: all others come from it)."""
        return float(self._rng.random())

    def chance(self, p: float) -> bool:
        return self.share() < p

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.share()

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both possible."""
        return low + int((high - low + 1) * self.share())

    def pick(self, options: Sequence[Option]) -> Option:
        return options[self.whole(0, len(options) - 1)]

    def day(self, first: dt.date, last: dt.date) -> dt.date:
        return first + dt.timedelta(days=self.whole(0, (last - first).days))
