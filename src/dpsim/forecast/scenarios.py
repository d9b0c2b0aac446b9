"""The same forecast under other assumptions: reference class, chance of a rush, changes of the list."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from dpsim.forecast.asked import ALL, EACH, checked_day, checked_table, checked_targets
from dpsim.forecast.project import forecast
from dpsim.params.forecast import CLASSES

RUSHES = (0.0, 0.2, 0.5)
"""Chances of a rush that are stated side by side: none of them is a forecast (evidence FC04)."""
LIST_CHANGES = (-0.1, 0.0, 0.1)
"""Changes of the list by the deadline, as shares of those on it who have not done it yet."""


def scenarios(progress: object, targets: pd.DataFrame, *, as_of: dt.date | str, seed: int, draws: int) -> pd.DataFrame:
    """Return the chances of the targets of all units together by reference class and chance of a rush.

    Returns
    -------
    pandas.DataFrame
        reference, rush, stage, deadline, target_share, probability, low, high, q05, q50, q95.
    """
    wanted = checked_targets(targets, checked_table(progress), checked_day("as_of", as_of))
    together = wanted.replace({"unit": {EACH: ALL}})
    parts = []
    for reference in CLASSES:
        for rush in RUSHES:
            made = forecast(progress, together, as_of=as_of, seed=seed, draws=draws, reference=reference, rush=rush)
            rows = made.targets[made.targets["unit"] == ALL]
            parts.append(rows.assign(reference=reference, rush=rush))
    columns = [
        "reference",
        "rush",
        "stage",
        "deadline",
        "target_share",
        "probability",
        "low",
        "high",
        "q05",
        "q50",
        "q95",
    ]
    return pd.concat(parts, ignore_index=True)[columns]


def list_changes(
    progress: object,
    targets: pd.DataFrame,
    *,
    as_of: dt.date | str,
    seed: int,
    draws: int,
    reference: str | None = None,
    changes: tuple[float, ...] = LIST_CHANGES,
) -> pd.DataFrame:
    """Return the chances of the targets if the list changes: a target is as much a matter of the list as of the pace.

    A change of -0.1 takes a tenth of those who have not done it off the list today, 0.1 adds as many who have not.

    Returns
    -------
    pandas.DataFrame
        change, unit, stage, deadline, target_share, probability, low, high, q50.
    """
    frame, parts = checked_table(progress), []
    for change in changes:
        gap = frame["total"] - frame["done"]
        other = frame.assign(total=frame["done"] + (gap * (1.0 + change)).round())
        made = forecast(other, targets, as_of=as_of, seed=seed, draws=draws, reference=reference)
        parts.append(made.targets.assign(change=change))
    columns = ["change", "unit", "stage", "deadline", "target_share", "probability", "low", "high", "q50"]
    return pd.concat(parts, ignore_index=True)[columns]
