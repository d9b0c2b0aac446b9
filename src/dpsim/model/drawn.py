"""A replication follows one draw of the forecast of a progress table (the anchor rule, model 4).

The draw says by county and stage at which intensity the gap closes, which share of it an order closes by the
deadline, and with what luck whole enterprises are counted. Everyone in the gap has a threshold: the j-th of a county
falls due when the draw's law counts j. So under the arrangement in force the simulated counts are those of the draw,
and the funnel holds of itself: who is due and not able takes the step on becoming able. A strategy multiplies the
intensity at which thresholds are spent, enterprise by enterprise; a spreading draw feeds on the run's own share; an
order keeps its dates.
"""

from __future__ import annotations

import math

import numpy as np

from dpsim.core.compiled import kernel, lean_inner_routine, lean_kernel
from dpsim.core.words import STAGES
from dpsim.model.adoption import at_risk
from dpsim.model.state import Assess, Build, Col, Drawn, Floats, Ints, State, Track

SOON = 0.01
"""Days after which a step follows that only waited for the one before it."""
AHEAD = 3.0
"""Days by which own work is done or an assessment entered before the draw counts it: a weekend and a morning."""
_BUILT, _CONNECTED, _ONLINE = STAGES.index("built"), STAGES.index("connected"), STAGES.index("online")
_ASSESSED, _PASSED = STAGES.index("assessed"), STAGES.index("passed")
_T_START, _T_BUILD, _T_CONNECT = int(Track.START), int(Track.BUILD), int(Track.CONNECT)
_T_ONLINE, _T_ASSESS, _T_REWORK = int(Track.ONLINE), int(Track.ASSESS), int(Track.REWORK)
_NOT_STARTED, _IN_REWORK = int(Build.NOT_STARTED), int(Assess.REWORK)
_COL_BUILD, _COL_CONNECTED, _COL_ASSESS = int(Col.BUILD), int(Col.CONNECTED), int(Col.ASSESS)
_COL_ASSESSED, _AGENCY_USER = int(Col.ASSESSED), int(Col.AGENCY_USER)
_CANNOT_PASS = 101
"""More points than there are."""


@lean_kernel
def spent_by(own: Floats, county: int, stage: int, week_days: float, t: float) -> float:
    """Return the integrated intensity of the draw's own pace up to time `t`; its last week goes on."""
    last = own.shape[2] - 1
    total, weeks = 0.0, t / week_days
    whole = int(weeks)
    for k in range(min(whole, last)):
        total += own[county, stage, k]
    return total + own[county, stage, min(whole, last)] * (weeks - min(whole, last))


@lean_kernel
def order_spent(share: float, t: float, deadline: float) -> float:
    """Return the integrated intensity of an order that closes `share` of the gap in equal steps by `deadline`."""
    return -math.log1p(-share * min(t / deadline, 1.0))


@kernel
def steps_ahead(drawn: Drawn, county: Ints, t0: float, t1: float) -> Floats:
    """Spend thresholds up to `t0`; return the draw's integrated intensity over [t0, t1), shape (counties, STAGES)."""
    own, place, stage = drawn.own, drawn.place, drawn.stage
    counties, stages = own.shape[0], own.shape[1]
    spent, members = np.zeros((counties, stages)), np.zeros((counties, stages))
    for i in range(county.size):
        for s in range(stages):
            if drawn.each[i, s, 0] < math.inf:
                drawn.each[i, s, 1] += drawn.each[i, s, 2] * (t0 - drawn.clock[0])
                spent[county[i], s] += drawn.each[i, s, 1]
                members[county[i], s] += 1.0
    drawn.clock[0] = t0
    out = np.zeros((counties, stages))
    for c in range(counties):
        for s in range(stages):
            if stage[s, 0] == 0.0 or members[c, s] == 0.0:
                continue
            before = spent_by(own, c, s, stage[s, 1], t0)
            out[c, s] = spent_by(own, c, s, stage[s, 1], t1) - before
            if drawn.clock[1] == 1.0 and stage[s, 0] == 1.0:
                gap = 1.0 - place[c, s, 0]
                run = 1.0 - gap * math.exp(-spent[c, s] / members[c, s])
                out[c, s] *= run / (1.0 - gap * math.exp(-before))
    return out


@lean_kernel
def due_time(drawn: Drawn, i: int, county: int, s: int, t0: float) -> float:
    """Return when the draw counts stage `s` of enterprise `i`, `t0` where that is past, infinity where never."""
    threshold, spent, rate = drawn.each[i, s, 0], drawn.each[i, s, 1], drawn.each[i, s, 2]
    share, deadline = drawn.place[county, s, 1], drawn.stage[s, 2]
    if threshold == math.inf:
        return math.inf
    if threshold <= spent or threshold <= order_spent(share, t0, deadline):
        return t0
    due = t0 + (threshold - spent) / rate if rate > 0.0 else math.inf
    closed = -math.expm1(-threshold)
    if closed <= share:
        due = min(due, deadline * closed / share)
    return due


@lean_kernel
def arrange(state: State, i: int, track: int, days: float) -> None:
    """Let clock `track` go off `days` from now, or so long after it begins to run."""
    state.residual[i, track] = max(days, SOON)
    state.rate[i, track] = 1.0


@lean_inner_routine
def follow(state: State, i: int, ahead: Floats, factor: float, t0: float, t1: float) -> None:
    """Set the clocks of enterprise `i` for [t0, t1) as the draw has them; tracks it does not drive stay as they are.

    Parameters
    ----------
    state : State
        Changed in place; its other intensities are set.
    i : int
    ahead : numpy.ndarray
        From `steps_ahead`.
    factor : float
        Of the strategy on the pace of this enterprise, 1 under the arrangement in force.
    t0, t1 : float
        The interval, days.
    """
    drawn, status, county = state.drawn, state.status, state.county[i]
    for s in range(drawn.stage.shape[0]):
        drawn.each[i, s, 2] = ahead[county, s] * factor / (t1 - t0)
    built = due_time(drawn, i, county, _BUILT, t0)
    connected = due_time(drawn, i, county, _CONNECTED, t0)
    online = due_time(drawn, i, county, _ONLINE, t0)
    first = due_time(drawn, i, county, _ASSESSED, t0)
    passed = due_time(drawn, i, county, _PASSED, t0)
    starts = False
    if drawn.stage[_CONNECTED, 0] > 0.0:
        state.rate[i, _T_CONNECT] = 0.0
    elif online <= t1:
        connected = online  # nobody counts who is connected: who goes online is
    if drawn.stage[_BUILT, 0] > 0.0:
        state.rate[i, _T_BUILD] = 0.0
        own_work = own_work_time(drawn, status, i, built, min(first, passed), t0, t1)
        if own_work < t1:
            arrange(state, i, _T_BUILD, own_work - t0)
            starts = True
    if connected <= t1:
        arrange(state, i, _T_CONNECT, connected - t0)
        starts = True
    if starts and status[i, _COL_BUILD] == _NOT_STARTED:
        arrange(state, i, _T_START, 0.0)
    if drawn.stage[_ONLINE, 0] > 0.0:
        state.rate[i, _T_ONLINE] = 0.0
        if online <= t1:
            able = t0 if at_risk(status, i, _T_ONLINE) else max(min(built, t1), min(connected, t1), t0)
            arrange(state, i, _T_ONLINE, online - able)
    assess_as_drawn(state, i, built, first, passed, t0, t1)


@lean_kernel
def seen_to(drawn: Drawn, s: int, t1: float) -> float:
    """Return up to when organisations must see to what falls due: the morning at `t1` serves who waits before it."""
    return t1 + 1.0 if t1 < drawn.stage[s, 2] else t1


@lean_kernel
def own_work_time(drawn: Drawn, status: Ints, i: int, built: float, assessed: float, t0: float, t1: float) -> float:
    """Return when enterprise `i` is to have done its own work in [t0, t1), infinity if not in it.

    Others hand over and assess on mornings only, so whoever needs them is ready for the last morning that will do.
    """
    if built > seen_to(drawn, _BUILT, t1):
        return math.inf
    user = status[i, _AGENCY_USER] == 1
    time = built - AHEAD if user else built
    if user and built > t1:
        time = t1 - SOON
    if assessed <= t1 and built <= t1:
        time = t0
    elif assessed <= seen_to(drawn, _BUILT, t1):
        time = min(time, t1 - AHEAD - SOON)
    return time


@lean_inner_routine
def assess_as_drawn(state: State, i: int, built: float, first: float, passed: float, t0: float, t1: float) -> None:
    """Set the assessment of enterprise `i` as the draw has it: when it is held, and what comes of it."""
    drawn, status = state.drawn, state.status
    passes, assesses = drawn.stage[_PASSED, 0] > 0.0, drawn.stage[_ASSESSED, 0] > 0.0
    if not passes and not assesses:
        return
    if not assesses:
        first = passed
    if passes:
        # the draw has counted this pass, so it is known what an assessment in this interval gives
        state.pass_score[i] = 0 if passed <= seen_to(drawn, _PASSED, t1) else _CANNOT_PASS
        state.rate[i, _T_REWORK] = 0.0
        if status[i, _COL_ASSESS] == _IN_REWORK and passed <= seen_to(drawn, _PASSED, t1):
            arrange(state, i, _T_REWORK, (passed - AHEAD if passed <= t1 else t1 - 3.0 * SOON) - t0)
    state.rate[i, _T_ASSESS] = 0.0
    due = first
    if status[i, _COL_ASSESSED] == 1:
        due = passed if passes else t0
    if due <= seen_to(drawn, _ASSESSED if assesses else _PASSED, t1):
        able = t0 if at_risk(status, i, _T_ASSESS) else max(min(built, t1), t0)
        wait = (due - AHEAD if due <= t1 else t1 - SOON) - able
        arrange(state, i, _T_ASSESS, 0.0 if status[i, _COL_ASSESS] == _IN_REWORK else wait)
