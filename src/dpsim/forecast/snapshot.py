"""An honest answer from one snapshot: ranges over what one date cannot tell (methods 1.7).

A forecast cell fixes when work began, which regime rules and how likely a rush is, and keeps all other luck the
same. The headline runs over the cells; pooled figures use the case's stated weights. Direct count paths, no
simulation: thousands per cell in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.core.streams import check_word
from dpsim.core.words import GROUPS
from dpsim.errors import InputError
from dpsim.forecast.count_paths import STAGE_STATES, count_paths, stage_total
from dpsim.measure.probability import smoothed, wilson_interval
from dpsim.model.chain import STATES
from dpsim.model.prior import CLOSE_WEIGHT, REGIMES, case_timeline, draw_paths
from dpsim.model.state import Floats, Ints
from dpsim.model.targets import Target, headline_target, resolve_targets
from dpsim.params.schema import Case

BOTTLENECKS = {
    "not_started": ("not_started",),
    "building": ("building", "building_connected"),
    "built_not_connected": ("built",),
    "connected_not_online": ("built_connected",),
    "not_built": ("not_started", "building", "building_connected"),
    "built_not_online": ("built", "built_connected"),
}
"""Where those not online stand; the last two sum up the others."""
LEVELS = ("all", "basically")
SHORTFALL_QUANTILES = {
    "shortfall_q05": 0.05,
    "shortfall_q25": 0.25,
    "shortfall_median": 0.5,
    "shortfall_q75": 0.75,
    "shortfall_q95": 0.95,
}


@dataclass(frozen=True)
class SnapshotForecast:
    """What one snapshot supports.

    Attributes
    ----------
    cells : pandas.DataFrame
        One row per target, level and cell: target, level, start, regime, rush, split, n, met, probability, low,
        high, shortfall_q05, _q25, _median, _q75, _q95.
    pooled : pandas.DataFrame
        The same per target and level under each reference class, cells weighted as the case states; low and high
        are the Monte Carlo error only.
    bottlenecks : pandas.DataFrame
        Columns where, share_low, share, share_high: which step those not online at the deadline stand before.
    sensitivity : pandas.DataFrame
        Columns key, low_setting, high_setting, low, base, high: pooled median shortfall of the headline target.
    fan : pandas.DataFrame
        Pooled weekly quantiles: date, stage, q025, q05, q10, q25, q50, q75, q90, q95, q975.
    draws : int
        Paths per cell.
    """

    cells: pd.DataFrame
    pooled: pd.DataFrame
    bottlenecks: pd.DataFrame
    sensitivity: pd.DataFrame
    fan: pd.DataFrame
    draws: int


def snapshot_forecast(
    case: Case, *, seed: int, draws: int = 2000, workers: int = 2, sensitivity: bool = True
) -> SnapshotForecast:
    """Forecast a case from its one snapshot.

    Parameters
    ----------
    case : Case
    seed : int
    draws : int
        Paths per cell; half as many for each setting of the sensitivity.
    workers : int
        Threads; the result does not depend on it.
    sensitivity : bool
        Also vary each assumption over its range.
    """
    check_word("seed", seed)
    jobs = [
        (start, regime, rush, split)
        for start in range(len(case.scenario.start.dates))
        for regime in REGIMES
        for rush in case.scenario.rush.chances
        for split in case.scenario.benchmark_split.options
    ]

    def run(job: tuple[int, str, float, str]) -> list[dict[str, Any]]:
        start, regime, rush, split = job
        # milestones are short: the split assumption only matters to them, so its other readings stop there
        main = split == case.scenario.benchmark_split.value
        return _cell(case, seed, draws, start, regime, rush, split, milestones_only=not main)

    with ThreadPoolExecutor(workers) as pool:
        rows = [row for part in pool.map(run, jobs) for row in part]
        ranges = _settings(case) if sensitivity else []
        asked = [("", None)] + [(key, setting) for key, *both in ranges for setting in both]
        medians = list(pool.map(lambda item: _median_shortfall(case, seed, draws // 2, *item), asked))
    cells = pd.DataFrame([{k: v for k, v in row.items() if k not in ("shortfalls", "states")} for row in rows])
    return SnapshotForecast(
        cells=cells,
        pooled=_pooled(case, rows),
        bottlenecks=_bottlenecks(case, rows),
        sensitivity=_sensitivity(ranges, medians),
        fan=_fan(case, seed, draws),
        draws=draws,
    )


def _cell(
    case: Case, seed: int, draws: int, start: int, regime: str, rush: float, split: str, *, milestones_only: bool
) -> list[dict[str, Any]]:
    """Run one cell and return a row per target and level (with the raw shortfalls for pooling)."""
    timeline = case_timeline(case)
    targets = [t for level in LEVELS for t in _chain_targets(case, level) if t.milestone or not milestones_only]
    if not targets:
        return []
    times = sorted({timeline.end_of(t.deadline) for t in targets})
    paths = draw_paths(case, timeline, seed=seed, replications=np.arange(draws), start=start, regime=regime, rush=rush)
    states, steps = count_paths(case, paths, seed=seed, times=times, split=split)
    rows: list[dict[str, Any]] = []
    for level in LEVELS:
        for target in _chain_targets(case, level):
            if milestones_only and not target.milestone:
                continue
            now = states[:, steps.at(timeline.end_of(target.deadline))]
            rows.append(
                {
                    "target": target.id,
                    "level": level,
                    "start": case.scenario.start.dates[start],
                    "regime": regime,
                    "rush": rush,
                    "split": split,
                    **_verdict(target, now),
                    "states": now.sum(axis=1).mean(axis=0),
                }
            )
    return rows


def _chain_targets(case: Case, level: str) -> list[Target]:
    """Return the targets that count paths can speak of."""
    return [t for t in resolve_targets(case, level=level) if t.stage in STAGE_STATES]


def _verdict(target: Target, states: Ints) -> dict[str, Any]:
    """Return P(met) with n and interval, and the shortfall's quantiles."""
    rows = list(range(len(GROUPS))) if target.group == "all" else [GROUPS.index(target.group)]
    gone = states[:, rows, STATES.index("off_list")].sum(axis=1)
    done = stage_total(states, target.stage, target.group)
    required = np.minimum(target.required, np.ceil(target.required / target.total * (target.total - gone) - 1e-9))
    shortfall = np.maximum(0, required - done)
    n, met = shortfall.size, int((shortfall == 0).sum())
    low, high = wilson_interval(met, n)
    quantiles = np.quantile(shortfall, list(SHORTFALL_QUANTILES.values()))
    return {
        "n": n,
        "met": met,
        "probability": smoothed(met, n),
        "low": low,
        "high": high,
        **dict(zip(SHORTFALL_QUANTILES, quantiles, strict=True)),
        "shortfalls": shortfall,
    }


def cell_weight(case: Case, row: Mapping[str, Any], reference_class: str) -> float:
    """Return the weight of a cell in the mixture of a reference class."""
    scenario = case.scenario
    close = CLOSE_WEIGHT[reference_class]
    regime = close if row["regime"] == "close" else (1.0 - close) / 2.0
    start = scenario.start.weights[list(scenario.start.dates).index(row["start"])]
    rush = scenario.rush.weights[list(scenario.rush.chances).index(row["rush"])]
    return float(regime * start * rush)


def _pooled(case: Case, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the mixture of the cells for each target, level, split and reference class."""
    keys = dict.fromkeys((str(r["target"]), str(r["level"]), str(r["split"])) for r in rows)
    out = []
    for reference_class in CLOSE_WEIGHT:
        for target, level, split in keys:
            chosen = [r for r in rows if (r["target"], r["level"], r["split"]) == (target, level, split)]
            weights = np.array([cell_weight(case, r, reference_class) for r in chosen])
            mixed = _mixture(weights / weights.sum(), chosen)
            out.append({"target": target, "level": level, "split": split, "reference_class": reference_class} | mixed)
    return pd.DataFrame(out)


def _mixture(weights: Floats, cells: list[dict[str, Any]]) -> dict[str, Any]:
    """Return P(met) of a mixture of cells with its Monte Carlo interval (95%), and the shortfall's quantiles.

    The cells share their luck, so their errors are added up as if they were one: an upper bound of the error.
    """
    p = np.array([cell["probability"] for cell in cells])
    n = np.array([cell["n"] for cell in cells], dtype=np.float64)
    probability = float(weights @ p)
    error = float(weights @ np.sqrt(p * (1.0 - p) / n))
    values = np.concatenate([cell["shortfalls"] for cell in cells])
    each = np.concatenate([np.full(cell["n"], w / cell["n"]) for cell, w in zip(cells, weights, strict=True)])
    quantiles = weighted_quantiles(values, each, np.array(list(SHORTFALL_QUANTILES.values())))
    return {
        "n": values.size,
        "probability": probability,
        "low": max(0.0, probability - 1.96 * error),
        "high": min(1.0, probability + 1.96 * error),
        **dict(zip(SHORTFALL_QUANTILES, quantiles.tolist(), strict=True)),
    }


def weighted_quantiles(values: npt.NDArray[np.generic], weights: Floats, levels: Floats) -> Floats:
    """Return, for each level q, the least value at or below which a share q of the weight lies."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    at = np.minimum(np.searchsorted(reached, levels * reached[-1]), values.size - 1)
    return np.asarray(np.asarray(values, dtype=np.float64)[order][at])


def _bottlenecks(case: Case, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return before which step those not online at the headline's deadline stand, over the cells."""
    chosen = [
        r
        for r in rows
        if r["target"] == case.targets.headline
        and r["level"] == "all"
        and r["split"] == case.scenario.benchmark_split.value
    ]
    weights = np.array([cell_weight(case, r, case.scenario.reference_class.value) for r in chosen])
    mean = np.array([r["states"] for r in chosen], dtype=np.float64)
    stuck = mean[:, : STATES.index("online")].sum(axis=1)
    out = []
    for where, states in BOTTLENECKS.items():
        share = mean[:, [STATES.index(s) for s in states]].sum(axis=1) / np.maximum(stuck, 1e-9)
        out.append(
            {
                "where": where,
                "share_low": float(share.min()),
                "share": float(np.average(share, weights=weights * np.maximum(stuck, 1e-9))),
                "share_high": float(share.max()),
                "enterprises": float(np.average(share * stuck, weights=weights)),
            }
        )
    return pd.DataFrame(out)


def _settings(case: Case) -> list[tuple[str, object, object]]:
    """List which assumption is set to which low and high value, everything else as in the case."""
    a, s = case.adoption, case.state
    dates, chances = case.scenario.start.dates, case.scenario.rush.chances
    return [
        ("scenario.start", dates[0], dates[-1]),
        ("regime", "settle", "spread"),
        ("scenario.rush", min(chances), max(chances)),
        ("scenario.reference_class", "voluntary", "filing"),
        ("adoption.reference_closure_per_week", a.reference_closure_per_week.low, a.reference_closure_per_week.high),
        ("adoption.shock_settle", a.shock_settle.low, a.shock_settle.high),
        ("state.building", s.building.low, s.building.high),
        ("state.connected", s.connected.low, s.connected.high),
        ("scenario.removals_per_year", case.scenario.removals_per_year.low, case.scenario.removals_per_year.high),
    ]


def _sensitivity(ranges: list[tuple[str, object, object]], medians: list[float]) -> pd.DataFrame:
    """Return the pooled median shortfall with each assumption at either end; `medians` begins with the base."""
    rows = [
        {
            "key": key,
            "low_setting": low,
            "high_setting": high,
            "low": medians[1 + 2 * k],
            "base": medians[0],
            "high": medians[2 + 2 * k],
        }
        for k, (key, low, high) in enumerate(ranges)
    ]
    frame = pd.DataFrame(rows, columns=["key", "low_setting", "high_setting", "low", "base", "high"])
    return frame.dropna(subset=["low", "high"]).reset_index(drop=True)


def _median_shortfall(case: Case, seed: int, draws: int, key: str, setting: Any) -> float:
    """Return the median shortfall over paths drawn with the case's weights and one thing fixed."""
    fixed: dict[str, Any] = {}
    if setting is not None:
        if key == "scenario.start":
            fixed["start"] = list(case.scenario.start.dates).index(setting)
        elif key == "regime":
            fixed["regime"] = setting
        elif key == "scenario.rush":
            fixed["rush"] = setting
        else:
            try:
                case = case.with_values({key: setting})
            except InputError:
                return float("nan")  # this end of the range cannot hold together with the other counts
    timeline, target = case_timeline(case), headline_target(case)
    paths = draw_paths(case, timeline, seed=seed, replications=np.arange(draws), **fixed)
    states, _ = count_paths(case, paths, seed=seed, times=[timeline.end_of(target.deadline)])
    return float(np.median(np.asarray(_verdict(target, states[:, -1])["shortfalls"])))


def _fan(case: Case, seed: int, draws: int) -> pd.DataFrame:
    """Return pooled weekly quantiles of the stage counts."""
    timeline = case_timeline(case)
    dates = timeline.weekly_dates
    times = [timeline.end_of(date) for date in dates[1:]]
    paths = draw_paths(case, timeline, seed=seed, replications=np.arange(draws))
    states, steps = count_paths(case, paths, seed=seed, times=times)
    levels = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
    names = ("q025", "q05", "q10", "q25", "q50", "q75", "q90", "q95", "q975")
    rows = []
    for stage in STAGE_STATES:
        for date, time in zip(dates[1:], times, strict=True):
            values = np.quantile(stage_total(states[:, steps.at(time)], stage, "all"), levels)
            rows.append({"date": pd.Timestamp(date), "stage": stage, **dict(zip(names, values, strict=True))})
    return pd.DataFrame(rows)
