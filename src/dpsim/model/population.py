"""Who is on the list: enterprises synthesised from a case's margins, the published counts met exactly.

Traits and stages are drawn once per case and split assumption, from keys of the case alone, so that every run of
a case starts from the same list. What no document says (entry dates, propensity) is drawn per replication.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dpsim.core.streams import CITY_ENTITY, Stream, entity_numbers, uniform, uniforms
from dpsim.model.organisations import gamma_quantile
from dpsim.model.paths import largest_remainder
from dpsim.model.state import Flags, Ints
from dpsim.params.schema import Case


@dataclass(frozen=True)
class Margins:
    """What a case says of its list (counts of enterprises; shares 0..1)."""

    code_prefix: str
    enterprises: int
    tiers: tuple[tuple[str, int], ...]
    sectors: tuple[tuple[str, float], ...]
    counties: int
    county_size_cv: float
    building: int
    built: int
    connected: int
    online: int
    assessed: int
    passed: int
    benchmark_first: bool


@dataclass(frozen=True)
class Population:
    """The list at the as-of date; arrays have one entry per enterprise, in the order of `codes`.

    Attributes
    ----------
    codes : tuple of str
    entity : numpy.ndarray of uint32
    county, sector, tier, group : numpy.ndarray of int64
        Index of the county, sector, tier (0 is `other`) and target group.
    building, built, connected, online, assessed, passed : numpy.ndarray of bool
    tier_names, sector_names : tuple of str
    """

    codes: tuple[str, ...]
    entity: npt.NDArray[np.uint32]
    county: Ints
    sector: Ints
    tier: Ints
    group: Ints
    building: Flags
    built: Flags
    connected: Flags
    online: Flags
    assessed: Flags
    passed: Flags
    tier_names: tuple[str, ...]
    sector_names: tuple[str, ...]


def case_margins(case: Case) -> Margins:
    """Return what the synthesis needs of a case."""
    p, s = case.population, case.state
    return Margins(
        code_prefix=case.code_prefix,
        enterprises=int(p.enterprises.value),
        tiers=tuple((name, int(getattr(p.tiers, name).value)) for name in type(p.tiers).model_fields),
        sectors=tuple((name, float(getattr(p.sectors, name).value)) for name in type(p.sectors).model_fields),
        counties=int(p.counties.value),
        county_size_cv=float(p.county_size_cv.value),
        building=int(s.building.value),
        built=int(s.built.value),
        connected=int(s.connected.value),
        online=int(s.online.value),
        assessed=int(s.assessed.value),
        passed=int(s.passed.value),
        benchmark_first=case.scenario.benchmark_split.value == "benchmark_first",
    )


def synthesise(margins: Margins) -> Population:
    """Return a list that meets every count of `margins` exactly.

    Stages nest: passed in assessed in built; online in built and in connected; connected in built or building.
    """
    n = margins.enterprises
    codes = tuple(f"{margins.code_prefix}-{k + 1:06d}" for k in range(n))
    entity = entity_numbers(codes)

    def luck(stream: Stream) -> npt.NDArray[np.float64]:
        return uniforms(0, 0, entity, int(stream), 0)

    tier = _by_counts(luck(Stream.TIER), np.array([count for _, count in margins.tiers]), n, first=1)
    group = (tier > 0).astype(np.int64)
    sector_counts = largest_remainder(np.array([share for _, share in margins.sectors]), n)
    sector = _by_counts(luck(Stream.SECTOR), sector_counts, n, first=0)
    lead = np.where(group == 1, -1.0, 0.0) if margins.benchmark_first else np.zeros(n)
    everyone = np.ones(n, dtype=bool)
    built = _lowest(luck(Stream.STATE_BUILT) + lead, everyone, margins.built)
    building = _lowest(luck(Stream.STATE_BUILDING) + lead, ~built, margins.building)
    online = _lowest(luck(Stream.STATE_ONLINE) + lead, built, margins.online)
    connected = online | _lowest(
        luck(Stream.STATE_CONNECTED) + lead, (built | building) & ~online, margins.connected - margins.online
    )
    passed = _lowest(luck(Stream.STATE_PASSED) + lead, built, margins.passed)
    assessed = passed | _lowest(luck(Stream.STATE_ASSESSED) + lead, built & ~passed, margins.assessed - margins.passed)
    return Population(
        codes=codes,
        entity=entity,
        county=_counties(margins, luck(Stream.COUNTY)),
        sector=sector,
        tier=tier,
        group=group,
        building=building,
        built=built,
        connected=connected,
        online=online,
        assessed=assessed,
        passed=passed,
        tier_names=("other", *(name for name, _ in margins.tiers)),
        sector_names=tuple(name for name, _ in margins.sectors),
    )


def _lowest(score: npt.NDArray[np.float64], among: Flags, count: int) -> Flags:
    """Mark the `count` lowest scores among the marked."""
    chosen = np.zeros(score.size, dtype=bool)
    candidates = np.flatnonzero(among)
    if not 0 <= count <= candidates.size:
        raise ValueError(f"cannot choose {count} of {candidates.size}")  # the schema has checked the margins
    chosen[candidates[np.argsort(score[candidates], kind="stable")[:count]]] = True
    return chosen


def _by_counts(u: npt.NDArray[np.float64], counts: Ints, n: int, first: int) -> Ints:
    """Deal categories `first`, `first` + 1, ... with exact counts in the order of `u`; the rest get 0."""
    category = np.zeros(n, dtype=np.int64)
    order, at = np.argsort(u, kind="stable"), 0
    for k, count in enumerate(counts):
        category[order[at : at + int(count)]] = first + k
        at += int(count)
    return category


def _counties(margins: Margins, u: npt.NDArray[np.float64]) -> Ints:
    """Deal enterprises to counties of unequal assumed size."""
    weights = gamma_quantile(
        np.array([uniform(0, 0, CITY_ENTITY, int(Stream.COUNTY_SIZE), k, 0) for k in range(margins.counties)]),
        1.0,
        margins.county_size_cv,
    )
    edges = np.cumsum(weights / weights.sum())
    return np.minimum(np.searchsorted(edges, u), margins.counties - 1).astype(np.int64)
