"""Find the header of a sheet: the line that names a unit, with lines above and below that belong to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from dpsim.progress.aliases import meaning, meaning_without_brackets, wrong_unit
from dpsim.progress.context import Said
from dpsim.progress.dates import dates_in
from dpsim.progress.notes import Place
from dpsim.tabular.sheet import Cell, Sheet

SEARCHED_ROWS = 30
"""A header stands in one of the first rows."""
_MORE_LINES = 2
_ANCHORS = ("unit", "township", "enterprise")


def header_lines(rows: Sequence[Sequence[Cell]]) -> tuple[int, int] | None:
    """Return the first and last line of the header, None where no line names a unit and something else."""
    for row in range(min(len(rows), SEARCHED_ROWS)):
        anchors = [j for j, cell in enumerate(rows[row]) if _anchor(cell)]
        if anchors and len({str(cell) for cell in rows[row] if not is_blank(cell)}) > 1:
            return _from_above(rows, row), _to_below(rows, row, anchors)
    return None


def titles(sheet: Sheet, first: int, place: Place) -> list[Said]:
    """Return the texts above the header, joined cells once."""
    found: list[Said] = []
    for row in range(first):
        for column, cell in enumerate(sheet.rows[row]):
            if isinstance(cell, dt.date):
                cell = cell.isoformat()[:10]
            text = str(cell).strip()
            if text and text not in (one.text for one in found):
                found.append(Said(text, place.at(row, column)))
    return found


def stack_of(rows: Sequence[Sequence[Cell]], first: int, last: int, at: int) -> list[Cell]:
    """Return the different texts that head a column, from top to bottom; a group's text reaches to the right."""
    stack: list[Cell] = []
    for row in range(first, last + 1):
        cell = rows[row][at] if at < len(rows[row]) else ""
        below = [rows[k][at] for k in range(row + 1, last + 1) if at < len(rows[k])]
        if is_blank(cell) and any(not is_blank(one) for one in below):
            left = [one for one in rows[row][:at] if not is_blank(one)]
            cell = left[-1] if left and not _anchor(left[-1]) else cell
        if not is_blank(cell) and cell not in stack:
            stack.append(cell)
    return stack


def is_blank(cell: Cell) -> bool:
    """Tell whether a cell is empty."""
    return cell is None or str(cell).strip() == ""


def _anchor(cell: Cell) -> bool:
    """Tell whether a cell heads the column of units."""
    known = meaning(cell)
    return known is not None and known.kind in _ANCHORS


def _header_like(cell: Cell) -> bool:
    """Tell whether a cell may be a line of a header: a known text or a date."""
    if isinstance(cell, dt.date):
        return True
    known = meaning(cell) or meaning_without_brackets(cell)
    return known is not None or wrong_unit(cell) or (isinstance(cell, str) and bool(dates_in(cell)))


def _from_above(rows: Sequence[Sequence[Cell]], row: int) -> int:
    """Return the first line of a header: the one above belongs to it if it names several things, some known."""
    if row == 0:
        return row
    known = {str(cell) for cell in rows[row - 1] if not is_blank(cell) and _header_like(cell)}
    return row - 1 if len(known) > 1 else row


def _to_below(rows: Sequence[Sequence[Cell]], row: int, anchors: list[int]) -> int:
    """Return the last line of a header: lines below belong to it while they name no unit and hold headers."""
    last = row
    for below in range(row + 1, min(len(rows), row + 1 + _MORE_LINES)):
        cells = rows[below]
        names = [cells[j] for j in anchors if j < len(cells)]
        if not all(is_blank(cell) or _anchor(cell) for cell in names):
            break
        held = [cell for j, cell in enumerate(cells) if j not in anchors and not is_blank(cell)]
        if not held or not all(isinstance(cell, str | dt.date) for cell in held) or not any(map(_header_like, held)):
            break
        last = below
    return last
