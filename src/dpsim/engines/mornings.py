"""A morning of the organisations in compiled code: what is known, who is called, who is visited, the week's hazards.

The counterpart of `supervision.py` for the compiled scheduler.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import literal_unroll

from dpsim.core.compiled import inner_routine
from dpsim.core.levers import Contact, Levers, reset_levers
from dpsim.core.reported import Reported
from dpsim.core.words import Channel, Kind
from dpsim.engines.books import Bureau, Hazards, Orders, Rules
from dpsim.engines.enterprises import Book, record
from dpsim.model.attention import contact_counties
from dpsim.model.detection import fatigue_factor
from dpsim.model.hazard_sites import drop_site, live_sites, publish
from dpsim.model.hazards import Records, sorted_visits
from dpsim.model.reporting import tell
from dpsim.model.staffing import allot_counties
from dpsim.model.state import SIDES, Col, Floats, Ints, Phase, State, count_by_county
from dpsim.model.visits import (
    ADVICE_ORDINAL,
    EXPERT,
    MOST_A_DAY,
    SPOT_CHECK,
    Roster,
    deal_advice,
    deal_visits,
    hold_visits,
    write_ledger,
    write_progress,
)
from dpsim.strategies import instruments

_ACTS = tuple(module.act for module in instruments().values())
_ON_LIST, _MEETINGS = int(Col.ON_LIST), int(Phase.MEETINGS)
_CONTACTS, _VISIT, _ADVICE = len(Contact), int(Contact.VISIT), int(Contact.ADVICE)
_CITY_BUREAU = int(Channel.CITY_BUREAU)
_KIND_OF_CONTACT = (int(Kind.MEETING), int(Kind.NOTICE))
_VISITS = int(Roster.VISITS)
_LONGEST_INTERVAL = 7
"""Most mornings between two weekly reports."""


class Pending(NamedTuple):
    """Visits since the last weekly report, in the order held; the first `held` entries of each array.

    Attributes
    ----------
    who, time, channel, quality, supervisor : as in `sorted_visits`
    held : int64, shape (1,)
    """

    who: Ints
    time: Floats
    channel: Ints
    quality: Floats
    supervisor: Ints
    held: Ints


@inner_routine
def make_pending(counties: int) -> Pending:
    """Return no visits, and room for the most that all counties can hold until the next report."""
    room = counties * MOST_A_DAY * 2 * _LONGEST_INTERVAL
    ints = np.empty((3, room), dtype=np.int64)
    return Pending(ints[0], np.empty(room), ints[1], np.empty(room), ints[2], np.zeros(1, dtype=np.int64))


@inner_routine
def pull(code: int, day: int, orders: Orders, k: int, reported: Reported, levers: Levers) -> None:
    """Let instrument number `k` of a strategy, of kind `code`, pull its levers."""
    number = 0
    for act in literal_unroll(_ACTS):  # noqa: SIM113 (compiled code unrolls the loop and knows no enumerate of it)
        if number == code:
            act(day, orders.due[k], orders.parameters[k], reported, levers)
        number += 1  # noqa: SIM113 (compiled code unrolls a loop over functions and knows no enumerate of it)


@inner_routine
def know(day: int, rules: Rules, state: State, bureau: Bureau, sites: Records, ledger: bool) -> tuple[Ints, Ints]:
    """Phase 2: write what is known into the facts of both sides and return the counts by county that each sees."""
    if rules.hazards:
        for side in range(SIDES):
            write_progress(state.status, bureau.roster[side], bureau.facts[side])
            if ledger:
                write_ledger(sites, bureau.facts[side])
    done = count_by_county(state.status, state.county, rules.counties)
    if not rules.reporting.on:
        return done, done
    return tell(day, done, state.status, state.county, state.group, rules.reporting, bureau.reports), done


@inner_routine
def meet(
    side: int,
    day: int,
    rules: Rules,
    state: State,
    facts: Ints,
    orders: Orders,
    levers: Levers,
    counts: Ints,
    memories: Floats,
    spent: Floats,
    book: Book,
) -> None:
    """Phase 3: instruments pull their levers; meetings and notices reach the enterprises."""
    reset_levers(levers)
    reported, now = Reported(counts, facts, np.array([rules.seed, rules.replication]), spent), float(day)
    for k in range(orders.code.size):
        pull(orders.code[k], day, orders, k, reported, levers)
    for kind in range(_CONTACTS):
        sizes = levers.contact[kind]
        if sizes.any():
            contact_counties(
                state.attention,
                state.attention_time,
                state.status,
                state.county,
                side,
                kind,
                sizes,
                now,
                rules.passed_on,
                memories[kind],
            )
            if side == 0:
                record(book, now, _MEETINGS, 0, 0, _KIND_OF_CONTACT[kind], _CITY_BUREAU, 0, sizes.max(), -1)


@inner_routine
def live_week(rules: Rules, state: State, hazards: Hazards, begin: float, until: float, pending: Pending) -> Hazards:
    """Let the hazards live until the weekly report and publish its penalties; return the new books."""
    sites, laws, m = hazards.sites, hazards.laws, pending.held[0]
    visits = sorted_visits(
        pending.who[:m],
        pending.time[:m],
        pending.channel[:m],
        pending.quality[:m],
        pending.supervisor[:m],
        sites.size,
    )
    pending.held[0] = 0
    stock = live_sites(sites, hazards.stock, begin, until, laws, visits)
    publish(sites, state.county, rules.counties, until, laws)
    return Hazards(sites, stock, laws)


@inner_routine
def drop_leavers(state: State, hazards: Hazards, now: float) -> None:
    """Drop the hazards of those who have left the list."""
    sites, stock = hazards.sites, hazards.stock
    for i in range(sites.size):
        if sites[i].on_list > state.status[i, _ON_LIST]:
            sites[i].on_list = 0
            drop_site(sites[i], now, stock.table, stock.hidden, stock.book)


@inner_routine
def send(
    side: int,
    day: int,
    rules: Rules,
    state: State,
    bureau: Bureau,
    levers: Levers,
    memories: Floats,
    pending: Pending,
) -> None:
    """Phase 5, last: turn the counties' staff-days of a morning into advisers' and inspectors' visits."""
    roster, gap = bureau.roster[side], rules.gap
    allot_counties(
        bureau.staff,
        levers.staff_days[0] / bureau.owed.shape[1],
        levers.advising[0],
        levers.inspect_factor[0],
        levers.borrowed[0],
        bureau.owed[side],
        bureau.advice_credit[side],
        bureau.credit[side],
        bureau.duties[day] if side == 0 else bureau.elsewhere,
    )
    advised = deal_advice(
        day,
        bureau.members,
        bureau.first,
        state.entity,
        state.status,
        roster,
        bureau.advice_credit[side],
        bureau.staff.advice_cost,
        gap,
        MOST_A_DAY,
    )
    inspected, order = deal_visits(
        day,
        bureau.members,
        bureau.first,
        state.entity,
        state.status[:, _ON_LIST],
        levers.plan_share,
        levers.priority,
        levers.visit_cap,
        roster,
        bureau.dealt[side],
        bureau.credit[side],
        bureau.staff.visit_cost,
        gap,
        MOST_A_DAY,
    )
    first = np.zeros(advised.size, dtype=np.int64)
    hold(side, day, rules, state, roster, bureau.quality, advised, first, _ADVICE, memories[_ADVICE], pending)
    hold(side, day, rules, state, roster, bureau.quality, inspected, order, _VISIT, memories[_VISIT], pending)


@inner_routine
def hold(
    side: int,
    day: int,
    rules: Rules,
    state: State,
    roster: Ints,
    qualities: Floats,
    index: Ints,
    order: Ints,
    kind: int,
    memory: float,
    pending: Pending,
) -> None:
    """Hold the day's visits of one kind: contacts on this side, chances of detection under the strategy."""
    inspects, per_day = kind == _VISIT, rules.per_day
    ordinals = np.full(index.size, ADVICE_ORDINAL + day)
    if inspects:
        for k in range(index.size):
            ordinals[k] = roster[index[k], _VISITS]
    times = hold_visits(
        day,
        index,
        order,
        ordinals,
        per_day,
        state.entity,
        side,
        kind,
        memory,
        state.attention,
        state.attention_time,
        rules.seed,
        rules.replication,
    )
    if side != 0:
        return
    for k in range(index.size):
        channel, quality = EXPERT, 1.0
        if inspects:
            channel, team = SPOT_CHECK, (day + order[k] // per_day) % qualities.shape[1]
            quality = qualities[state.county[index[k]], team] * fatigue_factor(order[k] % per_day, rules.fatigue)
        m = pending.held[0]
        pending.who[m], pending.time[m], pending.channel[m] = index[k], times[k], channel
        pending.quality[m], pending.supervisor[m] = quality, int(inspects)
        pending.held[0] = m + 1
