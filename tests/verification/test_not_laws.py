"""Methods 3.6, "not laws": more visits in the same hours need not save accidents, for each is shorter."""

from __future__ import annotations

import math

import numpy as np
from hazard_tools import regular_mean
from test_hazard_stock import ALPHA, checked, fates
from verification_tools import agrees, detects, z_count

LONG, SHORT = 12.0, 6.0
"""Days between long visits, and between twice as many short ones."""
P = 0.5
LEFT = 0.4
"""What a visit of half the hours spends of a whole one's: the way there takes its part."""


def weak() -> float:
    """Chance of detection of a short visit."""
    return -math.expm1(LEFT * math.log1p(-P))


def accidents(p: float, period: float) -> tuple[int, int]:
    """Accidents, and hazards that arose."""
    born, ended = fates(checked(p, period=period, harm=ALPHA), n=1000)
    return int(ended[0]), born


def test_twice_the_visits_in_the_same_hours_can_cost_accidents() -> None:
    few, many = accidents(P, LONG), accidents(weak(), SHORT)
    right = ALPHA * regular_mean(P, LONG, ALPHA), ALPHA * regular_mean(weak(), SHORT, ALPHA)
    agrees("3.6 long visits, and twice as many short ones", z_count(*few, right[0]), z_count(*many, right[1]))
    detects("3.6 short visits taken for as good as long ones", z_count(*many, ALPHA * regular_mean(P, SHORT, ALPHA)))
    shares = np.array([few[0] / few[1], many[0] / many[1]])
    error = math.sqrt(float(np.sum(shares * (1.0 - shares) / [few[1], many[1]])))
    detects("3.6 more visits, fewer accidents", (shares[1] - shares[0]) / error)
    assert right[1] > right[0] > ALPHA * regular_mean(P, SHORT, ALPHA), "as good ones would have saved some"
