"""Half of the random scenarios, compared: what differs in each, and what all of them exercise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from compare_engines import SECOND, EnginesDiffer, compare
from mechanisms import Coverage
from random_scenarios import scenario


@dataclass
class Half:
    """Scenarios with the message of each that differs."""

    messages: dict[int, str] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)


def compared(numbers: Iterable[int]) -> Half:
    """Compare the SimPy engine, watched, with the other one in the scenarios of these numbers."""
    half = Half()
    for number in numbers:
        try:
            compare(scenario(number), half.coverage.engine, SECOND)
            half.messages[number] = ""
        except EnginesDiffer as error:
            half.messages[number] = str(error)
    return half
