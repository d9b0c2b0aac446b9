"""Read the sheets of a table file as they stand: Excel, OpenDocument, or text with separators.

Nothing is computed or executed: a cell is what the file stores. A formula whose result was not stored reads empty.
"""

from __future__ import annotations

import csv
import hashlib
import io
import lzma
import stat
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers.expat import ExpatError

from dpsim.errors import FileFaults, InputError
from dpsim.params.wording import shown_name
from dpsim.tabular.extent import MAX_CELLS, too_far
from dpsim.tabular.hidden import hidden_rows
from dpsim.tabular.kinds import misnamed
from dpsim.tabular.stored import Stored, stored, stored_old

MAX_BYTES = 20_000_000
"""Largest file that is read."""
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
TEXTS = (".csv", ".tsv", ".txt")
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, ExpatError, struct.error,
    EOFError, NotImplementedError, OSError, OverflowError, RuntimeError, ValueError,
)  # fmt: skip
"""What unpacking and parsing a damaged or locked workbook raises."""
_SEPARATORS = ",\t;"

Cell = object
"""A text, number, truth value or date; an empty text where nothing stands."""
Area = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Parameters
    ----------
    name : str
        Empty for a text file.
    rows : list of lists
        Cells by row from A1 on; cells joined to one hold its value everywhere.
    joined : list of areas
        First and last row and column of cells joined to one, counted from 0.
    hidden : set of int
        Rows that are hidden, where the file is an Excel workbook (.xlsx, .xlsm).
    stored : Stored
        Cells that need care, where it is a workbook.
    """

    name: str
    rows: list[list[Cell]]
    joined: list[Area] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    stored: Stored = field(default_factory=Stored)


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
    guessed : str
        Encoding that was taken for a text file that does not say its own and is not UTF-8; else empty.
    unread : tuple of str
        Sheets that are hidden.
    """

    name: str
    digest: str
    sheets: list[Sheet] = field(default_factory=list)
    guessed: str = ""
    unread: tuple[str, ...] = ()


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
        _refuse(file, "tabular.file_kind", allowed=", ".join((*WORKBOOKS, *TEXTS)))
    raw = _bytes_of(file)
    guessed: str = ""
    unread: tuple[str, ...] = ()
    if wrong := misnamed(raw, ending):
        _refuse(file, wrong[0], allowed=ending, given=wrong[1])
    try:
        if ending in WORKBOOKS:
            sheets, unread = _workbook(file)
        else:
            text, guessed = _decoded(file, raw)
            sheets = [Sheet("", _separated(text))]
    except csv.Error as error:
        _refuse(file, "tabular.file_broken", why=shown_name(str(error)))
    held = [sheet for sheet in sheets if any(cell != "" for row in sheet.rows for cell in row)]
    if not held:
        _refuse(file, "tabular.file_empty")
    return TableFile(shown_name(file.name), hashlib.sha256(raw).hexdigest(), held, guessed, unread)


def _refuse(file: Path, message: str, **values: object) -> None:
    """Raise one fault of the whole file."""
    name = shown_name(file, 200)
    raise FileFaults(name, [InputError(message, where=name, **values)])


def _bytes_of(file: Path) -> bytes:
    """Return the content of a plain file of a sensible size."""
    try:
        mode = file.stat().st_mode
        if stat.S_ISDIR(mode) or not stat.S_ISREG(mode):
            _refuse(file, "tabular.file_not_plain")
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        _refuse(file, "tabular.file_missing")
    except (OSError, ValueError) as error:
        _refuse(file, "tabular.file_closed", why=getattr(error, "strerror", None) or "?")
    if len(raw) > MAX_BYTES:
        _refuse(file, "tabular.file_large", allowed=MAX_BYTES)
    return raw


def _workbook(file: Path) -> tuple[list[Sheet], tuple[str, ...]]:
    """Return the visible sheets of a workbook, and the names of those that are not."""
    from python_calamine import CalamineError

    try:
        far = file.suffix.lower() != ".xls" and too_far(file)
        sheets, unread = ([], ()) if far else _visible(file)
    except BaseException as error:
        panic = type(error).__name__ == "PanicException"  # of the reader: no Exception, and not to be imported
        if not panic and not isinstance(error, (CalamineError, *DAMAGE)):
            raise
        _refuse(file, "tabular.file_broken", why=shown_name(str(error) or type(error).__name__))
    if far:
        _refuse(file, "tabular.file_reaches", allowed=MAX_CELLS)
    return sheets, unread


def _visible(file: Path) -> tuple[list[Sheet], tuple[str, ...]]:
    """Return the visible sheets of a workbook that does not reach too far, and the names of the hidden ones."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    sheets, unread = [], []
    ending = file.suffix.lower()
    hidden = hidden_rows(file) if ending in (".xlsx", ".xlsm") else {}
    care, unseen = stored(file) if ending != ".xls" else {}, Stored()
    with CalamineWorkbook.from_path(file) as book:
        if ending == ".xls":
            unseen = Stored(formats_known=False)
            care = dict(
                zip((about.name for about in book.sheets_metadata), stored_old(file.read_bytes()), strict=False)
            )
        for about in book.sheets_metadata:
            if about.visible == SheetVisibleEnum.Visible and about.typ == SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_name(about.name)
                rows: list[list[Cell]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
                joined = sheet.merged_cell_ranges or []
                _spread(rows, joined)
                name = about.name
                sheets.append(Sheet(name, rows, joined, hidden.get(name, set()), care.get(name, unseen)))
            elif about.typ == SheetTypeEnum.WorkSheet:
                unread.append(about.name)
    return sheets, tuple(unread)


def _spread(rows: list[list[Cell]], joined: list[Area]) -> None:
    """Give every cell of a joined area the value of its first."""
    for (top, left), (bottom, right) in joined:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in rows[top : bottom + 1]:
            row[left : right + 1] = [value] * len(row[left : right + 1])


def _decoded(file: Path, raw: bytes) -> tuple[str, str]:
    """Return the text of a file, and its encoding if guessed: UTF-16 where marked, else UTF-8, else GB 18030."""
    marked = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding, guessed in (("utf-16", ""),) if marked else (("utf-8-sig", ""), ("gb18030", "GB 18030")):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and not (guessed and _no_letters(text)):
            return text.removeprefix("\ufeff"), guessed  # GB 18030 can write the mark too
    _refuse(file, "tabular.file_not_text")
    return "", ""


def _no_letters(text: str) -> bool:
    """Tell whether a text has signs nobody writes (private, unassigned): its encoding was guessed wrongly."""
    return any(unicodedata.category(sign) in ("Co", "Cn") for sign in set(text))


def _separated(text: str) -> list[list[Cell]]:
    """Return the cells of a text; the separator is the sign the fullest of its first lines has most of."""
    head = text.splitlines()[:40]
    most = {sign: max((line.count(sign) for line in head), default=0) for sign in _SEPARATORS}
    separator = max(_SEPARATORS, key=lambda sign: most[sign])
    return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]
