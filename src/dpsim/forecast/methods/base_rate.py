"""The base rate: a share of the gap is closed that units of comparable programmes have closed."""

from __future__ import annotations

import numpy as np

from dpsim.core.streams import Stream
from dpsim.forecast.learned import Learned
from dpsim.forecast.luck import common_uniform, uniform_draws
from dpsim.forecast.programmes import Block
from dpsim.forecast.rounding import in_members
from dpsim.model.state import Floats

NAME = "base_rate"
WORDS = ("同类项目基准", "base rate of comparable programmes")
ROLE = "rival"


def draw(block: Block, learned: Learned, *, seed: int, draws: int) -> Floats:
    """Return shares at the deadline, shape (draws, units): programmes count equally, whatever their number of units."""
    past = learned.closures(block.months)
    which = (common_uniform(seed, draws, Stream.FORECAST_RIVAL, 200) * len(past)).astype(np.int64)
    luck = uniform_draws(seed, draws, block.history.entity, Stream.FORECAST_RIVAL, 201)
    closed = np.empty_like(luck)
    for k, values in enumerate(past):
        rows = which == k
        closed[rows] = values[(luck[rows] * values.size).astype(np.int64)]
    last = block.history.last
    return in_members(last + closed * (1.0 - last), block.history.total)
