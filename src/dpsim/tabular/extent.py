"""How far the cells of a workbook reach, before anything reserves memory for them.

The reader of workbooks holds a sheet as one full rectangle; a single cell in the last row and column would ask for
half a terabyte and end the process. So the places of the cells are looked at first, by a parser of XML: a place can
be spelled in many ways. The reader finds a sheet wherever the workbook says it lies, so every part is looked at.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.parsers import expat

MAX_UNPACKED = 200_000_000
"""Most bytes of a workbook after unpacking; a table of counties has some ten thousand."""
MAX_CELLS = 2_000_000
"""Largest rectangle that is read."""
_PLACE = re.compile(r"([A-Za-z]{1,4})([0-9]{1,10})\Z")
_NUMBER = re.compile(r"\+?[0-9]{1,10}\Z")


def too_far(file: Path) -> bool:
    """Tell whether a zipped workbook (.xlsx, .ods) unpacks to too much, or a sheet of it reaches too far.

    Raises
    ------
    zipfile.BadZipFile, zlib.error, xml.parsers.expat.ExpatError, ValueError
        It is no such workbook, or damaged; see `dpsim.tabular.sheet.DAMAGE`.
    """
    with zipfile.ZipFile(file) as archive:
        if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
            return True
        return any(_cells(part.filename, archive.read(part)) > MAX_CELLS for part in archive.infolist())


def _cells(name: str, content: bytes) -> int:
    """Return the cells of the largest sheet in one part of a workbook, 0 where it holds none."""
    reach: _Excel | _OpenDocument
    if name == "content.xml":
        reach = _OpenDocument()
    elif b"sheetData" in content:
        reach = _Excel()
    else:
        return 0
    walk(content, reach.start, reach.end)
    return reach.cells


def walk(
    content: bytes,
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None] | None = None,
) -> None:
    """Go through XML element by element, without the prefixes of their names; nothing outside it is fetched.

    Raises
    ------
    xml.parsers.expat.ExpatError, ValueError
        It is not well formed, or declares entities or defaults.
    """
    parser = expat.ParserCreate("utf-8")  # whatever it says of itself: the reader takes it as UTF-8 too
    parser.StartElementHandler = lambda tag, given: start(tag.rpartition(":")[2], given)
    parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
    if text:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.Parse(content, True)


def _no_doctype(*_: object) -> None:
    """Refuse declarations of entities and defaults, which no program writes into a workbook."""
    raise ValueError("DOCTYPE")


class _Excel:
    """The rectangle from A1 to the farthest row and column; a cell without a place follows the one before it."""

    def __init__(self) -> None:
        self.row = self.column = self.rows = self.columns = 0

    @property
    def cells(self) -> int:
        """Cells of the rectangle."""
        return self.rows * self.columns

    def start(self, kind: str, given: Mapping[str, str]) -> None:
        """Take a row or cell."""
        if kind == "row":
            self.row, self.column = _number(given.get("r", str(self.row + 1))), 0
        elif kind == "c":
            self.column += 1
            if "r" in given:
                self.row, self.column = _place(given["r"])
            self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)

    def end(self, kind: str) -> None:
        """Nothing ends a rectangle."""


class _OpenDocument:
    """The largest rectangle of all sheets; empty cells count where cells with a value follow."""

    def __init__(self) -> None:
        self.cells = self.row = self.rows = self.columns = self.at = self.reach = self.repeated = 0

    def start(self, kind: str, given: Mapping[str, str]) -> None:
        """Take a sheet, row or cell, or what stands in a cell."""
        if kind == "table":
            self.row = self.rows = self.columns = 0
        elif kind == "table-row":
            self.at = self.reach = 0
            self.repeated = _repeated(given, "number-rows-repeated")
        elif kind in ("table-cell", "covered-table-cell"):
            self.at += _repeated(given, "number-columns-repeated")
            if any("value" in name or "formula" in name for name in given):
                self.reach = self.at
        else:
            self.reach = self.at

    def end(self, kind: str) -> None:
        """Close a row."""
        if kind == "table-row":
            self.row += self.repeated
            if self.reach:
                self.rows, self.columns = self.row, max(self.columns, self.reach)
            self.cells = max(self.cells, self.rows * self.columns)


def _place(text: str) -> tuple[int, int]:
    """Return row and column of ``C7``, both counted from 1."""
    found = _PLACE.match(text)
    if not found:
        raise ValueError(f"cell {text[:20]}")
    column = 0
    for letter in found[1].upper():
        column = 26 * column + ord(letter) - 64
    return int(found[2]), column


def _number(text: str) -> int:
    """Return a number of rows or columns."""
    if not _NUMBER.match(text):
        raise ValueError(f"number {text[:20]}")
    return int(text)


def _repeated(given: Mapping[str, str], word: str) -> int:
    """Return how often a row or cell stands."""
    return max((_number(text) for name, text in given.items() if name.rpartition(":")[2] == word), default=1)
