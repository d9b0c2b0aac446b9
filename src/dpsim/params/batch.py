"""The third kind of parameter file: a batch, which asks for a report of every case, strategy and language it lists."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from dpsim.core.streams import MAX_WORD
from dpsim.core.words import MAX_REPLICATIONS
from dpsim.language import LANGUAGES
from dpsim.params.check import Rules
from dpsim.params.dig import choice, entries, once
from dpsim.params.faults import Fault
from dpsim.params.locate import list_cases, list_strategies
from dpsim.params.quantity import Text, Whole
from dpsim.params.rules import own_name
from dpsim.params.schema import File

MAX_JOBS = 200
"""Most reports of one batch: at half a minute each on two cores, most of an hour."""
_BOUNDS = {"replications": (1, MAX_REPLICATIONS), "seed": (0, MAX_WORD)}

Names = Annotated[tuple[Text, ...], Field(min_length=1, max_length=MAX_JOBS)]


class Batch(File):
    """Reports of all `cases` under each of the `strategies` in each of the `languages`."""

    batch: Text
    cases: Names
    strategies: Names
    languages: Annotated[tuple[Literal["zh", "en"], ...], Field(min_length=1, max_length=len(LANGUAGES))]
    replications: Whole
    seed: Whole

    @property
    def id(self) -> str:
        """The name of the batch."""
        return self.batch

    @classmethod
    def _rules(cls) -> Rules:
        return batch_rules


def batch_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield every fault of a batch that needs more than the type of one key to see."""
    yield from own_name(content, "batch")
    for key, kind, known in (("cases", "case", list_cases()), ("strategies", "strategy", list_strategies())):
        yield from once((key,), entries(content, key))
        for index, given in enumerate(entries(content, key)):
            if isinstance(given, str) and given.strip() and not names_file(given) and given not in known:
                yield choice(f"params.unknown_{kind}_key", (key, index), given, known)
    yield from once(("languages",), entries(content, "languages"))
    for key, (low, high) in _BOUNDS.items():
        given = content.get(key)
        if isinstance(given, int) and not isinstance(given, bool) and not low <= given <= high:
            yield Fault("params.outside_bounds", (key,), given, {"allowed": f"{low} ≤ x ≤ {high}"})
    jobs = math.prod(len(tuple(entries(content, key))) for key in ("cases", "strategies", "languages"))
    if jobs > MAX_JOBS:
        yield Fault("params.too_many_jobs", ("cases",), jobs, {"allowed": MAX_JOBS})


def names_file(entry: str) -> bool:
    """Tell whether an entry of a batch is a file rather than a name."""
    return entry.endswith((".yaml", ".yml")) or "/" in entry or "\\" in entry
