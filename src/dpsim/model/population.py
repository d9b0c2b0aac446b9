"""Who is on the list: enterprises synthesised from a case's margins, the published counts met exactly.

Traits and stages are drawn once per case and split assumption, from keys of the case alone, so that every run of
a case starts from the same list. What no document says (entry dates, propensity) is drawn per replication.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dpsim.core.streams import CITY_ENTITY, Stream, entity_numbers, uniform, uniforms
from dpsim.model.organisations import gamma_quantile
from dpsim.model.state import Flags, Floats, Ints
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
    all_built: tuple[str, ...] = ()
    """Sectors that are wholly built, as far as the counts allow."""
    by_county: tuple[Mapping[str, int], ...] = ()
    """Counts of each county, if they are known; all counties give the same."""


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
        all_built=s.all_built.sectors if s.all_built else (),
        by_county=tuple(row.known() for row in p.county_list.rows) if p.county_list else (),
    )


def synthesise(margins: Margins) -> Population:
    """Return a list that meets every count of `margins` exactly.

    Stages nest: passed in assessed in built; online in built and in connected; connected in built or building.
    Counts known by county are met in every county.
    """
    n = margins.enterprises
    codes = tuple(f"{margins.code_prefix}-{k + 1:06d}" for k in range(n))
    entity = entity_numbers(codes)

    def luck(stream: Stream) -> npt.NDArray[np.float64]:
        return uniforms(0, 0, entity, int(stream), 0)

    county = _counties(margins, luck(Stream.COUNTY))
    each = _Each(margins.by_county, county)
    tier = each.dealt(luck(Stream.TIER), margins.tiers, first=1)
    group = (tier > 0).astype(np.int64)
    sector_counts = largest_remainder(np.array([share for _, share in margins.sectors]), n)
    names = [name for name, _ in margins.sectors]
    sector = each.dealt(luck(Stream.SECTOR), tuple(zip(names, sector_counts.tolist(), strict=True)), first=0)
    lead = np.where(group == 1, -1.0, 0.0) if margins.benchmark_first else np.zeros(n)
    everyone = np.ones(n, dtype=bool)
    whole = np.isin(sector, [names.index(name) for name in margins.all_built])
    built = each.lowest(luck(Stream.STATE_BUILT) + lead - 2.0 * whole, everyone, margins.built, "built")
    building = each.building(luck(Stream.STATE_BUILDING) + lead, built, margins.building)
    online = each.lowest(luck(Stream.STATE_ONLINE) + lead, built, margins.online, "online")
    connected = online | each.lowest(
        luck(Stream.STATE_CONNECTED) + lead,
        (built | building) & ~online,
        margins.connected - margins.online,
        "connected",
        "online",
    )
    passed = each.lowest(luck(Stream.STATE_PASSED) + lead, built, margins.passed, "passed")
    assessed = passed | each.lowest(
        luck(Stream.STATE_ASSESSED) + lead, built & ~passed, margins.assessed - margins.passed, "assessed", "passed"
    )
    return Population(
        codes=codes,
        entity=entity,
        county=county,
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


def connected_when_built(population: Population) -> Population:
    """Return a list in which the built of each county are connected before those still building; no count changes.

    Counts do not tell who of the connected is built; a forecast of counts takes as many as possible to be.
    """
    connected = population.online.copy()
    for c in range(int(population.county.max()) + 1):
        here = np.flatnonzero((population.county == c) & ~population.online)
        order = np.lexsort((~population.connected[here], ~population.building[here], ~population.built[here]))
        connected[here[order[: int(population.connected[here].sum())]]] = True
    return replace(population, connected=connected)


def largest_remainder(shares: Floats, total: int) -> Ints:
    """Return whole numbers in proportion to `shares` that sum to `total`."""
    exact = shares / shares.sum() * total
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


class _Each:
    """Choose and deal by county where the counts are known by county, else over the whole list."""

    def __init__(self, known: tuple[Mapping[str, int], ...], county: Ints) -> None:
        self.known, self.county = known, county

    def has(self, name: str) -> bool:
        """Tell whether a count is known by county."""
        return bool(self.known) and name in self.known[0]

    def lowest(
        self, score: npt.NDArray[np.float64], among: Flags, count: int, name: str, less: str | None = None
    ) -> Flags:
        """Mark the lowest scores among the marked: `count`, or in each county its own `name` (less `less`)."""
        if not self.has(name):
            return _lowest(score, among, count)
        return self._lowest_each(score, among, [row[name] - (row[less] if less else 0) for row in self.known])

    def building(self, score: npt.NDArray[np.float64], built: Flags, count: int) -> Flags:
        """Mark who is building; where more are connected than built in a county, as many there as that needs."""
        if self.has("building") or not self.has("connected"):
            return self.lowest(score, ~built, count, "building")
        ahead = [max(0, row["connected"] - row["built"]) for row in self.known]
        needed = self._lowest_each(score, ~built, ahead)
        return needed | _lowest(score, ~built & ~needed, count - sum(ahead))

    def dealt(self, u: npt.NDArray[np.float64], counts: Sequence[tuple[str, int]], first: int) -> Ints:
        """Deal categories `first`, `first` + 1, ... with exact counts, in each county its own; the rest get 0."""
        if not self.has(counts[0][0]):
            return _by_counts(u, np.array([count for _, count in counts]), u.size, first)
        category = np.zeros(u.size, dtype=np.int64)
        for c, row in enumerate(self.known):
            here = np.flatnonzero(self.county == c)
            category[here] = _by_counts(u[here], np.array([row[name] for name, _ in counts]), here.size, first)
        return category

    def _lowest_each(self, score: npt.NDArray[np.float64], among: Flags, counts: Sequence[int]) -> Flags:
        """Mark the lowest scores among the marked, so many in each county."""
        chosen = np.zeros(score.size, dtype=bool)
        for c, count in enumerate(counts):
            chosen |= _lowest(score, among & (self.county == c), count)
        return chosen


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
    """Deal enterprises to counties: so many to each as known, else by unequal assumed sizes."""
    if margins.by_county:
        return _by_counts(u, np.array([row["enterprises"] for row in margins.by_county]), u.size, first=0)
    weights = gamma_quantile(
        np.array([uniform(0, 0, CITY_ENTITY, int(Stream.COUNTY_SIZE), k, 0) for k in range(margins.counties)]),
        1.0,
        margins.county_size_cv,
    )
    edges = np.cumsum(weights / weights.sum())
    return np.minimum(np.searchsorted(edges, u), margins.counties - 1).astype(np.int64)
