"""Look-back (回头看): a share of the closed hazards is checked again some days later (EX17)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import EVERY_DAYS, SHARE, STAFF_DAYS, Setting, Settings, Words
from dpsim.core.levers import Levers, Occasion
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "look_back"
WORDS = Words("回头看复查", "look-back")
NEEDS = ()
SETTINGS = {
    "share": Setting(SHARE, "销号后复查的比例", "share of closed hazards checked again"),
    "after_days": Setting(EVERY_DAYS, "销号到复查的天数", "days from closing to the re-check"),
    "staff_days_per_check": Setting(STAFF_DAYS, "每项隐患复查的用工", "staff time per hazard checked again"),
}
_LOOK_BACK = int(Occasion.LOOK_BACK)


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the share, the days and staff-days of a re-check."""
    values = settings.share.value, settings.after_days.value, settings.staff_days_per_check.value
    return np.array(values, dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, have closed hazards checked again."""
    if due[day]:
        levers.look_back[0] = max(levers.look_back[0], parameters[0])
        levers.look_back[1] = max(levers.look_back[1], parameters[1])
        levers.price[_LOOK_BACK, 0] = max(levers.price[_LOOK_BACK, 0], parameters[2])
