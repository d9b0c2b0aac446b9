"""Attention: what meetings and notices leave behind, and how it acts on intensities.

A contact raises a value by its size; the value is forgotten exponentially (memory in days) and is only ever
evaluated from the value and time of the last contact. Its effect on an intensity is exp(effect x mean value over
the coming interval), held against the same under the reference strategy (anchor rule of the model).
"""

from __future__ import annotations

import math

from dpsim.core.compiled import lean_kernel
from dpsim.core.rates import decayed, decayed_mean
from dpsim.model.state import Col, Floats, Ints

_ON_LIST = int(Col.ON_LIST)


@lean_kernel
def contact(
    attention: Floats, at: Floats, side: int, kind: int, i: int, now: float, size: float, memory: float
) -> None:
    """Give enterprise `i` a contact of `size` at `now` on one side (0 the strategy, 1 the reference).

    `attention` and `at` (time of the last contact) have shape (n, sides, kinds).
    """
    attention[i, side, kind] = decayed(attention[i, side, kind], now - at[i, side, kind], memory) + size
    at[i, side, kind] = now


@lean_kernel
def contact_counties(
    attention: Floats,
    at: Floats,
    status: Ints,
    county: Ints,
    side: int,
    kind: int,
    sizes: Floats,
    now: float,
    passed_on: float,
    memory: float,
) -> None:
    """Pass each county's contact on to its enterprises; `sizes` has one entry per county."""
    for i in range(county.size):
        size = sizes[county[i]]
        if size > 0.0 and status[i, _ON_LIST] == 1:
            contact(attention, at, side, kind, i, now, size * passed_on, memory)


@lean_kernel
def attention_mean(value: float, since: float, days: float, memory: float) -> float:
    """Return the exact mean over the next `days` of a value that was set `since` days ago."""
    return decayed_mean(decayed(value, since, memory), days, memory)


@lean_kernel
def attention_factor(
    attention: Floats, at: Floats, i: int, now: float, until: float, effects: Floats, memories: Floats
) -> float:
    """Return g(strategy) / g(reference) of enterprise `i` over [now, until); exactly 1 when they are the same."""
    log_ratio = 0.0
    for kind in range(effects.size):
        own, reference = attention[i, 0, kind], attention[i, 1, kind]
        if effects[kind] == 0.0 or (own == reference and at[i, 0, kind] == at[i, 1, kind]):
            continue
        days, memory = until - now, memories[kind]
        log_ratio += effects[kind] * (
            attention_mean(own, now - at[i, 0, kind], days, memory)
            - attention_mean(reference, now - at[i, 1, kind], days, memory)
        )
    return math.exp(log_ratio) if log_ratio != 0.0 else 1.0
