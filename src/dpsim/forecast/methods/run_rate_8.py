"""The run-rate of the last 8 weeks."""

from __future__ import annotations

from dpsim.forecast.learned import Learned
from dpsim.forecast.methods._run_rate import straight_line
from dpsim.forecast.programmes import Block
from dpsim.model.state import Floats

NAME = "run_rate_8"
WORDS = ("近8周平均进度", "run-rate of the last 8 weeks")
ROLE = "rival"


def draw(block: Block, learned: Learned, *, seed: int, draws: int) -> Floats:
    """Return shares at the deadline, shape (draws, units)."""
    return straight_line(block, 8, seed=seed, draws=draws)
