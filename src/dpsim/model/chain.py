"""The same path law on counts instead of enterprises: the direct forecast, without a simulation.

Enterprises of a target group are counted in seven states (not started; building or built, connected or not;
online; off the list). Within an interval all intensities are constant, so one interval is a multinomial step with
the exact transition matrix (no weekly coins). Differences from the simulation: no frailty and no queues.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.streams import CITY_ENTITY, Stream, uniform
from dpsim.model.paths import Path, PathLaw, Rush, member_rate, rush_mean, weekly_row
from dpsim.model.state import PATH_TRACKS, Floats, Ints

STATES = ("not_started", "building", "building_connected", "built", "built_connected", "online", "off_list")
_S = len(STATES)
_CHAIN = int(Stream.CHAIN)
_CITY = CITY_ENTITY
_SPLIT = 400.0


@kernel
def _product(a: Floats, b: Floats) -> Floats:
    """Return the matrix product of two small matrices."""
    out = np.zeros((_S, _S))
    for i in range(_S):
        for k in range(_S):
            for j in range(_S):
                out[i, j] += a[i, k] * b[k, j]
    return out


@kernel
def transition_matrix(start: float, build: float, connect: float, online: float, leave: float, days: float) -> Floats:
    """Return the transition probabilities over `days` at constant rates per day, shape (7, 7).

    By uniformisation: sums of positive terms only, to a tail below 1e-13; a very fast step is made of halves.
    """
    if max(start + leave, build + connect + leave, online + leave) * days > 200.0:
        half = transition_matrix(start, build, connect, online, leave, days / 2.0)
        return _product(half, half)
    p = np.zeros((_S, _S))
    out = np.array([start, build + connect, build, connect, online, 0.0, 0.0]) + leave
    out[6] = 0.0
    fastest = out.max()
    for s in range(_S):
        p[s, s] = 1.0
    if fastest * days <= 0.0:
        return p
    a, b, c, o, gone = start / fastest, build / fastest, connect / fastest, online / fastest, leave / fastest
    stay = 1.0 - out / fastest
    v = np.empty(_S)
    for s in range(_S - 1):
        v[:] = 0.0
        v[s] = 1.0
        weight = math.exp(-fastest * days)
        total, k = weight, 0
        for t in range(_S):
            p[s, t] = weight * v[t]
        while 1.0 - total > 1e-13 and k < 1000:
            k += 1
            v[6] += gone * (v[0] + v[1] + v[2] + v[3] + v[4] + v[5])
            v[5] = v[5] * stay[5] + o * v[4]
            v[4] = v[4] * stay[4] + c * v[3] + b * v[2]
            v[3] = v[3] * stay[3] + b * v[1]
            v[2] = v[2] * stay[2] + c * v[1]
            v[1] = v[1] * stay[1] + a * v[0]
            v[0] = v[0] * stay[0]
            weight *= fastest * days / k
            total += weight
            for t in range(_S):
                p[s, t] += weight * v[t]
        for t in range(_S):
            p[s, t] /= total
    return p


@kernel
def binomial(n: int, p: float, seed: int, replication: int, ordinal: int, draw: int) -> int:
    """Return a binomial count by inversion of one keyed uniform (two halves where the mean is large)."""
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    if p > 0.5:
        return n - binomial(n, 1.0 - p, seed, replication, ordinal, draw)
    if n * p > _SPLIT:
        half = n // 2
        first = binomial(half, p, seed, replication, ordinal, 2 * draw + 1_000)
        return first + binomial(n - half, p, seed, replication, ordinal, 2 * draw + 1_001)
    u = uniform(seed, replication, _CITY, _CHAIN, ordinal, draw)
    odds, mass, k = p / (1.0 - p), math.exp(n * math.log1p(-p)), 0
    while u > mass and k < n:
        u -= mass
        k += 1
        mass *= odds * (n - k + 1) / k
    return k


@kernel
def step_counts(counts: Ints, p: Floats, seed: int, replication: int, ordinal: int, draw: int) -> Ints:
    """Return the counts after one interval: each state's members dealt by its row of `p`, shape (7,)."""
    out = np.zeros(_S, dtype=np.int64)
    for s in range(_S):
        left, mass = counts[s], 1.0
        for t in range(_S - 1, -1, -1):
            if left == 0 or p[s, t] <= 0.0:
                continue
            if mass - p[s, t] <= 1e-13:
                moved = left
            else:
                moved = binomial(left, p[s, t] / mass, seed, replication, ordinal, draw + s * _S + t)
            out[t] += moved
            left -= moved
            mass -= p[s, t]
        out[s] += left
    return out


@kernel
def run_chain(
    seed: int,
    replications: Ints,
    start: Ints,
    pace: Ints,
    closes: npt.NDArray[np.bool_],
    share: Floats,
    shock: Floats,
    rush_factor: Floats,
    noise: Floats,
    law: PathLaw,
    rush: Rush,
    initial: Ints,
    leave: float,
    begins: Floats,
    ends: Floats,
    refreshes: npt.NDArray[np.bool_],
    refresh_ends: Floats,
) -> Ints:
    """Run count paths and return the states at the end of every step.

    Parameters
    ----------
    seed : int
    replications, start, pace, closes, share, shock, rush_factor, noise
        Rows of a path set, shape (R,); noise (R, tracks, weeks).
    law : PathLaw
    rush : Rush
        With factor 1; the path's own factor replaces it.
    initial : numpy.ndarray
        Shape (groups, 7).
    leave : float
        Removals per enterprise and day.
    begins, ends, refreshes, refresh_ends : numpy.ndarray
        Steps: their interval, whether intensities are set anew at its start, and to when they then hold.

    Returns
    -------
    numpy.ndarray of int64
        Shape (R, steps, groups, 7).
    """
    rows, steps, groups = replications.size, begins.size, initial.shape[0]
    out = np.zeros((rows, steps, groups, _S), dtype=np.int64)
    rates = np.zeros((groups, PATH_TRACKS))
    for row in range(rows):
        path = _path(row, start, pace, closes, share, shock, rush_factor, noise, law, rush)
        counts = initial.copy()
        for step in range(steps):
            if refreshes[step]:
                _set_rates(rates, path, counts, begins[step], refresh_ends[step])
            days = ends[step] - begins[step]
            p = transition_matrix(rates[0, 0], rates[0, 1], rates[0, 2], rates[0, 3], leave, days)
            for g in range(groups):
                if g > 0 and np.any(rates[g] != rates[g - 1]):  # groups differ only while one of them rushes
                    p = transition_matrix(rates[g, 0], rates[g, 1], rates[g, 2], rates[g, 3], leave, days)
                counts[g] = step_counts(counts[g], p, seed, replications[row], step, 100 * g)
            out[row, step] = counts
    return out


@kernel
def _path(
    row: int,
    start: Ints,
    pace: Ints,
    closes: npt.NDArray[np.bool_],
    share: Floats,
    shock: Floats,
    rush_factor: Floats,
    noise: Floats,
    law: PathLaw,
    rush: Rush,
) -> Path:
    """Return one row of a path set as a path."""
    weekly = np.empty((PATH_TRACKS, noise.shape[2]))
    for track in range(PATH_TRACKS):
        weekly[track] = weekly_row(law, pace[row], start[row], track, shock[row], noise[row, track])
    own = Rush(rush.deadline, rush.weeks, rush_factor[row], rush.after, rush.after_factor, rush.after_weeks)
    return Path(
        np.full(PATH_TRACKS, pace[row]),
        np.full(PATH_TRACKS, closes[row]),
        share[row],
        weekly,
        law.gap,
        law.deadline,
        law.max_rate,
        own,
    )


@kernel
def _set_rates(rates: Floats, path: Path, counts: Ints, t0: float, t1: float) -> None:
    """Set each group's intensities per member over [t0, t1) from the pools of all groups together."""
    total = counts.sum(axis=0).astype(np.float64)
    listed = total[:6].sum()
    done = np.array([listed - total[0], total[3] + total[4] + total[5], total[2] + total[4] + total[5], total[5]])
    risk = np.array([total[0], total[1] + total[2], total[1] + total[3], total[4]])
    for g in range(rates.shape[0]):
        factor = rush_mean(path.rush, g, t0, t1)
        for track in range(4):
            rates[g, track] = member_rate(path, track, done[track], listed - done[track], risk[track], factor, t0, t1)
