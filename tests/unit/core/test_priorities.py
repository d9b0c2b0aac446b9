"""Scores are whole numbers, larger is sooner, and the order does not depend on the order of the rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chisquare

from dpsim.core.priorities import (
    LONGEST_UNVISITED,
    find_rate,
    longest_unvisited_score,
    predicted_score,
    random_score,
    risk_class_score,
    visit_order,
)
from dpsim.core.streams import Stream

TEST = int(Stream.TEST)


def test_a_record_is_drawn_towards_what_was_believed() -> None:
    assert find_rate(0, 0, 1.0, 4.0) == 0.25
    assert find_rate(30, 100, 1.0, 4.0) == pytest.approx(31 / 104)
    assert find_rate(0, 1, 1.0, 4.0) < find_rate(0, 0, 1.0, 4.0) < find_rate(1, 1, 1.0, 4.0)


def test_scores_are_whole_per_mille_halves_up() -> None:
    rates = [0.0, 0.00049, 0.0625, 0.12785, 1.0, 2.5]
    assert [predicted_score(rate) for rate in rates] == [0, 0, 63, 128, 1000, 2500]
    assert isinstance(predicted_score(0.3), int)


def test_days_unvisited_are_bounded() -> None:
    assert longest_unvisited_score(40, -20) == 60 and longest_unvisited_score(4, 9) == 0
    assert longest_unvisited_score(0, -(10**9)) == LONGEST_UNVISITED - 1


def test_no_wait_outweighs_a_grade() -> None:
    longest = longest_unvisited_score(0, -(10**9))
    assert risk_class_score(2, 0) > risk_class_score(1, longest) > risk_class_score(1, 30) > risk_class_score(1, 0)


def test_lots_are_even_and_keyed() -> None:
    lots = [random_score(1, 2, entity, TEST, 0) for entity in range(1, 4001)]
    assert min(lots) >= 0 and max(lots) < 2**52 and len(set(lots)) == 4000
    assert chisquare(np.bincount(np.array(lots) >> 48, minlength=16)).pvalue > 1e-4
    assert random_score(1, 2, 7, TEST, 0) == lots[6] != random_score(1, 2, 7, TEST, 1)
    assert lots[6] != random_score(1, 3, 7, TEST, 0) != random_score(2, 3, 7, TEST, 0)


def test_order_is_by_score_then_by_entity_whatever_the_rows() -> None:
    score = np.array([5, 9, 5, -3, 9, 5])
    entity = np.array([80, 4_000_000_000, 7, 1, 3, 90], dtype=np.uint32)
    assert entity[visit_order(score, entity)].tolist() == [3, 4_000_000_000, 7, 80, 90, 1]
    mixed = np.array([3, 5, 0, 4, 2, 1])
    assert entity[mixed][visit_order(score[mixed], entity[mixed])].tolist() == [3, 4_000_000_000, 7, 80, 90, 1]
    assert visit_order(score[:0], entity[:0]).size == 0
