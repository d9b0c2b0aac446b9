"""How far the cells of a workbook reach, before anything reserves memory for them.

The reader of workbooks holds a sheet as one full rectangle; a single cell in the last row and column would ask for
half a terabyte and end the process. So the places of the cells are looked at first, in a stream.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

MAX_UNPACKED = 200_000_000
"""Most bytes of a workbook after unpacking; a table of counties has some ten thousand."""
MAX_CELLS = 2_000_000
"""Largest rectangle that is read."""
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".bin", ".vml")


def too_far(file: Path) -> bool:
    """Tell whether a zipped workbook unpacks to too much, or a sheet of it reaches too far.

    Its ending (.ods, else .xlsx) says what it is, as it does for the reader.

    Raises
    ------
    zipfile.BadZipFile, zlib.error, xml.etree.ElementTree.ParseError
        It is no such workbook, or damaged.
    """
    with zipfile.ZipFile(file) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            return True
        if file.suffix.lower() == ".ods":
            return any(rows * columns > MAX_CELLS for rows, columns in _ods_extents(archive))
        parts = [name for name in archive.namelist() if not name.lower().endswith((*_IMAGES, "/"))]
        return any(_xlsx_cells(archive, name) > MAX_CELLS for name in parts)


def _xlsx_cells(archive: zipfile.ZipFile, name: str) -> int:
    """Return the cells of the rectangle from A1 to the farthest row and column of one part of a workbook.

    Any part may be a sheet, whatever its name; what is no XML and not where sheets usually lie is none.
    """
    rows = columns = row = column = 0
    try:
        with archive.open(name) as stream:
            for event, element in ElementTree.iterparse(stream, events=("start", "end")):
                kind = element.tag.rpartition("}")[2]
                if event == "end":
                    element.clear()
                elif kind == "row":
                    given = element.get("r", "")
                    row, column = int(given) if given.isdecimal() else row + 1, 0
                elif kind == "c":
                    place = _PLACE.fullmatch(element.get("r", "").strip().upper())
                    row, column = (int(place[2]), _column(place[1])) if place else (row, column + 1)
                    rows, columns = max(rows, row), max(columns, column)
    except ElementTree.ParseError:
        if name.startswith("xl/worksheets/"):
            raise
    return rows * columns


def _column(letters: str) -> int:
    """Return the number of a column, counted from 1."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def _ods_extents(archive: zipfile.ZipFile) -> Iterator[tuple[int, int]]:
    """Yield rows and columns of each sheet; empty cells count where cells with a value follow."""
    row = rows = columns = 0
    with archive.open("content.xml") as stream:
        for _, element in ElementTree.iterparse(stream):
            kind = element.tag.rpartition("}")[2]
            if kind == "table-row":
                reach = _ods_reach(element)
                row += _repeated(element, "number-rows-repeated")
                rows, columns = (row, max(columns, reach)) if reach else (rows, columns)
                element.clear()
            elif kind == "table":
                yield rows, columns
                row = rows = columns = 0


def _ods_reach(row: ElementTree.Element) -> int:
    """Return the last column of a row that holds something, 0 if none does."""
    at = reach = 0
    for cell in row:
        at += _repeated(cell, "number-columns-repeated")
        if len(cell) or any(name.endswith("value-type") for name in cell.attrib):
            reach = at
    return reach


def _repeated(element: ElementTree.Element, word: str) -> int:
    """Return how often a row or cell stands."""
    given = next((text for name, text in element.attrib.items() if name.endswith(f"}}{word}")), "1")
    return int(given) if given.isdecimal() else 1
