"""How many of those who leave a list a draw would have seen done: a keyed quantile of the hypergeometric law."""

from __future__ import annotations

import math

import numpy as np

from dpsim.core.compiled import routine
from dpsim.forecast.rounding import SMALL
from dpsim.model.state import Floats


@routine
def lost_among(u: Floats, gone: Floats, idle: Floats, late: Floats) -> Floats:
    """Return how many of the `gone` (draws, units) are among those of the `idle` that are done (draws, units, weeks).

    The hypergeometric quantile at `u` (draws, units): by one `u` it never falls from week to week, nor does the rest.
    Of a gap of `SMALL` or more its mean.
    """
    out = np.zeros(late.shape)
    for d in range(late.shape[0]):
        for i in range(late.shape[1]):
            marked, whole = int(gone[d, i]), int(idle[d, i])
            for k in range(late.shape[2]):
                taken = min(int(late[d, i, k]), whole)
                if marked == 0 or taken == 0:
                    continue
                if whole >= SMALL:
                    out[d, i, k] = math.floor(marked * taken / whole + 0.5)
                    continue
                x, most = max(0, taken + marked - whole), min(marked, taken)
                mass = np.exp(log_ways(marked, x) + log_ways(whole - marked, taken - x) - log_ways(whole, taken))
                rest = u[d, i]
                while rest > mass and x < most:
                    rest -= mass
                    mass *= (marked - x) * (taken - x) / ((x + 1.0) * (whole - marked - taken + x + 1.0))
                    x += 1
                out[d, i, k] = x
    return out


@routine
def log_ways(of: int, chosen: int) -> float:
    """Return the logarithm of the number of ways to choose some of others."""
    return math.lgamma(of + 1.0) - math.lgamma(chosen + 1.0) - math.lgamma(of - chosen + 1.0)
