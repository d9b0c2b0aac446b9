"""Benchmark demonstration (标杆引领): a county's benchmarks that operate online show the others how (LY05, QX05).

The pace of a county rises with the share of such benchmarks among its enterprises, as reported.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import LOG_RATIO, STAFF_DAYS, Setting, Settings, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Fact, Reported
from dpsim.core.timeline import Timeline
from dpsim.strategies._schedule import within

NAME = "benchmark_demonstration"
WORDS = Words("标杆引领", "benchmark demonstration")
NEEDS = ()
SETTINGS = {
    "effect": Setting(
        LOG_RATIO,
        "标杆引领对推进速度的作用（全部企业均为标杆时）",
        "effect on the pace where all enterprises were such benchmarks",
    ),
    "staff_days_per_day": Setting(STAFF_DAYS, "现场观摩每日的用工", "staff time per day for visits to benchmarks"),
}
_COUNTY, _BENCHMARK, _LISTED, _ONLINE = int(Fact.COUNTY), int(Fact.BENCHMARK), int(Fact.ON_LIST), int(Fact.ONLINE)


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return the mornings on which it is in force."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the effect and staff-days per day."""
    return np.array(
        [settings.effect.value, settings.staff_days_per_day.value],
        dtype=np.float64,
    )


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """While it lasts, raise the pace of each county by the share of its benchmarks that are online."""
    if due[day]:
        shown, facts = np.zeros(levers.pull.size), reported.facts
        for i in range(facts.shape[0]):
            if facts[i, _LISTED] == 1 and facts[i, _BENCHMARK] == 1 and facts[i, _ONLINE] == 1:
                shown[facts[i, _COUNTY]] += 1.0
        for county in range(shown.size):
            total = max(1, reported.counts[county, 0])
            levers.pull[county] *= np.exp(parameters[0] * shown[county] / total)
        levers.staff_days[0] += parameters[1]
