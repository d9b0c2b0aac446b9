"""Finds at an enterprise's second visit within the window over those at its first (EX28).

Only enterprises with both count; visits before the as-of date are no first visits here.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import numpy.typing as npt

from dpsim.core.instrument import Words
from dpsim.core.words import Channel, Kind
from dpsim.published._asked import Asked, Takes

NAMES = {"second_visit_ratio": Words("第二次检查与第一次发现数之比", "finds at the second visit over the first")}
UNITS = ("ratio",)
TAKES = Takes(window=True)


def measure_run(events: npt.NDArray[np.void], asked: Asked) -> float:
    """Return the ratio of one run; not a number where no first visit found anything."""
    within = events[(events["t"] >= asked.begin) & (events["t"] < asked.end)]
    visits = within[within["kind"] == Kind.VISIT]
    finds = within[(within["kind"] == Kind.FOUND) & (within["channel"] == Channel.SPOT_CHECK)]
    at = Counter(zip(finds["index"].tolist(), finds["t"].tolist(), strict=True))
    of: dict[int, list[int]] = {}
    for visit in sorted(zip(visits["index"].tolist(), visits["t"].tolist(), strict=True)):
        of.setdefault(visit[0], []).append(at[visit])
    both = [found for found in of.values() if len(found) > 1]
    first, second = sum(found[0] for found in both), sum(found[1] for found in both)
    return second / first if first else math.nan
