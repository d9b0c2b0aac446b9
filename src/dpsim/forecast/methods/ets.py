"""Exponential smoothing with a damped trend (statsmodels)."""

from __future__ import annotations

import numpy as np

from dpsim.forecast.learned import Learned
from dpsim.forecast.methods._series import series_forecast
from dpsim.forecast.programmes import Block
from dpsim.model.state import Floats

NAME = "ets"
WORDS = ("指数平滑（阻尼趋势）", "exponential smoothing, damped trend")
ROLE = "rival"
NEEDS = "statsmodels"


def draw(block: Block, learned: Learned, *, seed: int, draws: int) -> Floats:
    """Return shares at the deadline, shape (draws, units)."""
    return series_forecast(block, _fit, ordinal=320, seed=seed, draws=draws)


def _fit(odds: Floats, weeks: int) -> tuple[float, float]:
    """Return mean and s.d. of the log odds after `weeks`."""
    import pandas as pd
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    result = ETSModel(pd.Series(odds), error="add", trend="add", damped_trend=True).fit(disp=False, maxiter=60)
    ahead = result.get_prediction(start=odds.size, end=odds.size + weeks - 1)
    scatter = float(np.sqrt(max(float(np.asarray(ahead.forecast_variance)[-1]), 0.0)))
    return float(np.asarray(ahead.predicted_mean)[-1]), scatter
