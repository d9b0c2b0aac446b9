"""Weibull delays against scipy: quantiles, mean, order, edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import weibull_min

from dpsim.model.delays import delay_quantile

SHARES = np.array([2.0**-53, 1e-6, 0.01, 0.3, 0.5, 0.9, 0.999999, 1.0 - 2.0**-53])


@pytest.mark.parametrize("shape", [0.4, 1.0, 1.1, 3.0])
@pytest.mark.parametrize("mean", [0.5, 122.0])
def test_quantiles_are_those_of_scipy(mean: float, shape: float) -> None:
    scale = mean / math.gamma(1.0 + 1.0 / shape)
    expected = weibull_min.ppf(SHARES, shape, scale=scale)
    assert [delay_quantile(u, mean, shape) for u in SHARES] == pytest.approx(expected, rel=1e-12)
    assert delay_quantile(0.5, mean, shape) != pytest.approx(weibull_min.ppf(0.5, shape + 0.1, scale=scale), rel=1e-3)


@pytest.mark.parametrize("shape", [0.7, 1.0, 1.1, 3.0])
def test_the_mean_is_the_one_asked_for(shape: float) -> None:
    assert quad(lambda u: delay_quantile(u, 30.0, shape), 0.0, 1.0)[0] == pytest.approx(30.0, rel=1e-6)


def test_a_larger_draw_never_gives_a_shorter_delay() -> None:
    for shape in (0.3, 1.1, 40.0):
        delays = [delay_quantile(u, 30.0, shape) for u in np.sort(np.append(SHARES, np.linspace(0.001, 0.999, 500)))]
        assert all(math.isfinite(delay) and delay >= 0.0 for delay in delays) and np.all(np.diff(delays) >= 0.0)


def test_edges() -> None:
    assert delay_quantile(0.3, 0.0, 1.1) == 0.0, "no delay"
    assert delay_quantile(0.3, 30.0, math.inf) == 30.0, "a constant delay"
