"""Listing (挂牌督办): the upper level follows major hazards by name until they are closed (CC13, EX34)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import SHARE, STAFF_DAYS, Setting, Settings, Words
from dpsim.core.levers import Levers, Occasion
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "listing"
WORDS = Words("重大隐患挂牌督办", "listing for supervision")
NEEDS = ()
SETTINGS = {
    "share": Setting(SHARE, "挂牌督办的重大隐患比例", "share of the major hazards found that are listed"),
    "staff_days_per_hazard": Setting(STAFF_DAYS, "每项挂牌隐患督办的用工", "staff time to follow a listed hazard"),
}
_LISTING = int(Occasion.LISTING)


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the share listed and staff-days of each."""
    return np.array([settings.share.value, settings.staff_days_per_hazard.value], dtype=np.float64)


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
        levers.price[_LISTING, 0] = max(levers.price[_LISTING, 0], parameters[1])
