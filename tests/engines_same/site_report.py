"""Events and states of two engines side by side, as text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dpsim.core.levers import Contact
from dpsim.core.reported import Fact
from dpsim.core.words import Channel, Kind
from dpsim.engines.world import World
from dpsim.model.state import SIDES, Col, Phase, Track
from dpsim.model.visits import Roster

Array = np.ndarray
_WORDS = {"phase": Phase, "kind": Kind, "channel": Channel}
_SIDES = ("strategy", "reference")


def event_lines(a: Array, b: Array, place: int, before: int) -> Iterator[str]:
    """Yield the event at `place` of both logs, field by field, with the events before it (the same in both)."""
    for k in range(max(0, place - before), place):
        row = a[k]
        yield f"  {k}: " + ", ".join(f"{name} {_shown(name, row[name])}" for name in a.dtype.names or ())
    for name in a.dtype.names or ():
        one, two = (_shown(name, log[place][name]) if place < log.size else "no event" for log in (a, b))
        yield _line(name, one, two)


def _shown(name: str, value: object) -> str:
    """Return a field of an event with the word for its number."""
    if name in _WORDS:
        number = int(value)  # type: ignore[call-overload]
        word = _WORDS[name](number).name if number in set(_WORDS[name]) else "?"
        return f"{number} ({word})"
    return repr(value.item()) if hasattr(value, "item") else repr(value)


def enterprise_lines(a: World, b: World, i: int) -> Iterator[str]:
    """Yield everything that changes about one enterprise, under both engines."""
    yield f"  enterprise {i}, entity {int(a.state.entity[i])}"
    second = dict(_parts(b, i))
    for name, value in _parts(a, i):
        yield _line(name, value, second.get(name, "none"))


def _line(name: str, one: str, two: str) -> str:
    """Return one row, marked if its values differ."""
    return f"  {'*' if one != two else ' '} {name:<34} {one:<42} {two}"


def _parts(world: World, i: int) -> Iterator[tuple[str, str]]:
    """Yield the names and values of one enterprise's state."""
    state = world.state
    for column in Col:
        yield f"status.{column.name}", str(int(state.status[i, column]))
    for track in Track:
        yield f"residual.{track.name}", repr(float(state.residual[i, track]))
        yield f"rate.{track.name}", repr(float(state.rate[i, track]))
        yield f"spell.{track.name}", str(int(state.spell[i, track]))
    yield "updated", repr(float(state.updated[i]))
    yield "removal", repr(float(world.removal[i]))
    for side in range(SIDES):
        for kind in Contact:
            name = f"{_SIDES[side]}.{kind.name}"
            yield f"attention.{name}", repr(float(state.attention[i, side, kind]))
            yield f"attention_time.{name}", repr(float(state.attention_time[i, side, kind]))
    if world.hazards is None:
        return
    for side in range(SIDES):
        for entry in Roster:
            yield f"roster.{_SIDES[side]}.{entry.name}", str(int(world.hazards.roster[side, i, entry]))
    for fact in Fact:
        yield f"facts.{fact.name}", str(int(world.hazards.facts[0, i, fact]))
    site = world.hazards.sites[i]
    for name in site.dtype.names or ():
        yield f"site.{name}", str(site[name].tolist())
