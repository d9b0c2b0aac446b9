"""Queues of agencies and assessors in working mornings (model 1, phase 5).

A server that is free on a morning takes the waiting enterprise with the smallest priority number, ties by entity
id. An agency works ahead: a builder hands over on a morning and can hand over again after its Gamma service time,
so capacity binds only when the flow exceeds builders / service time. Verified against the discrete-time chain.
"""

from __future__ import annotations

import math

import numpy as np

from dpsim.core.compiled import kernel, lean_kernel
from dpsim.model.quantiles import gamma_unit_quantile
from dpsim.model.state import Flags, Floats, Ints

DAYS_IN_PRIORITY = 1_000_000


@kernel
def queue_priority(benchmark: bool, ready_day: int) -> int:
    """Return the integer priority of a waiting enterprise: benchmarks first, then the longer wait."""
    return ready_day + (0 if benchmark else DAYS_IN_PRIORITY)


@kernel
def servers_in_place(base: int, added: float, room: int) -> int:
    """Return how many servers work today: `base` and the share `added` of them, whole ones, at most `room`."""
    return min(room, int(round(base * (1.0 + added))))


@lean_kernel
def is_willing(reluctance: float, share: float) -> bool:
    """Return whether an enterprise with this draw is of the `share` that an added builder may serve.

    The willing of a smaller share are among those of a larger one.
    """
    return reluctance < share


@lean_kernel
def free_server(free_at: Floats, servers: int, now: float) -> int:
    """Return the lowest-numbered of `servers` that is free at `now`, or -1."""
    for k in range(servers):
        if free_at[k] <= now:
            return k
    return -1


@lean_kernel
def busy_servers(free_at: Floats, servers: int, now: float) -> int:
    """Return how many of `servers` are busy just after the morning at `now`."""
    busy = 0
    for k in range(servers):
        if free_at[k] > now:
            busy += 1
    return busy


@kernel
def builders_needed(flow_per_week: float, service_days: float, headroom: float) -> int:
    """Return how many builders carry `headroom` times the flow already shown, at least 1."""
    return max(1, int(math.ceil(headroom * flow_per_week * service_days / 7.0 - 1e-9)))


def sector_builders(
    sector: Ints, built: Flags, sectors: int, weeks: float, user_share: float, service_days: float, headroom: float
) -> list[int]:
    """Return the builders of each sector's agencies: `headroom` times the flow that `built` in `weeks` has shown.

    Parameters
    ----------
    sector : numpy.ndarray
        Sector of each enterprise, shape (n,).
    built : numpy.ndarray
        Whether it is built, shape (n,).
    sectors : int
        How many there are.
    weeks : float
        Since the assumed start.
    user_share : float
        Share of the enterprises that rely on an agency.
    service_days : float
        Mean service time.
    headroom : float
        Capacity over the flow shown.
    """
    flow = np.bincount(sector[built], minlength=sectors) * user_share / weeks
    return [builders_needed(float(shown), service_days, headroom) for shown in flow]


@kernel
def capacity_bound(ready: float, servers: int, service_days: float, days: float) -> float:
    """Return the most that can be handed over in `days`: those at hand plus one per builder and service time.

    The law of methods 3.2-10, with every builder free at the start (so it is a bound, not an expectation).
    """
    if service_days <= 0.0:
        return math.inf
    return ready + servers * (math.floor(days / service_days) + 1.0)


def gamma_quantile(u: Floats, mean: float, cv: float) -> Floats:
    """Return Gamma quantiles with the given mean and coefficient of variation; cv 0 is the constant `mean`."""
    if cv <= 0.0:
        return np.full_like(np.asarray(u, dtype=np.float64), mean)
    shape = 1.0 / cv**2
    return gamma_unit_quantile(u, shape) * (mean / shape)


def residual_quantile(u: Floats, v: Floats, mean: float, cv: float) -> Floats:
    """Return residual service times in equilibrium: a uniform share `v` of a length-biased service."""
    if cv <= 0.0:
        return np.asarray(v, dtype=np.float64) * mean
    shape = 1.0 / cv**2
    return np.asarray(v * gamma_unit_quantile(u, shape + 1.0) * (mean / shape), dtype=np.float64)
