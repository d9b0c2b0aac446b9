"""Deadline drive (年底攻坚): staff chase every open enterprise for some weeks; the pace rises by an assumed factor."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.levers import Levers
from dpsim.core.timeline import Timeline
from dpsim.params.instruments import DeadlineDrive
from dpsim.strategies._schedule import within

NAME = "deadline_drive"


def due(settings: DeadlineDrive, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings of the drive."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: DeadlineDrive) -> npt.NDArray[np.float64]:
    """Return the factor on the pace and the staff-days per day."""
    return np.array([settings.factor.value, settings.staff_days_per_day.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: npt.NDArray[np.int64],
    levers: Levers,
) -> None:
    """While it lasts, multiply the pace of all target groups."""
    if due[day]:
        levers.multiplier[:] *= parameters[0]
        levers.staff_days[0] += parameters[1]
