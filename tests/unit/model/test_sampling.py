"""Keyed sampling and the edges of its probabilities."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dpsim.core.streams import Stream
from dpsim.model.sampling import acceptance_probability, draw_sample, veto_probability, veto_probability_finite

TEST = int(Stream.TEST)
WHO = np.array([90, 17, 4_000_000_000, 5, 61], dtype=np.uint32)


def drawn(entities: np.ndarray, count: int, ordinal: int = 0) -> set[int]:
    return set(entities[draw_sample(entities, count, 1, 2, TEST, ordinal)].tolist())


def test_sample_has_the_size_and_ascending_positions() -> None:
    for count in range(6):
        sample = draw_sample(WHO, count, 1, 2, TEST, 0)
        assert sample.dtype == np.int64 and sample.tolist() == sorted(set(sample.tolist())) and sample.size == count
    assert draw_sample(WHO, 9, 1, 2, TEST, 0).tolist() == [0, 1, 2, 3, 4], "everybody where the list is shorter"
    assert draw_sample(WHO, -1, 1, 2, TEST, 0).size == 0
    assert draw_sample(WHO[:0], 3, 1, 2, TEST, 0).size == 0


def test_order_of_the_list_does_not_matter() -> None:
    assert drawn(WHO, 2) == drawn(WHO[::-1].copy(), 2)


def test_taking_one_off_the_list_leaves_the_others_drawn() -> None:
    for ordinal in range(20):
        before = drawn(WHO, 3, ordinal)
        for gone in range(WHO.size):
            after = drawn(np.delete(WHO, gone), 3, ordinal)
            assert before - {int(WHO[gone])} <= after


def test_larger_samples_contain_smaller_ones_and_ordinals_differ() -> None:
    assert drawn(WHO, 1) < drawn(WHO, 2) < drawn(WHO, 4)
    assert len({tuple(draw_sample(WHO, 2, 1, 2, TEST, k)) for k in range(40)}) > 5


@pytest.mark.parametrize(
    ("q", "n", "fail", "expected"),
    [(0.3, 4, 0, 1.0), (0.3, 4, -1, 1.0), (0.3, 4, 5, 0.0), (0.0, 4, 1, 0.0), (1.0, 4, 4, 1.0), (0.0, 0, 0, 1.0)],
)
def test_edges_of_the_veto(q: float, n: int, fail: int, expected: float) -> None:
    assert veto_probability(q, n, fail) == expected


@pytest.mark.parametrize("q", [1e-9, 1e-3, 0.2, 0.9, 1 - 1e-12])
def test_veto_is_the_binomial_tail(q: float) -> None:
    for n in (2, 9, 400):
        if q == 1e-9:
            assert veto_probability(q, n, 2) == pytest.approx(n * (n - 1) / 2 * q * q, rel=1e-6), "no cancellation"
        else:
            lower = (1 - q) ** n + n * q * (1 - q) ** (n - 1)
            assert veto_probability(q, n, 2) == pytest.approx(1 - lower, rel=1e-9)


def test_finite_list_tends_to_the_binomial_and_acceptance_is_its_complement() -> None:
    assert veto_probability_finite(10**7, 2 * 10**6, 8, 2) == pytest.approx(veto_probability(0.2, 8, 2), rel=1e-5)
    for failing in range(11):
        veto, accept = veto_probability_finite(10, failing, 4, 2), acceptance_probability(10, failing, 4, 1)
        assert math.isclose(veto + accept, 1.0, abs_tol=1e-12)
    assert acceptance_probability(10, 10, 4, 3) == 0.0 and acceptance_probability(10, 0, 4, 0) == 1.0
