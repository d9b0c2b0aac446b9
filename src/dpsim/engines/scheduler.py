"""The compiled scheduler: the days of one replication without an interpreter in the loop (model 1 and 7).

Between two moments at which organisations act no enterprise affects another: each lives its own events in the order of
time. At a moment the five phases of the morning follow one another. Every formula is a function of `model/` or
`strategies/` that the SimPy engine calls too, and the logs of the two are equal to the bit.
"""

from __future__ import annotations

import numpy as np

from dpsim.core.compiled import inner_routine, lean_inner_routine, routine
from dpsim.core.funds import Purse, affords
from dpsim.core.levers import Levers
from dpsim.core.words import Channel, Kind
from dpsim.engines.books import Benches, Books, Days, Hazards, Moments, Rules
from dpsim.engines.enterprises import (
    EVENTS_AT_ONCE,
    Book,
    Plans,
    begin_assessment,
    live_own_events,
    make_book,
    make_plans,
    plan,
    record,
    tell,
    with_room,
)
from dpsim.engines.mornings import drop_leavers, know, live_week, make_pending, meet, send
from dpsim.engines.waiting import Waiting, forget, make_waiting, pop, pop_willing
from dpsim.model.adoption import advance, hand_over, remove
from dpsim.model.controls import bill, set_controls, take_in
from dpsim.model.hazards import Records
from dpsim.model.organisations import busy_servers, free_server, servers_in_place
from dpsim.model.paths import Path, Rush
from dpsim.model.penalty_ladder import ordered_to_close
from dpsim.model.refresh import refresh
from dpsim.model.state import SIDES, Col, Floats, Ints, Phase, State, entity_of, stage_bits
from dpsim.model.visits import Roster

_ON_LIST, _YEAR = int(Col.ON_LIST), int(Roster.VISITS_YEAR)
_CALENDAR, _REPORTING, _ALLOCATION = int(Phase.CALENDAR), int(Phase.REPORTING), int(Phase.ALLOCATION)
_NONE, _AGENCY, _CITY_BUREAU = int(Channel.NONE), int(Channel.AGENCY), int(Channel.CITY_BUREAU)
_K_REMOVED = int(Kind.REMOVED)
_HAND_OVERS, _SUBSIDY = int(Purse.HAND_OVERS), int(Purse.SUBSIDY)
_MORNING_EVENTS = 16
"""Room in the log for meetings and notices of a morning."""


@routine
def simulate(books: Books, hazards: Hazards) -> tuple[Book, Hazards]:
    """Run one replication to its end; return its log in the order of writing, and the hazards' books.

    State, levers, supervision and days are changed in place; tables of hazards may be replaced by larger ones.
    """
    rules, moments, state, levers = books.rules, books.moments, books.state, books.levers
    bureau, rush, laws, sites = books.bureau, books.path.rush, hazards.laws, hazards.sites
    waiting, plans = make_waiting(books.benches.room), make_plans(state.entity.size, levers[0].multiplier.size)
    book, pending = make_book(2 * state.entity.size + 1024), make_pending(rules.counties)
    lived, end = 0.0, moments.time[moments.time.size - 1]
    know(-1, rules, state, bureau, sites, moments.begins[0])
    for k in range(moments.time.size - 1):
        now, day, morning, begins = moments.time[k], int(moments.time[k]), moments.morning[k], moments.begins[k]
        book = live_until(now, rules, state, rush, sites, laws, plans, waiting, book)
        if morning:
            book = with_room(book, books.leaving.size + EVENTS_AT_ONCE * waiting.size.sum() + _MORNING_EVENTS)
            if moments.new_year[k] and rules.hazards:
                bureau.roster[:, :, _YEAR] = 0
            keep_list(now, books.leaving, books.removal, state, plans, waiting, book)
        if begins and rules.hazards:
            hazards = live_week(rules, state, hazards, lived, now, pending)
            closed = ordered_to_close(sites, state.status)
            book = with_room(book, closed.size)
            for i in closed:
                leave_list(i, now, _REPORTING, _CITY_BUREAU, state, plans, waiting, book)
            drop_leavers(state, hazards, now)
            lived = now
        if morning:
            counts = know(day, rules, state, bureau, sites, begins)
            for side in range(SIDES):
                facts, orders, spent = bureau.facts[side], books.orders[side], books.days.purse[side]
                meet(side, day, rules, state, facts, orders, levers[side], counts[side], books.memories, spent, book)
            if rules.hazards:
                bill(levers, laws)
                take_in(levers[0], laws)
            spend(day, levers, books.days)
        if begins:
            plans.until[0] = moments.until[k]
            if rules.hazards:
                set_controls(levers[0], levers[1], hazards.sites, laws, now)
        set_intensities(now, begins, rules, state, books.path, levers, books.effects, books.memories, plans)
        if morning:
            benches, days = books.benches, books.days
            allocate(day, rules, state, rush, sites, laws, benches, days, levers[0], plans, waiting, book)
            if rules.hazards:
                for side in range(SIDES):
                    send(side, day, rules, state, bureau, levers[side], books.memories, pending)
    book = live_until(end, rules, state, rush, sites, laws, plans, waiting, book)
    if rules.hazards:
        hazards = live_week(rules, state, hazards, lived, end, pending)
        drop_leavers(state, hazards, end)
    fill_gaps(moments, books.days)
    return book, hazards


@inner_routine
def live_until(
    until: float,
    rules: Rules,
    state: State,
    rush: Rush,
    sites: Records,
    laws: Records,
    plans: Plans,
    waiting: Waiting,
    book: Book,
) -> Book:
    """Phase 6: let all enterprises live until `until` and return the log, larger where it had to be."""
    while not live_own_events(until, rules, state, rush, sites, laws, plans, waiting, book):
        book = with_room(book, state.entity.size + EVENTS_AT_ONCE)
    return book


@lean_inner_routine
def keep_list(
    now: float, leaving: Ints, removal: Floats, state: State, plans: Plans, waiting: Waiting, book: Book
) -> None:
    """Phase 1: enterprises of `leaving` whose removal has fallen due leave the list."""
    for i in leaving:
        if removal[i] > now:
            break
        if state.status[i, _ON_LIST] == 1:
            leave_list(i, now, _CALENDAR, _NONE, state, plans, waiting, book)


@lean_inner_routine
def leave_list(
    i: int, now: float, phase: int, channel: int, state: State, plans: Plans, waiting: Waiting, book: Book
) -> None:
    """Take an enterprise off the list; the event's value holds the stages it takes along, as bits."""
    stages = float(stage_bits(state.status, i))
    advance(state.status, state.residual, state.rate, state.updated, i, now)
    remove(state.status, i)
    forget(waiting, i)
    record(book, now, phase, entity_of(state, i), 0, _K_REMOVED, channel, 0, stages, i)
    plan(i, state, plans)


@lean_inner_routine
def spend(day: int, levers: tuple[Levers, Levers], days: Days) -> None:
    """Write down what the strategy's instruments cost this morning, and on each side what of it a budget pays."""
    days.spent[day, 0] += levers[0].staff_days[0]
    days.spent[day, 1] += levers[0].yuan[0]
    for side in range(SIDES):
        days.purse[side, _SUBSIDY] += levers[side].subsidy_yuan[0]


@inner_routine
def set_intensities(
    now: float,
    begins: bool,
    rules: Rules,
    state: State,
    path: Path,
    levers: tuple[Levers, Levers],
    effects: Floats,
    memories: Floats,
    plans: Plans,
) -> None:
    """Phase 4: new intensities where an interval begins, and on a morning that changes the levers' multiplier."""
    ratio = levers[0].multiplier / levers[1].multiplier
    if not begins and np.array_equal(ratio, plans.multiplier):
        return
    plans.multiplier[:] = ratio
    rework, mean, scale = rules.rework_rate, rules.score_mean, rules.score_scale
    pull, until = levers[0].pull / levers[1].pull, plans.until[0]
    times, tracks = refresh(state, path, ratio, pull, effects, memories, rework, mean, scale, now, until)
    plans.time[:], plans.track[:] = times, tracks


@inner_routine
def allocate(
    day: int,
    rules: Rules,
    state: State,
    rush: Rush,
    sites: Records,
    laws: Records,
    benches: Benches,
    days: Days,
    levers: Levers,
    plans: Plans,
    waiting: Waiting,
    book: Book,
) -> None:
    """Phase 5: free builders and assessors take the waiting enterprises, first the agencies."""
    last, now, purse = benches.base.size - 1, float(day), days.purse[0]
    for bench in range(last + 1):
        free_at = benches.free_at[benches.first[bench] : benches.first[bench + 1]]
        servers = benches.base[bench]
        if bench < last:
            servers = servers_in_place(servers, levers.builders_added[bench], free_at.size)
        while waiting.size[bench] > 0:
            server = free_server(free_at, servers, now)
            added = server >= benches.base[bench]
            if server < 0 or (added and not affords(purse[_HAND_OVERS], levers.yuan_per_job[0], levers.funds[0])):
                break
            if added and levers.willing[0] < 1.0:
                i = pop_willing(waiting, bench, benches.reluctance, levers.willing[0])
                if i < 0:
                    break
            else:
                i = pop(waiting, bench)
            free_at[server] = now + benches.service[int(bench == last), i]
            if bench == last:
                begin_assessment(i, day, server, rules, state, plans)
                continue
            advance(state.status, state.residual, state.rate, state.updated, i, now)
            kind = hand_over(state.status, i)
            if added:
                days.spent[day, 1] += levers.yuan_per_job[0]
                purse[_HAND_OVERS] += levers.yuan_per_job[0]
            record(book, now, _ALLOCATION, entity_of(state, i), 0, kind, _AGENCY, server, 0.0, i)
            tell(i, kind, now, rules, state, rush, sites, laws, book)
            plan(i, state, plans)
        days.queue[day, bench] = waiting.size[bench]
        days.busy[day, bench] = busy_servers(free_at, servers, now)
        days.servers[day, bench] = servers


@inner_routine
def fill_gaps(moments: Moments, days: Days) -> None:
    """Copy the last morning's queues onto the days without one."""
    morning = np.zeros(days.queue.shape[0], dtype=np.bool_)
    for k in range(moments.time.size):
        if moments.morning[k]:
            morning[int(moments.time[k])] = True
    for day in range(1, morning.size):
        if not morning[day]:
            for numbers in (days.queue, days.busy, days.servers):
                numbers[day] = numbers[day - 1]
