"""Methods 3.1-5: adopters who pull others along (finite Bass), through `refresh` and through the chain of counts.

The spreading pace has no intensity of its own from outside: here the outside is `SEEDS` enterprises that have started
before the others begin, out of whom N are left. Then growth g of the pace is p + q n / (N - 1) per week and member.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom
from verification_tools import (
    SEED,
    agrees,
    constant_path,
    detects,
    drive_path,
    make_state,
    weekly_rows,
    z_mean,
    z_variance,
)

from dpsim.core.levers import Contact
from dpsim.model.adoption import advance, fire
from dpsim.model.chain import run_chain
from dpsim.model.paths import AfterDeadline, Pace, PathLaw, Rush
from dpsim.model.refresh import refresh
from dpsim.model.state import PATH_TRACKS, Build, Col, State, Track

N, SEEDS = 26, 1
P, Q = 0.01, 0.25
"""Per week: from outside and from others (P / Q = SEEDS / (N - 1), so one enterprise can be the outside)."""
GROWTH = Q * (N + SEEDS) / (N - 1)
M = 22
"""Adopters whose time is looked at."""
RUNS = 1500


def rates(n: int, p: float, q: float) -> np.ndarray:
    """Intensity of the next adoption with 0, 1, ... adopters of n."""
    k = np.arange(n)
    return np.asarray((n - k) * (p + q * k / (n - 1)))


def moments(n: int, p: float, q: float, m: int) -> tuple[float, float]:
    """Mean and variance of the time to m adopters."""
    each = rates(n, p, q)[:m]
    return float((1 / each).sum()), float((1 / each**2).sum())


def mean_field(n: int, p: float, q: float, m: int) -> float:
    """Time at which the differential equation of the mean reaches m of n."""
    share = m / n
    return math.log((1 + q / p * share) / (1 - share)) / (p + q)


def newcomers(replication: int) -> State:
    """N enterprises that have not started, and the seeds that have."""
    state = make_state(N + SEEDS, replication=replication)
    state.status[:SEEDS, Col.BUILD] = Build.BUILDING
    return state


def at_once(replication: int, growth: float = GROWTH) -> float:
    """Weeks to M adopters where intensities are set anew at every adoption, by the package's functions."""
    state, path = newcomers(replication), constant_path(weekly_rows(1, start=growth), pace=Pace.SPREAD)
    one, none, pull = np.ones(2), np.zeros(len(Contact)), np.ones(1)
    now = 0.0
    for _ in range(M):
        while True:
            when, _tracks = refresh(
                state, path, one, pull, none, np.ones(len(Contact)), 0.0, 78.0, 6.0, now, now + 140.0
            )
            i = int(np.argmin(when))
            if math.isfinite(when[i]):
                break
            now += 140.0
        now = float(when[i])
        advance(state.status, state.residual, state.rate, state.updated, i, now)
        fire(state.status, state.residual, state.spell, int(state.entity[i]), i, int(Track.START), now, SEED, 0)
    return now / 7.0


def zs_time(times: np.ndarray, mean: float, variance: float) -> list[float]:
    return [z_mean(times, mean, math.sqrt(variance)), z_variance(times, variance)]


def test_time_to_so_many_adopters() -> None:
    """The mean of the time is a sum over the steps; the differential equation of the mean comes too early."""
    assert moments(120, 0.01, 0.25, 100) == pytest.approx((18.949, 5.010), abs=5e-4)
    assert mean_field(120, 0.01, 0.25, 100) == pytest.approx(18.751, abs=5e-4)
    outside, others = GROWTH * SEEDS / (N + SEEDS), GROWTH * (N - 1) / (N + SEEDS)
    assert (outside, others) == pytest.approx((0.01, 0.25))
    times = np.array([at_once(r) for r in range(RUNS)])
    mean, variance = moments(N, P, Q, M)
    agrees("3.1-5 time to M adopters", *zs_time(times, mean, variance))
    detects("3.1-5 the differential equation of the mean", z_mean(times, mean_field(N, P, Q, M)))
    slower = np.array([at_once(r, 0.9 * GROWTH) for r in range(RUNS // 4)])
    detects("3.1-5 growth a tenth too small", *zs_time(slower, mean, variance))


# ----------------------------------------------------------------------------------- intensities set once a week
WEEKS = (6, 12, 20)


def weekly_law(weeks: int, *, feedback: bool = True) -> np.ndarray:
    """Law of the number of adopters after so many weeks, each with the intensity of its beginning."""
    law = np.zeros(N + 1)
    law[0] = 1.0
    for _ in range(weeks):
        after = np.zeros(N + 1)
        for n in range(N + 1):
            share = (n if feedback else 0) + SEEDS
            chance = -math.expm1(-GROWTH * share / (N + SEEDS))
            after[n:] += law[n] * binom.pmf(np.arange(N - n + 1), N - n, chance)
        law = after
    return law


def zs_law(counts: np.ndarray, *, feedback: bool = True) -> list[float]:
    """z of mean and variance of adopters, shape (runs, len(WEEKS))."""
    zs, k = [], np.arange(N + 1)
    for column, weeks in enumerate(WEEKS):
        law = weekly_law(weeks, feedback=feedback)
        mean = float(law @ k)
        variance = float(law @ (k - mean) ** 2)
        zs += [z_mean(counts[:, column], mean, math.sqrt(variance)), z_variance(counts[:, column], variance)]
    return zs


def week_by_week(runs: int) -> np.ndarray:
    """Adopters after some weeks, enterprise by enterprise, intensities set anew on Mondays."""
    path, out = constant_path(weekly_rows(1, start=GROWTH), pace=Pace.SPREAD), np.zeros((runs, len(WEEKS)))
    for r in range(runs):
        events = np.array([e.t for e in drive_path(newcomers(r), path, 7.0 * np.arange(WEEKS[-1] + 1))])
        out[r] = [(events < 7.0 * weeks).sum() for weeks in WEEKS]
    return out


def by_counts(runs: int) -> np.ndarray:
    """The same by the chain of counts, which forecasts use."""
    weeks, none = WEEKS[-1], np.zeros((1, PATH_TRACKS))
    growth = none.copy()
    growth[0, Track.START] = GROWTH
    begins = 7.0 * np.arange(weeks)
    states = run_chain(
        SEED,
        np.arange(runs),
        np.zeros(runs, dtype=np.int64),
        np.full(runs, int(Pace.SPREAD)),
        np.zeros(runs, dtype=bool),
        np.zeros(runs),
        np.zeros(runs),
        np.ones(runs),
        np.zeros((runs, PATH_TRACKS, weeks)),
        PathLaw(none, growth, none, 0.01, 0.1, 0.2, 1.0, 0.0, 1.0, np.zeros(PATH_TRACKS), 1e6, 1e6),
        Rush(np.full(2, 1e6), 4.0, 1.0, int(AfterDeadline.BACK_TO_NORMAL), 1.0, 4.0),
        np.array([[N, SEEDS, 0, 0, 0, 0, 0]]),
        0.0,
        begins,
        begins + 7.0,
        np.ones(weeks, dtype=bool),
        begins + 7.0,
    )
    return np.asarray(N - states[:, [w - 1 for w in WEEKS], 0, 0])


def test_adopters_after_so_many_weeks() -> None:
    """What the engines and the forecast do: the share of a week's beginning counts all week. The exact law of that."""
    slow, fast = week_by_week(400), by_counts(2000)
    agrees("3.1-5 weekly shares, enterprises", *zs_law(slow))
    agrees("3.1-5 weekly shares, counts", *zs_law(fast))
    detects("3.1-5 nobody pulls others along, enterprises", *zs_law(slow, feedback=False))
    detects("3.1-5 nobody pulls others along, counts", *zs_law(fast, feedback=False))
