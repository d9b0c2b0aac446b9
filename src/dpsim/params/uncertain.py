"""Cases whose uncertain values are drawn from their ranges: what runs rest on where a number is not known.

Drawn are the values of how things work (`LAWS`), the assumed counts of the as-of date, and a list whose length nobody
printed. Held are printed lists, dates and targets, the readings of the scenario, whose alternatives every path draws
anyway, and what was set from figures of the place itself, since the figure and not the range says how sure it is.
Strategies are held: they are what is asked.

A value is as likely below as above the one in the file, and becomes less likely towards each end of its range, falling
on a straight line to nothing there. Each has a key of its own, so that no draw depends on another; the counts of the
as-of date have one key in common, which keeps their order (who is online is built); so have the list and its groups.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from dpsim.core.expect import Expect
from dpsim.core.streams import Stream, entity_numbers, uniform
from dpsim.errors import FileFaults, InputError
from dpsim.params.quantity import Block, Quantity
from dpsim.params.schema import Case

LAWS = (
    "adoption",
    "attention",
    "agencies",
    "assessors",
    "hazards",
    "discovery",
    "closed_loop",
    "staff",
    "deterrence",
    "formalism",
    "incidents",
    "caveats",
)
"""Blocks that say how things work, in every place alike."""
LIST = ("population.enterprises", "population.tiers.")
"""How long the list is, and the groups on it."""
_NAMED = 5
"""Most keys that a message names."""
_TRIES = 200
"""Draws of a case before it is given up; a draw that breaks a rule of case files is drawn again as a whole."""


def uncertain_values(case: Case) -> dict[str, Quantity]:
    """Return the values that are drawn, by their dotted key."""
    listed = case.population.county_list is not None
    unknown_list = case.population.enterprises.assumed and not listed
    printed = {f"state.{figure.quantity}" for figure in case.published if figure.date == case.as_of and figure.of_all}
    return {
        key: one
        for key, one in case.quantities().items()
        if one.low < one.high
        and (
            (key.split(".")[0] in LAWS and (one.assumed or not _of_the_place(case, one.source)))
            or (key.startswith("state.") and one.assumed and not listed and key not in printed)
            or (key.startswith(LIST) and one.assumed and unknown_list)
        )
    }


def _of_the_place(case: Case, source: str | None) -> bool:
    """Tell whether a source is a document of the place: one of the case's own, or an id that begins as its codes do."""
    own = {document.id for document in case.sources or ()}
    return source is not None and (source in own or source.startswith(case.code_prefix))


def drawn_case(case: Case, *, seed: int, replication: int) -> Case:
    """Return the case a replication rests on.

    Parameters
    ----------
    case : Case
    seed, replication : int
        Name of the run: the same names give the same values, under every strategy.

    Returns
    -------
    Case
        With other values at the keys of `uncertain_values`, each within its range.

    Raises
    ------
    InputError
        The ranges of the file contradict its rules in nearly every draw; the keys are named.
    """
    return drawn_and_again(case, seed=seed, replication=replication)[0]


def drawn_and_again(case: Case, *, seed: int, replication: int) -> tuple[Case, int]:
    """Return the case a replication rests on, and how many draws before it were not allowed; see `drawn_case`."""
    values = uncertain_values(case)
    if not values:
        return case, 0
    whole, blamed = whole_keys(case), Counter[str]()
    for attempt in range(_TRIES):
        drawn = {}
        for key, one in values.items():
            value = between(one, uniform(seed, replication, _entity(key), int(Stream.UNCERTAIN), attempt, 0))
            drawn[key] = round(value) if key in whole else value
        try:
            return case.with_values(drawn), attempt
        except FileFaults as error:
            last = error.faults[0]
            blamed.update({key for fault in error.faults for key in _blamed(fault, values)})
    keys = ", ".join(key for key, _ in blamed.most_common(_NAMED))
    why = {name: last.values.get(name, "-") for name in ("key", "given", "other", "allowed")}
    raise InputError("published.never_valid", case=case.id, tries=_TRIES, keys=keys, **why)


def _blamed(fault: InputError, values: Iterable[str]) -> list[str]:
    """Return the drawn keys that a fault speaks of, itself or as what it is held against; its own key if none is."""
    own = str(fault.values["key"])
    named = set(re.findall(r"[\w.]+", f"{own} {fault.values.get('other', '')}"))
    found = [key for key in values if key in named or any(key.startswith(f"{name}.") for name in named)]
    return found or [own]


def between(one: Quantity, u: float) -> float:
    """Return the value at `u` of 0 to 1: the lowest at 0, the one in the file at 1/2, the highest at 1.

    Its density is two triangles of equal mass that end at nothing: below, F(x) = 1/2 ((x - low) / (value - low))^2.
    """
    low, value, high = float(one.low), float(one.value), float(one.high)
    if u < 0.5:
        return low + (value - low) * math.sqrt(2.0 * u)
    return high - (high - value) * math.sqrt(2.0 * (1.0 - u))


def whole_keys(block: Block, prefix: str = "") -> frozenset[str]:
    """Return the dotted keys of the values that must be whole numbers."""
    return frozenset(_whole(block, prefix))


def _whole(block: Block, prefix: str) -> Iterator[str]:
    """Yield the keys of whole numbers below a block."""
    for name, field in type(block).model_fields.items():
        entry = getattr(block, name)
        if isinstance(entry, Quantity):
            if any(isinstance(part, Expect) and part.whole for part in field.metadata):
                yield prefix + name
        elif isinstance(entry, Block):
            yield from _whole(entry, f"{prefix}{name}.")


@lru_cache(maxsize=1024)
def _entity(key: str) -> int:
    """Return the entity number of a key; the counts of the as-of date share one, the list and its groups another."""
    common = "state" if key.startswith("state.") else "population" if key.startswith(LIST) else key
    return int(entity_numbers([common])[0])
