"""From member to member: when each is done with each stage, given who starts, how long jobs last, what fits a week.

One keyed unit exponential for each member and stage is spent at the intensity of the weeks under way: a job in
progress spends only what is left to it. Where a stage takes no more than so many a week, first come is first served.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import routine
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
    out = np.zeros((draws, stages, units, weeks))
    when, given = np.empty((members, stages)), np.empty(units, dtype=np.int64)
    for d in range(draws):
        for k in range(stages):
            if parent[k] < 0:
                given[:] = 0
            for i in range(members):
                if not np.isnan(entered[i, k]):
                    when[i, k] = entered[i, k]
                elif parent[k] < 0:
                    when[i, k] = _source_week(sources[d, unit[i]], given[unit[i]])
                    given[unit[i]] += 1
                else:
                    begun = when[i, parent[k]]
                    when[i, k] = NEVER
                    if begun < weeks:
                        left = -np.log(1.0 - uniform(seed, d, entity[i], stream, k, 0))
                        speed = pace[d, k] * factor[k, unit[i]]
                        when[i, k] = _finish(begun, left / speed, intensity[d, k], bands[k])
            if np.isfinite(most[k]).any():
                limit(when[:, k], most[k])
            for i in range(members):
                if when[i, k] < weeks:
                    out[d, k, unit[i], max(int(np.floor(when[i, k])), 0)] += 1.0
            for j in range(units):
                for w in range(1, weeks):
                    out[d, k, j, w] += out[d, k, j, w - 1]
    return out


@routine
def _source_week(path: Floats, rank: int) -> float:
    """Return when the next in the row enters: the middle of the week in which more have entered than stand before."""
    for w in range(path.size):
        if path[w] > rank + 0.5:
            return w + 0.5
    return NEVER


@routine
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
