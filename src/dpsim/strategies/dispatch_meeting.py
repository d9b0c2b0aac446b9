"""Dispatch meeting (工作调度会): every county reports its progress and is chased (evidence LY15)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import EVERY_DAYS, STAFF_DAYS, Setting, Settings, Words
from dpsim.core.levers import Contact, Levers
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import every

NAME = "dispatch_meeting"
WORDS = Words("工作调度会", "dispatch meeting")
NEEDS = ()
SETTINGS = {
    "every_days": Setting(EVERY_DAYS, "工作调度会的间隔", "interval between dispatch meetings"),
    "staff_days_each": Setting(STAFF_DAYS, "每次工作调度会的用工", "staff time per dispatch meeting"),
}
_MEETING = int(Contact.MEETING)


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings of the meetings."""
    return every(timeline, int(settings.every_days.value), settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return staff-days per meeting."""
    return np.array([settings.staff_days_each.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """On a meeting morning give every county one contact."""
    if due[day]:
        levers.contact[_MEETING, :] += 1.0
        levers.staff_days[0] += parameters[0]
