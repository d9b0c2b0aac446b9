"""Recent weeks drawn again with replacement, the same weeks for all units."""

from __future__ import annotations

import numpy as np

from dpsim.core.streams import Stream
from dpsim.forecast.learned import Learned
from dpsim.forecast.luck import common_uniform
from dpsim.forecast.programmes import Block
from dpsim.forecast.rounding import in_members
from dpsim.model.state import Floats

NAME = "recent_weeks"
WORDS = ("近期各周重抽", "recent weeks drawn again")
ROLE = "rival"
WEEKS = 12


def draw(block: Block, learned: Learned, *, seed: int, draws: int) -> Floats:
    """Return shares at the deadline, shape (draws, units)."""
    steps = np.nan_to_num(np.diff(block.history.share[:, -WEEKS - 1 :], axis=1))
    share = np.tile(block.history.last, (draws, 1))
    for week in range(block.weeks):
        u = common_uniform(seed, draws, Stream.FORECAST_RIVAL, 100 + week)
        share += steps[:, (u * WEEKS).astype(np.int64)].T
    return in_members(share, block.history.total)
