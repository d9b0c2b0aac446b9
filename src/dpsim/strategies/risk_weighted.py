"""Risk-weighted plan (分类分级检查): by risk colour, each colour with a frequency of its own.

The priority is the time since the last visit, counted faster the higher the risk: whoever is most overdue for its class
comes first.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import RATIO, SHARE, Setting, Settings, Words
from dpsim.core.levers import Levers, Plan
from dpsim.core.priorities import longest_unvisited_score
from dpsim.core.reported import Fact, Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "risk_weighted"
WORDS = Words("分类分级检查", "risk-weighted plan")
NEEDS = ()
SETTINGS = {
    "share": Setting(SHARE, "分类分级检查在检查计划中的份额", "share of the plan: risk-weighted plan"),
    "step": Setting(RATIO, "风险每升一级的检查频次倍数", "frequency factor per step of risk colour"),
}
_PLAN = int(Plan.RISK_WEIGHTED)
_COLOUR, _LAST_VISIT = (int(Fact[k]) for k in ("COLOUR", "LAST_VISIT"))


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the share of the plan and the factor per step."""
    return np.array([settings.share.value, settings.step.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, let the time since the last visit decide, counted faster where the risk is higher."""
    if due[day]:
        facts = reported.facts
        levers.plan_share[_PLAN] += parameters[0]
        for i in range(facts.shape[0]):
            often = parameters[1] ** facts[i, _COLOUR]
            levers.priority[_PLAN, i] += int(1000.0 * longest_unvisited_score(day, facts[i, _LAST_VISIT]) * often)
