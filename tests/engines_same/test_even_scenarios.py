"""The compiled engine and SimPy give equal logs, states and accounts in the random scenarios of even number."""

from __future__ import annotations

import pytest
from halves import Half, compared
from random_scenarios import COUNT

NUMBERS = range(0, COUNT, 2)


@pytest.fixture(scope="module")
def half() -> Half:
    return compared(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_engines_are_the_same(number: int, half: Half) -> None:
    assert not half.messages[number], half.messages[number]


def test_every_mechanism_occurs(half: Half) -> None:
    assert not half.coverage.lacking(), f"no scenario shows it:\n{half.coverage.table()}"
    assert half.coverage.never() == 0
