"""Growth curves fitted to each unit's own weeks: weights over a grid of parameters instead of one best curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from dpsim.core.streams import Stream
from dpsim.forecast.luck import normal_draws, uniform_draws
from dpsim.forecast.programmes import Block
from dpsim.forecast.rounding import in_members
from dpsim.model.state import Floats

CEILINGS = (0.3, 0.5, 0.7, 0.85, 1.0)
FORGETTING = 0.97
"""Weight of a week against the one after it."""
FREE_PARAMETERS = 3
_LEAST_VARIANCE = 1e-6

Curve = Callable[[float, float, float, int], Floats]
"""From first share, two parameters and a number of weeks to shares of the ceiling."""


def fitted_curves(
    block: Block, curve: Curve, parameters: Sequence[tuple[float, float]], *, ordinal: int, seed: int, draws: int
) -> Floats:
    """Return shares at the deadline, shape (draws, units): today's share plus what the drawn curves still rise."""
    history = block.history
    u = uniform_draws(seed, draws, history.entity, Stream.FORECAST_RIVAL, ordinal)
    scatter = normal_draws(seed, draws, history.entity, Stream.FORECAST_RIVAL, ordinal + 1)
    out = np.empty_like(u)
    for i in range(len(history.units)):
        own = history.share[i][~np.isnan(history.share[i])]
        rise, error = _candidates(own, curve, parameters, block.weeks)
        variance = max(error.min() * FREE_PARAMETERS / max(own.size - FREE_PARAMETERS, 1), _LEAST_VARIANCE)
        weight = np.cumsum(np.exp(-0.5 * (error - error.min()) / variance))
        chosen = np.minimum(np.searchsorted(weight / weight[-1], u[:, i]), rise.size - 1)
        out[:, i] = own[-1] + rise[chosen] + np.sqrt(variance) * scatter[:, i]
    return in_members(out, history.total)


def _candidates(
    own: Floats, curve: Curve, parameters: Sequence[tuple[float, float]], weeks: int
) -> tuple[Floats, Floats]:
    """Return of each curve of the grid what it rises by the deadline, and its weighted sum of squares so far."""
    weight = FORGETTING ** np.arange(own.size - 1, -1, -1)
    rise, error = [], []
    for ceiling in CEILINGS:
        if ceiling < own[-1] - 1e-9 and ceiling < CEILINGS[-1]:
            continue
        for a, b in parameters:
            path = ceiling * curve(min(own[0] / ceiling, 1.0), a, b, own.size + weeks)
            error.append(float((weight * (path[: own.size] - own) ** 2).sum()))
            rise.append(float(path[-1] - path[own.size - 1]))
    return np.array(rise), np.array(error)
