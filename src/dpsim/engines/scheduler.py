"""The compiled scheduler: the days of one replication without an interpreter in the loop (model 1 and 7).

Between two moments at which organisations act no enterprise affects another: each lives its own events in the order of
time. At a moment the five phases of the morning follow one another. Every formula is a function of `model/` or
`strategies/` that the SimPy engine calls too, and the logs of the two are equal to the bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dpsim.core.compiled import routine
from dpsim.core.words import GROUPS, Channel, Kind
from dpsim.engines.books import Books, Hazards
from dpsim.engines.mornings import Event, know, live_week, meet, send
from dpsim.engines.waiting import Waiting, forget, make_waiting, pop, push
from dpsim.model.adoption import advance, assess, assessment_time, fire, hand_over, next_event, remove
from dpsim.model.completion import complete
from dpsim.model.controls import set_controls
from dpsim.model.hazard_sites import set_reports
from dpsim.model.organisations import busy_servers, free_server, queue_priority, servers_in_place
from dpsim.model.refresh import refresh
from dpsim.model.state import SIDES, Col, Floats, Ints, Phase, Track, entity_of, stage_bits
from dpsim.model.visits import Roster

_ON_LIST, _READY_DAY, _AGENCY_USER = int(Col.ON_LIST), int(Col.READY_DAY), int(Col.AGENCY_USER)
_ASSESS, _BENCHMARK, _YEAR = int(Track.ASSESS), GROUPS.index("benchmark"), int(Roster.VISITS_YEAR)
_CALENDAR, _ALLOCATION, _ENTERPRISES = int(Phase.CALENDAR), int(Phase.ALLOCATION), int(Phase.ENTERPRISES)
_NONE, _OWN_STAFF, _AGENCY, _ASSESSOR = (int(Channel[k]) for k in ("NONE", "OWN_STAFF", "AGENCY", "ASSESSOR"))
_K_READY, _K_ENTERED, _K_ASSESSED = int(Kind.READY), int(Kind.ENTERED), int(Kind.ASSESSED)
_K_REMOVED, _K_PAPER = int(Kind.REMOVED), int(Kind.PAPER)


class Plans(NamedTuple):
    """What enterprises wait for, and until when they may plan.

    Attributes
    ----------
    time, track : shape (n,): next own event, infinity if none before `until`, and the clock it comes from
    hour, team : shape (n,): the assessment of today, infinity if none, and who holds it
    until : float64, shape (1,): end of the interval with the present intensities
    multiplier : float64, shape (groups,): the levers' factor these intensities were set with
    """

    time: Floats
    track: Ints
    hour: Floats
    team: Ints
    until: Floats
    multiplier: Floats


@routine
def simulate(books: Books, hazards: Hazards) -> tuple[list[Event], Hazards]:
    """Run one replication to its end; return its log in the order of writing, and the hazards' books.

    State, levers, supervision and days are changed in place; tables of hazards may be replaced by larger ones.
    """
    rules, moments, n = books.rules, books.moments, books.state.entity.size
    log = [(0.0, 0, 0, 0, 0, 0, 0, 0.0, 0)]
    visited = [(0, 0.0, 0, 0.0, 0)]
    log.clear()
    visited.clear()
    waiting = make_waiting(books.benches.room)
    plans = Plans(
        np.full(n, np.inf),
        np.full(n, -1),
        np.full(n, np.inf),
        np.zeros(n, dtype=np.int64),
        np.zeros(1),
        np.full(books.levers[0].multiplier.size, np.nan),
    )
    left, reward, lived, last = 0, np.ones(1), 0.0, moments.time.size - 1
    know(books, hazards, True)
    for k in range(last):
        now, morning, begins = moments.time[k], moments.morning[k], moments.begins[k]
        live_own_events(now, books, hazards, plans, waiting, log)
        if morning:
            left = keep_list(now, moments.new_year[k], left, books, plans, waiting, log)
        if begins and rules.hazards:
            hazards = live_week(books, hazards, lived, now, visited)
            lived = now
        if morning:
            meet(int(now), books, know(books, hazards, begins), log)
        if begins:
            plans.until[0] = moments.until[k]
            if rules.hazards:
                instruct(books, hazards, reward)
        set_intensities(now, begins, books, plans)
        if morning:
            allocate(int(now), books, hazards, plans, waiting, log)
            if rules.hazards:
                for side in range(SIDES):
                    send(side, int(now), books, visited)
    live_own_events(moments.time[last], books, hazards, plans, waiting, log)
    if rules.hazards:
        hazards = live_week(books, hazards, lived, moments.time[last], visited)
    fill_gaps(books)
    return log, hazards


@routine
def live_own_events(
    until: float, books: Books, hazards: Hazards, plans: Plans, waiting: Waiting, log: list[Event]
) -> None:
    """Phase 6: let each enterprise live its own events and its assessment before `until`, in the order of time."""
    for i in range(plans.time.size):
        while min(plans.time[i], plans.hour[i]) < until:
            if plans.hour[i] < plans.time[i]:
                be_assessed(i, books, plans, log)
            else:
                own_event(i, books, hazards, plans, waiting, log)


@routine
def own_event(i: int, books: Books, hazards: Hazards, plans: Plans, waiting: Waiting, log: list[Event]) -> None:
    """Let the clock go off that enterprise `i` waits for, and plan the next one."""
    state, rules = books.state, books.rules
    now, track = plans.time[i], plans.track[i]
    entity, ordinal = entity_of(state, i), state.spell[i, track]
    advance(state.status, state.residual, state.rate, state.updated, i, now)
    kind = fire(state.status, state.residual, state.spell, entity, i, track, now, rules.seed, rules.replication)
    log.append((now, _ENTERPRISES, entity, ordinal, kind, _OWN_STAFF, 0, 0.0, i))
    tell(i, kind, now, books, hazards, log)
    if kind == _K_READY:
        join(state.sector[i], i, books, waiting)
    elif kind == _K_ENTERED:
        join(books.benches.base.size - 1, i, books, waiting)
    plan(i, books, plans)


@routine
def be_assessed(i: int, books: Books, plans: Plans, log: list[Event]) -> None:
    """Hold the assessment of enterprise `i` at its hour."""
    state, rules, now = books.state, books.rules, plans.hour[i]
    plans.hour[i] = np.inf
    if state.status[i, _ON_LIST] == 0:
        return
    entity, spell = entity_of(state, i), state.spell[i, _ASSESS]
    advance(state.status, state.residual, state.rate, state.updated, i, now)
    kind, points = assess(
        state.status,
        state.spell,
        entity,
        i,
        state.pass_score[i],
        rules.score_mean,
        rules.score_scale,
        rules.seed,
        rules.replication,
    )
    log.append((now, _ENTERPRISES, entity, spell, _K_ASSESSED, _ASSESSOR, plans.team[i], float(points), i))
    log.append((now, _ENTERPRISES, entity, spell, kind, _ASSESSOR, plans.team[i], float(points), i))
    plan(i, books, plans)


@routine
def plan(i: int, books: Books, plans: Plans) -> None:
    """Find what enterprise `i` waits for in its present state."""
    s = books.state
    plans.time[i], plans.track[i] = next_event(s.status, s.residual, s.rate, s.updated, i, plans.until[0])


@routine
def tell(i: int, kind: int, now: float, books: Books, hazards: Hazards, log: list[Event]) -> None:
    """Tell the hazards' side of an enterprise's new stage."""
    if not books.rules.hazards:
        return
    state = books.state
    entity = entity_of(state, i)
    if complete(
        hazards.sites,
        hazards.laws,
        i,
        kind,
        now,
        entity,
        state.group[i],
        state.status[i, _AGENCY_USER],
        books.path.rush,
        books.rules.formalism,
    ):
        log.append((now, _ENTERPRISES, entity, 0, _K_PAPER, _NONE, 0, 0.0, i))


@routine
def join(bench: int, i: int, books: Books, waiting: Waiting) -> None:
    """Let an enterprise wait for a server: smallest priority number first, ties by entity."""
    state = books.state
    priority = queue_priority(state.group[i] == _BENCHMARK, state.status[i, _READY_DAY])
    push(waiting, bench, priority, entity_of(state, i), i)


@routine
def keep_list(
    now: float, new_year: bool, left: int, books: Books, plans: Plans, waiting: Waiting, log: list[Event]
) -> int:
    """Phase 1: enterprises whose removal has fallen due leave the list; a new year's visits count from 0.

    Return how many removals are done, where `left` were before.
    """
    if new_year and books.rules.hazards:
        books.bureau.roster[:, :, _YEAR] = 0
    state = books.state
    while left < books.leaving.size and books.removal[books.leaving[left]] <= now:
        i = books.leaving[left]
        left += 1
        if state.status[i, _ON_LIST] == 0:
            continue
        stages = float(stage_bits(state.status, i))
        advance(state.status, state.residual, state.rate, state.updated, i, now)
        remove(state.status, i)
        forget(waiting, i)
        log.append((now, _CALENDAR, entity_of(state, i), 0, _K_REMOVED, _NONE, 0, stages, i))
        plan(i, books, plans)
    return left


@routine
def instruct(books: Books, hazards: Hazards, reward: Floats) -> None:
    """Phase 4: let what the instruments set this morning hold for the week; `reward` is the one in force."""
    levers = books.levers[0]
    set_controls(levers, hazards.laws)
    if levers.reward[0] != reward[0]:
        reward[0] = levers.reward[0]
        set_reports(reward[0], hazards.sites)


@routine
def set_intensities(now: float, begins: bool, books: Books, plans: Plans) -> None:
    """Phase 4: new intensities where an interval begins, and on a morning that changes the levers' multiplier."""
    ratio, rules = books.levers[0].multiplier / books.levers[1].multiplier, books.rules
    if not begins and np.array_equal(ratio, plans.multiplier):
        return
    plans.multiplier[:] = ratio
    times, tracks = refresh(
        books.state,
        books.path,
        ratio,
        books.effects,
        books.memories,
        rules.rework_rate,
        rules.score_mean,
        rules.score_scale,
        now,
        plans.until[0],
    )
    plans.time[:], plans.track[:] = times, tracks


@routine
def allocate(day: int, books: Books, hazards: Hazards, plans: Plans, waiting: Waiting, log: list[Event]) -> None:
    """Phase 5: free builders and assessors take the waiting enterprises, first the agencies."""
    benches, days, added = books.benches, books.days, books.levers[0].builders_added
    last = benches.base.size - 1
    for bench in range(last + 1):
        free_at = benches.free_at[benches.first[bench] : benches.first[bench + 1]]
        servers = benches.base[bench]
        if bench < last:
            servers = servers_in_place(servers, added[bench], free_at.size)
        while waiting.size[bench] > 0:
            server = free_server(free_at, servers, float(day))
            if server < 0:
                break
            i = pop(waiting, bench)
            free_at[server] = day + benches.service[int(bench == last), i]
            if bench == last:
                begin_assessment(i, day, server, books, plans)
            else:
                take_over(i, day, server, bench, books, hazards, plans, log)
        days.queue[day, bench] = waiting.size[bench]
        days.busy[day, bench] = busy_servers(free_at, servers, float(day))
        days.servers[day, bench] = servers


@routine
def begin_assessment(i: int, day: int, team: int, books: Books, plans: Plans) -> None:
    """Fix the hour of today at which a team assesses enterprise `i`."""
    state, rules = books.state, books.rules
    entity, spell = entity_of(state, i), state.spell[i, _ASSESS]
    plans.hour[i] = assessment_time(day, rules.seed, rules.replication, entity, spell)
    plans.team[i] = team


@routine
def take_over(
    i: int, day: int, server: int, bench: int, books: Books, hazards: Hazards, plans: Plans, log: list[Event]
) -> None:
    """Let an agency's builder hand over the system of enterprise `i`."""
    state, now = books.state, float(day)
    advance(state.status, state.residual, state.rate, state.updated, i, now)
    kind = hand_over(state.status, i)
    if server >= books.benches.base[bench]:
        books.days.spent[day, 1] += books.levers[0].yuan_per_job[0]
    log.append((now, _ALLOCATION, entity_of(state, i), 0, kind, _AGENCY, server, 0.0, i))
    tell(i, kind, now, books, hazards, log)
    plan(i, books, plans)


@routine
def fill_gaps(books: Books) -> None:
    """Copy the last morning's queues onto the days without one."""
    days = books.days
    morning = np.zeros(days.queue.shape[0], dtype=np.bool_)
    for k in range(books.moments.time.size - 1):
        if books.moments.morning[k]:
            morning[int(books.moments.time[k])] = True
    for day in range(1, morning.size):
        if not morning[day]:
            for numbers in (days.queue, days.busy, days.servers):
                numbers[day] = numbers[day - 1]
