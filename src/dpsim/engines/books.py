"""What the compiled scheduler works on: a replication's arrays by purpose, without any Python object."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dpsim.core.funds import Purse
from dpsim.core.levers import Levers
from dpsim.core.reported import Fact
from dpsim.core.words import DUTIES
from dpsim.engines.hazard_world import HazardWorld
from dpsim.engines.world import Setting, World
from dpsim.model.completion import Formalism, case_formalism
from dpsim.model.hazard_stock import Stock
from dpsim.model.hazard_store import HazardStore
from dpsim.model.hazards import LAW, SITE, Records
from dpsim.model.paths import Path
from dpsim.model.reporting import Reporting, Reports
from dpsim.model.staffing import Staff, county_staff
from dpsim.model.state import SIDES, Flags, Floats, Ints, State
from dpsim.model.visits import Roster
from dpsim.strategies import instrument_code


class Moments(NamedTuple):
    """When organisations act: working mornings and beginnings of intervals, ascending; the last entry is the end.

    Attributes
    ----------
    time : float64, days
    morning : bool
    begins : bool, an interval begins
    until : float64, end of the interval in force from then on
    new_year : bool, the first morning of a calendar year
    """

    time: Floats
    morning: Flags
    begins: Flags
    until: Floats
    new_year: Flags


class Rules(NamedTuple):
    """Numbers of a run that never change.

    Attributes
    ----------
    seed, replication : int
    days, counties : int
    rework_rate : float, per day
    score_mean, score_scale : float, points
    passed_on : float, share of a contact that reaches an enterprise
    per_day : int, visits of a team in a day
    gap : int, days before the same enterprise is visited again
    fatigue : float, drop of what a team spends from visit to visit of a day
    formalism : Formalism
    reporting : Reporting
    hazards : bool, whether hazards and visits are simulated
    """

    seed: int
    replication: int
    days: int
    counties: int
    rework_rate: float
    score_mean: float
    score_scale: float
    passed_on: float
    per_day: int
    gap: int
    fatigue: float
    formalism: Formalism
    reporting: Reporting
    hazards: bool


class Orders(NamedTuple):
    """A strategy's instruments.

    Attributes
    ----------
    code : int64, shape (instruments,): place among all instruments
    due : bool, shape (instruments, days)
    parameters : float64, shape (instruments, most parameters of any)
    """

    code: Ints
    due: Flags
    parameters: Floats


class Benches(NamedTuple):
    """The organisations with servers: the sectors' agencies, last the assessors.

    Attributes
    ----------
    base : int64, servers at the start
    first : int64, shape (benches + 1,): where each one's servers begin in `free_at`
    free_at : float64, when each server is free again
    service : float64, shape (2, n): days of a job at each enterprise, of an agency and of the assessors
    room : int64, most that can ever wait
    reluctance : float64, as in `World`
    """

    base: Ints
    first: Ints
    free_at: Floats
    service: Floats
    room: Ints
    reluctance: Floats


class Bureau(NamedTuple):
    """Supervision: staff, whom they visited, what they know (attributes as in `HazardWorld`, reports as in `World`)."""

    staff: Staff
    members: Ints
    first: Ints
    quality: Floats
    roster: Ints
    facts: Ints
    credit: Floats
    advice_credit: Floats
    owed: Floats
    dealt: Floats
    duties: Floats
    elsewhere: Floats
    reports: Reports


class Hazards(NamedTuple):
    """Sites, hazards with what is written of them, and law of a run."""

    sites: Records
    stock: Stock
    laws: Records


class Days(NamedTuple):
    """What is written down day by day, and of public money in all: as in `Outcome`."""

    queue: Ints
    busy: Ints
    servers: Ints
    spent: Floats
    purse: Floats


class Books(NamedTuple):
    """Everything of one replication, before its first morning."""

    rules: Rules
    moments: Moments
    state: State
    path: Path
    orders: tuple[Orders, Orders]
    levers: tuple[Levers, Levers]
    effects: Floats
    memories: Floats
    removal: Floats
    leaving: Ints
    """Enterprises in the order of their removals."""
    benches: Benches
    bureau: Bureau
    days: Days


def make_books(world: World) -> Books:
    """Return a world's books; its arrays are shared, not copied, but for the servers'."""
    leaving = np.argsort(world.removal, kind="stable")
    shape = (world.timeline.days, len(world.agencies) + 1)
    return Books(
        rules=_rules(world),
        moments=_moments(world.setting),
        state=world.state,
        path=world.path,
        orders=(_orders(world.setting, 0), _orders(world.setting, 1)),
        levers=world.levers,
        effects=world.effects,
        memories=world.memories,
        removal=world.removal,
        leaving=leaving[world.removal[leaving] < world.timeline.days],
        benches=_benches(world),
        bureau=_bureau(world),
        days=Days(
            queue=np.zeros(shape, dtype=np.int64),
            busy=np.zeros(shape, dtype=np.int64),
            servers=np.zeros(shape, dtype=np.int64),
            spent=np.zeros((shape[0], 2)),
            purse=np.zeros((SIDES, len(Purse))),
        ),
    )


def make_hazard_books(hazards: HazardWorld | None) -> Hazards:
    """Return the books of hazards; empty ones where none are simulated."""
    if hazards is None:
        return Hazards(np.zeros(0, dtype=SITE), HazardStore(0, 0).stock, np.zeros(1, dtype=LAW))
    return Hazards(hazards.sites, hazards.store.stock, hazards.laws)


def _rules(world: World) -> Rules:
    """Return the numbers of a run."""
    case = world.setting.case
    scores, attention, staff = case.assessors, case.attention, case.staff
    return Rules(
        seed=world.seed,
        replication=world.replication,
        days=world.timeline.days,
        counties=int(case.population.counties.value),
        rework_rate=float(1.0 / scores.rework_mean.value),
        score_mean=float(scores.score_mean.value),
        score_scale=float(scores.score_scale.value),
        passed_on=float(attention.pass_on_share.value**attention.levels.value),
        per_day=int(staff.visits_per_team_day.value),
        gap=int(staff.revisit_gap.value),
        fatigue=float(case.discovery.fatigue_drop.value),
        formalism=case_formalism(case),
        reporting=world.reporting,
        hazards=world.hazards is not None,
    )


@lru_cache(maxsize=8)
def _moments(setting: Setting) -> Moments:
    """Return when organisations act; nobody changes it."""
    timeline = setting.timeline
    mornings, begins = timeline.mornings.astype(np.float64), timeline.refresh_times
    time = np.append(np.union1d(mornings, begins), float(timeline.days))
    bounds = np.append(begins, float(timeline.days))
    years = np.array([timeline.date(int(t)).year for t in time[:-1]] + [0])
    morning = np.isin(time, mornings)
    last = timeline.as_of.year
    new_year = np.zeros(time.size, dtype=bool)
    for k in np.flatnonzero(morning).tolist():
        new_year[k], last = years[k] > last, max(last, int(years[k]))
    place = np.minimum(np.searchsorted(begins, time, side="right"), begins.size)
    return Moments(time, morning, np.isin(time, begins), bounds[place], new_year)


@lru_cache(maxsize=16)
def _orders(setting: Setting, side: int) -> Orders:
    """Return the instruments of one side; nobody changes it."""
    levers = setting.levers[side]
    widest = max((lever.parameters.size for lever in levers), default=1)
    parameters = np.zeros((len(levers), max(1, widest)))
    due = np.zeros((len(levers), setting.timeline.days), dtype=bool)
    for k, lever in enumerate(levers):
        parameters[k, : lever.parameters.size], due[k] = lever.parameters, lever.due
    return Orders(np.array([instrument_code(lever.module.NAME) for lever in levers], dtype=np.int64), due, parameters)


def _benches(world: World) -> Benches:
    """Return the organisations with servers."""
    benches = (*world.agencies, world.assessors)
    n = world.state.entity.size
    sizes = np.array([bench.free_at.size for bench in benches])
    agency = world.agencies[0] if world.agencies else world.assessors
    return Benches(
        base=np.array([bench.base for bench in benches], dtype=np.int64),
        first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        free_at=np.concatenate([bench.free_at for bench in benches]),
        service=np.stack([agency.service, world.assessors.service]),
        room=np.append(np.bincount(world.state.sector, minlength=len(world.agencies)), n).astype(np.int64),
        reluctance=world.reluctance,
    )


def _bureau(world: World) -> Bureau:
    """Return the supervisors' books; empty ones where they are not simulated."""
    n, case, hazards = world.state.entity.size, world.setting.case, world.hazards
    counties = int(case.population.counties.value)
    staff = Staff(*(float(number) for number in county_staff(case)))
    if hazards is None:
        ints: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        facts, none = np.zeros((SIDES, n, len(Fact)), dtype=np.int64), np.zeros((SIDES, counties))
        roster = np.zeros((SIDES, 0, len(Roster)), dtype=np.int64)
        grid = np.zeros((0, 0))
        return Bureau(
            staff,
            ints,
            ints,
            grid,
            roster,
            facts,
            none,
            none,
            none,
            np.zeros((SIDES, 0, 0)),
            grid,
            np.zeros(4),
            world.reports,
        )
    return Bureau(
        staff,
        hazards.members,
        hazards.first,
        hazards.quality,
        hazards.roster,
        hazards.facts,
        hazards.credit,
        hazards.advice_credit,
        hazards.owed,
        hazards.dealt,
        hazards.duties,
        np.zeros(len(DUTIES)),
        world.reports,
    )
