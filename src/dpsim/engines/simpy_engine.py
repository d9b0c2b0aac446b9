"""The readable reference engine: one SimPy environment per replication (model 1 and 7).

Organisations are processes that act on working mornings; SimPy's event priority is the phase, so the fixed order
of a day is the order of the queue. An enterprise waits for one event of its own; when somebody else changes it in
the meantime (a hand-over, an assessment, new intensities) it plans anew and the old event counts no more. Every
formula is a compiled function of the model; this file only decides when it is called.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import simpy

from dpsim.core.levers import Contact, reset_levers
from dpsim.core.rates import decayed
from dpsim.core.reported import Fact, Reported
from dpsim.core.streams import Stream, uniform
from dpsim.core.words import GROUPS, Channel, Kind
from dpsim.engines.hazard_world import SPOT_CHECK, HazardWorld
from dpsim.engines.log import Log
from dpsim.engines.world import Bench, World, reported_counts
from dpsim.model.adoption import advance, assess, fire, hand_over, next_event, remove
from dpsim.model.attention import contact_counties
from dpsim.model.detection import fatigue_factors
from dpsim.model.formalism import paper_probability
from dpsim.model.hazard_sites import publish, set_reports
from dpsim.model.organisations import busy_servers, free_server, queue_priority
from dpsim.model.paths import rush_mean
from dpsim.model.refresh import refresh
from dpsim.model.staffing import allot_counties
from dpsim.model.state import SIDES, Col, Ints, Phase, Track, stage_flags
from dpsim.model.visits import Roster, deal_advice, deal_visits, hold_visits, write_ledger, write_progress

Process = Generator[simpy.Event, object, None]
_BENCHMARK = GROUPS.index("benchmark")
_EXPERT = 2
"""Place of the advisers' channel in `DISCOVERY`."""
ADVICE_ORDINAL = 1_000_000
"""Advisers' hours are drawn apart from inspectors': by day, from here on."""
_MOST = 64
"""Most visits of a county on one day."""


@dataclass
class Outcome:
    """What an engine hands back.

    Attributes
    ----------
    events : numpy.ndarray
        Structured array of dtype `EVENT`, sorted.
    queue : numpy.ndarray
        Shape (days, organisations): waiting after the morning's allocation.
    busy : numpy.ndarray
        Shape (days, organisations): busy servers after it.
    servers : numpy.ndarray
        Shape (days, organisations): servers in place.
    spent : numpy.ndarray
        Shape (days, 2): staff-days and yuan of the strategy's instruments.
    hazards : HazardWorld
        Its ledger, the staff-days by duty, the stock it began with; None where they are not simulated.
    """

    events: npt.NDArray[np.void]
    queue: npt.NDArray[np.int64]
    busy: npt.NDArray[np.int64]
    servers: npt.NDArray[np.int64]
    spent: npt.NDArray[np.float64]
    hazards: HazardWorld | None = None


def run(world: World) -> Outcome:
    """Run one replication to the end of its timeline and return what happened."""
    return SimpyRun(world).run()


@dataclass
class SimpyRun:
    """One replication under way."""

    world: World
    env: simpy.Environment = field(default_factory=simpy.Environment)
    log: Log = field(default_factory=Log)

    def __post_init__(self) -> None:
        world, days = self.world, self.world.timeline.days
        self.state = world.state
        self.benches = (*world.agencies, world.assessors)
        self.waiting: list[list[tuple[int, int, int]]] = [[] for _ in self.benches]
        self.plans = [0] * world.state.entity.size
        self.hazards = world.hazards
        self.key = np.array([world.seed, world.replication], dtype=np.int64)
        self.nothing = np.zeros((world.state.entity.size, len(Fact)), dtype=np.int64)
        self.reported = self._know(ledger=True)
        self.reward = 1.0
        self.elsewhere = np.zeros(4)
        self.refresh_end = 0.0
        shape = (days, len(self.benches))
        self.queue, self.busy, self.servers = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        self.spent = np.zeros((days, 2))

    def run(self) -> Outcome:
        """Start the organisations, let the calendar run out and collect the log."""
        for organisation in (self.calendar, self.reporting, self.bureau, self.intensities, self.allocation):
            self.env.process(organisation())
        self.env.run(until=self.at(self.world.timeline.days, Phase.CALENDAR))
        self._live(float(self.world.timeline.days))
        for bench in range(len(self.benches)):  # days without a morning keep the state of the last one
            self._fill_gaps(bench)
        return Outcome(self.log.sorted(), self.queue, self.busy, self.servers, self.spent, self.hazards)

    # ------------------------------------------------------------------ time
    def at(self, time: float, phase: int) -> simpy.Event:
        """Return an event at `time` whose SimPy priority is the phase."""
        event = simpy.Event(self.env)
        event._ok, event._value = True, None
        self.env.schedule(event, priority=phase, delay=max(0.0, time - self.env.now))  # type: ignore[arg-type]
        return event

    # ---------------------------------------------------------- organisations
    def calendar(self) -> Process:
        """Phase 1: enterprises whose removal has fallen due leave the list; a new year's visits count from 0."""
        world = self.world
        order = np.argsort(world.removal, kind="stable")
        order = order[world.removal[order] < world.timeline.days]
        done, year = 0, world.timeline.as_of.year
        for day in world.timeline.mornings:
            yield self.at(float(day), Phase.CALENDAR)
            if world.timeline.date(int(day)).year > year:
                year = world.timeline.date(int(day)).year
                if self.hazards is not None:
                    self.hazards.roster[:, :, Roster.VISITS_YEAR] = 0
            while done < order.size and world.removal[order[done]] <= day:
                self._leave_list(int(order[done]), float(day))
                done += 1

    def reporting(self) -> Process:
        """Phase 2: what is known becomes the reported state; hazards and visits are reported when intervals begin."""
        timeline = self.world.timeline
        begins = set(timeline.refresh_times.tolist())
        mornings = set(timeline.mornings.tolist())
        for time in sorted(begins | mornings):
            yield self.at(float(time), Phase.REPORTING)
            if time in begins:
                self._live(float(time))
            if time in mornings:
                self.reported = self._know(ledger=time in begins)

    def bureau(self) -> Process:
        """Phase 3: instruments pull their levers; meetings and notices reach the enterprises."""
        world, attention = self.world, self.world.setting.case.attention
        passed_on = attention.pass_on_share.value**attention.levels.value
        kinds = {Contact.MEETING: Kind.MEETING, Contact.NOTICE: Kind.NOTICE}
        for day in world.timeline.mornings:
            yield self.at(float(day), Phase.MEETINGS)
            for side, levers in enumerate(world.levers):
                reset_levers(levers)
                for lever in world.setting.levers[side]:
                    lever.act(int(day), self.reported[side], levers)
                for kind in Contact:
                    sizes = levers.contact[kind]
                    if sizes.any():
                        contact_counties(
                            self.state.attention,
                            self.state.attention_time,
                            self.state.status,
                            self.state.county,
                            side,
                            int(kind),
                            sizes,
                            float(day),
                            passed_on,
                            world.memories[kind],
                        )
                        if side == 0:
                            self.log.add(
                                float(day),
                                Phase.MEETINGS,
                                kinds[kind],
                                channel=Channel.CITY_BUREAU,
                                value=float(sizes.max()),
                            )
            self.spent[day] += world.levers[0].staff_days[0], world.levers[0].yuan[0]

    def intensities(self) -> Process:
        """Phase 4: new intensities where an interval begins, and on a morning that changes the levers' multiplier.

        Intervals begin on the first working morning of each week and when a deadline's day is over.
        """
        timeline, levers = self.world.timeline, self.world.levers
        begins = timeline.refresh_times
        ends = dict(zip(begins.tolist(), [*begins[1:].tolist(), float(timeline.days)], strict=True))
        multiplier = np.empty(0)
        for time in np.union1d(begins, timeline.mornings.astype(np.float64)).tolist():
            yield self.at(time, Phase.REFRESH)
            now = levers[0].multiplier / levers[1].multiplier
            if time in ends or not np.array_equal(now, multiplier):
                self.refresh_end = ends.get(time, self.refresh_end)
                multiplier = now
                if time in ends:
                    self._set_controls()
                self._refresh(time, multiplier)

    def allocation(self) -> Process:
        """Phase 5: free builders and assessors take the waiting enterprises, first the agencies."""
        last = len(self.benches) - 1
        for day in self.world.timeline.mornings:
            yield self.at(float(day), Phase.ALLOCATION)
            added = self.world.levers[0].builders_added
            for number, bench in enumerate(self.benches):
                servers = bench.base
                if number < last:
                    servers = min(bench.free_at.size, int(round(bench.base * (1.0 + added[number]))))
                self._serve(number, bench, servers, int(day))
                self.queue[day, number] = len(self.waiting[number])
                self.busy[day, number] = busy_servers(bench.free_at, servers, float(day))
                self.servers[day, number] = servers
            for side in range(SIDES):
                self._send(side, int(day))

    # ------------------------------------------------------------ enterprises
    def plan(self, i: int) -> None:
        """Let one enterprise wait for its next own event, in its present state and up to the next intensities."""
        s = self.state
        self._wait(i, *next_event(s.status, s.residual, s.rate, s.updated, i, self.refresh_end))

    def own_event(self, i: int, track: int, time: float) -> None:
        """Phase 6: one enterprise's own event, and the plan for its next one."""
        world, state = self.world, self.state
        entity, ordinal = int(state.entity[i]), int(state.spell[i, track])
        self._advance(i, time)
        kind = fire(state.status, state.residual, state.spell, entity, i, track, time, world.seed, world.replication)
        self.log.add(time, Phase.ENTERPRISES, kind, entity=entity, ordinal=ordinal, channel=Channel.OWN_STAFF, index=i)
        self._tell_hazards(i, kind, time)
        if kind == Kind.READY:
            self._join(int(state.sector[i]), i)
        elif kind == Kind.ENTERED:
            self._join(len(self.benches) - 1, i)
        self.plan(i)

    def visit(self, i: int, day: int, team: int) -> Process:
        """Hold the assessment of one enterprise at its hour of the day."""
        spell = int(self.state.spell[i, Track.ASSESS])
        hour = uniform(
            self.world.seed,
            self.world.replication,
            int(self.state.entity[i]),
            int(Stream.ASSESS_HOUR),
            spell,
            0,
        )
        time = day + (9.0 + 8.0 * hour) / 24.0
        yield self.at(time, Phase.ENTERPRISES)
        if self.state.status[i, Col.ON_LIST] == 0:
            return
        scores = self.world.setting.case.assessors
        self._advance(i, time)
        kind, points = assess(
            self.state.status,
            self.state.spell,
            int(self.state.entity[i]),
            i,
            int(self.state.pass_score[i]),
            float(scores.score_mean.value),
            float(scores.score_scale.value),
            self.world.seed,
            self.world.replication,
        )
        self._record(i, time, Phase.ENTERPRISES, Kind.ASSESSED, spell, Channel.ASSESSOR, team, float(points))
        self._record(i, time, Phase.ENTERPRISES, kind, spell, Channel.ASSESSOR, team, float(points))
        self.plan(i)

    # ------------------------------------------------------------ supervision
    def _know(self, *, ledger: bool) -> tuple[Reported, Reported]:
        """Return what the bureau knows under the strategy and under the reference."""
        counts, world = reported_counts(self.world), self.hazards
        if world is None:
            return (Reported(counts, self.nothing, self.key),) * 2
        for side in range(SIDES):
            write_progress(self.state.status, world.roster[side], world.facts[side])
            if ledger:
                write_ledger(world.sites, world.facts[side])
        return Reported(counts, world.facts[0], self.key), Reported(counts, world.facts[1], self.key)

    def _live(self, time: float) -> None:
        """Let the hazards live until the weekly report, publish the week's penalties, drop who has left."""
        world, setting = self.hazards, self.world.setting
        if world is None:
            return
        world.live(time)
        publish(world.sites, self.state.county, int(setting.case.population.counties.value), time, world.laws)
        for i in np.flatnonzero(world.sites["on_list"] > self.state.status[:, Col.ON_LIST]).tolist():
            world.leave(i)

    def _set_controls(self) -> None:
        """Let what the strategy's instruments set this morning hold until the next weekly report."""
        hazards, levers = self.hazards, self.world.levers[0]
        if hazards is None:
            return
        laws = hazards.laws
        laws["penalty_factor"], laws["publicity"] = levers.penalty[0], min(1.0, levers.publicity[0])
        laws["look_share"], laws["look_days"] = levers.look_back[0], levers.look_back[1]
        laws["listing_share"] = levers.listing[0]
        if levers.reward[0] != self.reward:
            self.reward = float(levers.reward[0])
            set_reports(self.reward, hazards.lived, hazards.sites, hazards.table, laws)

    def _send(self, side: int, day: int) -> None:
        """Phase 5, last: the counties' staff-days of a morning become advisers' and inspectors' visits."""
        world, levers, hazards = self.world, self.world.levers[side], self.hazards
        if hazards is None:
            return
        allot_counties(
            hazards.staff,
            levers.staff_days[0] / hazards.owed.shape[1],
            levers.advising[0],
            levers.inspect_factor[0],
            levers.borrowed[0],
            hazards.owed[side],
            hazards.advice_credit[side],
            hazards.credit[side],
            hazards.duties[day] if side == 0 else self.elsewhere,
        )
        advised = deal_advice(
            day,
            hazards.members,
            hazards.first,
            self.state.entity,
            self.state.status,
            hazards.roster[side],
            hazards.advice_credit[side],
            hazards.staff.advice_cost,
            int(world.setting.case.staff.revisit_gap.value),
            _MOST,
        )
        visited, order = deal_visits(
            day,
            hazards.members,
            hazards.first,
            self.state.entity,
            self.state.status[:, Col.ON_LIST],
            levers.plan_share,
            levers.priority,
            levers.visit_cap,
            hazards.roster[side],
            hazards.dealt[side],
            hazards.credit[side],
            hazards.staff.visit_cost,
            int(world.setting.case.staff.revisit_gap.value),
            _MOST,
        )
        self._hold(side, day, advised, np.zeros_like(advised), Contact.ADVICE)
        self._hold(side, day, visited, order, Contact.VISIT)

    def _hold(self, side: int, day: int, index: Ints, order: Ints, kind: Contact) -> None:
        """Hold the day's visits of one kind: contacts on this side, chances of detection under the strategy."""
        if not index.size or self.hazards is None:
            return
        world, hazards, state = self.world, self.hazards, self.state
        per_day, inspects = int(world.setting.case.staff.visits_per_team_day.value), kind == Contact.VISIT
        ordinals = hazards.roster[side, index, Roster.VISITS] if inspects else np.full(index.size, ADVICE_ORDINAL + day)
        times = hold_visits(
            day,
            index,
            order,
            ordinals,
            per_day,
            state.entity,
            side,
            int(kind),
            world.memories[kind],
            state.attention,
            state.attention_time,
            world.seed,
            world.replication,
        )
        if side == 0:
            channel, quality = np.full(index.size, _EXPERT), np.ones(index.size)
            if inspects:
                channel[:], team = SPOT_CHECK, (day + order // per_day) % hazards.quality.shape[1]
                tired = float(world.setting.case.discovery.fatigue_drop.value)
                quality = hazards.quality[state.county[index], team] * fatigue_factors(order % per_day, tired)
            hazards.pending.append((index, times, channel, quality, np.full(index.size, int(inspects))))

    def _tell_hazards(self, i: int, kind: int, time: float) -> None:
        """Let an enterprise's new stage count for its self-checks; a system built now may be paper."""
        if self.hazards is None:
            return
        world, sites, f = self.world, self.hazards.sites, self.world.setting.case.formalism
        if kind == Kind.ONLINE:
            sites["online_at"][i] = time
        if kind != Kind.BUILT:
            return
        sites["built_at"][i] = time
        law, entity = self.hazards.laws[0], int(self.state.entity[i])
        chance = paper_probability(
            float(world.setting.case.caveats.paper_share.value),
            rush_mean(world.path.rush, int(self.state.group[i]), time, time),
            float(f.rush_effect.value),
            bool(self.state.status[i, Col.AGENCY_USER] == 1),
            float(f.agency_effect.value),
            decayed(sites["perceived"][i], max(0.0, time - sites["perceived_at"][i]), law["memory"]),
            float(f.perceived_effect.value),
        )
        if uniform(world.seed, world.replication, entity, int(Stream.PAPER), 0, 0) < chance:
            sites["paper"][i] = 1
            self._record(i, time, Phase.ENTERPRISES, Kind.PAPER, 0, Channel.NONE)

    # ---------------------------------------------------------------- helpers
    def _advance(self, i: int, now: float) -> None:
        """Spend an enterprise's clocks up to now."""
        s = self.state
        advance(s.status, s.residual, s.rate, s.updated, i, now)

    def _wait(self, i: int, time: float, track: int) -> None:
        """Schedule an enterprise's own event; whatever it waited for before counts no more."""
        self.plans[i] += 1
        if track < 0:
            return
        plan = self.plans[i]

        def happen(_: simpy.Event) -> None:
            if self.plans[i] == plan:
                self.own_event(i, track, time)

        self.at(time, Phase.ENTERPRISES).callbacks.append(happen)

    def _refresh(self, time: float, multiplier: npt.NDArray[np.float64]) -> None:
        """Set all intensities to the end of the interval and let every enterprise plan its next event."""
        world, scores = self.world, self.world.setting.case.assessors
        times, tracks = refresh(
            self.state,
            world.path,
            multiplier,
            world.effects,
            world.memories,
            1.0 / scores.rework_mean.value,
            float(scores.score_mean.value),
            float(scores.score_scale.value),
            time,
            self.refresh_end,
        )
        self.plans = [plan + 1 for plan in self.plans]
        for i in np.flatnonzero(tracks >= 0).tolist():
            self._wait(i, float(times[i]), int(tracks[i]))

    def _join(self, number: int, i: int) -> None:
        """Let an enterprise wait for a server: smallest priority number first, ties by entity."""
        benchmark = bool(self.state.group[i] == _BENCHMARK)
        priority = queue_priority(benchmark, int(self.state.status[i, Col.READY_DAY]))
        heapq.heappush(self.waiting[number], (priority, int(self.state.entity[i]), i))

    def _serve(self, number: int, bench: Bench, servers: int, day: int) -> None:
        """Give free servers to the waiting in the order of priority, then entity."""
        queue = self.waiting[number]
        while queue:
            server = free_server(bench.free_at, servers, float(day))
            if server < 0:
                break
            i = heapq.heappop(queue)[2]
            bench.free_at[server] = day + bench.service[i]
            if number == len(self.benches) - 1:
                self.env.process(self.visit(i, day, server))
            else:
                self._advance(i, float(day))
                kind = hand_over(self.state.status, i)
                if server >= bench.base:
                    self.spent[day, 1] += self.world.levers[0].yuan_per_job[0]
                self._record(i, float(day), Phase.ALLOCATION, kind, 0, Channel.AGENCY, server)
                self._tell_hazards(i, kind, float(day))
                self.plan(i)

    def _leave_list(self, i: int, time: float) -> None:
        """Take an enterprise off the list; the event's value holds the stages it takes along, as bits."""
        if self.state.status[i, Col.ON_LIST] == 0:
            return
        flags = stage_flags(self.state.status[i : i + 1])[0]
        self._advance(i, time)
        remove(self.state.status, i)
        for queue in self.waiting:
            kept = [entry for entry in queue if entry[2] != i]
            if len(kept) < len(queue):
                queue[:] = kept
                heapq.heapify(queue)
        value = float(sum(1 << k for k, flag in enumerate(flags) if flag))
        self._record(i, time, Phase.CALENDAR, Kind.REMOVED, 0, Channel.NONE, value=value)
        self.plan(i)

    def _record(
        self,
        i: int,
        time: float,
        phase: int,
        kind: int,
        ordinal: int,
        channel: int,
        actor: int = 0,
        value: float = 0.0,
    ) -> None:
        """Write an enterprise's event."""
        self.log.add(
            time,
            int(phase),
            int(kind),
            entity=int(self.state.entity[i]),
            ordinal=ordinal,
            channel=int(channel),
            actor=actor,
            value=value,
            index=i,
        )

    def _fill_gaps(self, bench: int) -> None:
        """Copy the last morning's queue onto the days without one."""
        mornings = set(self.world.timeline.mornings.tolist())
        for day in range(1, self.world.timeline.days):
            if day not in mornings:
                for array in (self.queue, self.busy, self.servers):
                    array[day, bench] = array[day - 1, bench]
