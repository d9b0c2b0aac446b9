"""From member to member: when each is done with each stage, given who starts, how long jobs last, what fits a week.

One keyed unit exponential for each member and stage is spent at the intensity of the weeks under way: a job in
progress spends only what is left to it. Where a stage takes no more than so many a week, first come is first served.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import lean_kernel, routine
from dpsim.core.streams import uniform
from dpsim.model.state import Floats, Ints

NEVER = 1e9


@routine
def run_members(
    seed: int,
    stream: int,
    entity: npt.NDArray[np.uint32],
    unit: Ints,
    entered: Floats,
    parent: Ints,
    sources: Floats,
    intensity: Floats,
    bands: Ints,
    pace: Floats,
    factor: Floats,
    most: Floats,
) -> Floats:
    """Return how many members of each unit have done each stage, shape (draws, stages, units, weeks).

    Parameters
    ----------
    seed, stream : int
        Of the service times; draw and member name the rest.
    entity, unit, entered, parent
        See `Members`.
    sources : numpy.ndarray
        Shape (draws, units, weeks): how many more have entered the source by the end of each week.
    intensity, bands : numpy.ndarray
        Shape (draws, stages, bands), (stages,): per week, by weeks under way; how many bands hold.
    pace : numpy.ndarray
        Shape (draws, stages): factor of the intensity in the weeks ahead.
    factor : numpy.ndarray
        Shape (stages, units).
    most : numpy.ndarray
        Shape (stages, weeks): how many all units together can do a week; infinite where nothing limits them.
    """
    draws, units, weeks = sources.shape
    members, stages = entered.shape
    out, when, ahead = np.zeros((draws, stages, units, weeks)), entered.copy(), np.isnan(entered)
    moved, moving = np.zeros(stages, dtype=np.int64), np.empty((stages, members), dtype=np.int64)
    now, today = np.zeros(stages, dtype=np.int64), np.empty((stages, members), dtype=np.int64)
    jobs, given, week = np.empty(members, dtype=np.int64), np.empty(units), np.empty(units, dtype=np.int64)
    for k in range(stages):
        for i in range(members):
            if not ahead[i, k]:
                out[:, k, unit[i], 0] += 1.0
            elif parent[k] < 0 or not ahead[i, parent[k]]:
                today[k, now[k]] = i
                now[k] += 1
    for d in range(draws):
        for k in range(stages):
            p, n, limited = parent[k], now[k], np.isfinite(most[k]).any()
            jobs[:n] = today[k, :n]  # and those who enter it on the way; all others stay as they are
            for i in moving[p, : moved[p] if p >= 0 else 0]:
                jobs[n] = i
                n += ahead[i, k]
            if limited:
                when[:, k] = np.where(ahead[:, k], NEVER, entered[:, k])
            if p < 0:
                _source_weeks(when[:, k], jobs[:n], unit, sources[d], given, week)
            else:
                rates = intensity[d, k]
                for i in jobs[:n]:
                    left = -np.log(1.0 - uniform(seed, d, entity[i], stream, k, 0))
                    when[i, k] = _finish(when[i, p], left / (pace[d, k] * factor[k, unit[i]]), rates, bands[k])
            if limited:
                limit(when[:, k], most[k])
            moved[k] = 0
            for i in jobs[:n]:
                moving[k, moved[k]] = i
                moved[k] += when[i, k] < weeks
            for i in moving[k, : moved[k]]:
                out[d, k, unit[i], int(when[i, k])] += 1.0
            for j in range(units):
                for w in range(1, weeks):
                    out[d, k, j, w] += out[d, k, j, w - 1]
    return out


@routine
def _source_weeks(when: Floats, jobs: Ints, unit: Ints, paths: Floats, given: Floats, week: Ints) -> None:
    """Let members enter the source one after the other, each in the middle of the first week with room for one more.

    `paths`: how many have entered, shape (units, weeks). `given`, `week` are room to work in, shape (units,).
    """
    given[:], week[:] = 0.5, 0
    for i in jobs:
        j = unit[i]
        while week[j] < paths.shape[1] and paths[j, week[j]] <= given[j]:
            week[j] += 1
        given[j] += 1.0
        when[i] = week[j] + 0.5 if week[j] < paths.shape[1] else NEVER


@lean_kernel
def _finish(begun: float, left: float, intensity: Floats, bands: int) -> float:
    """Return when a job is done whose threshold is `left`; what lies before the as-of date is spent already."""
    now = max(begun, 0.0)
    age = now - begun
    while True:
        band = min(int(age), bands - 1)
        rate = intensity[band]
        width = NEVER if band == bands - 1 else band + 1.0 - age
        if rate * width >= left:
            return now + left / rate
        left -= rate * width
        now += width
        age += width
        if now >= NEVER:
            return NEVER


@routine
def limit(when: Floats, most: Floats) -> None:
    """Move what is due in a week beyond the most that fit to the next with room, in the order of the times."""
    weeks = most.size
    used, week = 0.0, 0
    for i in np.argsort(when):
        if when[i] <= 0.0:  # done by today; 0 where a table does not tell since when
            continue
        if when[i] >= weeks:
            break
        if int(when[i]) > week:
            week, used = int(when[i]), 0.0
        while week < weeks and used + 1.0 > most[week]:
            week += 1
            used = 0.0
        if week >= weeks:
            when[i] = NEVER
        else:
            used += 1.0
            when[i] = max(when[i], float(week))
