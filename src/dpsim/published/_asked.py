"""What a quantity is asked for, what it may look at, and the sums that several quantities share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from dpsim.core.words import CLASSES, DISCOVERY

Floats = npt.NDArray[np.float64]


class Takes(NamedTuple):
    """What an entry may say of a quantity.

    Attributes
    ----------
    window : bool
        It is counted from one date to another (`from`, `to`); otherwise it stands at a `date`.
    klass, channel, part : bool
        It can be asked for one class of hazards, for one channel of discovery, for a part of the enterprises.
    distinct : bool
        It counts enterprises once, so that its window begins with the first day that is simulated.
    """

    window: bool
    klass: bool = False
    channel: bool = False
    distinct: bool = False
    part: bool = False


class Part(NamedTuple):
    """The enterprises that count: all, or those of one sector, of one target group, of both at once."""

    sector: str | None = None
    group: str | None = None


ALL = Part()


class Asked(NamedTuple):
    """One figure that is asked for.

    Attributes
    ----------
    name : str
        The quantity.
    unit : str
    begin : float
        Days after the as-of date from which on events count.
    end : float
        Days after the as-of date up to which they count; the time at which a stock is looked at.
    klass, channel : str, optional
        The only class, the only channel of discovery that counts.
    part : Part
        The enterprises that count.
    """

    name: str
    unit: str
    begin: float
    end: float
    klass: str | None = None
    channel: str | None = None
    part: Part = ALL


class Seen(Protocol):
    """What can be seen of the runs of one experiment."""

    def at(self, indicator: str, days: float, view: str = "reported", part: Part = ALL) -> Floats:
        """Return an indicator of the whole place, or of a part, `days` after the as-of date, shape (runs,)."""

    def value(self, key: str) -> Floats:
        """Return a value of the case each run rests on by its dotted key, shape (runs,)."""


def flow(seen: Seen, asked: Asked, indicator: str, view: str = "reported") -> Floats:
    """Return how many events there were within the window, shape (runs,)."""
    return seen.at(indicator, asked.end, view) - seen.at(indicator, asked.begin, view)


def classes(asked: Asked) -> tuple[str, ...]:
    """Return the classes of hazards that count."""
    return CLASSES if asked.klass is None else (asked.klass,)


def channels(asked: Asked) -> tuple[str, ...]:
    """Return the channels of discovery that count."""
    return DISCOVERY if asked.channel is None else (asked.channel,)


def flows(seen: Seen, asked: Asked, what: str, view: str = "reported") -> Floats:
    """Return the events of the classes that count, such as `closed`, shape (runs,)."""
    return total(flow(seen, asked, f"hazards_{what}:{klass}", view) for klass in classes(asked))


def stock(seen: Seen, asked: Asked, what: str, days: float, view: str = "reported") -> Floats:
    """Return how many hazards of the classes that count stand so, such as `open`, shape (runs,)."""
    return total(seen.at(f"hazards_{what}:{klass}", days, view) for klass in classes(asked))


def found(seen: Seen, asked: Asked, by: Iterable[str], of: Iterable[str]) -> Floats:
    """Return the hazards found by some channels, of some classes, shape (runs,)."""
    of = tuple(of)
    return total(flow(seen, asked, f"hazards_found:{channel}:{klass}") for channel in by for klass in of)


def total(parts: Iterable[Floats]) -> Floats:
    """Return the sum of arrays."""
    return np.sum(list(parts), axis=0, dtype=np.float64)


def ratio(above: Floats, below: Floats) -> Floats:
    """Return a ratio run by run; not a number where there is nothing to divide by."""
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
