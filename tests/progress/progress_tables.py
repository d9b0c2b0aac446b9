"""Good progress tables for the tests, in every layout, and writers of small files."""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl

Rows = Sequence[Sequence[object]]
UNITS = ("甲县", "乙县", "丙区")
STAGES = ("built", "connected", "online", "assessed", "passed")
WORDS = ("已建", "接入", "网上运行", "评估", "达标")
DATES = (dt.date(2018, 9, 3), dt.date(2018, 9, 10))
TOTALS = {"甲县": 40, "乙县": 35, "丙区": 30}
COUNTS = {
    DATES[0]: {"甲县": (24, 20, 14, 7, 5), "乙县": (19, 16, 11, 5, 4), "丙区": (22, 20, 16, 8, 6)},
    DATES[1]: {"甲县": (26, 24, 15, 8, 6), "乙县": (21, 18, 12, 6, 4), "丙区": (24, 22, 17, 9, 7)},
}
HEAD = ["县区", "应建", *WORDS]
ENGLISH = ["County", "Total", "Built", "Connected", "Online", "Assessed", "Passed"]
TITLE = "双重预防体系建设进度表（截至{0.year}年{0.month}月{0.day}日）"
LONG = [
    (day, unit, stage, TOTALS[unit], count)
    for day in DATES
    for unit in UNITS
    for stage, count in zip(STAGES, COUNTS[day][unit], strict=True)
]
"""What every good table must be read to."""


def wide(day: dt.date, head: Sequence[str] = HEAD, *, total: bool = True) -> list[list[object]]:
    """Return units in rows and stages in columns, with a row of totals."""
    rows: list[list[object]] = [[unit, TOTALS[unit], *COUNTS[day][unit]] for unit in UNITS]
    sums = ["合计", *(sum(int(str(row[k])) for row in rows) for k in range(1, 7))]
    return [list(head), *rows, *([sums] if total else [])]


def titled(day: dt.date) -> list[list[object]]:
    """Return the same under a title with the date."""
    return [[TITLE.format(day)], *wide(day)]


def dated(form: str = "%Y-%m-%d") -> list[list[object]]:
    """Return both dates in one table with a column of dates."""
    body = [[day.strftime(form), *row] for day in DATES for row in wide(day, total=False)[1:]]
    return [["日期", *HEAD], *body]


def long() -> list[list[object]]:
    """Return one row per date, unit and stage."""
    words = dict(zip(STAGES, WORDS, strict=True))
    return [
        ["日期", "县区", "阶段", "应建", "完成数"],
        *([day.isoformat(), unit, words[stage], total, done] for day, unit, stage, total, done in LONG),
    ]


def across(stage: str = "built") -> list[list[object]]:
    """Return units in rows and dates in columns for one stage."""
    k = STAGES.index(stage)
    head = ["县区", "应建", *(f"{day.year}年{day.month}月{day.day}日" for day in DATES)]
    return [[f"{WORDS[k]}进度"], head, *([u, TOTALS[u], *(COUNTS[day][u][k] for day in DATES)] for u in UNITS)]


def two_lines(day: dt.date) -> list[list[object]]:
    """Return a header of two lines: each stage with its total, its count and its share."""
    first: list[object] = ["县区"]
    second: list[object] = [""]
    for word in WORDS:
        first += [word, "", ""]
        second += ["应完成", "已完成", "完成率"]
    body = []
    for unit in UNITS:
        row: list[object] = [unit]
        for count in COUNTS[day][unit]:
            row += [TOTALS[unit], count, f"{100 * count / TOTALS[unit]:.1f}%"]
        body.append(row)
    return [[TITLE.format(day)], first, second, *body]


def dates_over_stages() -> list[list[object]]:
    """Return a header of two lines: each date with its stages."""
    first: list[object] = ["县区", "应建"]
    for day in DATES:
        first += [day.isoformat(), "", "", "", ""]
    body = [[unit, TOTALS[unit], *(c for day in DATES for c in COUNTS[day][unit])] for unit in UNITS]
    return [first, ["", "", *WORDS, *WORDS], *body]


def ledger() -> list[list[object]]:
    """Return one row per enterprise whose counts at both dates are those of the tables."""
    rows: list[list[object]] = [["县区", "企业名称", *(f"{word}" for word in WORDS)]]
    for unit in UNITS:
        early, late = (COUNTS[day][unit] for day in DATES)
        for n in range(TOTALS[unit]):
            dates = ["2018-09-02" if n < a else "2018-09-09" if n < b else "" for a, b in zip(early, late, strict=True)]
            rows.append([unit, f"{unit}第{n}厂", *dates])
    return [[TITLE.format(DATES[1])], *rows]


def csv_file(file: Path, rows: Rows, encoding: str = "utf-8", separator: str = ",") -> Path:
    """Write a text file with separators."""
    lines = [separator.join("" if cell is None else _quoted(str(cell), separator) for cell in row) for row in rows]
    file.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return file


def _quoted(text: str, separator: str) -> str:
    return f'"{text}"' if separator in text else text


def xlsx_file(file: Path, sheets: dict[str, Rows], merged: Iterable[str] = (), percent: Iterable[str] = ()) -> Path:
    """Write a workbook; joined ranges and cells shown as percent belong to the first sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    for area in merged:
        book.worksheets[0].merge_cells(area)
    for place in percent:
        book.worksheets[0][place].number_format = "0.0%"
    book.save(file)
    return file


@dataclass(frozen=True)
class Styled:
    """A number of an old workbook with its format: a code, or the number of one that every program knows."""

    value: float
    code: str | int
    how: str = "number"
    """`number`, `short` (packed in four bytes), `shorts` (the same, in a row of cells), `formula`, `error`."""


def xls_file(file: Path, rows: Rows) -> Path:
    """Write a workbook of Excel 97: numbers and texts on one sheet, in the smallest container that is read.

    Formats are written where a number is `Styled`.
    """
    styled = [cell for row in rows for cell in row if isinstance(cell, Styled)]
    codes = list(dict.fromkeys(cell.code for cell in styled))
    numbers = {code: code if isinstance(code, int) else 164 + k for k, code in enumerate(codes)}

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def cell(i: int, j: int, value: object) -> bytes:
        if isinstance(value, Styled):
            style, packed = 1 + codes.index(value.code), round(value.value * 100) << 2 | 3  # hundredths, whole
            if value.how == "short":
                return record(0x27E, struct.pack("<HHHI", i, j, style, packed))
            if value.how == "shorts":
                return record(0xBD, struct.pack("<HHHIH", i, j, style, packed, j))
            if value.how == "error":
                return record(
                    0x06, struct.pack("<HHHBBBBBBHHI", i, j, style, 2, 0, 7, 0, 0, 0, 0xFFFF, 0, 0) + bytes(2)
                )
            if value.how == "formula":
                return record(0x06, struct.pack("<HHHdHI", i, j, style, value.value, 0, 0) + bytes(2))
            return record(0x203, struct.pack("<HHHd", i, j, style, value.value))
        if isinstance(value, int | float):
            return record(0x203, struct.pack("<HHHd", i, j, 0, value))
        text = str(value).encode("utf-16-le")
        return record(0x204, struct.pack("<HHHHB", i, j, 0, len(text) // 2, 1) + text)

    start = struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0, 6)
    name = "进度".encode("utf-16-le")
    looks = b""
    for code in codes:
        if isinstance(code, str):
            text = code.encode("utf-16-le")
            looks += record(0x41E, struct.pack("<HHB", numbers[code], len(code), 1) + text)
    for number in [0, *(numbers[code] for code in codes)] if codes else []:
        looks += record(0xE0, struct.pack("<HH", 0, number) + bytes(16))
    globals_size = 4 + len(start) + len(looks) + 4 + 8 + len(name) + 4
    sheet_at = record(0x85, struct.pack("<IBBBB", globals_size, 0, 0, len(name) // 2, 1) + name)
    stream = record(0x809, start) + looks + sheet_at + record(0x0A, b"")
    stream += record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6))
    stream += record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    stream += b"".join(cell(i, j, v) for i, row in enumerate(rows) for j, v in enumerate(row) if v not in ("", None))
    stream += record(0x0A, b"")
    file.write_bytes(_compound(stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")))
    return file


def _compound(stream: bytes) -> bytes:
    """Return a compound file (OLE2) that holds one stream."""
    sectors = len(stream) // 512
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    fat = [0xFFFFFFFD, end, *range(3, sectors + 2), end]
    fat += [free] * (128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)

    def entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        links = struct.pack("<HBBIII", len(text) if name else 0, kind, 1, free, free, child)
        return (text if name else b"").ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", first, size)

    entries = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, 2, len(stream))
    return header + struct.pack("<128I", *fat) + entries + entry("", 0, free, 0, 0) * 2 + stream


ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.2"><office:body><office:spreadsheet><table:table table:name="{name}">{rows}</table:table>
 </office:spreadsheet></office:body></office:document-content>"""


def ods_file(file: Path, rows: Rows, name: str = "进度") -> Path:
    """Write an OpenDocument spreadsheet."""
    import zipfile

    def cell(value: object) -> str:
        if isinstance(value, str) and value.startswith("<"):
            return value
        kind = "float" if isinstance(value, int) else "string"
        number = f' office:value="{value}"' if isinstance(value, int) else ""
        return f'<table:table-cell office:value-type="{kind}"{number}><text:p>{value}</text:p></table:table-cell>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.'
        'spreadsheet"/></manifest:manifest>'
    )
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(rows=body, name=name))
        archive.writestr("META-INF/manifest.xml", manifest)
    return file
