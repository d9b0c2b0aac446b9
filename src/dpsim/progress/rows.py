"""Read the rows of a table of units: what each is, its date and stage, and the numbers in its columns."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field

from dpsim.progress.aliases import meaning, plain, row_kind, stage_of
from dpsim.progress.cells import MISSING, Read, cell_at, read_cell
from dpsim.progress.dates import cell_date, dates_in
from dpsim.progress.layout import Column, Layout
from dpsim.progress.notes import Notes, Place
from dpsim.tabular.sheet import Cell, Sheet

_HALF_A_YEAR = 183
MAX_NAME = 40
"""Longest name of a unit."""
_PARTS = ("其中", "ofwhich", "including")
_BRACKETS = str.maketrans("（）－，：；", "()-,:;")
_CHINESE = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


@dataclass
class Line:
    """One row of numbers.

    Parameters
    ----------
    row : int
        Counted from 0.
    name : str
    kind : {"unit", "total", "subtotal"}
    date : datetime.date or None
        From a column of dates.
    stage : str or None
        From a column of stages.
    numbers : dict
        Column to what it says; filled with counts where shares were given.
    """

    row: int
    name: str
    kind: str
    date: dt.date | None = None
    stage: str | None = None
    numbers: dict[int, Read] = field(default_factory=dict)

    def count(self, column: int) -> int | None:
        """Return the count in a column."""
        number = self.numbers.get(column)
        return number if isinstance(number, int) else None


@dataclass
class Rows:
    """Reads the rows of one table."""

    sheet: Sheet
    layout: Layout
    place: Place
    year: int | None
    notes: Notes
    day_before: dt.date | None = None
    county: str = ""

    def lines(self) -> list[Line]:
        """Return the rows that hold numbers, units and totals."""
        found: list[Line] = []
        for row in range(self.layout.last + 1, len(self.sheet.rows)):
            line = self._line(row, found[-1] if found else None)
            if line:
                found.append(line)
        return found

    def _line(self, row: int, before: Line | None) -> Line | None:
        """Return one row, None where it holds no numbers."""
        name = self._name(row)
        values = self.layout.values
        named = [self._text(row, column) for column in self._names()]
        held = [c for c in values if self._text(row, c) and self._text(row, c) not in named]
        if not held and not self._uncomputed(row):
            self._without_numbers(row, name)
            return None
        if self._header_again(row):
            return None
        kind = self._kind(row, name)
        at = self.place.at(row, self._names()[0].at)
        if kind == "unused":
            self.notes.repair("progress.repair.row_left_out", at, name, "-")
            return None
        if not name:
            self.notes.fault("progress.name_missing", at)
            return None
        if len(name) > MAX_NAME or not name.isprintable() or not re.search(r"[^\W\d_]|∑", name):
            self.notes.fault("progress.name_odd", at, name, allowed=MAX_NAME)
            return None
        if plain(name).startswith(_PARTS):
            self.notes.fault("progress.of_which", at, name)
            return None
        if kind == "unit" and row in self.sheet.hidden:
            self.notes.repair("progress.repair.row_hidden", at, name, name)
        line = Line(row, name, kind, self._date(row, before), self._stage(row))
        line.numbers = {
            c.at: read_cell(self.sheet, row, c, self.place, self.notes, beside=self.layout.counted_too(c))
            for c in values
        }
        if kind == "unit":
            for column in values:
                if line.numbers[column.at] is MISSING and column.role != "share":
                    given = cell_at(self.sheet, row, column.at)
                    self.notes.repair("progress.repair.cell_missing", self.place.at(row, column.at), given, "-")
        return line

    def _names(self) -> list[Column]:
        """Return the columns that name a unit, the largest unit first."""
        columns = [self.layout.special(kind) for kind in ("unit", "township")]
        return [column for column in columns if column]

    def _text(self, row: int, column: Column) -> str:
        return str(cell_at(self.sheet, row, column.at)).strip()

    def _name(self, row: int) -> str:
        """Return the name of a unit, blanks within Chinese words taken out; listed where it was not written so."""
        parts: list[str] = []
        for column in self._names():
            cell = cell_at(self.sheet, row, column.at)
            name = name_of(cell)
            if isinstance(cell, str) and name != cell.translate(_BRACKETS) and name and row_kind(name) == "unit":
                self.notes.repair("progress.repair.name_read", self.place.at(row, column.at), cell, name)
            parts.append(name)
        totals = [part for part in parts if row_kind(part) in ("total", "subtotal", "unused")]
        if totals or len(parts) == 1 or not any(parts):
            return (totals or parts)[0]
        return self._name_of_two(row, parts)

    def _name_of_two(self, row: int, parts: list[str]) -> str:
        """Return county and township; an empty county is the one above, an empty township is a fault."""
        county, township = parts
        if not county and self.county:
            self.notes.repair("progress.repair.name_above", self.place.at(row, self._names()[0].at), "", self.county)
        self.county = county = county or self.county
        return f"{county}/{township}" if county and township and county != township else ""

    def _kind(self, row: int, name: str) -> str:
        """Return what a row is: a subtotal of a county is none of the whole."""
        kind = row_kind(name)
        if kind == "total" and len(self._names()) == 2:
            outer = row_kind(name_of(cell_at(self.sheet, row, self._names()[0].at)))
            return "total" if outer == "total" else "subtotal"
        return "unit" if kind == "note" or (kind == "unused" and not name) else kind

    def _uncomputed(self, row: int) -> bool:
        return any((row, column.at) in self.sheet.stored.uncomputed for column in self.layout.values)

    def _without_numbers(self, row: int, name: str) -> None:
        """List a unit that has not reported; note a second table; let notes and empty rows pass."""
        place = self.place.at(row, self._names()[0].at)
        joined = any(top <= row <= low and right > left for (top, left), (low, right) in self.sheet.joined)
        if not name or row_kind(name) != "unit" or (meaning(name) and meaning(name).kind in ("unit", "township")):  # type: ignore[union-attr]
            return
        if any(found.kind == "day" for found in dates_in(name)) and not name.startswith("截"):
            self.notes.fault("progress.title_inside", place, name)
        elif not joined and len(name) <= MAX_NAME:
            self.notes.repair("progress.repair.row_empty", place, name, "-")

    def _header_again(self, row: int) -> bool:
        """Tell whether a row repeats the header; another header is a second table, a fault."""
        if not all(_heads(cell_at(self.sheet, row, column.at)) for column in self._names()):
            return False
        same = all(
            plain(cell_at(self.sheet, row, column.at)) in ("", *map(plain, column.head.split("/")))
            for column in self.layout.values
        )
        if not same:
            self.notes.fault("progress.second_table", self.place.at(row, self._names()[0].at))
        return True

    def _date(self, row: int, before: Line | None) -> dt.date | None:
        """Return the date in the column of dates; an empty one is the one above, listed."""
        column = self.layout.special("date")
        if column is None:
            return None
        cell, place = cell_at(self.sheet, row, column.at), self.place.at(row, column.at)
        if not str(cell).strip():
            if before is None or before.date is None:
                self.notes.fault("progress.date_empty", place, column=column.head)
                return None
            self.notes.repair("progress.repair.date_above", place, "", before.date.isoformat())
            return before.date
        found = cell_date(cell, self.year)
        if isinstance(found, str):
            self.notes.fault(found, place, cell)
            return None
        if found[1]:
            self.notes.repair(found[1], place, cell, found[0].isoformat())
        if found[1] == "progress.repair.year_taken":
            if self.day_before and abs((self.day_before - found[0]).days) > _HALF_A_YEAR:
                self.notes.fault("progress.year_unclear", place, cell)
            self.day_before = found[0]
        return found[0]

    def _stage(self, row: int) -> str | None:
        """Return the stage in the column of stages."""
        column = self.layout.special("stage")
        if column is None:
            return None
        cell = cell_at(self.sheet, row, column.at)
        stage = stage_of(cell)
        if stage is None:
            self.notes.fault("progress.stage_unknown", self.place.at(row, column.at), cell, allowed=_stages())
        return stage


def name_of(cell: Cell) -> str:
    """Return a name without blanks at its ends or inside Chinese words, full-width signs made plain."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = unicodedata.normalize("NFKC", str(cell)) if cell is not None else ""
    return _CHINESE.sub("", " ".join(text.split()))


def _heads(cell: Cell) -> bool:
    known = meaning(cell)
    return known is not None and known.kind in ("unit", "township")


def _stages() -> str:
    """Return the stages as a column of stages may name them."""
    from dpsim.language import language_in_force
    from dpsim.progress.aliases import heading, stages_known

    return ", ".join(heading(stage, language_in_force()) for stage in stages_known())
