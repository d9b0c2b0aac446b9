"""Scores against closed forms, each with what would be wrong."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from dpsim.forecast.scores import CLIPPED, brier, covered, crps, log_score, pit, probability_met

Floats = npt.NDArray[np.float64]
CASES = 4000


def normal_crps(mean: Floats, sd: float, happened: Floats) -> Floats:
    """Return the score of a normal forecast (Gneiting and Raftery 2007)."""
    z = (happened - mean) / sd
    return np.asarray(sd * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi)))


def unfair_crps(draws: Floats, happened: Floats) -> Floats:
    """Return the score with every draw also held against itself."""
    apart = np.abs(draws[:, None] - draws[None, :]).mean(axis=(0, 1))
    return np.asarray(np.abs(draws - happened).mean(axis=0) - apart / 2)


def test_crps_of_a_normal_forecast() -> None:
    happened = np.array([-2.0, 0.0, 0.4, 3.0])
    quantiles = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    draws = 0.4 + 1.5 * np.tile(quantiles[:, None], (1, happened.size))
    assert crps(draws, happened) == pytest.approx(normal_crps(np.full(4, 0.4), 1.5, happened), abs=5e-4)
    assert crps(draws + 0.2, happened) != pytest.approx(normal_crps(np.full(4, 0.4), 1.5, happened), abs=5e-3)


def test_few_draws_give_the_same_score_on_average() -> None:
    rng = np.random.default_rng(1)
    draws, happened = rng.standard_normal((5, 40_000)), np.full(40_000, 0.7)
    exact = normal_crps(np.zeros(1), 1.0, np.array([0.7]))[0]

    def away(scores: Floats) -> float:
        return float((scores.mean() - exact) / (scores.std() / np.sqrt(scores.size)))

    assert abs(away(crps(draws, happened))) < 4
    assert abs(away(unfair_crps(draws, happened))) > 10, "the score that is not fair would be noticed"


def test_crps_of_a_sure_forecast_is_the_distance_whatever_the_order_of_draws() -> None:
    assert crps(np.full((9, 2), 0.25), np.array([0.25, 0.75])) == pytest.approx([0.0, 0.5])
    draws = np.array([[0.1], [0.9], [0.4]])
    assert crps(draws, np.array([0.5])) == crps(draws[::-1], np.array([0.5]))


def test_probability_is_that_of_reaching_the_target_and_clipped() -> None:
    draws = np.repeat([[0.2], [0.5], [0.5], [0.8]], 3, axis=1)
    shown = probability_met(draws, np.array([0.5, 0.9, 0.1]))
    assert shown == pytest.approx([3.5 / 5, 0.5 / 5, 4.5 / 5]), "half a draw to either side; equal is reached"
    assert probability_met(np.zeros((999, 1)), np.array([0.5])) == CLIPPED[0]
    assert probability_met(np.ones((999, 1)), np.array([0.5])) == CLIPPED[1]
    third = np.full((1, 1), 0.1 + 0.2)
    assert probability_met(third, np.array([0.3])) == pytest.approx(0.75), "a rounding error misses no target"


def test_brier_and_log_score() -> None:
    said, met = np.array([0.9, 0.9, 0.5]), np.array([True, False, True])
    assert brier(said, met) == pytest.approx([0.01, 0.81, 0.25])
    assert log_score(said, met) == pytest.approx([-np.log(0.9), -np.log(0.1), np.log(2)])


def test_the_true_probability_has_the_best_expected_score() -> None:
    happened = np.random.default_rng(2).random(CASES) < 0.3
    means = {p: (brier(np.full(CASES, p), happened).mean(), log_score(np.full(CASES, p), happened).mean())
             for p in (0.1, 0.3, 0.5)}  # fmt: skip
    assert means[0.3] < means[0.1] and means[0.3] < means[0.5]
    assert means[0.3][1] < means[0.1][1] and means[0.3][1] < means[0.5][1]


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
def test_intervals_of_the_true_law_cover_their_level(level: float) -> None:
    rng = np.random.default_rng(3)
    draws, happened = rng.standard_normal((400, CASES)), rng.standard_normal(CASES)
    error = np.sqrt(level * (1 - level) / CASES)
    assert abs(covered(draws, happened, level).mean() - level) < 4 * error + 0.005
    assert covered(draws, 2 * happened, level).mean() < level - 0.1, "half as wide as they should be"


def test_ends_of_an_interval_belong_to_it() -> None:
    draws = np.zeros((10, 2))
    assert covered(draws, np.array([0.0, 1e-6]), 0.5).tolist() == [True, False]


def test_pit_is_uniform_for_draws_from_the_truth() -> None:
    rng = np.random.default_rng(4)
    draws, happened, u = rng.standard_normal((400, CASES)), rng.standard_normal(CASES), rng.random(CASES)
    assert stats.kstest(pit(draws, happened, u), "uniform").pvalue > 0.001
    assert stats.kstest(pit(0.6 * draws, happened, u), "uniform").pvalue < 1e-6, "too sure"
    assert stats.kstest(pit(draws + 0.3, happened, u), "uniform").pvalue < 1e-6, "too high"


def test_pit_of_counts_is_uniform_only_when_ties_are_split() -> None:
    rng = np.random.default_rng(5)
    draws, happened = rng.binomial(3, 0.4, (400, CASES)) / 3, rng.binomial(3, 0.4, CASES) / 3
    assert stats.kstest(pit(draws, happened, rng.random(CASES)), "uniform").pvalue > 0.001
    assert stats.kstest(pit(draws, happened, np.ones(CASES)), "uniform").pvalue < 1e-6
