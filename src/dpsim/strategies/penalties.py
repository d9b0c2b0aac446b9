"""Penalties and publication (行政处罚、公开曝光): more visits end in a penalty, and names are made public (EX31).

The upper rungs of the ladder (停产整顿、关闭取缔; TH05): a stop of production lasts for a time, and some of the
penalties of an enterprise at the stop rung close it. At 0 neither has an effect.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.expect import Expect
from dpsim.core.instrument import RATIO, SHARE, STAFF_DAYS, Setting, Settings, Words
from dpsim.core.levers import Levers, Occasion
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "penalties"
WORDS = Words("行政处罚与公开曝光", "penalties and publication")
NEEDS = ()
SETTINGS = {
    "factor": Setting(RATIO, "立案处罚比例的倍数", "factor on the share of visits that end in a penalty"),
    "published_share": Setting(SHARE, "公开曝光的处罚比例", "share of penalties made public"),
    "staff_days_per_penalty": Setting(
        STAFF_DAYS, "每起增加的处罚办案用工", "staff time per penalty beyond the usual share"
    ),
    "stop_days": Setting(Expect("days", 0, 366), "停产整顿的天数", "days of a stop of production"),
    "close_share": Setting(
        SHARE, "停产档次上再受处罚时关闭取缔的比例", "share of the penalties at the stop rung that close the enterprise"
    ),
}
_PENALTY = int(Occasion.PENALTY)


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the factor, the share made public, staff-days of a penalty, days of a stop and the share closed."""
    return np.array([getattr(settings, name).value for name in SETTINGS], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, raise the share of penalties, publish some, and let the upper rungs of the ladder bite."""
    if due[day]:
        levers.penalty[0] *= parameters[0]
        levers.publicity[0] += parameters[1]
        levers.price[_PENALTY, 0] = max(levers.price[_PENALTY, 0], parameters[2])
        for k in range(2):
            levers.ladder[k] = max(levers.ladder[k], parameters[3 + k])
