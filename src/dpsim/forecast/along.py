"""Assumed counts that move together: with one at the end of its range, the others as far as they have to.

Whoever is online is built and connected; whoever is assessed or passed is built; who is connected is built or
building; all are on the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dpsim.errors import InputError
from dpsim.params.schema import Case

COUNTS = ("state.built", "state.building", "state.connected", "state.online", "population.enterprises")
GUESSED = ("state.building", "state.connected")
"""Counts that no document has, whatever grade a case gives."""
_LATER = ("state.assessed", "state.passed")
_STEPS = 20
"""Parts of the way from the value to the end of its range that are tried, from the end on."""


def loose(case: Case) -> list[str]:
    """Return the counts that are assumed, or that nobody can know."""
    known = case.quantities()
    return [key for key in COUNTS if known[key].assumed or key in GUESSED]


def furthest(case: Case, key: str, end: float) -> int:
    """Return the count nearest to an end of its range that holds together with the others, else its own value."""
    value = float(case.quantities()[key].value)
    for step in range(_STEPS, 0, -1):
        tried = int(value + (end - value) * step / _STEPS)
        try:
            moved(case, key, tried)
        except InputError:
            continue
        return tried
    return int(value)


def moved(case: Case, key: str, count: float) -> Case:
    """Return the case with a count at another value, and other assumed counts where they have to move.

    Raises
    ------
    InputError
        It cannot hold together with what is known.
    """
    try:
        return case.with_values({key: int(count)})
    except InputError:
        return case.with_values(taken_along(case, key, count))


def taken_along(case: Case, key: str, count: float) -> dict[str, object]:
    """Return a count at another value, with the assumed counts and the counties' that have to move with it."""
    known = case.quantities()
    free = {*loose(case), *(later for later in _LATER if known[later].assumed)}
    now = {name: int(known[name].value) for name in (*COUNTS, *_LATER)} | {key: int(count)}
    built, building, connected, online, listed = COUNTS
    if key in (online, connected):  # up: what has to be there before
        now[connected] = max(now[connected], now[online])
        now[built] = max(now[built], now[online])
        now[building] = max(now[building], now[connected] - now[built])
    now[building] = min(now[building], now[listed] - now[built])
    now[connected] = min(now[connected], now[built] + now[building])  # down: what cannot be there any more
    now[online] = min(now[online], now[built], now[connected])
    assessed, passed = _LATER
    now[assessed] = min(now[assessed], now[built])
    now[passed] = min(now[passed], now[assessed])
    made: dict[str, object] = {
        name: one for name, one in now.items() if name != key and name in free and one != known[name].value
    }
    made[key] = int(count)  # as asked, so that a contradiction with what is known shows
    listing = case.content()["population"].get("county_list")
    if listing and listing.get("rows") and key != listed:
        totals = {name.removeprefix("state."): one for name, one in now.items() if name.startswith("state.")}
        made |= _counties(listing["rows"], totals)
    return made


def _counties(rows: list[Mapping[str, Any]], totals: Mapping[str, int]) -> dict[str, object]:
    """Return what changes in the counties' rows with other totals: the county that is least far moves first."""
    made = [dict(row) for row in rows]
    order = sorted(made, key=lambda row: row.get("online", row.get("built", 0)) / max(1, row["enterprises"]))
    for stage, least, most in (
        ("built", ("online", "assessed"), ("enterprises",)),
        ("connected", ("online",), ("enterprises",)),
        ("online", (), ("built", "connected")),
        ("connected", ("online",), ("enterprises",)),
        ("built", ("online", "assessed"), ("enterprises",)),
    ):
        if stage not in made[0]:
            continue
        short = totals[stage] - sum(row[stage] for row in made)
        for row in order:
            low = max((row.get(name, 0) for name in least), default=0)
            high = min(row.get(name, row["enterprises"]) for name in most)
            step = max(min(short, high - row[stage]), low - row[stage])
            row[stage] += step
            short -= step
    return {
        f"population.county_list.rows.{k}.{name}": count
        for k, (row, old) in enumerate(zip(made, rows, strict=True))
        for name, count in row.items()
        if count != old[name]
    }
