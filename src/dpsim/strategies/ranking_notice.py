"""Ranking notice (月通报): counties are ranked by reported progress and the notice goes to their leaders (LY15).

The contact scales with the county's relative shortfall in the reported online share.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import EVERY_DAYS, STAFF_DAYS, Setting, Settings, Words
from dpsim.core.levers import Contact, Levers
from dpsim.core.rates import relative_shortfall
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import every

NAME = "ranking_notice"
WORDS = Words("月通报", "ranking notice")
NEEDS = ()
SETTINGS = {
    "every_days": Setting(EVERY_DAYS, "月通报的间隔", "interval between ranking notices"),
    "staff_days_each": Setting(STAFF_DAYS, "每次月通报的用工", "staff time per ranking notice"),
}
_NOTICE = int(Contact.NOTICE)
_TOTAL, _ONLINE = 0, 3


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings of the notices."""
    return every(timeline, int(settings.every_days.value), settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return staff-days per notice."""
    return np.array([settings.staff_days_each.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """On a notice morning give each county that lags the city a contact of its relative shortfall."""
    if due[day]:
        counts = reported.counts
        city_total, city_online = counts[:, _TOTAL].sum(), counts[:, _ONLINE].sum()
        for county in range(counts.shape[0]):
            levers.contact[_NOTICE, county] += relative_shortfall(
                counts[county, _ONLINE], counts[county, _TOTAL], city_online, city_total
            )
        levers.staff_days[0] += parameters[0]
