"""Ranks of truths among the draws of their forecasts, and whether they are uniform."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from forecast_truths import AS_OF, UNITS, Truth
from scipy.stats import chisquare, kstest, norm

from dpsim.core.streams import entity_numbers
from dpsim.forecast import known
from dpsim.forecast.orders import ordered_units
from dpsim.forecast.regimes import draw_spreads
from dpsim.forecast.settings import Settings, class_settings
from dpsim.params.forecast import CLASSES, load_forecast_settings

TRUTHS, DRAWS, BINS = 200, 400, 10
RUSH = 0.3
RECENT = 8
REGIMES = ("regime", "spreads", "closes")
CENTRE = 0.012
"""Weekly closure between that of the classes and that of most truths."""
LEAST = 0.001
"""Least p of a test of uniform ranks; of those that a planted fault must give, the largest."""
Array = npt.NDArray[np.float64]
Change = Callable[[Settings], Settings]


def ranks(
    make: Callable[[int, Settings, int], Truth],
    *,
    seed: int,
    change: Change = lambda s: s,
    shown: Callable[[pd.DataFrame], pd.DataFrame] = lambda frame: frame,
) -> pd.DataFrame:
    """Return the ranks, 0 to 1, of `TRUTHS` truths by quantity: uniform where the forecast follows their law.

    Parameters
    ----------
    make : makes a truth from its number, settings and a seed
    change : what is wrong with the settings of the forecaster
    shown : what the forecaster sees of the table
    """
    stated = load_forecast_settings()
    out = []
    for number in range(TRUTHS):
        reference = CLASSES[number % len(CLASSES)]
        s = class_settings(stated, reference, RUSH)
        truth = make(number, s, seed)
        out.append(_ranks_of(truth, change(s), shown(truth.frame), number + seed))
    return pd.DataFrame(out)


def _ranks_of(truth: Truth, s: Settings, frame: pd.DataFrame, seed: int) -> dict[str, float]:
    """Return the rank of every quantity of a truth among all draws, and among those of its own regime."""
    wanted = pd.DataFrame({"stage": list(truth.future), "deadline": truth.deadline})
    told = known.known_at(known.Table(frame, None), wanted, AS_OF)
    counts = known.draw_counts(told, {}, known.last_deadlines(wanted), AS_OF, s, seed=seed, draws=DRAWS)
    spreads = draw_spreads(s, seed=seed, draws=DRAWS)
    units = entity_numbers(truth.frame["unit"].unique())
    closes, closed = ordered_units(units, s, seed=seed, draws=DRAWS).sum(axis=1), int(truth.closes.sum())
    alike = (spreads == truth.spreads) & ((2 * closes >= UNITS) == (2 * closed >= UNITS))
    own = {stage: done[None] for stage, done in truth.future.items()}
    luck = np.random.default_rng([seed, 1])
    of_draws = quantities(counts, truth, spreads, closes)
    of_truth = quantities(own, truth, np.array([truth.spreads]), np.array([closed]))
    out = {}
    for name, (value,) in of_truth.items():
        out[name] = rank(of_draws[name], value, luck)
        if name not in REGIMES:
            out[f"{name}, same regime"] = rank(of_draws[name][alike], value, luck)
    return out


def quantities(
    counts: Mapping[str, Array], truth: Truth, spreads: npt.NDArray[np.bool_], closes: npt.NDArray[np.int64]
) -> dict[str, Array]:
    """Return what is ranked, one value per draw.

    Ends, levels and shape of the path, the regime, and what only a forecast that follows its data gets right: the
    level turned round where the past was slow, and its distance from the pace of the last 8 weeks.
    """
    out: dict[str, Array] = {"regime": spreads + 2.0 * closes, "spreads": spreads * 1.0, "closes": closes * 1.0}
    total, weeks = truth.total, truth.weeks
    for stage, done in counts.items():
        share, last = truth.past[stage], truth.past[stage][:, -1]
        whole = done.sum(axis=1)
        gap = float((total * (1.0 - last)).sum())
        closed = (whole - float((total * last).sum())) / gap
        level = -np.log(np.maximum(1.0 - closed[:, -1], 1e-6)) / weeks
        before = float((total * (1.0 - share[:, max(0, share.shape[1] - 1 - RECENT)])).sum())
        late = 1.0 - closed[:, max(0, weeks - 5)] / np.maximum(closed[:, -1], 1e-9)
        pace = max(math.log(before / gap) / RECENT, 1e-5)
        away = np.abs(np.log(np.maximum(level, 1e-6)) - (math.log(pace) + math.log(CENTRE)) / 2.0)
        out |= {
            f"{stage} level": level,
            f"{stage} first week": closed[:, 0],
            f"{stage} late": late,
            f"{stage} small unit": done[:, 0, -1],
            f"{stage} large unit": done[:, 1, -1],
            f"{stage} large unit first week": done[:, 1, 0],
            f"{stage} units apart": (done[:, :, -1] / total).std(axis=1),
            f"{stage} with the pace": level * (1.0 if pace > CENTRE else -1.0),
            f"{stage} from the pace": away,
        }
    return out


def rank(draws: Array, truth: float, luck: np.random.Generator) -> float:
    """Return the share of the draws below a truth, ties split at random, in (0, 1)."""
    below = int((draws < truth - 1e-9).sum())
    equal = int((np.abs(draws - truth) <= 1e-9).sum())
    return (below + int(luck.integers(0, equal + 1)) + luck.random()) / (draws.size + 1)


def p_values(table: pd.DataFrame) -> pd.Series:
    """Return for each quantity the smallest p of three tests of uniform ranks, times three.

    Counts in `BINS` bins, the empirical distribution, and the spread of the ranks about their middle.
    """
    out = {}
    for name in table:
        counts = np.histogram(table[name], bins=BINS, range=(0.0, 1.0))[0]
        spread = float(((2.0 * table[name] - 1.0) ** 2).mean() - 1.0 / 3.0) / math.sqrt(4.0 / 45.0 / len(table))
        tests = chisquare(counts).pvalue, kstest(table[name], "uniform").pvalue, 2.0 * norm.sf(abs(spread))
        out[str(name)] = min(1.0, 3.0 * min(map(float, tests)))
    return pd.Series(out).sort_values()
