"""The weekly indicator frame of one replication (interfaces: indicators)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.core.words import STAGES

INDICATORS = ("listed", *STAGES)


def stage_frame(
    counts: npt.NDArray[np.int64], dates: Sequence[dt.date], groups: pd.DataFrame, replication: int
) -> pd.DataFrame:
    """Return reported stage counts as a tidy frame.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (dates, cells, 1 + stages).
    dates : sequence of datetime.date
    groups : pandas.DataFrame
        One row per cell, one column per grouping.
    replication : int

    Returns
    -------
    pandas.DataFrame
        Columns replication, date, the groupings, indicator, view (`reported`), value.
    """
    t, cells, k = counts.shape
    frame = groups.iloc[np.tile(np.repeat(np.arange(cells), k), t)].reset_index(drop=True)
    frame.insert(0, "replication", replication)
    frame.insert(1, "date", np.repeat(pd.to_datetime(list(dates)).to_numpy(), cells * k))
    frame["indicator"] = np.tile(np.array(INDICATORS), t * cells)
    frame["view"] = "reported"
    frame["value"] = counts.reshape(-1).astype(np.float64)
    return frame


def organisation_frame(
    names: Sequence[str],
    dates: Sequence[dt.date],
    values: dict[str, npt.NDArray[np.float64]],
    groups: Sequence[str],
    replication: int,
) -> pd.DataFrame:
    """Return what organisations did by week: one row per date, organisation and indicator.

    Parameters
    ----------
    names : sequence of str
        Organisations.
    dates : sequence of datetime.date
    values : dict
        Indicator name to array of shape (dates, organisations).
    groups : sequence of str
        Grouping columns of the stage frame; filled with `city` here.
    replication : int
    """
    parts = []
    for indicator, array in values.items():
        t, k = array.shape
        part = pd.DataFrame(
            {
                "replication": replication,
                "date": np.repeat(pd.to_datetime(list(dates)).to_numpy(), k),
                **{group: "city" for group in groups},
                "indicator": [f"{indicator}:{name}" for name in names] * t,
                "view": "true",
                "value": array.reshape(-1).astype(np.float64),
            }
        )
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
