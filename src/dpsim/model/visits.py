"""Who is visited: inspectors' days dealt to enterprises by the plans in force, and the days of a visit.

A county deals its visits in whole ones as its days allow; among several plans each gets its share in turn. A plan is a
whole number per enterprise, larger is visited sooner, ties by entity; nobody is visited twice within a gap or over an
annual cap. With no plan in force the longest unvisited comes first.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel, lean_kernel, routine
from dpsim.core.reported import Fact
from dpsim.core.streams import Stream, uniform
from dpsim.core.words import DISCOVERY
from dpsim.model.attention import contact
from dpsim.model.hazards import Records
from dpsim.model.state import Assess, Build, Col, Floats, Ints

Entities = npt.NDArray[np.uint32]


class Roster(IntEnum):
    """Columns of an enterprise's visits, kept under the strategy and under the reference."""

    VISITS = 0
    VISITS_YEAR = 1
    LAST_VISIT = 2
    LAST_ADVICE = 3


EXPERT, SPOT_CHECK = DISCOVERY.index("expert"), DISCOVERY.index("spot_check")
"""Advisers' and inspectors' places among the channels of discovery."""
ADVICE_ORDINAL = 1_000_000
"""Advisers' hours are drawn apart from inspectors': by day, from here on."""
MOST_A_DAY = 96
"""Most visits of a county on one day."""
_VISITS, _YEAR, _LAST, _ADVICE = (int(column) for column in Roster)
_HOUR = int(Stream.VISIT_HOUR)
_COLUMNS = (Col.ON_LIST, Col.BUILD, Col.CONNECTED, Col.ONLINE, Col.ASSESS)
_ON_LIST, _BUILD, _CONNECTED, _ONLINE, _ASSESS = (int(column) for column in _COLUMNS)
_NOT_STARTED, _BUILT, _PASSED = int(Build.NOT_STARTED), int(Build.BUILT), int(Assess.PASSED)
_F_LISTED, _F_STARTED, _F_BUILT, _F_CONNECTED, _F_ONLINE, _F_PASSED = (
    int(Fact[k]) for k in ("ON_LIST", "STARTED", "BUILT", "CONNECTED", "ONLINE", "PASSED")
)
_F_LAST, _F_VISITS, _F_YEAR, _F_FINDS, _F_PAST, _F_OPEN, _F_OVERDUE, _F_BAD, _F_ADVICE = (
    int(Fact[k])
    for k in (
        "LAST_VISIT",
        "VISITS",
        "VISITS_YEAR",
        "FINDS",
        "PAST_VISITS",
        "OPEN",
        "OVERDUE",
        "BAD_RECORD",
        "LAST_ADVICE",
    )
)


@lean_kernel
def write_progress(status: Ints, roster: Ints, facts: Ints) -> None:
    """Write what changes daily into the reported facts, shape (n, len(Fact)): stages and visits."""
    for i in range(facts.shape[0]):
        facts[i, _F_LISTED] = status[i, _ON_LIST]
        facts[i, _F_STARTED] = status[i, _BUILD] != _NOT_STARTED
        facts[i, _F_BUILT] = status[i, _BUILD] == _BUILT
        facts[i, _F_CONNECTED] = status[i, _CONNECTED]
        facts[i, _F_ONLINE] = status[i, _ONLINE]
        facts[i, _F_PASSED] = status[i, _ASSESS] == _PASSED
        facts[i, _F_LAST], facts[i, _F_VISITS] = roster[i, _LAST], roster[i, _VISITS]
        facts[i, _F_YEAR], facts[i, _F_ADVICE] = roster[i, _YEAR], roster[i, _ADVICE]


@routine
def write_ledger(sites: Records, facts: Ints) -> None:
    """Write what the weekly report tells into the reported facts: finds, open and overdue hazards, record."""
    for i in range(sites.size):
        s = sites[i]
        facts[i, _F_FINDS], facts[i, _F_PAST] = s.finds, s.judged
        facts[i, _F_OPEN], facts[i, _F_OVERDUE], facts[i, _F_BAD] = s.open, s.overdue, s.bad_record


@routine
def deal_visits(
    day: int,
    members: Ints,
    first: Ints,
    entity: Entities,
    on_list: Ints,
    share: Floats,
    priority: Ints,
    cap: Ints,
    roster: Ints,
    dealt: Floats,
    credit: Floats,
    cost: float,
    gap: int,
    most: int,
) -> tuple[Ints, Ints]:
    """Deal a morning's inspections and return who is visited and the number of the visit in its county today.

    Parameters
    ----------
    day : int
    members, first : numpy.ndarray
        Enterprises by county, and where each county begins, shape (counties + 1,).
    entity, on_list : numpy.ndarray
        Shape (n,).
    share, priority, cap
        Levers of the plans: shape (plans,), (plans, n), (n,).
    roster : numpy.ndarray
        Shape (n, len(Roster)), changed in place.
    dealt : numpy.ndarray
        Shape (counties, plans): visits each plan has had, changed in place.
    credit : numpy.ndarray
        Shape (counties,): staff-days in hand, changed in place.
    cost : float
        Staff-days of one visit.
    gap : int
        Days before the same enterprise is visited again.
    most : int
        Most visits of a county in a day (room; what is left stays in hand).

    Returns
    -------
    numpy.ndarray, numpy.ndarray
        Indices of enterprises, and 0, 1, ... within the county.
    """
    counties = first.size - 1
    index, order = np.empty(counties * most, dtype=np.int64), np.empty(counties * most, dtype=np.int64)
    m, total = 0, share.sum()
    for c in range(counties):
        number = 0
        while credit[c] >= cost and number < most:
            plan = next_plan(share, dealt[c], total)
            best = -1
            for k in range(first[c], first[c + 1]):
                i = members[k]
                if best >= 0 and not sooner(i, best, plan, priority, roster, entity):  # asked first: most are not
                    continue
                if on_list[i] == 1 and roster[i, _YEAR] < cap[i] and roster[i, _LAST] <= day - gap:
                    best = i
            if best < 0:
                break
            if plan >= 0:
                dealt[c, plan] += 1.0
            credit[c] -= cost
            roster[best, _VISITS] += 1
            roster[best, _YEAR] += 1
            roster[best, _LAST] = day
            index[m], order[m] = best, number
            m += 1
            number += 1
        credit[c] = min(credit[c], cost * most)
    return index[:m], order[:m]


@lean_kernel
def next_plan(share: Floats, dealt: Floats, total: float) -> int:
    """Return the plan whose turn it is: the one furthest behind its share; -1 when there is none."""
    if total <= 0.0:
        return -1
    best, lag, sum_dealt = -1, -np.inf, 0.0
    for k in range(share.size):
        sum_dealt += dealt[k] if share[k] > 0.0 else 0.0
    for k in range(share.size):
        if share[k] > 0.0:
            behind = share[k] / total * (sum_dealt + 1.0) - dealt[k]
            if behind > lag:
                best, lag = k, behind
    return best


@lean_kernel
def sooner(i: int, j: int, plan: int, priority: Ints, roster: Ints, entity: Entities) -> bool:
    """Return whether `i` is visited before `j`."""
    a = -roster[i, _LAST] if plan < 0 else priority[plan, i]
    b = -roster[j, _LAST] if plan < 0 else priority[plan, j]
    return a > b or (a == b and entity[i] < entity[j])


@routine
def deal_advice(
    day: int,
    members: Ints,
    first: Ints,
    entity: Entities,
    status: Ints,
    roster: Ints,
    credit: Floats,
    cost: float,
    gap: int,
    most: int,
) -> Ints:
    """Deal a morning's advisers: enterprises that are not online, the longest without advice first.

    Arguments as in `deal_visits`; returns indices of enterprises.
    """
    counties = first.size - 1
    index = np.empty(counties * most, dtype=np.int64)
    m = 0
    for c in range(counties):
        number = 0
        while credit[c] >= cost and number < most:
            best = -1
            for k in range(first[c], first[c + 1]):
                i = members[k]
                if status[i, _ON_LIST] == 0 or status[i, _ONLINE] == 1 or roster[i, _ADVICE] > day - gap:
                    continue
                last, other = roster[i, _ADVICE], roster[best, _ADVICE] if best >= 0 else 0
                if best < 0 or last < other or (last == other and entity[i] < entity[best]):
                    best = i
            if best < 0:
                break
            credit[c] -= cost
            roster[best, _ADVICE] = day
            index[m] = best
            m += 1
            number += 1
        credit[c] = min(credit[c], cost * most)
    return index[:m]


@kernel
def visit_time(day: int, order: int, per_day: int, seed: int, replication: int, entity: int, ordinal: int) -> float:
    """Return the hour of a visit: a team's visits follow one another between nine and five."""
    slot = order % per_day
    return day + (9.0 + 8.0 * (slot + uniform(seed, replication, entity, _HOUR, ordinal, 0)) / per_day) / 24.0


@routine
def hold_visits(
    day: int,
    index: Ints,
    order: Ints,
    ordinals: Ints,
    per_day: int,
    entity: Entities,
    side: int,
    kind: int,
    memory: float,
    attention: Floats,
    attention_time: Floats,
    seed: int,
    replication: int,
) -> Floats:
    """Hold the day's visits of one kind on one side: each is a contact at its hour; return the times.

    Parameters
    ----------
    day : int
    index, order, ordinals : numpy.ndarray
        Who is visited, the how-manieth visit in its county today, and the ordinal of the hour's draw.
    per_day : int
        Visits of a team in a day.
    entity, attention, attention_time
        Of all enterprises.
    side, kind : int
    memory : float
        Days.
    seed, replication : int
    """
    times = np.empty(index.size)
    for k in range(index.size):
        i = index[k]
        times[k] = visit_time(day, order[k], per_day, seed, replication, entity[i], ordinals[k])
        contact(attention, attention_time, side, kind, i, times[k], 1.0, memory)
    return times
