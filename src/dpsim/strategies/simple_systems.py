"""Simple systems (简易体系) for small enterprises: one page and one code each, built sooner, worth less (QX08).

Small enterprises are those that are no benchmarks, by the share that is given; which of them is not told apart. What a
simple system is worth less holds for self-checks while the system really works.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.instrument import RATIO, SHARE, Setting, Settings, Words
from dpsim.core.levers import Levers
from dpsim.core.reported import Fact, Reported
from dpsim.core.timeline import Timeline
from dpsim.core.words import GROUPS
from dpsim.strategies._schedule import within

NAME = "simple_systems"
WORDS = Words("小微企业简易体系", "simple systems for small enterprises")
NEEDS = ()
SETTINGS = {
    "share": Setting(SHARE, "采用简易体系的比例", "share of those that are no benchmarks with a simple system"),
    "pace": Setting(RATIO, "简易体系的创建速度倍数", "pace with which a simple system is built over another"),
    "lost": Setting(SHARE, "简易体系的自查效果损失比例", "share of a self-check's effect that a simple system loses"),
}
_BENCHMARK, _OTHER = int(Fact.BENCHMARK), GROUPS.index("other")


def due(settings: Settings, timeline: Timeline) -> npt.NDArray[np.bool_]:
    """Return all working mornings of its time."""
    return within(timeline, settings.start, settings.end)


def parameters(settings: Settings) -> npt.NDArray[np.float64]:
    """Return the factor on the pace of those that are no benchmarks, and the share of their self-checks lost."""
    share = settings.share.value
    return np.array([1.0 + share * (settings.pace.value - 1.0), share * settings.lost.value], dtype=np.float64)


@kernel
def act(
    day: int,
    due: npt.NDArray[np.bool_],
    parameters: npt.NDArray[np.float64],
    reported: Reported,
    levers: Levers,
) -> None:
    """On each of its mornings raise the pace of those that are no benchmarks, and take from their self-checks."""
    if due[day]:
        levers.multiplier[_OTHER] *= parameters[0]
        for i in range(levers.simple.size):
            if reported.facts[i, _BENCHMARK] == 0:
                levers.simple[i] = max(levers.simple[i], parameters[1])
