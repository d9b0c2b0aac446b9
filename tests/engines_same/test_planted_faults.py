"""A fault planted into the SimPy engine's scheduler makes it differ from the compiled one, each in a named scenario."""

from __future__ import annotations

import pytest
from compare_engines import SECOND, EnginesDiffer, compare
from random_scenarios import scenario
from scheduler_faults import FAULTS, engine

from dpsim.engines import simpy_engine

CAUGHT_IN = {
    "phases swapped: removal and reporting": 0,
    "phases swapped: reporting and meetings": 10,
    "phases swapped: meetings and intensities": 7,
    "phases swapped: intensities and allocation": 1,
    "tie broken the other way: queue": 2,
    "tie broken the other way: server": 5,
    "order of a queue turned round": 6,
    "off by one day: removal": 7,
    "off by one day: instruments": 8,
    "off by one day: servers": 4,
    "off by one day: visits": 9,
    "off by one day: new year": 22,
    "off by one day: end of an interval": 2,
    "stale perception: attention": 10,
    "stale perception: perceived risk": 30,
    "stale perception: ledger": 44,
    "stale perception: levers": 3,
}
"""One scenario of each; `scheduler_faults.py` run by hand prints the others."""
UNLOGGED = "off by one day: new year"
"""Seen in the visits that are known, and in the log only where an annual cap binds on that morning."""


def test_every_fault_has_its_scenario() -> None:
    assert set(CAUGHT_IN) == set(FAULTS)
    kinds = {name.partition(":")[0] for name in FAULTS}
    assert {"phases swapped", "tie broken the other way", "off by one day", "stale perception"} <= kinds


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_caught(name: str) -> None:
    number = CAUGHT_IN[name]
    with pytest.raises(EnginesDiffer) as caught:
        compare(scenario(number), engine(name), SECOND)
    said = str(caught.value)
    assert f"compare_engines.py {number}\n" in said, f"{name}: caught in scenario {number}"
    if scenario(number).traced:
        assert ("first difference at event" in said) == (name != UNLOGGED), said[:1000]


@pytest.mark.parametrize("number", sorted(set(CAUGHT_IN.values())))
def test_without_a_fault_it_is_the_same(number: int) -> None:
    assert compare(scenario(number), simpy_engine.run, SECOND).log.size > 0
