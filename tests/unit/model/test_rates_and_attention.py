"""Clocks, decaying quantities and attention against numerical integration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad

from dpsim.core.rates import (
    closure_rate,
    decayed,
    decayed_mean,
    fire_time,
    overlap,
    relative_shortfall,
    spend,
    window_mean,
)
from dpsim.model.attention import attention_factor, attention_mean, contact, contact_counties
from dpsim.model.state import Col


def test_a_clock_fires_when_it_is_spent() -> None:
    assert fire_time(0.6, 0.2, 5.0) == pytest.approx(8.0)
    assert math.isinf(fire_time(0.6, 0.0, 5.0)) and math.isinf(fire_time(0.6, -1.0, 5.0))
    assert spend(0.6, 0.2, 2.0) == pytest.approx(0.2)
    assert spend(0.6, 0.2, 9.0) == 0.0
    assert fire_time(spend(0.6, 0.2, 1.7), 0.2, 6.7) == pytest.approx(8.0), "spending in parts changes nothing"


@pytest.mark.parametrize("memory", [0.5, 14.0, 90.0])
@pytest.mark.parametrize("days", [1e-9, 0.3, 7.0, 60.0])
def test_decayed_mean_is_the_integral(memory: float, days: float) -> None:
    exact = quad(lambda t: decayed(1.7, t, memory), 0.0, days)[0] / days
    assert decayed_mean(1.7, days, memory) == pytest.approx(exact, rel=1e-9)
    later = quad(lambda t: 1.7 * math.exp(-t / memory), 3.0, 3.0 + days)[0] / days
    assert attention_mean(1.7, 3.0, days, memory) == pytest.approx(later, rel=1e-7)


def test_decayed_mean_over_no_time_is_the_value() -> None:
    assert decayed_mean(1.7, 0.0, 14.0) == 1.7 and decayed_mean(1.7, -1.0, 14.0) == 1.7


def test_overlap_and_window() -> None:
    assert overlap(0.0, 5.0, 3.0, 9.0) == 2.0 and overlap(0.0, 2.0, 3.0, 9.0) == 0.0
    for t0, t1 in ((0.0, 4.0), (0.0, 7.0), (3.0, 20.0), (6.0, 8.0), (11.0, 13.0)):
        exact = quad(lambda t: 3.0 if 5.0 <= t < 10.0 else 1.0, t0, t1, points=[5.0, 10.0])[0] / (t1 - t0)
        assert window_mean(t0, t1, 5.0, 10.0, 3.0) == pytest.approx(exact, rel=1e-9)
    assert window_mean(5.0, 5.0, 5.0, 10.0, 3.0) == 3.0 and window_mean(10.0, 10.0, 5.0, 10.0, 3.0) == 1.0


def test_closure_rate_leaves_as_many_as_asked() -> None:
    rate = closure_rate(30.0, 80.0, 9.0)
    assert 80.0 * math.exp(-9.0 * rate) == pytest.approx(50.0)
    assert 80.0 * math.exp(-9.0 * closure_rate(80.0, 80.0, 9.0)) == pytest.approx(0.5), "as if half a member stayed"
    assert closure_rate(90.0, 80.0, 9.0) == closure_rate(80.0, 80.0, 9.0)
    for needed, remaining, days in (
        (0.0, 80.0, 9.0),
        (-1.0, 80.0, 9.0),
        (3.0, 0.0, 9.0),
        (3.0, 80.0, 0.0),
        (1.0, 0.4, 9.0),
    ):
        assert closure_rate(needed, remaining, days) == 0.0


def test_relative_shortfall() -> None:
    assert relative_shortfall(3.0, 10.0, 60.0, 100.0) == pytest.approx(0.5)
    assert relative_shortfall(7.0, 10.0, 60.0, 100.0) == 0.0
    assert relative_shortfall(0.0, 0.0, 60.0, 100.0) == 0.0 and relative_shortfall(1.0, 9.0, 0.0, 100.0) == 0.0


def test_contacts_add_up_and_are_forgotten() -> None:
    attention, at = np.zeros((3, 2, 2)), np.zeros((3, 2, 2))
    contact(attention, at, 0, 1, 2, 4.0, 1.5, 14.0)
    contact(attention, at, 0, 1, 2, 11.0, 0.5, 14.0)
    assert attention[2, 0, 1] == pytest.approx(1.5 * math.exp(-0.5) + 0.5) and at[2, 0, 1] == 11.0
    assert np.count_nonzero(attention) == 1, "one enterprise, one side, one kind"


def test_a_countys_contact_reaches_its_listed_enterprises_only() -> None:
    attention, at, status = np.zeros((4, 2, 2)), np.zeros((4, 2, 2)), np.zeros((4, len(Col)), dtype=np.int64)
    status[:, Col.ON_LIST] = [1, 1, 0, 1]
    county = np.array([0, 1, 1, 1])
    contact_counties(attention, at, status, county, 1, 0, np.array([0.0, 2.0]), 3.0, 0.64, 14.0)
    assert attention[:, 1, 0].tolist() == pytest.approx([0.0, 1.28, 0.0, 1.28]) and np.all(attention[:, 0] == 0.0)


def test_attention_factor_is_the_exponential_of_the_mean_difference() -> None:
    attention, at = np.zeros((1, 2, 2)), np.zeros((1, 2, 2))
    effects, memories = np.array([0.3, 0.1]), np.array([14.0, 30.0])
    assert attention_factor(attention, at, 0, 20.0, 27.0, effects, memories) == 1.0
    contact(attention, at, 0, 0, 0, 18.0, 1.0, 14.0)
    contact(attention, at, 1, 0, 0, 13.0, 1.0, 14.0)
    contact(attention, at, 1, 1, 0, 15.0, 2.0, 30.0)

    def log_ratio(t: float) -> float:
        return 0.3 * (math.exp(-(t - 18) / 14) - math.exp(-(t - 13) / 14)) - 0.1 * 2.0 * math.exp(-(t - 15) / 30)

    exact = math.exp(quad(log_ratio, 20.0, 27.0)[0] / 7.0)
    assert attention_factor(attention, at, 0, 20.0, 27.0, effects, memories) == pytest.approx(exact, rel=1e-12)
    attention[0, 1], at[0, 1] = attention[0, 0], at[0, 0]
    assert attention_factor(attention, at, 0, 20.0, 27.0, effects, memories) == 1.0, "the reference leaves no trace"
