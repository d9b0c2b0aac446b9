"""Sector focus (重点行业专项整治): one sector at a time goes before all others."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.expect import Expect
from dpsim.core.instrument import SHARE, Setting, Settings, Words
from dpsim.core.levers import Levers, Plan
from dpsim.core.priorities import longest_unvisited_score, risk_class_score
from dpsim.core.reported import Fact, Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "sector_focus"
WORDS = Words("重点行业专项整治", "sector focus")
NEEDS = ()
SETTINGS = {
    "share": Setting(SHARE, "重点行业专项整治在检查计划中的份额", "share of the plan: sector focus"),
    "sector": Setting(Expect("sector", 0, 2, whole=True), "整治行业的序号", "number of the sector"),
}
_PLAN = int(Plan.SECTOR_FOCUS)
_SECTOR, _LAST_VISIT = (int(Fact[k]) for k in ("SECTOR", "LAST_VISIT"))


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the share of the plan and the sector."""
    return np.array([settings.share.value, settings.sector.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, put the sector first, then the days since the last visit."""
    if due[day]:
        facts = reported.facts
        levers.plan_share[_PLAN] += parameters[0]
        for i in range(facts.shape[0]):
            inside = 1 if facts[i, _SECTOR] == int(parameters[1]) else 0
            since = longest_unvisited_score(day, facts[i, _LAST_VISIT])
            levers.priority[_PLAN, i] += risk_class_score(inside, since)
