"""Bass's curve of diffusion with a free ceiling."""

from __future__ import annotations

import numpy as np

from dpsim.forecast.learned import Learned
from dpsim.forecast.methods._curves import fitted_curves
from dpsim.forecast.programmes import Block
from dpsim.model.state import Floats

NAME = "bass"
WORDS = ("Bass 扩散曲线", "Bass curve")
ROLE = "rival"
PARAMETERS = [(p, q) for p in (0.0003, 0.001, 0.003, 0.01, 0.03) for q in (0.0, 0.02, 0.05, 0.1, 0.2)]
"""Innovation and imitation per week."""


def draw(block: Block, learned: Learned, *, seed: int, draws: int) -> Floats:
    """Return shares at the deadline, shape (draws, units)."""
    return fitted_curves(block, _bass, PARAMETERS, ordinal=300, seed=seed, draws=draws)


def _bass(first: float, innovation: float, imitation: float, weeks: int) -> Floats:
    """Return shares of the ceiling, from the first share on."""
    ratio = imitation / innovation
    left = (1.0 - first) / (1.0 + ratio * first) * np.exp(-(innovation + imitation) * np.arange(weeks))
    return np.asarray((1.0 - left) / (1.0 + ratio * left))
