"""ARIMA(0, 1, 1) with drift on the log odds (statsmodels)."""

from __future__ import annotations

import numpy as np

from dpsim.forecast.learned import Learned
from dpsim.forecast.methods._series import series_forecast
from dpsim.forecast.programmes import Block
from dpsim.model.state import Floats

NAME = "arima"
WORDS = ("ARIMA(0,1,1)", "ARIMA(0,1,1)")
ROLE = "rival"
NEEDS = "statsmodels"


def draw(block: Block, learned: Learned, *, seed: int, draws: int) -> Floats:
    """Return shares at the deadline, shape (draws, units)."""
    return series_forecast(block, _fit, ordinal=330, seed=seed, draws=draws)


def _fit(odds: Floats, weeks: int) -> tuple[float, float]:
    """Return mean and s.d. of the log odds after `weeks`."""
    from statsmodels.tsa.arima.model import ARIMA

    # The innovations algorithm has the same likelihood as the Kalman filter and takes a third of the time.
    ahead = ARIMA(odds, order=(0, 1, 1), trend="t").fit(method="innovations_mle").get_forecast(weeks)
    return float(np.asarray(ahead.predicted_mean)[-1]), float(np.sqrt(np.asarray(ahead.var_pred_mean)[-1]))
