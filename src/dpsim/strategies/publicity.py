"""Publicity (宣传警示): warnings and exposure in the press raise perceived risk everywhere for a while (LY19)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import EVERY_DAYS, SHARE, STAFF_DAYS, YUAN, Setting, Settings, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import every

NAME = "publicity"
WORDS = Words("宣传警示", "publicity")
NEEDS = ()
SETTINGS = {
    "every_days": Setting(EVERY_DAYS, "宣传警示的间隔", "interval between warnings"),
    "jump": Setting(
        SHARE, "每次警示使感知风险上升的比例", "share of what is missing to certainty by which perceived risk rises"
    ),
    "staff_days_each": Setting(STAFF_DAYS, "每次宣传警示的用工", "staff time per warning"),
    "yuan_each": Setting(YUAN, "每次宣传警示的费用", "cost of a warning"),
}


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings of the warnings."""
    return every(timeline, int(settings.every_days.value), settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the jump, staff-days and yuan of a warning."""
    return np.array(
        [settings.jump.value, settings.staff_days_each.value, settings.yuan_each.value],
        dtype=np.float64,
    )


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """On its day warn everybody; it counts from the next weekly report on."""
    if due[day]:
        levers.warning[0] = max(levers.warning[0], parameters[0])
        levers.staff_days[0] += parameters[1]
        levers.yuan[0] += parameters[2]
