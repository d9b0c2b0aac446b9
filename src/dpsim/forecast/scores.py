"""How good a forecast was: scores of draws against what happened."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.measure.probability import DISPLAY_HIGH, DISPLAY_LOW, smoothed
from dpsim.model.state import Floats

CLIPPED = (DISPLAY_LOW, DISPLAY_HIGH)
"""Probabilities are shown no nearer to 0 and 1: of those said to have 3 in 100, more than that happened (FC06)."""
SHOWN = (0.03, 0.9)
"""What a forecast shows at most: of those said to have more than 9 in 10, 86 in 100 met their targets (mean over seven
programmes; in two of them 7 in 10 and 5 in 10)."""
LEVELS = (0.5, 0.8, 0.9)
_ROUNDING = 1e-9


def crps(draws: Floats, happened: Floats) -> Floats:
    """Return the continuous ranked probability score of each case, in its unit (fair for a finite number of draws).

    Parameters
    ----------
    draws : numpy.ndarray
        Shape (draws, cases).
    happened : numpy.ndarray
        Shape (cases,).
    """
    ordered, m = np.sort(draws, axis=0), draws.shape[0]
    rank = (2.0 * np.arange(1, m + 1) - m - 1.0)[:, None]
    return np.asarray(np.abs(draws - happened).mean(axis=0) - (rank * ordered).sum(axis=0) / (m * (m - 1.0)))


def probability_met(draws: Floats, target: Floats) -> Floats:
    """Return the probability that each case reaches its target, as it is shown: half a draw to either side, clipped."""
    met = (draws >= target - _ROUNDING).sum(axis=0)
    return np.clip(smoothed(met.astype(np.float64), draws.shape[0]), *CLIPPED)


def brier(probability: Floats, met: npt.NDArray[np.bool_]) -> Floats:
    """Return the Brier score of each case."""
    return np.asarray((probability - met) ** 2)


def log_score(probability: Floats, met: npt.NDArray[np.bool_]) -> Floats:
    """Return the log score of each case (natural logarithm, smaller is better)."""
    return np.asarray(-np.log(np.where(met, probability, 1.0 - probability)))


def covered(draws: Floats, happened: Floats, level: float) -> npt.NDArray[np.bool_]:
    """Return whether what happened lies within the central interval of each case."""
    low, high = np.quantile(draws, [0.5 - level / 2.0, 0.5 + level / 2.0], axis=0)
    return np.asarray((happened >= low - _ROUNDING) & (happened <= high + _ROUNDING))


def pit(draws: Floats, happened: Floats, u: Floats) -> Floats:
    """Return the randomised probability integral transform of each case: uniform for a calibrated forecast.

    `u` in (0, 1), shape (cases,), splits the draws equal to what happened.
    """
    below = (draws < happened - _ROUNDING).mean(axis=0)
    equal = (np.abs(draws - happened) <= _ROUNDING).mean(axis=0)
    return np.asarray(below + u * equal)
