"""The adoption-and-inspection model written plainly in SimPy, as its documentation teaches: the yardstick for speed.

A process per enterprise and track, `simpy.Resource` for agencies, assessors and inspection teams, `env.timeout` with
one `numpy.random.Generator` draw at a time, shared state in plain objects. Not slowed on purpose and not optimised
either. The enterprises, their stages, the path of the programme and all rates come from the same case.

In both: the list with its stages and dates, start-build-connect-online-assess with hand-over by agencies, assessment,
rework; weekly refresh of the pace along the path with rush and ordered closure; working mornings; meetings; counties'
staff-days turned into visits by a risk-weighted and a double-random plan with a gap between visits; hazards of two
classes (`plain_hazards`) with a year of life before the as-of date, found by six channels (look-back is not in force),
through the closed loop and back; penalties, perceived risk, paper systems, accidents.

Only in dpsim: keyed draws; the second bookkeeping of the reference strategy (attention acts as the ratio of the two,
which is 1 for the arrangement in force, so the plain model holds its meetings and visits and leaves the ratio out);
other strategies' instruments; the notices; an event log; 60 indicators by county and week (the plain model counts some
15 for the city).
Only in the plain model: nothing. What is left out makes it faster, not slower.

Its means agree with dpsim's: `plain.py` compares them, a test holds them together.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np
import simpy
from plain_hazards import Hazard, Places, hazard_processes, visit

from dpsim.engines.world import Setting
from dpsim.model.adoption import pass_probability
from dpsim.model.organisations import sector_builders
from dpsim.model.past import draw_entries, draw_propensity
from dpsim.model.paths import member_rate, rush_mean
from dpsim.model.prior import PathSet, make_path, weeks_since
from dpsim.model.staffing import county_staff

Process = Generator[simpy.Event, object, None]
START, BUILD, CONNECT, ONLINE, ASSESS = range(5)
TRACKS = 5
PAST_DAYS = 365.0


@dataclass(eq=False)
class Enterprise:
    """One enterprise: where it stands, and its record."""

    county: int
    sector: int
    benchmark: bool
    propensity: float
    agency_user: bool
    done: list[bool]
    """By track: started, built (own part), connected, online, passed (or in assessment)."""
    built: simpy.Event
    started: simpy.Event
    built_at: float = math.inf
    online_at: float = math.inf
    assessed: bool = False
    passed: bool = False
    reworking: bool = False
    paper: bool = False
    colour: int = 0
    intensity: tuple[float, float] = (0.0, 0.0)
    perceived: float = 0.0
    perceived_at: float = 0.0
    last_visit: float = -math.inf
    last_planned: int = 0
    rung: int = 0
    bad_record: bool = False
    latent: list[Hazard] = field(default_factory=list)
    open: list[Hazard] = field(default_factory=list)


class City:
    """One run of the plain model."""

    def __init__(self, setting: Setting, paths: PathSet, row: int, seed: int) -> None:
        self.case, self.timeline, self.rng = setting.case, setting.timeline, np.random.default_rng(seed)
        self.env = simpy.Environment(initial_time=-PAST_DAYS)
        self.end = float(setting.timeline.days)
        self.path = make_path(self.case, self.timeline, paths, row)
        self.mornings = [float(day) for day in self.timeline.mornings]
        self.places = Places(self.case)
        self.enterprises = self._enterprises(setting, int(paths.start[row]))
        self.teams = simpy.PriorityResource(self.env, capacity=int(self.case.assessors.teams.value))
        self.agencies = self._agencies(setting, int(paths.start[row]))
        self.counties = [
            [e for e in self.enterprises if e.county == k] for k in range(int(self.case.population.counties.value))
        ]
        self.rates = np.zeros((2, TRACKS))
        self.next_refresh = 0.0
        self.meetings = 0
        self.counts: dict[str, int] = {}
        self.weekly: list[dict[str, int]] = []

    def run(self) -> dict[str, float]:
        """Run to the end and return the last week's counts."""
        self.env.process(self.refresh())
        self.env.process(self.bureau())
        for county in self.counties:
            self.env.process(self.inspect(county))
        for e in self.enterprises:
            self.env.process(self.build(e))
            self.env.process(self.platform(e))
            self.env.process(self.assessment(e))
            hazard_processes(self, e)
        self.env.process(self.monitor())
        self.env.run(until=self.end)
        return {**self.weekly[-1], **self.counts, "enterprises": len(self.enterprises)}

    def count(self, what: str) -> None:
        """Count something that happens after the as-of date."""
        if self.env.now >= 0.0:
            self.counts[what] = self.counts.get(what, 0) + 1

    def next_morning(self) -> float:
        """Return the days until the next working morning."""
        now = self.env.now
        return next((day - now for day in self.mornings if day >= now), self.end - now)

    # ------------------------------------------------------------ the list
    def _enterprises(self, setting: Setting, start: int) -> list[Enterprise]:
        """Return the enterprises as published, with dates and propensity drawn."""
        p, rng, case = setting.population, self.rng, self.case
        n = p.entity.size
        entry = draw_entries(case, p, start, lambda _: rng.random(n))
        propensity = draw_propensity(case, start, entry, lambda _: rng.random(n))
        out = []
        for i in range(n):
            done = [bool(p.building[i] or p.built[i]), bool(p.built[i]), bool(p.connected[i]), bool(p.online[i])]
            done.append(bool(p.passed[i]))
            events = [self.env.event() for _ in range(2)]
            e = Enterprise(
                int(p.county[i]),
                int(p.sector[i]),
                bool(p.group[i]),
                float(propensity[i]),
                rng.random() < case.agencies.user_share.value,
                done,
                *events,
            )
            for event, reached in zip(events, (done[BUILD], done[START]), strict=True):
                if reached:
                    event.succeed()
            e.assessed, e.passed = bool(p.assessed[i]), bool(p.passed[i])
            e.reworking = e.assessed and not e.passed
            e.built_at = float(entry[i, BUILD]) if done[BUILD] else math.inf
            e.online_at = float(entry[i, ONLINE]) if done[ONLINE] else math.inf
            self.places.settle(e, rng)
            out.append(e)
        return out

    def _agencies(self, setting: Setting, start: int) -> list[simpy.PriorityResource]:
        """Return the agencies' builders by sector."""
        a, p = self.case.agencies, setting.population
        builders = sector_builders(
            p.sector,
            p.built,
            len(p.sector_names),
            weeks_since(self.case, start),
            float(a.user_share.value),
            float(a.service_mean.value),
            float(a.headroom.value),
        )
        return [simpy.PriorityResource(self.env, capacity=number) for number in builders]

    # ------------------------------------------------------------ the tracks of an enterprise
    def clock(self, e: Enterprise, track: int) -> Process:
        """Wait until the enterprise takes the step of a track, at this week's rate."""
        while True:
            rate = self.rates[int(e.benchmark), track] * e.propensity
            if track == ASSESS:
                scores = self.case.assessors
                rate /= pass_probability(self.pass_score(e), scores.score_mean.value, scores.score_scale.value)
            wait = self.rng.exponential(1.0 / rate) if rate > 0.0 else math.inf
            left = self.next_refresh - self.env.now
            if wait < left:
                yield self.env.timeout(wait)
                return
            yield self.env.timeout(left)

    def build(self, e: Enterprise) -> Process:
        """Start, build, and let the agency hand over."""
        yield self.env.timeout(PAST_DAYS)
        if not e.done[START]:
            yield from self.clock(e, START)
            e.done[START] = True
            e.started.succeed()
        if e.done[BUILD]:
            return
        yield from self.clock(e, BUILD)
        e.done[BUILD] = True
        if e.agency_user:
            agency = self.agencies[e.sector]
            request = agency.request(priority=self.priority(e))
            yield request
            yield self.env.timeout(self.next_morning())
            self.env.process(self.hold(agency, request, self.gamma(self.case.agencies)))
        e.built_at = self.env.now
        e.paper = self.places.is_paper(e, self.rush(e), self.env.now, self.rng)
        e.built.succeed()

    def platform(self, e: Enterprise) -> Process:
        """Connect once started, then go online once built."""
        yield self.env.timeout(PAST_DAYS)
        if not e.done[CONNECT]:
            yield e.started
            yield from self.clock(e, CONNECT)
            e.done[CONNECT] = True
        if e.done[ONLINE]:
            return
        yield e.built
        yield from self.clock(e, ONLINE)
        e.done[ONLINE] = True
        e.online_at = self.env.now

    def assessment(self, e: Enterprise) -> Process:
        """Enter, be assessed by a team, and if sent back rework and enter again."""
        yield self.env.timeout(PAST_DAYS)
        yield e.built
        scores = self.case.assessors
        while not e.passed:
            if e.reworking:
                yield self.env.timeout(self.rng.exponential(scores.rework_mean.value))
                e.reworking = False
            yield from self.clock(e, ASSESS)
            e.done[ASSESS] = True
            request = self.teams.request(priority=self.priority(e))
            yield request
            morning = self.next_morning()
            service, hour = self.gamma(scores), (9.0 + 8.0 * self.rng.random()) / 24.0
            self.env.process(self.hold(self.teams, request, morning + service))
            yield self.env.timeout(morning + hour)
            e.assessed = True
            u = self.rng.random()
            points = math.floor(scores.score_mean.value + scores.score_scale.value * math.log(u / (1.0 - u)))
            if points >= self.pass_score(e):
                e.passed = True
            else:
                e.done[ASSESS], e.reworking = False, True

    def hold(self, resource: simpy.Resource, request: simpy.Event, days: float) -> Process:
        """Keep a builder or a team busy."""
        yield self.env.timeout(days)
        resource.release(request)

    def gamma(self, block: object) -> float:
        """Return a service time."""
        mean, cv = block.service_mean.value, block.service_cv.value
        return float(self.rng.gamma(1.0 / cv**2, mean * cv**2))

    def priority(self, e: Enterprise) -> float:
        """Return a place in a queue: benchmarks first, then the longer wait."""
        return math.floor(self.env.now) + (0.0 if e.benchmark else 1e6)

    def pass_score(self, e: Enterprise) -> int:
        """Return the points an enterprise needs."""
        scores = self.case.assessors
        return int((scores.pass_score_benchmark if e.benchmark else scores.pass_score_other).value)

    def rush(self, e: Enterprise) -> float:
        """Return the rush in force."""
        return rush_mean(self.path.rush, int(e.benchmark), self.env.now, self.env.now)

    # ------------------------------------------------------------ organisations
    def refresh(self) -> Process:
        """Set the rates of all tracks where an interval begins."""
        yield self.env.timeout(PAST_DAYS)
        times = [*self.timeline.refresh_times.tolist(), self.end]
        for k in range(len(times) - 1):
            self.next_refresh = times[k + 1]
            for track in range(TRACKS):
                able = [e for e in self.enterprises if self.at_risk(e, track)]
                done = sum(e.done[track] for e in self.enterprises)
                mean = sum(e.propensity for e in able) / len(able) if able else 1.0
                for group in range(2):
                    factor = rush_mean(self.path.rush, group, times[k], times[k + 1])
                    gap = float(len(self.enterprises) - done)
                    args = (self.path, track, float(done), gap, float(len(able)), factor, times[k], times[k + 1])
                    self.rates[group, track] = member_rate(*args) / mean
            yield self.env.timeout(times[k + 1] - times[k])

    def at_risk(self, e: Enterprise, track: int) -> bool:
        """Return whether an enterprise can take the step of a track now."""
        if e.done[track]:
            return False
        if track == START:
            return True
        if track in (BUILD, CONNECT):
            return e.done[START]
        if track == ONLINE:
            return e.built.triggered and e.done[CONNECT]
        return e.built.triggered and not e.reworking

    def bureau(self) -> Process:
        """Hold the meetings: the counties' staff spend their days there first."""
        yield self.env.timeout(PAST_DAYS)
        while True:
            self.meetings += 1
            yield self.env.timeout(self.places.meeting[0])

    def inspect(self, county: list[Enterprise]) -> Process:
        """Each working morning turn the county's staff-days into visits by the two plans."""
        staff, case = county_staff(self.case), self.case
        crew = simpy.Resource(self.env, capacity=max(1, int(staff.inspectors / case.staff.staff_per_visit.value)))
        window, borrow, plans, step = self.places.plan
        credit, owed, gap, attended = 0.0, 0.0, case.staff.revisit_gap.value, 0
        meeting = self.places.meeting[1] / len(self.counties)
        for day in self.mornings:
            yield self.env.timeout(day - self.env.now)
            borrowed = borrow if window[0] <= day < window[1] else 0.0
            left = staff.pool - staff.reporting - (meeting if self.meetings > attended else 0.0)
            attended = self.meetings
            days = max(0.0, min(staff.legal, left))
            back = 0.0 if borrowed else min(owed, staff.payback * days)
            owed += borrowed * staff.inspectors - back
            credit += days - back + borrowed * staff.inspectors
            order = 0
            while credit >= staff.visit_cost:
                free = [e for e in county if e.last_planned <= day - gap]
                if not free:
                    break
                if self.rng.random() < plans[0] / sum(plans):
                    chosen = max(free, key=lambda e: (day - e.last_planned) * step**e.colour)
                else:
                    chosen = free[self.rng.integers(len(free))]
                credit -= staff.visit_cost
                chosen.last_planned = int(day)
                self.env.process(visit(self, chosen, crew, order))
                order += 1

    def monitor(self) -> Process:
        """Count the stages and the hazards every week."""
        yield self.env.timeout(PAST_DAYS)
        while True:
            all_of = self.enterprises
            self.weekly.append(
                {
                    "built": sum(e.built.triggered for e in all_of),
                    "connected": sum(e.done[CONNECT] for e in all_of),
                    "online": sum(e.done[ONLINE] for e in all_of),
                    "assessed": sum(e.assessed for e in all_of),
                    "passed": sum(e.passed for e in all_of),
                    "latent": sum(len(e.latent) for e in all_of),
                    "open": sum(len(e.open) for e in all_of),
                }
            )
            step = min(7.0, self.end - 1e-9 - self.env.now)
            if step <= 0.0:
                return
            yield self.env.timeout(step)


def run(setting: Setting, paths: PathSet, row: int, seed: int) -> dict[str, float]:
    """Run the plain model once and return its counts."""
    return City(setting, paths, row, seed).run()
