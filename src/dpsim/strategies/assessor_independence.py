"""Assessor independence (建评分离): assessors are assigned and paid centrally, not by who built (LY12, EX33).

What an agency builds is then no likelier to be paper than what is built by own staff, and paper passes less often.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import SHARE, YUAN, Setting, Settings, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "assessor_independence"
WORDS = Words("建评分离", "assessor independence")
NEEDS = ()
SETTINGS = {
    "share": Setting(SHARE, "统一指派并付费的评估比例", "share of assessments assigned and paid centrally"),
    "refused": Setting(SHARE, "其中纸面体系不予通过的比例", "share of passes of paper systems that these refuse"),
    "yuan_per_day": Setting(YUAN, "统一付费的每日费用", "cost per day"),
}


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return both shares and yuan per day."""
    return np.array(
        [settings.share.value, settings.refused.value, settings.yuan_per_day.value],
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
    """While it lasts, assign and pay a share of the assessments centrally."""
    if due[day]:
        for k in range(2):
            levers.independence[k] = max(levers.independence[k], parameters[k])
        levers.yuan[0] += parameters[2]
