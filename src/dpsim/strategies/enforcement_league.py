"""Enforcement league (执法排名): counties are ranked by the penalties that this system's checks bring (LY16).

More visits end in a penalty; counties that fine for the share impose petty ones, which deter nobody and cost the visit.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import RATIO, SHARE, Setting, Settings, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "enforcement_league"
WORDS = Words("执法排名", "enforcement league")
NEEDS = ()
SETTINGS = {
    "factor": Setting(RATIO, "立案处罚比例的倍数", "factor on the share of visits that end in a penalty"),
    "petty_share": Setting(SHARE, "为排名而作的处罚比例", "share of penalties imposed for the ranking alone"),
    "search_lost": Setting(SHARE, "为此占用的检查发现比例", "share of a visit's search lost to them"),
}


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the factor and both shares."""
    return np.array(
        [settings.factor.value, settings.petty_share.value, settings.search_lost.value],
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
    """While it lasts, more penalties, some of them for their number alone."""
    if due[day]:
        levers.penalty[0] *= parameters[0]
        for k in range(2):
            levers.petty[k] = max(levers.petty[k], parameters[1 + k])
