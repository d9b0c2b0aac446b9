"""Coverage rota (全覆盖轮查): everyone in turn, the longest unvisited first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import SHARE, Setting, Settings, Words
from dpsim.core.levers import Levers, Plan
from dpsim.core.priorities import longest_unvisited_score
from dpsim.core.reported import Fact, Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "coverage_rota"
WORDS = Words("全覆盖轮查", "coverage rota")
NEEDS = ()
SETTINGS = {
    "share": Setting(SHARE, "全覆盖轮查在检查计划中的份额", "share of the plan: coverage rota"),
}
_PLAN = int(Plan.COVERAGE_ROTA)
_LAST_VISIT = int(Fact.LAST_VISIT)


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
    """While it lasts, let the days since the last visit decide."""
    if due[day]:
        facts = reported.facts
        levers.plan_share[_PLAN] += parameters[0]
        for i in range(facts.shape[0]):
            levers.priority[_PLAN, i] += longest_unvisited_score(day, facts[i, _LAST_VISIT])
