"""What a number in a parameter file must be: its unit and its bounds."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expect:
    """What a field expects of its quantity.

    Parameters
    ----------
    unit : str
        The only unit allowed.
    low, high : float
        Bounds no value and no range may leave.
    above : bool
        Whether `low` itself is excluded.
    whole : bool
        Whether the value must be an integer.
    """

    unit: str
    low: float = 0.0
    high: float = math.inf
    above: bool = False
    whole: bool = False

    def admits(self, value: float) -> bool:
        """Tell whether a value lies inside the bounds."""
        return (value > self.low if self.above else value >= self.low) and value <= self.high

    def span(self) -> str:
        """Return the bounds in signs that read the same in every language."""
        low = f"{self.low:g} {'<' if self.above else '≤'} x"
        return low if math.isinf(self.high) else f"{low} ≤ {self.high:.10g}"
