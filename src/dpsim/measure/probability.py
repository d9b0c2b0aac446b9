"""Probabilities from counts: never without n and an interval, never a false 0 or 1."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Number = TypeVar("Number", float, npt.NDArray[np.float64])

DISPLAY_LOW, DISPLAY_HIGH = 0.03, 0.97
"""Shown probabilities stay inside these: the record of real programmes supports no sharper claim (FC06)."""


def wilson_interval(met: float, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Return the Wilson score interval of a share, by default at 95%.

    Parameters
    ----------
    met : float
        Successes, 0 <= met <= n; a mean of several samples may be broken.
    n : int
        Trials.
    z : float
        Normal quantile of the wanted level.

    Returns
    -------
    tuple of float
        (low, high); (0, 1) when n is 0.

    Raises
    ------
    ValueError
        `met` is not between 0 and n.
    """
    if not 0 <= met <= n:
        raise ValueError(f"met {met} of n {n}")
    if n == 0:
        return 0.0, 1.0
    share = met / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (0.0 if met == 0 else centre - half), (1.0 if met == n else centre + half)


def paired_share_interval(both: int, first: int, second: int, n: int, z: float) -> tuple[float, float]:
    """Return an interval of the difference of two shares in pairs: Newcombe 1998, Statistics in Medicine 17, method 10.

    It has width where neither ever happened, or both always did: 0 of n is no certainty.

    Parameters
    ----------
    both, first, second : int
        Pairs in which both happened, only the first, only the second.
    n : int
        Pairs, at least 1.
    z : float
        Normal quantile of the wanted level.

    Returns
    -------
    tuple of float
        (low, high) of the share of the first minus that of the second, -1 to 1.

    Raises
    ------
    ValueError
        The counts are no counts of n pairs.
    """
    neither = n - both - first - second
    if min(both, first, second, neither) < 0 or n < 1:
        raise ValueError(f"{both}, {first}, {second} of {n} pairs")
    one, other = (both + first) / n, (both + second) / n
    low1, high1 = wilson_interval(both + first, n, z)
    low2, high2 = wilson_interval(both + second, n, z)
    together = float(both * neither - first * second)
    if together > 0:
        together = max(together - n / 2, 0.0)
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    phi = together / math.sqrt(margins) if margins else 0.0
    down, up = one - low1, high2 - other
    right, left = high1 - one, other - low2
    low = one - other - math.sqrt(max(down**2 - 2 * phi * down * up + up**2, 0.0))
    return low, one - other + math.sqrt(max(right**2 - 2 * phi * right * left + left**2, 0.0))


def smoothed(met: Number, n: int) -> Number:
    """Return (met + 1/2) / (n + 1), one or of many: the probability that 0 of n and n of n leave standing."""
    return (met + 0.5) / (n + 1.0)


def clipped(probability: float) -> float:
    """Return a probability as it may be shown, inside the supported range."""
    return min(max(probability, DISPLAY_LOW), DISPLAY_HIGH)
