"""The papers' experiments, one function each: what was done there, done to enterprises of the case.

Each returns an estimate and its standard error over enterprises, which do not see each other. Keyword arguments
change the law of the run: a negative control switches the mechanism off.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from paper_worlds import CASE, SEED, YEAR, Bureau, Floats, Ints, PaperWorld, make_world

from dpsim.core.rates import decayed
from dpsim.core.streams import Stream, uniforms
from dpsim.model.detection import fatigue_factors
from dpsim.model.formalism import paper_probability
from dpsim.model.hazard_sites import publish
from dpsim.params.load import load_case
from dpsim.strategies import escalation, predicted_score

SAMPLE_YEARS = 34.0
"""Length of the sample of EX28 (1972 to 2006)."""
BETWEEN_PLANNED = 2.0
"""Years that OSHA lets pass at least between planned inspections (Ko, Mendeloff and Gray 2010)."""
AFTER = 5.0
"""Years of accidents that are counted (as in EX27)."""
MEMORY_WINDOW = 60.0
"""Days after a campaign over which EX25 is averaged ("about two months")."""


PRIOR_VISITS = 4.0
"""Visits that the mean of all enterprises is worth in a predicted score (that of the strategy `risk_based`)."""
STRICTER = 3.0
"""Frequency factor for a bad record (that of the strategy `balanced`)."""


class Estimate(NamedTuple):
    """A measured figure.

    Attributes
    ----------
    value, error : float
        Estimate and standard error.
    """

    value: float
    error: float


def ratio(above: npt.ArrayLike, below: npt.ArrayLike) -> Estimate:
    """Return the ratio of two sums over the same enterprises; error by linearisation."""
    a, b = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    r = a.sum() / b.sum()
    return Estimate(float(r), float(np.sqrt(a.size) * np.std(a - r * b, ddof=1) / b.sum()))


def change(above: npt.ArrayLike, below: npt.ArrayLike) -> Estimate:
    """Return by how many percent the first sum is more than the second."""
    share = ratio(above, below)
    return Estimate(100.0 * (share.value - 1.0), 100.0 * share.error)


# ------------------------------------------------------------------------------------------------- one visit or none
class Pair(NamedTuple):
    """The same enterprises without and with a visit, and what the bureau knew before it.

    Attributes
    ----------
    before : PaperWorld
        On the day of the visit.
    none, visited : numpy.ndarray
        Expected accidents of each enterprise over `AFTER` years.
    """

    before: PaperWorld
    none: Floats
    visited: Floats


@cache
def visit_pair(n: int = 2500, **law: Any) -> Pair:
    """Return accidents with and without one visit, `BETWEEN_PLANNED` years after the last."""
    world = make_world(n, 0, years=4.0, **law)
    world.live(BETWEEN_PLANNED * YEAR, world.everyone())
    world.forget_harm()
    none, visited = world.copy(), world.copy()
    none.live(AFTER * YEAR)
    visited.live(AFTER * YEAR, visited.everyone())
    return Pair(world, none.harm, visited.harm)


def effect_of_one_visit(**law: Any) -> Estimate:
    """EX26: percent of the accidents of the next years, one random visit against none."""
    pair = visit_pair(**law)
    return change(pair.visited, pair.none)


def by_record(world: PaperWorld, visits: int, mixed_up: bool = False) -> tuple[Bureau, Ints]:
    """Return the bureau with the plan of predicted scores, and whom it visits first."""
    bureau = Bureau(world, predicted_score, np.array([1.0, PRIOR_VISITS]), mixed_up)
    return bureau, bureau.deal(1000, visits, 30)


def where_it_is_safer(**law: Any) -> Estimate:
    """Return what one visit averts where systems work, over what it averts at the same enterprises without one.

    OSHA's penalties averted less and less over the years in which injuries fell (methods 3.5).
    """
    base, safer = visit_pair(**law), visit_pair(**{**law, "condition": law.get("condition", (1.0, 1.0, 1.0))})
    return ratio(safer.none - safer.visited, base.none - base.visited)


def averted(pair: Pair, chosen: Ints) -> Floats:
    """Return accidents averted at the chosen enterprises, 0 at others."""
    out = np.zeros(pair.none.size)
    out[chosen] = (pair.none - pair.visited)[chosen]
    return out


def targeting(share: float = 0.2, blind: bool = False, **world: Any) -> tuple[Estimate, Estimate]:
    """EX27: accidents averted by visiting the highest predicted scores over those at random; level over effect.

    The effect of a visit is proportional to the intensity with which hazards arise; that true one orders the second.
    """
    pair = visit_pair(**world)
    n = pair.none.size
    visits = int(share * n)
    _, level = by_record(pair.before, visits, mixed_up=blind)
    effect = np.argsort(-pair.before.sites["intensity"][:, 1], kind="stable")[:visits]
    at_random = averted(pair, np.arange(n)) * (visits / n)
    gain = ratio(averted(pair, level), at_random)
    return gain, ratio(averted(pair, level), averted(pair, effect))


def added_visits(share: float = 0.25, **world: Any) -> Estimate:
    """Return the effect of a visit added to a plan of predicted scores over one that is in it (twice as many)."""
    pair = visit_pair(**world)
    visits = int(share * pair.none.size)
    bureau, first = by_record(pair.before, visits)
    return ratio(averted(pair, bureau.deal(1001, visits, 30)), averted(pair, first))


# ------------------------------------------------------------------------------------------------- visit after visit
@cache
def repeat_visits(n: int = 1500, years: float = SAMPLE_YEARS, **law: Any) -> tuple[Estimate, Estimate]:
    """EX28: percent change of finds from the first visit to the second, and from the second to the third.

    Nobody had been visited before the sample began; the first visit falls anywhere in its years.
    """
    unseen = years * uniforms(SEED, 0, np.arange(1, n + 1, dtype=np.uint32), int(Stream.TEST), 0)
    world = make_world(n, 1, years=3.0, unseen=unseen, **law)
    expected = []
    for _ in range(3):
        expected.append(world.expected_finds())
        world.live(BETWEEN_PLANNED * YEAR, world.everyone())
    return change(expected[1], expected[0]), change(expected[2], expected[1])


def growth_in_five_years(n: int = 1500, **law: Any) -> Estimate:
    """EX29: percent more finds where five more years have passed since the last visit.

    Finds are averaged over the half years around each time, so that experts' own rounds count little.
    """
    world = make_world(n, 2, years=3.0, **law)
    world.live((BETWEEN_PLANNED - 1.0) * YEAR, world.everyone())
    finds = []
    for wait in (0.5, 3.5):
        total = np.zeros(n)
        world.live(wait * YEAR)
        for _ in range(3):
            total += world.expected_finds()
            world.live(0.5 * YEAR)
        finds.append(total)
    return change(finds[1], finds[0])


def finds_by_order(n: int = 600, visits: int = 4, **law: Any) -> Estimate:
    """EX32: percent fewer finds per further visit of a day: the same visit as the day's first, ... fourth."""
    drop = law.pop("drop", None)
    world = make_world(n, 3, years=4.0, **law)
    if drop is None:
        drop = float(world.case.discovery.fatigue_drop.value)
    factors = fatigue_factors(np.arange(visits), drop)
    first, last = (world.copy().finds(world.everyone(), factors[k]) for k in (0, -1))
    share = ratio(last, first)
    each = share.value ** (1.0 / (visits - 1))
    return Estimate(100.0 * (each - 1.0), 100.0 * each / share.value * share.error / (visits - 1))


# ------------------------------------------------------------------------------------------------- what is felt
def effort_gain(world: PaperWorld, days: float) -> Floats:
    """Return by how much each enterprise checks itself better `days` from now than without any visit."""
    law, sites = world.laws[0], world.sites
    since = world.now + days - sites["perceived_at"]
    felt = [decayed(p, d, law["memory"]) for p, d in zip(sites["perceived"], since, strict=True)]
    return np.expm1(law["effort"] * np.array(felt))


def campaign_reversal(n: int = 400, weeks: int = 4, **law: Any) -> Estimate:
    """EX25: share of a campaign's improvement that is lost again, on average over the two months after it.

    All are visited once in the campaign's weeks; the improvement is in effort, a flow as the paper's emissions are.
    """
    world = make_world(n, 4, years=1.0, **law)
    for part in np.array_split(world.everyone(), weeks):
        world.live(7.0, part)
    end = effort_gain(world, 0.0)
    after = np.mean([effort_gain(world, day + 0.5) for day in range(int(MEMORY_WINDOW))], axis=0)
    kept = ratio(after, end)
    return Estimate(1.0 - kept.value, kept.error)


def visits_worth_a_name(**law: Any) -> Estimate:
    """EX31: own visits that raise perceived risk as much, over all enterprises, as one name published in a county."""
    case = load_case(CASE)
    n = round(case.population.enterprises.value / case.population.counties.value)
    world = make_world(n, 5, years=0.1, penalty_share=0.0, **law)
    seen, named = world.copy(), world.copy(publicity=1.0)
    seen.live(1.0, np.array([0]))
    felt = decayed(seen.sites["perceived"][0], 0.5, -seen.laws["memory"][0])  # at the hour of the visit
    named.sites["penalties"][0] = 1
    publish(named.sites, np.zeros(n, dtype=np.int64), 1, named.now, named.laws)
    return Estimate(float(named.sites["perceived"][1:].sum() / felt), 0.0)


# ------------------------------------------------------------------------------------------------- the record counts
class Enforced(NamedTuple):
    """Three years under a plan: accidents of each enterprise, visits, fines."""

    accidents: Floats
    visits: int
    fines: int


def enforce(world: PaperWorld, factor: float, per_month: int, mixed_up: bool = False) -> Enforced:
    """Return what comes of visiting the longest unvisited, counted `factor` times faster where the record is bad."""
    world.sites["penalties"] = 0
    world.forget_harm()
    visits, begin = 0, world.now
    bureau = Bureau(world, escalation, np.array([1.0, factor]), mixed_up)
    for _ in range(36):
        index = bureau.deal(int(world.now - begin) + 400, per_month, 25)
        visits += index.size
        world.live(YEAR / 12.0, index)
    return Enforced(world.harm.copy(), visits, int(world.sites["penalties"].sum()))


@cache
def without_regard_to_record(n: int = 1500, mixed_up: bool = False) -> tuple[Estimate, Enforced, Enforced]:
    """EX30: percent more accidents if visits ignore the record, at equal visits; both arms, with the record first."""
    world = make_world(n, 6, years=3.0)
    per_month = round(n * float(world.case.staff.past_visits_per_year.value) / 12.0)
    for part in np.array_split(world.everyone(), 12):  # a year that gives everyone a record
        world.live(YEAR / 12.0, part)
    with_record = enforce(world.copy(), STRICTER, per_month, mixed_up)
    without = enforce(world.copy(), 1.0, per_month)
    return change(without.accidents, with_record.accidents), with_record, without


def odds_in_the_rush(effect: float | None = None) -> Estimate:
    """Methods 3.5: by how much the odds of a paper system are higher in the rush than before it."""
    case = load_case(CASE)
    f, base = case.formalism, float(case.caveats.paper_share.value)
    effect = float(f.rush_effect.value) if effect is None else effect
    odds = []
    for rush in (1.0, float(case.scenario.rush.factor.value)):
        chance = paper_probability(base, rush, effect, False, 0.0, 0.0, 0.0)
        odds.append(chance / (1.0 - chance))
    return Estimate(odds[1] / odds[0], 0.0)
