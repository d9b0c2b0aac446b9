"""What the forecast of a progress table says of a case's targets, in the frames the report reads.

Where a report starts from a table, these stand for the forecast from one snapshot and for the pace since an assumed
start: whoever has a table knows the weeks before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dpsim.forecast.asked import ALL, weeks_to
from dpsim.forecast.basis import Basis
from dpsim.forecast.chances import chances
from dpsim.forecast.pace import weekly_pace
from dpsim.forecast.project import Forecast
from dpsim.forecast.scenarios import scenario_counts
from dpsim.forecast.verdict import SHORTFALL_QUANTILES
from dpsim.model.state import Floats
from dpsim.model.targets import Target, headline_target, resolve_targets
from dpsim.params.schema import Case
from dpsim.report.show import show_number

LEVELS = ("all", "basically")
PACE_STAGES = ("built", "online")
REACH = (0.05, 0.95)
"""Quantiles over the draws between which the share of a bottleneck is shown."""


@dataclass(frozen=True)
class TableForecast:
    """What the draws of a table's forecast say.

    Attributes
    ----------
    cells : pandas.DataFrame
        One row per target of all enterprises, level, reference class and stated chance of a rush: target, level,
        reference_class, rush, split, n, probability, low, high, shortfall_q05, _q25, _median, _q75, _q95.
    pooled : pandas.DataFrame
        The same per class at the mean of the case's chances of a rush, without a column rush.
    bottlenecks : pandas.DataFrame
        Columns where, share_low, share, share_high (5% and 95% of the draws), enterprises: before which step those not
        online at the headline's deadline stand, under the case's class.
    pace : pandas.DataFrame
        As `weekly_pace`, the pace so far that of the last weeks of the table; start is None.
    weeks : mapping of str to float
        By stage: how many weeks the pace so far is of; 0 where one report tells of none.
    past : mapping of str to pandas.DataFrame
        By stage: date, done (enterprises), weekly up to the as-of date.
    draws : int
        Of each cell.
    """

    cells: pd.DataFrame
    pooled: pd.DataFrame
    bottlenecks: pd.DataFrame
    pace: pd.DataFrame
    weeks: Mapping[str, float]
    past: Mapping[str, pd.DataFrame]
    draws: int

    def of_weeks(self, stage: str) -> str:
        """Return in digits of how many weeks the pace so far of a stage is."""
        return show_number(round(self.weeks[stage], 1))


def table_forecast(case: Case, basis: Basis, made: Forecast, *, seed: int, mean_rush: float) -> TableForecast:
    """Return what the forecast of a table says of a case's targets.

    Parameters
    ----------
    case : Case
        As observed at the forecast's as-of date.
    basis : Basis
        What `made` was made from.
    made : Forecast
        Of the case's reference class and `mean_rush`.
    seed : int
    mean_rush : float
        Mean of the case's chances of a rush.
    """
    asked = [(level, t) for level in LEVELS for t in _told(case, level, made)]
    stated = [float(chance) for chance in case.scenario.rush.chances]
    cells, pooled = [], []
    drawn = scenario_counts(basis, [*stated, mean_rush], seed=seed, draws=made.draws)
    for k, (reference, rush, counts) in enumerate(drawn):
        mean = k % (len(stated) + 1) == len(stated)
        for level, target in asked:
            head = {"target": target.id, "level": level, "split": case.scenario.benchmark_split.value}
            row = head | {"reference_class": reference} | _verdict(target, counts[target.stage], made)
            if mean:
                pooled.append(row)
            else:
                cells.append(row | {"rush": rush})
    pace, weeks = _pace(case, made)
    return TableForecast(
        cells=pd.DataFrame(cells),
        pooled=pd.DataFrame(pooled),
        bottlenecks=_bottlenecks(case, made),
        pace=pace,
        weeks=weeks,
        past={stage: _past(made, stage) for stage in made.counts},
        draws=made.draws,
    )


def _told(case: Case, level: str, made: Forecast) -> list[Target]:
    """Return the targets that the table's draws reach: of all enterprises, of its stages, by the headline's date."""
    last = headline_target(case).deadline
    return [
        target
        for target in resolve_targets(case, level=level)
        if target.group == "all" and target.stage in made.counts and made.as_of < target.deadline <= last
    ]


def _verdict(target: Target, counts: Floats, made: Forecast) -> dict[str, Any]:
    """Return the chance of a target, no nearer to 0 and 1 than the record supports, and the shortfall's quantiles."""
    done = counts[:, :, : weeks_to(made.as_of, target.deadline)].sum(axis=1)
    chance = chances(done / target.total, target.required / target.total, made.as_of, target.deadline)
    missing = np.maximum(0.0, target.required - done[:, -1])
    quantiles = np.quantile(missing, list(SHORTFALL_QUANTILES.values())).tolist()
    kept = {name: chance[name] for name in ("probability", "low", "high")}
    return {"n": missing.size, **kept, **dict(zip(SHORTFALL_QUANTILES, quantiles, strict=True))}


def _bottlenecks(case: Case, made: Forecast) -> pd.DataFrame:
    """Return before which step those not online at the headline's deadline stand."""
    target = headline_target(case)
    week = weeks_to(made.as_of, target.deadline) - 1
    built, online = (made.counts[stage][:, :, week].sum(axis=1) for stage in PACE_STAGES)
    stuck = np.maximum(0.0, target.total - online)
    unbuilt = np.minimum(stuck, target.total - built)
    some = stuck > 0.0
    rows = []
    for where, standing in (("not_built", unbuilt), ("built_not_online", stuck - unbuilt)):
        share = standing[some] / stuck[some] if some.any() else np.zeros(1)
        low, high = np.quantile(share, REACH).tolist()
        mean = float(standing.sum() / max(stuck.sum(), 1e-9))
        rows.append((where, low, mean, high, float(standing.mean())))
    return pd.DataFrame(rows, columns=["where", "share_low", "share", "share_high", "enterprises"])


def _pace(case: Case, made: Forecast) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return the pace needed and that of the table's last weeks, and how many weeks the latter is of."""
    weeks: dict[str, float] = {}
    needed = weekly_pace(case)
    needed = needed[needed["kind"] == "needed"]
    target, rows = headline_target(case), []
    left = weeks_to(made.as_of, target.deadline)
    basically = float(case.targets.switches.level.basically_share.value)
    own = made.needed[made.needed["unit"] == ALL].drop_duplicates("stage").set_index("stage")
    for stage in PACE_STAGES:
        asked = needed[needed["stage"] == stage]
        past, known = float(own.loc[stage, "past_per_week"]), float(own.loc[stage, "past_weeks"])
        weeks[stage] = known if known > 0.0 else 0.0
        total, done = float(target.total), float(getattr(case.state, stage).value)
        gone = max(0.0, done - past * weeks[stage]) if weeks[stage] else math.nan
        least = 0.5 / total  # a share of all would take an infinite closure
        gap = max(1.0 - done / total, least)
        closed = math.log(max(1.0 - gone / total, least) / gap) / weeks[stage] if weeks[stage] else math.nan
        wanted = max(0.0, math.log(gap / max(1.0 - basically, least))) / left
        per_week = float(asked["per_week"].iloc[0])
        so_far = {
            "stage": stage,
            "start": None,
            "kind": "so_far",
            "per_week": past,
            "ratio": per_week / past if past > 0.0 else math.nan if math.isnan(past) else math.inf,
            "acceleration": wanted / closed if closed > 0.0 else math.nan,
        }
        rows += [*asked.to_dict("records"), so_far]
    return pd.DataFrame(rows), weeks


def _past(made: Forecast, stage: str) -> pd.DataFrame:
    """Return what all units together had done by the end of each week that the table tells of."""
    history = made.origin.histories[stage]
    done = (history.share * history.total[:, None]).sum(axis=0)
    dates = [pd.Timestamp(made.as_of) - pd.Timedelta(weeks=k) for k in reversed(range(done.size))]
    return pd.DataFrame({"date": dates, "done": done})[~np.isnan(done)].reset_index(drop=True)
