"""A straight line through the last weeks, with the weeks' own scatter."""

from __future__ import annotations

import numpy as np

from dpsim.core.streams import Stream
from dpsim.forecast.luck import normal_draws
from dpsim.forecast.programmes import Block
from dpsim.forecast.rounding import in_members
from dpsim.model.state import Floats


def straight_line(block: Block, last: int, *, seed: int, draws: int) -> Floats:
    """Return shares of the mean step of the last weeks simply continued, shape (draws, units)."""
    steps = np.nan_to_num(np.diff(block.history.share[:, -last - 1 :], axis=1))
    mean, scatter = steps.mean(axis=1), steps.std(axis=1, ddof=1)
    luck = normal_draws(seed, draws, block.history.entity, Stream.FORECAST_RIVAL, last)
    share = block.history.last + block.weeks * mean + np.sqrt(block.weeks) * scatter * luck
    return in_members(share, block.history.total)
