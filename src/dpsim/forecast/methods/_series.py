"""Time series methods of a library, one unit after the other, on the log odds of the share."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np

from dpsim.core.streams import Stream
from dpsim.forecast.luck import normal_draws
from dpsim.forecast.programmes import Block
from dpsim.forecast.rounding import in_members
from dpsim.model.state import Floats

LAST_WEEKS = 60
FEWEST = 10
"""Weeks that a unit needs; with fewer its share stays."""

Fit = Callable[[Floats, int], tuple[float, float]]
"""From log odds by week and the weeks ahead to the mean and s.d. of the last week's log odds."""


def series_forecast(block: Block, fit: Fit, *, ordinal: int, seed: int, draws: int) -> Floats:
    """Return shares at the deadline, shape (draws, units): normal on the log odds."""
    import statsmodels.tools.sm_exceptions  # noqa: F401  (sets filters of its own when it is first imported)

    history = block.history
    luck = normal_draws(seed, draws, history.entity, Stream.FORECAST_RIVAL, ordinal)
    out = np.empty_like(luck)
    for i in range(len(history.units)):
        own = history.share[i][~np.isnan(history.share[i])][-LAST_WEEKS:]
        total = history.total[i]
        odds = np.log((own * total + 0.5) / ((1.0 - own) * total + 0.5))
        mean, scatter = odds[-1], 0.0
        if own.size >= FEWEST and np.ptp(odds) > 0.0:
            with warnings.catch_warnings():  # what does not converge is a weak fit, as in practice
                warnings.simplefilter("ignore")
                mean, scatter = fit(odds, block.weeks)
        out[:, i] = 1.0 / (1.0 + np.exp(-np.clip(mean + scatter * luck[:, i], -30.0, 30.0)))
    return in_members(out, history.total)
