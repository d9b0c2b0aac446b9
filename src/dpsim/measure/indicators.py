"""The weekly indicator frame (interfaces: indicators): the same labels for every run, only the values differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.core.words import DUTIES, STAGES
from dpsim.measure.hazards import HAZARD_INDICATORS
from dpsim.measure.substance import TRUE_INDICATORS

Floats = npt.NDArray[np.float64]
INDICATORS = tuple((name, "reported") for name in ("listed", *STAGES))
COUNTED = (*INDICATORS, *TRUE_INDICATORS, *HAZARD_INDICATORS)
"""Indicator and view of everything that is counted by cell, in the order of the values."""
BUREAU = "city_bureau"
CITY = "city"
"""What all counties together are called, and organisations that belong to none."""


def indicator_labels(
    dates: Sequence[dt.date], groups: pd.DataFrame, organisations: Sequence[str], *, with_hazards: bool = True
) -> pd.DataFrame:
    """Return the labels of one run's values, in the order of `indicator_values`.

    Parameters
    ----------
    dates : sequence of datetime.date
        The as-of date first; organisations begin to act after it.
    groups : pandas.DataFrame
        One row per cell, one column per grouping.
    organisations : sequence of str
    with_hazards : bool
        Whether hazards, visits and staff-days by duty are simulated.

    Returns
    -------
    pandas.DataFrame
        Columns date, the groupings, indicator, view (`reported`: what the bureau knows; `true`: what is).
    """
    counted = COUNTED if with_hazards else INDICATORS
    cells, kinds = len(groups), len(counted)
    counts = groups.iloc[np.tile(np.repeat(np.arange(cells), kinds), len(dates))].reset_index(drop=True)
    counts.insert(0, "date", np.repeat(pd.to_datetime(list(dates)).to_numpy(), cells * kinds))
    counts["indicator"] = np.tile(np.array([name for name, _ in counted]), len(dates) * cells)
    counts["view"] = np.tile(np.array([view for _, view in counted]), len(dates) * cells)
    parts, later = [counts], pd.to_datetime(list(dates[1:])).to_numpy()
    for indicator, names in (
        ("queue_length", organisations),
        ("utilisation", organisations),
        ("staff_days", [BUREAU, *DUTIES] if with_hazards else [BUREAU]),
        ("yuan", [BUREAU]),
    ):
        labels = {
            "date": np.repeat(later, len(names)),
            **{column: CITY for column in groups.columns},
            "indicator": [f"{indicator}:{name}" for name in names] * later.size,
            "view": "true",
        }
        parts.append(pd.DataFrame(labels))
    return pd.concat(parts, ignore_index=True)


def indicator_values(
    counts: Floats, queue: npt.NDArray[np.int64], utilisation: Floats, spent: Floats, duties: Floats
) -> Floats:
    """Return one run's values in the order of `indicator_labels`.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (dates, cells, len(COUNTED)).
    queue, utilisation : numpy.ndarray
        Shape (dates - 1, organisations).
    spent : numpy.ndarray
        Shape (dates - 1, 2): staff-days and yuan so far.
    duties : numpy.ndarray
        Shape (dates - 1, duties): staff-days of all counties so far.
    """
    parts = (counts, queue, utilisation, np.column_stack([spent[:, 0], duties]), spent[:, 1])
    return np.concatenate([np.asarray(part, dtype=np.float64).reshape(-1) for part in parts])


def indicator_frame(labels: pd.DataFrame, replications: Sequence[int], values: Sequence[Floats]) -> pd.DataFrame:
    """Return the frame of many runs: replication, date, the groupings, indicator, view, value."""
    frame = labels.iloc[np.tile(np.arange(len(labels)), len(replications))].reset_index(drop=True)
    frame.insert(0, "replication", np.repeat(np.array(replications, dtype=np.int64), len(labels)))
    frame["value"] = np.concatenate(list(values))
    return frame


def of_city(by_county: pd.DataFrame) -> pd.DataFrame:
    """Return indicators by county as they are by city: counts summed over the counties, the rest as it is."""
    keys = ["replication", "date", "indicator", "view"]
    frame = by_county.groupby(keys, sort=False, as_index=False, observed=True)["value"].sum()
    frame.insert(2, CITY, CITY)
    return frame


def weekly_mean(daily: Floats, days: npt.NDArray[np.int64]) -> Floats:
    """Return the mean over the seven days that end with each of `days`, shape (days, columns)."""
    return np.array([daily[max(0, day - 6) : day + 1].mean(axis=0) for day in days])
