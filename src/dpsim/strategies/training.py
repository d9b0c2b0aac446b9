"""Training (培训): courses raise what self-checks find, more so where a system really works (LY13, CC11).

What is taught is forgotten. A course teaches a share of the enterprises; it counts from the next weekly report on.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.expect import Expect
from dpsim.core.instrument import EVERY_DAYS, LOG_RATIO, SHARE, STAFF_DAYS, YUAN, Setting, Settings, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import every

NAME = "training"
WORDS = Words("培训", "training")
NEEDS = ()
SETTINGS = {
    "every_days": Setting(EVERY_DAYS, "培训的间隔", "interval between courses"),
    "share": Setting(SHARE, "每期培训覆盖的企业比例", "share of the enterprises that a course reaches"),
    "detection": Setting(LOG_RATIO, "培训对自查发现的作用", "effect of training on what a self-check finds"),
    "worth": Setting(LOG_RATIO, "培训对有效运行体系的附加作用", "further effect where a system really works"),
    "memory_days": Setting(Expect("days", 1, 3660), "培训效果的记忆时长", "memory of what was taught"),
    "staff_days_each": Setting(STAFF_DAYS, "每期培训的用工", "staff time per course"),
    "yuan_each": Setting(YUAN, "每期培训的费用", "cost of a course"),
}


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings of the courses."""
    return every(timeline, int(settings.every_days.value), settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return share, both effects, memory (days), staff-days and yuan of a course."""
    return np.array(
        [
            settings.share.value,
            settings.detection.value,
            settings.worth.value,
            settings.memory_days.value,
            settings.staff_days_each.value,
            settings.yuan_each.value,
        ],
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
    """On the day of a course teach its share of the enterprises."""
    if due[day]:
        for k in range(4):
            levers.training[k] = max(levers.training[k], parameters[k])
        levers.staff_days[0] += parameters[4]
        levers.yuan[0] += parameters[5]
