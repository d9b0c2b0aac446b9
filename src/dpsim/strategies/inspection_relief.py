"""Inspection relief (减少入企检查): fewer planned visits and an annual cap per enterprise (YY07, YY16)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.expect import Expect
from dpsim.core.instrument import SHARE, Setting, Settings, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "inspection_relief"
WORDS = Words("减少入企检查", "inspection relief")
NEEDS = ()
SETTINGS = {
    "kept_share": Setting(SHARE, "保留的入企检查比例", "share of inspection days kept"),
    "annual_cap": Setting(
        Expect("visits", 0, 365, whole=True), "每家企业年度检查次数上限", "most visits to an enterprise in a year"
    ),
}


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the share of days kept and the visits allowed."""
    return np.array([settings.kept_share.value, settings.annual_cap.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, keep a share of the inspection days and cap the visits of each enterprise."""
    if due[day]:
        levers.inspect_factor[:] *= parameters[0]
        levers.visit_cap[:] = np.minimum(levers.visit_cap, int(parameters[1]))
