"""Escalation (递进式执法): two groups by record; the bad group is visited more often until a clean visit lets it go.

The state-dependent plan of Harrington (methods 3.4-22): the same number of visits deters more where it falls on those
with a record.
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

NAME = "escalation"
WORDS = Words("递进式执法", "escalation")
NEEDS = ()
SETTINGS = {
    "share": Setting(SHARE, "递进式执法在检查计划中的份额", "share of the plan: escalation"),
    "factor": Setting(RATIO, "有不良记录企业的检查频次倍数", "frequency factor for a bad record"),
}
_PLAN = int(Plan.ESCALATION)
_LAST_VISIT, _BAD_RECORD = (int(Fact[k]) for k in ("LAST_VISIT", "BAD_RECORD"))


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the share of the plan and the factor on the frequency of a bad record."""
    return np.array([settings.share.value, settings.factor.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, let the time since the last visit decide, counted faster where the record is bad."""
    if due[day]:
        facts = reported.facts
        levers.plan_share[_PLAN] += parameters[0]
        for i in range(facts.shape[0]):
            often = parameters[1] if facts[i, _BAD_RECORD] == 1 else 1.0
            levers.priority[_PLAN, i] += int(1000.0 * longest_unvisited_score(day, facts[i, _LAST_VISIT]) * often)
