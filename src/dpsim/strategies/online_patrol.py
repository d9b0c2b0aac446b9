"""Online patrol (网上巡查): platform records are looked through more often, the county follows up (LY25)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import EVERY_DAYS, STAFF_DAYS, Setting, Settings, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Fact, Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import DAYS_A_MORNING, within

NAME = "online_patrol"
WORDS = Words("网上巡查", "online patrol")
NEEDS = ()
SETTINGS = {
    "every_days": Setting(EVERY_DAYS, "网上巡查每家企业的间隔", "interval between patrols of an enterprise's records"),
    "follow_up_days": Setting(
        STAFF_DAYS, "县区核查反馈每次的用工", "county staff time to verify and report back, per patrol"
    ),
}
_LISTED, _ONLINE = int(Fact.ON_LIST), int(Fact.ONLINE)


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return patrols per day and staff-days of a follow-up."""
    return np.array([1.0 / settings.every_days.value, settings.follow_up_days.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, patrol more often; the counties' follow-up of those online takes staff-days."""
    if due[day]:
        online = np.sum(reported.facts[:, _LISTED] * reported.facts[:, _ONLINE])
        levers.patrol[0] = max(levers.patrol[0], parameters[0])
        levers.staff_days[0] += online * parameters[0] * DAYS_A_MORNING * parameters[1]
