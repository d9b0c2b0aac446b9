"""Grid staff, resident experts, training, petty penalties: regular checks leave the latent mean of methods 3.3-12.

A factor f on what a chance spends makes a chance p one of 1 - (1 - p)^f.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hazard_tools import (
    EXPERT,
    HIDDEN,
    PATROL,
    SELF_CHECK,
    SPOT_CHECK,
    Lab,
    make_lab,
    make_law,
    periods,
    regular_mean,
    spends,
    visits_at,
)
from verification_tools import agrees, detects, z_count, z_mean

from dpsim.core.levers import empty_levers
from dpsim.core.words import Kind
from dpsim.model.controls import set_controls, take_in

RATE, TAU, P, N, DAYS = 0.7, 6.0, 0.35, 4000, 600.0


def latent(lab: Lab) -> np.ndarray:
    """Return the hidden hazards of each enterprise once the start is forgotten."""
    lab.live(DAYS)
    return lab.standing(HIDDEN)


def checked(channel: int, *, factor: float = 1.0, **law: object) -> Lab:
    """Return enterprises checked every TAU days with a phase of their own, by grid staff or resident experts."""
    lab = make_lab(N, make_law(spend=spends({channel: P}), **law), RATE)
    lab.sites["grid_rate" if channel == SPOT_CHECK else "expert_rate"] = 1.0 / TAU
    lab.sites["phase"][:, channel] = 3660.0 * lab.rng.random(N)
    lab.laws["grid_quality"] = factor
    return lab


def expected(factor: float) -> float:
    return RATE * regular_mean(1.0 - (1.0 - P) ** factor, TAU, 0.0)


@pytest.mark.parametrize("quality", [0.3, 1.0])
def test_grid_staff_come_round(quality: float) -> None:
    found = latent(checked(SPOT_CHECK, factor=quality))
    agrees(f"3.3-12 grid checks of quality {quality}", z_mean(found, expected(quality)))
    detects(f"3.3-12 grid checks of quality {quality} taken for others", z_mean(found, expected(quality / 2)))


def test_resident_experts_come_more_often_than_others() -> None:
    """They replace the case's rounds where these are rarer, and do not where these are more frequent."""
    often = checked(EXPERT, period=periods({EXPERT: 4 * TAU}))
    agrees("3.3-12 resident experts", z_mean(latent(often), expected(1.0)))
    away = checked(EXPERT, period=periods({EXPERT: 4 * TAU}))
    away.sites["expert_rate"] = 0.0
    detects("3.3-12 resident experts who stay away", z_mean(latent(away), expected(1.0)))
    rarer = checked(EXPERT, period=periods({EXPERT: TAU}))
    rarer.sites["expert_rate"] = 1.0 / (4 * TAU)
    agrees("3.3-12 experts of the case", z_mean(latent(rarer), expected(1.0)))


def closed_on_paper(verified: float, rate: float) -> tuple[int, int]:
    """Return how many closures there were, and how many of them on paper only."""
    law = make_law(spend=spends({EXPERT: 1.0}), sham=0.3, verified=verified, rectify=2.0)
    lab = make_lab(400, law, 0.3)
    lab.sites["expert_rate"] = rate
    lab.laws["period"] = periods({EXPERT: TAU})
    lab.live(200.0)
    closed = lab.events(Kind.CLOSED)
    return closed.size, int((closed["detail"] >= 2).sum())


def test_what_an_expert_signs_is_less_often_paper() -> None:
    n, sham = closed_on_paper(0.8, 1.0 / TAU)
    agrees("sham share with signatures", z_count(sham, n, 0.3 * 0.2))
    m, plain = closed_on_paper(0.8, 0.0)
    agrees("sham share where no expert is resident", z_count(plain, m, 0.3))
    detects("sham share with signatures ignored", z_count(plain, m, 0.3 * 0.2))


def self_checking(works: bool, **law: object) -> Lab:
    values = {"condition": (1.0, 1.0, 1.0), "training_memory": 1e12, **law}
    lab = make_lab(N, make_law(spend=spends({SELF_CHECK: P}), period=periods({SELF_CHECK: TAU}), **values), RATE)
    lab.sites["built_at"] = -1.0 if works else math.inf
    return lab


@pytest.mark.parametrize("works", [False, True])
def test_training_raises_what_self_checks_find(works: bool) -> None:
    """Half of the people taught: half of the log factor, more where the system works."""
    taught = {"trained": 0.5, "training_detect": 0.6, "training_worth": 0.4}
    found, factor = latent(self_checking(works, **taught)), math.exp(0.5 * (1.0 if works else 0.6))
    agrees(f"3.3-12 self-checks of the trained, works {works}", z_mean(found, expected(factor)))
    detects(f"3.3-12 self-checks, training forgotten, works {works}", z_mean(found, expected(1.0)))
    agrees("3.3-12 self-checks without training", z_mean(latent(self_checking(works)), expected(1.0)))


def found_by_a_visit(lost: float) -> tuple[int, int]:
    """Return how many hazards a visit met, and how many it found."""
    lab = make_lab(3000, make_law(spend=spends({SPOT_CHECK: P}), search_lost=lost), 0.5)
    lab.live(10.0)
    met = int(lab.standing(HIDDEN).sum())
    lab.stop_births()
    lab.live(11.0, visits_at(np.arange(3000), np.full(3000, 10.5), 3000))
    return met, lab.events(Kind.FOUND).size


def test_petty_penalties_cost_the_visit() -> None:
    met, found = found_by_a_visit(0.4)
    agrees("a visit with 0.4 of its search lost", z_count(found, met, 1.0 - (1.0 - P) ** 0.6))
    detects("a visit with nothing lost", z_count(found_by_a_visit(0.0)[1], met, 1.0 - (1.0 - P) ** 0.6))


def test_petty_penalties_deter_less() -> None:
    def felt(petty: float) -> float:
        law = make_law(spend=spends({SPOT_CHECK: 1.0}), penalty_share=1.0, penalty_jump=0.5, petty=petty, memory=1e12)
        lab = make_lab(50, law, 5.0)
        lab.live(10.0)
        lab.live(11.0, visits_at(np.arange(50), np.full(50, 10.5), 50))
        return float(lab.sites["perceived"].mean())

    assert [felt(share) for share in (0.0, 0.4, 1.0)] == pytest.approx([0.5, 0.3, 0.0])


def test_what_is_taught_and_told_counts_from_the_weekly_report_on() -> None:
    """Two courses of a week reach those they reach, once each; a patrol is at least as frequent as the case's."""
    levers, reference = empty_levers(1, 2, 1, 3), empty_levers(1, 2, 1, 3)
    laws = make_law(memory=30.0, patrol_every=30.0)
    lab = make_lab(3, laws, 0.0)
    for _ in range(2):
        levers.training[:], levers.warning[0] = (0.2, 0.3, 0.1, 90.0), 0.5
        take_in(levers, laws)
    assert laws["trained"][0] == 0.0 and (lab.sites["perceived"] == 0.0).all(), "nothing counts before"
    levers.training[:], levers.warning[0], levers.patrol[0] = 0.0, 0.0, 1.0 / 7.0
    set_controls(levers, reference, lab.sites, laws, 7.0)
    law = laws[0]
    assert law["trained"] == pytest.approx(1 - 0.8**2) and law["trained_at"] == 7.0 and law["taught"] == 0.0
    assert lab.sites["perceived"] == pytest.approx(1 - 0.5**2) and (lab.sites["perceived_at"] == 7.0).all()
    assert law["period"][PATROL] == pytest.approx(7.0)
    levers.patrol[0], levers.residence[1] = 1.0 / 60.0, 0.25
    set_controls(levers, reference, lab.sites, laws, 97.0)
    assert law["period"][PATROL] == 30.0 and law["trained"] == pytest.approx(1 - 0.8**2), "and is kept until it decays"
    assert lab.sites["expert_rate"].tolist() == [0.0, 0.25, 0.0] and lab.sites["perceived"] == pytest.approx(0.75)
    take_in(levers, laws)
    levers.training[0], levers.training[3] = 0.5, 90.0
    take_in(levers, laws)
    set_controls(levers, reference, lab.sites, laws, 97.0)
    left = (1 - 0.8**2) * math.exp(-1.0)
    assert law["trained"] == pytest.approx(left + 0.5 * (1 - left)), "what was forgotten in 90 days first"


def test_independence_is_held_against_the_reference() -> None:
    levers, reference, laws = empty_levers(1, 2, 1, 1), empty_levers(1, 2, 1, 1), make_law()
    lab = make_lab(1, laws, 0.0)
    levers.independence[:], reference.independence[0] = (0.9, 0.8), 0.6
    set_controls(levers, reference, lab.sites, laws, 0.0)
    assert laws["independence"][0] == pytest.approx(0.3) and laws["refused_share"][0] == 0.8
