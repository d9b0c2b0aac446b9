"""Number formats of Excel 97 workbooks (.xls): which cells are shown as percent, and which hold an error.

The reader of workbooks gives values alone. Read are the compound file ([MS-CFB]: a small file system) and, of the
workbook stream ([MS-XLS]), the records of formats, styles and cells; everything else is passed over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from dpsim.tabular.formats import shows_percent, words_written

At = tuple[int, int]
_BOF, _EOF, _SHEET, _FORMAT, _STYLE, _PASSWORD = 0x809, 0x0A, 0x85, 0x41E, 0xE0, 0x2F
_NUMBER, _SHORT, _SHORTS, _FORMULA = 0x203, 0x27E, 0xBD, 0x06
_EXCEL_97 = 0x600
_PERCENT = (9, 10)
"""Numbers of the formats 0% and 0.00%, which no file defines."""
_NAMES = ("Workbook", "Book")
_TABLES = 109
"""Tables of sectors that stand in the header."""


@dataclass
class OldSheet:
    """Cells of one sheet, row and column counted from 0, shown as percent or with words, or formulas with an error."""

    percent: set[At] = field(default_factory=set)
    errors: set[At] = field(default_factory=set)
    worded: dict[At, str] = field(default_factory=dict)


def old_sheets(raw: bytes) -> list[OldSheet]:
    """Return the sheets of a workbook in its order; none where it tells no formats, is laid out unusually or locked.

    Parameters
    ----------
    raw : bytes
        Content of the file.
    """
    try:
        return _sheets(_workbook_stream(raw))
    except (struct.error, IndexError, ValueError):
        return []


def _sheets(stream: bytes) -> list[OldSheet]:
    """Return the sheets of a workbook stream."""
    formats, styles, places, version = set(_PERCENT), list[int](), list[int](), _EXCEL_97
    words: dict[int, str] = {}
    for kind, body in _records(stream, 0):
        if kind == _PASSWORD:
            return []
        if kind == _BOF:
            version = struct.unpack_from("<H", body)[0]
        elif kind == _SHEET:
            places.append(struct.unpack_from("<I", body)[0])
        elif kind == _FORMAT:
            code, number = _format_code(body, version), struct.unpack_from("<H", body)[0]
            if shows_percent(code):
                formats.add(number)
            elif written := words_written(code):
                words[number] = written
        elif kind == _STYLE:
            styles.append(struct.unpack_from("<H", body, 2)[0])
    if not styles:
        return []
    shown = {number for number, style in enumerate(styles) if style in formats}
    worded = {number: words[style] for number, style in enumerate(styles) if style in words}
    return [_sheet(stream, place, shown, worded) for place in places]


def _sheet(stream: bytes, place: int, shown: set[int], worded: dict[int, str]) -> OldSheet:
    """Return the cells of one sheet; `shown` are the numbers of styles that show percent, `worded` those with words."""
    found = OldSheet()
    for kind, body in _records(stream, place):
        if kind in (_NUMBER, _SHORT, _FORMULA):
            row, column, style = struct.unpack_from("<HHH", body)
            if style in shown:
                found.percent.add((row, column))
            if style in worded:
                found.worded[row, column] = worded[style]
            if kind == _FORMULA and body[6] == 2 and body[12:14] == b"\xff\xff":
                found.errors.add((row, column))
        elif kind == _SHORTS:
            row, first = struct.unpack_from("<HH", body)
            cells = struct.iter_unpack("<HI", body[4 : 4 + (len(body) - 6) // 6 * 6])
            for k, (style, _) in enumerate(cells):
                if style in shown:
                    found.percent.add((row, first + k))
                if style in worded:
                    found.worded[row, first + k] = worded[style]
    return found


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of the records of a part, those of charts within it left out."""
    depth = 0
    while True:
        kind, size = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + size]
        if len(body) < size:
            raise ValueError
        at += 4 + size
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, body


def _format_code(body: bytes, version: int) -> str:
    """Return the code of a number format."""
    if version != _EXCEL_97:  # Excel 5 counts bytes
        return body[3 : 3 + body[2]].decode("latin-1")
    length, wide = struct.unpack_from("<HB", body, 2)
    return body[5 : 5 + 2 * length].decode("utf-16-le") if wide & 1 else body[5 : 5 + length].decode("latin-1")


def _workbook_stream(raw: bytes) -> bytes:
    """Return the stream of the workbook within a compound file of at most 7 MB, as every program lays it out."""
    size = 1 << struct.unpack_from("<H", raw, 30)[0]
    count, first_entry, least = struct.unpack_from("<II4xI", raw, 44)
    if count > _TABLES:
        raise ValueError
    tables = struct.unpack_from(f"<{_TABLES}I", raw, 76)[:count]
    links = [link for number in tables for link in struct.unpack_from(f"<{size // 4}I", raw, (number + 1) * size)]

    def chained(sector: int) -> bytes:
        parts = []
        while sector < len(links):
            parts.append(raw[(sector + 1) * size : (sector + 2) * size])
            if len(parts) > len(links):
                raise ValueError
            sector = links[sector]
        return b"".join(parts)

    entries = chained(first_entry)
    for at in range(0, len(entries), 128):
        letters = struct.unpack_from("<H", entries, at + 64)[0]
        first, length = struct.unpack_from("<II", entries, at + 116)
        if entries[at : at + max(letters - 2, 0)].decode("utf-16-le") in _NAMES and length >= least:
            return chained(first)[:length]
    raise ValueError
