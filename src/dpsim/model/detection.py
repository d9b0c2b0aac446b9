"""What one chance of detection is worth, and what makes self-checks better or worse (model 4; methods 3.3 and 4).

A chance of detection p takes -ln(1 - p) off a hazard's detection threshold, a unit exponential: so each chance finds
with probability p whatever the others did, and chances add up whatever channel they come from.
"""

from __future__ import annotations

import math

import numpy as np

from dpsim.core.compiled import kernel
from dpsim.core.rates import decayed
from dpsim.model.state import Floats, Ints


@kernel
def chance_spend(probability: float) -> float:
    """Return what a chance of `probability` (0..1) takes off a threshold; infinity for certainty."""
    if probability >= 1.0:
        return math.inf
    return -math.log1p(-probability)


@kernel
def raised(value: float, at: float, now: float, memory: float, jump: float) -> float:
    """Return perceived risk after a contact: forgotten since `at`, then `jump` of what is missing to 1.

    The law of methods 3.4-21: with memory in visits, a weight of `jump` per visit.
    """
    before = decayed(value, now - at, memory)
    return before + jump * (1.0 - before)


@kernel
def fatigue_factor(order: int, drop: float) -> float:
    """Return the factor on what a team spends at its visit number `order` (from 0) of a day (evidence EX32)."""
    return (1.0 - drop) ** float(order)


@kernel
def fatigue_factors(order: Ints, drop: float) -> Floats:
    """Return `fatigue_factor` of each of `order`."""
    out = np.empty(order.size)
    for k in range(order.size):
        out[k] = fatigue_factor(order[k], drop)
    return out


@kernel
def growth_mean(growth: float, since: float, days: float) -> float:
    """Return the exact mean over the next `days` of exp(growth x days since the last visit), `since` days ago."""
    if growth == 0.0 or days <= 0.0:
        return math.exp(growth * since)
    return math.exp(growth * since) * math.expm1(growth * days) / (growth * days)
