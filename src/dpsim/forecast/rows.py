"""The frames of a forecast, from its draws: targets, what they need, all of them together, what the table says."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.forecast.asked import ALL, EACH, Groups, units_of, weeks_to
from dpsim.forecast.chances import ROUNDING, chances
from dpsim.forecast.closures import base_rates
from dpsim.forecast.history import History
from dpsim.forecast.regimes import fit_pace
from dpsim.forecast.scores import SHOWN
from dpsim.forecast.settings import Settings
from dpsim.model.state import Floats
from dpsim.params.forecast import UNSTATED, load_forecast_settings

RECENT_WEEKS = 8
"""Weeks over which the past pace is taken, where there are so many."""


def comparable_with(reference: str) -> list[str]:
    """Return the programmes on record of a class; all of them if none is stated."""
    programmes = load_forecast_settings().programmes
    return [entry.programme for entry in programmes if reference in (entry.reference, UNSTATED)]


def target_rows(
    wanted: pd.DataFrame,
    histories: Mapping[str, History],
    counts: Mapping[str, Floats],
    members: Groups,
    as_of: dt.date,
    comparable: Sequence[str],
) -> pd.DataFrame:
    """Return the frame `targets` of a forecast."""
    rows = []
    for target, unit in _asked_for(wanted, members):
        history, own = histories[target.stage], members[unit]
        total, now = float(history.total[own].sum()), float(history.done[own].sum())
        share = counts[target.stage][:, own, : weeks_to(as_of, target.deadline)].sum(axis=1) / total
        rate = base_rates(
            np.array([now / total]), np.array([target.target_share]), (target.deadline - as_of).days, comparable
        )
        rows.append(
            _head(target, unit)
            | {"target_share": float(target.target_share)}
            | chances(share, target.target_share, as_of, target.deadline)
            | {"base_rate": float(np.clip(rate[0], *SHOWN))}
        )
    return pd.DataFrame(rows)


def needed_rows(
    wanted: pd.DataFrame, histories: Mapping[str, History], members: Groups, as_of: dt.date
) -> pd.DataFrame:
    """Return the frame `needed` of a forecast; see `Forecast`."""
    rows = []
    for target, unit in _asked_for(wanted, members):
        history, own = histories[target.stage], members[unit]
        total, now = float(history.total[own].sum()), float(history.done[own].sum())
        asked = max(0.0, math.ceil(target.target_share * total - ROUNDING) - now) / weeks_to(as_of, target.deadline)
        pace, weeks = past_pace(history, own)
        ratio = 0.0 if asked == 0.0 else asked / pace if not pace <= 0.0 else math.inf
        past = {"past_per_week": pace, "past_weeks": weeks, "ratio": ratio}
        rows.append(_head(target, unit) | {"needed_per_week": asked} | past)
    return pd.DataFrame(rows)


def past_pace(history: History, own: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return what some units together have done a week of late, and over how many weeks: those all of them reported.

    At most `RECENT_WEEKS`, fewer where the reports begin later; NaN and 0 where no two reports are known.
    """
    weeks = min(float(RECENT_WEEKS), float(history.first[own, 0].min()))
    if weeks <= 0.0 or not (history.observed[own] > 1).any():  # one report shows no pace, carried on or not
        return math.nan, 0.0
    before = history.share_at(weeks)[own]
    return float(((history.last[own] - before) * history.total[own]).sum()) / weeks, weeks


def _asked_for(wanted: pd.DataFrame, members: Groups) -> Iterator[tuple[Any, str]]:
    """Yield each target with each unit it speaks of."""
    for target in wanted.itertuples():
        for unit in units_of(target.unit, members):
            yield target, unit


def _head(target: Any, unit: str) -> dict[str, object]:
    """Return how a row of a target begins."""
    return {"unit": unit, "stage": target.stage, "deadline": pd.Timestamp(target.deadline)}


def joint_rows(
    wanted: pd.DataFrame, histories: Mapping[str, History], counts: Mapping[str, Floats], as_of: dt.date
) -> tuple[pd.DataFrame, float]:
    """Return how often the targets of all units together are missed, and how often all of them are met."""
    overall = wanted[wanted["unit"].isin([ALL, EACH])].drop_duplicates(["stage", "deadline", "target_share"])
    columns = ["stage", "deadline", "target_share", "missed", "missed_alone"]
    if overall.empty:
        return pd.DataFrame(columns=columns), math.nan
    met = np.column_stack(
        [
            counts[row.stage][:, :, weeks_to(as_of, row.deadline) - 1].sum(axis=1)
            >= row.target_share * histories[row.stage].total.sum() - 1e-6
            for row in overall.itertuples()
        ]
    )
    alone = [float((~met[:, k] & np.delete(met, k, axis=1).all(axis=1)).mean()) for k in range(met.shape[1])]
    frame = overall[["stage", "deadline", "target_share"]].reset_index(drop=True)
    return frame.assign(missed=(~met).mean(axis=0), missed_alone=alone), float(met.all(axis=1).mean())


def fit_rows(
    histories: Mapping[str, History], deadlines: Mapping[str, dt.date], as_of: dt.date, model: Settings
) -> pd.DataFrame:
    """Return what the table says of the pace of each unit and stage."""
    parts, last = [], max(deadlines.values())
    for stage, history in histories.items():
        pace = fit_pace(history, weeks_to(as_of, deadlines.get(stage, last)), model)
        parts.append(
            pd.DataFrame(
                {
                    "unit": list(history.units),
                    "stage": stage,
                    "total": history.total,
                    "done": history.done,
                    "observed": history.observed,
                    "closure": pace.closure,
                    "growth": pace.growth,
                    "churn": pace.churn,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
