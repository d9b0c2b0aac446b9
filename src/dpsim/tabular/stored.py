"""What a workbook stores besides values: formulas without a result, errors, and numbers shown as percent.

The reader of workbooks gives neither: a formula that was never computed reads like an empty cell, and 85 % like 0.85.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dpsim.tabular.extent import walk
from dpsim.tabular.formats import shows_percent, telling, words_written
from dpsim.tabular.hidden import sheet_parts
from dpsim.tabular.old_workbook import old_sheets

_STYLES = "xl/styles.xml"
_OPEN = "content.xml"
_MOST = 10_000
"""Most cells or columns one entry may stand for; a longer repetition is an empty rest."""
_PERCENT = {"9", "10"}
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z")

At = tuple[int, int]
"""Row and column, counted from 0."""


@dataclass
class Stored:
    """Cells of one sheet that need care.

    Parameters
    ----------
    uncomputed : set of (int, int)
        Formulas whose result was not stored, or is an error.
    percent : set of (int, int)
        Cells shown as percent.
    worded : dict of (int, int) to str
        Numbers that are shown with words beside them that say more than that they count: ``%`` written as it stands,
        百家.
    hidden : set of int
        Columns that are hidden, where the file is an Excel workbook (.xlsx, .xlsm).
    formats_known : bool
        Whether cells shown as percent could be told from others.
    """

    uncomputed: set[At] = field(default_factory=set)
    percent: set[At] = field(default_factory=set)
    worded: dict[At, str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    formats_known: bool = True


def stored_old(raw: bytes) -> list[Stored]:
    """Return the cells of a workbook of Excel 97 (.xls) that need care, by sheet in its order; see `old_sheets`."""
    return [Stored(uncomputed=sheet.errors, percent=sheet.percent, worded=sheet.worded) for sheet in old_sheets(raw)]


def stored(file: Path) -> dict[str, Stored]:
    """Return the cells of a zipped workbook (.xlsx, .ods) that need care by sheet; nothing if it is laid out unusually.

    Raises
    ------
    zipfile.BadZipFile, xml.parsers.expat.ExpatError, ValueError
        It is no such workbook, or damaged; see `dpsim.tabular.sheet.DAMAGE`.
    """
    with zipfile.ZipFile(file) as archive:
        if _OPEN in archive.namelist() and file.suffix.lower() == ".ods":
            reader = _OpenDocument()
            walk(archive.read(_OPEN), reader.start, reader.end, reader.text)
            return reader.sheets
        shown = _styles(archive.read(_STYLES)) if _STYLES in archive.namelist() else {}
        return {name: _of_sheet(archive.read(part), shown) for name, part in sheet_parts(archive).items()}


def _styles(content: bytes) -> dict[str, str | None]:
    """Return the numbers of the cell styles that show percent (None), or words beside the number."""
    formats: dict[str, str | None] = dict.fromkeys(_PERCENT)
    styles: list[str] = []
    inside = False

    def start(kind: str, given: Mapping[str, str]) -> None:
        nonlocal inside
        code = given.get("formatCode", "")
        if kind == "numFmt" and shows_percent(code):
            formats[given.get("numFmtId", "")] = None
        elif kind == "numFmt" and (words := words_written(code)):
            formats[given.get("numFmtId", "")] = words
        elif kind == "cellXfs":
            inside = True
        elif kind == "xf" and inside:
            styles.append(given.get("numFmtId", "0"))

    def end(kind: str) -> None:
        nonlocal inside
        inside = inside and kind != "cellXfs"

    walk(content, start, end)
    return {str(k): formats[style] for k, style in enumerate(styles) if style in formats}


def _of_sheet(content: bytes, styles: Mapping[str, str | None]) -> Stored:
    """Return the cells of one sheet that need care, by its styles that do."""
    found = Stored()
    at: At | None = None
    formula = value = inside = False

    def start(kind: str, given: Mapping[str, str]) -> None:
        nonlocal at, formula, value, inside
        if kind == "col" and given.get("hidden") in ("1", "true"):
            last = min(int(given.get("max", "0")), _MOST)
            found.hidden.update(range(int(given.get("min", "1")) - 1, last))
        if kind == "c":
            at, formula, value = _at(given.get("r", "")), False, False
            if at and given.get("t") == "e":
                found.uncomputed.add(at)
            if at and (style := given.get("s", "")) in styles:
                words = styles[style]
                if words is None:
                    found.percent.add(at)
                else:
                    found.worded[at] = words
        formula, inside = formula or kind == "f", kind == "v" or (kind == "t" and not formula)

    def text(_: str) -> None:
        nonlocal value
        value = value or inside

    def end(kind: str) -> None:
        nonlocal inside
        inside = False
        if kind == "c" and at and formula and not value:
            found.uncomputed.add(at)

    walk(content, start, end, text)
    return found


def _at(text: str) -> At | None:
    """Return the place of ``C7``."""
    match = _PLACE.match(text)
    if not match:
        return None
    column = 0
    for letter in match[1]:
        column = 26 * column + ord(letter) - 64
    return int(match[2]) - 1, column - 1


class _OpenDocument:
    """Goes through the sheets of an OpenDocument spreadsheet; rows and cells may stand for several."""

    def __init__(self) -> None:
        self.sheets: dict[str, Stored] = {}
        self.now = Stored()
        self.row = self.column = self.rows = 0
        self.formats: dict[str, str] = {}
        self.styles: dict[str, str] = {}
        self.columns: list[str] = []
        self.format = ""
        self.inside = False

    def start(self, kind: str, given: Mapping[str, str]) -> None:
        """Take a sheet, row or cell."""
        said = {name.rpartition(":")[2]: value for name, value in given.items() if not name.startswith("calcext")}
        if kind == "table":
            self.now = self.sheets.setdefault(said.get("name", ""), Stored())
            self.row, self.columns = 0, []
        elif kind == "number-style":
            self.format = said.get("name", "")
            self.formats[self.format] = ""
        elif kind == "style":
            self.styles[said.get("name", "")] = telling(self.formats.get(said.get("data-style-name", ""), ""))
        elif kind == "table-column":
            times = min(int(said.get("number-columns-repeated", "1")), _MOST)
            self.columns += [said.get("default-cell-style-name", "")] * times
        elif kind == "table-row":
            self.column, self.rows = 0, int(said.get("number-rows-repeated", "1"))
        elif kind in ("table-cell", "covered-table-cell"):
            times = int(said.get("number-columns-repeated", "1"))
            if self.rows * times <= _MOST:
                self._cell(said, given.get("calcext:value-type") == "error", times)
            self.column += times
        self.inside = kind == "text" and bool(self.format)

    def text(self, text: str) -> None:
        """Take what a number format writes beside the digits."""
        if self.inside:
            self.formats[self.format] += text

    def _cell(self, said: Mapping[str, str], error: bool, times: int) -> None:
        """Note what a cell stores, wherever it is repeated."""
        uncomputed = "formula" in said and not any(key in said for key in ("value", "string-value", "date-value"))
        for row in range(self.row, self.row + self.rows):
            for column in range(self.column, self.column + times):
                default = self.columns[column] if column < len(self.columns) else ""
                if words := self.styles.get(said.get("style-name", default), ""):
                    self.now.worded[row, column] = words
                if said.get("value-type") == "percentage":
                    self.now.percent.add((row, column))
                if error or (uncomputed and said.get("value-type") != "string"):
                    self.now.uncomputed.add((row, column))

    def end(self, kind: str) -> None:
        """Close a row or a number format."""
        self.inside = False
        if kind == "number-style":
            self.format = ""
        if kind == "table-row":
            self.row += self.rows
