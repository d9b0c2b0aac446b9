"""Worker-report reward (事故隐患内部报告奖励): workers report more of what they see (EX19, EX20)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import RATIO, YUAN, Setting, Settings, Words
from dpsim.core.levers import Levers, Occasion
from dpsim.core.reported import Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "report_reward"
WORDS = Words("内部报告奖励", "worker-report reward")
NEEDS = ()
SETTINGS = {
    "factor": Setting(RATIO, "职工内部报告的倍数", "factor on workers' reports"),
    "yuan_per_report": Setting(YUAN, "每次报告的奖励（企业支付）", "reward of a report (the enterprise pays it)"),
}
_REPORT = int(Occasion.REPORT)


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the factor on reports and yuan of each, of those that come without the reward too."""
    return np.array([settings.factor.value, settings.yuan_per_report.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, raise the rate of reports."""
    if due[day]:
        levers.reward[0] *= parameters[0]
        levers.price[_REPORT, 1] = max(levers.price[_REPORT, 1], parameters[1])
