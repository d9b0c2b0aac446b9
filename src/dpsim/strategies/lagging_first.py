"""Lagging first (滞后优先): enterprises that have not built, then those not connected, then those not online (QX07)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import SHARE, Setting, Settings, Words
from dpsim.core.levers import Levers, Plan
from dpsim.core.priorities import longest_unvisited_score, risk_class_score
from dpsim.core.reported import Fact, Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "lagging_first"
WORDS = Words("滞后优先检查", "lagging first")
NEEDS = ()
SETTINGS = {
    "share": Setting(SHARE, "滞后优先检查在检查计划中的份额", "share of the plan: lagging first"),
}
_PLAN = int(Plan.LAGGING_FIRST)
_STARTED, _BUILT, _CONNECTED, _ONLINE, _LAST_VISIT = (
    int(Fact[k]) for k in ("STARTED", "BUILT", "CONNECTED", "ONLINE", "LAST_VISIT")
)


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the share of the plan."""
    return np.array([settings.share.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, let the stages that are missing decide, then the days since the last visit."""
    if due[day]:
        facts = reported.facts
        levers.plan_share[_PLAN] += parameters[0]
        for i in range(facts.shape[0]):
            missing = 4 - facts[i, _STARTED] - facts[i, _BUILT] - facts[i, _CONNECTED] - facts[i, _ONLINE]
            since = longest_unvisited_score(day, facts[i, _LAST_VISIT])
            levers.priority[_PLAN, i] += risk_class_score(missing, since)
