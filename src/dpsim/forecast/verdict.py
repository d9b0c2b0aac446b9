"""From the states of count paths at a deadline to P(met) and the shortfall."""

from __future__ import annotations

from typing import Any

import numpy as np

from dpsim.core.words import GROUPS
from dpsim.forecast.count_paths import stage_total
from dpsim.measure.probability import smoothed, wilson_interval
from dpsim.model.chain import STATES
from dpsim.model.state import Ints
from dpsim.model.targets import Target

SHORTFALL_QUANTILES = {
    "shortfall_q05": 0.05,
    "shortfall_q25": 0.25,
    "shortfall_median": 0.5,
    "shortfall_q75": 0.75,
    "shortfall_q95": 0.95,
}


def shortfalls(target: Target, states: Ints) -> Ints:
    """Return how many are missing at a target's deadline, shape (R,), from states (R, groups, len(STATES))."""
    rows = list(range(len(GROUPS))) if target.group == "all" else [GROUPS.index(target.group)]
    listed = target.total - states[:, rows, STATES.index("off_list")].sum(axis=1)
    return np.asarray(np.maximum(0, target.required_of(listed) - stage_total(states, target.stage, target.group)))


def verdict(missing: Ints) -> dict[str, Any]:
    """Return P(met) with n and its Wilson interval, and the shortfall's quantiles."""
    n, met = missing.size, int((missing == 0).sum())
    low, high = wilson_interval(met, n)
    quantiles = np.quantile(missing, list(SHORTFALL_QUANTILES.values()))
    return {
        "n": n,
        "met": met,
        "probability": smoothed(met, n),
        "low": low,
        "high": high,
        **dict(zip(SHORTFALL_QUANTILES, quantiles, strict=True)),
    }
