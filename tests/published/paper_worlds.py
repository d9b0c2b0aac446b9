"""Small worlds for the papers' experiments: enterprises on the package's own kernels, visited when the paper says so.

All experiments take every value from one case file. Its enterprises have no dual-prevention system here, as those the
papers studied had none. Time is negative, so that the ledger keeps nothing; finds are counted by the enterprises.
Accidents are expected ones: hazards that are unsafe x accidents per hazard and day, so that no luck of rare events
enters; a pair of worlds shares all its draws.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dpsim.core.funds import Purse
from dpsim.core.levers import Levers, empty_levers
from dpsim.core.reported import Fact, Reported
from dpsim.core.streams import Stream, uniforms
from dpsim.engines.hazard_world import SPOT_CHECK
from dpsim.model.hazard_law import PERIODIC, hazard_law
from dpsim.model.hazard_store import HazardStore
from dpsim.model.hazards import SITE, Records, no_visits, sorted_visits
from dpsim.model.organisations import gamma_quantile
from dpsim.model.visits import Roster, deal_visits, write_ledger
from dpsim.params.load import load_case
from dpsim.params.schema import Case

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
YEAR = 365.0
STEP = 28.0
"""Days of an interval."""
CASE = "linyi-2018"
"""The one parameter set."""
SEED = 20260101


@dataclass
class PaperWorld:
    """Enterprises with their hazards at one time.

    Attributes
    ----------
    now : float
        Days; negative.
    harm : numpy.ndarray
        Expected accidents of each enterprise since `forget_harm`.
    """

    case: Case
    sites: Records
    store: HazardStore
    laws: Records
    colour: Ints
    now: float
    harm: Floats

    def live(self, days: float, visited: Ints | None = None, quality: float | Floats = 1.0) -> None:
        """Let `days` pass; those `visited` get an inspector's visit at the beginning."""
        end = self.now + days
        while self.now < end - 1e-9:
            self._interval(min(end, self.now + STEP), visited, quality)
            visited = None

    def _interval(self, until: float, visited: Ints | None, quality: float | Floats) -> None:
        """Live to `until` and add the accidents to be expected from the hazards at its end."""
        n, visits = self.sites.size, no_visits(self.sites.size)
        if visited is not None and visited.size:
            times = np.full(visited.size, self.now + 0.5)
            channel, one = np.full(visited.size, SPOT_CHECK), np.ones(visited.size, dtype=np.int64)
            visits = sorted_visits(visited, times, channel, np.broadcast_to(quality, visited.shape).copy(), one, n)
        self.store.live(self.sites, self.now, until, self.laws, visits)
        law, stock = self.laws[0], self.store.census(self.sites)
        unsafe = stock[:, 0] + (stock[:, 2] + stock[:, 3]) * law["open_harm"]
        self.harm += unsafe @ law["harm"] * (until - self.now)
        self.now = until

    def copy(self, **law: Any) -> PaperWorld:
        """Return the same world again, to be treated otherwise, with parts of its law changed."""
        other = copy.deepcopy(self)
        for name, value in law.items():
            other.laws[name] = value
        return other

    def forget_harm(self) -> None:
        """Count accidents from now on."""
        self.harm[:] = 0.0

    def expected_finds(self) -> Floats:
        """Return what a visit now finds on average at each enterprise."""
        chance = -np.expm1(-self.laws["spend"][0, SPOT_CHECK])
        return np.asarray(self.store.census(self.sites)[:, 0] @ chance, dtype=np.float64)

    def finds(self, visited: Ints, quality: float | Floats = 1.0) -> Ints:
        """Return what a visit now finds at each of those visited; the world goes on by a day."""
        before = self.sites["finds"][visited].copy()
        self.live(1.0, visited, quality)
        return np.asarray(self.sites["finds"][visited] - before, dtype=np.int64)

    def everyone(self) -> Ints:
        """Return all enterprises."""
        return np.arange(self.sites.size)


def make_world(
    n: int, replication: int, *, years: float, unseen: float | Floats = 1.0, alike: bool = False, **law: Any
) -> PaperWorld:
    """Return enterprises that have lived `years` without a visit; at the end `unseen` years have gone since the last.

    Parameters
    ----------
    n, replication : int
    years : float
        Run-in, from no hazards at all.
    unseen : float or numpy.ndarray
        Years.
    alike : bool
        Hazards arise equally often everywhere (a negative control).
    law
        Parts of the law that a negative control changes; `spot_check`: what a visit takes off a threshold, by class.
    """
    case, begin = load_case(CASE), -100.0 * YEAR
    sites, colour = _sites(case, n, replication, begin)
    if alike:
        sites["intensity"] = sites["intensity"].mean(axis=0)
    laws = hazard_law(case, SEED, replication)
    laws["spend"][:, SPOT_CHECK] = law.pop("spot_check", laws["spend"][:, SPOT_CHECK])
    for name, value in law.items():
        laws[name] = value
    world = PaperWorld(case, sites, HazardStore(), laws, colour, begin, np.zeros(n))
    sites["seen_at"] = begin + years * YEAR - np.asarray(unseen) * YEAR
    world.live(years * YEAR)
    world.forget_harm()
    return world


def _sites(case: Case, n: int, replication: int, begin: float) -> tuple[Records, Ints]:
    """Return enterprises as the engine makes them, without a system, and their risk colours."""
    entity = np.arange(1, n + 1, dtype=np.uint32)

    def luck(stream: Stream, ordinal: int = 0) -> Floats:
        return uniforms(SEED, replication, entity, int(stream), ordinal)

    h = case.hazards
    shares = np.array([h.yellow_share.value, h.orange_share.value, h.red_share.value])
    shares = np.concatenate([[1.0 - shares.sum()], shares])
    colour = np.searchsorted(np.cumsum(shares)[:3], luck(Stream.RISK_COLOUR), side="right").astype(np.int64)
    ratio = h.colour_ratio.value ** np.arange(4)
    own = gamma_quantile(luck(Stream.HAZARD_INTENSITY), 1.0, h.heterogeneity_shape.value**-0.5)
    sites = np.zeros(n, dtype=SITE)
    sites["entity"], sites["index"], sites["on_list"] = entity, np.arange(n), 1
    for k, klass in enumerate(("general", "major")):
        yearly = getattr(h.arising, klass).value * own * ratio[colour] / (shares @ ratio)
        sites["intensity"][:, k] = yearly / YEAR
        sites["clock"][:, k] = -np.log(luck(Stream(int(Stream.HAZARD_CLOCK_GENERAL) + k)))
    for channel, key in PERIODIC.items():
        sites["phase"][:, channel] = begin + luck(Stream.CHECK_PHASE, channel) * getattr(case.discovery, key).value
    sites["built_at"], sites["online_at"], sites["report_factor"] = math.inf, math.inf, 1.0
    sites["perceived_at"], sites["leaning_at"] = begin, begin
    sites["resumes"] = -math.inf
    return sites, colour


@dataclass
class Bureau:
    """One bureau with one plan: it deals visits as the package does.

    Attributes
    ----------
    instrument
        A file of `dpsim.strategies` that gives a plan.
    parameters : numpy.ndarray
        Of its law.
    """

    world: PaperWorld
    instrument: Any
    parameters: Floats
    mixed_up: bool = False
    """Records are somebody else's (a negative control)."""

    def __post_init__(self) -> None:
        n = self.world.sites.size
        self.levers: Levers = empty_levers(1, 1, 1, n)
        self.roster = np.zeros((n, len(Roster)), dtype=np.int64)
        self.dealt, self.credit = np.zeros((1, self.levers.plan_share.size)), np.zeros(1)

    def deal(self, day: int, visits: int, gap: int) -> Ints:
        """Return whom the plan visits on `day`, from what is reported; they are entered in the roster."""
        n, levers = self.world.sites.size, empty_levers(1, 1, 1, self.world.sites.size)
        facts = np.zeros((n, len(Fact)), dtype=np.int64)
        write_ledger(self.world.sites, facts)
        facts[:, Fact.ENTITY], facts[:, Fact.COLOUR] = self.world.sites["entity"], self.world.colour
        facts[:, Fact.LAST_VISIT] = self.roster[:, Roster.LAST_VISIT]
        if self.mixed_up:
            for fact in (Fact.BAD_RECORD, Fact.FINDS, Fact.PAST_VISITS):
                facts[:, fact] = np.roll(facts[:, fact], n // 2)
        reported = Reported(np.zeros((1, 6), dtype=np.int64), facts, np.array([SEED, 0]), np.zeros(len(Purse)))
        due = np.ones(day + 1, dtype=np.bool_)
        self.instrument.act(day, due, self.parameters, reported, levers)
        self.credit[0] += visits
        index, _ = deal_visits(
            day,
            self.world.everyone(),
            np.array([0, n]),
            self.world.sites["entity"],
            np.ones(n, dtype=np.int64),
            levers.plan_share,
            levers.priority,
            levers.visit_cap,
            self.roster,
            self.dealt,
            self.credit,
            1.0,
            gap,
            visits,
        )
        return index
