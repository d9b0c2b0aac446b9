"""Draws belong to a unit's name and a draw's number: what else is forecast beside them changes only what is pooled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import ndtri
from scipy.stats import binom, multivariate_normal

from dpsim.core.streams import Stream, entity_numbers
from dpsim.forecast.counts import binomial_quantiles
from dpsim.forecast.history import History
from dpsim.forecast.luck import common_uniform, uniform_draws
from dpsim.forecast.orders import means_of_sums, ordered_closures, ordered_units
from dpsim.forecast.regimes import draw_shares, shocks
from dpsim.forecast.settings import Settings, class_settings
from dpsim.params.forecast import load_forecast_settings

NAMES = ["north", "south", "east", "west", "centre"]
SEED, DRAWS, WEEKS = 5, 200, 20


@pytest.fixture(scope="module")
def settings() -> Settings:
    return class_settings(load_forecast_settings(), "order")


@pytest.fixture(scope="module")
def unpooled(settings: Settings) -> Settings:
    """Nothing of one unit's pace is in another's: no pooling, no growth towards a typical one."""
    return settings._replace(pooling=0.0, spread_weight=0.0)


def history(names: list[str]) -> History:
    """Return rising shares, each unit's from its name alone; counts never fall."""
    share = np.stack([np.linspace(0.1, 0.2 + 0.1 * NAMES.index(name), 30) for name in names])
    total = np.array([10.0 + 400.0 * NAMES.index(name) for name in names])
    return History(
        tuple(names),
        entity_numbers(names),
        total,
        share[:, -1] * total,
        share,
        np.full(len(names), 30),
        np.zeros(len(names), dtype=np.bool_),
    )


def drawn(names: list[str], settings: Settings, draws: int = DRAWS) -> dict[str, npt.NDArray[np.float64]]:
    shares = draw_shares(history(names), WEEKS, settings, seed=SEED, draws=draws)
    return {name: shares[:, k] for k, name in enumerate(names)}


def test_luck_belongs_to_the_name() -> None:
    every = uniform_draws(SEED, 50, entity_numbers(NAMES), Stream.FORECAST_SHOCK)
    fewer = uniform_draws(SEED, 50, entity_numbers(NAMES[::-2]), Stream.FORECAST_SHOCK)
    assert np.array_equal(fewer, every[:, ::-2])
    assert np.array_equal(
        common_uniform(SEED, 50, Stream.FORECAST_PACE)[:20], common_uniform(SEED, 20, Stream.FORECAST_PACE)
    )
    assert not np.array_equal(every, uniform_draws(SEED + 1, 50, entity_numbers(NAMES), Stream.FORECAST_SHOCK))
    assert len(np.unique(every)) == every.size


def test_removed_and_reordered_units_leave_the_others(unpooled: Settings) -> None:
    every = drawn(NAMES, unpooled)
    for names in (NAMES[::-1], NAMES[1:], ["west"]):
        for name, shares in drawn(names, unpooled).items():
            assert np.array_equal(shares, every[name]), name


def test_another_units_history_moves_what_pooling_moves(settings: Settings, unpooled: Settings) -> None:
    for used, alike in ((unpooled, True), (settings, False)):
        before = draw_shares(history(NAMES), WEEKS, used, seed=SEED, draws=DRAWS)
        other = history(NAMES)
        other.share[0] = np.linspace(0.0, other.share[0, -1], 30)
        after = draw_shares(other, WEEKS, used, seed=SEED, draws=DRAWS)
        assert np.array_equal(before[:, 1:], after[:, 1:]) is alike
        assert not np.array_equal(before[:, 0], after[:, 0])
        assert np.abs(before[:, 1:] - after[:, 1:]).max() < 0.2, "and no luck is dealt anew"


def test_pooling_moves_the_others_when_a_unit_is_removed(settings: Settings) -> None:
    every, fewer = drawn(NAMES, settings), drawn(NAMES[1:], settings)
    assert not all(np.array_equal(shares, every[name]) for name, shares in fewer.items())
    one, other = (shocks(history(names), settings, seed=SEED, draws=DRAWS) for names in (NAMES, NAMES[1:]))
    assert np.array_equal(one[:, 1:], other)


def test_a_sum_has_no_luck_of_its_own(settings: Settings) -> None:
    some = replace(history(NAMES), sums=np.arange(len(NAMES)) < 2)
    of_sums = shocks(some, settings, seed=SEED, draws=DRAWS)
    assert np.array_equal(of_sums[:, 0], of_sums[:, 1]) and not np.array_equal(of_sums[:, 1], of_sums[:, 2])
    closed = draw_shares(some, WEEKS, settings, seed=SEED, draws=DRAWS)
    alone = draw_shares(history(NAMES), WEEKS, settings, seed=SEED, draws=DRAWS)
    assert np.array_equal(closed[:, 2:], alone[:, 2:]) and not np.array_equal(closed[:, :2], alone[:, :2])


@pytest.mark.parametrize("common", [0.0, 0.5, 1.0])
def test_of_a_sum_an_order_closes_the_mean_of_its_units(settings: Settings, common: float) -> None:
    """Against many units of one draw, each closing at least what the pace gives; another sharing shows."""
    law, draws = settings._replace(order_common=common), 20
    own, passed, units = np.full((draws, 1, 2), [0.05, 0.2]), np.array([0.5, 1.0]), [f"unit{k}" for k in range(4000)]
    said = means_of_sums(own, passed, law, seed=SEED, draws=draws)[:, 0]
    other = means_of_sums(own, passed, law._replace(order_common=0.8), seed=SEED, draws=draws)[:, 0]
    ordered = ordered_closures(history_of_many(units), law, seed=SEED, draws=draws)
    for week in range(2):
        reached = np.maximum(ordered * passed[week], own[0, 0, week])
        error = reached.std(axis=1) / np.sqrt(len(units)) + 1e-9
        assert (np.abs(reached.mean(axis=1) - said[:, week]) <= 4.5 * error).all()
        assert (np.abs(reached.mean(axis=1) - other[:, week]) > 4.5 * error).any(), "control"


@pytest.mark.parametrize("common", [0.0, 0.5, 1.0])
def test_an_order_reaches_units_together_as_much_as_is_said(settings: Settings, common: float) -> None:
    law, draws = settings._replace(order_common=common), 20_000
    reached = ordered_units(entity_numbers(NAMES[:2]), law, seed=SEED, draws=draws)
    chance, latent = law.close_weight, ndtri(law.close_weight)
    both = multivariate_normal.cdf([latent, latent], cov=[[1.0, common], [common, 1.0]], allow_singular=True)
    for found, due in ((reached.mean(axis=0), chance), (reached.all(axis=1).mean(), both)):
        assert (np.abs(found - due) <= 4.0 * np.sqrt(due * (1.0 - due) / draws)).all()


def history_of_many(names: list[str]) -> History:
    """Return a history of units without a past, for their luck alone."""
    ones = np.ones(len(names))
    sums = np.zeros(len(names), dtype=np.bool_)
    return History(tuple(names), entity_numbers(names), ones, 0.0 * ones, ones[:, None], ones.astype(np.int64), sums)


def test_more_draws_leave_the_first_ones(settings: Settings) -> None:
    many, few = drawn(NAMES, settings, 300), drawn(NAMES, settings, 40)
    assert all(np.array_equal(many[name][:40], few[name]) for name in NAMES)
    assert not np.array_equal(many["north"][40:80], few["north"])


def test_small_units_have_whole_members(settings: Settings) -> None:
    shares = drawn(["north", "south"], settings)
    assert shares["north"] * 10 == pytest.approx(np.round(shares["north"] * 10))
    assert not np.allclose(shares["south"] * 411, np.round(shares["south"] * 411)), "another total is no lattice"


@pytest.mark.parametrize("chance", [0.0, 1e-6, 0.01, 0.3, 0.5, 0.500001, 0.9, 0.99, 1.0 - 1e-9, 1.0])
def test_binomial_quantiles_are_those_of_scipy(chance: float) -> None:
    members = np.array([0.0, 1.0, 2.0, 17.0, 200.0, 499.0])
    u = np.random.default_rng(1).random((300, members.size))
    found = binomial_quantiles(u, members, np.full((*u.shape, 1), chance))[:, :, 0]
    assert np.array_equal(found, np.maximum(binom.ppf(u, members, chance), 0.0)), "ppf(0 members) is -1 there"
    assert not np.array_equal(found[:, 3:], np.maximum(binom.ppf(u[:, 3:], members[3:], 0.4), 0.0))


def test_a_larger_chance_never_gives_fewer() -> None:
    chance = np.linspace(0.0, 1.0, 101)[None, None, :].repeat(40, axis=0)
    u = np.random.default_rng(2).random((40, 1))
    assert (np.diff(binomial_quantiles(u, np.array([300.0]), chance), axis=2) >= 0).all()
