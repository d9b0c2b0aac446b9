"""What a hazard ledger says against itself: steps out of order, words on being overdue; rows and cells of no hazard."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dpsim.core.words import HAZARD_STEPS
from dpsim.progress.aliases import is_missing, row_kind
from dpsim.progress.dates import dates_in
from dpsim.progress.hazard_words import read, written
from dpsim.progress.notes import Notes, Place
from dpsim.progress.rows import name_of
from dpsim.tabular.sheet import Cell, Sheet

_NAMES = ("number", "unit", "enterprise", "code")
_NOT_REPAIRED = HAZARD_STEPS[:2]


def date_of_title(sheet: Sheet, header: int) -> dt.date | None:
    """Return the date as of which a ledger stands by the words above its headers, None if they name none or two."""
    texts = [cell for row in sheet.rows[:header] for cell in row if isinstance(cell, str)]
    days = {found.resolved(None) for text in texts for found in dates_in(text) if found.as_of}
    (day,) = days if len(days) == 1 else (None,)
    return day if isinstance(day, dt.date) else None


def check_headless(sheet: Sheet, header: int, place: Place, notes: Notes) -> None:
    """Note the first cell of each column that has no header, one behind the last header too."""
    heads = sheet.rows[header]
    seen: set[int] = set()
    for row in range(header + 1, len(sheet.rows)):
        for at, cell in enumerate(sheet.rows[row]):
            headed = at < len(heads) and str(heads[at] if heads[at] is not None else "").strip()
            if headed or at in seen or cell is None or not str(cell).strip():
                continue
            if not any(left < at <= right and top <= row <= low for (top, left), (low, right) in sheet.joined):
                seen.add(at)
                notes.fault("progress.header_empty", place.at(row, at), cell)


def is_totals_row(cells: list[Cell], where: dict[str, int]) -> bool:
    """Tell whether a row is one of totals: it says so in a column of names, or first of all, and nothing was found."""

    def cell(at: int) -> Cell:
        return cells[at] if at < len(cells) else ""

    named = [name_of(cell(at)) for at in {0, *(where[id_] for id_ in _NAMES if id_ in where)}]
    return is_missing(cell(where["found"])) and any(row_kind(name) in ("total", "subtotal") for name in named if name)


def check_order(row: dict[str, Any], at: Any, notes: Notes) -> None:
    """Note dates that are out of order."""
    dated: list[tuple[str, dt.date]] = [(id_, row[id_]) for id_ in HAZARD_STEPS if row[id_] is not None]
    if row["due"] is not None:
        _check_pair(("found", row["found"]), ("due", row["due"]), at, notes)
    for before, after in zip(dated[:-1], dated[1:], strict=True):
        _check_pair(before, after, at, notes)


def _check_pair(before: tuple[str, dt.date], after: tuple[str, dt.date], at: Any, notes: Notes) -> None:
    """Note a step that lies before the one it follows."""
    if after[1] < before[1]:
        other = f"{written('columns', before[0])} {before[1].isoformat()}"
        column = written("columns", after[0])
        notes.fault("hazards.order", at(after[0]), after[1], column=column, other=other)


def check_overdue(row: dict[str, Any], given: Cell, place: Place, as_of: dt.date | None, notes: Notes) -> None:
    """List a word on being overdue that the row's own dates contradict; where they leave it open nothing is said.

    A time limit is past when its day is over. One that was kept in repairing may still be called overdue while the
    hazard is not closed, as this program does, or not, as many bureaus do.
    """
    said, due = read("yes_no", given), row["due"]
    steps = [row[step] for step in HAZARD_STEPS if row[step] is not None]
    if not said or due is None or row["state"] not in HAZARD_STEPS:
        return
    known = as_of if as_of and max(steps) <= as_of else None
    waiting = known is not None and known > due and row["state"] in _NOT_REPAIRED
    late = waiting or (row["rectified"] is not None and row["rectified"] > due)
    in_time = (known is not None and known < due) or (row["closed"] is not None and row["closed"] < due)
    if (late and said == "no") or (in_time and said == "yes"):
        notes.repair("hazards.overdue", place, given, due.isoformat())
