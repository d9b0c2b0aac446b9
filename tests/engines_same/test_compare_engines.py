"""The comparison itself: one bit anywhere is seen, and the message shows where, with both states."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from compare_engines import BEFORE, EnginesDiffer, Finished, compare, differing, finished, first_difference, same_bits
from random_scenarios import Scenario, scenario

from dpsim.core.words import Kind
from dpsim.engines.log import EVENT
from dpsim.engines.outcome import Outcome
from dpsim.engines.simpy_engine import run
from dpsim.engines.world import World
from dpsim.model.state import Col, Track

SHOWN = 44
"""A scenario with hazards, hand-overs and assessments."""


@pytest.fixture(scope="module")
def shown() -> Scenario:
    return scenario(SHOWN)


def flipped(array: np.ndarray, place: int = 0) -> None:
    """Flip the lowest bit of one entry in place."""
    raw = array.reshape(-1)
    if array.dtype.kind == "f":
        raw[place] = np.nextafter(raw[place], 0.0 if raw[place] else 1.0)
    elif array.dtype.kind == "b":
        raw[place] = not raw[place]
    else:
        raw[place] ^= 1


def cells(array: np.ndarray) -> Iterator[np.ndarray]:
    """Yield an array, or each field of one with fields."""
    yield from ([array[name] for name in array.dtype.names] if array.dtype.names else [array])


def test_one_bit_of_any_array_is_seen(shown: Scenario) -> None:
    one, two = finished(shown, run), finished(shown, run)
    assert differing(one, two) == []
    seen, others = 0, dict(one.arrays())
    for name, array in two.arrays():
        if np.shares_memory(array, others[name]):
            continue  # traits of the list, which all worlds of a setting share
        if name in ("log", "hazards simulated", "hazards standing", "hazards.lived") or not array.size:
            continue  # made anew at each call, from arrays that are flipped themselves
        for part in cells(array):
            entry = part.reshape(part.shape[0], -1)[0]
            before = entry.copy()
            flipped(entry)
            assert name in differing(one, two), f"{name} with one bit flipped"
            entry[:] = before
            seen += 1
        assert differing(one, two) == [], f"{name} is as before"
    assert seen > 100


def test_bits_are_compared_not_values() -> None:
    assert same_bits(np.array([np.nan, 1.0]), np.array([np.nan, 1.0]))
    assert not same_bits(np.array([0.0]), np.array([-0.0]))
    assert not same_bits(np.array([1]), np.array([1.0])) and not same_bits(np.zeros(2), np.zeros(3))
    padded = np.dtype([("a", np.int8), ("b", np.float64)], align=True)
    a, b = np.zeros(3, dtype=padded), np.frombuffer(bytes([0, *[7] * 7, *[0] * 8]) * 3, dtype=padded)
    assert a.tobytes() != b.tobytes() and same_bits(a, b), "what lies between fields is no value"


def test_the_first_difference_of_two_logs() -> None:
    a = np.zeros(4, dtype=EVENT)
    b = a.copy()
    assert first_difference(a, b) == -1
    b["value"][2] = -0.0
    assert first_difference(a, b) == 2
    assert first_difference(a, a[:3]) == 3 and first_difference(a[:0], a) == 0


def altered(change: Callable[[Finished], None]) -> Callable[[World], Outcome]:
    """Return an engine that is SimPy but for a change at its end."""

    def engine(world: World) -> Outcome:
        outcome = run(world)
        change(Finished(world, outcome))
        return outcome

    return engine


def message(shown: Scenario, engine: Callable[[World], Outcome]) -> str:
    with pytest.raises(EnginesDiffer) as caught:
        compare(shown, run, engine)
    return str(caught.value)


def test_equal_histories_raise_nothing(shown: Scenario) -> None:
    assert compare(shown, run, altered(lambda done: None)).outcome.events.size > 50


def test_the_message_shows_the_first_event_that_differs_and_both_states(shown: Scenario) -> None:
    plain = finished(shown, run)
    events = plain.outcome.events
    row = events[np.flatnonzero(events["kind"] == Kind.BUILT)[2]]

    def by_another_builder(done: Finished) -> None:
        done.outcome.events["actor"][done.outcome.events == row] += 1

    text = message(shown, altered(by_another_builder))
    place = int(np.flatnonzero(plain.log == row)[0])
    assert f"compare_engines.py {SHOWN}\n" in text and f"scenario {SHOWN}:" in text
    assert f"first difference at event {place} of" in text
    for k in range(place - BEFORE, place):
        assert f"\n  {k}: t {plain.log[k]['t'].item()!r}, phase" in text
    assert [line.split()[:4] for line in text.splitlines() if line.startswith("  * actor")] == [
        ["*", "actor", str(int(row["actor"])), str(int(row["actor"]) + 1)]
    ]
    assert f"entity {int(row['entity'])}" in text and text.count(f"enterprise {int(row['index'])}, ") == 2
    for part in (
        f"status.{Col.BUILD.name}",
        f"residual.{Track.ONLINE.name}",
        "attention.strategy.VISIT",
        "site.perceived",
    ):
        assert text.count(f" {part} ") == 2, f"{part}, where the interval begins and ends"
    assert "where its interval begins, after" in text and "where its interval ends, after" in text


def test_a_lost_event_and_a_changed_account_are_told(shown: Scenario) -> None:
    def lost(world: World) -> Outcome:
        outcome = run(world)
        return replace(outcome, events=outcome.events[:-1])

    text = message(shown, lost)
    assert "first difference at event" in text and "not the same: log, outcome.events" in text
    text = message(shown, altered(lambda done: flipped(done.outcome.queue, 5)))
    assert "all events are the same" in text and "outcome.queue[" in text and "1 of" in text


def test_the_state_shown_is_that_of_the_day(shown: Scenario) -> None:
    """A run that is cut where an interval ends stands as the whole run stood there."""
    begins = shown.setting.timeline.refresh_times
    until = int(begins[3])
    whole, cut = finished(shown, run), finished(shown, run, until)
    assert same_bits(cut.log, whole.log[whole.log["t"] < until]) and 0 < cut.log.size < whole.log.size
    assert not same_bits(cut.world.state.residual, whole.world.state.residual)
