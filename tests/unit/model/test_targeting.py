"""Days earlier against counting by hand and against the identity, on scores with and without ties."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from dpsim.core.priorities import visit_order
from dpsim.core.streams import Stream, uniforms
from dpsim.model.targeting import days_earlier, mean_day_found, targeting_gain

ENTITY = np.arange(1, 401, dtype=np.uint32)


def luck(ordinal: int) -> np.ndarray:
    return uniforms(1, 0, ENTITY, int(Stream.TEST), ordinal)


def auc(score: np.ndarray, violator: np.ndarray) -> float:
    above = mannwhitneyu(score[violator], score[~violator]).statistic
    return float(above / (violator.sum() * (~violator).sum()))


def test_mean_day_by_hand() -> None:
    order, slot_day = np.array([2, 0, 3, 1]), np.array([0.0, 0.0, 1.0, 5.0])
    assert mean_day_found(order, np.array([True, True, False, False]), slot_day) == 2.5
    assert math.isnan(mean_day_found(order, np.zeros(4, dtype=bool), slot_day)), "nobody to find"


def test_a_random_order_gains_nothing_on_average() -> None:
    violator = np.array([True, False, False, True, False])
    gains = [days_earlier(np.array(order), violator, 60.0) for order in permutations(range(5))]
    assert np.mean(gains) == pytest.approx(0.0, abs=1e-12) and max(gains) == pytest.approx(18.0)


@pytest.mark.parametrize("ordinal", range(3))
def test_identity_is_exact_without_ties(ordinal: int) -> None:
    violator = luck(10 + ordinal) < 0.15
    score = ((luck(20 + ordinal) + 0.5 * violator) * 2**40).astype(np.int64)
    gain = days_earlier(visit_order(score, ENTITY), violator, 60.0)
    assert gain > 3.0
    assert gain == pytest.approx(targeting_gain(60.0, violator.mean(), auc(score, violator)), rel=1e-9)
    assert days_earlier(visit_order(-score, ENTITY), violator, 60.0) == pytest.approx(-gain), (
        "the reverse loses as much"
    )
    assert gain != pytest.approx(60.0 * (auc(score, violator) - 0.5), rel=0.05), "without the prevalence it fails"


def test_identity_counts_ties_half() -> None:
    violator, score = luck(30) < 0.2, (4 * luck(31)).astype(np.int64)
    gains = []
    for ordinal in range(400):  # ties in random order
        mixed = np.argsort(luck(1000 + ordinal))
        order = mixed[visit_order(score[mixed], ENTITY)]
        gains.append(days_earlier(order, violator, 60.0))
    exact = targeting_gain(60.0, violator.mean(), auc(score, violator))
    assert abs(np.mean(gains) - exact) < 4.0 * np.std(gains) / 20.0


def test_the_published_gain_implies_its_auc() -> None:
    assert targeting_gain(60.0, 0.15, 0.5 + 7.5 / (60.0 * 0.85)) == pytest.approx(7.5)
    assert round(0.5 + 7.5 / (60.0 * 0.85), 3) == 0.647
    assert targeting_gain(60.0, 0.15, 0.5) == 0.0 and targeting_gain(60.0, 1.0, 0.9) == 0.0
