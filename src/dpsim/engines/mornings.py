"""A morning of the organisations in compiled code: what is known, who is called, who is visited, the week's hazards.

The counterpart of `supervision.py` for the compiled scheduler.
"""

from __future__ import annotations

import numpy as np
from numba import literal_unroll

from dpsim.core.compiled import routine
from dpsim.core.levers import Contact, Levers, reset_levers
from dpsim.core.reported import Reported
from dpsim.core.words import Channel, Kind
from dpsim.engines.books import Books, Hazards, Orders
from dpsim.model.attention import contact_counties
from dpsim.model.detection import fatigue_factor
from dpsim.model.hazard_sites import drop_site, live_sites, publish
from dpsim.model.hazards import sorted_visits
from dpsim.model.staffing import allot_counties
from dpsim.model.state import SIDES, Col, Ints, Phase, count_by_county
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

Event = tuple[float, int, int, int, int, int, int, float, int]
"""One row of the log, as in `EVENT`."""
Visited = tuple[int, float, int, float, int]
"""A visit since the last weekly report: enterprise, time, channel, quality, 1 for a supervisor's."""
_ACTS = tuple(module.act for module in instruments().values())
_ON_LIST, _MEETINGS = int(Col.ON_LIST), int(Phase.MEETINGS)
_CONTACTS, _VISIT, _ADVICE = len(Contact), int(Contact.VISIT), int(Contact.ADVICE)
_CITY_BUREAU = int(Channel.CITY_BUREAU)
_KIND_OF_CONTACT = (int(Kind.MEETING), int(Kind.NOTICE))
_VISITS = int(Roster.VISITS)


@routine
def pull(code: int, day: int, orders: Orders, k: int, reported: Reported, levers: Levers) -> None:
    """Let instrument number `k` of a strategy, of kind `code`, pull its levers."""
    number = 0
    for act in literal_unroll(_ACTS):  # noqa: SIM113 (compiled code unrolls the loop and knows no enumerate of it)
        if number == code:
            act(day, orders.due[k], orders.parameters[k], reported, levers)
        number += 1  # noqa: SIM113 (compiled code unrolls a loop over functions and knows no enumerate of it)


@routine
def know(books: Books, hazards: Hazards, ledger: bool) -> Ints:
    """Phase 2: write what is known into the facts of both sides and return the counts by county."""
    bureau, status = books.bureau, books.state.status
    if books.rules.hazards:
        for side in range(SIDES):
            write_progress(status, bureau.roster[side], bureau.facts[side])
            if ledger:
                write_ledger(hazards.sites, bureau.facts[side])
    return count_by_county(status, books.state.county, books.rules.counties)


@routine
def meet(day: int, books: Books, counts: Ints, log: list[Event]) -> None:
    """Phase 3: instruments pull their levers; meetings and notices reach the enterprises."""
    rules, state = books.rules, books.state
    key = np.array([rules.seed, rules.replication])
    for side in range(SIDES):
        levers = books.levers[side]
        reset_levers(levers)
        reported, orders = Reported(counts, books.bureau.facts[side], key), books.orders[side]
        for k in range(orders.code.size):
            pull(orders.code[k], day, orders, k, reported, levers)
        for kind in range(_CONTACTS):
            sizes = levers.contact[kind]
            if not sizes.any():
                continue
            contact_counties(
                state.attention,
                state.attention_time,
                state.status,
                state.county,
                side,
                kind,
                sizes,
                float(day),
                rules.passed_on,
                books.memories[kind],
            )
            if side == 0:
                event = (float(day), _MEETINGS, 0, 0, _KIND_OF_CONTACT[kind], _CITY_BUREAU, 0, sizes.max(), -1)
                log.append(event)
    books.days.spent[day, 0] += books.levers[0].staff_days[0]
    books.days.spent[day, 1] += books.levers[0].yuan[0]


@routine
def live_week(books: Books, hazards: Hazards, begin: float, until: float, visited: list[Visited]) -> Hazards:
    """Let the hazards live until the weekly report, publish its penalties, drop who has left; return the new books."""
    sites, laws, status, m = hazards.sites, hazards.laws, books.state.status, len(visited)
    index, time, channel = np.empty(m, dtype=np.int64), np.empty(m), np.empty(m, dtype=np.int64)
    quality, supervisor = np.empty(m), np.empty(m, dtype=np.int64)
    for k in range(m):
        index[k], time[k], channel[k], quality[k], supervisor[k] = visited[k]
    visited.clear()
    visits = sorted_visits(index, time, channel, quality, supervisor, sites.size)
    stock = live_sites(sites, hazards.stock, begin, until, laws, visits)
    publish(sites, books.state.county, books.rules.counties, until, laws)
    for i in range(sites.size):
        if sites[i].on_list > status[i, _ON_LIST]:
            sites[i].on_list = 0
            drop_site(sites[i], until, stock.table, stock.book)
    return Hazards(sites, stock, laws)


@routine
def send(side: int, day: int, books: Books, visited: list[Visited]) -> None:
    """Phase 5, last: turn the counties' staff-days of a morning into advisers' and inspectors' visits."""
    bureau, levers, state, gap = books.bureau, books.levers[side], books.state, books.rules.gap
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
        bureau.roster[side],
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
        bureau.roster[side],
        bureau.dealt[side],
        bureau.credit[side],
        bureau.staff.visit_cost,
        gap,
        MOST_A_DAY,
    )
    hold(side, day, books, advised, np.zeros(advised.size, dtype=np.int64), _ADVICE, visited)
    hold(side, day, books, inspected, order, _VISIT, visited)


@routine
def hold(side: int, day: int, books: Books, index: Ints, order: Ints, kind: int, visited: list[Visited]) -> None:
    """Hold the day's visits of one kind: contacts on this side, chances of detection under the strategy."""
    state, rules, bureau = books.state, books.rules, books.bureau
    inspects = kind == _VISIT
    ordinals = np.full(index.size, ADVICE_ORDINAL + day)
    if inspects:
        for k in range(index.size):
            ordinals[k] = bureau.roster[side, index[k], _VISITS]
    times = hold_visits(
        day,
        index,
        order,
        ordinals,
        rules.per_day,
        state.entity,
        side,
        kind,
        books.memories[kind],
        state.attention,
        state.attention_time,
        rules.seed,
        rules.replication,
    )
    if side != 0:
        return
    for k in range(index.size):
        i, channel, quality = index[k], EXPERT, 1.0
        if inspects:
            channel, team = SPOT_CHECK, (day + order[k] // rules.per_day) % bureau.quality.shape[1]
            tired = fatigue_factor(order[k] % rules.per_day, rules.fatigue)
            quality = bureau.quality[state.county[i], team] * tired
        visited.append((i, times[k], channel, quality, int(inspects)))
