"""Assembly of the hazard half of a replication: places where hazards arise, their stock, the county staff.

A year of hazard life runs before the as-of date, with the enterprises' own dates of building, their self-checks and
random past visits, so that hidden, open and overdue hazards stand as they do later. What was hidden when it began comes
from a formula, whose errors that year wears off.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from dpsim.core.levers import Plan
from dpsim.core.reported import Fact
from dpsim.core.streams import Stream, uniform, uniforms
from dpsim.core.timeline import Timeline
from dpsim.core.words import CLASSES, DUTIES
from dpsim.engines.hazard_start import set_open
from dpsim.model.formalism import paper_probability
from dpsim.model.hazard_law import PERIODIC, colour_shares, hazard_law, mean_hidden_days, risk_colours
from dpsim.model.hazard_store import HazardStore, first_rooms
from dpsim.model.hazards import (
    SITE,
    Records,
    Visits,
    no_visits,
    sorted_visits,
)
from dpsim.model.open_hazards import OpenHazards
from dpsim.model.organisations import gamma_quantile
from dpsim.model.population import Population
from dpsim.model.staffing import Staff, county_staff
from dpsim.model.state import SIDES, Col, Flags, Floats, Ints, State
from dpsim.model.visits import SPOT_CHECK, Roster
from dpsim.params.schema import Case

PAST_DAYS = 365.0
"""How long hazards live before the as-of date."""
OLDEST_DAYS = 3650.0
"""How long hazards had been gathering at the most when that past began."""
PAST_STEPS = (-112.0, -56.0, -28.0, 0.0)
"""Ends of the intervals of that past: the penalties of an interval are felt from its end on."""
MAX_PAST_VISITS = 24
"""More past visits a year than any enterprise is given."""
GRID_PHASE = 3660.0
"""Grid staff's checks of an enterprise begin anywhere within so many days, whatever their period."""


class Luck(Protocol):
    """One uniform per enterprise for a stream and an ordinal."""

    def __call__(self, stream: Stream, ordinal: int = 0, who: Flags | None = None) -> Floats:
        """Return shape (n,), or one for each marked."""


@dataclass
class HazardWorld:
    """Everything that changes about hazards and supervision in one replication.

    Attributes
    ----------
    sites, laws
        See `dpsim.model.hazards`.
    store : HazardStore
        The hazards themselves and their ledger.
    staff : Staff
        Of one county.
    members, first : numpy.ndarray
        Enterprises by county and where each county begins.
    quality : numpy.ndarray
        Shape (counties, teams): factor on what a team's visit spends.
    roster, facts : numpy.ndarray of int64
        Shape (sides, n, ...): visits, and what the bureau knows, under the strategy and under the reference.
    credit, advice_credit, owed : numpy.ndarray
        Shape (sides, counties): staff-days in hand and owed.
    dealt : numpy.ndarray
        Shape (sides, counties, plans): visits each plan has had.
    duties : numpy.ndarray
        Shape (days, duties): staff-days spent by all counties together under the strategy.
    stock : numpy.ndarray
        Shape (n, 4, classes): hazards at the as-of date by how they stand.
    paper : numpy.ndarray of bool
        Systems that are paper at the as-of date.
    """

    sites: Records
    store: HazardStore
    laws: Records
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
    stock: Ints
    paper: Ints
    lived: float = 0.0
    pending: list[tuple[Ints, Floats, Ints, Floats, Ints]] = field(default_factory=list)
    """Visits since the last weekly report: enterprises, times, channels, qualities, supervisors."""

    def live(self, until: float) -> None:
        """Let all hazards live until `until` with the pending visits."""
        self.store.live(self.sites, self.lived, until, self.laws, self._pending_visits(self.sites.size))
        self.lived = until

    def leave(self, i: int) -> None:
        """Drop the hazards of an enterprise that has left the list, now that they have lived until now."""
        self.store.drop(self.sites, i, self.lived)

    def _pending_visits(self, n: int) -> Visits:
        """Return the visits since the last report in the order the kernel wants, and forget them."""
        if not self.pending:
            return no_visits(n)
        index, time, channel, quality, supervisor = (np.concatenate(part) for part in zip(*self.pending, strict=True))
        self.pending.clear()
        return sorted_visits(index, time, channel, quality, supervisor, n)


def make_hazards(
    case: Case,
    population: Population,
    state: State,
    entry: Floats,
    timeline: Timeline,
    seed: int,
    replication: int,
    opened: OpenHazards | None = None,
) -> HazardWorld:
    """Return the hazard half of one replication at the as-of date.

    Parameters
    ----------
    case, population, state, timeline
        The enterprises and their stages.
    entry : numpy.ndarray
        Times at which each path track's step was done, NaN if not.
    seed, replication : int
        Name of the run.
    opened : OpenHazards, optional
        Of a ledger, in the place of the synthesised open ones.
    """
    n, counties = population.entity.size, int(case.population.counties.value)

    def luck(stream: Stream, ordinal: int = 0, who: Flags | None = None) -> Floats:
        entity = population.entity if who is None else population.entity[who]
        return uniforms(seed, replication, entity, int(stream), ordinal)

    colour = risk_colours(case, luck(Stream.RISK_COLOUR))
    sites = _sites(case, state, entry, colour, luck)
    members = np.argsort(population.county, kind="stable").astype(np.int64)
    world = HazardWorld(
        sites=sites,
        store=HazardStore(*first_rooms(sites)),
        laws=hazard_law(case, seed, replication),
        staff=county_staff(case),
        members=members,
        first=np.searchsorted(population.county[members], np.arange(counties + 1)).astype(np.int64),
        quality=_qualities(case, counties, seed, replication),
        roster=np.zeros((SIDES, n, len(Roster)), dtype=np.int64),
        facts=np.zeros((SIDES, n, len(Fact)), dtype=np.int64),
        credit=np.zeros((SIDES, counties)),
        advice_credit=np.zeros((SIDES, counties)),
        owed=np.zeros((SIDES, counties)),
        dealt=np.zeros((SIDES, counties, len(Plan))),
        duties=np.zeros((timeline.days, len(DUTIES))),
        stock=np.zeros((n, 4, 2), dtype=np.int64),
        paper=sites["paper"].copy(),
        lived=-PAST_DAYS,
    )
    _fixed_facts(world, population, colour)
    _live_the_past(world, case, population, timeline.as_of, luck)
    if opened is not None:
        set_open(sites, world.store, world.laws, opened)
        world.stock = world.store.census(sites)
    return world


def _live_the_past(world: HazardWorld, case: Case, population: Population, as_of: dt.date, luck: Luck) -> None:
    """Let the year before the as-of date pass with random visits, and write down who was visited when."""
    rate = case.staff.past_visits_per_year.value / 365.0
    _gather_the_old(world, rate)
    reveal, world.laws["reveal_share"] = world.laws["reveal_share"].copy(), 0.0  # the published share is of today
    gaps = np.column_stack([-np.log(luck(Stream.PAST_VISIT, k)) for k in range(MAX_PAST_VISITS)])
    times = -PAST_DAYS + np.cumsum(gaps, axis=1) / rate if rate > 0 else np.zeros_like(gaps)
    before = times < 0.0
    index, number = np.nonzero(before)
    teams = world.quality.shape[1]
    quality = world.quality[population.county[index], (index + number) % teams]
    at = times[before]
    for until in PAST_STEPS:
        now = (at >= world.lived) & (at < until)
        channel, supervisor = np.full(int(now.sum()), SPOT_CHECK), np.ones(int(now.sum()), dtype=np.int64)
        world.pending.append((index[now], at[now], channel, quality[now], supervisor))
        world.live(until)
    world.laws["reveal_share"] = reveal
    last = np.where(before, times, -np.inf).max(axis=1)
    never = -PAST_DAYS * (1.0 + luck(Stream.LAST_VISIT))
    new_year = -float((as_of - dt.date(as_of.year, 1, 1)).days) - 1.0
    for side in range(SIDES):
        roster = world.roster[side]
        roster[:, Roster.LAST_VISIT] = np.floor(np.where(np.isfinite(last), last, never))
        roster[:, Roster.VISITS_YEAR] = (before & (times >= new_year)).sum(axis=1)
        roster[:, Roster.LAST_ADVICE] = -10_000
    world.stock = world.store.census(world.sites)


def _gather_the_old(world: HazardWorld, rate: float) -> None:
    """Let what was hidden when the past year began arise at once, on the day before it.

    How long a hidden hazard will stay hidden does not depend on how long it has been: so those still there are as many
    as arise in the time one stays hidden on average, and are like new ones.
    """
    sites, laws = world.sites, world.laws
    hidden_days = np.minimum(OLDEST_DAYS, mean_hidden_days(sites, laws, rate, -PAST_DAYS))
    daily, period, spend = sites["intensity"].copy(), laws["period"].copy(), laws["spend"].copy()
    sites["intensity"], laws["period"], laws["spend"] = daily * hidden_days, math.inf, 0.0
    world.lived = -PAST_DAYS - 1.0
    world.live(-PAST_DAYS)
    sites["intensity"], laws["period"], laws["spend"] = daily, period, spend


def _sites(case: Case, state: State, entry: Floats, colour: Ints, luck: Luck) -> Records:
    """Return the enterprises with their intensities, clocks, phases and conditions."""
    hazards, n = case.hazards, state.entity.size
    sites = np.zeros(n, dtype=SITE)
    sites["entity"], sites["index"] = state.entity, np.arange(n)
    sites["on_list"] = state.status[:, Col.ON_LIST]
    ratio = hazards.colour_ratio.value**colour
    shares = colour_shares(case)
    mean = sum(share * hazards.colour_ratio.value**k for k, share in enumerate(shares))
    own = gamma_quantile(luck(Stream.HAZARD_INTENSITY), 1.0, hazards.heterogeneity_shape.value**-0.5)
    clocks = (Stream.HAZARD_CLOCK_GENERAL, Stream.HAZARD_CLOCK_MAJOR)
    for k, klass in enumerate(CLASSES):
        sites["intensity"][:, k] = getattr(hazards.arising, klass).value / 365.0 * own * ratio / mean
        sites["clock"][:, k] = -np.log(luck(clocks[k]))
    for channel, key in PERIODIC.items():
        u = luck(Stream.CHECK_PHASE, channel)
        sites["phase"][:, channel] = u * getattr(case.discovery, key).value
    sites["phase"][:, SPOT_CHECK] = GRID_PHASE * luck(Stream.CHECK_PHASE, SPOT_CHECK)
    sites["built_at"] = np.where(np.isnan(entry[:, 1]), np.inf, entry[:, 1])
    sites["online_at"] = np.where(np.isnan(entry[:, 3]), np.inf, entry[:, 3])
    sites["report_factor"], sites["seen_at"], sites["resumes"] = 1.0, -PAST_DAYS, -np.inf
    sites["perceived_at"] = sites["leaning_at"] = -PAST_DAYS  # forgetting runs forward only
    f, base = case.formalism, case.caveats.paper_share.value
    chance = [
        paper_probability(base, 1.0, f.rush_effect.value, agency, f.agency_effect.value, 0.0, f.perceived_effect.value)
        for agency in (False, True)
    ]
    own_chance = np.where(state.status[:, Col.AGENCY_USER] == 1, chance[1], chance[0])
    built = np.isfinite(sites["built_at"])
    sites["paper"][built] = luck(Stream.PAPER, who=built) < own_chance[built]
    return sites


def _qualities(case: Case, counties: int, seed: int, replication: int) -> Floats:
    """Return what each inspection team's visit spends over the mean, shape (counties, teams)."""
    teams = max(1, int(case.staff.inspectors_per_county.value / case.staff.staff_per_visit.value))
    u = [
        [uniform(seed, replication, county, int(Stream.TEAM_QUALITY), team, 0) for team in range(teams)]
        for county in range(counties)
    ]
    return gamma_quantile(np.array(u), 1.0, float(case.discovery.quality_cv.value))


def _fixed_facts(world: HazardWorld, population: Population, colour: Ints) -> None:
    """Write what never changes about an enterprise into the reported facts."""
    for side in range(SIDES):
        facts = world.facts[side]
        facts[:, Fact.ENTITY], facts[:, Fact.COUNTY] = population.entity, population.county
        facts[:, Fact.SECTOR], facts[:, Fact.BENCHMARK] = population.sector, population.group
        facts[:, Fact.COLOUR] = colour
