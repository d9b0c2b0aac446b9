"""Which mechanisms a set of scenarios exercises: without it, that two engines agree would mean nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

import numpy as np
import simpy

from dpsim.core.funds import Purse
from dpsim.core.levers import NO_CAP, Plan
from dpsim.core.words import Channel, Kind
from dpsim.engines.benches import Bench
from dpsim.engines.log import merged_log
from dpsim.engines.outcome import Outcome
from dpsim.engines.simpy_engine import SimpyRun
from dpsim.engines.world import World
from dpsim.model.paths import AfterDeadline, Pace
from dpsim.model.state import Col
from dpsim.model.visits import MOST_A_DAY, Roster
from dpsim.strategies import instruments, third_party_capacity, third_party_subsidy

Array = np.ndarray
IMPOSSIBLE = "assessment of an enterprise that has left"
"""An assessment is held on the day it is given out, and enterprises leave in the morning: counted, to stay 0."""


@dataclass
class WatchedRun(SimpyRun):
    """The SimPy engine, with what only its scheduler sees counted."""

    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__post_init__()
        plain, hazards = self.supervision.send, self.world.hazards

        def send(day: int) -> None:
            owed = None if hazards is None else hazards.owed[0].copy()
            plain(day)
            self.seen["owed days are given back"] += int(hazards is not None and (hazards.owed[0] < owed).any())

        self.supervision.send = send  # type: ignore[method-assign]

    def visit(self, i: int, day: int, team: int) -> Generator[simpy.Event, object, None]:
        yield from super().visit(i, day, team)
        self.seen[IMPOSSIBLE] += int(self.state.status[i, Col.ON_LIST] == 0)

    def _refresh(self, time: float, multiplier: Array) -> None:
        self.seen["intensities set within an interval"] += int(time not in self.world.timeline.refresh_times)
        super()._refresh(time, multiplier)

    def _serve(self, number: int, bench: Bench, servers: int, day: int) -> None:
        queue = self.waiting[number]
        priorities = [entry[0] for entry in queue]
        free = int((bench.free_at[:servers] <= day).sum())
        who = "assessors" if number == len(self.benches) - 1 else "an agency"
        tied = len(set(priorities)) < len(priorities)
        self.seen[f"tie in the queue of {who}"] += int(tied and free > 0)
        self.seen[f"tie in the queue of {who} decides who is served"] += int(tied and 0 < free < len(queue))
        self.seen[f"more free servers than waiting at {who}"] += int(free > len(queue) > 0)
        if who == "an agency":
            self.seen["fewer builders than before, some still busy"] += int((bench.free_at[servers:] > day).any())
        super()._serve(number, bench, servers, day)

    def _next_willing(self, queue: list[tuple[int, int, int]], share: float) -> int:
        first = min(queue)[2]
        taken = super()._next_willing(queue, share)
        self.seen["an added builder passes over who is not willing"] += int(taken != first)
        return taken

    def _leave_list(self, i: int, time: float, *how: int) -> None:
        for number, queue in enumerate(self.waiting):
            who = "assessors" if number == len(self.benches) - 1 else "an agency"
            self.seen[f"left while waiting for {who}"] += int(any(entry[2] == i for entry in queue))
        self.seen["closed by a penalty"] += int(bool(how))
        super()._leave_list(i, time, *how)


@dataclass
class Coverage:
    """How often each mechanism occurred, and in how many scenarios."""

    times: Counter[str] = field(default_factory=Counter)
    scenarios: Counter[str] = field(default_factory=Counter)

    def engine(self, world: World) -> Outcome:
        """Run a world with the SimPy engine and count what happens in it."""
        n = int(world.state.status[:, Col.ON_LIST].sum())
        run = WatchedRun(world)
        outcome = run.run()
        here = Counter(run.seen) + Counter(dict(_setting(world, n)))
        here += _events(world, outcome) + Counter(dict(_outcome(world, outcome, run)))
        self.times += here
        self.scenarios.update(name for name, count in here.items() if count > 0)
        return outcome

    def lacking(self) -> list[str]:
        """Return the mechanisms that never occurred."""
        return [name for name in expected() if self.scenarios[name] == 0]

    def never(self) -> int:
        """Return how often happened what cannot happen."""
        return self.times[IMPOSSIBLE]

    def table(self) -> str:
        """Return each mechanism with the number of scenarios it occurred in, and of times."""
        names = [*expected(), IMPOSSIBLE]
        return "\n".join(f"{name:<58}{self.scenarios[name]:>6}{self.times[name]:>9}" for name in names)


def expected() -> list[str]:
    """Return every mechanism that a set of scenarios must show."""
    return [
        *(f"event {kind.name}" for kind in Kind),
        *(f"channel {channel.name}" for channel in Channel),
        *(f"instrument {name}" for name in sorted(instruments())),
        *(f"plan {plan.name}, {side}" for side in ("strategy", "reference") for plan in _PLANS[side]),
        *(f"pace {pace.name}" for pace in _PACES),
        *(f"after a missed deadline {after.name}" for after in AfterDeadline),
        *_WORDS,
    ]


_PLANS = {"strategy": tuple(Plan), "reference": (Plan.DOUBLE_RANDOM, Plan.RISK_WEIGHTED)}
_PACES = (Pace.SETTLE, Pace.SPREAD, Pace.LINEAR)
_WORDS = (
    "one enterprise",
    "two enterprises",
    "200 enterprises",
    "one county",
    "more counties than enterprises",
    "nobody has begun",
    "everybody has finished",
    "an enterprise takes no part",
    "no hazards simulated",
    "hazards without a trace",
    "a rush",
    "the gap closes by order",
    "interval begins on a working morning",
    "interval begins at a midnight without a morning",
    "week without a morning",
    "week of seven working days",
    "free weekday",
    "working Saturday or Sunday",
    "a deadline within the days",
    "calendar year turns",
    "intensities set within an interval",
    "queue longer than its servers: an agency",
    "queue longer than its servers: assessors",
    "tie in the queue of an agency decides who is served",
    "tie in the queue of assessors decides who is served",
    "more free servers than waiting at an agency",
    "more free servers than waiting at assessors",
    "fewer builders than before, some still busy",
    "left while waiting for an agency",
    "left while waiting for assessors",
    "hand-over by an added builder",
    "an added builder passes over who is not willing",
    "hand-overs end with their budget",
    "subsidy ends with its budget",
    "third assessment of one enterprise",
    "borrowed days are owed",
    "owed days are given back",
    "annual cap on visits",
    "annual cap reached",
    "visit under the reference",
    "advice under the strategy",
    "reward of reports",
    "look-back set",
    "listing set",
    "publicity set",
    "training in force",
    "a resident expert's round",
    "grid staff's round",
    "more online patrol than the case has",
    "independent assessors",
    "independent assessors under the reference",
    "paper refused the pass",
    "petty penalties",
    "own ability crowded out",
    "counties pulled by their benchmarks",
    "attention differs from the reference",
    "penalty felt",
    "production stopped",
    "closed by a penalty",
    "paper at the as-of date",
    "several visits of one enterprise",
    "as many visits of a county in a day as there can be",
    "no event at all",
)


def _setting(world: World, n: int) -> Iterator[tuple[str, int]]:
    """Yield what a world is before its first morning."""
    setting, timeline, case = world.setting, world.timeline, world.setting.case
    size, counties = world.state.entity.size, int(case.population.counties.value)
    yield "one enterprise", int(size == 1)
    yield "two enterprises", int(size == 2)
    yield "200 enterprises", int(size == 200)
    yield "one county", int(counties == 1)
    yield "more counties than enterprises", int(counties > size)
    yield "nobody has begun", int(case.state.built.value + case.state.building.value == 0)
    yield "everybody has finished", int(case.state.passed.value == case.state.online.value == size)
    yield "an enterprise takes no part", size - n
    yield "no hazards simulated", int(world.hazards is None)
    yield "hazards without a trace", int(world.hazards is not None and world.hazards.store.book.ledger.size == 0)
    yield "a rush", int(world.path.rush.factor != 1.0)
    yield "the gap closes by order", int(np.any(world.path.closes))
    yield f"after a missed deadline {AfterDeadline(world.path.rush.after).name}", 1
    for pace in set(np.asarray(world.path.pace).tolist()):
        yield f"pace {Pace(pace).name}", 1
    mornings, begins = set(timeline.mornings.tolist()), timeline.refresh_times.tolist()
    yield "interval begins on a working morning", sum(t in mornings for t in begins)
    yield "interval begins at a midnight without a morning", sum(t not in mornings for t in begins)
    dates = [timeline.date(day) for day in range(timeline.days)]
    weeks = {date.isocalendar()[:2] for date in dates}
    yield "week without a morning", len(weeks - {timeline.date(int(day)).isocalendar()[:2] for day in mornings})
    worked = Counter(timeline.date(int(day)).isocalendar()[:2] for day in mornings)
    yield "week of seven working days", sum(count == 7 for count in worked.values())
    pairs = list(zip(dates, timeline.working, strict=True))
    yield "free weekday", sum(date.weekday() < 5 and not working for date, working in pairs)
    yield "working Saturday or Sunday", sum(date.weekday() >= 5 and working for date, working in pairs)
    yield "a deadline within the days", sum(0 < timeline.end_of(date) < timeline.days for date in timeline.deadlines)
    yield "calendar year turns", int(len({dates[day].year for day in mornings} | {timeline.as_of.year}) > 1)
    for lever in setting.levers[0]:
        yield f"instrument {lever.module.NAME}", int(lever.due.sum())


def _events(world: World, outcome: Outcome) -> Counter[str]:
    """Return how often each kind and channel of event occurred."""
    hazards, log = outcome.hazards, outcome.events
    if hazards is not None:
        log = merged_log(log, hazards.store.ledger, world.state.entity)
    here: Counter[str] = Counter()
    for field_, words in (("kind", Kind), ("channel", Channel)):
        name = {"kind": "event", "channel": "channel"}[field_]
        numbers, counts = np.unique(log[field_], return_counts=True)
        here.update({f"{name} {words(k).name}": int(c) for k, c in zip(numbers.tolist(), counts.tolist(), strict=True)})
    here["no event at all"] += int(log.size == 0)
    return here


def _ended(world: World, outcome: Outcome, purse: Purse) -> int:
    """Return whether something was bought under a budget that did not pay for more of it."""
    spent, listed = float(outcome.purse[0, purse]), int(world.state.status[:, Col.ON_LIST].sum())
    for lever in world.setting.levers[0]:
        p = lever.parameters
        if lever.module is third_party_capacity and purse == Purse.HAND_OVERS:
            price, budget = p[1], p[2]
        elif lever.module is third_party_subsidy and purse == Purse.SUBSIDY:
            price, budget = p[0] * p[5] * listed, p[6]
        else:
            continue
        if spent > 0 and spent + price > budget and lever.due.any():
            return 1
    return 0


def _outcome(world: World, outcome: Outcome, run: SimpyRun) -> Iterator[tuple[str, int]]:
    """Yield what can be seen at the end."""
    events, state, hazards = outcome.events, world.state, outcome.hazards
    longer = outcome.queue > outcome.servers
    yield "queue longer than its servers: an agency", int(longer[:, :-1].any(axis=1).sum())
    yield "queue longer than its servers: assessors", int(longer[:, -1].sum())
    built = events[(events["kind"] == Kind.BUILT) & (events["channel"] == Channel.AGENCY)]
    base = np.array([bench.base for bench in world.agencies])
    yield "hand-over by an added builder", int((built["actor"] >= base[state.sector[built["index"]]]).sum())
    yield "hand-overs end with their budget", _ended(world, outcome, Purse.HAND_OVERS)
    yield "subsidy ends with its budget", _ended(world, outcome, Purse.SUBSIDY)
    held = events[events["kind"] == Kind.ASSESSED]
    yield "third assessment of one enterprise", int((np.bincount(held["index"], minlength=1) >= 3).sum())
    yield "attention differs from the reference", int((state.attention[:, 0] != state.attention[:, 1]).any())
    if hazards is None:
        return
    for k, side in enumerate(("strategy", "reference")):
        for plan in _PLANS[side]:
            yield f"plan {plan.name}, {side}", int(hazards.dealt[k, :, plan].sum())
    yield "borrowed days are owed", int((hazards.owed[0] > 0).any())
    yield "visit under the reference", int(hazards.roster[1, :, 0].sum())
    yield "several visits of one enterprise", int((hazards.roster[0, :, 0] > 1).sum())
    visits = hazards.store.ledger[hazards.store.ledger["kind"] == Kind.VISIT]
    places = np.floor(visits["t"][visits["t"] >= 0]) * 1000 + state.county[visits["index"][visits["t"] >= 0]]
    most = np.unique(places, return_counts=True)[1].max(initial=0)
    yield "as many visits of a county in a day as there can be", int(most == MOST_A_DAY)
    yield "advice under the strategy", int((hazards.roster[0, :, 3] >= 0).sum())
    yield "reward of reports", int((hazards.sites["report_factor"] != 1.0).any())
    law = hazards.laws[0]
    yield "look-back set", int(law["look_share"] > 0)
    yield "listing set", int(law["listing_share"] > 0)
    yield "publicity set", int(law["publicity"] > 0)
    yield "training in force", int(law["trained"] > 0)
    yield "a resident expert's round", int((hazards.sites["expert_rate"] > 0).sum())
    yield "grid staff's round", int((hazards.sites["grid_rate"] > 0).sum())
    yield "more online patrol than the case has", int(law["period"][5] < law["patrol_every"])
    yield "independent assessors", int(law["independence"] > 0)
    yield "independent assessors under the reference", int(law["independence"] < 0)
    passing = held["value"] >= state.pass_score[held["index"]]
    sent_back = np.isin(held["t"], events["t"][events["kind"] == Kind.SENT_BACK])
    yield "paper refused the pass", int((passing & sent_back).sum())
    yield "petty penalties", int(law["petty"] > 0)
    yield "own ability crowded out", int(law["helped"] != 0)
    yield "counties pulled by their benchmarks", int((world.levers[0].pull != world.levers[1].pull).any())
    yield "penalty felt", int((hazards.sites["perceived"] > 0).any())
    yield "production stopped", int(np.isfinite(hazards.sites["resumes"]).sum())
    yield "paper at the as-of date", int(hazards.paper.sum())
    cap = world.levers[0].visit_cap
    yield "annual cap on visits", int((cap < NO_CAP).any())
    yield "annual cap reached", int((hazards.roster[0, :, Roster.VISITS_YEAR] >= cap).sum())
