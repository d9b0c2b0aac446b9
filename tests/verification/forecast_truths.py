"""Truths drawn from the law of the forecast, in plain numpy: a history, a regime and the future that follows.

Nothing of the forecaster's own code is used but its settings: pace, shocks, weeks, counts and funnel are written
anew from `docs/decisions/0029`.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom, norm

from dpsim.forecast.settings import Settings

AS_OF = dt.date(2018, 9, 10)
UNITS = 8
PAST_WEEKS = 4, 40
"""Fewest and most weeks of a history."""
SMALL = 500
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """What a forecaster is shown, and what it is held against.

    Attributes
    ----------
    frame : progress table up to `AS_OF`
    weeks : weeks to the deadline
    total : members, shape (units,); the first unit is small, the second one large
    past : by stage, shares at the ends of past weeks, shape (units, weeks)
    future : by stage, members done, shape (units, weeks)
    spreads : whether the pace spreads
    closes : whose gaps an order closes, shape (units,)
    """

    frame: pd.DataFrame
    weeks: int
    total: Array
    past: dict[str, Array]
    future: dict[str, Array]
    spreads: bool
    closes: npt.NDArray[np.bool_]

    @property
    def deadline(self) -> dt.date:
        return AS_OF + dt.timedelta(weeks=self.weeks)


@dataclass(frozen=True)
class Speed:
    """Weekly closure and growth of the units, and what counts that fall add by the deadline."""

    closure: Array
    growth: Array
    churn: Array


def truth_from_table(number: int, s: Settings, seed: int) -> Truth:
    """Draw a truth whose speed is what its own table says: only the future is unknown.

    Counts rise in jerks, and fall now and then; there are two stages.
    """
    luck = np.random.default_rng([seed, number])
    total, weeks = sizes(luck), int(luck.integers(3, 31))
    level = math.exp(luck.normal(math.log(0.015), 0.8))
    closure = level * np.exp(luck.normal(0.0, 0.6, UNITS))
    built = np.floor(total * luck.uniform(0.05, 0.5))
    online = np.floor(built * luck.uniform(0.2, 0.9, UNITS))
    counts: dict[str, list[Array]] = {"built": [built], "online": [online]}
    for _ in range(PAST_WEEKS[1]):
        jerk = np.exp(luck.normal(0.0, 0.5, UNITS))
        fallen = luck.binomial(built.astype(int), 0.02) * (luck.random(UNITS) < 0.1)
        built = built + luck.binomial((total - built).astype(int), np.minimum(closure * jerk, 0.9)) - fallen
        online = np.minimum(online + luck.binomial(np.maximum(built - online, 0).astype(int), 0.08), built)
        counts["built"].append(built)
        counts["online"].append(online)
    past = {stage: np.column_stack(rows) / total[:, None] for stage, rows in counts.items()}
    return followed(luck, past, total, weeks, {stage: speed_of(past[stage], total, weeks, s) for stage in past}, s)


def truth_with_level(number: int, s: Settings, seed: int) -> Truth:
    """Draw a truth whose units have a level of their own that the table shows through its counts only."""
    luck = np.random.default_rng([seed, number])
    total, weeks = sizes(luck), int(luck.integers(3, 31))
    level = math.exp(luck.normal(math.log(0.015), 0.8))
    closure = level * np.exp(luck.normal(0.0, 0.4, UNITS))
    rows = [np.floor(total * luck.uniform(0.05, 0.5))]
    for _ in range(int(luck.integers(PAST_WEEKS[0], PAST_WEEKS[1] + 1))):
        rows.append(rows[-1] + luck.binomial((total - rows[-1]).astype(int), np.minimum(closure, 0.9)))
    past = {"built": np.column_stack(rows) / total[:, None]}
    growth = closure / np.maximum(past["built"][:, -1], 0.5 / total)  # the same step, told as growth of the log odds
    return followed(luck, past, total, weeks, {"built": Speed(closure, growth, np.zeros(UNITS))}, s)


def sizes(luck: np.random.Generator) -> Array:
    """Return members of the units: the first is small, the second large."""
    total = np.floor(np.exp(luck.uniform(math.log(15), math.log(3000), UNITS)))
    total[:2] = luck.integers(20, 100), luck.integers(600, 3000)
    return total


def speed_of(share: Array, total: Array, weeks: int, s: Settings) -> Speed:
    """Return what a table says of the pace of its units."""
    units, points = share.shape
    weight = [s.forgetting ** (points - 2 - t) for t in range(points - 1)]
    moved, exposed, rise = np.zeros(units), np.zeros(units), np.zeros(units)
    for j in range(units):
        for t in range(points - 1):
            with_, after = share[j, t] * total[j], share[j, t + 1] * total[j]
            moved[j] += weight[t] * (share[j, t + 1] - share[j, t])
            exposed[j] += weight[t] * (1.0 - share[j, t])
            odds = math.log((after + 0.5) / (total[j] - after + 0.5)) - math.log(
                (with_ + 0.5) / (total[j] - with_ + 0.5)
            )
            rise[j] += weight[t] * odds
    members = np.minimum(total, s.cap)
    moved, exposed = members * np.maximum(moved, 0.0), members * exposed
    pool = max(moved.sum() / exposed.sum(), 2e-4)
    typical = max(float(np.median(rise / sum(weight))), 1e-3)
    prior = np.sqrt(typical * s.reference / np.maximum(share[:, -1], 0.05))
    falls = [np.mean([min(share[j, t + 1] - share[j, t], 0.0) ** 2 for t in range(points - 27, points - 1)])
             for j in range(units)]  # fmt: skip
    variance = weeks * np.array(falls)
    return Speed(
        closure=(moved + s.pooling) / (exposed + s.pooling / pool),
        growth=np.maximum((rise + 2.0 * prior) / (sum(weight) + 2.0), 2e-4),
        churn=np.sqrt((variance + np.median(variance)) / 2.0),
    )


def followed(
    luck: np.random.Generator, past: dict[str, Array], total: Array, weeks: int, speed: dict[str, Speed], s: Settings
) -> Truth:
    """Draw the future of a history and return both."""
    common, own, tail = luck.normal(), luck.normal(size=UNITS), math.sqrt(luck.chisquare(4) / 4.0)
    shock = np.clip((math.sqrt(s.common) * common + math.sqrt(1.0 - s.common) * own) / tail, -7.0, 7.0)
    spreads = bool(luck.random() < s.spread_weight)
    heard = math.sqrt(s.order_common) * luck.normal() + math.sqrt(1.0 - s.order_common) * luck.normal(size=UNITS)
    closes = norm.sf(heard) < s.close_weight
    rush = s.rush_factor * math.exp(luck.normal(0.0, s.rush_log_sd)) if luck.random() < s.rush_chance else 1.0
    noise = luck.normal(0.0, s.noise, weeks)
    mean = min(max(luck.random(), 0.01), 0.99)
    ordered = luck.beta(s.agreement * mean, s.agreement * (1.0 - mean), UNITS) * closes
    which, fall = luck.random(UNITS), luck.normal(size=UNITS)
    future = {}
    for stage, share in past.items():
        last, pace = share[:, -1], speed[stage]
        done = np.zeros((UNITS, weeks))
        x, left, odds = np.log(pace.closure), np.ones(UNITS), (last * total + 0.5) / (total + 1.0)
        reached = odds.copy()
        for k in range(weeks):
            factor = rush if weeks - k <= s.rush_weeks else 1.0
            if spreads:
                pushed = factor * pace.growth * s.damping**k * np.exp(s.spread_shock * shock) * reached
                reached = 1.0 - (1.0 - reached) * np.exp(-np.minimum(1.0, pushed))
                closed = (reached - odds) / (1.0 - odds)
            else:
                x = x + s.reversion * (math.log(s.reference) - x) + noise[k]
                left = left * np.exp(
                    -factor * np.minimum(1.0, np.exp(x + s.settle_shock * shock * min(1.0, (k + 1) / 8)))
                )
                closed = 1.0 - left
            closed = np.maximum(closed, ordered * (k + 1) / weeks)
            small = total < SMALL
            gap = np.round(total * (1.0 - last))
            counted = np.where(small, binom.ppf(which, gap, closed) / total, closed * (1.0 - last))
            share_k = np.clip(last + counted + pace.churn * math.sqrt((k + 1) / weeks) * fall, 0.0, 1.0)
            done[:, k] = np.where(small, np.round(share_k * total), share_k * total)
        future[stage] = done
    if "online" in future:
        future["online"] = np.minimum(future["online"], future["built"])
    return Truth(table_of(past, total), weeks, total, past, future, spreads, closes)


def table_of(past: dict[str, Array], total: Array) -> pd.DataFrame:
    """Return a history as a progress table."""
    rows = []
    for stage, share in past.items():
        points = share.shape[1]
        for t in range(points):
            date = pd.Timestamp(AS_OF - dt.timedelta(weeks=points - 1 - t))
            rows += [(date, f"unit{j}", stage, int(total[j]), round(share[j, t] * total[j])) for j in range(UNITS)]
    return pd.DataFrame(rows, columns=["date", "unit", "stage", "total", "done"])
