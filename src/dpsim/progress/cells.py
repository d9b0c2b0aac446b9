"""Read one cell as a count or as a share of a total, and turn a share into the count it must have been."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from dpsim.progress.aliases import is_missing
from dpsim.progress.layout import Column
from dpsim.progress.notes import Notes, Place
from dpsim.tabular.counts import made_plain, whole
from dpsim.tabular.sheet import Cell, Sheet

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,12})?) ?%\Z")
_PLAIN = re.compile(r"[0-9]+\Z")
_DIGITS = 6
"""Digits of a percentage that count; a spreadsheet program stores more than anybody wrote."""


@dataclass(frozen=True)
class Share:
    """A share of a total.

    Parameters
    ----------
    percent : decimal.Decimal
        0 to 100.
    step : decimal.Decimal
        The last digit that was written.
    unclear : bool
        It may be percent or a share of 1; good only to be checked against a count.
    """

    percent: Decimal
    step: Decimal
    unclear: bool = False

    def fits(self, done: int, total: int) -> bool:
        """Tell whether a count of a total is written like this, in percent or, where unclear, as a share of 1."""
        readings = [self, Share(self.percent * 100, self.step * 100)] if self.unclear else [self]
        return any(low <= done <= high for low, high in (one.counts(total) or (1, 0) for one in readings))

    def counts(self, total: int) -> list[int]:
        """Return the first and last count that is written like this, rounded or cut; nothing if there is none."""
        low, high = self.percent - self.step / 2, self.percent + self.step
        first, last = math.ceil(low * total / 100), math.floor(high * total / 100)
        first, last = max(first, 0), min(last, total)
        if last > first and Decimal(last) * 100 / total == high:
            last -= 1  # would have been cut to the next one
        return [first, last] if first <= last else []

    def count(self, total: int) -> int | None:
        """Return the most likely count, None if no count is written like this."""
        among = self.counts(total)
        if not among:
            return None
        return min(max(round(self.percent * total / 100), among[0]), among[1])


class Missing:
    """A cell that says that there is no number yet."""


MISSING = Missing()
Read = int | Share | Missing | None
"""None where a fault was noted."""


def read_cell(sheet: Sheet, row: int, column: Column, place: Place, notes: Notes, *, beside: bool = False) -> Read:
    """Return what a cell of a column of values says, or note what is wrong with it.

    A share `beside` its count is only checked, so that its scale need not be known.
    """
    cell = cell_at(sheet, row, column.at)
    place = place.at(row, column.at)
    if is_missing(cell):
        if (row, column.at) in sheet.stored.uncomputed:
            notes.fault("progress.formula_empty", place, cell, column=column.head)
            return None
        return MISSING
    words = sheet.stored.worded.get((row, column.at), "") if isinstance(cell, int | float) else ""
    if words == "%":
        cell = f"{cell:.15g}%"  # the sign is written behind the number: 30 shown as 30%
    elif words:
        notes.fault("tabular.number_worded", place, f"{cell}{words}", column=column.head)
        return None
    share = _share(cell, (row, column.at) in sheet.stored.percent, column)
    if share and beside and share.percent <= 1 and column.percent:
        share = Share(share.percent, share.step, unclear=True)
    if share is not None:
        if not 0 <= share.percent <= 100:
            notes.fault("progress.share_outside", place, cell, column=column.head)
            return None
        return share
    if column.role == "share":
        number = _number(cell)
        if number is not None and (number == 0 or beside):
            share = _exactly(Decimal(repr(number)))
            return Share(share.percent, share.step, unclear=True)
        notes.fault("progress.share_unclear", place, cell, column=column.head)
        return None
    count = whole(cell)
    if isinstance(count, str):
        notes.fault(count, place, cell, column=column.head)
        return None
    if isinstance(cell, str) and not _PLAIN.match(cell.strip(" ")) or isinstance(cell, str) and not cell.isascii():
        notes.repair("progress.repair.number_read", place, cell, count)
    return count


def cell_at(sheet: Sheet, row: int, column: int) -> Cell:
    """Return a cell, an empty text beyond the end of a row."""
    cells = sheet.rows[row]
    return cells[column] if column < len(cells) else ""


def check_scale(sheet: Sheet, rows: range, column: Column, place: Place, notes: Notes) -> bool:
    """Note a column headed as percent whose numbers are 1 at most: 0.85 may mean 85 % or 0.85 %."""
    read = ((row, _number(cell_at(sheet, row, column.at))) for row in rows)
    numbers = {row: number for row, number in read if number}
    if not column.percent or not numbers or max(numbers.values()) > 1:
        return True
    if any((row, column.at) in sheet.stored.percent for row in numbers):
        return True
    row = min(numbers)
    notes.fault("progress.share_unclear", place.at(row, column.at), cell_at(sheet, row, column.at), column=column.head)
    return False


def check_mixed(sheet: Sheet, rows: range, column: Column, place: Place, notes: Notes) -> bool:
    """Note a column of counts where some cells are percent and others plain numbers of 1 or less."""
    if column.role != "done" or column.percent:
        return True
    cells = [(row, cell_at(sheet, row, column.at)) for row in rows]
    stored = sheet.stored
    percent = {
        row
        for row, cell in cells
        if (isinstance(cell, str) and _share(cell, False, column) is not None)  # noqa: FBT003
        or (_number(cell) is not None and ((row, column.at) in stored.percent or (row, column.at) in stored.worded))
    }
    for row, cell in cells if percent else []:
        number = _number(cell)
        if row not in percent and number is not None and 0 < number <= 1:
            notes.fault("progress.share_unclear", place.at(row, column.at), cell, column=column.head)
            return False
    return True


def _number(cell: Cell) -> float | None:
    """Return a plain number of a column of percent."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell if math.isfinite(cell) else None
    text = (made_plain(cell) or "") if isinstance(cell, str) else ""
    return float(text) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,12})?", text) else None


def _share(cell: Cell, shown_as_percent: bool, column: Column) -> Share | None:
    """Return the share a cell says, None where it says none."""
    text = (made_plain(cell) or "") if isinstance(cell, str) else ""
    if match := _PERCENT.match(text):
        return _exactly(Decimal(match[1]))
    number = _number(cell)
    if number is None or not (shown_as_percent or column.percent):
        return None
    if shown_as_percent:
        return _exactly(Decimal(repr(float(number))) * 100)
    return _exactly(Decimal(text) if text else Decimal(repr(number)))


def _exactly(percent: Decimal) -> Share:
    """Return a share with the digits it was written with."""
    percent = percent.normalize()
    exponent = percent.as_tuple().exponent
    digits = min(max(-exponent if isinstance(exponent, int) else 0, 0), _DIGITS)
    return Share(percent, Decimal(1).scaleb(-digits))
