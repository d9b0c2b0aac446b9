"""Methods 3.1-1: constant rates, through the engine's functions, the SimPy engine and the chain of counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import expm
from verification_tools import (
    SEED,
    agrees,
    detects,
    drive,
    generator,
    hypoexponential_cdf,
    make_state,
    run_queue,
    z_count,
    z_counts,
    z_mean,
    z_variance,
)

from dpsim.core.timeline import all_days
from dpsim.core.words import Kind
from dpsim.engines.world import World, make_setting, make_world
from dpsim.model.chain import binomial, run_chain, step_counts, transition_matrix
from dpsim.model.paths import AfterDeadline, Pace, PathLaw, Rush
from dpsim.model.prior import draw_paths
from dpsim.model.state import PATH_TRACKS, Build, Col, Track, stage_flags
from dpsim.params.load import load_case, load_strategy

N = 12_000


def times_of(kind: Kind, rates: dict[Track, float], connected: int, until: float) -> np.ndarray:
    """When each of N enterprises had an event of `kind`, infinity if not before `until`."""
    state = make_state(N, connected=connected)
    for track, rate in rates.items():
        state.rate[:, track] = rate
    out = np.full(N, np.inf)
    for event in drive(state, until):
        if event.kind == kind:
            out[event.i] = event.t
    return out


def weekly_coins(rates: list[float], weeks: int, n: int) -> np.ndarray:
    """The mechanism of methods 3.1-7: at most one step a week, by a coin. Returns the stage of each enterprise."""
    rng = np.random.default_rng(1)
    stage = np.zeros(n, dtype=np.int64)
    chance = np.append(-np.expm1(-7.0 * np.array(rates)), 0.0)
    for _ in range(weeks):
        stage += rng.random(n) < chance[stage]
    return stage


@pytest.mark.parametrize("rates", [(0.05, 0.09, 0.03), (0.02, 0.30, 0.11)])
def test_time_to_a_stage_is_hypoexponential(rates: tuple[float, float, float]) -> None:
    clocks = {Track.START: rates[0], Track.BUILD: rates[1], Track.ONLINE: rates[2]}
    built = times_of(Kind.BUILT, clocks, 1, 77.0)
    online = times_of(Kind.ONLINE, clocks, 1, 77.0)
    zs = []
    for t in (14.0, 35.0, 77.0):
        zs += [z_count(np.sum(built < t), N, hypoexponential_cdf(rates[:2], t))]
        zs += [z_count(np.sum(online < t), N, hypoexponential_cdf(rates, t))]
    agrees("3.1-1 hypoexponential, engine functions", *zs)
    coins = weekly_coins(list(rates), 11, N)
    detects("3.1-1 one coin a week", z_count(np.sum(coins >= 3), N, hypoexponential_cdf(rates, 77.0)))
    shifted = times_of(Kind.ONLINE, {**clocks, Track.ONLINE: rates[2] * 1.25}, 1, 77.0)
    detects("3.1-1 last rate 25% too fast", z_count(np.sum(shifted < 35.0), N, hypoexponential_cdf(rates, 35.0)))


def test_equal_rates_follow_the_matrix_exponential() -> None:
    rate = 0.06
    q = np.diag([-rate] * 3 + [0.0]) + np.diag([rate] * 3, 1)
    online = times_of(Kind.ONLINE, {Track.START: rate, Track.BUILD: rate, Track.ONLINE: rate}, 1, 60.0)
    zs = [z_count(np.sum(online < t), N, expm(q * t)[0, 3]) for t in (20.0, 40.0, 60.0)]
    agrees("3.1-1 equal rates, expm", *zs)
    coins = weekly_coins([rate] * 3, 8, N)
    detects("3.1-1 equal rates, one coin a week", z_count(np.sum(coins >= 3), N, expm(q * 56.0)[0, 3]))


def test_online_needs_both_built_and_connected() -> None:
    rates = {Track.START: 0.10, Track.BUILD: 0.05, Track.CONNECT: 0.08, Track.ONLINE: 0.2}
    q = generator(0.10, 0.05, 0.08, 0.2, 0.0)
    online = times_of(Kind.ONLINE, rates, 0, 60.0)
    zs = [z_count(np.sum(online < t), N, expm(q * t)[0, 5]) for t in (20.0, 40.0, 60.0)]
    agrees("3.1-1 seven states, expm", *zs)
    early = times_of(Kind.ONLINE, rates, 1, 60.0)  # broken: connected before anybody has started
    detects("3.1-1 connected too early", *[z_count(np.sum(early < t), N, expm(q * t)[0, 5]) for t in (20.0, 40.0)])


# ------------------------------------------------------------------------------------------------ SimPy engine
DAYS = 56
FASTER = 10.0
"""Factor on the case's slow intensities, so that many enterprises take several steps."""


def simpy_worlds(count: int) -> list[World]:
    """Linyi with constant intensities, no agencies, 10% a year leaving, every day a working day."""
    case = load_case("linyi-2018").with_values({"scenario.removals_per_year": 0.1})
    strategy = load_strategy(case.default_strategy)
    setting = replace(make_setting(case, strategy, strategy), timeline=all_days(case.as_of, DAYS))
    paths = draw_paths(case, setting.timeline, seed=SEED, replications=np.arange(count), start=1, pace=Pace.CONSTANT)
    worlds = [make_world(setting, paths, row, seed=SEED) for row in range(count)]
    for world in worlds:
        world.state.status[:, Col.AGENCY_USER] = 0
        world.path = world.path._replace(weekly=FASTER * world.path.weekly)
    return worlds


def simpy_zs(worlds: list[World], **broken: object) -> list[float]:
    """z of the city's built, connected and online counts at the end, against expm from each starting state."""
    counts, chances = np.zeros(3), []
    for world in worlds:
        rate = world.path.weekly[:, 0] / 7.0
        law = expm(generator(rate[0], rate[1], rate[2], rate[3], 0.0) * DAYS)
        reach = np.column_stack([law[:, [3, 4, 5]].sum(axis=1), law[:, [2, 4, 5]].sum(axis=1), law[:, 5]])
        status = world.state.status
        first = np.where(
            status[:, Col.ONLINE] == 1,
            5,
            np.where(
                status[:, Col.BUILD] == Build.BUILT,
                3 + status[:, Col.CONNECTED],
                np.where(status[:, Col.BUILD] == Build.BUILDING, 1 + status[:, Col.CONNECTED], 0),
            ),
        )
        stays = np.exp(-0.1 / 365.0 * (DAYS - 1))  # removals fall on mornings; the last is that of the last day
        chances.append(stays * reach[first])
        run_queue(world, **broken)  # type: ignore[arg-type]
        counts += stage_flags(world.state.status)[:, :3].sum(axis=0)
    p = np.concatenate(chances)
    return [z_counts(counts[k], p[:, k]) for k in range(3)]


def test_simpy_engine_follows_the_matrix_exponential() -> None:
    agrees("3.1-1 SimPy engine, constant pace, removals", *simpy_zs(simpy_worlds(8)))

    def forgets(*arguments: object) -> None:
        """Clocks whose running time is forgotten whenever the enterprise does something else."""
        updated, i, now = arguments[3:]
        updated[i] = now  # type: ignore[index]

    detects("3.1-1 SimPy engine whose clocks forget", *simpy_zs(simpy_worlds(8), advance=forgets))


# -------------------------------------------------------------------------------------------- chain of counts
RATES = (0.03, 0.02, 0.04, 0.05, 0.002)


def test_transition_matrix_is_the_matrix_exponential() -> None:
    rng = np.random.default_rng(2)
    for days in (0.0, 1.0, 7.0, 30.0, 112.0):
        for rates in (RATES, (0.0, 0.0, 0.0, 0.0, 0.0), (0.1, 0.1, 0.1, 0.1, 0.0), tuple(rng.exponential(0.3, 5))):
            exact = expm(generator(*rates) * days)
            assert np.max(np.abs(transition_matrix(*rates, days) - exact)) < 1e-11, f"{rates} over {days} days"
    exact = expm(generator(*RATES) * 7.0)
    coin = np.eye(7) + 7.0 * generator(*RATES)
    assert np.max(np.abs(coin - exact)) > 1e-3, "the check must refuse one step a week"


@pytest.mark.parametrize("steps", [199.0, 201.0, 2000.0, 1e5])
@pytest.mark.parametrize("fastest", ["start", "build", "connect", "online", "leave", "all"])
def test_a_very_fast_step_is_still_a_transition_matrix(fastest: str, steps: float) -> None:
    """Fastest intensity times days far above what exp(-x) can hold: rows sum to 1 and follow expm."""
    names, days = ("start", "build", "connect", "online", "leave"), 112.0
    rates = np.array([steps / days if fastest in (name, "all") else 0.01 for name in names])
    if fastest == "all":
        rates[4] = 0.0
    p = transition_matrix(*rates, days)
    assert np.isfinite(p).all() and (p >= 0.0).all()
    assert np.abs(p.sum(axis=1) - 1.0).max() < 1e-11, "rows sum to 1"
    assert np.max(np.abs(p - expm(generator(*rates) * days))) < 1e-10
    if steps >= 2000.0:
        assert np.exp(-steps) == 0.0, "one piece alone would begin with a weight of 0"


@pytest.mark.parametrize("members", [60, 3000])
def test_binomial_counts(members: int) -> None:
    """3 000 members at 0.3 have a mean above the split, 0.7 takes the other tail."""
    runs, zs = 3000, []
    for p in (0.3, 0.7):
        drawn = np.array([binomial(members, p, SEED, r, 0, 3) for r in range(runs)])
        zs += [z_mean(drawn, members * p, np.sqrt(members * p * (1 - p))), z_variance(drawn, members * p * (1 - p))]
    agrees("3.1-1 binomial by inversion", *zs)
    halves = 2 * np.array([binomial(members // 2, 0.3, SEED, r, 0, 3) for r in range(runs)])
    detects("3.1-1 two halves with the same luck", z_variance(halves, members * 0.21))


def test_one_step_of_counts_is_multinomial() -> None:
    start = np.array([300, 200, 100, 250, 80, 50, 0])
    p = transition_matrix(*RATES, 30.0)
    mean, variance = start @ p, start @ (p * (1.0 - p))
    drawn = np.array([step_counts(start, p, SEED, r, 0, 0) for r in range(3000)])
    assert np.all(drawn.sum(axis=1) == start.sum()), "members are neither made nor lost"
    agrees("3.1-1 chain, one step, mean", *[z_mean(drawn[:, s], mean[s], np.sqrt(variance[s])) for s in range(7)])
    agrees("3.1-1 chain, one step, variance", *[z_variance(drawn[:, s], variance[s]) for s in range(7)])
    covariance = -float(start @ (p[:, 3] * p[:, 5]))
    product = (drawn[:, 3] - mean[3]) * (drawn[:, 5] - mean[5])
    agrees("3.1-1 chain, one step, covariance", z_mean(product, covariance))
    pooled = np.random.default_rng(3).multinomial(start.sum(), mean / start.sum(), size=3000)
    detects("3.1-1 all members dealt by one row", *[z_variance(pooled[:, s], variance[s]) for s in range(7)])


def chain_counts(weekly: tuple[float, float, float, float], weeks: int, runs: int) -> np.ndarray:
    """Final states of `run_chain` at constant pace for two groups, shape (runs, groups, 7)."""
    level = np.array([[*weekly, 0.0]])
    begins = 7.0 * np.arange(weeks)
    rush = Rush(np.full(2, 1e6), 4.0, 1.0, int(AfterDeadline.BACK_TO_NORMAL), 1.0, 4.0)
    out = run_chain(
        SEED,
        np.arange(runs),
        np.zeros(runs, dtype=np.int64),
        np.full(runs, int(Pace.CONSTANT)),
        np.zeros(runs, dtype=bool),
        np.zeros(runs),
        np.zeros(runs),
        np.ones(runs),
        np.zeros((runs, PATH_TRACKS, weeks)),
        PathLaw(level, level, level, 0.01, 0.1, 0.2, 1.0, 0.5, 0.9, np.zeros(PATH_TRACKS), 1e6, 1e6),
        rush,
        np.array([[400, 200, 0, 100, 0, 0, 0], [0, 300, 50, 0, 40, 0, 0]]),
        RATES[4],
        begins,
        begins + 7.0,
        np.ones(weeks, dtype=bool),
        begins + 7.0,
    )
    return np.asarray(out[:, -1])


def test_chain_of_counts_over_many_weeks() -> None:
    weeks, runs = 12, 1500
    p = expm(generator(*RATES) * 7.0 * weeks)
    first = np.array([[400, 200, 0, 100, 0, 0, 0], [0, 300, 50, 0, 40, 0, 0]])
    mean, variance = first @ p, first @ (p * (1.0 - p))
    good = chain_counts(tuple(7.0 * r for r in RATES[:4]), weeks, runs)  # type: ignore[arg-type]
    cells = [(g, s) for g in range(2) for s in range(7) if variance[g, s] > 0.1]
    agrees("3.1-1 chain, 12 weeks, mean", *[z_mean(good[:, g, s], mean[g, s], variance[g, s] ** 0.5) for g, s in cells])
    agrees("3.1-1 chain, 12 weeks, variance", *[z_variance(good[:, g, s], variance[g, s]) for g, s in cells])
    coin = tuple(-np.expm1(-7.0 * r) for r in RATES[:4])  # broken: the chance of a week taken for its intensity
    bad = chain_counts(coin, weeks, runs)  # type: ignore[arg-type]
    zs = [z_mean(bad[:, g, s], mean[g, s], variance[g, s] ** 0.5) for g, s in cells]
    detects("3.1-1 chain, coin for intensity", *zs)


def test_dates_of_the_small_worlds() -> None:
    """The set-ups rely on intensities being set every seventh day."""
    assert all_days(dt.date(2018, 9, 9), 30).refresh_times.tolist() == [0.0, 7.0, 14.0, 21.0, 28.0]
