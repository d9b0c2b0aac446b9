"""Methods 3.3-12 to 3.3-17 and 3.3-20: the hidden stock under regular, random and lasting changes of visits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hazard_tools import (
    EXPERT,
    HIDDEN,
    OVERSIGHT,
    SELF_CHECK,
    SPOT_CHECK,
    WORKER,
    Lab,
    make_lab,
    make_law,
    names,
    periods,
    regular_mean,
    renewal_times,
    spends,
    visits_at,
)
from verification_tools import agrees, detects, z_count, z_mean, z_variance

from dpsim.core.words import Kind
from dpsim.model.detection import chance_spend

RATE, PERIOD, P = 0.7, 6.0, 0.35
ROUNDS = 60
"""Rounds of history before 0: of hazards from its beginning (1 - P) to this power is left, 6e-12."""


def checked(p: float = P, *, period: float = PERIOD, channel: int = SELF_CHECK, **values: object) -> np.ndarray:
    """A law with one periodic channel."""
    return make_law(spend=spends({channel: p}), period=periods({channel: period}), **values)


def chance_for_spend(law: np.ndarray) -> np.ndarray:
    """Broken: what a chance takes off a threshold is taken to be the chance itself."""
    law["spend"] = -np.expm1(-law["spend"])
    return law


# ------------------------------------------------------------------------------------ 3.3-12 regular inspections
def stock_at(law: np.ndarray, *, n: int = 6000, same_phase: float | None = None, until: float = 0.0) -> np.ndarray:
    lab = make_lab(n, law, RATE, begin=-ROUNDS * PERIOD)
    if same_phase is not None:
        lab.sites["phase"] = same_phase
    lab.live(until)
    return lab.standing(HIDDEN)


def test_stock_under_regular_inspections() -> None:
    mean = RATE * PERIOD * (1 / P - 0.5)
    variance = mean + (RATE * PERIOD) ** 2 / 12
    assert mean == pytest.approx(9.9) and variance == pytest.approx(11.37)
    stock = stock_at(checked())
    agrees("3.3-12 latent stock, random phases", z_mean(stock, mean), z_variance(stock, variance))
    bad = stock_at(chance_for_spend(checked()))
    detects("3.3-12 chance taken for its spend", z_mean(bad, mean))
    detects("3.3-12 all in one phase", z_mean(stock_at(checked(), same_phase=3.0, until=2.0), mean))


def test_stock_just_before_and_after_a_visit() -> None:
    before = stock_at(checked(), same_phase=0.0)
    after = stock_at(checked(), same_phase=0.0, until=1e-9)
    high, low = RATE * PERIOD / P, RATE * PERIOD * (1 - P) / P
    agrees("3.3-12 before a visit, Poisson", z_mean(before, high, math.sqrt(high)), z_variance(before, high))
    agrees("3.3-12 after a visit, Poisson", z_mean(after, low, math.sqrt(low)), z_variance(after, low))
    detects("3.3-12 before and after exchanged", z_mean(before, low))
    random_phases = stock_at(checked())
    detects("3.3-12 random phases are not Poisson", z_variance(random_phases, RATE * PERIOD * (1 / P - 0.5)))


def latencies(law: np.ndarray, *, n: int = 400, rate: float = 1.0) -> np.ndarray:
    """Days from birth to finding of all hazards born in ten rounds."""
    lab = make_lab(n, law, rate)
    lab.live(10 * PERIOD)
    lab.stop_births()
    lab.live(400 * PERIOD)
    born, found = lab.events(Kind.BORN), lab.events(Kind.FOUND)
    found = found[found["detail"] == 0]
    assert found.size == born.size > 0, "everything is found in the end"
    born, found = born[np.argsort(names(born))], found[np.argsort(names(found))]
    assert (names(born) == names(found)).all()
    return found["t"] - born["t"]


def test_latency_under_regular_inspections() -> None:
    mean, variance = PERIOD * (1 / P - 0.5), PERIOD**2 * ((1 - P) / P**2 + 1 / 12)
    days = latencies(checked())
    agrees("3.3-12 latency", z_mean(days, mean), z_variance(days, variance))
    agrees("3.3-12 Little", z_mean(stock_at(checked()), RATE * mean))
    bad = latencies(chance_for_spend(checked()))
    detects("3.3-12 latency, chance taken for its spend", z_mean(bad, mean))


# ------------------------------------------------------------------------------------ 3.3-13 renewal inspections
def renewal_stock(cv2: float, *, n: int = 4000) -> np.ndarray:
    begin, rng = -ROUNDS * PERIOD * max(1.0, cv2), np.random.default_rng(int(100 * cv2) + 3)
    lab = make_lab(n, make_law(spend=spends({SPOT_CHECK: P})), RATE, begin=begin)
    index, time = renewal_times(rng, n, begin, 0.0, PERIOD, cv2)
    lab.live(0.0, visits_at(index, time, n))
    return lab.standing(HIDDEN)


@pytest.mark.parametrize("cv2", [0.25, 1.0, 2.0])
def test_stock_under_irregular_inspections(cv2: float) -> None:
    stock = renewal_stock(cv2)
    agrees(f"3.3-13 renewal visits, c2 = {cv2:g}", z_mean(stock, RATE * PERIOD * ((1 + cv2) / 2 + 1 / P - 1)))
    detects(f"3.3-13 c2 = {cv2:g} taken for regular", z_mean(stock, RATE * PERIOD * (1 / P - 0.5)))
    if cv2 == 1.0:
        agrees("3.3-13 Poisson visits", z_mean(stock, RATE * PERIOD / P))


# -------------------------------------------------------------------------------------- 3.3-14 competing exits
SELF, ALPHA = 0.05, 0.01
"""Workers' reports and accidents, per hazard and day."""


def competing(**values: object) -> np.ndarray:
    spend = spends({SELF_CHECK: P, WORKER: SELF})
    return make_law(**{"spend": spend, "period": periods({SELF_CHECK: PERIOD}), "harm": ALPHA, **values})


def fates(law: np.ndarray, *, n: int = 500) -> tuple[int, np.ndarray]:
    """Of the hazards born in ten rounds: how many, and how many ended by accident, report, inspection."""
    lab = make_lab(n, law, 2.0)
    lab.live(10 * PERIOD)
    lab.stop_births()
    lab.live(200 * PERIOD)
    ends = [lab.events(Kind.ACCIDENT), lab.events(Kind.FOUND, WORKER), lab.events(Kind.FOUND, SELF_CHECK)]
    return lab.events(Kind.BORN).size, np.array([rows.size for rows in ends])


def test_competing_exits() -> None:
    theta = SELF + ALPHA
    m = regular_mean(P, PERIOD, theta)
    expected = np.array([ALPHA * m, SELF * m, 1 - theta * m])
    assert [RATE * m, *expected[::-1]] == pytest.approx([5.39207, 0.537823, 0.385148, 0.0770295], rel=1e-5)
    lab = make_lab(6000, competing(), RATE, begin=-ROUNDS * PERIOD)
    lab.live(0.0)
    agrees("3.3-14 latent stock", z_mean(lab.standing(HIDDEN), RATE * m))
    detects("3.3-14 stock without the other exits", z_mean(lab.standing(HIDDEN), RATE * PERIOD * (1 / P - 0.5)))
    born, ended = fates(competing())
    assert ended.sum() == born, "found open hazards have no accident here"
    agrees("3.3-14 fates", *[z_count(ended[k], born, expected[k]) for k in range(3)])
    born, ended = fates(competing(harm=ALPHA / 2))
    detects("3.3-14 accidents at half their rate", *[z_count(ended[k], born, expected[k]) for k in range(3)])


def test_mean_hidden_time_without_other_exits() -> None:
    plain = PERIOD * (1 / P - 0.5)
    for theta in (0.0, 1e-12, 1e-9, 1e-6, 1e-5):
        assert regular_mean(P, PERIOD, theta) == pytest.approx(plain, rel=1e-3 if theta > 1e-9 else 1e-7), theta
    y = 1e-9 * PERIOD
    phi = (1 - math.exp(-y)) / y
    naive = PERIOD * ((1 - phi) / y + (1 - P) * phi**2 / (1 - (1 - P) * math.exp(-y)))
    assert abs(naive - plain) > 1.0, "the form without expm1 and series loses all digits there"


# ------------------------------------------------------------------------- 3.3-15 Poisson inspections, accidents
CHANNELS_15 = {EXPERT: (1 / 40, 0.6), SPOT_CHECK: (1 / 12, 0.3), OVERSIGHT: (1 / 90, 0.8)}
"""Visits per day and chance of detection."""
REPORTS_15 = 0.02


def poisson_lab(n: int, days: float, *, rate: float = RATE, regular: bool = False, scale: float = 1.0) -> Lab:
    """Enterprises visited at random through three channels, from long before 0 until `days`."""
    rng, begin = np.random.default_rng(15), -400.0
    spend = spends({**{channel: p for channel, (_, p) in CHANNELS_15.items()}, WORKER: REPORTS_15})
    lab = make_lab(n, make_law(spend=spend, harm=scale * ALPHA), rate, begin=begin)
    parts = []
    for channel, (per_day, _) in CHANNELS_15.items():
        index, time = renewal_times(rng, n, begin, days, 1 / per_day, 1e-4 if regular else 1.0)
        parts.append((index, time, np.full(index.size, channel)))
    index, time, channel = (np.concatenate(part) for part in zip(*parts, strict=True))
    for until, now in ((0.0, time < 0), (days, time >= 0)):
        lab.live(until, visits_at(index[now], time[now], n, channel=channel[now]))
    return lab


def zs_15(lab: Lab, days: float) -> list[float]:
    """z of accidents and finds by channel, and of the hidden stock at the end; hazards of a place share its visits."""
    total = ALPHA + REPORTS_15 + sum(rate * p for rate, p in CHANNELS_15.values())
    zs = [z_mean(lab.standing(HIDDEN), RATE / total), z_mean(lab.per_site(Kind.ACCIDENT), RATE * ALPHA / total * days)]
    intensities = {**{channel: rate * p for channel, (rate, p) in CHANNELS_15.items()}, WORKER: REPORTS_15}
    for channel, intensity in intensities.items():
        zs.append(z_mean(lab.per_site(Kind.FOUND, channel), RATE * intensity / total * days))
    return zs


def test_poisson_inspections_and_first_finders() -> None:
    agrees("3.3-15 stock, accidents, first finder", *zs_15(poisson_lab(3000, 120.0), 120.0))
    detects("3.3-15 regular visits for random ones", *zs_15(poisson_lab(3000, 120.0, regular=True), 120.0))
    detects("3.3-15 accidents a quarter too rare", *zs_15(poisson_lab(3000, 120.0, scale=0.75), 120.0))


def test_accidents_are_a_thinned_poisson_process() -> None:
    """Of hazards that do not share their visits: so few at one place that they hardly meet."""
    days, rate = 120.0, 0.01
    total = ALPHA + REPORTS_15 + sum(per_day * p for per_day, p in CHANNELS_15.values())
    accidents = poisson_lab(30_000, days, rate=rate).per_site(Kind.ACCIDENT)
    mean = rate * ALPHA / total * days
    agrees("3.3-15 accidents, thinned Poisson", z_mean(accidents, mean, math.sqrt(mean)), z_variance(accidents, mean))
    shared = poisson_lab(3000, days).per_site(Kind.ACCIDENT)
    detects("3.3-15 hazards that share visits are not Poisson", z_variance(shared, RATE * ALPHA / total * days))


# -------------------------------------------------------------------------------- 3.3-16 unequal detectability
def beta_stock(p: np.ndarray, rounds: int, *, persistent: bool) -> np.ndarray:
    """Stock after so many rounds where each enterprise, or else each visit, has its own chance of detection."""
    n = p.size
    rng, half = np.random.default_rng(16), chance_spend(0.5)
    lab = make_lab(n, make_law(spend=spends({SPOT_CHECK: 0.5})), RATE, begin=-rounds * PERIOD)
    index = np.repeat(np.arange(n), rounds)
    time = -rounds * PERIOD + np.repeat(rng.random(n) * PERIOD, rounds) + np.tile(np.arange(rounds) * PERIOD, n)
    own = np.repeat(p, rounds)
    each = own if persistent else rng.permutation(own)
    lab.live(0.0, visits_at(index, time, n, quality=-np.log1p(-each) / half))
    return lab.standing(HIDDEN)


def test_unequal_detectability_raises_the_stock() -> None:
    """E(1/p) > 1/E(p): of Beta(2, 3), after 89 rounds 3.37 against 2.00 rounds, in the end 3.5."""
    p, rounds = np.random.default_rng(3).beta(2.0, 3.0, 6000), 89
    kept = 4.0 - 12.0 / (rounds + 3)  # sum over k < rounds of E(1 - p)^k, = E[(1 - (1 - p)^rounds) / p]
    tail = 12.0 / ((rounds + 3) * (rounds + 4))  # E(1 - p)^rounds
    persistent = RATE * PERIOD * (kept - 0.5 * (1.0 - tail))
    mixed = RATE * PERIOD * (1 / 0.4 - 0.5)
    assert [persistent / RATE / PERIOD, mixed / RATE / PERIOD] == pytest.approx([3.37, 2.0], abs=0.005)
    own = beta_stock(p, rounds, persistent=True)
    agrees("3.3-16 each enterprise its own chance", z_mean(own, persistent))
    detects("3.3-16 own chances taken for their mean", z_mean(own, mixed))
    agrees("3.3-16 each visit its own chance", z_mean(beta_stock(p, rounds, persistent=False), mixed))


def paper_stock(f: float, factor: float, *, n: int = 6000) -> np.ndarray:
    """Stock under self-checks where the systems of a share of enterprises are paper."""
    lab = make_lab(n, checked(condition=(0.0, factor, 1.0)), RATE, begin=-2 * ROUNDS * PERIOD)
    lab.sites["built_at"] = -1e9
    lab.sites["paper"] = np.random.default_rng(8).random(n) < f
    lab.live(0.0)
    return lab.standing(HIDDEN)


def test_paper_systems() -> None:
    f, factor = 0.3, 0.4
    weak = -math.expm1(factor * math.log1p(-P))
    persistent = RATE * PERIOD * (f / weak + (1 - f) / P - 0.5)
    agrees("3.3-16 paper systems, by enterprise", z_mean(paper_stock(f, factor), persistent))
    blind = P * (1 - f)
    rounds, n = 120, 4000
    rng = np.random.default_rng(9)
    lab = make_lab(n, make_law(spend=spends({SPOT_CHECK: P})), RATE, begin=-rounds * PERIOD)
    index = np.repeat(np.arange(n), rounds)
    time = -rounds * PERIOD + np.repeat(rng.random(n) * PERIOD, rounds) + np.tile(np.arange(rounds) * PERIOD, n)
    lab.live(0.0, visits_at(index, time, n, quality=(rng.random(index.size) >= f).astype(float)))
    stock = lab.standing(HIDDEN)
    agrees("3.3-16 paper visits, each by itself", z_mean(stock, RATE * PERIOD * (1 / blind - 0.5)))
    detects(
        "3.3-16 paper systems taken for paper visits", z_mean(paper_stock(f, factor), RATE * PERIOD * (1 / blind - 0.5))
    )


# ------------------------------------------------------------------------------------------ 3.3-17 campaign law
def found_by_round(chances: list[float], *, n: int = 3000, settled: float) -> np.ndarray:
    """Finds of each enterprise in each round, after a long time at `settled`; shape (rounds, n)."""
    lab = make_lab(n, checked(settled), RATE, begin=-100 * PERIOD)
    lab.live(0.0)
    out, before = [], np.zeros(n, dtype=np.int64)
    for k, p in enumerate(chances):
        lab.laws["spend"] = spends({SELF_CHECK: p})
        lab.live((k + 1) * PERIOD)
        total = lab.per_site(Kind.FOUND)
        out.append(total - before)
        before = total
    return np.array(out)


def campaign(p0: float, p1: float, rounds: int) -> list[float]:
    """Finds per round after a change from p0 to p1, of births per round."""
    return [RATE * PERIOD * (1 + (p1 / p0 - 1) * (1 - p1) ** k) for k in range(rounds)]


def zs_17(found: np.ndarray, expected: list[float]) -> list[float]:
    return [z_mean(row, mean, math.sqrt(mean)) for row, mean in zip(found, expected, strict=True)]


@pytest.mark.parametrize("p", [0.2, 0.35, 0.9])
def test_found_per_round_is_births_per_round_whatever_the_chance(p: float) -> None:
    found = found_by_round([p] * 4, settled=p, n=3000)
    agrees(f"3.3-17 steady finds at p = {p:g}", *zs_17(found, [RATE * PERIOD] * 4))
    detects(f"3.3-17 finds in proportion to p = {p:g}", *zs_17(found, [RATE * PERIOD * p / 0.5] * 4))


def test_campaign_law() -> None:
    p0, p1 = 0.35, 0.7
    during, after = campaign(p0, p1, 12), campaign(p1, p0, 6)
    assert during[:3] == pytest.approx([8.4, 5.46, 4.58], abs=0.01)
    assert after[:3] == pytest.approx([2.1, 2.8, 3.3], abs=0.05)
    found = found_by_round([p1] * 12 + [p0] * 6, settled=p0)
    agrees("3.3-17 finds per round through a campaign", *zs_17(found, during + after))
    agrees("3.3-17 Poisson per round", *[z_variance(row, m) for row, m in zip(found, during + after, strict=True)])
    detects("3.3-17 more is found as long as it lasts", *zs_17(found[:12], [RATE * PERIOD * p1 / p0] * 12))
    steady = found_by_round([p0] * 18, settled=p0)
    detects("3.3-17 no campaign", *zs_17(steady, during + after))


# ---------------------------------------------------------------------------------------------- 3.3-20 Chapman
def chapman(p: tuple[tuple[float, float], tuple[float, float]], mix: float, *, n: int = 1500) -> np.ndarray:
    """Chapman's estimate less the true stock, by enterprise, of two channels that visit once each.

    What the first finds is closed on paper at once, so that the second meets the same stock with fresh thresholds.
    """
    law = make_law(spend=spends({SPOT_CHECK: p[0], OVERSIGHT: p[1]}), sham=1.0)
    lab = make_lab(n, law, (mix * 200.0 / 10.0, (1 - mix) * 200.0 / 10.0))
    lab.live(10.0)
    lab.stop_births()
    stock = lab.standing(HIDDEN)
    index = np.concatenate([np.arange(n), np.arange(n)])
    time = np.repeat([11.0, 12.0], n)
    lab.live(13.0, visits_at(index, time, n, channel=np.repeat([SPOT_CHECK, OVERSIGHT], n)))
    assert (lab.standing(HIDDEN) == stock).all(), "nothing found is really repaired"
    first, second = lab.events(Kind.FOUND, SPOT_CHECK), lab.events(Kind.FOUND, OVERSIGHT)
    both = second[np.isin(names(second), names(first))]
    n1, n2, m = (np.bincount(rows["index"], minlength=n) for rows in (first, second, both))
    return (n1 + 1.0) * (n2 + 1.0) / (m + 1.0) - 1.0 - stock


def test_chapman_recovers_the_stock() -> None:
    error = chapman(((0.35, 0.35), (0.5, 0.5)), 0.5)
    agrees("3.3-20 Chapman, two independent channels", z_mean(error, 0.0))
    hard = chapman(((0.6, 0.1), (0.8, 0.2)), 0.5)
    detects("3.3-20 what one misses the other misses too", z_mean(hard, 0.0))
