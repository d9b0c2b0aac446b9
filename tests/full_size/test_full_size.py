"""Every shipped case under every shipped strategy at full size: both engines write the same, whole horizon, traced."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "engines_same"))

from compare_engines import SECOND, compare
from random_scenarios import full_size

from dpsim.engines import simpy_engine
from dpsim.params.load import list_cases, list_strategies, load_case

LONG_LIST = 20_000
PAIRS = [
    (case.id, strategy)
    for case in map(load_case, list_cases())
    for strategy in list_strategies()
    if case.population.enterprises.value < LONG_LIST or strategy in (case.default_strategy, "balanced")
]
"""Every case with every strategy; one of 70 000 with its own and the one of most instruments."""


@pytest.mark.parametrize(("case", "strategy"), PAIRS)
def test_the_engines_are_the_same(case: str, strategy: str) -> None:
    pair = full_size(case, strategy)
    done = compare(pair, simpy_engine.run, SECOND)
    assert done.world.state.entity.size == int(pair.case.population.enterprises.value) > 100
    assert done.log.size > 50 and done.log["t"].max() > done.world.timeline.days - 7, "the whole horizon"
    assert (done.outcome.hazards is None) == (pair.strategy.pace == "past")
