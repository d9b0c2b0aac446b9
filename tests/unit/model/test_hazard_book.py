"""What a run counts as it goes is what its ledger tells, and a trace changes nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dpsim.core.entries import ENTRIES, Entry
from dpsim.core.words import Kind
from dpsim.engines.hazard_world import HazardWorld
from dpsim.engines.world import make_world
from dpsim.experiments.measured import group_cells, run_one, run_world
from dpsim.experiments.replication import prepare, strategy_paths
from dpsim.model.hazard_book import ledger_counts
from dpsim.params.load import load_case, load_strategy

SEED, BY = 3, ("county",)


@pytest.fixture(scope="module")
def traced() -> tuple[HazardWorld, np.ndarray, int, np.ndarray]:
    """A run that both counts and keeps its ledger, its cells, how many, and the reporting times."""
    setting = prepare(load_case("linyi-2018"), load_strategy("current_arrangement"))
    world = make_world(setting, strategy_paths(setting, SEED, np.array([0])), 0, seed=SEED)
    cell, groups = group_cells(setting, BY)
    times = np.array([setting.timeline.end_of(date) for date in setting.timeline.weekly_dates])
    assert world.hazards is not None
    world.hazards.store.count(times, cell, len(groups), trace=True)
    run_world(world)
    return world.hazards, cell, len(groups), times


def test_counts_are_those_of_the_ledger(traced: tuple[HazardWorld, np.ndarray, int, np.ndarray]) -> None:
    hazards, cell, cells, times = traced
    ledger, book = hazards.store.ledger, hazards.store.book
    assert ledger.size > 50_000 and book.tally.shape == (times.size, cells, ENTRIES)
    assert np.array_equal(book.tally, ledger_counts(ledger, cell, cells, times)), "counted from the ledger afterwards"
    found = ledger[(ledger["kind"] == int(Kind.FOUND)) & (ledger["t"] < times[-1])]
    assert book.tally[:, :, : Entry.CLOSED].sum() == found.size, "every find is counted once"
    seen = ledger[ledger["kind"] == int(Kind.REVEALED)]
    assert seen.size > 0 and (book.revealed[seen["index"]] == seen["t"]).all(), "who is seen through, and when"
    missing = ledger_counts(np.delete(ledger, np.flatnonzero(ledger["kind"] == int(Kind.FOUND))[7]), cell, cells, times)
    assert not np.array_equal(book.tally, missing), "the check must refuse a ledger without one of the finds"


@pytest.mark.parametrize("engine", ["compiled", "simpy"])
def test_a_trace_changes_no_value(engine: str) -> None:
    setting = prepare(load_case("linyi-2018"), load_strategy("current_arrangement"))
    setting = replace(setting, engine=engine)
    paths = strategy_paths(setting, SEED, np.array([0]))
    with_, without = (run_one(setting, paths, 0, seed=SEED, trace=trace, by=BY) for trace in (True, False))
    assert np.array_equal(with_.values, without.values) and with_.targets == without.targets
    assert np.array_equal(with_.counties, without.counties)
    assert with_.events.size > 50_000 and without.events.size == 0
    other = run_one(setting, paths, 0, seed=SEED + 1, trace=False, by=BY)
    assert not np.array_equal(other.values, with_.values), "the check must refuse another run"
