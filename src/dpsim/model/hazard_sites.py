"""One enterprise over an interval: its chances of detection in order, its hazards' births and lives, its record.

Self-checks, experts, government oversight and online patrol come round at periods with a phase of the enterprise's own;
inspectors' and advisers' visits come from outside. What a visit does to perceived risk counts from its hour on; what
it found is judged when the interval is over (penalty, record, a paper system seen through).

Records are named as in `hazard_life`. The hazards of an enterprise lie side by side in a table of `HAZARD`: each
interval copies those that are not over from one table into another, so that memory is read and written in order (lists
of rows from all over a table took most of the time of a run).
"""

from __future__ import annotations

import math

import numpy as np

from dpsim.core.compiled import lean_kernel, lean_routine, routine
from dpsim.core.rates import decayed, spend
from dpsim.core.streams import Stream
from dpsim.core.words import FIRST_DISCOVERY, Kind
from dpsim.model.detection import growth_mean, raised
from dpsim.model.hazard_life import Record, drawn, live_hazard, note, set_thresholds, standing
from dpsim.model.hazards import CHANNELS, Hazard, Records, Visits
from dpsim.model.state import Floats, Ints

_GONE, _LATENT, _FALSELY = int(Hazard.GONE), int(Hazard.LATENT), int(Hazard.FALSELY_CLOSED)
_SELF_CHECK, _WORKER, _PATROL = 0, 1, 5
_BIRTH = (int(Stream.HAZARD_CLOCK_GENERAL), int(Stream.HAZARD_CLOCK_MAJOR))
_S_PENALTY, _S_RETURN, _S_REVEALED = int(Stream.VISIT_PENALTY), int(Stream.VISIT_RETURN), int(Stream.PAPER_REVEALED)
_K_BORN, _K_DROPPED, _K_VISIT, _K_ADVISED, _K_PENALTY, _K_REVEALED = (
    int(Kind[k]) for k in ("BORN", "DROPPED", "VISIT", "ADVISED", "PENALTY", "REVEALED")
)
EVENTS_PER_HAZARD = 48
"""Room in the ledger that is kept for one hazard in one interval."""


@routine
def live_sites(
    first: int,
    begin: float,
    until: float,
    sites: Records,
    old: Records,
    new: Records,
    used: Ints,
    ledger: Records,
    count: Ints,
    laws: Records,
    visits: Visits,
) -> int:
    """Let the hazards of all enterprises from number `first` on live over [begin, until).

    Parameters
    ----------
    first : int
        Where to begin: 0, or what the last call returned.
    begin, until : float
        Days.
    sites, ledger, count
        Changed in place.
    old, new : numpy.ndarray of HAZARD
        The hazards at `begin`, and where those at `until` are written.
    used : numpy.ndarray of int64
        Shape (1,): rows written to `new`; 0 at the first call.
    laws : numpy.ndarray of LAW
        Shape (1,).
    visits : Visits
        Of this interval.

    Returns
    -------
    int
        The enterprise before which the room ran out, to go on with when there is more; n when all have lived.
    """
    n, law, most = sites.size, laws[0], 64
    for k in range(CHANNELS):
        if law.period[k] < math.inf:
            most += int((until - begin) / law.period[k]) + 2
    longest = 0
    for i in range(first, n):
        longest = max(longest, visits.first[i + 1] - visits.first[i])
    most += longest
    times, channels, spends = np.empty(most), np.empty(most, dtype=np.int64), np.empty((most, 2))
    source, found = np.empty(most, dtype=np.int64), np.empty((most, 2), dtype=np.int64)
    felt = np.empty((most, 2))
    for i in range(first, n):
        s = sites[i]
        if s.on_list == 0:
            drop_site(s, begin, old, ledger, count)
            continue
        births = most_births(s, law, begin, until)
        if new.size - used[0] < s.held + births:
            return i
        if until > 0.0 and ledger.size - count[0] < EVENTS_PER_HAZARD * (s.held + births):
            return i
        chances = gather(s, law, begin, until, visits, times, channels, spends, source, felt)
        found[:chances] = 0
        end = used[0]
        for row in range(s.row, s.row + s.held):
            new[end] = old[row]
            end += 1
        end = be_born(s, law, begin, until, visits, times, source, chances, new, end, ledger, count)
        kept = used[0]
        for row in range(used[0], end):
            h = new[row]
            if h.wake < until or (chances > 0 and h.state <= _FALSELY):  # else nothing happens to it
                live_hazard(h, s, law, until, times, channels, spends, found, felt, chances, ledger, count)
            if h.state != _GONE:
                if kept < row:
                    new[kept] = new[row]
                kept += 1
        s.row, s.held = used[0], kept - used[0]
        used[0] = kept
        judge(s, law, until, visits, times, channels, source, found, chances, ledger, count)
    return n


@lean_kernel
def most_births(s: Record, law: Record, begin: float, until: float) -> int:
    """Return more births than one enterprise will have: mean plus ten standard deviations and some."""
    mean = (s.intensity[0] + s.intensity[1]) * (until - begin)
    mean *= growth_mean(law.growth, max(0.0, begin - s.seen_at), until - begin)
    return int(mean + 10.0 * math.sqrt(mean) + 16.0)


@lean_routine
def drop_site(s: Record, now: float, table: Records, ledger: Records, count: Ints) -> None:
    """End the hazards of an enterprise that has left the list."""
    for row in range(s.row, s.row + s.held):
        h = table[row]
        note(ledger, count, now, s.index, h.ordinal, _K_DROPPED, 0, h.klass, standing(h), 0.0)
    s.held, s.open, s.overdue = 0, 0, 0


@lean_routine
def gather(
    s: Record,
    law: Record,
    begin: float,
    until: float,
    visits: Visits,
    times: Floats,
    channels: Ints,
    spends: Floats,
    source: Ints,
    felt: Floats,
) -> int:
    """Write an enterprise's chances of [begin, until) in the order of time and return their number.

    `source` gets the visit a chance comes from, -1 for a periodic one; `felt` the perceived risk after it.
    """
    m = 0
    s.felt, s.felt_at, s.seen_before = s.perceived, s.perceived_at, s.seen_at
    for k in range(CHANNELS):
        period = law.period[k]
        if period < math.inf:
            t = s.phase[k] + period * math.ceil((begin - s.phase[k]) / period)
            while t < until:
                if t >= begin and (k != _PATROL or s.online_at <= t):
                    m = insert(m, t, k, -1, times, channels, source)
                t += period
    for v in range(visits.first[s.index], visits.first[s.index + 1]):
        m = insert(m, visits.time[v], visits.channel[v], v, times, channels, source)
    for j in range(m):
        k, v = channels[j], source[j]
        factor = 1.0
        if v >= 0:
            factor = visits.quality[v]
            be_seen(s, law, times[j], visits.supervisor[v])
        elif k == _SELF_CHECK:
            factor = self_check_factor(s, law, times[j])
        felt[j, 0], felt[j, 1] = s.perceived, s.perceived_at
        for c in range(2):
            spends[j, c] = law.spend[k, c] * factor if law.spend[k, c] > 0.0 else 0.0
    return m


@lean_kernel
def insert(m: int, t: float, k: int, v: int, times: Floats, channels: Ints, source: Ints) -> int:
    """Put a chance at its place among the first `m` and return how many there are now."""
    j = m
    while j > 0 and times[j - 1] > t:
        times[j], channels[j], source[j] = times[j - 1], channels[j - 1], source[j - 1]
        j -= 1
    times[j], channels[j], source[j] = t, k, v
    return m + 1


@lean_kernel
def be_seen(s: Record, law: Record, t: float, supervisor: int) -> None:
    """Let an enterprise feel a visit: the supervisor's raises perceived risk, the adviser's is leant on."""
    if supervisor == 1:
        s.perceived = raised(s.perceived, s.perceived_at, t, law.memory, law.visit_jump)
        s.perceived_at, s.seen_at = t, t
    else:
        s.leaning = decayed(s.leaning, t - s.leaning_at, law.leaning_memory) + 1.0
        s.leaning_at = t


@lean_kernel
def self_check_factor(s: Record, law: Record, t: float) -> float:
    """Return the factor on what a self-check spends: the system's condition, perceived risk, leaning on advisers."""
    condition = law.condition[0]
    if s.built_at <= t:
        condition = law.condition[1] if s.paper == 1 else law.condition[2]
    perceived = decayed(s.perceived, max(0.0, t - s.perceived_at), law.memory)
    leaning = decayed(s.leaning, max(0.0, t - s.leaning_at), law.leaning_memory)
    return condition * math.exp(law.effort * perceived - law.leaning_effect * leaning)


@lean_kernel
def be_born(
    s: Record,
    law: Record,
    begin: float,
    until: float,
    visits: Visits,
    times: Floats,
    source: Ints,
    chances: int,
    table: Records,
    end: int,
    ledger: Records,
    count: Ints,
) -> int:
    """Add the hazards that arise in [begin, until) from row `end` on and return the row after the last.

    Their growth starts anew at each visit of a supervisor.
    """
    start, seen = begin, s.seen_before
    if law.growth != 0.0:
        for j in range(chances):
            if source[j] >= 0 and visits.supervisor[source[j]] == 1:
                end = arise(s, law, start, times[j], seen, table, end, ledger, count)
                start, seen = times[j], times[j]
    return arise(s, law, start, until, seen, table, end, ledger, count)


@lean_routine
def arise(
    s: Record,
    law: Record,
    begin: float,
    until: float,
    seen: float,
    table: Records,
    end: int,
    ledger: Records,
    count: Ints,
) -> int:
    """Add the hazards that arise where nobody has come since `seen`: one keyed exponential clock per class."""
    factor = growth_mean(law.growth, max(0.0, begin - seen), until - begin)
    for c in range(2):
        rate, now = s.intensity[c] * factor, begin
        if rate <= 0.0:
            continue
        while s.clock[c] < rate * (until - now):
            now += s.clock[c] / rate
            k = s.born[c]
            s.born[c] = k + 1
            s.clock[c] = -math.log(drawn(law.seed, law.replication, s.entity, _BIRTH[c], k + 1, 0))
            h = table[end]
            end += 1
            h.ordinal, h.klass, h.state, h.cycle, h.draws = 2 * k + c, c, _LATENT, 0, 0
            h.sham, h.listed, h.late, h.wake = 0, 0, 0, now
            h.at, h.step_at, h.due, h.look_at = now, math.inf, math.inf, math.inf
            set_thresholds(h, s, law)
            note(ledger, count, now, s.index, h.ordinal, _K_BORN, 0, c, 0, 0.0)
        s.clock[c] -= rate * (until - now)
    return end


@lean_routine
def judge(
    s: Record,
    law: Record,
    until: float,
    visits: Visits,
    times: Floats,
    channels: Ints,
    source: Ints,
    found: Ints,
    chances: int,
    ledger: Records,
    count: Ints,
) -> None:
    """Draw the consequences of the interval's visits: penalty, record, a paper system seen through."""
    for j in range(chances):
        if source[j] < 0:
            continue
        t, channel, finds = times[j], FIRST_DISCOVERY + channels[j], found[j, 0] + found[j, 1]
        quality = visits.quality[source[j]]
        if visits.supervisor[source[j]] == 0:
            note(ledger, count, t, s.index, 0, _K_ADVISED, channel, 0, finds, quality)
            continue
        ordinal = s.judged
        s.judged += 1
        s.finds += finds
        note(ledger, count, t, s.index, ordinal, _K_VISIT, channel, 0, finds, quality)
        if s.paper == 1 and drawn(law.seed, law.replication, s.entity, _S_REVEALED, ordinal, 0) < law.reveal_share:
            s.paper = 0
            note(ledger, count, t, s.index, ordinal, _K_REVEALED, channel, 0, 0, 0.0)
        u = drawn(law.seed, law.replication, s.entity, _S_PENALTY, ordinal, 0)
        if finds > 0 and u < law.penalty_share * law.penalty_factor:
            punish(s, law, t, until, ordinal, ledger, count)
        elif found[j, 1] > 0 or s.overdue > 0:
            s.bad_record = 1
        elif drawn(law.seed, law.replication, s.entity, _S_RETURN, ordinal, 0) < law.return_share:
            s.bad_record, s.rung = 0, 0


@lean_kernel
def punish(s: Record, law: Record, t: float, until: float, ordinal: int, ledger: Records, count: Ints) -> None:
    """Go up one rung of the penalty ladder; the decision reaches the enterprise when the interval is over."""
    s.rung = min(law.top_rung, s.rung + 1)
    s.bad_record = 1
    s.penalties += 1
    s.perceived = raised(s.perceived, s.perceived_at, until, law.memory, law.penalty_jump)
    s.perceived_at = until
    note(ledger, count, t, s.index, ordinal, _K_PENALTY, 0, 0, s.rung, 0.0)


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


@lean_routine
def set_reports(factor: float, now: float, sites: Records, table: Records, laws: Records) -> None:
    """Change the factor on workers' reports at `now`: thresholds are spent at the old one first."""
    law = laws[0]
    for i in range(sites.size):
        s = sites[i]
        for row in range(s.row, s.row + s.held):
            h = table[row]
            if h.state <= _FALSELY and now > h.at:
                h.harm = spend(h.harm, law.harm[h.klass], now - h.at)
                h.detect = spend(h.detect, law.spend[_WORKER, h.klass] * s.report_factor, now - h.at)
                h.at, h.wake = now, now
        s.report_factor = factor


@routine
def census(sites: Records, table: Records) -> Ints:
    """Return how many hazards of each enterprise stand how, shape (n, 4, classes): `standing` of each."""
    out = np.zeros((sites.size, 4, 2), dtype=np.int64)
    for i in range(sites.size):
        for row in range(sites[i].row, sites[i].row + sites[i].held):
            h = table[row]
            out[i, standing(h), h.klass] += 1
    return out
