"""The law of a path: at which weekly pace the rest of a stage's gap closes, and why the pace changes.

A path is one possible future of the programme as a whole; replication r is driven by path r. Three regimes, as
measured on real programmes (evidence FC01-FC05):

- settle: the weekly closure of the gap drifts back to that of the reference class, with a lasting shock;
- spread: damped growth in proportion to the share already done (the run's own share);
- close: an order closes a share U of today's gap in equal steps by the deadline, whatever the pace so far
  (at least what the path's own settle or spread pace gives);

and `linear`, the average number per week so far simply continued, which is no forecast but a yardstick.

A path speaks of a stage's whole gap (all on the list who have not reached it). Only those who can take the step
now are at risk, so an enterprise's intensity is the gap's closure times gap / at risk (bounded): the funnel
limits the pace only when its pool runs dry.
"""

from __future__ import annotations

import math
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel, lean_kernel
from dpsim.core.rates import closure_rate, window_mean
from dpsim.model.state import Floats, Ints


class Pace(IntEnum):
    """The pace a path follows between closures."""

    SETTLE = 0
    SPREAD = 1
    LINEAR = 2
    CONSTANT = 3
    """A constant intensity per member at risk: the off value that closed forms verify."""


class AfterDeadline(IntEnum):
    """What follows a missed deadline."""

    BACK_TO_NORMAL = 0
    GRACE = 1
    MAKE_UP_DRIVE = 2


class Rush(NamedTuple):
    """The deadline rush of each target group.

    Attributes
    ----------
    deadline : float64, shape (groups,), time at which the group's date is over
    weeks : float, length of the rush before it
    factor : float, on the pace during the rush (1 = no rush on this path)
    after : int, value of AfterDeadline
    after_factor, after_weeks : float, the make-up drive or grace that follows a missed date
    """

    deadline: Floats
    weeks: float
    factor: float
    after: int
    after_factor: float
    after_weeks: float


class Path(NamedTuple):
    """One path, ready for the engines; arrays have one row per path track (start, build, connect, online, assess).

    Attributes
    ----------
    pace : int64, shape (tracks,), values of Pace
    closes : bool, shape (tracks,), an order closes a share of today's gap by the deadline
    share : float, U of that closure, 0..1
    weekly : float64, shape (tracks, weeks): settle - weekly closure intensity of the gap; spread - growth per
        week; linear - enterprises per week; constant - intensity per week and member at risk
    gap : float64, shape (tracks,), gap at the as-of date (enterprises)
    deadline : float, time by which the closure ends (days)
    max_rate : float, largest intensity per day of one enterprise
    rush : Rush
    """

    pace: Ints
    closes: npt.NDArray[np.bool_]
    share: float
    weekly: Floats
    gap: Floats
    deadline: float
    max_rate: float
    rush: Rush


class PathLaw(NamedTuple):
    """What all paths of a case have in common; arrays have one row per assumed start and one column per track.

    Attributes
    ----------
    level : float64, shape (starts, tracks), weekly closure of the gap so far
    growth : float64, shape (starts, tracks), growth per week so far
    linear : float64, shape (starts, tracks), enterprises per week so far
    reference : float, weekly closure of the reference class
    reversion : float, share of the log distance to it given back each week
    noise_sd : float, weekly noise of the log closure
    settle_shock, spread_shock : float, standard deviations of the lasting shock
    damping : float, of the growth, per week
    gap : float64, shape (tracks,), gap at the as-of date (enterprises)
    deadline : float, time by which an ordered closure ends (days)
    max_rate : float, largest intensity per day of one enterprise
    """

    level: Floats
    growth: Floats
    linear: Floats
    reference: float
    reversion: float
    noise_sd: float
    settle_shock: float
    spread_shock: float
    damping: float
    gap: Floats
    deadline: float
    max_rate: float


_SETTLE, _SPREAD, _LINEAR, _CONSTANT = (int(p) for p in Pace)
_GRACE, _MAKE_UP = int(AfterDeadline.GRACE), int(AfterDeadline.MAKE_UP_DRIVE)


@lean_kernel
def weekly_mean(weekly: Floats, track: int, t0: float, t1: float) -> float:
    """Return the exact mean over [t0, t1) of a row that is constant within weeks (the last week goes on)."""
    last = weekly.shape[1] - 1
    if t1 <= t0:
        return weekly[track, min(int(t0 // 7.0), last)]
    total, t = 0.0, t0
    while t < t1:
        week = int(t // 7.0)
        end = min(t1, 7.0 * (week + 1))
        total += weekly[track, min(week, last)] * (end - t)
        t = end
    return total / (t1 - t0)


@lean_kernel
def rush_mean(rush: Rush, group: int, t0: float, t1: float) -> float:
    """Return the mean rush factor of a target group over [t0, t1)."""
    if rush.factor == 1.0 and rush.after_factor == 1.0:
        return 1.0
    deadline = rush.deadline[group]
    factor = window_mean(t0, t1, deadline - 7.0 * rush.weeks, deadline, rush.factor)
    if rush.after == _GRACE:
        factor += window_mean(t0, t1, deadline, deadline + 7.0 * rush.after_weeks, rush.factor) - 1.0
    elif rush.after == _MAKE_UP:
        factor += window_mean(t0, t1, deadline, deadline + 7.0 * rush.after_weeks, rush.after_factor) - 1.0
    return factor


@lean_kernel
def gap_rate(path: Path, track: int, done: float, gap: float, factor: float, t0: float, t1: float) -> float:
    """Return the intensity per day at which a stage's gap closes over [t0, t1).

    Parameters
    ----------
    path : Path
    track : int
        Path track.
    done, gap : float
        Enterprises that have reached the stage, and that have not.
    factor : float
        Rush and levers on the pace (not on the ordered closure).
    t0, t1 : float
        Interval in days.
    """
    weekly = weekly_mean(path.weekly, track, t0, t1)
    pace = path.pace[track]
    if pace == _LINEAR:
        rate = closure_rate(factor * weekly * (t1 - t0) / 7.0, gap, t1 - t0)
    elif pace == _SPREAD:
        rate = min(1.0, factor * weekly * done / (done + gap)) / 7.0 if done + gap > 0.0 else 0.0
    else:
        rate = min(1.0, factor * weekly) / 7.0
    if path.closes[track] and t0 < path.deadline:
        until = min(t1, path.deadline)
        needed = path.gap[track] * path.share * until / path.deadline - (path.gap[track] - gap)
        rate = max(rate, closure_rate(needed, gap, until - t0))
    return rate


@lean_kernel
def member_rate(
    path: Path, track: int, done: float, gap: float, at_risk: float, factor: float, t0: float, t1: float
) -> float:
    """Return the intensity per day of one average member at risk, over [t0, t1)."""
    if path.pace[track] == _CONSTANT:
        return factor * weekly_mean(path.weekly, track, t0, t1) / 7.0
    if at_risk <= 0.0 or gap <= 0.0:
        # nobody can take the step yet: whoever becomes able within the interval moves at the gap's own pace
        return min(path.max_rate, gap_rate(path, track, done, max(gap, 1.0), factor, t0, t1))
    return min(path.max_rate, gap_rate(path, track, done, gap, factor, t0, t1) * gap / at_risk)


def settle_level(share: float, weeks: float, total: float) -> float:
    """Return the weekly closure of the gap that reaches `share` in `weeks` from nothing at a constant rate.

    At least the pace of half an enterprise, so that a stage nobody has reached has a defined logarithm.
    """
    share = min(max(share, 0.5 / total), 1.0 - 0.5 / total)
    return -math.log1p(-share) / weeks


def spread_growth(share: float, weeks: float, total: float, reference: float) -> float:
    """Return the weekly growth of the spreading regime from one snapshot (evidence FC02).

    The logit of the share rose evenly from nothing to today's value; shrunk to a prior that a programme of this
    share and reference closure would have, with the weight of two weeks.
    """
    rise = math.log((share * total + 0.5) / (total - share * total + 0.5)) - math.log(0.5 / (total + 0.5))
    growth = max(rise / weeks, 0.001)
    weight = (1.0 - 0.85**weeks) / (1.0 - 0.85)
    prior = math.sqrt(growth * reference / max(share, 0.05))
    return max((growth * weight + 2.0 * prior) / (weight + 2.0), 0.0002)


@lean_kernel
def settle_step(x: float, log_reference: float, reversion: float, noise: float) -> float:
    """Return the log of the settling closure a week on: drawn to the reference class, with the week's noise."""
    return x + (reversion * (log_reference - x) + noise)


@lean_kernel
def settle_closure(x: float, shock: float, week: int) -> float:
    """Return the closure of a week (from 0) with log `x`, the lasting shock on it reached over eight weeks."""
    return min(1.0, math.exp(x + shock * min(1.0, (week + 1) / 8.0)))


@lean_kernel
def spread_rate(growth: float, damping: float, lasting: float, week: int) -> float:
    """Return the growth of a week (from 0): damped, times the factor of the lasting shock."""
    return growth * damping**week * lasting


@kernel
def settle_weeks(
    level: float, reference: float, reversion: float, noise_sd: float, shock: float, noise: Floats
) -> Floats:
    """Return the weekly closures of the settling regime.

    Parameters
    ----------
    level, reference : float
        Weekly closure now and of the reference class.
    reversion : float
        Share of the log distance given back each week.
    noise_sd : float
        Weekly noise of the log closure.
    shock : float
        Lasting shock on the log closure, reached over eight weeks.
    noise : numpy.ndarray
        Standard normals, shape (weeks,).
    """
    out = np.empty(noise.size)
    x = math.log(level)
    for k in range(noise.size):
        x = settle_step(x, math.log(reference), reversion, noise_sd * noise[k])
        out[k] = settle_closure(x, shock, k)
    return out


@kernel
def spread_weeks(growth: float, damping: float, shock: float, weeks: int) -> Floats:
    """Return the weekly growth of the spreading regime: damped, with a lasting shock on its logarithm."""
    out = np.empty(weeks)
    for k in range(weeks):
        out[k] = spread_rate(growth, damping, math.exp(shock), k)
    return out


@kernel
def weekly_row(law: PathLaw, pace: int, start: int, track: int, shock: float, noise: Floats) -> Floats:
    """Return one track's weekly row of a path, shape (weeks,), in the meaning its pace gives it."""
    if pace == _SPREAD:
        return spread_weeks(law.growth[start, track], law.damping, law.spread_shock * shock, noise.size)
    if pace == _LINEAR:
        return np.full(noise.size, law.linear[start, track])
    if pace == _CONSTANT:
        return np.full(noise.size, law.level[start, track])
    return settle_weeks(
        law.level[start, track], law.reference, law.reversion, law.noise_sd, law.settle_shock * shock, noise
    )
