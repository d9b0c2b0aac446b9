"""The ledgers of one replication as files: Chinese headers, a title that says they are simulated."""

from __future__ import annotations

import csv
import datetime as dt
import errno
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from dpsim.errors import DISK_FULL, InputError, failure
from dpsim.experiments.arguments import ENGINES, written_date
from dpsim.experiments.ledgers.enterprise_rows import enterprise_rows
from dpsim.experiments.ledgers.hazard_rows import hazard_rows
from dpsim.experiments.replication import prepare
from dpsim.experiments.runrecord import run_record
from dpsim.experiments.tracing.run import traced_run
from dpsim.language import catalogue, say
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case, Strategy
from dpsim.params.wording import shown, shown_name
from dpsim.progress.hazard_words import table, written
from dpsim.report.made_files import write_made
from dpsim.report.tables import FORMULA_STARTS
from dpsim.tabular.extent import MAX_CELLS
from dpsim.tabular.same_bytes import workbook_bytes
from dpsim.tabular.sheet import MAX_BYTES, WORKBOOKS

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

FORMATS = ("xlsx", "csv")
NAMES = ("enterprise_ledger", "hazard_ledger")
RECORD = "run.json"
FILES = (*(f"{name}.{kind}" for name in NAMES for kind in FORMATS), RECORD)
LANG = "zh"
"""The ledgers are a bureau's own papers: their headers are Chinese whatever language the messages are in."""
_ENTERPRISE = ("unit", "enterprise", "code", "sector", "tier", "started", "built", "connected", "online", "assessed")
ENTERPRISE_COLUMNS = (*_ENTERPRISE, "passed", "removed")
HAZARD_COLUMNS = tuple(table()["columns"])
HEAD_ROWS, MOST_ROWS = 2, 1_048_576
"""Rows above the first enterprise or hazard, and those a sheet of a workbook can have."""

Cells = list[object]


@dataclass(frozen=True)
class Ledgers:
    """Both ledgers of one replication at a date.

    Attributes
    ----------
    case : Case
    strategy : Strategy
    seed, replication : int
    date : datetime.date
    enterprises, hazards : pandas.DataFrame
        As of `enterprise_rows` and `hazard_rows`.
    """

    case: Case
    strategy: Strategy
    seed: int
    replication: int
    date: dt.date
    enterprises: pd.DataFrame
    hazards: pd.DataFrame


def check_format(given: str) -> str:
    """Return the kind of files asked for."""
    if given not in FORMATS:
        raise InputError("ledgers.bad_format", given=shown(given), allowed=", ".join(FORMATS))
    return given


def make_ledgers(case: str, *, strategy: str | None, seed: int, replication: int, date: str | None) -> Ledgers:
    """Run one replication and return its ledgers at a date, the last simulated day if none is given."""
    loaded = load_case(case)
    chosen = load_strategy(strategy or loaded.default_strategy)
    day = loaded.horizon_end if date is None else _written(date, loaded)
    if not loaded.as_of <= day <= loaded.horizon_end:
        raise _bad_date(str(date), loaded)
    return run_ledgers(loaded, chosen, seed=seed, replication=replication, day=day)


def run_ledgers(case: Case, strategy: Strategy, *, seed: int, replication: int, day: dt.date) -> Ledgers:
    """Run one replication of what is loaded and return its ledgers at a simulated day."""
    setting = prepare(case, strategy)
    if not setting.with_hazards:
        raise InputError("ledgers.no_hazards", given=shown(strategy.id))
    run = traced_run(setting, seed=seed, replication=replication)
    return Ledgers(case, strategy, seed, replication, day, enterprise_rows(run, day), hazard_rows(run, day))


def _written(date: str, case: Case) -> dt.date:
    """Return a date as typed."""
    try:
        return written_date(date)
    except InputError:
        raise _bad_date(date, case) from None


def _bad_date(given: str, case: Case) -> InputError:
    """Return the error of a date outside the simulated days."""
    first, last = case.as_of.isoformat(), case.horizon_end.isoformat()
    return InputError("ledgers.bad_date", given=shown(given), first=first, last=last)


def save_ledgers(ledgers: Ledgers, out: Path, kind: str) -> list[Path]:
    """Write both ledgers and the record of the run into a folder; all contents are made before the first is written."""
    record = run_record(ledgers.case, ledgers.strategy, seed=ledgers.seed, replications=1, engine=ENGINES[0])
    record |= {"replication": ledgers.replication, "date": ledgers.date.isoformat(), "simulated": True}
    contents = ledger_contents(ledgers, kind)
    text = json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    contents[RECORD] = text.encode()
    try:
        return write_made(out, contents, gone=set(FILES) - contents.keys())
    except OSError as error:
        full, large = error.errno in DISK_FULL, error.errno == errno.EFBIG
        message = "cli.no_room" if full else "cli.file_limit" if large else "ledgers.cannot_write"
        where, why = shown_name(error.filename, 200), error.strerror or str(error)
        raise failure(error)(message, where=where, why=why) from None


def ledger_contents(ledgers: Ledgers, kind: str) -> dict[str, bytes]:
    """Return both ledgers as files of a kind of `FORMATS`, by name."""
    heads = [say(f"ledgers.column.{name}", lang=LANG) for name in ENTERPRISE_COLUMNS]
    parts = (
        ("enterprise", heads, _enterprises(ledgers)),
        ("hazard", [written("columns", name) for name in HAZARD_COLUMNS], _hazards(ledgers.hazards)),
    )
    contents: dict[str, bytes] = {}
    for name, (which, header, rows) in zip(NAMES, parts, strict=True):
        if kind == "xlsx" and len(rows) + HEAD_ROWS > MOST_ROWS:
            raise InputError("ledgers.too_many_rows", given=len(rows), allowed=MOST_ROWS - HEAD_ROWS)
        title = say(f"ledgers.title_{which}", lang=LANG, date=ledgers.date.isoformat())
        sheet = say(f"ledgers.sheet_{which}", lang=LANG)
        made = _csv(title, header, rows) if kind == "csv" else _workbook(title, sheet, header, rows, ledgers)
        contents[f"{name}.{kind}"] = made
    return contents


def too_large(ledgers: Ledgers, files: Sequence[Path]) -> list[str]:
    """Return the names of written ledgers that are larger than what `load_progress` and `load_hazards` read."""
    sizes = (len(ledgers.enterprises) * len(ENTERPRISE_COLUMNS), len(ledgers.hazards) * len(HAZARD_COLUMNS))
    return [
        shown_name(file, 200)
        for file, cells in zip(files[:2], sizes, strict=True)
        if file.stat().st_size > MAX_BYTES or (file.suffix in WORKBOOKS and cells > MAX_CELLS)
    ]


def _notes(ledgers: Ledgers) -> list[str]:
    """Return the lines of the sheet of notes."""
    return say(
        "ledgers.notes",
        lang=LANG,
        case=getattr(ledgers.case.name, LANG),
        strategy=getattr(ledgers.strategy.name, LANG),
        seed=ledgers.seed,
        replication=ledgers.replication,
        date=ledgers.date.isoformat(),
        as_of=ledgers.case.as_of.isoformat(),
    ).splitlines()


def _enterprises(ledgers: Ledgers) -> list[Cells]:
    """Return the rows of the enterprise ledger as they are written."""
    rows = []
    for row in ledgers.enterprises.itertuples(index=False):
        named = row._asdict() | {
            "enterprise": say("ledgers.enterprise_name", lang=LANG, code=row.code),
            "sector": _label("sector", row.sector),
            "tier": _label("tier", row.tier),
        }
        rows.append([_cell(named[name]) for name in ENTERPRISE_COLUMNS])
    return rows


def _hazards(hazards: pd.DataFrame) -> list[Cells]:
    """Return the rows of the hazard ledger as they are written."""
    rows = []
    for row in hazards.to_dict("records"):
        named = row | {
            "enterprise": say("ledgers.enterprise_name", lang=LANG, code=row["code"]),
            "class": written("class", row["class"]),
            "channel": written("channel", row["channel"]) if row["channel"] else "",
            "responsible": say("ledgers.enterprise_name", lang=LANG, code=row["code"]),
            "person": "",
            "measures": "",
            "overdue": written("yes_no", "yes" if row["overdue"] else "no"),
            "state": written("state", row["state"]),
        }
        rows.append([_cell(named[name]) for name in HAZARD_COLUMNS])
    return rows


def _label(section: str, word: str) -> str:
    """Return a sector or tier in Chinese; one that has no label as the case writes it."""
    return catalogue(LANG).get(f"ledgers.{section}.{word}", word)


def _cell(value: Any) -> object:
    """Return a cell that cannot be taken for a formula: a date, a whole number, text, or nothing."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    if value is pd.NaT or value is None:
        return None
    return value.date() if isinstance(value, pd.Timestamp) else int(value)


def _csv(title: str, header: Sequence[str], rows: Sequence[Cells]) -> bytes:
    """Return a text file with the title in its first row."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([title])
    writer.writerow(header)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _workbook(title: str, name: str, header: Sequence[str], rows: Sequence[Cells], ledgers: Ledgers) -> bytes:
    """Return a workbook: the ledger with its title, and a sheet of notes."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = openpyxl.Workbook(write_only=True)
    sheet: WriteOnlyWorksheet = book.create_sheet(name)
    sheet.freeze_panes = "A3"
    for k in range(len(header)):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(k + 1)].width = 16
    for line in ([title], header):
        cells = [WriteOnlyCell(sheet, value=text) for text in line]
        for cell in cells:
            cell.font = Font(bold=True)
        sheet.append(cells)
    for row in rows:
        sheet.append(row)
    beside = book.create_sheet(say("ledgers.sheet_notes", lang=LANG))
    beside.column_dimensions["A"].width = 120
    for line in _notes(ledgers):
        beside.append([line])
    return workbook_bytes(book, ledgers.date)
