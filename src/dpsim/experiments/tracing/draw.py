"""A named draw and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from dpsim.core.streams import Stream

EXACT, WITHIN, NAMED = "exact", "within", "named"
"""What the log shows of a draw: the very number that follows from it; a number its law allows; nothing by itself."""
CLOSE = 1e-9
"""Days or units of a threshold: what rounding may leave."""


@dataclass(frozen=True)
class Draw:
    """The draw an event came about by.

    Attributes
    ----------
    law : str
        What the draw decides: a message id below ``trace.law``.
    stream : Stream
    entity, ordinal, draw : int
        With the seed and the replication its key (`dpsim.core.streams`).
    part : int
        Which of the numbers of one call, from 0.
    uniform : float
        Drawn anew from the key, in (0, 1).
    follows : float
        What the law makes of it: a threshold, days, points, an hour of the day, or the uniform itself.
    observed : float
        The same as the log or the state tells it; NaN where it does not.
    check : {"exact", "within", "named"}
    """

    law: str
    stream: Stream
    entity: int
    ordinal: int
    draw: int
    part: int
    uniform: float
    follows: float
    observed: float = nan
    check: str = NAMED


def compared(follows: float, observed: float) -> str:
    """Return whether a number of the log is the one that follows from a draw; if it is not, the draw is only named."""
    return EXACT if abs(follows - observed) <= CLOSE * max(1.0, abs(follows)) else NAMED
