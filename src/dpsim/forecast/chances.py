"""What many draws of a share say of a target: its chance, the quantiles, the date."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from dpsim.forecast.scores import SHOWN
from dpsim.measure.probability import smoothed, wilson_interval
from dpsim.model.state import Floats

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
ROUNDING = 1e-9


def chances(share: Floats, target: float, as_of: dt.date, deadline: dt.date) -> dict[str, object]:
    """Return probability, interval, quantiles and median date of a share by draw and week, shape (draws, weeks)."""
    reached = share >= target - ROUNDING
    met, draws = int(reached[:, -1].sum()), share.shape[0]
    probability = float(np.clip(smoothed(met, draws), *SHOWN))
    low, high = wilson_interval(met, draws)
    ever = np.median(reached, axis=0) >= 0.5
    week = int(np.argmax(ever)) if ever[-1] else -1
    date = pd.Timestamp(min(as_of + dt.timedelta(weeks=week + 1), deadline)) if week >= 0 else pd.NaT
    quantiles = np.quantile(share[:, -1], list(QUANTILES.values()))
    return {
        "probability": probability,
        "low": min(low, probability),
        "high": max(high, probability),
        **dict(zip(QUANTILES, quantiles.tolist(), strict=True)),
        "date_median": date,
    }
