"""Nothing more happens: the yardstick of yardsticks."""

from __future__ import annotations

import numpy as np

from dpsim.forecast.learned import Learned
from dpsim.forecast.programmes import Block
from dpsim.model.state import Floats

NAME = "no_change"
WORDS = ("保持不变", "no change")
ROLE = "yardstick"


def draw(block: Block, learned: Learned, *, seed: int, draws: int) -> Floats:
    """Return today's shares, shape (draws, units)."""
    return np.tile(block.history.last, (draws, 1))
