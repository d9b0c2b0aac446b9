"""Methods 3.5 and 3.6: what enterprises do after a visit may go either way; its sign is a parameter, not a law."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hazard_tools import HIDDEN, SELF_CHECK, SPOT_CHECK, make_lab, make_law, periods, spends, visits_at
from test_engine_schedule import plain_case
from verification_tools import agrees, detects, z_count

from dpsim.model.hazard_law import hazard_law

P, PERIOD, CHECKS = 0.1, 10.0, 4
JUMP, MEMORY = 0.5, 60.0
N = 2000


def left_after(effort: float, *, visited: bool = True) -> tuple[int, int]:
    """Hazards hidden at a visit that finds nothing, and those that four self-checks after it leave hidden."""
    law = make_law(
        spend=spends({SELF_CHECK: P, SPOT_CHECK: 0.0}),
        period=periods({SELF_CHECK: PERIOD}),
        visit_jump=JUMP,
        memory=MEMORY,
        effort=effort,
    )
    lab = make_lab(N, law, 0.5)
    lab.sites["phase"] = 0.5 * PERIOD
    lab.live(2.0 * PERIOD)
    lab.stop_births()
    before = int(lab.standing(HIDDEN).sum())
    who = np.arange(N) if visited else np.arange(0)
    lab.live((2.0 + CHECKS) * PERIOD, visits_at(who, np.full(who.size, 2.0 * PERIOD), N))
    return before, int(lab.standing(HIDDEN).sum())


def stays(effort: float) -> float:
    """Chance to stay hidden: each check spends -ln(1 - p) times exp(effort x what is still felt)."""
    times = (np.arange(CHECKS) + 0.5) * PERIOD
    return float((1.0 - P) ** np.exp(effort * JUMP * np.exp(-times / MEMORY)).sum())


@pytest.mark.parametrize("effort", [-1.5, 0.0, 1.5])
def test_self_checks_after_a_visit_follow_the_sign(effort: float) -> None:
    before, left = left_after(effort)
    agrees(f"3.5 self-checks after a visit, effort {effort:g}", z_count(left, before, stays(effort)))
    other = -effort if effort else 1.5
    detects(f"3.5 effort {other:g} instead of {effort:g}", z_count(left, before, stays(other)))
    unseen = left_after(effort, visited=False)
    assert unseen[0] == before and np.sign(unseen[1] - left) == np.sign(effort), "against nobody visited"


def test_a_case_may_assume_either_sign() -> None:
    """Where a visit calms, a case says so; EX36: by who is visited, and how that was chosen."""
    for effort in (-0.3, 0.7):
        assert math.isclose(hazard_law(plain_case(**{"deterrence.effort": effort}), 1, 0)["effort"][0], effort)
