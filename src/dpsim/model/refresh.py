"""Phase 4: intensities of all enterprises for the coming interval (model 3, adoption intensities).

rate = path x Z / mean Z of those at risk x g(strategy) / g(reference), by target group for the deadline rush.
"""

from __future__ import annotations

import numpy as np

from dpsim.core.compiled import kernel, lean_kernel
from dpsim.model.adoption import advance, at_risk, next_event, pass_probability
from dpsim.model.attention import attention_factor
from dpsim.model.drawn import follow, steps_ahead
from dpsim.model.paths import Pace, Path, member_rate, rush_mean
from dpsim.model.state import PATH_TRACKS, Assess, Build, Col, Floats, Ints, State, Track

_BUILD, _ONLINE, _ASSESS, _REWORK = int(Track.BUILD), int(Track.ONLINE), int(Track.ASSESS), int(Track.REWORK)
_NOT_STARTED, _READY = int(Build.NOT_STARTED), int(Build.READY)
_CONSTANT = int(Pace.CONSTANT)
_ON_LIST, _COL_BUILD, _COL_CONNECTED = int(Col.ON_LIST), int(Col.BUILD), int(Col.CONNECTED)
_COL_ONLINE, _COL_ASSESS = int(Col.ONLINE), int(Col.ASSESS)
_ENTERED, _PASSED = int(Assess.ENTERED), int(Assess.PASSED)


@lean_kernel
def reached(status: Ints, i: int, track: int) -> bool:
    """Return whether enterprise `i` has done its own part of path track `track`.

    Ready for hand-over counts as done on the build track, entered as done on the assessment track: what then
    holds it up is a queue, not its pace.
    """
    if track == 0:
        return status[i, _COL_BUILD] != _NOT_STARTED
    if track == _BUILD:
        return status[i, _COL_BUILD] >= _READY
    if track == 2:
        return status[i, _COL_CONNECTED] == 1
    if track == _ONLINE:
        return status[i, _COL_ONLINE] == 1
    return status[i, _COL_ASSESS] == _PASSED or status[i, _COL_ASSESS] == _ENTERED


@kernel
def pools(status: Ints, propensity: Floats) -> tuple[float, Floats, Floats, Floats]:
    """Return how many are on the list, and for each path track: done, at risk, sum of Z of those at risk."""
    done, risk, z = np.zeros(PATH_TRACKS), np.zeros(PATH_TRACKS), np.zeros(PATH_TRACKS)
    listed = 0.0
    for i in range(propensity.size):
        if status[i, _ON_LIST] == 1:
            listed += 1.0
            for track in range(PATH_TRACKS):
                if reached(status, i, track):
                    done[track] += 1.0
                elif at_risk(status, i, track):
                    risk[track] += 1.0
                    z[track] += propensity[i]
    return listed, done, risk, z


@kernel
def refresh(
    state: State,
    path: Path,
    multiplier: Floats,
    pull: Floats,
    effects: Floats,
    memories: Floats,
    rework_rate: float,
    score_mean: float,
    score_scale: float,
    t0: float,
    t1: float,
) -> tuple[Floats, Ints]:
    """Set all intensities for [t0, t1) and return each enterprise's next own event in it.

    Parameters
    ----------
    state : State
        Changed in place: clocks spent to `t0`, rates set.
    path : Path
    multiplier : numpy.ndarray
        Shape (groups,), the levers' factor on the pace.
    pull : numpy.ndarray
        Shape (counties,), the same by county.
    effects, memories : numpy.ndarray
        Shape (contact kinds,), effect per unit of attention (log) and memory (days).
    rework_rate : float
        Per day, of an enterprise sent back.
    score_mean, score_scale : float
        Points; an assessment that is likely to fail must be entered more often for the same passes.
    t0, t1 : float
        The interval, days.

    Returns
    -------
    numpy.ndarray, numpy.ndarray
        Time of the next event (infinity if none before `t1`) and its track, shape (n,) each.
    """
    n, groups = state.entity.size, multiplier.size
    status, residual, rate, updated = state.status, state.residual, state.rate, state.updated
    propensity, attention, at = state.propensity, state.attention, state.attention_time
    group, pass_score = state.group, state.pass_score
    for i in range(n):
        advance(status, residual, rate, updated, i, t0)
    listed, done, risk, z = pools(status, propensity)
    follows = state.drawn.own.shape[0] > 0
    ahead = steps_ahead(state.drawn, state.county, t0, t1) if follows else np.zeros((0, 0))
    base, own = np.zeros((groups, PATH_TRACKS)), np.zeros(groups)
    for g in range(groups):
        rush = rush_mean(path.rush, g, t0, t1)
        factor = multiplier[g] * rush
        # a draw holds its rush before the deadline already, and nothing of what follows a missed one
        own[g] = factor if t0 >= path.rush.deadline[g] else multiplier[g]
        for track in range(PATH_TRACKS):
            base[g, track] = member_rate(path, track, done[track], listed - done[track], risk[track], factor, t0, t1)
    times, tracks = np.full(n, np.inf), np.full(n, -1)
    for i in range(n):
        if status[i, _ON_LIST] == 0:
            continue
        ratio = attention_factor(attention, at, i, t0, t1, effects, memories) * pull[state.county[i]]
        for track in range(PATH_TRACKS):
            r = base[group[i], track] * ratio
            if path.pace[track] != _CONSTANT:
                if z[track] > 0.0:
                    r *= propensity[i] * risk[track] / z[track]
                if track == _ASSESS:
                    r /= pass_probability(pass_score[i], score_mean, score_scale)
            rate[i, track] = r
        rate[i, _REWORK] = rework_rate
        if follows:
            follow(state, i, ahead, own[group[i]] * ratio, t0, t1)
        times[i], tracks[i] = next_event(status, residual, rate, updated, i, t1)
    return times, tracks
