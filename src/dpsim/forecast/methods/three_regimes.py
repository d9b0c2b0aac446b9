"""The forecast of this package (`dpsim.forecast.regimes`)."""

from __future__ import annotations

from dpsim.forecast.learned import Learned
from dpsim.forecast.programmes import Block
from dpsim.forecast.regimes import draw_shares
from dpsim.model.state import Floats

NAME = "dpsim"
WORDS = ("本模型（三种走势）", "dpsim (three regimes)")
ROLE = "ours"


def draw(block: Block, learned: Learned, *, seed: int, draws: int) -> Floats:
    """Return shares at the deadline, shape (draws, units)."""
    return draw_shares(block.history, block.weeks, learned.settings, seed=seed, draws=draws)
