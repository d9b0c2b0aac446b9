"""Third-party capacity (增加第三方服务力量): more builders at the agencies from a date (LY10-LY12).

It helps only where the agencies' queue binds.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.expect import Expect
from dpsim.core.instrument import YUAN, Setting, Settings, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "third_party_capacity"
WORDS = Words("增加第三方力量", "more third-party capacity")
NEEDS = ("start",)
SETTINGS = {
    "added_share": Setting(Expect("share", 0, 100), "第三方服务力量的增加比例", "added share of third-party capacity"),
    "cost_per_enterprise": Setting(YUAN, "财政购买服务每家企业费用", "public cost per enterprise served"),
}


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which the added builders work."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the added share of builders and the price of one hand-over by an added builder (yuan)."""
    return np.array([settings.added_share.value, settings.cost_per_enterprise.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, add the share of builders in every sector."""
    if due[day]:
        levers.builders_added[:] += parameters[0]
        levers.yuan_per_job[0] += parameters[1]
