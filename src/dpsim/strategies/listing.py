"""Listing (挂牌督办): the upper level follows major hazards by name until they are closed (CC13, EX34)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import SHARE, Setting, Settings, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "listing"
WORDS = Words("重大隐患挂牌督办", "listing for supervision")
NEEDS = ()
SETTINGS = {
    "share": Setting(SHARE, "挂牌督办的重大隐患比例", "share of the major hazards found that are listed"),
}


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the share listed."""
    return np.array([settings.share.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, list a share of the major hazards found."""
    if due[day]:
        levers.listing[0] += parameters[0]
