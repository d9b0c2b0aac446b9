"""One enterprise over an interval: its chances of detection in order, its hazards' births and lives, its record.

Its chances come from `hazard_chances`. What a visit does to perceived risk counts from its hour on; what it found is
judged when the interval is over (penalty, record, a paper system seen through).

Records are named as in `hazard_life`. The hazards of an enterprise lie side by side (`hazard_stock`).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from dpsim.core.compiled import lean_kernel, lean_routine, routine
from dpsim.core.levers import Occasion
from dpsim.core.streams import Stream, uniform_three
from dpsim.core.words import FIRST_DISCOVERY, Kind
from dpsim.model.detection import growth_mean, raised
from dpsim.model.hazard_book import Book, note, open_page
from dpsim.model.hazard_chances import gather
from dpsim.model.hazard_life import Chances, Record, arise, drawn, harm_time, live_hazard, standing
from dpsim.model.hazard_stock import KNOWN, UNSEEN, Stock, gap, larger, roomier
from dpsim.model.hazards import CHANNELS, Hazard, Records, Visits
from dpsim.model.penalty_ladder import Rung, punish, put_off
from dpsim.model.state import Floats, Ints

_GONE = int(Hazard.GONE)
_D_PENALTY = int(Occasion.PENALTY)
_WORKER = 1
_BIRTH = (int(Stream.HAZARD_CLOCK_GENERAL), int(Stream.HAZARD_CLOCK_MAJOR))
_S_PENALTY, _S_RETURN, _S_REVEALED = int(Stream.VISIT_PENALTY), int(Stream.VISIT_RETURN), int(Stream.PAPER_REVEALED)
_K_BORN, _K_DROPPED, _K_VISIT, _K_ADVISED, _K_REVEALED = (
    int(Kind[k]) for k in ("BORN", "DROPPED", "VISIT", "ADVISED", "REVEALED")
)
_CLOSED = int(Rung.CLOSED)
EVENTS_PER_HAZARD = 48
"""Room in the ledger that is kept for one hazard in one interval."""


class Births(NamedTuple):
    """The hazards that arise at an enterprise in an interval, class by class, ascending; longer than what is used.

    Attributes
    ----------
    time : float64, days
    level, harm : float64: as in `HAZARD`
    ordinal : int64
    """

    time: Floats
    level: Floats
    harm: Floats
    ordinal: Ints


@routine
def live_sites(sites: Records, stock: Stock, begin: float, until: float, laws: Records, visits: Visits) -> Stock:
    """Let the hazards of all enterprises live over [begin, until).

    Parameters
    ----------
    sites : numpy.ndarray of SITE
        Changed in place.
    stock : Stock
        Changed in place; the one returned takes its place, it may have more room.
    begin, until : float
        Days.
    laws : numpy.ndarray of LAW
        Shape (1,).
    visits : Visits
        Of this interval.
    """
    n, law = sites.size, laws[0]
    table, hidden, book = stock.table, stock.hidden, stock.book
    births = most_births(sites, law, begin, until)
    most = most_chances(sites, law, begin, until, visits)
    chances = Chances(
        np.empty(most),
        np.empty(most, dtype=np.int64),
        np.empty(most, dtype=np.int64),
        np.empty((most, 2)),
        np.empty((most, 2)),
        np.empty(2),
        np.empty((most, 2)),
        np.empty((most, 2), dtype=np.int64),
    )
    born = Births(np.empty(births), np.empty(births), np.empty(births), np.empty(births, dtype=np.int64))
    open_page(book, begin)
    way, free = stock.way[0], np.empty(2, dtype=np.int64)
    if way == 0:
        way = 1
        for i in range(n):
            sites[i].row[KNOWN], sites[i].row[UNSEEN] = table.size, hidden.size
    free[KNOWN], free[UNSEEN] = (0, 0) if way > 0 else (table.size - 1, hidden.size - 1)
    k = live_from(0, begin, until, sites, law, visits, chances, born, table, hidden, way, free, book)
    while k < n:
        s = sites[k if way > 0 else n - 1 - k]
        if not fits(s, KNOWN, way, free, births):
            table = larger(sites, KNOWN, table, k, way, free, s.held[UNSEEN] + births)
        if not fits(s, UNSEEN, way, free, births):
            hidden = larger(sites, UNSEEN, hidden, k, way, free, births)
        if book.ledger.size > 0:
            book = roomier(book, EVENTS_PER_HAZARD * (in_all(s) + births))
        k = live_from(k, begin, until, sites, law, visits, chances, born, table, hidden, way, free, book)
    stock.way[0] = -way
    return Stock(table, hidden, stock.way, book)


@lean_routine
def live_from(
    first: int,
    begin: float,
    until: float,
    sites: Records,
    law: Record,
    visits: Visits,
    chances: Chances,
    born: Births,
    table: Records,
    hidden: Records,
    way: int,
    free: Ints,
    book: Book,
) -> int:
    """Let enterprises live, in the order of reading from place `first` on.

    Return the place of the one before which the room ran out, or their number.
    """
    whole, births, n = growth_mean(law.growth, 0.0, until - begin), born.time.size, sites.size
    for k in range(first, n):
        s = sites[k if way > 0 else n - 1 - k]
        if s.on_list == 0:
            drop_site(s, begin, table, hidden, book)
            settle(s, KNOWN, way, free[KNOWN], free)
            settle(s, UNSEEN, way, free[UNSEEN], free)
            continue
        if not (fits(s, KNOWN, way, free, births) and fits(s, UNSEEN, way, free, births)):
            return k
        if until > 0.0 and 0 < book.ledger.size < book.written[0] + EVENTS_PER_HAZARD * (in_all(s) + births):
            return k
        live_site(s, law, begin, until, whole, visits, chances, born, table, hidden, way, free, book)
    return n


@lean_kernel
def fits(s: Record, kind: int, way: int, free: Ints, births: int) -> bool:
    """Return whether all that may come to an enterprise's hazards in an interval has room before what is unread."""
    more = births + (s.held[UNSEEN] if kind == KNOWN else 0)
    return gap(s, kind, way, free[kind]) >= more


@lean_kernel
def in_all(s: Record) -> int:
    """Return how many hazards an enterprise has."""
    return s.held[KNOWN] + s.held[UNSEEN]


@lean_routine
def most_births(sites: Records, law: Record, begin: float, until: float) -> int:
    """Return more births than any enterprise will have: mean plus ten standard deviations and some."""
    rate, seen = 0.0, begin
    for i in range(sites.size):
        rate = max(rate, sites[i].intensity[0] + sites[i].intensity[1])
        seen = min(seen, sites[i].seen_at)
    mean = rate * (until - begin) * math.exp(max(0.0, law.growth) * (until - seen))
    return int(mean + 10.0 * math.sqrt(mean) + 16.0)


@lean_routine
def most_chances(sites: Records, law: Record, begin: float, until: float, visits: Visits) -> int:
    """Return as many chances of detection as any enterprise may have, or more."""
    longest, often = 0, 0.0
    for i in range(visits.first.size - 1):
        longest = max(longest, visits.first[i + 1] - visits.first[i])
    for i in range(sites.size):
        often = max(often, sites[i].expert_rate + sites[i].grid_rate)
    longest += int((until - begin) * often) + 4
    for k in range(CHANNELS):
        if law.period[k] < math.inf:
            longest += int((until - begin) / law.period[k]) + 2
    return longest + 1


@lean_routine
def drop_site(s: Record, now: float, table: Records, hidden: Records, book: Book) -> None:
    """End the hazards of an enterprise that has left the list."""
    for row in range(s.row[KNOWN], s.row[KNOWN] + s.held[KNOWN]):
        h = table[row]
        note(book, now, s.index, h.ordinal, _K_DROPPED, 0, h.klass, standing(h), 0.0)
    for row in range(s.row[UNSEEN], s.row[UNSEEN] + s.held[UNSEEN]):
        ordinal = hidden[row].ordinal
        note(book, now, s.index, ordinal, _K_DROPPED, 0, ordinal & 1, 0, 0.0)
    s.held[KNOWN], s.held[UNSEEN], s.open, s.overdue = 0, 0, 0, 0


@lean_kernel
def live_site(
    s: Record,
    law: Record,
    begin: float,
    until: float,
    whole: float,
    visits: Visits,
    chances: Chances,
    born: Births,
    table: Records,
    hidden: Records,
    way: int,
    free: Ints,
    book: Book,
) -> None:
    """Let one enterprise's hazards live over an interval: those it has, then the newly born; judge what was found.

    Read in the direction `way`; what is not over is written from the rows `free` on.
    """
    m = gather(s, law, begin, until, visits, chances)
    births = be_born(s, law, begin, until, whole, visits, chances, m, born)
    reach, top = (chances.edge[0], chances.edge[1]), max(chances.edge[0], chances.edge[1])
    known, unseen, b = s.held[KNOWN], s.held[UNSEEN], 0
    row, low = s.row[KNOWN], s.row[UNSEEN]
    if way < 0:
        row, low = row + known - 1, low + unseen - 1
    out, beside = free[KNOWN], free[UNSEEN]
    while True:
        while known > 0 and table[row].wake >= until and table[row].level > top:  # nothing happens to it
            table[out] = table[row]
            known, row, out = known - 1, row + way, out + way
        now, at = begin, out
        if known > 0:
            at = row
            known, row = known - 1, row + way
        else:
            while unseen > 0 and hidden[low].level > reach[hidden[low].ordinal & 1]:  # nobody finds it
                hidden[beside] = hidden[low]
                unseen, low, beside = unseen - 1, low + way, beside + way
            if unseen > 0:
                arise(table[out], hidden[low].ordinal, hidden[low].level, math.inf)
                unseen, low = unseen - 1, low + way
            elif b < births:
                now, ordinal, level = born.time[b], born.ordinal[b], born.level[b]
                note(book, now, s.index, ordinal, _K_BORN, 0, ordinal & 1, 0, 0.0)
                b += 1
                if level > reach[ordinal & 1] and born.harm[b - 1] == math.inf:
                    w = hidden[beside]
                    w.level, w.ordinal = level, ordinal
                    beside += way
                    continue
                arise(table[out], ordinal, level, born.harm[b - 1])
            else:
                break
        h = table[at]
        live_hazard(h, s, law, now, begin, until, chances, m, book)
        if h.state != _GONE:
            if at != out:
                table[out] = table[at]
            out += way
    settle(s, KNOWN, way, out, free)
    settle(s, UNSEEN, way, beside, free)
    s.spent[0], s.spent[1] = reach[0], reach[1]
    if visits.first[s.index] < visits.first[s.index + 1]:
        stopped = max(s.resumes, until)
        judge(s, law, until, visits, chances, m, book)
        if s.resumes > stopped:
            put_off(s, s.resumes - stopped, table)


@lean_kernel
def settle(s: Record, kind: int, way: int, out: int, free: Ints) -> None:
    """Write down where an enterprise's hazards lie: from the row that was free to that before `out`."""
    s.held[kind] = way * (out - free[kind])
    s.row[kind] = free[kind] if way > 0 else out + 1
    free[kind] = out


@lean_kernel
def be_born(
    s: Record,
    law: Record,
    begin: float,
    until: float,
    whole: float,
    visits: Visits,
    chances: Chances,
    m: int,
    born: Births,
) -> int:
    """Write the hazards that arise in [begin, until) and return how many; `whole` is their growth over all of it.

    Their growth starts anew at each visit of a supervisor. None arises while production is stopped.
    """
    start, seen, b, j = min(max(begin, s.resumes), until), s.seen_before, 0, 0
    while True:
        while j < m and (
            law.growth == 0.0 or not (chances.source[j] >= 0 and visits.supervisor[chances.source[j]] == 1)
        ):
            j += 1
        stop = max(start, chances.time[j]) if j < m else until
        growth = whole if start == begin and j == m else growth_mean(law.growth, 0.0, stop - start)
        growth *= math.exp(law.growth * max(0.0, start - seen))
        b = run_clocks(s, law, start, stop, growth, begin, chances, m, born, b)
        if j == m:
            return b
        start, seen, j = stop, chances.time[j], j + 1


@lean_kernel
def run_clocks(
    s: Record,
    law: Record,
    start: float,
    until: float,
    growth: float,
    begin: float,
    chances: Chances,
    m: int,
    born: Births,
    b: int,
) -> int:
    """Add the hazards that arise in [start, until), where nobody comes: one keyed exponential clock per class.

    One call of the generator draws the class's next clock and both thresholds of the hazard.
    """
    for c in range(2):
        rate, now, clock = s.intensity[c] * growth, start, s.clock[c]
        if rate <= 0.0:
            continue
        reports, since, spent, j = law.spend[_WORKER, c] * s.report_factor, begin, s.spent[c], 0
        while clock < rate * (until - now):
            now += clock / rate
            k = s.born[c]
            s.born[c] = k + 1
            u, detect, harm = uniform_three(law.seed, law.replication, s.entity, _BIRTH[c], k + 1, 0)
            clock = -math.log(u)
            while j < m and chances.time[j] <= now:
                since, spent = chances.time[j], chances.after[j, c]
                j += 1
            born.time[b], born.ordinal[b] = now, 2 * k + c
            born.level[b] = spent + reports * (now - since) - math.log(detect)
            born.harm[b] = harm_time(harm, law.harm[c], now)
            b += 1
        s.clock[c] = clock - rate * (until - now)
    return b


@lean_routine
def judge(
    s: Record,
    law: Record,
    until: float,
    visits: Visits,
    chances: Chances,
    m: int,
    book: Book,
) -> None:
    """Draw the consequences of the interval's visits: penalty, record, a paper system seen through."""
    for j in range(m):
        v = chances.source[j]
        if v < 0:
            continue
        t, channel = chances.time[j], FIRST_DISCOVERY + chances.channel[j]
        finds, quality = chances.found[j, 0] + chances.found[j, 1], visits.quality[v]
        if visits.supervisor[v] == 0:
            note(book, t, s.index, 0, _K_ADVISED, channel, 0, finds, quality)
            continue
        ordinal = s.judged
        s.judged += 1
        s.finds += finds
        note(book, t, s.index, ordinal, _K_VISIT, channel, 0, finds, quality)
        if s.paper == 1 and drawn(law.seed, law.replication, s.entity, _S_REVEALED, ordinal, 0) < law.reveal_share:
            s.paper = 0
            note(book, t, s.index, ordinal, _K_REVEALED, channel, 0, 0, 0.0)
        u = drawn(law.seed, law.replication, s.entity, _S_PENALTY, ordinal, 0)
        if finds > 0 and u < law.penalty_share * law.penalty_factor:
            if u >= law.penalty_share:
                law.done[_D_PENALTY] += 1
            punish(s, law, t, until, ordinal, book)
        elif chances.found[j, 1] > 0 or s.overdue > 0:
            s.bad_record = 1
        elif s.rung < _CLOSED and drawn(law.seed, law.replication, s.entity, _S_RETURN, ordinal, 0) < law.return_share:
            s.bad_record, s.rung = 0, 0


@routine
def publish(sites: Records, county: Ints, counties: int, now: float, laws: Records) -> None:
    """Let the names published in the interval be felt by the other enterprises of their county."""
    law, names = laws[0], np.zeros(counties)
    for i in range(county.size):
        names[county[i]] += sites[i].penalties * law.publicity
    for i in range(county.size):
        s = sites[i]
        felt = names[county[i]] - s.penalties * law.publicity
        if felt > 0.0 and law.published_jump > 0.0:
            s.perceived = raised(s.perceived, s.perceived_at, now, law.memory, 1.0 - (1.0 - law.published_jump) ** felt)
            s.perceived_at = now
        s.penalties = 0
