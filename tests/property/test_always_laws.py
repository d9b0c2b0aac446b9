"""The "always" laws of methods 3.6 in every run of a sweep over random cases, strategies and parameters.

Small lists, one run each: what has arisen is hidden, found, ended or dropped; the steps of the closed loop come in
their order; nobody is visited more than staff, gap and cap allow; what is reported lags and what is true is no more.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hazard_replay import HIDDEN, OPEN, Replay, rows_of, values_at
from property_runs import forced

from dpsim.core.reported import Fact
from dpsim.core.words import DUTIES, FIRST_DISCOVERY, KIND_OF_STAGE, REMOVED, STAGES, Kind
from dpsim.engines.simpy_engine import Outcome, SimpyRun
from dpsim.engines.supervision import Supervision
from dpsim.engines.world import World, make_world
from dpsim.experiments.replication import prepare, strategy_paths
from dpsim.measure.hazards import HAZARD_INDICATORS, hazard_values
from dpsim.measure.stages import stage_counts_over_time
from dpsim.measure.substance import substance_values
from dpsim.model.hazard_book import ledger_counts
from dpsim.model.penalty_ladder import Rung
from dpsim.model.state import stage_flags
from dpsim.model.visits import Roster
from dpsim.params.faults import Origin
from dpsim.params.hazard_rules import PLANS
from dpsim.params.load import list_strategies, load_strategy
from dpsim.params.schema import Case, Strategy
from dpsim.strategies import instruments

RUNS = 100
SPOT_CHECK = FIRST_DISCOVERY + 3
EXPERT = FIRST_DISCOVERY + 2
SWEPT = ("hazards.", "discovery.", "closed_loop.", "staff.", "deterrence.", "formalism.", "incidents.", "caveats.")
BEYOND = {
    "scenario.removals_per_year": (0.0, 1.5),
    "hazards.arising.major": (0.0, 12.0),
    "hazards.arising.general": (0.0, 50.0),
    "incidents.accidents.general": (0.0, 0.8),
    "incidents.accidents.major": (0.0, 2.0),
    "closed_loop.relapse.general": (0.0, 0.9),
    "closed_loop.sham.general": (0.0, 0.9),
    "closed_loop.relapse_days.general": (3.0, 100.0),
    "closed_loop.limit.general": (0.0, 40.0),
    "discovery.worker_reports.general": (0.0, 8.0),
    "discovery.spot_check.general": (0.0, 1.0),
    "staff.inspectors_per_county": (0, 22),
    "staff.revisit_gap": (7, 60),
    "deterrence.penalty_share": (0.0, 1.0),
}
"""Wider than believable, so that rare things happen often."""
UNITS = {
    "share": (0.0, 1.0),
    "ratio": (0.05, 6.0),
    "days": (1, 60),
    "staff_days": (0.0, 40.0),
    "visits": (0, 8),
    "yuan": (0.0, 1e5),
}
"""Settings of instruments, by unit."""


# ---------------------------------------------------------------------------------------- random experiments
def drawn(rng: np.random.Generator, low: float, high: float, *, whole: bool) -> float:
    """Return a number between two bounds; one time in six one of the bounds itself."""
    if rng.random() < 1 / 6:
        return low if rng.random() < 0.5 else high
    return int(rng.integers(int(low), int(high) + 1)) if whole else float(rng.uniform(low, high))


def random_case(case: Case, rng: np.random.Generator) -> Case:
    """Return a case with 40 to 100 enterprises and random values in its hazard half."""
    n = int(rng.integers(40, 101))
    built = int(rng.integers(10, n - 10))
    values: dict[str, float] = {
        "population.enterprises": n,
        "population.tiers.benchmark_provincial": 2,
        "population.tiers.benchmark_municipal": 5,
        "population.tiers.benchmark_county": 6,
        "population.counties": int(rng.integers(1, 8)),
        "state.built": built,
        "state.building": int(rng.integers(3, n - built)),
        "state.connected": int(rng.integers(6, built + 1)),
        "state.assessed": int(rng.integers(4, built + 1)),
    }
    values["state.online"] = int(rng.integers(0, min(built, values["state.connected"])))
    values["state.passed"] = int(rng.integers(0, values["state.assessed"]))
    for key, quantity in case.quantities().items():
        if key in BEYOND or key.startswith(SWEPT):
            low, high = BEYOND.get(key, (quantity.low, quantity.high))
            whole = isinstance(quantity.value, int) and key not in ("hazards.arising.general",)
            values[key] = drawn(rng, low, high, whole=whole)
    return forced(case.model_copy(update={"published": ()}), values)


def templates() -> list[dict[str, Any]]:
    """Return one set of settings per instrument, as plain content."""
    found: dict[str, dict[str, Any]] = {}
    for name in list_strategies():
        for settings in load_strategy(name).content()["instruments"]:
            found.setdefault(settings["instrument"], settings)
    return list(found.values())


def random_strategy(case: Case, rng: np.random.Generator) -> Strategy:
    """Return a random subset of all instruments with random settings and windows."""
    chosen = []
    for settings in templates():
        if rng.random() < 0.5:
            continue
        made: dict[str, Any] = {}
        for key, entry in settings.items():
            if not isinstance(entry, dict):
                made[key] = entry
                continue
            expect = instruments()[settings["instrument"]].SETTINGS[key].expect
            low, high = UNITS.get(entry["unit"], tuple(entry["range"]))
            low, high = max(low, expect.low + expect.above), min(high, expect.high)
            value = drawn(rng, low, high, whole=isinstance(entry["value"], int))
            made[key] = {**entry, "value": value, "range": (min(low, value), max(high, value))}
        if "start" in made or rng.random() < 0.3:
            days = sorted(rng.integers(-10, 130, 2).tolist())
            made["start"], made["end"] = (case.as_of + dt.timedelta(days=day) for day in days)
        chosen.append(made)
    shares = [made["share"] for made in chosen if made["instrument"] in PLANS]
    total = max(1.0, sum(share["value"] for share in shares))
    for share in shares:  # plans together are at most all visits
        share["value"] /= total
        share["range"] = (0.0, 1.0)
    content = load_strategy("no_meetings").content()
    return Strategy.from_content({**content, "strategy": "drawn", "instruments": tuple(chosen)}, Origin("drawn"))


@dataclass
class Run:
    """One run with what stood before it."""

    world: World
    outcome: Outcome
    initial: npt.NDArray[np.bool_]
    replay: Replay
    roster: npt.NDArray[np.int64]
    finds: npt.NDArray[np.int64]
    known: list[tuple[int, npt.NDArray[np.int64]]] = field(default_factory=list)

    @property
    def ledger(self) -> npt.NDArray[np.void]:
        hazards = self.world.hazards
        assert hazards is not None
        return hazards.store.ledger


def start_counts(replay: Replay) -> dict[str, int]:
    lives = list(replay.lives.values())
    return {
        "hidden": sum(life.state in HIDDEN for life in lives),
        "open": sum(life.state in OPEN for life in lives),
    }


def random_run(case: Case, number: int) -> Run:
    rng = np.random.default_rng([36, number])
    drawn_case = random_case(case, rng)
    setting = prepare(drawn_case, random_strategy(drawn_case, rng))
    world = make_world(setting, strategy_paths(setting, number, np.array([number])), 0, seed=number)
    hazards = world.hazards
    assert hazards is not None
    initial, limit = stage_flags(world.state.status), tuple(hazards.laws["limit"][0].tolist())
    replay = Replay(rows_of(hazards.sites, hazards.store), limit)  # type: ignore[arg-type]
    run = Run(
        world,
        None,
        initial,
        replay,
        hazards.roster[0].copy(),
        hazards.sites["finds"].copy(),  # type: ignore[arg-type]
    )

    class Watched(Supervision):
        """The supervisors' side, looked at every morning before anybody is sent."""

        def send(self, day: int) -> None:
            run.known.append((day, engine.reported[0].facts[:, Fact.FINDS].copy()))
            super().send(day)

    engine = SimpyRun(world)
    engine.supervision = Watched(world)
    run.outcome = engine.run()
    assert len(run.known) == world.timeline.mornings.size
    return run


# -------------------------------------------------------------------------------------------------- the laws
def hazard_faults(run: Run) -> list[str]:
    """Lives, balances and end states (3.6: conservation, order of time stamps, overdue after the limit)."""
    hazards = run.world.hazards
    start = start_counts(run.replay)
    run.replay.read(run.ledger)
    run.replay.compare_end(hazards.sites, hazards.store)  # type: ignore[union-attr]
    run.replay.compare_totals(start)
    days, t = run.world.timeline.days, run.ledger["t"]
    late = (t > days) | ((t == days) & (run.ledger["kind"] != int(Kind.DROPPED)))  # who has left is dropped at a report
    return run.replay.faults + (["an event after the horizon"] if late.any() else [])


def by_enterprise(rows: npt.NDArray[np.void]) -> dict[int, list[int]]:
    days: dict[int, list[int]] = {}
    for row in rows:
        days.setdefault(int(row["index"]), []).append(int(row["t"]))
    return days


def visit_faults(run: Run) -> list[str]:
    """Working mornings and office hours, gap, cap, and what each visit is said to have found."""
    case, ledger, timeline, faults = run.world.setting.case, run.ledger, run.world.timeline, []
    mornings, gap = set(timeline.mornings.tolist()), int(case.staff.revisit_gap.value)
    caps = [lever for lever in run.world.setting.strategy.instruments if lever.instrument == "inspection_relief"]
    for kind, channel, column in (
        (Kind.VISIT, SPOT_CHECK, Roster.LAST_VISIT),
        (Kind.ADVISED, EXPERT, Roster.LAST_ADVICE),
    ):
        rows = ledger[ledger["kind"] == int(kind)]
        rows = rows[np.argsort(rows["t"], kind="stable")]
        hours = rows["t"] % 1 * 24
        if not (set(rows["t"].astype(int)) <= mornings and ((hours >= 9) & (hours < 17)).all()):
            faults.append(f"{kind.name} outside office hours")
        found = ledger[(ledger["kind"] == int(Kind.FOUND)) & (ledger["channel"] == channel)]
        hits: dict[tuple[int, float], int] = {}
        for row in found:
            key = int(row["index"]), float(row["t"])
            hits[key] = hits.get(key, 0) + 1
        wrong = [row for row in rows if hits.get((int(row["index"]), float(row["t"])), 0) != row["detail"]]
        faults += [f"{kind.name} with other finds than the ledger's: {wrong[0]}"] if wrong else []
        for i, days in by_enterprise(rows).items():
            if np.diff([run.roster[i, column], *days]).min() < gap:
                faults.append(f"{kind.name} of {i} twice within {gap} days: {days}")
            for lever in caps if kind == Kind.VISIT else ():
                first = timeline.day(lever.start) if lever.start else 0
                last = timeline.day(lever.end) if lever.end else timeline.days
                for k, day in enumerate(days):
                    if first <= day <= last and run.roster[i, Roster.VISITS_YEAR] + k >= lever.annual_cap.value:
                        faults.append(f"{i} visited over the cap of {lever.annual_cap.value} on day {day}")
    return faults


def staff_faults(run: Run) -> list[str]:
    """Duties within the pool and what is borrowed; visits and advice within the days handed out."""
    world, faults = run.world, []
    hazards, case, timeline = world.hazards, world.setting.case, world.timeline
    s, counties = case.staff, int(case.population.counties.value)
    inspectors, duties = s.inspectors_per_county.value, hazards.duties  # type: ignore[union-attr]
    borrowed = np.zeros(timeline.days)
    for lever in world.setting.strategy.instruments:
        if lever.instrument == "campaign":
            first, last = max(0, timeline.day(lever.start)), timeline.day(lever.end)
            borrowed[first : last + 1] += lever.borrowed.value * inspectors
    pool = counties * (inspectors * s.system_share.value + borrowed)
    if (duties < -1e-12).any():
        faults.append(f"a duty with less than no days: {duties.min()}")
    if (duties.sum(axis=1) > pool + 1e-9).any():
        faults.append(f"more staff-days than the pool: {(duties.sum(axis=1) - pool).max()}")
    off = np.setdiff1d(np.arange(timeline.days), timeline.mornings)
    if duties[off].any():
        faults.append("staff-days on a free day")
    costs = {
        Kind.VISIT: (s.staff_per_visit.value / s.visits_per_team_day.value, "inspecting"),
        Kind.ADVISED: (s.advice_days.value, "advising"),
    }
    for kind, (cost, duty) in costs.items():
        rows = run.ledger[run.ledger["kind"] == int(kind)]
        spent = np.cumsum(np.bincount(rows["t"].astype(int), minlength=timeline.days)) * cost
        if (spent > np.cumsum(duties[:, DUTIES.index(duty)]) + 1e-6).any():
            faults.append(f"{kind.name}: more staff-days spent than handed out")
    if (run.outcome.busy > run.outcome.servers).any():
        faults.append("more builders busy than there are")
    return faults


def report_faults(run: Run) -> list[str]:
    """Reported finds lag behind what has been found; penalties follow finds."""
    ledger, faults = run.ledger, []
    found = ledger[(ledger["kind"] == int(Kind.FOUND)) & (ledger["channel"] == SPOT_CHECK)]
    before = np.zeros(run.finds.size, dtype=np.int64)
    for day, finds in run.known:
        true = run.finds + np.bincount(found["index"][found["t"] < day], minlength=run.finds.size)
        if (finds > true).any():
            faults.append(f"day {day}: more is reported than was found")
        if (finds < before).any():
            faults.append(f"day {day}: reported finds have fallen")
        before = finds
    visits = {(int(r["index"]), float(r["t"])): int(r["detail"]) for r in ledger[ledger["kind"] == int(Kind.VISIT)]}
    shares = [
        item.close_share.value for item in run.world.setting.strategy.instruments if item.instrument == "penalties"
    ]
    closes = max(shares, default=0) > 0
    for row in ledger[ledger["kind"] == int(Kind.PENALTY)]:
        if visits.get((int(row["index"]), float(row["t"])), 0) < 1:
            faults.append(f"a penalty without a find: {row}")
        top = Rung.CLOSED if closes else run.world.setting.case.deterrence.top_rung.value
        if not 0 <= row["detail"] <= top:
            faults.append(f"a rung beyond the ladder: {row}")
    return faults


def county_cells(run: Run) -> tuple[npt.NDArray[np.int64], int]:
    return run.world.state.county, int(run.world.state.county.max()) + 1


def indicator_faults(run: Run, times: npt.NDArray[np.float64]) -> list[str]:
    """Every indicator of hazards equals the slow count; what is truly closed is no more than what is reported."""
    cell, cells = county_cells(run)
    stock = run.world.hazards.stock  # type: ignore[union-attr]
    got = hazard_values(ledger_counts(run.ledger, cell, cells, times), stock, cell)
    begin: dict[str, npt.NDArray[np.float64]] = {}
    for c, name in enumerate(("general", "major")):
        for key, standing in (("latent", [0]), ("open", [2, 3]), ("overdue", [3])):
            begin[f"hazards_{key}:{name}"] = np.bincount(
                cell, weights=stock[:, standing, c].sum(axis=1), minlength=cells
            )
    changes, faults, first = list(run.replay.changes), [], set()
    for row in np.sort(run.ledger, order="t"):
        name = {int(Kind.VISIT): "visits", int(Kind.ADVISED): "advised", int(Kind.PENALTY): "penalties"}.get(
            int(row["kind"])
        )
        if name:
            changes.append((float(row["t"]), int(row["index"]), name, 1.0))
        if name == "visits" and int(row["index"]) not in first:
            first.add(int(row["index"]))
            changes.append((float(row["t"]), int(row["index"]), "units_visited", 1.0))
    sorted_changes: dict[str, list[tuple[float, int, str, float]]] = {}
    for change in changes:
        sorted_changes.setdefault(change[2], []).append(change)
    for k, (name, view) in enumerate(HAZARD_INDICATORS):
        key = f"true:{name}" if view == "true" and name.startswith("hazards_closed") else name
        slow = values_at(sorted_changes.get(key, []), begin, cell, cells, times, key)
        if not np.array_equal(got[:, :, k], slow):
            faults.append(f"{view} {name}: {got[:, :, k].sum(axis=1)} is not {slow.sum(axis=1)}")
    place = {pair: k for k, pair in enumerate(HAZARD_INDICATORS)}
    for name in ("general", "major"):
        true, told = (got[:, :, place[f"hazards_closed:{name}", view]] for view in ("true", "reported"))
        if (true > told).any():
            faults.append("more truly closed than reported")
    return faults


def stage_faults(run: Run, times: npt.NDArray[np.float64]) -> list[str]:
    """Reported stages are nested and fall only by removals; true ones are no more, and equal a slow count."""
    cell, cells = county_cells(run)
    events, ledger, n = run.outcome.events, run.ledger, run.initial.shape[0]
    told = stage_counts_over_time(run.initial, cell, cells, events, times)
    revealed, seen = np.full(n, np.inf), ledger[ledger["kind"] == int(Kind.REVEALED)]
    np.minimum.at(revealed, seen["index"], seen["t"])
    true = substance_values(run.initial, run.world.hazards.paper, events, revealed, cell, cells, times)  # type: ignore[union-attr]
    faults = []
    listed = told[:, :, 0]
    shown = dict(zip(STAGES, np.moveaxis(told[:, :, 1:], 2, 0), strict=True))
    if (true[:, :, : len(STAGES)] > told[:, :, 1:]).any():
        faults.append("more is true than is reported")
    if (listed < shown["built"]).any() or (shown["built"] < shown["online"]).any():
        faults.append("stages are not nested")
    if (shown["connected"] < shown["online"]).any() or (shown["assessed"] < shown["passed"]).any():
        faults.append("stages are not nested")
    removed = events[events["kind"] == REMOVED]
    gone = {int(e["index"]): float(e["t"]) for e in removed}
    if not gone and (np.diff(told, axis=0) < 0).any():
        faults.append("a stage count has fallen without a removal")
    reached = np.where(run.initial, -1.0, np.inf)
    for k, stage in enumerate(STAGES):
        for e in events[events["kind"] == KIND_OF_STAGE[stage]]:
            reached[e["index"], k] = min(reached[e["index"], k], e["t"])
    begins = np.where(run.world.hazards.paper == 1, -1.0, np.inf)  # type: ignore[union-attr]
    for e in events[events["kind"] == int(Kind.PAPER)]:
        begins[e["index"]] = min(begins[e["index"]], e["t"])
    ends = {int(e["index"]): float(e["t"]) for e in ledger[ledger["kind"] == int(Kind.REVEALED)]}
    for s, time in enumerate(times):
        slow = np.zeros((cells, len(STAGES) + 1))
        for i in range(n):
            if gone.get(i, np.inf) < time:
                continue
            paper = begins[i] < time <= ends.get(i, np.inf)
            slow[cell[i], -1] += paper and reached[i, 0] < time
            for k, stage in enumerate(STAGES):
                slow[cell[i], k] += reached[i, k] < time and (stage == "connected" or not paper)
        if not np.array_equal(slow, true[s]):
            faults.append(f"true stages on day {time:g}: {true[s].sum(axis=0)} is not {slow.sum(axis=0)}")
    return faults


def all_faults(run: Run) -> list[str]:
    timeline = run.world.timeline
    times = np.array([timeline.end_of(date) for date in timeline.weekly_dates], dtype=np.float64)
    few = times[[0, 1, len(times) // 2, -1]]
    return [
        *hazard_faults(run),
        *visit_faults(run),
        *staff_faults(run),
        *report_faults(run),
        *indicator_faults(run, times),
        *stage_faults(run, few),
    ]


LONG = [pytest.param(part, marks=pytest.mark.long) for part in ((4, 6), (5, 7))]
"""Two eighths of the runs each: advisers act in a fifth of the runs, so an eighth may well have none."""


@pytest.mark.parametrize("part", [(0,), (1,), (2,), (3,), *LONG], ids=str)
def test_always_laws_in_random_runs(linyi: Case, part: tuple[int, ...]) -> None:
    seen: dict[str, int] = {}
    for number in (number for number in range(RUNS) if number % 8 in part):
        run = random_run(linyi, number)
        faults = all_faults(run)
        assert not faults, f"run {number} ({len(faults)} faults): {faults[:5]}"
        for kind in np.unique(run.ledger["kind"]):
            seen[Kind(int(kind)).name] = seen.get(Kind(int(kind)).name, 0) + 1
    wanted = {kind.name for kind in Kind if kind >= Kind.BORN} - {"PAPER"}
    assert wanted <= seen.keys(), f"never happened in this part: {wanted - seen.keys()}"


# ---------------------------------------------------------------------------------------------- the controls
def without(kind: Kind) -> Callable[[npt.NDArray[np.void]], npt.NDArray[np.void]]:
    def drop(ledger: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
        return np.delete(ledger, np.flatnonzero(ledger["kind"] == int(kind))[-1])

    return drop


def without_find_of_closed(ledger: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
    """Drop the find that the last closure rests on."""
    closure = ledger[ledger["kind"] == int(Kind.CLOSED)][-1]
    same = (ledger["index"] == closure["index"]) & (ledger["ordinal"] == closure["ordinal"])
    finds = np.flatnonzero(same & (ledger["kind"] == int(Kind.FOUND)) & (ledger["t"] <= closure["t"]))
    return np.delete(ledger, finds[-1])


def shifted(kind: Kind, days: float) -> Callable[[npt.NDArray[np.void]], npt.NDArray[np.void]]:
    def move(ledger: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
        ledger["t"][np.flatnonzero(ledger["kind"] == int(kind))[-1]] += days
        return ledger

    return move


def twice(kind: Kind, later: float) -> Callable[[npt.NDArray[np.void]], npt.NDArray[np.void]]:
    def repeat(ledger: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
        row = ledger[ledger["kind"] == int(kind)][-1:].copy()
        row["t"] += later
        return np.concatenate([ledger, row])

    return repeat


SPOILT = {
    "a birth is missing": (without(Kind.BORN), "without events"),
    "a find is missing": (without(Kind.FOUND), "with other finds than the ledger's"),
    "a find before a closure is missing": (without_find_of_closed, "found are not closed"),
    "a closure is missing": (without(Kind.CLOSED), "found are not closed"),
    "an accident is missing": (without(Kind.ACCIDENT), "by its events, None in the table"),
    "a birth too late": (shifted(Kind.BORN, 400.0), "after the horizon"),
    "a find before its birth": (shifted(Kind.FOUND, -300.0), "before the step before it"),
    "overdue before the limit": (shifted(Kind.OVERDUE, -0.5), "overdue"),
    "a visit the next day": (twice(Kind.VISIT, 1.0), "twice within"),
    "a visit at night": (shifted(Kind.VISIT, 0.5), "outside office hours"),
    "a penalty out of nothing": (shifted(Kind.PENALTY, 0.25), "without a find"),
}


def eventful_run(case: Case) -> Run:
    """Return the first run of the sweep in which each kind of event of `SPOILT` happens."""
    kinds = (Kind.BORN, Kind.FOUND, Kind.OVERDUE, Kind.CLOSED, Kind.ACCIDENT, Kind.VISIT, Kind.PENALTY)
    wanted = {int(kind) for kind in kinds}
    runs = (random_run(case, number) for number in range(RUNS))
    return next(run for run in runs if wanted <= set(run.ledger["kind"].tolist()))


@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_ledger_is_noticed(linyi: Case, what: str) -> None:
    spoil, message = SPOILT[what]
    run = eventful_run(linyi)
    hazards = run.world.hazards
    assert hazards is not None
    spoilt = spoil(run.ledger.copy())
    book = hazards.store.book._replace(ledger=spoilt, written=np.array([spoilt.size]))
    hazards.store.stock = hazards.store.stock._replace(book=book)
    faults = all_faults(run)
    assert any(message in fault for fault in faults), f"{what} goes unnoticed: {faults[:3]}"


def test_spoilt_staff_and_reports_are_noticed(linyi: Case) -> None:
    run = eventful_run(linyi)
    assert run.world.hazards is not None
    run.world.hazards.duties[run.world.timeline.mornings[3], 3] += 1e3
    assert any("more staff-days than the pool" in fault for fault in staff_faults(run))
    run.world.hazards.duties[:, 3] = 0.0
    assert any("more staff-days spent than handed out" in fault for fault in staff_faults(run))
    run.known[5] = (run.known[5][0], run.known[5][1] + 1000)
    assert any("more is reported than was found" in fault for fault in report_faults(run))


def test_spoilt_stages_and_queues_are_noticed(linyi: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    run, here = eventful_run(linyi), sys.modules[__name__]
    times = np.array([0.0, run.world.timeline.days / 2, run.world.timeline.days])
    assert not stage_faults(run, times) and not staff_faults(run), "nothing is wrong before it is spoilt"
    run.outcome.busy[run.world.timeline.mornings[3]] += 100
    assert "more builders busy than there are" in staff_faults(run)
    plain, events = stage_counts_over_time, run.outcome.events
    online = np.repeat(events[:1], run.initial.shape[0])
    online["t"], online["kind"], online["index"] = 0.5, int(Kind.ONLINE), np.arange(online.size)
    run.outcome.events = np.concatenate([events, online])
    assert "stages are not nested" in stage_faults(run, times), "everybody online, built or not"
    run.outcome.events = events[events["kind"] != REMOVED]
    monkeypatch.setattr(here, "stage_counts_over_time", lambda *given: plain(*given)[::-1])
    assert "a stage count has fallen without a removal" in stage_faults(run, times), "time turned round"
    monkeypatch.setattr(here, "stage_counts_over_time", lambda *given: plain(*given) - np.eye(len(STAGES) + 1)[1])
    assert "more is true than is reported" in stage_faults(run, times), "one built less in the report"
