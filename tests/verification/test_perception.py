"""Methods 3.4-21 and 3.4-22: what visits do to perceived risk, and the leverage of two groups (Harrington)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hazard_tools import SPOT_CHECK, Lab, make_lab, make_law, renewal_times, spends, visits_at
from verification_tools import agrees, detects, z_count, z_mean, z_variance

from dpsim.core.rates import decayed, decayed_mean
from dpsim.core.words import Kind
from dpsim.model.detection import raised

W = 0.1
"""Weight of one visit."""


def perceived(lab: Lab, now: float | np.ndarray) -> np.ndarray:
    """Perceived risk of each enterprise at a time after its last visit."""
    s = lab.sites
    return s["perceived"] * np.exp(-(now - s["perceived_at"]) / lab.laws["memory"][0])


# --------------------------------------------------------------------------------------------- 3.4-21 learning
def learnt(q: float, *, jump: float = W, n: int = 12_000, chances: int = 80) -> np.ndarray:
    """Perceived risk after many chances to be visited, each taken with probability q.

    A chance not taken is one unit of time in which a weight W is forgotten, one taken is a visit: so each chance
    moves perceived risk by W towards what happened.
    """
    rng = np.random.default_rng(21)
    taken = rng.random((n, chances)) < q
    clock = np.cumsum(~taken, axis=1).astype(float)
    lab = make_lab(n, make_law(visit_jump=jump, memory=-1.0 / math.log1p(-W)), 0.0)
    lab.sites["perceived"] = q
    index, number = np.nonzero(taken)
    lab.live(chances + 1.0, visits_at(index, clock[index, number], n))
    return perceived(lab, clock[:, -1])


def zs_learning(values: np.ndarray, q: float) -> list[float]:
    return [z_mean(values, q), z_variance(values, W / (2 - W) * q * (1 - q))]


@pytest.mark.parametrize("q", [0.1, 0.4])
def test_perceived_probability_is_unbiased(q: float) -> None:
    agrees(f"3.4-21 mean and variance at q = {q:g}", *zs_learning(learnt(q), q))
    detects(f"3.4-21 half as much weight again on a visit, q = {q:g}", *zs_learning(learnt(q, jump=1.5 * W), q))


def test_half_life_in_visits() -> None:
    half = math.log(0.5) / math.log(1 - W)
    assert half == pytest.approx(6.6, abs=0.03)
    lab = make_lab(12, make_law(visit_jump=W, memory=1e18), 0.0)
    index = np.repeat(np.arange(12), np.arange(12))  # enterprise k is visited k times
    lab.live(20.0, visits_at(index, np.concatenate([np.arange(k) for k in range(12)]), 12))
    missing = 1.0 - lab.sites["perceived"]
    assert missing == pytest.approx((1 - W) ** np.arange(12), rel=1e-12)
    assert missing[6] > 0.5 > missing[7], "half is learnt between the sixth and the seventh visit"
    assert np.interp(math.log(2), -np.log(missing), np.arange(12)) == pytest.approx(half, rel=1e-9)
    added = np.cumsum(np.full(12, W)) - W
    assert np.abs(1.0 - added - missing).max() > 0.1, "the check must refuse visits that simply add up"


def shot_noise(rate: float, memory: float) -> tuple[float, float]:
    """Return mean and variance under Poisson visits: what the balance of forgetting and jumps gives."""
    mean = rate * W * memory / (1 + rate * W * memory)
    second = rate * (2 * W * mean + W * W * (1 - 2 * mean)) / (2 / memory + rate * (2 * W - W * W))
    return mean, second - mean**2


def after_random_visits(rate: float, memory: float, cv2: float, *, n: int = 12_000) -> np.ndarray:
    days = 20.0 * memory
    lab = make_lab(n, make_law(visit_jump=W, memory=memory), 0.0)
    index, time = renewal_times(np.random.default_rng(22), n, 0.0, days, 1.0 / rate, cv2)
    lab.live(days, visits_at(index, time, n))
    return perceived(lab, days)


def test_perceived_risk_under_random_visits() -> None:
    rate, memory = 1 / 30, 180.0
    mean, variance = shot_noise(rate, memory)
    values = after_random_visits(rate, memory, 1.0)
    agrees("3.4-21 forgetting in time, Poisson visits", z_mean(values, mean), z_variance(values, variance))
    regular = after_random_visits(rate, memory, 0.02)
    detects("3.4-21 visits at equal gaps", z_mean(regular, mean), z_variance(regular, variance))
    detects("3.4-21 jumps that simply add up", z_mean(values, rate * W * memory))


# ------------------------------------------------------------------------------------- 3.4-21 after a campaign
def reversal(memory: float, days: float) -> float:
    """Return how much of a campaign's effect is lost, on average over the days after it."""
    return 1.0 - memory / days * -math.expm1(-days / memory)


def test_reversal_without_further_visits() -> None:
    assert reversal(1.0, 2.0) == pytest.approx(0.58, abs=0.015), "58% needs twice the memory"
    for memory, days in ((90.0, 180.0), (180.0, 30.0), (20.0, 365.0)):
        after = raised(0.2, 0.0, 0.0, memory, W)
        assert 1.0 - decayed_mean(after, days, memory) / after == pytest.approx(reversal(memory, days), rel=1e-12)
        steps = (np.arange(4000) + 0.5) * days / 4000
        kept = np.mean([decayed(after, t, memory) for t in steps]) / after
        assert 1.0 - kept == pytest.approx(reversal(memory, days), rel=1e-5)
        at_end = 1.0 - decayed(after, days, memory) / after
        assert abs(at_end - reversal(memory, days)) > 0.05, "the check must refuse the loss at the end for the mean"


def zs_reversal(memory: float, days: float, effective: float, *, n: int = 3000, points: int = 20) -> list[float]:
    """z of the mean effect left over `days` after a campaign, where ordinary visits go on in both worlds."""
    rate, rng = 1 / 25, np.random.default_rng(23)
    index, time = renewal_times(rng, n, -200.0, days, 1.0 / rate, 1.0)
    extra, when = renewal_times(rng, n, -60.0, 0.0, 10.0, 1.0)
    law = make_law(visit_jump=W, memory=memory)
    worlds = [make_lab(n, law, 0.0, begin=-200.0) for _ in range(2)]
    past = time < 0.0
    worlds[0].live(0.0, visits_at(index[past], time[past], n))
    worlds[1].live(0.0, visits_at(np.append(index[past], extra), np.append(time[past], when), n))
    first = perceived(worlds[1], 0.0) - perceived(worlds[0], 0.0)
    assert (first >= 0.0).all() and first.mean() > 0.1, "the campaign is felt"
    left, wanted, before = np.zeros(n), 0.0, 0.0
    for t in (np.arange(points) + 0.5) * days / points:
        now = (time >= before) & (time < t)
        for lab in worlds:
            lab.live(t, visits_at(index[now], time[now], n))
        left += (perceived(worlds[1], t) - perceived(worlds[0], t)) / points
        wanted += math.exp(-t / effective) / points
        before = t
    assert 1.0 - wanted == pytest.approx(reversal(effective, days), abs=2e-3), "twenty points are fine enough"
    return [z_mean(left - wanted * first, 0.0)]


def test_reversal_while_ordinary_visits_go_on() -> None:
    """Each visit closes W of the gap to 1 in both worlds: the difference dies at 1/memory + W x rate."""
    memory = 120.0
    effective = 1.0 / (1.0 / memory + W / 25)
    for days in (60.0, 2 * effective):
        agrees(f"3.4-21 reversal over {days:.0f} days", *zs_reversal(memory, days, effective))
        detects(f"3.4-21 reversal over {days:.0f} days, visits forgotten", *zs_reversal(memory, days, memory))


# -------------------------------------------------------------------------------------------- 3.4-22 Harrington
BETA, P1, P2, G, FINE = 0.95, 0.1, 0.4, 0.5, 1.0
LEVERAGE = 1 + BETA * P2 * G / (1 - BETA * (1 - P1))
SHARE = P1 / (P1 + P2 * G)


def complies(c: float, *, returns: float = G) -> bool:
    """Tell by value iteration whether complying at a cost of c a period is best in the bad group."""
    good, bad = 0.0, 0.0
    for _ in range(2000):
        obey = c + BETA * ((1 - P2 * returns) * bad + P2 * returns * good)
        defy = P2 * FINE + BETA * bad
        good, bad = min(c + BETA * good, BETA * ((1 - P1) * good + P1 * bad)), min(obey, defy)
    return c + BETA * ((1 - P2 * returns) * bad + P2 * returns * good) <= P2 * FINE + BETA * bad


def threshold(**changed: float) -> float:
    low, high = 0.0, 5.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if complies(middle, **changed) else (low, middle)
    return low


def test_value_iteration_finds_the_closed_form() -> None:
    closed = P2 * FINE * LEVERAGE
    assert (LEVERAGE, closed, SHARE) == pytest.approx((2.3103, 0.9241, 1 / 3), abs=5e-5)
    assert threshold() == pytest.approx(closed, abs=1e-8)
    assert threshold(returns=0.0) == pytest.approx(P2 * FINE, abs=1e-8), "without return no leverage"
    load = (1 - SHARE) * P1 + SHARE * P2
    assert load == pytest.approx(0.2)
    assert closed > 4 * load * FINE, "the same visits spread evenly deter a cost of .2 of the fine only"


def groups(periods: int, *, start_bad: float, obey: bool, g: float = G, n: int = 3000) -> tuple[Lab, np.ndarray]:
    """Let enterprises be visited by group for so many periods; return who is in the bad group at their beginnings.

    Whoever does not obey has hazards that a visit is sure to find (made for those visited only, to save room); in the
    bad group those who obey have none.
    """
    rng = np.random.default_rng(24)
    law = make_law(spend=spends({SPOT_CHECK: 1.0}), penalty_share=1.0, return_share=g)
    lab = make_lab(n, law, 10.0)
    lab.sites["bad_record"] = rng.random(n) < start_bad
    bad = np.zeros((periods + 1, n), dtype=bool)
    for k in range(periods):
        bad[k] = lab.sites["bad_record"] == 1
        visited = np.flatnonzero(rng.random(n) < np.where(bad[k], P2, P1))
        lab.stop_births()
        lab.sites["intensity"][visited, 0] = np.where(bad[k, visited] & obey, 0.0, 10.0)
        lab.live(k + 1.0, visits_at(visited, np.full(visited.size, k + 1.0 - 1e-9), n))
    bad[-1] = lab.sites["bad_record"] == 1
    return lab, bad


def test_share_in_the_bad_group_and_load() -> None:
    lab, bad = groups(50, start_bad=0.2, obey=True)
    n = bad.shape[1]
    visits = lab.events(Kind.VISIT)
    load = (visits["t"] >= 49.0).sum()
    agrees("3.4-22 share in the bad group, load", z_count(bad[-1].sum(), n, SHARE), z_count(load, n, 0.2))
    moved, _ = groups(50, start_bad=0.2, obey=True, g=0.3)
    detects("3.4-22 fewer return", z_count((moved.sites["bad_record"] == 1).sum(), n, SHARE))
    _, stubborn = groups(50, start_bad=0.2, obey=False)
    assert stubborn[-1].mean() > 0.95, "who never obeys ends in the bad group"


def test_leverage_in_the_kernel() -> None:
    """What fines cost who defies over what it costs in periods to obey, from the bad group on, is the threshold."""
    periods = 150
    weight = BETA ** np.arange(periods)
    _, bad = groups(periods, start_bad=1.0, obey=True, n=1500)
    obeying = (weight[:, None] * bad[:-1]).sum(axis=0)
    lab, _ = groups(periods, start_bad=1.0, obey=False, n=1500)
    fined = lab.events(Kind.PENALTY)
    fines = np.bincount(fined["index"], weights=FINE * weight[fined["t"].astype(int)], minlength=obeying.size)
    gap = fines - P2 * FINE * LEVERAGE * obeying
    agrees("3.4-22 threshold", z_mean(gap, 0.0), z_mean(fines, P2 * FINE / (1 - BETA)))
    detects("3.4-22 threshold without leverage", z_mean(fines - P2 * FINE * obeying, 0.0))
