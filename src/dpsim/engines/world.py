"""Assembly: from a case, a strategy and one path to everything a scheduler needs (the only file that knows all).

A world is made per replication. The list and its stages are the case's own; entry dates, propensity, residual
services and all clocks are drawn here from their keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import ModuleType

import numpy as np

from dpsim.core.levers import Contact, Levers, empty_levers
from dpsim.core.rates import NEVER
from dpsim.core.reported import Reported
from dpsim.core.streams import Stream, uniforms
from dpsim.core.timeline import Timeline
from dpsim.core.words import GROUPS
from dpsim.engines.benches import Bench, agency_benches, assessors_bench
from dpsim.engines.hazard_world import HazardWorld, make_hazards
from dpsim.model.open_hazards import OpenHazards
from dpsim.model.past import Luck, draw_entries, draw_propensity
from dpsim.model.paths import Path
from dpsim.model.population import Population, case_margins, synthesise
from dpsim.model.prior import PathSet, case_timeline, draw_paths, make_path
from dpsim.model.reporting import NO_REPORTING, NO_REPORTS, Reporting, Reports, case_reporting, make_reports, tell
from dpsim.model.state import (
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
from dpsim.model.table_paths import TablePaths, make_drawn
from dpsim.params.schema import Case, Strategy
from dpsim.strategies import instrument


@dataclass(frozen=True)
class Lever:
    """One instrument of a strategy, ready to be called on a morning."""

    module: ModuleType
    due: Flags
    parameters: Floats

    def act(self, day: int, reported: Reported, levers: Levers) -> None:
        """Let the instrument pull its levers on a morning."""
        self.module.act(day, self.due, self.parameters, reported, levers)


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
        agencies=agency_benches(case, population, start, seed, replication, luck, state),
        assessors=assessors_bench(case, population, luck, state),
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
