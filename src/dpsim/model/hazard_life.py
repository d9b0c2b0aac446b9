"""The life of one hazard over an interval: found or not, through the closed loop, back again.

A hidden hazard waits for a level: what all chances of detection of its enterprise have spent when it is found. So an
interval that does not reach the level costs one comparison. Its accident is a time, moved when what threatens changes.
A chain of exact times follows: the next of its own steps, its time limit, an accident. Within an interval no enterprise
sees another, and what instruments set does not change (model 1). Closed loop: find, assign, rectify, accept, close,
look back.

In all functions `h` is a record of `HAZARD`, `s` of `SITE`, `law` of `LAW`. Records are changed in place.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from dpsim.core.compiled import lean_kernel, lean_routine
from dpsim.core.levers import Occasion
from dpsim.core.rates import decayed
from dpsim.core.streams import Stream, uniform, uniform_pair, word_uniform, words
from dpsim.core.words import FIRST_DISCOVERY, HazardClass, Kind
from dpsim.model.delays import word_delay
from dpsim.model.hazard_book import Book, note
from dpsim.model.hazards import Hazard, Mark
from dpsim.model.state import Floats, Ints

Record = Any
"""One record of a structured array; the checker does not know its fields."""
_LATENT, _FALSELY, _RESTING, _FOUND, _ASSIGNED, _RECTIFIED, _ACCEPTED, _GONE = (int(state) for state in Hazard)
_K_FOUND, _K_ASSIGNED, _K_RECTIFIED, _K_REFUSED = (int(Kind[k]) for k in ("FOUND", "ASSIGNED", "RECTIFIED", "REFUSED"))
_K_ACCEPTED, _K_CLOSED, _K_OVERDUE, _K_RELAPSED, _K_ACCIDENT, _K_LISTED = (
    int(Kind[k]) for k in ("ACCEPTED", "CLOSED", "OVERDUE", "RELAPSED", "ACCIDENT", "LISTED")
)
_S_AGAIN, _S_STEP, _S_DEATHS = int(Stream.HAZARD_AGAIN), int(Stream.HAZARD_STEP), int(Stream.HAZARD_DEATHS)
_S_LISTING, _S_RETURN, _S_LOOK = int(Stream.HAZARD_LISTING), int(Stream.HAZARD_RETURN), int(Stream.HAZARD_LOOK)
_SHAM, _LISTED, _PASSES, _RETURNS = (int(mark) for mark in Mark)
_BY_WORKER, _BY_LOOK = 1, 6
_D_REPORT, _D_LOOK, _D_LISTING = int(Occasion.REPORT), int(Occasion.LOOK_BACK), int(Occasion.LISTING)
_MAJOR = int(HazardClass.MAJOR)
_NEVER = math.inf
A_HUNDRED_YEARS = 36525.0


class Chances(NamedTuple):
    """An enterprise's chances of detection in an interval, ascending; all arrays are longer than what is used.

    Attributes
    ----------
    time : float64
    channel : int64: place in `DISCOVERY`
    source : int64: the visit a chance comes from, -1 for a periodic one
    before, after : float64, shape (most, classes): what the enterprise has spent just before and just after
    edge : float64, shape (classes,): the same when the interval is over
    felt : float64, shape (most, 2): perceived risk after it, and the time that is of
    found : int64, shape (most, classes): its finds
    """

    time: Floats
    channel: Ints
    source: Ints
    before: Floats
    after: Floats
    edge: Floats
    felt: Floats
    found: Ints


@lean_routine
def drawn(seed: int, replication: int, entity: int, stream: int, ordinal: int, draw: int) -> float:
    """Return one keyed uniform (the same as `uniform`, called instead of copied)."""
    return uniform(seed, replication, entity, stream, ordinal, draw)


@lean_kernel
def lucky(share: float, stream: int, h: Record, s: Record, law: Record) -> bool:
    """Return whether a hazard's draw of this cycle falls into a share; where that is 0 nothing is drawn."""
    return share > 0.0 and drawn(law.seed, law.replication, s.entity, stream, h.ordinal, h.cycle) < share


@lean_kernel
def live_hazard(
    h: Record,
    s: Record,
    law: Record,
    now: float,
    begin: float,
    until: float,
    chances: Chances,
    m: int,
    book: Book,
) -> None:
    """Let one hazard live from `now` until `until` (days), or until it is over; `m` chances came from `begin` on."""
    klass = h.klass
    while h.state != _GONE:
        hidden, at, j = h.state <= _FALSELY, _NEVER, -1
        if hidden:
            at, j = finding(h, s, law, now, begin, until, chances, m)
        h.wake = min(h.step, h.harm)
        if _FOUND <= h.state <= _ACCEPTED and h.late == 0:
            h.wake = min(h.wake, h.due)
        now = min(h.wake, at)
        if now >= until:
            return
        channel = -1
        if hidden and now != h.harm:
            if now == at:
                channel = _BY_WORKER
                if j < m:
                    channel = chances.channel[j]
                    chances.found[j, klass] += 1
            else:
                h.step = _NEVER
                h.level -= law.spend[_BY_LOOK, klass]
                if h.level <= level_at(now, s, law, klass, begin, chances, m):
                    channel = _BY_LOOK
        elif not hidden and now == h.step:
            take_step(h, s, law, now, begin, chances, m, book)
        elif now == h.harm:
            have_accident(h, s, law, now, book)
        else:
            h.late = 1
            s.overdue += 1
            note(book, now, s.index, h.ordinal, _K_OVERDUE, 0, klass, 0, 0.0)
        if channel >= 0:
            be_found(h, s, law, now, until, channel, chances, book)


@lean_kernel
def arise(h: Record, ordinal: int, level: float, harm: float) -> None:
    """Write a hazard as it is at its birth: `harm` is when its accident would be."""
    h.ordinal, h.klass, h.state = ordinal, ordinal & 1, _LATENT
    h.level, h.harm, h.wake = level, harm, harm
    h.step, h.due, h.draws, h.cycle, h.late, h.marks = _NEVER, _NEVER, 0, 0, 0, 0


@lean_kernel
def finding(
    h: Record, s: Record, law: Record, now: float, begin: float, until: float, chances: Chances, m: int
) -> tuple[float, int]:
    """Return when a hidden hazard's level is reached, and by which chance: `m` for a worker's report."""
    klass, level = h.klass, h.level
    if level > chances.edge[klass]:
        return _NEVER, m
    j = 0
    while j < m and (chances.after[j, klass] < level or chances.time[j] < now):
        j += 1
    if j < m and level > chances.before[j, klass]:
        return chances.time[j], j
    reports = law.spend[_BY_WORKER, klass] * s.report_factor
    latest = chances.time[j] if j < m else until
    if reports <= 0.0:  # the level was passed by rounding alone
        return latest, j
    since = chances.time[j - 1] if j > 0 else begin
    spent = chances.after[j - 1, klass] if j > 0 else s.spent[klass]
    return min(max(since + (level - spent) / reports, now), latest), m


@lean_kernel
def level_at(t: float, s: Record, law: Record, klass: int, begin: float, chances: Chances, m: int) -> float:
    """Return what the enterprise has spent on a class at `t`, a chance at that very time counted."""
    since, spent = begin, s.spent[klass]
    for j in range(m):
        if chances.time[j] > t:
            break
        since, spent = chances.time[j], chances.after[j, klass]
    reports = law.spend[_BY_WORKER, klass] * s.report_factor
    return spent + reports * (t - since)


@lean_kernel
def harm_time(u: float, rate: float, now: float) -> float:
    """Return when the threshold -ln(u), u uniform, is spent at `rate` per day; more than a hundred years off is never.

    -ln(u) is at least 1 - u: most thresholds need no logarithm.
    """
    return _NEVER if 1.0 - u >= rate * A_HUNDRED_YEARS else now - math.log(u) / rate


@lean_kernel
def be_found(
    h: Record, s: Record, law: Record, now: float, until: float, channel: int, chances: Chances, book: Book
) -> None:
    """Enter a hazard in the ledger: its time limit runs, the upper level may list it, its first round is drawn."""
    klass = h.klass
    days, chance = next_round(h, s, law)
    if until <= 0.0 and surely_over(klass, law, now, until, days, chance):
        h.state = _GONE
        return
    h.draws += 2
    h.marks, h.late, h.level, h.state = 0, 0, _NEVER, _FOUND
    if klass == _MAJOR and lucky(law.listing_share, _S_LISTING, h, s, law):
        h.marks = _LISTED
        law.done[_D_LISTING] += 1
        note(book, now, s.index, h.ordinal, _K_LISTED, 0, klass, h.cycle, 0.0)
    if channel == _BY_WORKER and s.report_factor != 1.0:  # paid where a reward is in force
        law.done[_D_REPORT] += 1
    write_round(h, s, law, days, chance)
    h.step = now + law.assign[klass] * days[0]
    h.due = now + law.limit[klass]
    if h.harm < _NEVER:
        since = max(now, s.resumes)
        h.harm = since + (h.harm - since) / law.open_harm[klass] if law.open_harm[klass] > 0.0 else _NEVER
    s.open += 1
    note(book, now, s.index, h.ordinal, _K_FOUND, FIRST_DISCOVERY + channel, klass, h.cycle, 0.0)


@lean_kernel
def next_round(
    h: Record, s: Record, law: Record
) -> tuple[tuple[float, float, float, float], tuple[float, float, float]]:
    """Draw a round of the closed loop: delays of mean 1 (assign, rectify, accept, close) and what it comes to.

    The latter are uniform draws: on paper only or not, for good or not, accepted or refused.
    """
    first = words(law.seed, law.replication, s.entity, _S_STEP, h.ordinal, h.draws)
    second = words(law.seed, law.replication, s.entity, _S_STEP, h.ordinal, h.draws + 1)
    scale, power = law.delay_scale, law.delay_power
    return (
        (
            word_delay(first[0], law.delay, scale, power),
            word_delay(first[1], law.delay, scale, power),
            word_delay(first[2], law.delay, scale, power),
            word_delay(first[3], law.delay, scale, power),
        ),
        (word_uniform(second[0]), word_uniform(second[1]), word_uniform(second[2])),
    )


@lean_kernel
def surely_over(
    klass: int,
    law: Record,
    now: float,
    until: float,
    days: tuple[float, float, float, float],
    chance: tuple[float, float, float],
) -> bool:
    """Return whether a hazard found at `now` is over, for good, before anybody can know that it was there.

    Before the as-of date only the end of an interval is looked at: at its end whether a hazard is overdue, at the
    as-of date everything. Upper bounds are enough: most hazards need no step of the closed loop.
    """
    if chance[0] < law.sham[klass] or chance[1] < law.relapse[klass] or chance[2] >= law.accepted[klass]:
        return False
    slower = max(1.0, law.listed_time) * (1.0 if law.effort >= 0.0 else math.exp(-law.effort))
    most = law.assign[klass] * days[0] + slower * law.rectify[klass] * days[1]
    most = 1.001 * (most + law.accept[klass] * days[2] + law.close[klass] * days[3])
    return now + most <= until or (most <= law.limit[klass] and now + most <= 0.0)


@lean_kernel
def write_round(
    h: Record, s: Record, law: Record, days: tuple[float, float, float, float], chance: tuple[float, float, float]
) -> None:
    """Write what will come of a hazard up to its next acceptance, and of its closing."""
    klass = h.klass
    marks = h.marks & _LISTED
    share = law.sham[klass] * (law.listed_sham if marks else 1.0)
    if s.expert_rate > 0.0:  # the resident expert signs, and stays until it is repaired (YY14)
        share *= 1.0 - law.verified
    marks |= _SHAM if chance[0] < share else 0
    marks |= _RETURNS if chance[1] < law.relapse[klass] else 0
    marks |= _PASSES if chance[2] < law.accepted[klass] else 0
    h.marks = marks
    h.rectify, h.accept, h.close = days[1], days[2], days[3]


@lean_kernel
def take_step(
    h: Record, s: Record, law: Record, now: float, begin: float, chances: Chances, m: int, book: Book
) -> None:
    """Take the next step of the closed loop, or come back after a true repair."""
    state = h.state
    if state == _RESTING:
        come_back(h, s, law, now, _LATENT, begin, chances, m, book)
    elif state == _ACCEPTED:
        be_closed(h, s, law, now, begin, chances, m, book)
    elif state == _ASSIGNED:
        be_rectified(h, law)
        note(book, now, s.index, h.ordinal, _K_RECTIFIED, 0, h.klass, 0, 0.0)
    elif state == _RECTIFIED and h.marks & _PASSES:
        be_accepted(h, law)
        note(book, now, s.index, h.ordinal, _K_ACCEPTED, 0, h.klass, 0, 0.0)
    else:
        if state == _RECTIFIED:
            days, chance = next_round(h, s, law)
            h.draws += 2
            write_round(h, s, law, days, chance)
        be_assigned(h, s, law, now, chances, m, book.ledger.size == 0)
        note(book, now, s.index, h.ordinal, _K_REFUSED if state == _RECTIFIED else _K_ASSIGNED, 0, h.klass, 0, 0.0)


@lean_kernel
def be_assigned(h: Record, s: Record, law: Record, now: float, chances: Chances, m: int, ahead: bool) -> None:
    """Assign a hazard, for the first time or again; with `ahead` the steps that are certain now are taken at once."""
    h.state = _ASSIGNED
    h.step = now + h.rectify * rectify_mean(h, s, law, now, chances, m)
    if ahead and h.harm >= h.step:
        be_rectified(h, law)
        if h.marks & _PASSES:
            be_accepted(h, law)


@lean_kernel
def be_rectified(h: Record, law: Record) -> None:
    """Rectify a hazard at its next step.

    What is truly repaired threatens nobody: its accident is off, or put off by as long as a refusal takes.
    """
    days = law.accept[h.klass] * h.accept
    h.state, h.step = _RECTIFIED, h.step + days
    if not h.marks & _SHAM:
        h.harm = _NEVER if h.marks & _PASSES else h.harm + days


@lean_kernel
def be_accepted(h: Record, law: Record) -> None:
    """Accept a rectification at its next step."""
    h.state, h.step = _ACCEPTED, h.step + law.close[h.klass] * h.close


@lean_kernel
def rectify_mean(h: Record, s: Record, law: Record, now: float, chances: Chances, m: int) -> float:
    """Return the mean days of a rectification: shorter where the risk of a visit is felt or the hazard is listed."""
    value, at = s.felt, s.felt_at
    for k in range(m):  # what has come by now counts, what is to come in this interval does not
        if chances.time[k] > now:
            break
        value, at = chances.felt[k, 0], chances.felt[k, 1]
    mean = law.rectify[h.klass] * (law.listed_time if h.marks & _LISTED else 1.0)
    if value > 0.0:
        mean *= math.exp(-law.effort * decayed(value, max(0.0, now - at), law.memory))
    return mean


@lean_kernel
def be_closed(
    h: Record, s: Record, law: Record, now: float, begin: float, chances: Chances, m: int, book: Book
) -> None:
    """Strike a hazard from the ledger: over, back some day, or never repaired; some are looked at again."""
    klass = h.klass
    sham = 1 if h.marks & _SHAM else 0
    s.open -= 1
    s.overdue -= h.late
    note(book, now, s.index, h.ordinal, _K_CLOSED, 0, klass, 1 - h.late + 2 * sham, 0.0)
    h.due = _NEVER
    if lucky(law.look_share, _S_LOOK, h, s, law):
        h.due = now + law.look_days
        law.done[_D_LOOK] += 1
    h.harm = _NEVER
    if sham == 1:
        come_back(h, s, law, now, _FALSELY, begin, chances, m, book)
    elif h.marks & _RETURNS:
        u = drawn(law.seed, law.replication, s.entity, _S_RETURN, h.ordinal, h.cycle)
        h.state, h.step = _RESTING, now - law.relapse_days[klass] * math.log(u)
    else:
        h.state = _GONE


@lean_kernel
def come_back(
    h: Record,
    s: Record,
    law: Record,
    now: float,
    state: int,
    begin: float,
    chances: Chances,
    m: int,
    book: Book,
) -> None:
    """Make a closed hazard unsafe and unknown again, with new thresholds."""
    h.state, h.step = state, h.due if h.due >= now else _NEVER
    h.cycle += 1
    u, v = uniform_pair(law.seed, law.replication, s.entity, _S_AGAIN, h.ordinal, h.cycle)
    h.level = level_at(now, s, law, h.klass, begin, chances, m) - math.log(u)
    h.harm = harm_time(v, law.harm[h.klass], max(now, s.resumes))
    note(book, now, s.index, h.ordinal, _K_RELAPSED, 0, h.klass, h.cycle, 0.0)


@lean_kernel
def have_accident(h: Record, s: Record, law: Record, now: float, book: Book) -> None:
    """Let an unsafe condition end in an accident."""
    if h.state >= _FOUND:
        s.open -= 1
        s.overdue -= h.late
    u = drawn(law.seed, law.replication, s.entity, _S_DEATHS, h.ordinal, h.cycle)
    note(book, now, s.index, h.ordinal, _K_ACCIDENT, 0, h.klass, standing(h), float(lives(u, law)))
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
