"""The folder of a forecast: its files, the program, and the whole forecast made again from the inputs it keeps.

Of a backtest the files alone are held against their check sums: the programmes it was made of lie elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from dpsim.experiments.failures import reason
from dpsim.experiments.plain_json import read_plain
from dpsim.progress.load import Progress
from dpsim.report.outlook.job import INPUTS, PROGRESS, RUN, TABLES, outlook_of, outlook_record, outlook_tables
from dpsim.report.tables import csv_bytes
from dpsim.report.verify.files import check_sources, check_sums
from dpsim.report.verify.findings import Verified
from dpsim.report.verify.frames import first_difference, read_frame
from dpsim.report.verify.records import read_record

TARGETS = f"{INPUTS}/targets.parquet"
REPAIRS = f"{TABLES}/repairs.parquet"
LEDGER, SUPPLY = f"{INPUTS}/ledger.parquet", f"{INPUTS}/supply.parquet"
"""Kept where there was one, as the record tells."""


def verify_forecast(folder: Path, *, count: int) -> Verified:
    """Verify the folder of a forecast; unless `count` is 0, all of it is computed again."""
    found = Verified(folder, "forecast")
    check_sums(found, inside=(INPUTS, TABLES))
    check_sources(found)
    record = read_record(found, RUN)
    files = [PROGRESS, TARGETS, REPAIRS]
    files += [file for name, file in (("ledger", LEDGER), ("supply", SUPPLY)) if (record or {}).get(name)]
    frames = {name: read_frame(folder / name) for name in files}
    for name, frame in frames.items():
        if frame is None:
            found.differs("unreadable", file=name)
    whole = {name: frame for name, frame in frames.items() if frame is not None}
    if record is None or len(whole) < len(frames):
        return found
    for name, frame in whole.items():
        _held(found, name.removesuffix(".parquet"), frame)
    if count:
        _made_again(found, record, whole)
    found.note("as_understood")
    return found


def verify_backtest(folder: Path) -> Verified:
    """Verify the files of a backtest."""
    found = Verified(folder, "backtest")
    check_sums(found, inside=())
    read_record(found, RUN)
    found.note("not_scored_again")
    return found


def _made_again(found: Verified, record: dict[str, Any], held: dict[str, pd.DataFrame]) -> None:
    """Make the forecast again and name every table and entry that is not as stored."""
    try:
        asked = {
            name: record[name]
            for name in ("as_of", "reference", "rush", "seed", "draws", "capacity", "lists", "groups")
        }
        progress = Progress(held[PROGRESS], held[REPAIRS], held.get(LEDGER))
        outlook = outlook_of(progress, held[TARGETS], supply=held.get(SUPPLY), **asked)
        tables, told = outlook_tables(outlook), outlook_record(outlook)
    except Exception as error:  # whatever comes of inputs that were meddled with, their check sums put right
        return found.differs("forecast_fails", file=f"{RUN}, {INPUTS}/", why=reason(error))
    for name, frame in tables.items():
        stored = read_frame(found.folder / TABLES / f"{name}.parquet")
        where = "?" if stored is None else first_difference(stored, frame)
        if where is not None:
            found.differs("table", file=f"{TABLES}/{name}.parquet", where=where)
        _held(found, f"{TABLES}/{name}", frame)
    for name in sorted(record.keys() | told.keys()):
        if record.get(name) != told.get(name):
            found.differs("record", file=RUN, change=f"{name}: {record.get(name)!r} -> {told.get(name)!r}")
    return found.looked("forecast_again", count=len(tables))


def _held(found: Verified, name: str, frame: pd.DataFrame) -> None:
    """Name a CSV file that does not hold what the frame beside it does."""
    file = f"{name}.csv"
    try:
        stored, made = read_plain(found.folder / file), csv_bytes(frame)
    except OSError:
        return found.differs("unreadable", file=file)
    if stored != made:
        pairs = enumerate(zip(stored.splitlines(), made.splitlines(), strict=False), start=1)
        row = next((row for row, (before, after) in pairs if before != after), 0)
        found.differs("table", file=file, where=f"{len(stored)} -> {len(made)} bytes, line {row}")
    return None
