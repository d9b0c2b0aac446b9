"""Larger accidents, of three deaths or more: the least certain part of the model."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.instrument import Words
from dpsim.core.words import Kind
from dpsim.published._asked import Asked, Takes

NAMES = {"larger_accidents": Words("较大以上事故（推演值最不确定）", "larger accidents (least certain part)")}
UNITS = ("accidents",)
TAKES = Takes(window=True)
DEATHS = 3


def measure_run(events: npt.NDArray[np.void], asked: Asked) -> float:
    """Return the accidents of one run."""
    within = (events["t"] >= asked.begin) & (events["t"] < asked.end) & (events["kind"] == Kind.ACCIDENT)
    return float(np.count_nonzero(events["value"][within] >= DEATHS))
