"""Pure arithmetic of intensities, clocks and decaying quantities (rates per day, time in days).

Laws: a clock holds a unit exponential E and fires when the integral of its intensity reaches E (the integrated
hazard inversion, methods 4.1). A quantity that changes within an interval enters as its exact mean over it.
"""

from __future__ import annotations

import math

from dpsim.core.compiled import kernel

NEVER = math.inf


@kernel
def fire_time(residual: float, rate: float, now: float) -> float:
    """Return when a clock with `residual` exponential units fires at constant `rate` (per day), or infinity."""
    if rate <= 0.0:
        return math.inf
    return now + residual / rate


@kernel
def spend(residual: float, rate: float, days: float) -> float:
    """Return what is left of a clock after `days` at constant `rate`, at least 0."""
    left = residual - rate * days
    return left if left > 0.0 else 0.0


@kernel
def decayed(value: float, days: float, memory: float) -> float:
    """Return `value` after `days` of exponential forgetting with `memory` in days."""
    return value * math.exp(-days / memory) if value != 0.0 else 0.0


@kernel
def decayed_mean(value: float, days: float, memory: float) -> float:
    """Return the exact mean over the next `days` of a quantity that decays from `value`."""
    if days <= 0.0:
        return value
    x = days / memory
    return value * -math.expm1(-x) / x


@kernel
def overlap(a0: float, a1: float, b0: float, b1: float) -> float:
    """Return the length that the intervals [a0, a1) and [b0, b1) share."""
    return max(0.0, min(a1, b1) - max(a0, b0))


@kernel
def window_mean(t0: float, t1: float, w0: float, w1: float, inside: float) -> float:
    """Return the mean over [t0, t1) of a factor that is `inside` in [w0, w1) and 1 elsewhere."""
    if t1 <= t0:
        return inside if w0 <= t0 < w1 else 1.0
    return 1.0 + (inside - 1.0) * overlap(t0, t1, w0, w1) / (t1 - t0)


@kernel
def closure_rate(needed: float, remaining: float, days: float) -> float:
    """Return the constant rate per day at which `needed` of `remaining` members leave in `days`, on average.

    At `needed` >= `remaining` the rate would be infinite: it is returned as if half a member stayed.
    """
    if needed <= 0.0 or remaining <= 0.0 or days <= 0.0:
        return 0.0
    left = max(remaining - needed, 0.5)
    return max(0.0, math.log(remaining / left)) / days


@kernel
def relative_shortfall(done: float, total: float, city_done: float, city_total: float) -> float:
    """Return how far a county's share lies below the city's, relative to it, 0 if it does not."""
    if total <= 0.0 or city_total <= 0.0 or city_done <= 0.0:
        return 0.0
    return max(0.0, 1.0 - (done / total) / (city_done / city_total))
