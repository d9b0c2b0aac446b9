"""Double random (双随机、一公开): lots are drawn anew each morning among all enterprises, whatever is known of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import SHARE, Setting, Settings, Words
from dpsim.core.levers import Levers, Plan
from dpsim.core.priorities import random_scores
from dpsim.core.reported import Fact, Reported
from dpsim.core.streams import Stream
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "double_random"
WORDS = Words("双随机抽查", "double random")
NEEDS = ()
SETTINGS = {
    "share": Setting(SHARE, "双随机抽查在检查计划中的份额", "share of the plan: double random"),
}
_PLAN = int(Plan.DOUBLE_RANDOM)
_ENTITY = int(Fact.ENTITY)
_LOTS = int(Stream.DOUBLE_RANDOM)


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
    """While it lasts, give every enterprise a lot of the day."""
    if due[day]:
        facts, seed, replication = reported.facts, reported.key[0], reported.key[1]
        levers.plan_share[_PLAN] += parameters[0]
        lots = random_scores(seed, replication, facts[:, _ENTITY].copy(), _LOTS, day)
        for i in range(facts.shape[0]):
            levers.priority[_PLAN, i] += lots[i]
