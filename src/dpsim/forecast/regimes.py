"""The forecast from a history: three regimes by which the rest of a stage's gap closes, with lasting shocks.

Settle: the weekly closure of the gap drifts back to that of a reference class. Spread: damped growth in proportion to
the share done. Close: an order closes a share of today's gap by the deadline, whatever the pace so far (at least what
the draw's own pace gives; `orders.py`). One draw is one future of the whole programme: its units share how the pace
goes on, most of the lasting shock, three quarters of what decides whether an order closes their gaps, and the mean of
what it closes (evidence FC01 to FC05).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import routine
from dpsim.core.streams import Stream
from dpsim.forecast.counts import settle_counts
from dpsim.forecast.history import History
from dpsim.forecast.luck import common_normal, common_uniform, normal_draws
from dpsim.forecast.orders import means_of_sums, ordered_closures
from dpsim.forecast.settings import Settings
from dpsim.model.paths import settle_closure, settle_step, spread_rate
from dpsim.model.prior import SHOCK_LIMIT
from dpsim.model.state import Floats

_LEAST = 2e-4


class Pace(NamedTuple):
    """What a history says of its units, shape (units,) each.

    Attributes
    ----------
    closure : weekly closure of the gap, drawn towards that of all units together
    growth : weekly growth of the log odds, drawn towards the reference class
    churn : s.d. of the share at the end that comes from counts that fall
    """

    closure: Floats
    growth: Floats
    churn: Floats


def fit_pace(history: History, weeks: int, settings: Settings) -> Pace:
    """Return the pace of each unit from its past weeks; `weeks` lie ahead."""
    share, total, s = history.share, history.total, settings
    step = np.diff(share, axis=1)
    age = np.arange(step.shape[1] - 1, -1, -1)
    known = ~np.isnan(step)
    weight = np.where(known, s.forgetting**age, 0.0)
    step, gap = np.where(known, step, 0.0), np.where(known, 1.0 - share[:, :-1], 0.0)
    members = np.minimum(total, s.cap)
    moved = members * np.maximum((weight * step).sum(axis=1), 0.0)
    exposed = members * (weight * gap).sum(axis=1)
    pooled = max(moved.sum() / max(exposed.sum(), 1e-9), _LEAST)
    closure = (moved + s.pooling) / (exposed + s.pooling / pooled)
    odds = np.log((share * total[:, None] + 0.5) / ((1.0 - share) * total[:, None] + 0.5))
    rise = np.diff(odds, axis=1)
    rise, seen = (weight * np.where(known, rise, 0.0)).sum(axis=1), weight.sum(axis=1)
    typical = max(float(np.median(rise / np.maximum(seen, 1e-9))), 1e-3)
    prior = np.sqrt(typical * s.reference / np.maximum(history.last, 0.05))
    growth = np.maximum((rise + 2.0 * prior) / (seen + 2.0), _LEAST)
    fallen = np.minimum(step[:, -26:], 0.0)
    own = weeks * (fallen**2).mean(axis=1)
    return Pace(closure, growth, np.sqrt(0.5 * own + 0.5 * np.median(own)))


def draw_shares(
    history: History, weeks: int, settings: Settings, *, seed: int, draws: int, every_week: bool = False
) -> Floats:
    """Draw the shares of all units, `weeks` after the as-of date.

    Parameters
    ----------
    history : History
    weeks : int
        From the as-of date to the deadline, 1 or more.
    settings : Settings
    seed, draws : int
        The name of the draws and their number.
    every_week : bool
        Draw the shares at the end of every week.

    Returns
    -------
    numpy.ndarray
        Shape (draws, units), or (draws, units, weeks); of units below `SMALL` members counts over the total.
    """
    pace = fit_pace(history, weeks, settings)
    closed = draw_closures(history, pace, weeks, settings, seed=seed, draws=draws, every_week=every_week)
    return settle_counts(history, pace.churn, closed, seed=seed)


def draw_closures(
    history: History, pace: Pace, weeks: int, settings: Settings, *, seed: int, draws: int, every_week: bool
) -> Floats:
    """Return how much of its gap each unit closes, shape (draws, units, weeks asked for)."""
    closed = own_closures(history, pace, weeks, settings, seed=seed, draws=draws, every_week=every_week)
    if settings.close_weight == 0.0:
        return closed
    passed = np.arange(1, weeks + 1) / weeks if every_week else np.ones(1)
    ordered = ordered_closures(history, settings, seed=seed, draws=draws)[:, :, None] * passed
    if history.sums.any():
        ordered[:, history.sums] = means_of_sums(closed[:, history.sums], passed, settings, seed=seed, draws=draws)
    return np.maximum(closed, ordered)


def own_closures(
    history: History, pace: Pace, weeks: int, settings: Settings, *, seed: int, draws: int, every_week: bool
) -> Floats:
    """Return how much of its gap each unit closes at the draw's own pace, shape (draws, units, weeks asked for)."""
    s = settings
    noise = np.column_stack([common_normal(seed, draws, Stream.FORECAST_NOISE, week) for week in range(weeks)])
    return run_weeks(
        pace.closure,
        pace.growth,
        starting_odds(history),
        shocks(history, s, seed=seed, draws=draws),
        draw_spreads(s, seed=seed, draws=draws),
        rush_factors(s, seed=seed, draws=draws),
        noise * s.noise,
        np.array([np.log(s.reference), s.reversion, s.settle_shock, s.spread_shock, s.damping, s.rush_weeks]),
        every_week,
    )


def rush_factors(settings: Settings, *, seed: int, draws: int) -> Floats:
    """Return each draw's factor on the pace in a rush before the deadline, 1 where there is none, shape (draws,)."""
    rushes = draw_rushes(settings.rush_chance, seed=seed, draws=draws)
    size = np.exp(settings.rush_log_sd * common_normal(seed, draws, Stream.FORECAST_RUSH_FACTOR))
    return np.asarray(np.where(rushes, settings.rush_factor * size, 1.0))


def draw_rushes(chance: float, *, seed: int, draws: int) -> npt.NDArray[np.bool_]:
    """Return of each draw whether there is a rush before the deadline; with a larger chance there are the same ones."""
    return common_uniform(seed, draws, Stream.FORECAST_RUSH) < chance


def draw_spreads(settings: Settings, *, seed: int, draws: int) -> npt.NDArray[np.bool_]:
    """Return of each draw whether its pace spreads (or settles), shape (draws,)."""
    return common_uniform(seed, draws, Stream.FORECAST_PACE) < settings.spread_weight


def starting_odds(history: History) -> Floats:
    """Return the share each unit spreads from: half a member is added to those with and without, shape (units,)."""
    return np.asarray((history.last * history.total + 0.5) / (history.total + 1.0))


def shocks(history: History, settings: Settings, *, seed: int, draws: int) -> Floats:
    """Return the lasting shocks, heavy-tailed (Student's t with 4 degrees of freedom), shape (draws, units).

    A sum of many units has the part that is common to all: their own parts cancel.
    """
    from scipy.special import gammaincinv

    scale = gammaincinv(2.0, common_uniform(seed, draws, Stream.FORECAST_SHOCK_SCALE)) / 2.0
    together = common_normal(seed, draws, Stream.FORECAST_SHOCK)[:, None]
    own = np.where(history.sums, 0.0, normal_draws(seed, draws, history.entity, Stream.FORECAST_SHOCK))
    raw = np.sqrt(settings.common) * together + np.sqrt(1.0 - settings.common) * own
    return np.clip(raw / np.sqrt(scale)[:, None], -SHOCK_LIMIT, SHOCK_LIMIT)


@routine
def run_weeks(
    closure: Floats,
    growth: Floats,
    start: Floats,
    shock: Floats,
    spreads: npt.NDArray[np.bool_],
    rush: Floats,
    noise: Floats,
    law: Floats,
    every_week: bool,
) -> Floats:
    """Return the share of its gap each unit closes, shape (draws, units, weeks), or at the last week only.

    `law`: log of the reference closure, reversion, the two shocks' s.d., damping, weeks of the rush.
    """
    draws, units = shock.shape
    weeks = noise.shape[1]
    reference, reversion, settle, spread, damping, last = law[0], law[1], law[2], law[3], law[4], law[5]
    out = np.zeros((draws, units, weeks if every_week else 1))
    for d in range(draws):
        for i in range(units):
            x, spent, share, left = np.log(closure[i]), 0.0, start[i], 1.0
            lasting = np.exp(spread * shock[d, i])
            for k in range(weeks):
                factor = rush[d] if weeks - k <= last else 1.0
                if spreads[d]:
                    rate = factor * spread_rate(growth[i], damping, lasting, k) * share
                    share = 1.0 - (1.0 - share) * np.exp(-min(1.0, rate))
                    left = (1.0 - share) / (1.0 - start[i])
                else:
                    x = settle_step(x, reference, reversion, noise[d, k])
                    spent += factor * settle_closure(x, settle * shock[d, i], k)
                    left = np.exp(-spent)
                if every_week:
                    out[d, i, k] = 1.0 - left
            if not every_week:
                out[d, i, 0] = 1.0 - left
    return out
