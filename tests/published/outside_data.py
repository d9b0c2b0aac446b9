"""Where the outside data lie: in the folder that DPSIM_DATA names, else in `shared/data` beside the checkout.

They are read in place and never copied. Without them a published test cannot say anything, so it fails.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"


def data_file(folder: str, name: str, *, data: str | None = None) -> Path:
    """Return the path of a data file; `data` goes before DPSIM_DATA."""
    place = Path(data or os.environ.get("DPSIM_DATA") or BESIDE) / folder / name
    if not place.is_file():
        raise FileNotFoundError(
            f"{place} is not there. This check needs outside data: set DPSIM_DATA to the folder that holds {folder}/."
        )
    return place


def read_table(folder: str, name: str, *, data: str | None = None) -> pd.DataFrame:
    """Return a data file as a frame, its dates as dates."""
    frame = pd.read_csv(data_file(folder, name, data=data), low_memory=False)
    for column in frame.columns.intersection(["date", "closed"]):
        frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d")
    return frame
