"""Resident experts (专家驻企): experts come often to enterprises graded red and verify what is repaired (YY14, YY15).

They are bought in; a repair that an expert has to sign is less often one on paper.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import EVERY_DAYS, SHARE, YUAN, Setting, Settings, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Fact, Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import DAYS_A_MORNING, within

NAME = "resident_experts"
WORDS = Words("专家驻企", "resident experts")
NEEDS = ()
SETTINGS = {
    "every_days": Setting(
        EVERY_DAYS, "专家到每家重点企业的间隔", "interval between an expert's visits to a key enterprise"
    ),
    "verified": Setting(
        SHARE, "因专家签字而避免的虚假整改比例", "share of rectifications on paper that the expert's signature prevents"
    ),
    "yuan_per_visit": Setting(YUAN, "专家每次到企业的费用", "cost of an expert's visit"),
}
_COLOUR, _LISTED, _RED = int(Fact.COLOUR), int(Fact.ON_LIST), 3


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return visits per day, the share prevented, yuan per visit."""
    visits = 1.0 / settings.every_days.value
    return np.array([visits, settings.verified.value, settings.yuan_per_visit.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, send experts to the enterprises on the list that are graded red."""
    if due[day]:
        facts = reported.facts
        for i in range(facts.shape[0]):
            if facts[i, _LISTED] == 1 and facts[i, _COLOUR] == _RED:
                levers.residence[i] = max(levers.residence[i], parameters[0])
                levers.yuan[0] += parameters[0] * DAYS_A_MORNING * parameters[2]
        levers.verified[0] = max(levers.verified[0], parameters[1])
