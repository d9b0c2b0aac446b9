"""What enterprises do in compiled code: their own events, their assessments, waiting for a server (model 1, phase 6).

All functions are lean: they make no array, and whoever calls them keeps room in the log.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from dpsim.core.compiled import inner_routine, lean_inner_routine, lean_kernel
from dpsim.core.words import GROUPS, Channel, Kind
from dpsim.engines.books import Rules
from dpsim.engines.log import EVENT
from dpsim.engines.waiting import Waiting, push
from dpsim.model.adoption import advance, assess, assessment_time, fire, next_event
from dpsim.model.completion import complete, refused
from dpsim.model.hazards import Records
from dpsim.model.organisations import queue_priority
from dpsim.model.paths import Rush
from dpsim.model.state import Col, Floats, Ints, Phase, State, Track, entity_of

EVENTS_AT_ONCE = 4
"""Room in the log that one event of an enterprise may take."""
_ON_LIST, _READY_DAY, _AGENCY_USER = int(Col.ON_LIST), int(Col.READY_DAY), int(Col.AGENCY_USER)
_ASSESS, _BENCHMARK, _ENTERPRISES = int(Track.ASSESS), GROUPS.index("benchmark"), int(Phase.ENTERPRISES)
_NONE, _OWN_STAFF, _ASSESSOR = int(Channel.NONE), int(Channel.OWN_STAFF), int(Channel.ASSESSOR)
_K_READY, _K_ENTERED, _K_ASSESSED, _K_PAPER = (
    int(Kind.READY),
    int(Kind.ENTERED),
    int(Kind.ASSESSED),
    int(Kind.PAPER),
)


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


class Book(NamedTuple):
    """The log: records of EVENT in the order of writing, and how many there are."""

    rows: Records
    written: Ints


@inner_routine
def make_plans(n: int, groups: int) -> Plans:
    """Return the plans of enterprises that wait for nothing yet."""
    return Plans(
        np.full(n, math.inf),
        np.full(n, -1),
        np.full(n, math.inf),
        np.zeros(n, dtype=np.int64),
        np.zeros(1),
        np.full(groups, math.nan),
    )


@inner_routine
def make_book(room: int) -> Book:
    """Return an empty log."""
    return Book(np.zeros(room, dtype=EVENT), np.zeros(1, dtype=np.int64))


@inner_routine
def with_room(book: Book, events: int) -> Book:
    """Return the log with room for so many events more."""
    if book.rows.size - book.written[0] >= events:
        return book
    rows = np.zeros(2 * book.rows.size + events, dtype=book.rows.dtype)
    rows[: book.rows.size] = book.rows
    return Book(rows, book.written)


@lean_kernel
def record(
    book: Book,
    t: float,
    phase: int,
    entity: int,
    ordinal: int,
    kind: int,
    channel: int,
    actor: int,
    value: float,
    index: int,
) -> None:
    """Write an event."""
    row = book.rows[book.written[0]]
    row.t, row.phase, row.entity, row.ordinal, row.kind = t, phase, entity, ordinal, kind
    row.channel, row.actor, row.value, row.index = channel, actor, value, index
    book.written[0] += 1


@lean_inner_routine
def live_own_events(
    until: float,
    rules: Rules,
    state: State,
    rush: Rush,
    sites: Records,
    laws: Records,
    plans: Plans,
    waiting: Waiting,
    book: Book,
) -> bool:
    """Let each enterprise live its events and its assessment before `until`, in the order of time.

    Return whether all have; False where the room in the log ran out, to be called again when there is more.
    """
    for i in range(plans.time.size):
        while min(plans.time[i], plans.hour[i]) < until:
            if book.rows.size - book.written[0] < EVENTS_AT_ONCE:
                return False
            if plans.hour[i] < plans.time[i]:
                be_assessed(i, rules, state, sites, laws, plans, book)
            else:
                own_event(i, rules, state, rush, sites, laws, plans, waiting, book)
    return True


@lean_inner_routine
def own_event(
    i: int,
    rules: Rules,
    state: State,
    rush: Rush,
    sites: Records,
    laws: Records,
    plans: Plans,
    waiting: Waiting,
    book: Book,
) -> None:
    """Let the clock go off that enterprise `i` waits for, and plan the next one."""
    now, track = plans.time[i], plans.track[i]
    entity, ordinal = entity_of(state, i), state.spell[i, track]
    advance(state.status, state.residual, state.rate, state.updated, i, now)
    kind = fire(state.status, state.residual, state.spell, entity, i, track, now, rules.seed, rules.replication)
    record(book, now, _ENTERPRISES, entity, ordinal, kind, _OWN_STAFF, 0, 0.0, i)
    tell(i, kind, now, rules, state, rush, sites, laws, book)
    if kind == _K_READY:
        join(state.sector[i], i, state, waiting)
    elif kind == _K_ENTERED:
        join(waiting.size.size - 1, i, state, waiting)
    plan(i, state, plans)


@lean_inner_routine
def be_assessed(i: int, rules: Rules, state: State, sites: Records, laws: Records, plans: Plans, book: Book) -> None:
    """Hold the assessment of enterprise `i` at its hour."""
    now = plans.hour[i]
    plans.hour[i] = math.inf
    if state.status[i, _ON_LIST] == 0:
        return
    entity, spell, team = entity_of(state, i), state.spell[i, _ASSESS], plans.team[i]
    advance(state.status, state.residual, state.rate, state.updated, i, now)
    kind, points = assess(
        state.status,
        state.spell,
        entity,
        i,
        state.pass_score[i],
        rules.score_mean,
        rules.score_scale,
        refused(sites, laws, i, state.status[i, _AGENCY_USER], entity, spell),
        rules.seed,
        rules.replication,
    )
    record(book, now, _ENTERPRISES, entity, spell, _K_ASSESSED, _ASSESSOR, team, float(points), i)
    record(book, now, _ENTERPRISES, entity, spell, kind, _ASSESSOR, team, float(points), i)
    plan(i, state, plans)


@lean_kernel
def plan(i: int, state: State, plans: Plans) -> None:
    """Find what enterprise `i` waits for in its present state."""
    plans.time[i], plans.track[i] = next_event(
        state.status, state.residual, state.rate, state.updated, i, plans.until[0]
    )


@lean_kernel
def tell(
    i: int, kind: int, now: float, rules: Rules, state: State, rush: Rush, sites: Records, laws: Records, book: Book
) -> None:
    """Tell the hazards' side of an enterprise's new stage."""
    if not rules.hazards:
        return
    entity = entity_of(state, i)
    user = state.status[i, _AGENCY_USER]
    if complete(sites, laws, i, kind, now, entity, state.group[i], user, rush, rules.formalism):
        record(book, now, _ENTERPRISES, entity, 0, _K_PAPER, _NONE, 0, 0.0, i)


@lean_kernel
def join(bench: int, i: int, state: State, waiting: Waiting) -> None:
    """Let an enterprise wait for a server: smallest priority number first, ties by entity."""
    priority = queue_priority(state.group[i] == _BENCHMARK, state.status[i, _READY_DAY])
    push(waiting, bench, priority, entity_of(state, i), i)


@lean_kernel
def begin_assessment(i: int, day: int, team: int, rules: Rules, state: State, plans: Plans) -> None:
    """Fix the hour of today at which a team assesses enterprise `i`."""
    spell = state.spell[i, _ASSESS]
    plans.hour[i] = assessment_time(day, rules.seed, rules.replication, entity_of(state, i), spell)
    plans.team[i] = team
