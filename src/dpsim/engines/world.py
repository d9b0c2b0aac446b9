"""Assembly: from a case, a strategy and one path to everything a scheduler needs (the only file that knows all).

A world is made per replication. The list and its stages are the case's own; entry dates, propensity, residual
services and all clocks are drawn here from their keys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np

from dpsim.core.levers import Contact, Levers, empty_levers
from dpsim.core.rates import NEVER
from dpsim.core.reported import Reported
from dpsim.core.streams import Stream, uniforms
from dpsim.core.timeline import Timeline
from dpsim.core.words import GROUPS
from dpsim.engines.hazard_world import HazardWorld, make_hazards
from dpsim.model.open_hazards import OpenHazards
from dpsim.model.organisations import gamma_quantile, residual_quantile, sector_builders
from dpsim.model.paths import Path, settle_level
from dpsim.model.population import Population, case_margins, synthesise
from dpsim.model.prior import PathSet, case_timeline, draw_paths, make_path, stage_counts, weeks_since
from dpsim.model.quantiles import entry_interval, gamma_unit_quantile
from dpsim.model.reporting import NO_REPORTING, NO_REPORTS, Reporting, Reports, case_reporting, make_reports, tell
from dpsim.model.state import (
    PATH_TRACKS,
    SIDES,
    TRACKS,
    Assess,
    Build,
    Col,
    Flags,
    Floats,
    Ints,
    State,
    count_by_county,
)
from dpsim.model.table_paths import TablePaths, due_days, make_drawn, most_in_weeks
from dpsim.params.schema import Case, Strategy
from dpsim.strategies import instrument

Luck = Callable[[Stream], Floats]
"""One uniform per enterprise for a stream."""


@dataclass(frozen=True)
class Lever:
    """One instrument of a strategy, ready to be called on a morning."""

    module: ModuleType
    due: Flags
    parameters: Floats

    def act(self, day: int, reported: Reported, levers: Levers) -> None:
        """Let the instrument pull its levers on a morning."""
        self.module.act(day, self.due, self.parameters, reported, levers)


@dataclass
class Bench:
    """Servers of one organisation: builders of a sector's agencies, or the assessors' teams.

    Attributes
    ----------
    name : str
    base : int
        Servers at the start.
    free_at : numpy.ndarray
        Time at which each server is free again, shape (base + room for added ones,).
    service : numpy.ndarray
        Service time of a job at each enterprise, shape (n,), days: its size belongs to the enterprise.
    """

    name: str
    base: int
    free_at: Floats
    service: Floats


@dataclass(frozen=True, eq=False)
class Setting:
    """What all replications of one experiment share."""

    case: Case
    strategy: Strategy
    timeline: Timeline
    population: Population
    levers: tuple[tuple[Lever, ...], tuple[Lever, ...]]
    """Instruments of the strategy and of the reference strategy."""
    exempt: frozenset[str] = frozenset()
    engine: str = "simpy"
    """Name of the engine that runs it."""
    past: Floats | None = None
    """Times of each path track's step that a ledger gives, shape (n, PATH_TRACKS), NaN where it does not."""
    observed: str = ""
    """Digest of the state it starts from, where that was observed and is not the case's own."""
    opened: OpenHazards | None = None
    """Open hazards of a ledger, in the place of the synthesised ones."""

    @property
    def with_hazards(self) -> bool:
        """Whether hazards and visits are simulated: not where the past pace is simply continued, which is no plan."""
        return self.strategy.pace != "past"


@dataclass
class World:
    """One replication before its first morning."""

    setting: Setting
    seed: int
    replication: int
    path: Path
    state: State
    entry: Floats
    """Times at which each path track's step was done before the as-of date, shape (n, PATH_TRACKS), NaN if not."""
    removal: Floats
    agencies: tuple[Bench, ...]
    assessors: Bench
    levers: tuple[Levers, Levers]
    effects: Floats
    memories: Floats
    hazards: HazardWorld | None = None
    """Hazards, visits and the county staff; None where only adoption is simulated."""
    reporting: Reporting = NO_REPORTING
    reports: Reports = NO_REPORTS
    reluctance: Floats = field(default_factory=lambda: np.zeros(0))
    """One uniform per enterprise, shape (n,): an agency's added builder may serve it where the share is larger."""

    @property
    def timeline(self) -> Timeline:
        """The days to simulate."""
        return self.setting.timeline


def make_setting(
    case: Case,
    strategy: Strategy,
    reference: Strategy,
    *,
    exempt: frozenset[str] = frozenset(),
    engine: str = "simpy",
    population: Population | None = None,
    past: Floats | None = None,
) -> Setting:
    """Return what all replications of an experiment share.

    Parameters
    ----------
    case : Case
    strategy, reference : Strategy
        What is run, and the arrangement in force at the as-of date, against which its effects are held.
    exempt : frozenset of str
        Enterprise codes that take no part: none of their clocks runs (for the locality test).
    engine : str
        Which engine runs it.
    population : Population, optional
        The list as it was observed; synthesised from the case's margins when None.
    past : numpy.ndarray, optional
        See `Setting.past`.
    """
    timeline = case_timeline(case)
    if strategy.pace == "past":
        reference = strategy  # the pace shown so far already holds what was done so far
    return Setting(
        case=case,
        strategy=strategy,
        timeline=timeline,
        population=synthesise(case_margins(case)) if population is None else population,
        levers=(_levers(strategy, timeline), _levers(reference, timeline)),
        exempt=exempt,
        engine=engine,
        past=past,
    )


def make_world(setting: Setting, paths: PathSet | TablePaths, row: int, *, seed: int) -> World:
    """Return the world of one replication, its state exactly the published or observed one."""
    case, population, replication = setting.case, setting.population, int(paths.replications[row])
    n = population.entity.size

    def luck(stream: Stream) -> Floats:
        return uniforms(seed, replication, population.entity, int(stream), 0)

    start, path = _start_and_path(setting, paths, row, seed, replication)
    entry = draw_entries(case, population, start, luck, setting.past)
    state = _state(case, population, draw_propensity(case, start, entry, luck), luck)
    if isinstance(paths, TablePaths):
        names = county_names(case)
        drawn = make_drawn(paths, row, names, population, state.residual, state.propensity)
        state = state._replace(drawn=drawn)
    if setting.exempt:
        state.status[np.isin(np.array(population.codes), list(setting.exempt)), Col.ON_LIST] = 0
    removals = case.scenario.removals_per_year.value / 365.0
    removal = -np.log(luck(Stream.CLOCK_REMOVAL)) / removals if removals > 0 else np.full(n, NEVER)
    attention, deterrence = case.attention, case.deterrence
    reporting = case_reporting(case, setting.timeline, n)
    return World(
        setting=setting,
        seed=seed,
        replication=replication,
        path=path,
        state=state,
        entry=entry,
        removal=removal,
        agencies=_agencies(case, population, start, seed, replication, luck, state),
        assessors=_assessors(case, population, luck, state),
        levers=_empty(case, population),
        effects=np.array(
            [
                attention.meeting_effect.value,
                attention.notice_effect.value,
                deterrence.visit_effect.value,
                deterrence.advice_effect.value,
            ],
            dtype=np.float64,
        ),
        memories=np.array(
            [
                attention.meeting_memory.value,
                attention.notice_memory.value,
                deterrence.visit_memory.value,
                deterrence.advice_memory.value,
            ],
            dtype=np.float64,
        ),
        reporting=reporting,
        reports=make_reports(reporting, setting.timeline.days, int(case.population.counties.value)),
        hazards=make_hazards(case, population, state, entry, setting.timeline, seed, replication, setting.opened)
        if setting.with_hazards
        else None,
        reluctance=luck(Stream.AGENCY_WILLING),
    )


def county_names(case: Case) -> list[str]:
    """Return the names of the counties: the case's own, or numbers as long as the split is a synthesised one."""
    listed = case.population.county_list
    if listed:
        return [row.name for row in listed.rows]
    return [f"county_{k + 1:02d}" for k in range(int(case.population.counties.value))]


def _start_and_path(
    setting: Setting, paths: PathSet | TablePaths, row: int, seed: int, replication: int
) -> tuple[int, Path]:
    """Return the assumed start and the path of a row; tracks that a table says nothing of follow the case's prior."""
    if isinstance(paths, PathSet):
        return int(paths.start[row]), make_path(setting.case, setting.timeline, paths, row)
    prior = draw_paths(setting.case, setting.timeline, seed=seed, replications=np.array([replication]))
    path = make_path(setting.case, setting.timeline, prior, 0)
    return int(prior.start[0]), path._replace(rush=path.rush._replace(factor=float(paths.rush_factor[row])))


def draw_entries(case: Case, population: Population, start: int, luck: Luck, past: Floats | None = None) -> Floats:
    """Return when each step was done before the as-of date, conditional on the stage and the assumed start.

    Steps whose time `past` gives (shape (n, PATH_TRACKS), NaN where it does not) have it. The others, one after the
    other, are each truncated-exponential between their predecessor and the as-of date at the constant rate that the
    assumed start implies; shape (n, PATH_TRACKS), NaN where the step is still to come.
    """
    weeks, total, counts = weeks_since(case, start), float(population.entity.size), stage_counts(case)
    rate = [settle_level(count / total, weeks, total) / 7.0 for count in counts]
    n = population.entity.size
    begin, now = np.full(n, -7.0 * weeks), np.zeros(n)
    started = population.building | population.built
    times = np.full((n, PATH_TRACKS), np.nan)
    known = np.full((n, PATH_TRACKS), np.nan) if past is None else past

    def enter(track: int, stream: Stream, who: Flags, lows: Floats, highs: Floats) -> None:
        drawn = entry_interval(lows[who], highs[who], rate[track], luck(stream)[who])
        times[who, track] = np.where(np.isnan(known[who, track]), drawn, known[who, track])

    if past is None:
        enter(0, Stream.ENTRY_STARTED, started, begin, now)
    else:  # who has done a step had started before it
        first = np.fmin(np.fmin.reduce(past, axis=1), now)
        enter(0, Stream.ENTRY_STARTED, started, np.minimum(begin, first - 1.0), first)
    enter(1, Stream.ENTRY_BUILT, population.built, times[:, 0], now)
    enter(3, Stream.ENTRY_ONLINE, population.online, times[:, 1], now)
    latest = np.where(population.online, times[:, 3], now)
    enter(2, Stream.ENTRY_CONNECTED, population.connected, times[:, 0], latest)
    enter(4, Stream.ENTRY_PASSED, population.passed, times[:, 1], now)
    return times


def draw_propensity(case: Case, start: int, entry: Floats, luck: Luck) -> Floats:
    """Return Z, shape (n,): Gamma with mean 1, updated by what each enterprise has done since the assumed start.

    With frailty shape k, m steps done and integrated rate L while at risk: Gamma(k + m) / (k + L).
    """
    weeks, counts = weeks_since(case, start), stage_counts(case)
    n, shape = entry.shape[0], float(case.adoption.frailty_shape.value)
    begin = np.full(n, -7.0 * weeks)
    before = np.column_stack([begin, entry[:, 0], entry[:, 0], np.maximum(entry[:, 1], entry[:, 2]), entry[:, 1]])
    exposure = np.zeros(n)
    for track in range(PATH_TRACKS):
        rate = settle_level(counts[track] / n, weeks, float(n)) / 7.0
        until = np.where(np.isnan(entry[:, track]), 0.0, entry[:, track])
        exposure += np.nan_to_num(rate * np.maximum(until - before[:, track], 0.0))
    steps = (~np.isnan(entry)).sum(axis=1)
    u, quantile = luck(Stream.PROPENSITY), np.zeros(n)
    for m in np.unique(steps).tolist():
        those = steps == m
        quantile[those] = gamma_unit_quantile(u[those], shape + m)
    return quantile / (shape + exposure)


def _state(case: Case, population: Population, propensity: Floats, luck: Luck) -> State:
    """Return the arrays at the as-of date with fresh clocks."""
    n = population.entity.size
    clocks = (
        Stream.CLOCK_START,
        Stream.CLOCK_BUILD,
        Stream.CLOCK_CONNECT,
        Stream.CLOCK_ONLINE,
        Stream.CLOCK_ASSESS,
        Stream.CLOCK_REWORK,
    )
    build = np.where(population.built, Build.BUILT, np.where(population.building, Build.BUILDING, Build.NOT_STARTED))
    sent_back = population.assessed & ~population.passed
    assess = np.where(population.passed, Assess.PASSED, np.where(sent_back, Assess.REWORK, Assess.NONE))
    scores = case.assessors
    status = np.zeros((n, len(Col)), dtype=np.int64)
    status[:, Col.ON_LIST] = 1
    status[:, Col.BUILD], status[:, Col.ASSESS] = build, assess
    status[:, Col.CONNECTED], status[:, Col.ONLINE] = population.connected, population.online
    status[:, Col.ASSESSED] = population.assessed
    status[:, Col.AGENCY_USER] = luck(Stream.AGENCY_USER) < case.agencies.user_share.value
    benchmark = population.group == GROUPS.index("benchmark")
    return State(
        entity=population.entity,
        county=population.county,
        sector=population.sector,
        group=population.group,
        propensity=propensity,
        pass_score=np.where(
            benchmark, int(scores.pass_score_benchmark.value), int(scores.pass_score_other.value)
        ).astype(np.int64),
        status=status,
        residual=np.column_stack([-np.log(luck(stream)) for stream in clocks]),
        rate=np.zeros((n, TRACKS)),
        spell=np.zeros((n, TRACKS), dtype=np.int64),
        updated=np.zeros(n),
        attention=np.zeros((n, SIDES, len(Contact))),
        attention_time=np.zeros((n, SIDES, len(Contact))),
    )


def _agencies(
    case: Case, population: Population, start: int, seed: int, replication: int, luck: Luck, state: State
) -> tuple[Bench, ...]:
    """Return the agencies' builders by sector: enough for `headroom` times the flow already shown."""
    a = case.agencies
    mean, cv = float(a.service_mean.value), float(a.service_cv.value)
    service = gamma_quantile(luck(Stream.AGENCY_SERVICE), mean, cv)
    users = state.status[:, Col.AGENCY_USER] == 1
    due = np.where(users, due_days(state.drawn, population, "built"), np.inf) if state.drawn.own.size else None
    benches = []
    teams = sector_builders(
        population.sector,
        population.built,
        len(population.sector_names),
        weeks_since(case, start),
        float(a.user_share.value),
        mean,
        float(a.headroom.value),
    )
    for sector, (name, builders) in enumerate(zip(population.sector_names, teams, strict=True)):
        shown = builders
        if due is not None:  # a draw is one of completions: whoever makes them is there
            builders = max(shown, most_in_weeks(due[population.sector == sector], _service_weeks(mean, cv)))
        room = 4 * builders
        servers = np.arange(room, dtype=np.uint32)
        u, v, busy = (
            uniforms(seed, replication, servers, int(Stream.AGENCY_RESIDUAL), 3 * sector + k) for k in range(3)
        )
        residual = residual_quantile(u, v, mean, cv)
        free_at = np.where(busy < 1.0 / a.headroom.value, residual, 0.0)
        free_at[shown:] = 0.0
        benches.append(Bench(f"agency_{name}", builders, free_at, service))
    return tuple(benches)


def _service_weeks(mean: float, cv: float) -> int:
    """Return the weeks within which nearly every service ends, and the week in which it begins."""
    return 1 + int(np.ceil(mean * (1.0 + 2.0 * cv) / 7.0))


def _assessors(case: Case, population: Population, luck: Luck, state: State) -> Bench:
    """Return the assessors' teams, all free on the first morning."""
    a = case.assessors
    teams = int(a.teams.value)
    if state.drawn.own.size:
        weeks = _service_weeks(float(a.service_mean.value), float(a.service_cv.value))
        due = np.concatenate([due_days(state.drawn, population, stage) for stage in ("assessed", "passed")])
        teams = max(teams, most_in_weeks(due, weeks))
    service = gamma_quantile(
        luck(Stream.ASSESS_SERVICE),
        float(a.service_mean.value),
        float(a.service_cv.value),
    )
    return Bench("assessors", teams, np.zeros(teams), service)


def _levers(strategy: Strategy, timeline: Timeline) -> tuple[Lever, ...]:
    """Return a strategy's instruments with their schedules."""
    made = []
    for settings in strategy.instruments:
        module = instrument(settings.instrument)
        made.append(Lever(module, module.due(settings, timeline), module.parameters(settings)))
    return tuple(made)


def _empty(case: Case, population: Population) -> tuple[Levers, Levers]:
    """Return empty levers for the strategy and the reference."""
    counties, sectors = int(case.population.counties.value), len(population.sector_names)
    n = population.entity.size
    return empty_levers(counties, len(GROUPS), sectors, n), empty_levers(counties, len(GROUPS), sectors, n)


def reported_counts(world: World, day: int) -> tuple[Ints, Ints]:
    """Return what the bureau knows on a morning under the strategy and the reference, shape (counties, 1 + stages).

    On the list, then by stage; day -1 stands for the as-of date. The reference sees what is done: its path holds it.
    """
    state, law = world.state, world.reporting
    done = count_by_county(state.status, state.county, int(world.setting.case.population.counties.value))
    if not law.on:
        return done, done
    return tell(day, done, state.status, state.county, state.group, law, world.reports), done
