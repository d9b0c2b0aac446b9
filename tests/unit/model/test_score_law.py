"""An assessment's points and the chance to pass, by counting all luck."""

from __future__ import annotations

import numpy as np
import pytest

from dpsim.model.adoption import pass_probability, score_points
from dpsim.model.organisations import builders_needed, capacity_bound, gamma_quantile, queue_priority, residual_quantile

GRID = (np.arange(20_000) + 0.5) / 20_000


@pytest.mark.parametrize(("mean", "scale"), [(78.0, 6.0), (65.0, 12.0), (90.0, 2.0)])
def test_pass_probability_counts_the_points(mean: float, scale: float) -> None:
    points = np.array([score_points(u, mean, scale) for u in GRID])
    assert points.min() >= 0 and points.max() <= 100 and np.all(np.diff(points) >= 0)
    assert pass_probability(0, mean, scale) == pass_probability(-3, mean, scale) == 1.0 == np.mean(points >= 0)
    assert 1.0 / (1.0 + np.exp((0 - 65.0) / 12.0)) < 1.0 - 1e-3, "the logistic law without its floor would be noticed"
    for score in (0, 1, 40, 60, 77, 78, 79, 80, 95, 100):
        assert np.mean(points >= score) == pytest.approx(pass_probability(score, mean, scale), abs=1.01 / GRID.size)
    rounded = np.array([round(mean + scale * np.log(u / (1 - u))) for u in GRID])  # broken: rounds instead of floors
    assert abs(np.mean(rounded >= 80) - pass_probability(80, mean, scale)) > 1.01 / GRID.size


@pytest.mark.parametrize("cv", [0.2, 0.5, 1.0, 2.0])
def test_service_times_have_their_mean_and_variation(cv: float) -> None:
    service = gamma_quantile(GRID, 20.0, cv)
    assert service.mean() == pytest.approx(20.0, rel=5e-3) and service.std() / 20.0 == pytest.approx(cv, rel=2e-2)
    u, v = np.meshgrid(GRID[::100], GRID[::100])
    residual = residual_quantile(u.ravel(), v.ravel(), 20.0, cv)
    assert residual.mean() == pytest.approx(20.0 * (1 + cv**2) / 2.0, rel=4e-2), "residual life (1 + cv^2) / 2"


def test_service_without_variation_is_constant() -> None:
    assert np.all(gamma_quantile(GRID, 20.0, 0.0) == 20.0)
    assert residual_quantile(GRID, GRID, 20.0, 0.0) == pytest.approx(20.0 * GRID)


def test_builders_and_priorities() -> None:
    assert builders_needed(7.0, 4.0, 1.0) == 4 and builders_needed(7.0, 4.0, 1.01) == 5
    assert builders_needed(0.0, 4.0, 1.3) == 1, "at least one"
    assert queue_priority(True, 90) < queue_priority(True, 91) < queue_priority(False, 3)
    assert capacity_bound(2.0, 3, 4.0, 9.0) == 2.0 + 3 * 3 and np.isinf(capacity_bound(0.0, 3, 0.0, 9.0))
