"""Quantiles looked up against the laws' own functions: relative error, order, independence of what stands beside."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaincinv

from dpsim.core.streams import word_exponential, words
from dpsim.model.delays import DELAY_BINS, delay_scale, delay_table, unit_delay, word_delay
from dpsim.model.quantiles import ENDS_SHARE, GAMMA_BINS, gamma_unit_quantile

U = np.concatenate(
    [
        np.random.default_rng(20181231).random(20_000),
        np.arange(1, GAMMA_BINS) / GAMMA_BINS,
        [ENDS_SHARE, 1.0 - ENDS_SHARE, 1e-12, 1.0 - 1e-12],
    ]
)
SHAPES = (0.75, 0.86, 1.0, 1.25, 2.0)
WORDS = [word for k in range(2_000) for word in words(1, 0, 7, 99, k, 0)]
EDGES = [(k << 32 - DELAY_BINS.bit_length() + 1) + d for k in range(DELAY_BINS) for d in (0, 1)] + [2**32 - 1]


@pytest.mark.parametrize("shape", [0.1, 0.25, 1.0, 4.0, 25.0, 400.0])
def test_gamma_quantiles_are_those_of_the_law(shape: float) -> None:
    """Relative error below 1e-6, also where the table ends; a law next to it is told apart."""
    expected = gammaincinv(shape, U)
    found = gamma_unit_quantile(U, shape)
    assert np.abs(found / expected - 1.0).max() < 1e-6
    assert np.abs(gamma_unit_quantile(U, shape * 1.001) / expected - 1.0).max() > 1e-5, "the check sees nothing"


def test_a_larger_draw_never_gives_a_smaller_quantile() -> None:
    for shape in (0.25, 1.0, 4.0):
        assert np.all(np.diff(gamma_unit_quantile(np.sort(U), shape)) >= 0.0), shape


def test_a_quantile_does_not_depend_on_what_stands_beside_it() -> None:
    one_by_one = np.array([gamma_unit_quantile(np.array([u]), 2.0)[0] for u in U[:200]])
    assert one_by_one.tobytes() == gamma_unit_quantile(U[:200], 2.0).tobytes()


@pytest.mark.parametrize("shape", SHAPES)
def test_delays_of_words_are_those_of_the_formula(shape: float) -> None:
    """Relative error below 1e-6 (of the table 2e-7); the table of a shape next to it is told apart."""
    scale, power = delay_scale(shape), 1.0 / shape
    table, wrong = delay_table(shape), delay_table(shape * 1.001)
    expected = np.array([unit_delay(word_exponential(word), scale, power) for word in WORDS + EDGES])
    found = np.array([word_delay(word, table, scale, power) for word in WORDS + EDGES])
    assert np.abs(found / expected - 1.0).max() < 1e-6
    other = np.array([word_delay(word, wrong, scale, power) for word in WORDS + EDGES])
    assert np.abs(other / expected - 1.0).max() > 1e-5, "the check sees nothing"


def test_a_larger_word_never_gives_a_shorter_delay() -> None:
    for shape in SHAPES:
        scale, power, table = delay_scale(shape), 1.0 / shape, delay_table(shape)
        delays = [word_delay(word, table, scale, power) for word in sorted(WORDS + EDGES)]
        assert np.all(np.diff(delays) >= 0.0), shape
