"""Past programmes to learn from and to be scored on: their counts, their targets, what came of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.forecast.history import History, history_of
from dpsim.forecast.programme_files import read_progress, read_targets
from dpsim.model.state import Floats

HORIZONS = (9, 6, 3)
"""Months before the deadline at which forecasts are made."""


@dataclass(frozen=True)
class Block:
    """One programme, stage and deadline, as it stood some months before.

    Attributes
    ----------
    programme, stage : str
    deadline, as_of : datetime.date
    months : int
    weeks : int
        From the as-of date to the deadline.
    history : History
        Of all units that have a history; nothing later than the as-of date.
    unit : numpy.ndarray of int64
        Shape (cases,): the unit of each case that is scored: one whose target was still to be reached.
    target, happened : numpy.ndarray
        Shape (cases,): target share, share at the deadline. The latter is for scoring alone.
    met : numpy.ndarray of bool
        Shape (cases,): whether the target was met.
    """

    programme: str
    stage: str
    deadline: dt.date
    as_of: dt.date
    months: int
    weeks: int
    history: History
    unit: npt.NDArray[np.int64]
    target: Floats
    happened: Floats
    met: npt.NDArray[np.bool_]


def load_blocks(folder: Path, horizons: tuple[int, ...] = HORIZONS) -> list[Block]:
    """Return the blocks of one programme that hold open cases.

    Raises
    ------
    InputError
        A file cannot be read as what it should be.
    """
    progress, targets = read_progress(folder), read_targets(folder, horizons)
    out = []
    for (stage, deadline), rows in targets.groupby(["metric", "deadline"], sort=True):
        series = progress[progress["metric"] == stage]
        for months in horizons:
            if f"case_{months}m" in rows and f"open_{months}m" in rows:
                cases = rows[rows[f"case_{months}m"] == 1]
                block = _block(folder.resolve().name, str(stage), deadline, months, series, cases)
                if block.unit.size:
                    out.append(block)
    return out


def _block(
    programme: str, stage: str, deadline: pd.Timestamp, months: int, series: pd.DataFrame, rows: pd.DataFrame
) -> Block:
    """Return one block; what has no row in the progress table by then cannot be forecast."""
    as_of = (deadline - pd.DateOffset(months=months)).date()
    history = history_of(series[series["unit"].isin(rows["unit"])], as_of)
    history = replace(history, sums=is_total(np.array(history.units)))
    place = {name: k for k, name in enumerate(history.units)}
    cases = rows[(rows[f"open_{months}m"] == 1) & rows["unit"].isin(place)]
    return Block(
        programme=programme,
        stage=stage,
        deadline=deadline.date(),
        as_of=as_of,
        months=months,
        weeks=max(1, round((deadline.date() - as_of).days / 7)),
        history=history,
        unit=cases["unit"].map(place).to_numpy(dtype=np.int64),
        target=cases["target_share"].to_numpy(dtype=np.float64),
        happened=cases["share_at_deadline"].to_numpy(dtype=np.float64),
        met=cases["met"].to_numpy(dtype=np.bool_),
    )


def is_total(unit: npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    """Return which units are sums of others: their names begin with ALL, or they are a level above (level:name)."""
    return np.array([str(name).startswith(("ALL", "borough:")) for name in unit], dtype=np.bool_)
