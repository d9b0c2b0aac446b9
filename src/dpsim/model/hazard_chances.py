"""An enterprise's chances of detection in an interval, in the order of time, and what each of them spends.

Self-checks, experts, government oversight, online patrol and grid staff come round at periods with a phase of the
enterprise's own; inspectors' and advisers' visits come from outside. Records are named as in `hazard_life`.
"""

from __future__ import annotations

import math

import numpy as np

from dpsim.core.compiled import lean_kernel
from dpsim.core.rates import decayed
from dpsim.model.detection import raised
from dpsim.model.hazard_life import Chances, Record
from dpsim.model.hazards import CHANNELS, Visits

_SELF_CHECK, _WORKER, _EXPERT, _SPOT_CHECK, _PATROL, _GRID = 0, 1, 2, 3, 5, 7
SURE = 64.0
"""More than any threshold (at most 53 ln 2): what a chance that finds everything spends."""


@lean_kernel
def gather(s: Record, law: Record, begin: float, until: float, visits: Visits, chances: Chances) -> int:
    """Write an enterprise's chances of [begin, until) in the order of time and return their number."""
    m = 0
    s.felt, s.felt_at, s.seen_before = s.perceived, s.perceived_at, s.seen_at
    for k in range(CHANNELS):
        period, channel = period_of(s, law, k), _GRID if k == _SPOT_CHECK else k  # inspectors keep no round
        if period < math.inf:
            t = s.phase[k] + period * np.ceil((begin - s.phase[k]) / period)
            while t < until:
                # a stopped enterprise makes no rounds: they are of posts at work
                if t >= begin and (k != _PATROL or s.online_at <= t) and (k != _SELF_CHECK or s.resumes <= t):
                    m = insert(m, t, channel, -1, chances)
                t += period
    for v in range(visits.first[s.index], visits.first[s.index + 1]):
        m = insert(m, visits.time[v], visits.channel[v], v, chances)
    weigh(s, law, begin, until, visits, chances, m)
    return m


@lean_kernel
def period_of(s: Record, law: Record, k: int) -> float:
    """Return the days between the chances of channel `k`: the case's, or fewer where experts or grid staff come."""
    rate = 0.0
    if k == _EXPERT:
        rate = s.expert_rate
    elif k == _SPOT_CHECK:
        rate = s.grid_rate
    return min(law.period[k], 1.0 / rate) if rate > 0.0 else law.period[k]


@lean_kernel
def weigh(s: Record, law: Record, begin: float, until: float, visits: Visits, chances: Chances, m: int) -> None:
    """Write what the chances and workers' reports spend, and what is felt after each."""
    reports = law.spend[_WORKER, 0] * s.report_factor, law.spend[_WORKER, 1] * s.report_factor
    since, general, major = begin, s.spent[0], s.spent[1]
    for j in range(m):
        t, k, v = chances.time[j], chances.channel[j], chances.source[j]
        factor, like = 1.0, k
        if v >= 0:
            factor = visits.quality[v]
            if visits.supervisor[v] == 1:
                factor *= 1.0 - law.search_lost
            be_seen(s, law, t, visits.supervisor[v])
        elif k == _SELF_CHECK:
            factor = self_check_factor(s, law, t)
        elif k == _GRID:
            factor, like = law.grid_quality, _SPOT_CHECK
        chances.felt[j, 0], chances.felt[j, 1] = s.perceived, s.perceived_at
        general, major = general + reports[0] * (t - since), major + reports[1] * (t - since)
        chances.before[j, 0], chances.before[j, 1] = general, major
        general += spent_by(law.spend[like, 0], factor)
        major += spent_by(law.spend[like, 1], factor)
        chances.after[j, 0], chances.after[j, 1] = general, major
        chances.found[j, 0], chances.found[j, 1] = 0, 0
        since = t
    chances.edge[0] = general + reports[0] * (until - since)
    chances.edge[1] = major + reports[1] * (until - since)


@lean_kernel
def spent_by(spend: float, factor: float) -> float:
    """Return what a chance spends: `factor` times its channel's `spend`, at most what finds everything."""
    return min(spend * factor, SURE) if spend > 0.0 else 0.0


@lean_kernel
def insert(m: int, t: float, k: int, v: int, chances: Chances) -> int:
    """Put a chance at its place among the first `m` and return how many there are now."""
    time, channel, source, j = chances.time, chances.channel, chances.source, m
    while j > 0 and time[j - 1] > t:
        time[j], channel[j], source[j] = time[j - 1], channel[j - 1], source[j - 1]
        j -= 1
    time[j], channel[j], source[j] = t, k, v
    return m + 1


@lean_kernel
def be_seen(s: Record, law: Record, t: float, supervisor: int) -> None:
    """Let an enterprise feel a visit: the supervisor's raises perceived risk, the adviser's is leant on."""
    if supervisor == 1:
        s.perceived = raised(s.perceived, s.perceived_at, t, law.memory, law.visit_jump)
        s.perceived_at, s.seen_at = t, t
    else:
        s.leaning = decayed(s.leaning, t - s.leaning_at, law.leaning_memory) + 1.0
        s.leaning_at = t


@lean_kernel
def self_check_factor(s: Record, law: Record, t: float) -> float:
    """Return the factor on what a self-check spends.

    The system's condition, perceived risk, leaning on advisers, training, and what agencies do instead.
    """
    condition, works = law.condition[0], False
    if s.built_at <= t:
        works = s.paper != 1
        condition = law.condition[2] * (1.0 - s.simple) if works else law.condition[1]
    perceived = decayed(s.perceived, max(0.0, t - s.perceived_at), law.memory)
    leaning = decayed(s.leaning, max(0.0, t - s.leaning_at), law.leaning_memory)
    change = law.effort * perceived - law.leaning_effect * leaning + law.helped
    if law.trained > 0.0:
        effect = law.training_detect + (law.training_worth if works else 0.0)
        change += effect * decayed(law.trained, max(0.0, t - law.trained_at), law.training_memory)
    return condition * math.exp(change) if change != 0.0 else condition
