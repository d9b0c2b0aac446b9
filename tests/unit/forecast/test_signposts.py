"""Signposts against fresh draws and against a world in which the chance is known."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from scipy.optimize import isotonic_regression
from test_project import DEADLINE, made, table, targets

from dpsim.forecast.signposts import months_ends, rates, signposts, threshold

WANTED = targets(("all", "built", DEADLINE, 0.6), ("county 1", "online", DEADLINE, 0.5))


def test_rates_hold_in_fresh_draws() -> None:
    """Hit and false-alarm rates of a forecast within 3 points of those of other draws; a wrong count is told."""
    told = signposts(made(table(), WANTED, draws=6000))
    fresh = made(table(), WANTED, draws=20_000, seed=99)
    again = signposts(fresh)
    assert len(told) == 6 and told["below"].notna().all()
    for row, other in zip(told.itertuples(), again.itertuples(), strict=True):
        own = np.isin(np.array(fresh.units), [row.unit]) | (row.unit == "all")
        counts = fresh.counts[row.stage][:, own].sum(axis=1)
        met = counts[:, -1] >= row.target_share * fresh.total(row.stage, own) - 1e-6
        week = math.ceil((row.date.date() - fresh.as_of).days / 7) - 1
        hit, alarm = rates(counts[:, week], met, row.below)
        assert abs(hit - row.hit) < 0.03 and abs(alarm - row.false_alarm) < 0.03, row
        chance = met[np.abs(counts[:, week] - row.below) <= 2].mean()
        assert 0.3 < chance < 0.7, f"at the signpost it must be open which way it goes: {chance}"
        wrong = rates(counts[:, week], met, row.below * 0.8)
        assert max(abs(wrong[0] - row.hit), abs(wrong[1] - row.false_alarm)) > 0.03, "the check sees nothing"
        assert other.below == pytest.approx(row.below, rel=0.1)


def test_later_signposts_tell_more() -> None:
    told = signposts(made(table(), targets(("all", "built", DEADLINE, 0.6)), draws=4000))
    sharp = (told["hit"] - told["false_alarm"]).tolist()
    assert sharp == sorted(sharp) and sharp[-1] > sharp[0]


def test_the_threshold_of_a_known_chance() -> None:
    """Met with chance x / 100 at a count of x: the signpost for one half stands at 50."""
    luck = np.random.default_rng(5)
    count = luck.integers(0, 101, 400_000).astype(np.float64)
    met = luck.random(count.size) < count / 100.0
    assert threshold(count, met, 0.5) == pytest.approx(50.0, abs=1.5)
    assert threshold(count, met, 0.8) == pytest.approx(80.0, abs=1.5)
    assert threshold(count, met, 0.8) != pytest.approx(50.0, abs=10.0), "the chance asked for must count"


def test_where_no_count_tells_none_is_given() -> None:
    count = np.arange(1000.0)
    assert math.isnan(threshold(count, np.zeros(1000, dtype=bool), 0.5))
    assert math.isnan(threshold(count, count >= 1.0, 0.5)), "hardly any draw misses it"
    luck = np.random.default_rng(5).random(1000) < 0.2
    assert math.isnan(threshold(np.zeros(1000), luck, 0.5)), "one count for all draws"
    assert all(math.isnan(rate) for rate in rates(count, luck, math.nan))


def test_months_end_between_the_dates() -> None:
    ends = months_ends(dt.date(2018, 9, 30), dt.date(2018, 12, 31))
    assert ends == [dt.date(2018, 10, 31), dt.date(2018, 11, 30)]


@pytest.mark.parametrize("chance", [0.1, 1 / 3, 0.5, 0.9])
def test_the_threshold_is_where_isotonic_regression_crosses_the_chance(chance: float) -> None:
    luck, found = np.random.default_rng(11), 0
    for _ in range(200):
        count = luck.integers(0, luck.choice([3, 10, 80]), 400).astype(float)
        lean = luck.choice([-0.5, 0.0, 0.5, 2.0]) * (count - count.mean()) / count.std()
        met = luck.random(400) < 1.0 / (1.0 + np.exp(-lean - luck.normal()))
        values, place, number = np.unique(count, return_inverse=True, return_counts=True)
        fitted = isotonic_regression(np.bincount(place, weights=met) / number, weights=number).x
        first = int((fitted < chance - 1e-9).sum())
        crosses = 0 < first < values.size and 0.02 <= met.mean() <= 0.98
        found += crosses
        assert threshold(count, met, chance) == pytest.approx(values[first] if crosses else math.nan, nan_ok=True)
    assert found > 20, "chances that are crossed nowhere test nothing"
