"""The pure functions of a path: pace from one snapshot, closures, entries, whole shares."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from dpsim.model.paths import (
    AfterDeadline,
    Pace,
    Path,
    Rush,
    gap_rate,
    member_rate,
    rush_mean,
    settle_level,
    settle_weeks,
    spread_growth,
    spread_weeks,
    weekly_mean,
)
from dpsim.model.population import largest_remainder
from dpsim.model.quantiles import entry_interval
from dpsim.model.state import PATH_TRACKS


def make_rush(factor: float, after: AfterDeadline, after_factor: float = 1.0) -> Rush:
    return Rush(np.array([56.0, 30.0]), 4.0, factor, int(after), after_factor, 2.0)


def make_path(pace: Pace, weekly: float, *, closes: bool = False, share: float = 0.0, gap: float = 100.0) -> Path:
    return Path(
        np.full(PATH_TRACKS, int(pace)),
        np.full(PATH_TRACKS, closes),
        share,
        np.full((PATH_TRACKS, 4), weekly),
        np.full(PATH_TRACKS, gap),
        28.0,
        1.0,
        make_rush(1.0, AfterDeadline.BACK_TO_NORMAL),
    )


@pytest.mark.parametrize("share", [0.001, 0.15, 0.6636, 0.999])
def test_settle_level_is_the_inverse_of_its_survival(share: float) -> None:
    level = settle_level(share, 27.5, 1748.0)
    assert -math.expm1(-27.5 * level) == pytest.approx(share, rel=1e-12)


def test_settle_level_keeps_half_an_enterprise_at_both_ends() -> None:
    for share, kept in ((0.0, 0.5 / 1748.0), (1.0, 1.0 - 0.5 / 1748.0)):
        assert -math.expm1(-27.5 * settle_level(share, 27.5, 1748.0)) == pytest.approx(kept, rel=1e-9)


def test_spread_growth_by_hand() -> None:
    """60 of 100 in 20 weeks: the logit rose from that of half an enterprise; shrunk with the weight of two weeks."""
    rise = (math.log(60.5 / 40.5) - math.log(0.5 / 100.5)) / 20.0
    weight = sum(0.85**k for k in range(20))
    prior = math.sqrt(rise * 0.008 / 0.6)
    assert spread_growth(0.6, 20.0, 100.0, 0.008) == pytest.approx((rise * weight + 2.0 * prior) / (weight + 2.0))
    rising = [spread_growth(s, 20.0, 1000.0, 0.008) for s in (0.1, 0.3, 0.6, 0.9)]
    assert rising == sorted(rising), "more done in the same weeks means faster growth"
    assert spread_growth(0.0, 20.0, 1000.0, 1e-9) >= 0.0002


def test_settling_drifts_to_the_reference_and_takes_the_shock_over_eight_weeks() -> None:
    still = settle_weeks(0.05, 0.008, 0.1, 0.2, 0.0, np.zeros(200))
    distance = np.log(still / 0.008) / math.log(0.05 / 0.008)
    assert distance == pytest.approx(0.9 ** np.arange(1, 201))
    shocked = settle_weeks(0.05, 0.008, 0.1, 0.2, 0.7, np.zeros(20))
    assert np.log(shocked / still[:20]) == pytest.approx(0.7 * np.minimum(np.arange(1, 21) / 8.0, 1.0))
    noisy = settle_weeks(0.05, 0.05, 0.25, 0.2, 0.0, np.array([1.0, 0.0, 0.0]))
    assert np.log(noisy / 0.05) == pytest.approx(0.2 * 0.75 ** np.arange(3))
    assert settle_weeks(0.9, 0.9, 0.1, 0.2, 5.0, np.zeros(9)).max() == 1.0


def test_spreading_is_damped() -> None:
    assert spread_weeks(0.3, 0.9, math.log(2.0), 4) == pytest.approx(0.6 * 0.9 ** np.arange(4))


def test_weekly_mean_is_exact_and_the_last_week_goes_on() -> None:
    weekly = np.array([[1.0, 4.0, 2.0]])
    fine = np.repeat(weekly[0], 700)
    for t0, t1 in ((0.0, 7.0), (3.0, 10.0), (6.5, 20.5), (14.0, 21.0)):
        assert weekly_mean(weekly, 0, t0, t1) == pytest.approx(fine[round(100 * t0) : round(100 * t1)].mean())
    assert weekly_mean(weekly, 0, 19.0, 40.0) == pytest.approx(2.0)
    assert weekly_mean(weekly, 0, 8.0, 8.0) == 4.0 and weekly_mean(weekly, 0, 90.0, 90.0) == 2.0


def test_what_follows_a_missed_deadline() -> None:
    plain = make_rush(3.0, AfterDeadline.BACK_TO_NORMAL)
    assert [rush_mean(plain, 0, t, t + 7.0) for t in (21.0, 28.0, 49.0, 56.0)] == pytest.approx([1.0, 3.0, 3.0, 1.0])
    assert rush_mean(plain, 1, 28.0, 35.0) == pytest.approx((2 * 3.0 + 5) / 7), "the other group's own deadline"
    grace = make_rush(3.0, AfterDeadline.GRACE)
    assert [rush_mean(grace, 0, t, t + 7.0) for t in (49.0, 56.0, 63.0, 70.0)] == pytest.approx([3.0, 3.0, 3.0, 1.0])
    drive = make_rush(1.0, AfterDeadline.MAKE_UP_DRIVE, 1.5)
    assert [rush_mean(drive, 0, t, t + 7.0) for t in (49.0, 56.0, 66.5, 70.0)] == pytest.approx([1.0, 1.5, 1.25, 1.0])
    assert rush_mean(make_rush(1.0, AfterDeadline.GRACE), 0, 56.0, 63.0) == 1.0


def test_pace_of_each_regime() -> None:
    settle = make_path(Pace.SETTLE, 0.07)
    assert gap_rate(settle, 1, 40.0, 60.0, 1.0, 0.0, 7.0) == pytest.approx(0.01)
    assert gap_rate(settle, 1, 40.0, 60.0, 3.0, 0.0, 7.0) == pytest.approx(0.03)
    assert gap_rate(settle, 1, 40.0, 60.0, 99.0, 0.0, 7.0) == pytest.approx(1.0 / 7.0), "at most one gap a week"
    assert member_rate(settle, 1, 40.0, 60.0, 20.0, 1.0, 0.0, 7.0) == pytest.approx(0.03), "gap / at risk"
    assert member_rate(settle, 1, 40.0, 60.0, 0.0, 1.0, 0.0, 7.0) == pytest.approx(0.01), "nobody at risk yet"
    assert member_rate(settle, 1, 40.0, 60.0, 0.1, 1.0, 0.0, 7.0) == 1.0, "bounded"
    spread = make_path(Pace.SPREAD, 0.7)
    assert gap_rate(spread, 1, 40.0, 60.0, 1.0, 0.0, 7.0) == pytest.approx(0.04)
    linear = make_path(Pace.LINEAR, 6.0)
    rate = gap_rate(linear, 1, 40.0, 60.0, 1.0, 0.0, 7.0)
    assert 60.0 * -math.expm1(-7.0 * rate) == pytest.approx(6.0), "as many per week as before"
    constant = make_path(Pace.CONSTANT, 0.7)
    assert member_rate(constant, 1, 40.0, 60.0, 1.0, 2.0, 0.0, 7.0) == pytest.approx(0.2), "whatever the gap"


def test_an_order_closes_its_share_in_equal_steps() -> None:
    path = make_path(Pace.SETTLE, 1e-9, closes=True, share=0.8)
    gap, seen = 100.0, []
    for t0, t1 in itertools.pairwise((0.0, 6.0, 13.0, 20.0, 28.0)):
        gap *= math.exp(-gap_rate(path, 1, 100.0 - gap, gap, 1.0, t0, t1) * (t1 - t0))
        seen.append(100.0 - gap)
    assert seen == pytest.approx([80.0 * t / 28.0 for t in (6.0, 13.0, 20.0, 28.0)])
    assert gap_rate(path, 1, 80.0, 20.0, 1.0, 28.0, 35.0) == pytest.approx(1e-9 / 7.0), "after the deadline"
    fast = make_path(Pace.SETTLE, 0.9, closes=True, share=0.8)
    assert gap_rate(fast, 1, 0.0, 100.0, 1.0, 0.0, 7.0) == pytest.approx(0.9 / 7.0), "at least the path's own pace"


def test_entry_times_stay_in_their_interval_and_follow_the_law() -> None:
    u = np.linspace(0.001, 0.999, 999)
    lows, highs = np.full(999, -50.0), np.full(999, -10.0)
    times = entry_interval(lows, highs, 0.04, u)
    assert np.all((times >= -50.0) & (times <= -10.0)) and np.all(np.diff(times) > 0)
    assert np.expm1(-0.04 * (times + 50.0)) / np.expm1(-0.04 * 40.0) == pytest.approx(u)
    assert entry_interval(lows, highs, 0.0, u) == pytest.approx(-50.0 + 40.0 * u), "no rate: evenly"
    assert entry_interval(lows, highs, 1e-12, u) == pytest.approx(-50.0 + 40.0 * u, rel=1e-6)
    assert np.all(entry_interval(lows, lows, 0.04, u) == -50.0), "an interval of no length"
    assert np.all(entry_interval(lows, highs, 50.0, u) >= -50.0)


@pytest.mark.parametrize("total", [0, 1, 7, 1748])
def test_whole_shares_sum_and_stay_near(total: int) -> None:
    shares = np.array([0.1, 0.2, 0.7 / 3, 0.7 / 3, 0.7 / 3])
    whole = largest_remainder(shares, total)
    assert whole.sum() == total and np.all(np.abs(whole - shares * total) < 1.0)
    assert largest_remainder(np.array([1.0, 1.0, 1.0]), 4).tolist() == [2, 1, 1], "ties go to the first"
    assert largest_remainder(10.0 * shares, total).tolist() == whole.tolist(), "only proportions count"
