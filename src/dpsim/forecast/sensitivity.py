"""How the answer moves with each assumption: one set to either end of its range, everything else as in the case."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

import numpy as np
import pandas as pd

from dpsim.forecast.along import COUNTS, furthest, loose, moved
from dpsim.forecast.count_paths import count_paths
from dpsim.forecast.verdict import shortfalls
from dpsim.model.prior import CLOSE_WEIGHT, case_timeline, draw_paths
from dpsim.model.targets import headline_target
from dpsim.params.schema import Case


def sensitivity(case: Case, *, seed: int, draws: int, pool: Executor | None) -> pd.DataFrame:
    """Return the median shortfall of the headline target with each assumption at either end of its range.

    Returns
    -------
    pandas.DataFrame
        Columns key, low_setting, high_setting, low, base, high. A count takes other assumed counts along that cannot
        hold together with it (`dpsim.forecast.along`), and stops where that is not enough; everything is left out when
        `pool` is None.
    """
    ranges = _settings(case) if pool is not None else []
    if pool is None:
        return _frame(ranges, [])
    asked = [("", None)] + [(key, setting) for key, *both in ranges for setting in both]
    return _frame(ranges, list(pool.map(lambda item: _median_shortfall(case, seed, draws, *item), asked)))


def left_out(case: Case, frame: pd.DataFrame) -> list[str]:
    """Return the assumed counts that cannot move at all, so that they are not in `frame`."""
    known, there = case.quantities(), set(frame["key"])
    return [key for key in loose(case) if key not in there and known[key].low != known[key].high]


def _settings(case: Case) -> list[tuple[str, object, object]]:
    """List which assumption is set to which low and high value; what has no width (a known count) is none."""
    a, known = case.adoption, case.quantities()
    dates, chances = case.scenario.start.dates, case.scenario.rush.chances
    rows: list[tuple[str, object, object]] = [
        ("scenario.start", dates[0], dates[-1]),
        ("regime", "settle", "close" if CLOSE_WEIGHT[case.scenario.reference_class.value] > 0 else "spread"),
        ("scenario.rush", min(chances), max(chances)),
        ("scenario.reference_class", "voluntary", "filing"),
        ("adoption.reference_closure_per_week", a.reference_closure_per_week.low, a.reference_closure_per_week.high),
        ("adoption.shock_settle", a.shock_settle.low, a.shock_settle.high),
        *((key, furthest(case, key, known[key].low), furthest(case, key, known[key].high)) for key in loose(case)),
        ("scenario.removals_per_year", case.scenario.removals_per_year.low, case.scenario.removals_per_year.high),
    ]
    return [row for row in rows if row[1] != row[2]]


def _frame(ranges: list[tuple[str, object, object]], medians: list[float]) -> pd.DataFrame:
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
    return pd.DataFrame(rows, columns=["key", "low_setting", "high_setting", "low", "base", "high"])


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
            case = moved(case, key, setting) if key in COUNTS else case.with_values({key: setting})
    timeline, target = case_timeline(case), headline_target(case)
    paths = draw_paths(case, timeline, seed=seed, replications=np.arange(draws), **fixed)
    states, _ = count_paths(case, paths, seed=seed, times=[timeline.end_of(target.deadline)])
    return float(np.median(shortfalls(target, states[:, -1])))
