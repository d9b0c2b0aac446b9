"""Pure formulas of supervision: chances, perceived risk, fatigue, regrowth, paper systems, staff-days."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dpsim.model.detection import chance_spend, fatigue_factors, growth_mean, raised
from dpsim.model.formalism import paper_probability
from dpsim.model.staffing import ADVISING, INSPECTING, MEETINGS, REPORTING, Staff, allot, allot_counties


def test_chances_add_up_whatever_channel_they_come_from() -> None:
    total = chance_spend(0.3) + chance_spend(0.5)
    assert 1.0 - math.exp(-total) == pytest.approx(1.0 - 0.7 * 0.5)
    assert chance_spend(0.0) == 0.0 and chance_spend(1.0) == math.inf
    assert chance_spend(1e-12) == pytest.approx(1e-12, rel=1e-9), "no cancellation at small chances"


def test_perceived_risk_is_forgotten_and_raised_towards_one() -> None:
    assert raised(0.4, 0.0, 30.0, 30.0, 0.0) == pytest.approx(0.4 * math.exp(-1.0))
    assert raised(0.4, 5.0, 5.0, 30.0, 0.5) == pytest.approx(0.7)
    value = 0.0
    for _ in range(1000):
        value = raised(value, 0.0, 0.0, 30.0, 0.3)
    assert value == pytest.approx(1.0) and value <= 1.0


def test_fatigue_takes_its_share_from_every_further_visit() -> None:
    assert fatigue_factors(np.array([0, 1, 2]), 0.032).tolist() == pytest.approx([1.0, 0.968, 0.968**2])
    assert fatigue_factors(np.array([0, 5]), 0.0).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(("growth", "since", "days"), [(0.001, 30.0, 7.0), (0.02, 0.0, 365.0), (-0.01, 10.0, 50.0)])
def test_regrowth_is_the_exact_mean(growth: float, since: float, days: float) -> None:
    t = np.linspace(since, since + days, 200_001)
    assert growth_mean(growth, since, days) == pytest.approx(np.trapezoid(np.exp(growth * t), t) / days, rel=1e-8)
    assert growth_mean(0.0, since, days) == 1.0 and growth_mean(growth, since, 0.0) == pytest.approx(
        math.exp(growth * since)
    )


def test_paper_has_its_base_share_and_the_odds_it_says() -> None:
    def odds(p: float) -> float:
        return p / (1.0 - p)

    base = paper_probability(0.25, 1.0, 0.55, False, 0.5, 0.0, 0.5)
    assert base == pytest.approx(0.25)
    assert odds(paper_probability(0.25, 3.0, 0.55, False, 0.5, 0.0, 0.5)) / odds(base) == pytest.approx(math.exp(1.1))
    assert odds(paper_probability(0.25, 1.0, 0.55, True, 0.5, 0.0, 0.5)) / odds(base) == pytest.approx(math.exp(0.5))
    assert odds(paper_probability(0.25, 1.0, 0.55, False, 0.5, 0.8, 0.5)) / odds(base) == pytest.approx(math.exp(-0.4))
    assert [paper_probability(p, 5.0, 0.9, True, 1.0, 0.0, 0.0) for p in (0.0, 1.0)] == [0.0, 1.0], "off stays off"


STAFF = Staff(inspectors=15.0, pool=5.0, legal=2.0, reporting=0.5, visit_cost=0.95, advice_cost=1.0, payback=0.25)


def test_duties_are_served_in_their_order_and_nothing_beyond_the_pool() -> None:
    out = np.zeros(4)
    assert allot(STAFF, 1.0, 1.0, 1.0, 0.0, 0.0, out) == 0.0
    assert out.tolist() == [0.5, 1.0, 1.0, 2.0], "the law binds"
    allot(STAFF, 2.0, 1.5, 1.0, 0.0, 0.0, out)
    assert out.tolist() == [0.5, 2.0, 1.5, 1.0], "the pool binds: what is inspected is what is left"
    allot(STAFF, 9.0, 1.0, 1.0, 0.0, 0.0, out)
    assert out.tolist() == [0.5, 4.5, 0.0, 0.0]
    assert (out[REPORTING], out[MEETINGS], out[ADVISING], out[INSPECTING]) == tuple(out)
    allot(STAFF, 0.0, 0.0, 0.5, 0.0, 0.0, out)
    assert out[INSPECTING] == 1.0, "relief halves the legal days"


def test_borrowed_days_are_owed_and_given_back() -> None:
    out = np.zeros(4)
    owed = allot(STAFF, 0.0, 0.0, 1.0, 0.1, 0.0, out)
    assert owed == pytest.approx(1.5) and out[INSPECTING] == pytest.approx(3.5)
    steps = []
    while owed > 0:
        owed = allot(STAFF, 0.0, 0.0, 1.0, 0.0, owed, out)
        steps.append(out[INSPECTING])
    assert steps == pytest.approx([1.5, 1.5, 1.5]) and sum(2.0 - step for step in steps) == pytest.approx(1.5)


def test_all_counties_are_allotted_alike_and_totalled() -> None:
    owed, advice, credit, total = np.array([0.0, 1.0]), np.zeros(2), np.zeros(2), np.zeros(4)
    allot_counties(STAFF, 1.0, 1.0, 1.0, 0.0, owed, advice, credit, total)
    assert credit.tolist() == [2.0, 1.5] and advice.tolist() == [1.0, 1.0] and owed.tolist() == [0.0, 0.5]
    assert total.tolist() == [1.0, 2.0, 2.0, 3.5]
