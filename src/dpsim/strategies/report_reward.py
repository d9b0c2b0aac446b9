"""Worker-report reward (事故隐患内部报告奖励): workers report more of what they see (EX19, EX20).

Where the reward scheme itself is what a case adopts, only enterprises that have one can pay: `where` says so.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.expect import Expect
from dpsim.core.instrument import RATIO, YUAN, Setting, Settings, Words
from dpsim.core.levers import Levers, Occasion
from dpsim.core.reported import Fact, Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "report_reward"
WORDS = Words("内部报告奖励", "worker-report reward")
NEEDS = ()
SETTINGS = {
    "factor": Setting(RATIO, "职工内部报告的倍数", "factor on workers' reports"),
    "where": Setting(
        Expect("reach", 0, 2, whole=True),
        "适用范围（0所有企业，1已建成的企业，2已网上运行的企业）",
        "where it acts (0 everywhere, 1 where built, 2 where online)",
    ),
    "yuan_per_report": Setting(YUAN, "每次报告的奖励（企业支付）", "reward of a report (the enterprise pays it)"),
}
EVERYWHERE, BUILT, ONLINE = 0, 1, 2
_BUILT, _ONLINE = int(Fact.BUILT), int(Fact.ONLINE)
_REPORT = int(Occasion.REPORT)


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the factor on reports, where it acts, and yuan of each report made there."""
    return np.array([settings.factor.value, settings.where.value, settings.yuan_per_report.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, raise the rate of reports where it acts."""
    if due[day]:
        facts, where = reported.facts, int(parameters[1])
        for i in range(facts.shape[0]):
            if where == EVERYWHERE or facts[i, _BUILT if where == BUILT else _ONLINE] == 1:
                levers.reward[i] *= parameters[0]
        levers.price[_REPORT, 1] = max(levers.price[_REPORT, 1], parameters[2])
