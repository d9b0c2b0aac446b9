"""One-to-one assistance (一对一帮扶): officials advise enterprises that are not online yet.

Their days come from the same pool as inspections (LY24).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import STAFF_DAYS, Setting, Settings, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "assistance"
WORDS = Words("一对一帮扶", "one-to-one assistance")
NEEDS = ()
SETTINGS = {
    "staff_days_per_county": Setting(STAFF_DAYS, "每县区每日帮扶用工", "staff-days for assistance per county and day"),
}


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return staff-days per county and day."""
    return np.array([settings.staff_days_per_county.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, ask for the days."""
    if due[day]:
        levers.advising[0] += parameters[0]
