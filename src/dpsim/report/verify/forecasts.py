"""The folder of a forecast: its files, the program, and the whole forecast made again from the inputs it keeps.

Of a backtest the files alone are held against their check sums: the programmes it was made of lie elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from dpsim.experiments.failures import reason
from dpsim.experiments.plain_json import read_plain
from dpsim.language import in_language
from dpsim.progress.load import Progress
from dpsim.report.outlook.job import outlook_of, outlook_record, outlook_tables
from dpsim.report.outlook.letter import outlook_text
from dpsim.report.outlook.many import index_table
from dpsim.report.outlook.request import INPUTS, PROGRESS, RUN, TABLES, TEXT
from dpsim.report.tables import csv_bytes
from dpsim.report.verify.files import check_sources, check_sums
from dpsim.report.verify.findings import Verified
from dpsim.report.verify.frames import first_difference, read_frame
from dpsim.report.verify.records import read_record

TARGETS = f"{INPUTS}/targets.parquet"
REPAIRS = f"{TABLES}/repairs.parquet"
INDEX_TABLE = "index.csv"
LEDGER, SUPPLY, SCOREBOARD = (f"{INPUTS}/{name}.parquet" for name in ("ledger", "supply", "scoreboard"))
"""Kept where there was one, as the record tells."""


def verify_forecast(folder: Path, *, count: int) -> Verified:
    """Verify the folder of a forecast; unless `count` is 0, all of it is computed again."""
    found = Verified(folder, "forecast")
    check_sums(found, inside=(INPUTS, TABLES))
    check_sources(found)
    record = read_record(found, RUN)
    files = [PROGRESS, TARGETS, REPAIRS]
    parts = (("ledger", LEDGER), ("supply", SUPPLY), ("scoreboard", SCOREBOARD))
    files += [file for name, file in parts if (record or {}).get(name)]
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
        outlook = replace(outlook, record=held.get(SCOREBOARD, outlook.record))
        with in_language(str(record["lang"])):
            tables, told, text = outlook_tables(outlook), outlook_record(outlook), outlook_text(outlook)
    except Exception as error:  # whatever comes of inputs that were meddled with, their check sums put right
        return found.differs("forecast_fails", file=f"{RUN}, {INPUTS}/", why=reason(error))
    for name, frame in tables.items():
        stored = read_frame(found.folder / TABLES / f"{name}.parquet")
        where = "?" if stored is None else first_difference(stored, frame)
        if where is not None:
            found.differs("table", file=f"{TABLES}/{name}.parquet", where=where)
        _held(found, f"{TABLES}/{name}", frame)
    _same(found, TEXT, (text + "\n").encode())
    for name in sorted(record.keys() | told.keys()):
        if record.get(name) != told.get(name):
            found.differs("record", file=RUN, change=f"{name}: {record.get(name)!r} -> {told.get(name)!r}")
    return found.looked("forecast_again", count=len(tables), text=TEXT)


def _held(found: Verified, name: str, frame: pd.DataFrame) -> None:
    """Name a CSV file that does not hold what the frame beside it does."""
    _same(found, f"{name}.csv", csv_bytes(frame))


def _same(found: Verified, file: str, made: bytes) -> None:
    """Name a file that does not hold what was made again."""
    try:
        stored = read_plain(found.folder / file)
    except OSError:
        return found.differs("unreadable", file=file)
    if stored != made:
        pairs = enumerate(zip(stored.splitlines(), made.splitlines(), strict=False), start=1)
        row = next((row for row, (before, after) in pairs if before != after), 0)
        found.differs("table", file=file, where=f"{len(stored)} -> {len(made)} bytes, line {row}")
    return None


def verify_index(found: Verified, jobs: list[dict[str, Any]]) -> None:
    """Put the table of an index of forecasts together anew from their folders."""
    rows = []
    for job in (job for job in jobs if job.get("folder")):
        place = found.folder / str(job["folder"])
        targets, record = read_frame(place / TABLES / "targets.parquet"), read_record(Verified(place, "forecast"), RUN)
        if targets is None or record is None:  # told of the folder itself
            return
        if record.get("as_of") != job.get("as_of"):
            change = f"as_of: {job.get('as_of')!r} -> {record.get('as_of')!r}"
            found.differs("record", file="index.json", change=f"{job['folder']}: {change}")
        rows.append((str(job.get("as_of")), str(job.get("run_id")), targets))
    _same(found, INDEX_TABLE, csv_bytes(index_table(rows)))
    found.looked("index_again", count=len(rows))
