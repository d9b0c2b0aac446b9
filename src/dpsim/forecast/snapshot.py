"""An honest answer from one snapshot: ranges over what one date cannot tell (methods 1.7).

A forecast cell fixes when work began, which regime rules and how likely a rush is, and keeps all other luck the
same. The headline runs over the cells; pooled figures use the case's stated weights. Direct count paths, no
simulation: thousands per cell in seconds.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dpsim.core.streams import check_word
from dpsim.errors import InputError
from dpsim.experiments.arguments import check_positive, written
from dpsim.forecast.count_paths import STAGE_STATES, count_paths, stage_total
from dpsim.forecast.pooling import bottlenecks, pooled
from dpsim.forecast.sensitivity import sensitivity as vary
from dpsim.forecast.verdict import shortfalls, verdict
from dpsim.model.prior import REGIMES, case_timeline, draw_paths
from dpsim.model.targets import Target, resolve_targets
from dpsim.params.schema import Case

LEVELS = ("all", "basically")


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
        are a Wilson interval with the n of one cell (the cells share their draws), Monte Carlo error only.
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
        Also vary each assumption over its range; the frame is empty otherwise.

    Raises
    ------
    InputError
        An argument is of the wrong kind.
    """
    if not isinstance(case, Case):
        raise InputError("error.not_loaded", name="case", given=written(case), loader="load_case")
    check_word("seed", seed)
    check_positive("draws", draws)
    check_positive("workers", workers)
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
        moved = vary(case, seed=seed, draws=max(1, draws // 2), pool=pool if sensitivity else None)
    cells = pd.DataFrame([{k: v for k, v in row.items() if k not in ("shortfalls", "states")} for row in rows])
    return SnapshotForecast(
        cells=cells,
        pooled=pooled(case, rows),
        bottlenecks=bottlenecks(case, rows),
        sensitivity=moved,
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
            missing = shortfalls(target, now)
            rows.append(
                {
                    "target": target.id,
                    "level": level,
                    "start": case.scenario.start.dates[start],
                    "regime": regime,
                    "rush": rush,
                    "split": split,
                    **verdict(missing),
                    "shortfalls": missing,
                    "states": now.sum(axis=1).mean(axis=0),
                }
            )
    return rows


def _chain_targets(case: Case, level: str) -> list[Target]:
    """Return the targets that count paths can speak of."""
    return [t for t in resolve_targets(case, level=level) if t.stage in STAGE_STATES]


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
