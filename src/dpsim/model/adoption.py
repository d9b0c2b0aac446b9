"""The life of one enterprise on its three tracks, as scalar functions that both engines call (model 3).

Build: not started -> building -> built (through its agency's hand-over if it relies on one).
Platform: connected (may begin while building) -> online (needs built and connected).
Assessment: entered -> assessed -> passed, or sent back, rework, entered again (needs built).

Every clock spends one keyed unit exponential, so a larger intensity means an earlier event, path by path.
"""

from __future__ import annotations

import math

import numpy as np

from dpsim.core.compiled import lean_kernel
from dpsim.core.rates import fire_time, spend
from dpsim.core.streams import Stream, exponential, uniform
from dpsim.core.words import Kind
from dpsim.model.state import Assess, Build, Col, Floats, Ints, Track

NONE = -1
_START, _BUILD, _CONNECT = int(Track.START), int(Track.BUILD), int(Track.CONNECT)
_ONLINE, _ASSESS, _REWORK = int(Track.ONLINE), int(Track.ASSESS), int(Track.REWORK)
_TRACKS = len(Track)
_NOT_STARTED, _BUILDING, _READY, _BUILT = (int(b) for b in Build)
_FREE, _ENTERED, _IN_REWORK, _PASSED = (int(a) for a in Assess)
_CLOCK_STREAM = np.array(
    [
        Stream.CLOCK_START,
        Stream.CLOCK_BUILD,
        Stream.CLOCK_CONNECT,
        Stream.CLOCK_ONLINE,
        Stream.CLOCK_ASSESS,
        Stream.CLOCK_REWORK,
    ],
    dtype=np.int64,
)
_SCORE, _HOUR = int(Stream.ASSESS_SCORE), int(Stream.ASSESS_HOUR)
_K_STARTED, _K_READY, _K_BUILT = int(Kind.STARTED), int(Kind.READY), int(Kind.BUILT)
_K_CONNECTED, _K_ONLINE, _K_ENTERED = int(Kind.CONNECTED), int(Kind.ONLINE), int(Kind.ENTERED)
_K_REWORKED, _K_PASSED, _K_SENT_BACK = int(Kind.REWORKED), int(Kind.PASSED), int(Kind.SENT_BACK)


_ON_LIST, _COL_BUILD, _COL_CONNECTED = int(Col.ON_LIST), int(Col.BUILD), int(Col.CONNECTED)
_COL_ONLINE, _COL_ASSESS, _COL_ASSESSED = int(Col.ONLINE), int(Col.ASSESS), int(Col.ASSESSED)
_AGENCY_USER, _READY_DAY = int(Col.AGENCY_USER), int(Col.READY_DAY)


@lean_kernel
def at_risk(status: Ints, i: int, track: int) -> bool:
    """Return whether clock `track` of enterprise `i` is running."""
    if status[i, _ON_LIST] == 0:
        return False
    build = status[i, _COL_BUILD]
    if track == _START:
        return build == _NOT_STARTED
    if track == _BUILD:
        return build == _BUILDING
    if track == _CONNECT:
        return build != _NOT_STARTED and status[i, _COL_CONNECTED] == 0
    if track == _ONLINE:
        return build == _BUILT and status[i, _COL_CONNECTED] == 1 and status[i, _COL_ONLINE] == 0
    if track == _ASSESS:
        return build == _BUILT and status[i, _COL_ASSESS] == _FREE
    return status[i, _COL_ASSESS] == _IN_REWORK


@lean_kernel
def advance(status: Ints, residual: Floats, rate: Floats, updated: Floats, i: int, now: float) -> None:
    """Spend the running clocks of enterprise `i` up to `now` (days)."""
    days = now - updated[i]
    if days > 0.0:
        for track in range(_TRACKS):
            if at_risk(status, i, track):
                residual[i, track] = spend(residual[i, track], rate[i, track], days)
    updated[i] = now


@lean_kernel
def next_event(
    status: Ints, residual: Floats, rate: Floats, updated: Floats, i: int, until: float
) -> tuple[float, int]:
    """Return time and track of the next own event of `i` before `until`, or (infinity, -1).

    The clocks must be spent up to `updated[i]`. Ties go to the lower track.
    """
    best, which = math.inf, NONE
    for track in range(_TRACKS):
        if at_risk(status, i, track):
            t = fire_time(residual[i, track], rate[i, track], updated[i])
            if t < best:
                best, which = t, track
    if best < until:
        return best, which
    return math.inf, NONE


@lean_kernel
def renew(residual: Floats, spell: Ints, entity: int, i: int, track: int, seed: int, replication: int) -> None:
    """Start a new spell of a clock with the next keyed unit exponential."""
    spell[i, track] += 1
    residual[i, track] = exponential(seed, replication, entity, _CLOCK_STREAM[track], spell[i, track])


@lean_kernel
def fire(
    status: Ints,
    residual: Floats,
    spell: Ints,
    entity: int,
    i: int,
    track: int,
    now: float,
    seed: int,
    replication: int,
) -> int:
    """Let clock `track` of enterprise `i` go off at `now` and return the kind of event.

    The caller has spent the clocks up to `now`. Repeatable clocks start a new spell.
    """
    if track == _START:
        status[i, _COL_BUILD] = _BUILDING
        return _K_STARTED
    if track == _BUILD:
        if status[i, _AGENCY_USER] == 1:
            status[i, _COL_BUILD] = _READY
            status[i, _READY_DAY] = int(math.floor(now))
            return _K_READY
        status[i, _COL_BUILD] = _BUILT
        return _K_BUILT
    if track == _CONNECT:
        status[i, _COL_CONNECTED] = 1
        return _K_CONNECTED
    if track == _ONLINE:
        status[i, _COL_ONLINE] = 1
        return _K_ONLINE
    renew(residual, spell, entity, i, track, seed, replication)
    if track == _ASSESS:
        status[i, _COL_ASSESS] = _ENTERED
        status[i, _READY_DAY] = int(math.floor(now))
        return _K_ENTERED
    status[i, _COL_ASSESS] = _FREE
    return _K_REWORKED


@lean_kernel
def hand_over(status: Ints, i: int) -> int:
    """Make a ready enterprise built by its agency's hand-over and return the kind of event.

    The caller has spent the clocks up to that morning.
    """
    status[i, _COL_BUILD] = _BUILT
    return _K_BUILT


@lean_kernel
def assessment_time(day: int, seed: int, replication: int, entity: int, spell: int) -> float:
    """Return the hour of an assessment on `day`: between nine and five."""
    return day + (9.0 + 8.0 * uniform(seed, replication, entity, _HOUR, spell, 0)) / 24.0


@lean_kernel
def score_points(u: float, mean: float, scale: float) -> int:
    """Return an assessment score as whole points, 0 to 100: logistic with `mean` and `scale` in points.

    The threshold is compared with a whole number, so that both engines agree exactly.
    """
    return int(min(100.0, max(0.0, math.floor(mean + scale * math.log(u / (1.0 - u))))))


@lean_kernel
def pass_probability(pass_score: int, mean: float, scale: float) -> float:
    """Return the chance that one assessment reaches `pass_score` whole points (the law of `score_points`)."""
    if pass_score <= 0:
        return 1.0
    return 1.0 / (1.0 + math.exp((pass_score - mean) / scale))


@lean_kernel
def assess(
    status: Ints,
    spell: Ints,
    entity: int,
    i: int,
    pass_score: int,
    mean: float,
    scale: float,
    refused: bool,
    seed: int,
    replication: int,
) -> tuple[int, int]:
    """Hold the assessment of an entered enterprise and return (kind of event, points).

    The caller has spent the clocks up to that hour; who is `refused` does not pass whatever its points.
    """
    u = uniform(seed, replication, entity, _SCORE, spell[i, _ASSESS], 0)
    points = score_points(u, mean, scale)
    status[i, _COL_ASSESSED] = 1
    if points >= pass_score and not refused:
        status[i, _COL_ASSESS] = _PASSED
        return _K_PASSED, points
    status[i, _COL_ASSESS] = _IN_REWORK
    return _K_SENT_BACK, points


@lean_kernel
def remove(status: Ints, i: int) -> None:
    """Take enterprise `i` off the list."""
    status[i, _ON_LIST] = 0
