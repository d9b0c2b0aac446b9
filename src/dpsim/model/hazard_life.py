"""The life of one hazard over an interval: found or not, through the closed loop, back again.

A chain of exact times: the next of its own steps, its time limit, an accident, a worker's report and the enterprise's
chances of detection happens, until the interval is over. Within an interval no enterprise sees another, and what
instruments set does not change (model 1). Closed loop: find, assign, rectify, accept, close, look back.

In all functions `h` is a record of `HAZARD`, `s` of `SITE`, `law` of `LAW`; `ledger` holds records of `LEDGER` and
`count` their number. Records are changed in place.
"""

from __future__ import annotations

import math
from typing import Any

from dpsim.core.compiled import lean_kernel, lean_routine
from dpsim.core.rates import decayed, fire_time, spend
from dpsim.core.streams import Stream, uniform
from dpsim.core.words import FIRST_DISCOVERY, HazardClass, Kind
from dpsim.model.delays import scaled_delay
from dpsim.model.hazards import Hazard, Records
from dpsim.model.state import Floats, Ints

Record = Any
"""One record of a structured array; the checker does not know its fields."""
_LATENT, _FALSELY, _RESTING, _FOUND, _ASSIGNED, _RECTIFIED, _ACCEPTED, _GONE = (int(state) for state in Hazard)
_K_FOUND, _K_ASSIGNED, _K_RECTIFIED, _K_REFUSED = (int(Kind[k]) for k in ("FOUND", "ASSIGNED", "RECTIFIED", "REFUSED"))
_K_ACCEPTED, _K_CLOSED, _K_OVERDUE, _K_RELAPSED, _K_ACCIDENT = (
    int(Kind[k]) for k in ("ACCEPTED", "CLOSED", "OVERDUE", "RELAPSED", "ACCIDENT")
)
_S_DETECT, _S_HARM = int(Stream.HAZARD_DETECT), int(Stream.HAZARD_HARM)
_S_STEP, _S_DEATHS = int(Stream.HAZARD_STEP), int(Stream.HAZARD_DEATHS)
_BY_WORKER, _BY_LOOK = 1, 6
_MAJOR = int(HazardClass.MAJOR)
_NEVER = math.inf


@lean_routine
def drawn(seed: int, replication: int, entity: int, stream: int, ordinal: int, draw: int) -> float:
    """Return one keyed uniform (the same as `uniform`, called instead of copied)."""
    return uniform(seed, replication, entity, stream, ordinal, draw)


@lean_kernel
def note(
    ledger: Records,
    count: Ints,
    t: float,
    index: int,
    ordinal: int,
    kind: int,
    channel: int,
    klass: int,
    detail: int,
    value: float,
) -> None:
    """Write an event; what lies before the as-of date is not kept."""
    if t >= 0.0:
        event = ledger[count[0]]
        event.t, event.index, event.ordinal, event.kind = t, index, ordinal, kind
        event.channel, event.klass, event.detail, event.value = channel, klass, detail, value
        count[0] += 1


@lean_kernel
def set_thresholds(h: Record, s: Record, law: Record) -> None:
    """Give a hazard, new or come back, its thresholds: unit exponentials keyed by ordinal and cycle."""
    h.detect = -math.log(drawn(law.seed, law.replication, s.entity, _S_DETECT, h.ordinal, h.cycle))
    h.harm = -math.log(drawn(law.seed, law.replication, s.entity, _S_HARM, h.ordinal, h.cycle))


@lean_kernel
def next_draw(h: Record, s: Record, law: Record) -> float:
    """Return the next uniform of a hazard's closed loop; no draw is used twice."""
    k = h.draws
    h.draws = k + 1
    return drawn(law.seed, law.replication, s.entity, _S_STEP, h.ordinal, k)


@lean_kernel
def live_hazard(
    h: Record,
    s: Record,
    law: Record,
    until: float,
    times: Floats,
    channels: Ints,
    spends: Floats,
    found: Ints,
    felt: Floats,
    chances: int,
    ledger: Records,
    count: Ints,
) -> None:
    """Let one hazard live until `until` (days), or until it is over.

    Parameters
    ----------
    times, channels, spends
        The enterprise's chances of detection in the interval, ascending: time, place in `DISCOVERY`, shape
        (chances, classes) what each takes off a threshold.
    found : numpy.ndarray of int64
        Shape (chances, classes): finds of each chance, added to.
    felt : numpy.ndarray
        Shape (chances, 2): perceived risk after each chance, and the time it is of.
    """
    klass = h.klass
    j = 0
    while h.state != _GONE:
        state, at = h.state, h.at
        hidden = state <= _FALSELY
        is_open = _FOUND <= state <= _ACCEPTED
        harm, report = 0.0, 0.0
        t_chance, t_look, t_due = _NEVER, _NEVER, _NEVER
        if hidden:
            harm, report = law.harm[klass], law.spend[_BY_WORKER, klass] * s.report_factor
            while j < chances and times[j] < at:
                j += 1
            if j < chances:
                t_chance = times[j]
            if h.look_at >= at:
                t_look = h.look_at
        elif is_open:
            if state <= _ASSIGNED or h.sham == 1:
                harm = law.harm[klass] * law.open_harm[klass]
            if h.late == 0:
                t_due = h.due
        t_step = h.step_at
        t_harm, t_report = fire_time(h.harm, harm, at), fire_time(h.detect, report, at)
        h.wake = min(min(t_step, t_harm), min(min(t_report, t_look), t_due))
        now = min(h.wake, t_chance)
        end = min(now, until)
        h.harm, h.detect, h.at = spend(h.harm, harm, end - at), spend(h.detect, report, end - at), end
        if now >= until:
            return
        channel = -1
        if now == t_step:
            take_step(h, s, law, now, times, felt, chances, ledger, count)
        elif now == t_harm:
            have_accident(h, s, law, now, ledger, count)
        elif now == t_report:
            channel = _BY_WORKER
        elif now == t_chance:
            h.detect -= spends[j, klass]
            if h.detect <= 0.0:
                found[j, klass] += 1
                channel = channels[j]
            j += 1
        elif now == t_look:
            h.look_at = _NEVER
            h.detect -= law.spend[_BY_LOOK, klass]
            if h.detect <= 0.0:
                channel = _BY_LOOK
        else:
            h.late = 1
            s.overdue += 1
            note(ledger, count, now, s.index, h.ordinal, _K_OVERDUE, 0, klass, 0, 0.0)
        if channel >= 0:
            be_found(h, s, law, now, channel, ledger, count)


@lean_routine
def be_found(h: Record, s: Record, law: Record, now: float, channel: int, ledger: Records, count: Ints) -> None:
    """Enter a hazard in the ledger: its time limit runs, the upper level may list it."""
    h.state, h.sham, h.late = _FOUND, 0, 0
    listing, u = next_draw(h, s, law), next_draw(h, s, law)
    h.listed = 1 if h.klass == _MAJOR and listing < law.listing_share else 0
    h.step_at = now + scaled_delay(u, law.assign[h.klass], law.delay_scale, law.delay_power)
    h.due, h.look_at = now + law.limit[h.klass], _NEVER
    s.open += 1
    note(ledger, count, now, s.index, h.ordinal, _K_FOUND, FIRST_DISCOVERY + channel, h.klass, h.cycle, 0.0)


@lean_routine
def take_step(
    h: Record,
    s: Record,
    law: Record,
    now: float,
    times: Floats,
    felt: Floats,
    chances: int,
    ledger: Records,
    count: Ints,
) -> None:
    """Take the next step of the closed loop, or come back after a true repair."""
    if h.state == _RESTING:
        come_back(h, s, law, now, _LATENT, ledger, count)
        return
    klass, kind, u = h.klass, _K_ASSIGNED, next_draw(h, s, law)
    if h.state == _FOUND:
        h.state, mean = _ASSIGNED, rectify_mean(h, s, law, now, times, felt, chances)
    elif h.state == _ASSIGNED:
        share = law.sham[klass] * (law.listed_sham if h.listed == 1 else 1.0)
        h.sham = 1 if u < share else 0
        h.state, kind, mean, u = _RECTIFIED, _K_RECTIFIED, law.accept[klass], next_draw(h, s, law)
    elif h.state == _RECTIFIED:
        if u < law.accepted[klass]:
            h.state, kind, mean = _ACCEPTED, _K_ACCEPTED, law.close[klass]
        else:
            h.state, kind, mean = _ASSIGNED, _K_REFUSED, rectify_mean(h, s, law, now, times, felt, chances)
        u = next_draw(h, s, law)
    else:
        be_closed(h, s, law, now, u, ledger, count)
        return
    h.step_at = now + scaled_delay(u, mean, law.delay_scale, law.delay_power)
    if law.steps == 1:
        note(ledger, count, now, s.index, h.ordinal, kind, 0, klass, 0, 0.0)


@lean_kernel
def rectify_mean(h: Record, s: Record, law: Record, now: float, times: Floats, felt: Floats, chances: int) -> float:
    """Return the mean days of a rectification: shorter where the risk of a visit is felt or the hazard is listed."""
    value, at = s.felt, s.felt_at
    for k in range(chances):  # what has come by now counts, what is to come in this interval does not
        if times[k] <= now:
            value, at = felt[k, 0], felt[k, 1]
    perceived = decayed(value, max(0.0, now - at), law.memory)
    return law.rectify[h.klass] * (law.listed_time if h.listed == 1 else 1.0) * math.exp(-law.effort * perceived)


@lean_kernel
def be_closed(h: Record, s: Record, law: Record, now: float, u: float, ledger: Records, count: Ints) -> None:
    """Strike a hazard from the ledger: over, back some day, or never repaired; some are looked at again."""
    klass, relapse, delay = h.klass, next_draw(h, s, law), next_draw(h, s, law)
    s.open -= 1
    s.overdue -= h.late
    in_time = 1 if now <= h.due else 0
    note(ledger, count, now, s.index, h.ordinal, _K_CLOSED, 0, klass, in_time + 2 * h.sham, 0.0)
    h.look_at = now + law.look_days if u < law.look_share else _NEVER
    if h.sham == 1:
        come_back(h, s, law, now, _FALSELY, ledger, count)
    elif relapse < law.relapse[klass]:
        h.state, h.step_at = _RESTING, now - law.relapse_days[klass] * math.log(delay)
    else:
        h.state = _GONE


@lean_kernel
def come_back(h: Record, s: Record, law: Record, now: float, state: int, ledger: Records, count: Ints) -> None:
    """Make a closed hazard unsafe and unknown again, with new thresholds."""
    h.state, h.step_at = state, _NEVER
    h.cycle += 1
    set_thresholds(h, s, law)
    note(ledger, count, now, s.index, h.ordinal, _K_RELAPSED, 0, h.klass, h.cycle, 0.0)


@lean_routine
def have_accident(h: Record, s: Record, law: Record, now: float, ledger: Records, count: Ints) -> None:
    """Let an unsafe condition end in an accident."""
    if h.state >= _FOUND:
        s.open -= 1
        s.overdue -= h.late
    u = drawn(law.seed, law.replication, s.entity, _S_DEATHS, h.ordinal, h.cycle)
    note(ledger, count, now, s.index, h.ordinal, _K_ACCIDENT, 0, h.klass, standing(h), float(lives(u, law)))
    h.state = _GONE


@lean_kernel
def standing(h: Record) -> int:
    """Return how a hazard stands: 0 hidden, 1 repaired and resting, 2 open in time, 3 open and overdue."""
    if h.state <= _FALSELY:
        return 0
    return 1 if h.state == _RESTING else 2 + h.late


@lean_kernel
def lives(u: float, law: Record) -> int:
    """Return the lives an accident costs: 0, 1, 3 or 10, by the shares that cost at least 1, 3, 10."""
    if u >= law.deaths[0]:
        return 0
    if u >= law.deaths[1]:
        return 1
    return 3 if u >= law.deaths[2] else 10
