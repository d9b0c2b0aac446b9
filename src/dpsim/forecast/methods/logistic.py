"""A logistic curve with a free ceiling."""

from __future__ import annotations

import numpy as np

from dpsim.forecast.learned import Learned
from dpsim.forecast.methods._curves import fitted_curves
from dpsim.forecast.programmes import Block
from dpsim.model.state import Floats

NAME = "logistic"
WORDS = ("逻辑斯蒂曲线", "logistic curve")
ROLE = "rival"
PARAMETERS = [(rate, middle) for rate in (0.02, 0.05, 0.1, 0.2) for middle in (-50, 0, 25, 50, 75, 100, 125, 150, 200)]
"""Growth per week, and the week of the steepest rise after the first report."""


def draw(block: Block, learned: Learned, *, seed: int, draws: int) -> Floats:
    """Return shares at the deadline, shape (draws, units)."""
    return fitted_curves(block, _logistic, PARAMETERS, ordinal=310, seed=seed, draws=draws)


def _logistic(first: float, rate: float, middle: float, weeks: int) -> Floats:
    """Return shares of the ceiling; the first share plays no part."""
    return np.asarray(1.0 / (1.0 + np.exp(-rate * (np.arange(weeks) - middle))))
