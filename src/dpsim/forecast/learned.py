"""What a forecast may know of other programmes: never anything of the one that is forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dpsim.forecast.programmes import Block
from dpsim.forecast.settings import Settings
from dpsim.model.state import Floats
from dpsim.params.forecast import UNSTATED

LEAST_GAP = 1e-9
NOTHING_KNOWN: Floats = np.asarray((np.arange(200) + 0.5) / 200.0, dtype=np.float64)
"""Closures where no other programme is on record: any share of the gap is as likely as any other."""


@dataclass(frozen=True)
class Learned:
    """A reference class as one programme sees it.

    Attributes
    ----------
    reference : str
        Name of the class.
    settings : Settings
        Of the class.
    past : mapping of int to tuple of numpy.ndarray
        By months before the deadline, for each programme learned from: shares of the gap its units closed.
    programmes : tuple of str
        The programmes learned from.
    """

    reference: str
    settings: Settings
    past: Mapping[int, tuple[Floats, ...]]
    programmes: tuple[str, ...] = ()

    def closures(self, months: int) -> tuple[Floats, ...]:
        """Return the closures known at so many months; at the nearest number of months where there are none."""
        if not self.past:
            return (NOTHING_KNOWN,)
        return self.past[min(self.past, key=lambda known: (abs(known - months), known))]


def learn(
    blocks: Mapping[str, Sequence[Block]], classes: Mapping[str, str], programme: str, settings: Mapping[str, Settings]
) -> Learned:
    """Return what may be known when `programme` is forecast, from the other programmes of its class.

    From all other programmes where its class is not stated or no other is on record.

    Parameters
    ----------
    blocks : mapping
        Blocks by programme.
    classes : mapping
        Reference class by programme.
    programme : str
    settings : mapping
        Settings by class.
    """
    reference = classes[programme]
    known = [name for name in sorted(blocks) if name != programme and blocks[name]]
    alike = [name for name in known if classes[name] == reference] if reference != UNSTATED else []
    others = alike or known
    past: dict[int, list[Floats]] = {}
    for name in others:
        for months, values in closures_by_months(blocks[name]).items():
            past.setdefault(months, []).append(values)
    found = {months: tuple(parts) for months, parts in past.items()}
    return Learned(reference, settings[reference], found, tuple(others))


def closures_by_months(blocks: Sequence[Block]) -> dict[int, Floats]:
    """Return the closures of one programme's open cases by months before the deadline, in the order of the blocks."""
    parts: dict[int, list[Floats]] = {}
    for block in blocks:
        parts.setdefault(block.months, []).append(closures_of(block))
    return {months: np.concatenate(values) for months, values in parts.items()}


def closures_of(block: Block) -> Floats:
    """Return the share of its gap each open case closed by the deadline; below 0 where counts fell."""
    last = block.history.last[block.unit]
    return np.asarray((block.happened - last) / np.maximum(1.0 - last, LEAST_GAP))
