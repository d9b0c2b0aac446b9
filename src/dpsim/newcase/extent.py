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
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
_CHUNK = 1 << 20


def too_far(file: Path) -> bool:
    """Tell whether a zipped workbook (.xlsx, .ods) unpacks to too much, or a sheet of it reaches too far.

    Raises
    ------
    zipfile.BadZipFile, xml.etree.ElementTree.ParseError
        It is no such workbook.
    """
    with zipfile.ZipFile(file) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
            return True
        names = archive.namelist()
        if "content.xml" in names:
            return any(rows * columns > MAX_CELLS for rows, columns in _ods_extents(archive))
        sheets = [name for name in names if name.startswith("xl/worksheets/") and name.endswith(".xml")]
        return any(_xlsx_cells(archive, name) > MAX_CELLS for name in sheets)


def _xlsx_cells(archive: zipfile.ZipFile, name: str) -> int:
    """Return the cells of the rectangle from A1 to the farthest row and column of one sheet."""
    rows = columns = 0
    kept = b""
    with archive.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            text = kept + chunk
            for letters, digits in _CELL.findall(text):
                rows, columns = max(rows, int(digits)), max(columns, _column(letters))
            kept = text[-200:]  # a cell may begin at the end of one chunk
    return rows * columns


def _column(letters: bytes) -> int:
    """Return the number of a column, counted from 1."""
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
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
