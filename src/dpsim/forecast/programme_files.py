"""The two files of a past programme as tables, or one clear error: `progress.csv` and `targets.csv`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from dpsim.errors import InputError
from dpsim.params.wording import shown, shown_name

PROGRESS, TARGETS = "progress.csv", "targets.csv"
YES, NO = ("yes", "true", "1"), ("no", "false", "0")


def find_programmes(folder: Path) -> list[Path]:
    """Return the programmes below a folder, by name, or the folder itself where it is one.

    Raises
    ------
    InputError
        There is no such folder, no programme in it, or half of one.
    """
    if not folder.is_dir():
        raise InputError("backtest.error.no_folder", folder=shown_name(folder, 200))
    inside = [folder, *sorted(path for path in folder.iterdir() if path.is_dir())]
    found = [path for path in inside if (path / TARGETS).is_file()]
    if not found:
        raise InputError("backtest.error.no_programmes", folder=shown_name(folder, 200))
    for path in found:
        if not (path / PROGRESS).is_file():
            raise InputError("backtest.error.no_progress", folder=shown_name(path, 200))
    return found


def read_progress(folder: Path) -> pd.DataFrame:
    """Return date, metric, unit, total, done; of several rows of one date the last counts."""
    file = folder / PROGRESS
    frame = _read(file, ("date", "unit", "total", "done"))
    frame["date"] = _dates(frame, "date", file)
    for column in ("total", "done"):
        frame[column] = _numbers(frame, column, file)
    return frame.drop_duplicates(["metric", "unit", "date"], keep="last")


def read_targets(folder: Path, horizons: tuple[int, ...]) -> pd.DataFrame:
    """Return deadline, metric, unit, target_share, share_at_deadline, met (bool), and case and open by months."""
    file = folder / TARGETS
    frame = _read(file, ("unit", "deadline", "target_share", "share_at_deadline", "met"))
    frame["deadline"] = _dates(frame, "deadline", file)
    flags = [[f"{word}_{months}m" for word in ("case", "open")] for months in horizons]
    if not any(set(pair) <= set(frame.columns) for pair in flags):
        raise _no_column(file, [name for pair in flags for name in pair], frame)
    known = [name for pair in flags for name in pair if name in frame]
    frame[known] = frame[known].replace("", "0")
    for column in ("target_share", "share_at_deadline", *known):
        frame[column] = _numbers(frame, column, file)
    said = frame["met"].str.strip().str.lower()
    _refuse(frame, "met", ~said.isin([*YES, *NO]), file, ", ".join([*YES, *NO]))
    frame["met"] = said.isin(YES)
    return frame


def _read(file: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return a table of texts with the columns; a table without `metric` has one stage."""
    try:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig", on_bad_lines="error")
    except (OSError, ValueError, pd.errors.ParserError) as fault:  # not UTF-8 and empty are ValueError too
        why = " ".join(str(getattr(fault, "strerror", None) or fault).split())[:200]
        raise InputError("backtest.error.unreadable", file=shown_name(file, 200), why=why) from None
    missing = [name for name in columns if name not in frame]
    if missing:
        raise _no_column(file, missing, frame)
    if "metric" not in frame:
        frame["metric"] = ""
    _refuse(frame, "unit", frame["unit"].str.strip() == "", file, "-")
    return frame


def _no_column(file: Path, missing: list[str], frame: pd.DataFrame) -> InputError:
    """Return the error of a table that lacks columns."""
    there = shown(", ".join(str(name) for name in frame.columns))
    return InputError("backtest.error.no_column", file=shown_name(file, 200), missing=", ".join(missing), there=there)


def _numbers(frame: pd.DataFrame, column: str, file: Path) -> pd.Series:
    """Return a column as numbers, 0 or more."""
    numbers = pd.to_numeric(frame[column], errors="coerce")
    _refuse(frame, column, ~(np.isfinite(numbers) & (numbers >= 0.0)), file, "0, 1, 2.5 ...")
    return numbers.astype(np.float64)


def _dates(frame: pd.DataFrame, column: str, file: Path) -> pd.Series:
    """Return a column as dates."""
    dates = pd.to_datetime(frame[column], format="%Y-%m-%d", errors="coerce")
    _refuse(frame, column, dates.isna(), file, "2018-09-10")
    return dates


def _refuse(frame: pd.DataFrame, column: str, wrong: pd.Series, file: Path, allowed: str) -> None:
    """Raise an error for the first row that is wrong."""
    if wrong.any():
        row = int(np.flatnonzero(wrong.to_numpy())[0])
        raise InputError(
            "backtest.error.bad_value",
            file=shown_name(file, 200),
            line=row + 2,
            column=column,
            given=shown(frame[column].iloc[row]),
            allowed=allowed,
        )
