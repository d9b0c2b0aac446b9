"""Frames held against each other to the bit."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from dpsim.core.streams import MAX_WORD
from dpsim.experiments.plain_json import read_plain

RUN_COLUMNS = ("replication",)
"""Columns of every frame with a row or more for each run."""


def read_runs(file: Path, columns: Iterable[str] = RUN_COLUMNS) -> pd.DataFrame | None:
    """Return a stored frame of runs; None where it cannot be read, lacks a column, or has no numbers of runs."""
    frame = read_frame(file)
    if frame is None or not set(RUN_COLUMNS).union(columns) <= set(frame.columns):
        return None
    numbers = frame["replication"]
    whole = pd.api.types.is_integer_dtype(numbers.dtype) and not numbers.isna().any()
    return frame if whole and numbers.between(0, MAX_WORD).all() else None


def read_frame(file: Path) -> pd.DataFrame | None:
    """Return a stored frame; None where it cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(read_plain(file)), use_threads=False)
        table.validate(full=True)  # text that is none would be noticed when it is used, and not before
        return table.to_pandas()
    except Exception:  # whatever a reader makes of a file that was meddled with
        return None


def first_difference(stored: pd.DataFrame, made: pd.DataFrame) -> str | None:
    """Return where two frames differ first: a column and a row, with both values; None where nowhere.

    Parameters
    ----------
    stored : pandas.DataFrame
        As a file gives it back.
    made : pandas.DataFrame
        Made now; what a file would give back of it is compared.
    """
    made = pd.read_parquet(io.BytesIO(made.to_parquet(None, index=False, compression="zstd")))
    if list(stored.columns) != list(made.columns) or len(stored) != len(made):
        return f"{stored.shape} -> {made.shape}"
    for name in stored.columns:
        before, after = stored[name], made[name]
        if before.dtype != after.dtype:
            return f"{name}: {before.dtype} -> {after.dtype}"
        if pd.api.types.is_float_dtype(before.dtype):  # to the bit: a zero with a sign is not one without
            apart = before.to_numpy().view(np.uint64) != after.to_numpy().view(np.uint64)
        else:
            apart = ~((before.astype("string") == after.astype("string")) | (before.isna() & after.isna())).to_numpy(
                bool
            )
        if apart.any():
            row = int(np.flatnonzero(apart)[0])
            return f"{name}[{row}]: {before.iloc[row]!r} -> {after.iloc[row]!r}"
    return None
