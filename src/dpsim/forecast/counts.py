"""From closures to counts: whole members in small units, and counts that fall."""

from __future__ import annotations

import numpy as np

from dpsim.core.compiled import routine
from dpsim.core.streams import Stream
from dpsim.forecast.history import History
from dpsim.forecast.luck import normal_draws, uniform_draws
from dpsim.forecast.rounding import SMALL
from dpsim.model.state import Floats


def settle_counts(history: History, churn: Floats, closed: Floats, *, seed: int) -> Floats:
    """Return shares from closures: whole members in small units, and counts that fall.

    Shape as `closed`, without its last axis where that has one entry.
    """
    draws, total = closed.shape[0], history.total[None, :, None]
    last = history.last[None, :, None]
    small = history.total < SMALL
    share = last + closed * (1.0 - last)
    if small.any():
        u = count_luck(history, seed=seed, draws=draws)[:, small]
        left = np.round(history.total[small] * (1.0 - history.last[small]))
        share[:, small] = last[:, small] + binomial_quantiles(u, left, closed[:, small]) / total[:, small]
    moved = moves_of_falls(history, churn, closed.shape[2], seed=seed, draws=draws)
    share = np.clip(share + moved, 0.0, 1.0)
    share[:, small] = np.round(share[:, small] * total[:, small]) / total[:, small]
    return share if closed.shape[2] > 1 else share[:, :, 0]


def count_luck(history: History, *, seed: int, draws: int) -> Floats:
    """Return the uniforms that count whole members of small units, shape (draws, units)."""
    return uniform_draws(seed, draws, history.entity, Stream.FORECAST_COUNT)


def fall_luck(history: History, *, seed: int, draws: int) -> Floats:
    """Return the standard normals by which counts that fall move the end, shape (draws, units)."""
    return normal_draws(seed, draws, history.entity, Stream.FORECAST_CHURN)


def moves_of_falls(history: History, churn: Floats, weeks: int, *, seed: int, draws: int) -> Floats:
    """Return what counts that fall add to the shares of each week, shape (draws, units, weeks); `churn` by the end."""
    passed = np.sqrt(np.arange(1, weeks + 1) / weeks)
    return np.asarray(churn[None, :, None] * passed * fall_luck(history, seed=seed, draws=draws)[:, :, None])


@routine
def binomial_quantiles(u: Floats, members: Floats, chance: Floats) -> Floats:
    """Return how many of `members` (units,) by uniform draws (draws, units) and chances (draws, units, weeks).

    By inversion, so that a larger chance never gives fewer.
    """
    out = np.zeros(chance.shape)
    ways = np.ones((chance.shape[1], int(members.max()) + 1))  # of j members over j - 1: no division in the loop
    for i in range(chance.shape[1]):
        for j in range(1, int(members[i]) + 1):
            ways[i, j] = (members[i] - j + 1.0) / j
    for d in range(chance.shape[0]):
        for i in range(chance.shape[1]):
            n = int(members[i])
            for k in range(chance.shape[2]):
                p = min(max(chance[d, i, k], 0.0), 1.0)
                rare = min(p, 1.0 - p)  # counted from the rarer side: (1/2)**499 is a number, 0.1**499 is none
                rest = u[d, i] if p <= 0.5 else 1.0 - u[d, i]
                odds, mass, j = rare / (1.0 - rare), (1.0 - rare) ** n, 0
                while rest > mass and j < n:
                    rest -= mass
                    j += 1
                    mass *= odds * ways[i, j]
                out[d, i, k] = j if p <= 0.5 else n - j
    return out
