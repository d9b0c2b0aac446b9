"""The SimPy engine's visits and hazards against the discrete schedule: working mornings, whole visits, weekly reports.

The recursion here is written from the rules, not from the code: on each working morning a county gets its legal
inspection days; a visit costs so many of them, whole visits only, what is left stays in hand; the longest unvisited
goes first, ties by entity, nobody twice within the gap; a team's visits follow one another between nine and five.
Between chances a hidden hazard may be reported by a worker or end in an accident.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from scipy.linalg import expm
from verification_tools import SEED, agrees, detects, z_counts

from dpsim.core.reported import Fact
from dpsim.core.words import FIRST_DISCOVERY, Kind
from dpsim.engines.simpy_engine import SimpyRun
from dpsim.engines.supervision import Supervision
from dpsim.engines.world import World, make_setting, make_world
from dpsim.experiments.replication import strategy_paths
from dpsim.model.visits import Roster
from dpsim.params.faults import Origin
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case, Strategy

Array = np.ndarray
SELF_CHECK, WORKER, EXPERT, SPOT_CHECK, OVERSIGHT = range(5)
WANTED = {
    "population.enterprises": 240,
    "population.tiers.benchmark_provincial": 5,
    "population.tiers.benchmark_municipal": 20,
    "population.tiers.benchmark_county": 30,
    "population.counties": 4,
    "state.built": 150,
    "state.online": 90,
    "state.passed": 30,
    "state.building": 50,
    "state.connected": 120,
    "state.assessed": 40,
    "hazards.arising.general": 60.0,
    "hazards.arising.major": 0.0,
    "hazards.growth_per_year": 0.0,
    "discovery.worker_reports.general": 0.5,
    "discovery.patrol.general": 0.0,
    "discovery.not_built_factor": 1.0,
    "discovery.paper_factor": 1.0,
    "discovery.quality_cv": 0.0,
    "discovery.fatigue_drop": 0.0,
    "closed_loop.delay_shape": 1.0,
    "closed_loop.sham.general": 0.0,
    "closed_loop.relapse.general": 0.0,
    "closed_loop.accepted.general": 0.7,
    "staff.revisit_gap": 21.0,
    "deterrence.effort": 0.0,
    "deterrence.leaning_effect": 0.0,
    "incidents.accidents.general": 0.2,
}
"""No growth, relapse, effort, crowding-out, nor difference between teams: what is left is the schedule."""


def plain_case(**values: float) -> Case:
    """Linyi with 240 enterprises in four counties and the values above; ranges move along."""
    case, changes = load_case("linyi-2018").model_copy(update={"published": ()}), {**WANTED, **values}
    old = case.quantities()
    spans = {f"{key}.range": [min(old[key].low, v), max(old[key].high, v)] for key, v in changes.items()}
    return case.with_values({**changes, **spans})


def bare_strategy() -> Strategy:
    """Return a strategy without an instrument: the counties' own rota."""
    content = load_strategy("no_meetings").content()
    return Strategy.from_content({**content, "strategy": "bare", "instruments": ()}, Origin("bare"))


@dataclass
class Seen:
    """One run, and what stood before it."""

    world: World
    stock: Array
    last: Array
    ledger: Array = field(default_factory=lambda: np.empty(0))
    end: Array = field(default_factory=lambda: np.empty(0))
    known: list[tuple[int, Array]] = field(default_factory=list)
    """Morning, and the finds by supervisors' visits that are in the reported facts then."""


def seen(replication: int, case: Case | None = None) -> Seen:
    strategy, case = bare_strategy(), plain_case() if case is None else case
    setting = make_setting(case, strategy, strategy)
    paths = strategy_paths(setting, SEED, np.array([replication]))
    world = make_world(setting, paths, 0, seed=SEED)
    assert world.hazards is not None
    out = Seen(world, world.hazards.stock.copy(), world.hazards.roster[0, :, Roster.LAST_VISIT].copy())

    class Watched(Supervision):
        """The supervisors' side, looked at every morning before anybody is sent."""

        def send(self, day: int) -> None:
            out.known.append((day, run.reported[0].facts[:, Fact.FINDS].copy()))
            super().send(day)

    run = SimpyRun(world)
    run.supervision = Watched(world)
    run.run()
    hazards = world.hazards
    out.ledger, out.end = hazards.store.ledger.copy(), hazards.store.census(hazards.sites)
    return out


@pytest.fixture(scope="module")
def runs() -> list[Seen]:
    return [seen(r) for r in range(10)]


# ------------------------------------------------------------------------------------------------- the schedule
def rota(run: Seen, mornings: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return day, place among the county's visits of the day, and enterprise of each visit, by the rules."""
    case, state = run.world.setting.case, run.world.state
    s, last = case.staff, run.last.astype(float)
    cost = s.staff_per_visit.value / s.visits_per_team_day.value
    left = s.inspectors_per_county.value * s.system_share.value - s.reporting_days_per_week.value / 5
    legal = s.inspectors_per_county.value * s.inspection_days.value / 250 * s.list_share.value
    hand, out = np.zeros(int(case.population.counties.value)), []
    for day in mornings:
        for county in range(hand.size):
            hand[county] += min(legal, left)
            place = 0
            while hand[county] >= cost:
                free = [i for i in np.flatnonzero(state.county == county) if last[i] + s.revisit_gap.value <= day]
                if not free:
                    break
                first = min(free, key=lambda i: (last[i], state.entity[i]))
                out.append((day, place, int(first)))
                last[first], place, hand[county] = day, place + 1, hand[county] - cost
    return out


def happened(run: Seen) -> list[tuple[int, int]]:
    visits = run.ledger[run.ledger["kind"] == int(Kind.VISIT)]
    return sorted(zip(np.floor(visits["t"]).astype(int).tolist(), visits["index"].tolist(), strict=True))


def test_visits_follow_the_rota(runs: list[Seen]) -> None:
    total = 0
    for run in runs[:6]:
        mornings = run.world.timeline.mornings.tolist()
        expected = sorted((day, i) for day, _, i in rota(run, mornings))
        assert happened(run) == expected, "who is visited on which day"
        total += len(expected)
        visits = run.ledger[run.ledger["kind"] == int(Kind.VISIT)]
        hours = visits["t"] % 1 * 24
        assert ((hours >= 9) & (hours < 17)).all() and set(np.floor(visits["t"]).astype(int)) <= set(mornings)
        every_day = sorted((day, i) for day, _, i in rota(run, range(run.world.timeline.days)))
        assert every_day != expected, "the check must refuse visits on every day of the calendar"
    assert total > 1000


def test_what_is_known_is_what_the_last_weekly_report_said(runs: list[Seen]) -> None:
    run = runs[0]
    begins, found = run.world.timeline.refresh_times, run.ledger[run.ledger["kind"] == int(Kind.FOUND)]
    found = found[found["channel"] == FIRST_DISCOVERY + SPOT_CHECK]
    first = run.known[0][1]
    n, at_once = first.size, 0
    for day, finds in run.known:
        report = begins[begins <= day].max()
        expected = np.bincount(found["index"][found["t"] < report], minlength=n)
        assert (finds - first == expected).all(), f"on day {day} the report of day {report:g} is known"
        at_once += int((finds - first != np.bincount(found["index"][found["t"] < day], minlength=n)).any())
    assert at_once > 30, "the check must refuse finds that are known the next morning"


# ------------------------------------------------------------------------------------------ stock, finds, ends
@dataclass
class Forecast:
    """Chances of the hazards of the beginning, and means of those that arise later; by how they end."""

    hidden: Array
    ends: dict[str, Array]


def chances(run: Seen, visits: list[tuple[int, int, int]], i: int) -> list[tuple[float, str, float]]:
    """Return time, channel and chance of each chance to find the general hazards of one enterprise."""
    case, d, s = run.world.setting.case, run.world.setting.case.discovery, run.world.hazards.sites[i]  # type: ignore[union-attr]
    per_day, days, out = int(case.staff.visits_per_team_day.value), run.world.timeline.days, []
    for day, place, who in visits:
        if who == i:
            hour = 9 + 8 * (place % per_day + 0.5) / per_day
            out.append((day + hour / 24, "spot_check", d.spot_check.general.value))
    for channel, name in ((SELF_CHECK, "self_check"), (EXPERT, "expert"), (OVERSIGHT, "oversight")):
        every = getattr(d, f"{name}_every").value
        t = s["phase"][channel]
        t -= every * math.floor(t / every)
        while t < days:
            out.append((t, name, getattr(d, name).general.value))
            t += every
    return sorted(out)


def recursion(run: Seen, visits: list[tuple[int, int, int]]) -> tuple[Array, dict[str, Array]]:
    """Return the chance parts of each enterprise's hazards, shape (n, 2): of those there at 0, mean of those born.

    First what stays hidden to the end, then by name what ends otherwise.
    """
    case, sites, days = run.world.setting.case, run.world.hazards.sites, run.world.timeline.days  # type: ignore[union-attr]
    report = case.discovery.worker_reports.general.value / 365
    harm = case.incidents.accidents.general.value / 365
    theta, n = report + harm, sites.size
    hidden = np.column_stack([np.ones(n), np.zeros(n)])
    names = ("worker_report", "accident", "spot_check", "self_check", "expert", "oversight")
    ends = {name: np.zeros((n, 2)) for name in names}
    for i in range(n):
        now, birth = 0.0, np.array([0.0, sites["intensity"][i, 0]])
        for t, name, p in [*chances(run, visits, i), (float(days), "", 0.0)]:
            keep = math.exp(-theta * (t - now))
            settled = birth / theta
            lost = (hidden[i] - settled) * (1 - keep) + birth * (t - now)
            hidden[i] = settled + (hidden[i] - settled) * keep
            ends["worker_report"][i] += lost * report / theta
            ends["accident"][i] += lost * harm / theta
            if name:
                ends[name][i] += hidden[i] * p
                hidden[i] *= 1 - p
            now = t
    return hidden, ends


def zs(runs: list[Seen], mornings: Callable[[Seen], Sequence[int]]) -> dict[str, float]:
    """z of what is hidden at the end and of each kind of end, over all runs together."""
    got: dict[str, float] = {}
    mean: dict[str, float] = {}
    variance: dict[str, float] = {}
    for run in runs:
        hidden, ends = recursion(run, rota(run, mornings(run)))
        start = run.stock[:, 0, 0]
        for name, parts in {"hidden": hidden, **ends}.items():
            mean[name] = mean.get(name, 0.0) + float(start @ parts[:, 0] + parts[:, 1].sum())
            spread = float(start @ (parts[:, 0] * (1 - parts[:, 0])) + parts[:, 1].sum())
            variance[name] = variance.get(name, 0.0) + spread
            got[name] = got.get(name, 0.0) + observed(run, name)
    return {name: (got[name] - mean[name]) / math.sqrt(variance[name]) for name in got}


def observed(run: Seen, name: str) -> int:
    if name == "hidden":
        return int(run.end[:, 0, 0].sum())
    if name == "accident":
        hurt = run.ledger[run.ledger["kind"] == int(Kind.ACCIDENT)]
        return int((hurt["detail"] == 0).sum())
    places = {"self_check": 0, "worker_report": 1, "expert": 2, "spot_check": 3, "oversight": 4}
    found = run.ledger[run.ledger["kind"] == int(Kind.FOUND)]
    return int((found["channel"] == FIRST_DISCOVERY + places[name]).sum())


def test_stock_and_finds_follow_the_discrete_recursion(runs: list[Seen]) -> None:
    good = zs(runs, lambda run: run.world.timeline.mornings.tolist())
    assert set(good) == {"hidden", "worker_report", "accident", "spot_check", "self_check", "expert", "oversight"}
    agrees("engine schedule, stock and ends", *good.values())
    bad = zs(runs, lambda run: range(run.world.timeline.days))
    detects("engine schedule, visits on every day of the calendar", *bad.values())


def test_the_past_year_leaves_the_stock_of_its_rules(runs: list[Seen]) -> None:
    """Random visits for a year from nothing, at the published rate, and self-checks every 30 days at random phases."""
    got, expected, variance = 0.0, {True: 0.0, False: 0.0}, 0.0
    for run in runs:
        case, sites = run.world.setting.case, run.world.hazards.sites  # type: ignore[union-attr]
        d, rest = case.discovery, case.discovery.worker_reports.general.value / 365
        random = case.staff.past_visits_per_year.value / 365 * d.spot_check.general.value
        for with_visits in (True, False):
            theta = rest + case.incidents.accidents.general.value / 365 + (random if with_visits else 0.0)
            for i in range(sites.size):
                now, hidden, birth = -365.0, 0.0, sites["intensity"][i, 0]
                for t, _, p in [*past_checks(run, i), (0.0, "", 0.0)]:
                    hidden = birth / theta + (hidden - birth / theta) * math.exp(-theta * (t - now))
                    hidden, now = hidden * (1 - p), t
                expected[with_visits] += hidden
                variance += hidden if with_visits else 0.0
        got += float(run.stock[:, 0, 0].sum())
    agrees("engine schedule, stock at the as-of date", (got - expected[True]) / math.sqrt(variance))
    detects("engine schedule, no past visits", (got - expected[False]) / math.sqrt(variance))


def past_checks(run: Seen, i: int) -> list[tuple[float, str, float]]:
    d, s, out = run.world.setting.case.discovery, run.world.hazards.sites[i], []  # type: ignore[union-attr]
    for channel, name in ((SELF_CHECK, "self_check"), (EXPERT, "expert"), (OVERSIGHT, "oversight")):
        every = getattr(d, f"{name}_every").value
        t = s["phase"][channel]
        t -= every * math.ceil((t + 365.0) / every) - every
        while t < 0.0:
            if t >= -365.0:
                out.append((t, name, getattr(d, name).general.value))
            t += every
    return sorted(out)


# --------------------------------------------------------------------------------------------- the closed loop
def still_open(case: Case, days: float, harm: float, accepted: float) -> tuple[float, float]:
    """Return the chances that a general hazard is open, or has been closed, so long after it was found."""
    loop = case.closed_loop
    a, r, c, e = (1 / getattr(loop, name).general.value for name in ("assign", "rectify", "accept", "close"))
    q = np.zeros((5, 5))
    q[0, 1], q[1, 2], q[2, 1], q[2, 3], q[3, 4] = a, r, c * (1 - accepted), c * accepted, e
    q -= np.diag(q.sum(axis=1))
    q[0, 0], q[1, 1] = q[0, 0] - harm, q[1, 1] - harm
    row = expm(q * days)[0]
    return float(row[:4].sum()), float(row[4])


def test_open_and_closed_follow_the_delays(runs: list[Seen]) -> None:
    case = plain_case()
    days, harm = runs[0].world.timeline.days, case.incidents.accidents.general.value / 365  # factor 1 while open
    grid = np.linspace(0.0, days, 2 * days + 1)
    results = {}
    for accepted in (0.7, 1.0):
        table = np.array([still_open(case, t, harm, accepted) for t in grid])
        is_open = is_closed = 0
        p = []
        for run in runs:
            found = run.ledger[run.ledger["kind"] == int(Kind.FOUND)]
            p.append([np.interp(days - found["t"], grid, table[:, k]) for k in range(2)])
            name = found["index"].astype(np.int64) * 2**32 + found["ordinal"]
            closed, hurt = (run.ledger[run.ledger["kind"] == int(k)] for k in (Kind.CLOSED, Kind.ACCIDENT))
            over = [np.isin(name, k["index"].astype(np.int64) * 2**32 + k["ordinal"]) for k in (closed, hurt)]
            is_closed += int(over[0].sum())
            is_open += int((~over[0] & ~over[1]).sum())
        chance = np.concatenate(p, axis=1)
        results[accepted] = [z_counts(is_open, chance[0]), z_counts(is_closed, chance[1])]
    agrees("engine schedule, closed loop", *results[0.7])
    detects("engine schedule, closed loop, refusals forgotten", *results[1.0])
