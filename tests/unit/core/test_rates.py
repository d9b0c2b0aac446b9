"""Arithmetic of intensities against numbers worked out by hand or by quadrature."""

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


def test_a_clock_fires_when_its_intensity_is_spent() -> None:
    assert fire_time(1.5, 0.5, 10.0) == 13.0
    assert fire_time(1.5, 0.0, 10.0) == math.inf and fire_time(1.5, -1.0, 10.0) == math.inf
    assert spend(1.5, 0.5, 2.0) == 0.5 and spend(1.5, 0.5, 4.0) == 0.0
    later = fire_time(spend(1.5, 0.5, 2.0), 0.25, 12.0)
    assert later == 14.0, "0.5 left at a quarter a day takes two days"


@pytest.mark.parametrize("days", [0.0, 1e-9, 0.5, 7.0, 300.0])
def test_the_mean_of_a_decay_is_exact(days: float) -> None:
    mean = decayed_mean(2.0, days, 14.0)
    exact = 2.0 if days == 0.0 else quad(lambda t: decayed(2.0, t, 14.0), 0.0, days)[0] / days
    assert mean == pytest.approx(exact, rel=1e-12)
    if days > 1.0:
        assert mean != pytest.approx(decayed(2.0, days, 14.0), rel=1e-3), "the end is not the mean"


def test_decay_over_two_spans_is_decay_over_their_sum() -> None:
    assert decayed(decayed(3.0, 5.0, 30.0), 9.0, 30.0) == pytest.approx(decayed(3.0, 14.0, 30.0), rel=1e-14)


def test_overlap_and_the_mean_of_a_window() -> None:
    assert overlap(0.0, 7.0, 5.0, 20.0) == 2.0 and overlap(0.0, 5.0, 5.0, 20.0) == 0.0
    assert window_mean(0.0, 7.0, 5.0, 20.0, 3.0) == pytest.approx((5.0 + 2.0 * 3.0) / 7.0, rel=1e-15)
    assert window_mean(0.0, 5.0, 5.0, 20.0, 3.0) == 1.0
    assert window_mean(5.0, 5.0, 5.0, 20.0, 3.0) == 3.0 and window_mean(20.0, 20.0, 5.0, 20.0, 3.0) == 1.0


def test_the_closure_rate_brings_the_needed_number_home() -> None:
    rate = closure_rate(40.0, 100.0, 10.0)
    assert 100.0 * (1.0 - math.exp(-10.0 * rate)) == pytest.approx(40.0, rel=1e-12)
    assert closure_rate(100.0, 100.0, 10.0) == pytest.approx(math.log(200.0) / 10.0, rel=1e-12)
    assert closure_rate(500.0, 100.0, 10.0) == closure_rate(100.0, 100.0, 10.0), "finite also when all must leave"
    assert [closure_rate(*bad) for bad in ((0.0, 9.0, 9.0), (9.0, 0.0, 9.0), (9.0, 9.0, 0.0))] == [0.0] * 3
    assert closure_rate(0.1, 0.2, 1.0) >= 0.0


def test_relative_shortfall_is_against_the_city() -> None:
    assert relative_shortfall(10.0, 100.0, 400.0, 1000.0) == pytest.approx(0.75)
    assert relative_shortfall(50.0, 100.0, 400.0, 1000.0) == 0.0
    assert [relative_shortfall(*bad) for bad in ((0.0, 0.0, 1.0, 1.0), (0.0, 1.0, 0.0, 1.0), (0.0, 1.0, 1.0, 0.0))] == [
        0.0
    ] * 3


def test_arrays_pass_unchanged_through_the_compiled_functions() -> None:
    values = np.linspace(0.1, 5.0, 50)
    assert [fire_time(float(v), 1.0, 0.0) for v in values] == values.tolist()
