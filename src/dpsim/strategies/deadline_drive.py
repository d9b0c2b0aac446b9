"""Deadline drive (年底攻坚): staff chase every open enterprise for some weeks; the pace rises by an assumed factor."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import RATIO, STAFF_DAYS, Setting, Settings, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "deadline_drive"
WORDS = Words("年底攻坚", "deadline drive")
NEEDS = ("start", "end")
SETTINGS = {
    "factor": Setting(RATIO, "年底攻坚的提速倍数", "speed-up of the deadline drive"),
    "staff_days_per_day": Setting(STAFF_DAYS, "年底攻坚每日的用工", "staff time per day of the deadline drive"),
}


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings of the drive."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the factor on the pace and the staff-days per day."""
    return np.array([settings.factor.value, settings.staff_days_per_day.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, multiply the pace of all target groups."""
    if due[day]:
        levers.multiplier[:] *= parameters[0]
        levers.staff_days[0] += parameters[1]
