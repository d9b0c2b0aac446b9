"""Read the sheets of a table file as they stand: Excel, OpenDocument, or text with separators.

Nothing is computed or executed: a cell is what the file stores. A formula whose result was not stored reads empty.
"""

from __future__ import annotations

import csv
import hashlib
import io
import stat
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from dpsim.errors import FileFaults, InputError
from dpsim.newcase.counts import Joined, whole
from dpsim.newcase.extent import MAX_CELLS, too_far
from dpsim.params.wording import shown_name

MAX_BYTES = 20_000_000
"""Largest file that is read."""
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
TEXTS = (".csv", ".tsv", ".txt")
_SEPARATORS = ",\t;"
GUESSED = "GB 18030"
"""Encoding of a text file that is not marked and no UTF-8."""
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
"""What reading a damaged workbook may raise."""

Cell = object
"""A text, number, truth value or date; an empty text where nothing stands."""


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Parameters
    ----------
    name : str
        Empty for a text file.
    rows : list of lists
        Cells by row from A1 on; cells joined to one hold its value everywhere.
    """

    name: str
    rows: list[list[Cell]]


@dataclass(frozen=True)
class TableFile:
    """A file as read.

    Parameters
    ----------
    name : str
        Its name without folders, escaped.
    digest : str
        SHA-256 of its bytes.
    sheets : list of Sheet
        Those that are not hidden and hold anything.
    encoding : str
        That of a text file where it was guessed, else empty.
    """

    name: str
    digest: str
    sheets: list[Sheet] = field(default_factory=list)
    encoding: str = ""


def read_sheets(file: Path) -> TableFile:
    """Return the sheets of a file.

    Parameters
    ----------
    file : pathlib.Path
        Its ending says what it is: one of `WORKBOOKS` or `TEXTS`.

    Raises
    ------
    FileFaults
        There is no such file, it is too large, of another kind, or cannot be read.
    """
    ending = file.suffix.lower()
    if ending not in (*WORKBOOKS, *TEXTS):
        _refuse(file, "newcase.file_kind", allowed=", ".join((*WORKBOOKS, *TEXTS)))
    raw = _bytes_of(file)
    encoding = ""
    try:
        if ending in WORKBOOKS:
            sheets = _workbook(file)
        else:
            text, encoding = _decoded(file, raw)
            sheets = [Sheet("", _separated(text))]
    except csv.Error as error:
        _refuse(file, "newcase.file_broken", why=shown_name(str(error)))
    held = [sheet for sheet in sheets if any(cell != "" for row in sheet.rows for cell in row)]
    if not held:
        _refuse(file, "newcase.file_empty")
    return TableFile(shown_name(file.name), hashlib.sha256(raw).hexdigest(), held, encoding)


def _refuse(file: Path, message: str, **values: object) -> None:
    """Raise one fault of the whole file."""
    name = shown_name(file, 200)
    raise FileFaults(name, [InputError(message, where=name, **values)])


def _bytes_of(file: Path) -> bytes:
    """Return the content of a plain file of a sensible size."""
    try:
        mode = file.stat().st_mode
        if stat.S_ISDIR(mode) or not stat.S_ISREG(mode):
            _refuse(file, "newcase.file_not_plain")
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        _refuse(file, "newcase.file_missing")
    except (OSError, ValueError) as error:
        _refuse(file, "newcase.file_closed", why=getattr(error, "strerror", None) or "?")
    if len(raw) > MAX_BYTES:
        _refuse(file, "newcase.file_large", allowed=MAX_BYTES)
    return raw


def _workbook(file: Path) -> list[Sheet]:
    """Return the visible sheets of a workbook."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        if file.suffix.lower() != ".xls" and too_far(file):
            _refuse(file, "newcase.file_reaches", allowed=MAX_CELLS)
        sheets = []
        with CalamineWorkbook.from_path(file) as book:
            for about in book.sheets_metadata:
                if about.visible == SheetVisibleEnum.Visible and about.typ == SheetTypeEnum.WorkSheet:
                    sheet = book.get_sheet_by_name(about.name)
                    rows: list[list[Cell]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
                    _spread(rows, sheet.merged_cell_ranges or [])
                    sheets.append(Sheet(about.name, rows))
    except (CalamineError, *_DAMAGED) as error:
        _refuse(file, "newcase.file_broken", why=shown_name(str(error)))
    return sheets


def _spread(rows: list[list[Cell]], merged: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Give every cell of a joined range the words of its first; a number in one is no count of any row."""
    for (top, left), (bottom, right) in merged:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        if (bottom, right) != (top, left) and isinstance(whole(value), int):
            value = Joined(value)
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [value] * len(row[left : right + 1])


def _decoded(file: Path, raw: bytes) -> tuple[str, str]:
    """Return the text of a file, UTF-16 where marked, else UTF-8, else GB 18030, each strictly; and what it guessed."""
    marked = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, GUESSED if encoding == "gb18030" else ""
    _refuse(file, "newcase.file_not_text")
    return "", ""


def _separated(text: str) -> list[list[Cell]]:
    """Return the cells of a text; the separator is the sign the fullest of its first lines has most of."""
    head = text.splitlines()[:40]
    most = {sign: max((line.count(sign) for line in head), default=0) for sign in _SEPARATORS}
    separator = max(_SEPARATORS, key=lambda sign: most[sign])
    return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
