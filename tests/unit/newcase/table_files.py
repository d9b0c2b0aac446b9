"""Table files for the tests, written with openpyxl or as text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl

HEAD = ["县区", "企业数", "建成", "网上运行", "通过评估"]
ROWS = [["甲县", 40, 26, 15, 6], ["乙县", 35, 21, 12, 4], ["丙区", 30, 24, 17, 7]]
GOOD = [HEAD, *ROWS]
FULL_HEAD = ["County", "Enterprises", "Building", "Built", "Connected", "Online", "Assessed", "Passed"]
FULL_ROWS = [["North", 40, 8, 20, 25, 15, 9, 6], ["South", 35, 5, 21, 18, 12, 5, 4]]
FULL = [FULL_HEAD, *FULL_ROWS]


def workbook(file: Path, *sheets: Sequence[Sequence[object]], merged: Sequence[str] = (), titles: str = "ABC") -> Path:
    """Write a workbook, one sheet per table; the joined ranges belong to the first."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in zip(titles, sheets, strict=False):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    for area in merged:
        book.worksheets[0].merge_cells(area)
    book.save(file)
    return file


def text(file: Path, rows: Sequence[Sequence[object]], encoding: str = "utf-8", separator: str = ",") -> Path:
    """Write a text file with separators."""
    lines = [separator.join("" if cell is None else str(cell) for cell in row) for row in rows]
    file.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return file
