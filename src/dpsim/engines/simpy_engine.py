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

from dpsim.core.funds import Purse, affords
from dpsim.core.levers import Contact, reset_levers
from dpsim.core.words import GROUPS, Channel, Kind
from dpsim.engines.benches import Bench
from dpsim.engines.log import Log
from dpsim.engines.outcome import Outcome
from dpsim.engines.supervision import Supervision
from dpsim.engines.world import World
from dpsim.model.adoption import advance, assess, assessment_time, fire, hand_over, next_event, remove
from dpsim.model.attention import contact_counties
from dpsim.model.organisations import busy_servers, free_server, is_willing, queue_priority, servers_in_place
from dpsim.model.refresh import refresh
from dpsim.model.reporting import told_by_day
from dpsim.model.state import Col, Phase, Track, stage_bits

Process = Generator[simpy.Event, object, None]
_BENCHMARK = GROUPS.index("benchmark")


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
        self.supervision = Supervision(world)
        self.reported = self.supervision.know(-1, ledger=True)
        self.refresh_end = 0.0
        shape = (days, len(self.benches))
        self.queue, self.busy, self.servers = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        self.spent = np.zeros((days, 2))

    def run(self) -> Outcome:
        """Start the organisations, let the calendar run out and collect the log."""
        for organisation in (self.calendar, self.reporting, self.bureau, self.intensities, self.allocation):
            self.env.process(organisation())
        self.env.run(until=self.at(self.world.timeline.days, Phase.CALENDAR))
        self.supervision.live(float(self.world.timeline.days))
        self.supervision.drop_leavers()
        for bench in range(len(self.benches)):  # days without a morning keep the state of the last one
            self._fill_gaps(bench)
        told = told_by_day(self.world.reports)
        return Outcome(
            self.log.sorted(),
            self.queue,
            self.busy,
            self.servers,
            self.spent,
            self.supervision.purse,
            self.world.hazards,
            told,
        )

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
                self.supervision.new_year()
            while done < order.size and world.removal[order[done]] <= day:
                self._leave_list(int(order[done]), float(day))
                done += 1

    def reporting(self) -> Process:
        """Phase 2: what is known becomes the reported state; hazards and visits are reported when intervals begin.

        Whom the week's penalties close leaves the list then.
        """
        timeline = self.world.timeline
        begins = set(timeline.refresh_times.tolist())
        mornings = set(timeline.mornings.tolist())
        for time in sorted(begins | mornings):
            yield self.at(float(time), Phase.REPORTING)
            if time in begins:
                self.supervision.live(float(time))
                for i in self.supervision.closed():
                    self._leave_list(i, float(time), Phase.REPORTING, Channel.CITY_BUREAU)
                self.supervision.drop_leavers()
            if time in mornings:
                self.reported = self.supervision.know(int(time), ledger=time in begins)

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
            self.supervision.take_in()
            self.supervision.pay()
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
                    self.supervision.set_controls(time)
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
                    servers = servers_in_place(bench.base, float(added[number]), bench.free_at.size)
                self._serve(number, bench, servers, int(day))
                self.queue[day, number] = len(self.waiting[number])
                self.busy[day, number] = busy_servers(bench.free_at, servers, float(day))
                self.servers[day, number] = servers
            self.supervision.send(int(day))

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
        self._tell(i, kind, time)
        if kind == Kind.READY:
            self._join(int(state.sector[i]), i)
        elif kind == Kind.ENTERED:
            self._join(len(self.benches) - 1, i)
        self.plan(i)

    def visit(self, i: int, day: int, team: int) -> Process:
        """Hold the assessment of one enterprise at its hour of the day."""
        spell = int(self.state.spell[i, Track.ASSESS])
        time = assessment_time(day, self.world.seed, self.world.replication, int(self.state.entity[i]), spell)
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
            self.supervision.refuses(i, spell),
            self.world.seed,
            self.world.replication,
        )
        self._record(i, time, Phase.ENTERPRISES, Kind.ASSESSED, spell, Channel.ASSESSOR, team, float(points))
        self._record(i, time, Phase.ENTERPRISES, kind, spell, Channel.ASSESSOR, team, float(points))
        self.plan(i)

    # ---------------------------------------------------------------- helpers
    def _advance(self, i: int, now: float) -> None:
        """Spend an enterprise's clocks up to now."""
        s = self.state
        advance(s.status, s.residual, s.rate, s.updated, i, now)

    def _tell(self, i: int, kind: int, time: float) -> None:
        """Tell the supervisors' side of an enterprise's new stage."""
        if self.supervision.tell(i, kind, time):
            self._record(i, time, Phase.ENTERPRISES, Kind.PAPER, 0, Channel.NONE)

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
            world.levers[0].pull / world.levers[1].pull,
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
        queue, levers, purse = self.waiting[number], self.world.levers[0], self.supervision.purse[0]
        while queue:
            server = free_server(bench.free_at, servers, float(day))
            added = server >= bench.base
            if server < 0 or (added and not affords(purse[Purse.HAND_OVERS], levers.yuan_per_job[0], levers.funds[0])):
                break
            share = float(levers.willing[0]) if added else 1.0
            i = heapq.heappop(queue)[2] if share == 1.0 else self._next_willing(queue, share)
            if i < 0:
                break
            bench.free_at[server] = day + bench.service[i]
            if number == len(self.benches) - 1:
                self.env.process(self.visit(i, day, server))
            else:
                self._advance(i, float(day))
                kind = hand_over(self.state.status, i)
                if added:
                    self.spent[day, 1] += levers.yuan_per_job[0]
                    purse[Purse.HAND_OVERS] += levers.yuan_per_job[0]
                self._record(i, float(day), Phase.ALLOCATION, kind, 0, Channel.AGENCY, server)
                self._tell(i, kind, float(day))
                self.plan(i)

    def _next_willing(self, queue: list[tuple[int, int, int]], share: float) -> int:
        """Take out of a queue the first whom an added builder may serve, and return it; -1 if there is none."""
        reluctance = self.world.reluctance
        entry = min((entry for entry in queue if is_willing(reluctance[entry[2]], share)), default=None)
        if entry is None:
            return -1
        queue.remove(entry)
        heapq.heapify(queue)
        return entry[2]

    def _leave_list(self, i: int, time: float, phase: int = Phase.CALENDAR, channel: int = Channel.NONE) -> None:
        """Take an enterprise off the list; the event's value holds the stages it takes along, as bits."""
        if self.state.status[i, Col.ON_LIST] == 0:
            return
        value = float(stage_bits(self.state.status, i))
        self._advance(i, time)
        remove(self.state.status, i)
        for queue in self.waiting:
            kept = [entry for entry in queue if entry[2] != i]
            if len(kept) < len(queue):
                queue[:] = kept
                heapq.heapify(queue)
        self._record(i, time, phase, Kind.REMOVED, 0, channel, value=value)
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
