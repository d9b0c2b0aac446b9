"""Predicted score (预测评分排序检查): by the finds to be expected, from what past visits found there.

The score is the shrunken find rate (finds + a m) / (visits + a) x the days since the last visit: m is the mean over all
enterprises and a says how many visits it is worth.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.expect import Expect
from dpsim.core.instrument import SHARE, Setting, Settings, Words
from dpsim.core.levers import Levers, Plan
from dpsim.core.priorities import find_rate, longest_unvisited_score, predicted_score
from dpsim.core.reported import Fact, Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "predicted_score"
WORDS = Words("预测评分排序检查", "predicted score")
NEEDS = ()
SETTINGS = {
    "share": Setting(SHARE, "预测评分排序检查在检查计划中的份额", "share of the plan: predicted score"),
    "prior_visits": Setting(
        Expect("visits", 0, 1000, above=True), "平均水平相当于多少次检查", "visits the mean is worth"
    ),
}
_PLAN = int(Plan.PREDICTED_SCORE)
_LAST_VISIT, _FINDS, _PAST_VISITS = (int(Fact[k]) for k in ("LAST_VISIT", "FINDS", "PAST_VISITS"))


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the share of the plan and the visits the mean is worth."""
    return np.array([settings.share.value, settings.prior_visits.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, let expected finds decide."""
    if due[day]:
        facts = reported.facts
        levers.plan_share[_PLAN] += parameters[0]
        mean = facts[:, _FINDS].sum() / max(1, facts[:, _PAST_VISITS].sum())
        for i in range(facts.shape[0]):
            rate = find_rate(facts[i, _FINDS], facts[i, _PAST_VISITS], mean * parameters[1], parameters[1])
            since = longest_unvisited_score(day, facts[i, _LAST_VISIT])
            levers.priority[_PLAN, i] += predicted_score(rate) * since
