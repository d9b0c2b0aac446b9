"""Major hazards listed for supervision as they are found, by the instrument `listing` of the strategy."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.instrument import Words
from dpsim.core.words import Kind
from dpsim.published._asked import Asked, Takes

NAMES = {"hazards_listed": Words("挂牌督办的重大事故隐患", "major hazards listed for supervision")}
UNITS = ("hazards",)
TAKES = Takes(window=True)


def measure_run(events: npt.NDArray[np.void], asked: Asked) -> float:
    """Return the hazards of one run; 0 where the strategy lists none."""
    within = (events["t"] >= asked.begin) & (events["t"] < asked.end)
    return float(np.count_nonzero(within & (events["kind"] == Kind.LISTED)))
