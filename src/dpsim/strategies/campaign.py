"""Campaign (专项行动): a window in which inspectors borrow days from other duties (LY16).

Borrowed days are owed: when the window is over they are taken off the plan again, a share of each day, until all are
given back; what falls behind the horizon stays owed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import SHARE, Setting, Settings, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "campaign"
WORDS = Words("专项行动", "campaign")
NEEDS = ("start", "end")
SETTINGS = {
    "borrowed": Setting(SHARE, "专项行动每名检查人员每日借用的工作日", "days borrowed per inspector and day"),
}


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the days borrowed per inspector and day."""
    return np.array([settings.borrowed.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """During the window borrow days."""
    if due[day]:
        levers.borrowed[0] += parameters[0]
