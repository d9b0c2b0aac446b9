"""Run one scenario with two engines and say where they first differ, to the bit.

By hand, from the top folder: `PYTHONPATH=src python tests/engines_same/compare_engines.py NAME ...`, where a name is
the number of a random scenario or CASE:STRATEGY at full size. Exit status 1 if any differs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from random_scenarios import Scenario, named
from site_report import enterprise_lines, event_lines

from dpsim.core.timeline import Timeline
from dpsim.engines import compiled_engine, simpy_engine
from dpsim.engines.log import merged_log
from dpsim.engines.outcome import Outcome
from dpsim.engines.world import World

Engine = Callable[[World], Outcome]
Array = np.ndarray
BEFORE = 3
"""Events shown before the first that differs."""


class EnginesDiffer(AssertionError):
    """Two engines made different histories of one world."""


@dataclass
class Finished:
    """One engine's history of a world, and the world at its end."""

    world: World
    outcome: Outcome

    @property
    def log(self) -> Array:
        """All events in the order that counts, those of hazards and visits among them."""
        world, hazards = self.world, self.outcome.hazards
        events = self.outcome.events
        return events if hazards is None else merged_log(events, hazards.store.ledger, world.state.entity)

    def arrays(self) -> Iterator[tuple[str, Array]]:
        """Yield everything that must be the same to the bit, by name; the log comes first."""
        outcome, world = self.outcome, self.world
        yield "log", self.log
        for name in ("events", "queue", "busy", "servers", "spent", "purse", "told"):
            yield f"outcome.{name}", getattr(outcome, name)
        state = world.state._asdict()
        drawn = state.pop("drawn")._asdict()
        yield from ((f"state.{name}", array) for name, array in state.items())
        yield from ((f"state.drawn.{name}", array) for name, array in drawn.items())
        for side, levers in zip(("strategy", "reference"), world.levers, strict=True):
            yield from ((f"levers of the {side}: {name}", array) for name, array in levers._asdict().items())
        yield from self._hazards()

    def _hazards(self) -> Iterator[tuple[str, Array]]:
        """Yield the arrays of hazards and visits; none where they are not simulated."""
        hazards = self.outcome.hazards
        yield "hazards simulated", np.array([hazards is not None])
        if hazards is None:
            return
        yield "ledger as written", hazards.store.ledger
        yield "counts of the hazards' events", hazards.store.book.tally
        yield "first visits", hazards.store.book.visited
        yield "paper seen through", hazards.store.book.revealed
        for name in ("duties", "stock", "paper", "roster", "facts", "credit", "advice_credit", "owed", "dealt"):
            yield f"hazards.{name}", getattr(hazards, name)
        yield "hazards.laws", np.asarray(hazards.laws)
        yield "hazards.lived", np.array([hazards.lived])
        yield "hazards.sites", np.asarray(hazards.sites)
        yield "hazards standing", hazards.store.census(hazards.sites)


def finished(scenario: Scenario, engine: Engine, until: int | None = None) -> Finished:
    """Run a scenario; with `until`, only so many days of it, at whose end an interval of intensities ends too."""
    world = scenario.world()
    if until is not None:
        whole = world.timeline
        cut = Timeline(whole.as_of, whole.date(until - 1), whole.working[:until], whole.unknown_years, whole.deadlines)
        own, reference = (
            tuple(replace(lever, due=lever.due[:until]) for lever in side) for side in world.setting.levers
        )
        world.setting = replace(world.setting, timeline=cut, levers=(own, reference))
    return Finished(world, engine(world))


def compare(scenario: Scenario, first: Engine, second: Engine) -> Finished:
    """Return the first engine's history; raise EnginesDiffer where the second's is another.

    Parameters
    ----------
    scenario : Scenario
    first, second : callable
        World to outcome.

    Raises
    ------
    EnginesDiffer
        With the first event that differs, and the states of its enterprise in both.
    """
    one, two = finished(scenario, first), finished(scenario, second)
    unlike = differing(one, two)
    if unlike:
        raise EnginesDiffer("\n".join(_told(scenario, first, second, one, two, unlike)))
    return one


def differing(one: Finished, two: Finished) -> list[str]:
    """Return the names of all arrays that are not the same to the bit."""
    a, b = dict(one.arrays()), dict(two.arrays())
    return [name for name in {**a, **b} if name not in a or name not in b or not same_bits(a[name], b[name])]


def same_bits(a: Array, b: Array) -> bool:
    """Return whether two arrays have the same kind, shape and bits, field by field (padding is not looked at)."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.dtype.names:
        return all(same_bits(a[name], b[name]) for name in a.dtype.names)
    return np.ascontiguousarray(a).tobytes() == np.ascontiguousarray(b).tobytes()


# ------------------------------------------------------------------------------------------------ what is told
def _told(
    scenario: Scenario, first: Engine, second: Engine, one: Finished, two: Finished, unlike: list[str]
) -> Iterator[str]:
    """Yield the lines of the message."""
    yield f"The engines differ in {scenario}"
    yield f"again: PYTHONPATH=src python tests/engines_same/compare_engines.py {scenario.name}"
    yield f"not the same: {', '.join(unlike)}"
    place = first_difference(one.log, two.log)
    if place < 0:
        yield "all events are the same"
        yield from _first_cell(dict(one.arrays()), dict(two.arrays()), unlike[0])
        return
    yield f"first difference at event {place} of {one.log.size} and {two.log.size}:"
    yield from event_lines(one.log, two.log, place, BEFORE)
    yield from _states(scenario, first, second, one, two, place)


def first_difference(a: Array, b: Array) -> int:
    """Return the number of the first event that differs between two logs, -1 if none does."""
    size = min(a.size, b.size)
    unlike = np.zeros(size, dtype=bool)
    for name in a.dtype.names or ():
        unlike |= _bits(a[name][:size]) != _bits(b[name][:size])
    if unlike.any():
        return int(np.argmax(unlike))
    return -1 if a.size == b.size else size


def _bits(column: Array) -> Array:
    """Return a column as whole numbers with the same bits."""
    column = np.ascontiguousarray(column)
    return column.view(np.uint64) if column.dtype.kind == "f" else column


def _first_cell(a: Mapping[str, Array], b: Mapping[str, Array], name: str) -> Iterator[str]:
    """Yield where an array first differs, and how."""
    x, y = a.get(name), b.get(name)
    if x is None or y is None or x.shape != y.shape or x.dtype != y.dtype:
        yield f"{name}: {None if x is None else (x.shape, x.dtype)} and {None if y is None else (y.shape, y.dtype)}"
        return
    for field in x.dtype.names or (None,):
        u, v = (x, y) if field is None else (x[field], y[field])
        if not same_bits(u, v):
            cells = np.argwhere(_bits(u) != _bits(v))
            at = tuple(cells[0].tolist())
            where = name if field is None else f"{name}.{field}"
            yield f"{where}{list(at)}: {u[at]!r} and {v[at]!r}; {len(cells)} of {u.size} cells differ"


def _states(
    scenario: Scenario, first: Engine, second: Engine, one: Finished, two: Finished, place: int
) -> Iterator[str]:
    """Yield the enterprise's state under both engines, where the interval of the first difference begins and ends."""
    rows = [side.log[place] for side in (one, two) if place < side.log.size]
    row = min(rows, key=lambda row: float(row["t"]))
    indices = sorted({int(each["index"]) for each in rows} - {-1})
    if not indices:
        yield "an organisation's own event: no enterprise to show"
        return
    whole = scenario.setting.timeline
    begins = [int(t) for t in whole.refresh_times if t <= row["t"]]
    later = [int(t) for t in whole.refresh_times if t > row["t"]]
    for word, day in (("begins", begins[-1]), ("ends", later[0] if later else whole.days)):
        yield f"where its interval {word}, after {day} days (* differs):"
        worlds = [finished(scenario, engine, day).world if day > 0 else scenario.world() for engine in (first, second)]
        for i in indices:
            yield from enterprise_lines(worlds[0], worlds[1], i)


SECOND: Engine = compiled_engine.run


def main(names: list[str]) -> int:
    """Compare the scenarios named and print what differs."""
    status = 0
    for name in names:
        try:
            compare(named(name), simpy_engine.run, SECOND)
            print(f"{named(name)}: the same")
        except EnginesDiffer as error:
            print(error)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
