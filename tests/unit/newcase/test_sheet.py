"""Table files are read as they stand, whatever program and encoding wrote them; odd files are refused."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from table_files import FULL, GOOD, HEAD, ROWS, text, workbook

from dpsim.errors import FileFaults
from dpsim.newcase import extent
from dpsim.newcase.sheet import read_sheets
from dpsim.newcase.table import read_table

SHEET = "xl/worksheets/sheet1.xml"
COUNTS = {row[0]: tuple(row[1:]) for row in ROWS}


def counts(file: Path, sheet: str | None = None) -> dict[str, tuple[int, ...]]:
    table = read_table(read_sheets(file), sheet)
    return {county.name: tuple(county.counts.values()) for county in table.counties}


def refused(file: Path) -> str:
    """Return the one message of a refused file."""
    with pytest.raises(FileFaults) as caught:
        read_sheets(file)
    (fault,) = caught.value.faults
    assert fault.text("zh") != fault.text("en") and file.name[-20:] in fault.text("en"), fault.text("en")
    return fault.message


@pytest.mark.parametrize(
    ("encoding", "ending", "separator"),
    [
        ("utf-8", ".csv", ","),
        ("utf-8-sig", ".csv", ","),
        ("utf-16", ".txt", "\t"),
        ("gb18030", ".csv", ","),
        ("gb18030", ".tsv", "\t"),
        ("utf-8", ".csv", ";"),
    ],
)
def test_texts_of_all_encodings_give_the_same_counts(
    tmp_path: Path, encoding: str, ending: str, separator: str
) -> None:
    assert counts(text(tmp_path / f"t{ending}", GOOD, encoding, separator)) == COUNTS


def test_a_workbook_gives_the_same_counts(tmp_path: Path) -> None:
    assert counts(workbook(tmp_path / "t.XLSX", GOOD)) == COUNTS
    assert list(counts(workbook(tmp_path / "u.xlsx", FULL))) == ["North", "South"]


ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.2"><office:body><office:spreadsheet><table:table table:name="T">{rows}</table:table>
 </office:spreadsheet></office:body></office:document-content>"""


def ods(file: Path, rows: list[list[object]], last: str = "") -> Path:
    """Write an OpenDocument spreadsheet."""

    def cell(value: object) -> str:
        if isinstance(value, int):
            kind = f'office:value-type="float" office:value="{value}"'
        else:
            kind = 'office:value-type="string"'
        return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows) + last
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(rows=body))
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.'
            'spreadsheet"/></manifest:manifest>',
        )
    return file


def test_an_open_document_gives_the_same_counts(tmp_path: Path) -> None:
    cells = '<table:table-cell table:number-columns-repeated="16000"/>'
    empty = f'<table:table-row table:number-rows-repeated="1048000">{cells}</table:table-row>'
    assert counts(ods(tmp_path / "t.ods", GOOD, empty)) == COUNTS
    far = empty + '<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
    assert refused(ods(tmp_path / "far.ods", GOOD, far)) == "newcase.file_reaches"


def test_a_cell_far_out_is_refused_before_it_takes_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = 1, 1
    book.save(tmp_path / "far.xlsx")
    assert refused(tmp_path / "far.xlsx") == "newcase.file_reaches"
    good = workbook(tmp_path / "good.xlsx", GOOD)
    assert not extent.too_far(good)
    monkeypatch.setattr(extent, "MAX_CELLS", len(GOOD) * len(HEAD) - 1)
    assert extent.too_far(good), "the whole rectangle counts"
    monkeypatch.setattr(extent, "MAX_CELLS", len(GOOD) * len(HEAD))
    assert not extent.too_far(good)
    monkeypatch.setattr(extent, "MAX_UNPACKED", 100)
    assert extent.too_far(good), "so does what it unpacks to"


def with_part(file: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """Rewrite one part of a workbook, or add it."""
    with zipfile.ZipFile(file) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    parts[name] = change(parts.get(name, b""))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)
    return file


FAR = {
    "single quotes": b"<row r='60000'><c r='XFD60000'><v>1</v></c></row>",
    "blanks": b'<row r = "60000"><c r = "XFD60000"><v>1</v></c></row>',
    "a row that says where": b'<row r="60000">' + b"<c><v>1</v></c>" * 300 + b"</row>",
}


@pytest.mark.parametrize("how", FAR)
def test_a_cell_far_out_is_seen_however_it_is_written(tmp_path: Path, how: str) -> None:
    good = workbook(tmp_path / "t.xlsx", GOOD)
    file = with_part(good, SHEET, lambda xml: xml.replace(b"</sheetData>", FAR[how] + b"</sheetData>"))
    assert refused(file) == "newcase.file_reaches"


def test_the_ending_says_what_a_workbook_is(tmp_path: Path) -> None:
    """A part that only an OpenDocument has does not hide the sheets of the other kind."""
    file = with_part(workbook(tmp_path / "t.xlsx", GOOD), "content.xml", lambda _: b"<a/>")
    with_part(file, SHEET, lambda xml: xml.replace(b"</sheetData>", FAR["blanks"] + b"</sheetData>"))
    assert refused(file) == "newcase.file_reaches"
    assert counts(with_part(workbook(tmp_path / "u.xlsx", GOOD), "content.xml", lambda _: b"<a/>")) == COUNTS


def test_a_damaged_workbook_is_said_to_be_damaged(tmp_path: Path) -> None:
    """Whatever byte is changed: the same counts, other counts (who can know), or a clear refusal."""
    file, seen = workbook(tmp_path / "t.xlsx", GOOD), set()
    raw = file.read_bytes()
    for at in range(30, len(raw), 37):
        file.write_bytes(raw[:at] + bytes([raw[at] ^ 0x5A]) + raw[at + 1 :])
        try:
            read_sheets(file)
        except FileFaults as error:
            seen.update(fault.message for fault in error.faults)
    assert "newcase.file_broken" in seen and seen <= {"newcase.file_broken", "newcase.file_empty"}, seen


def test_a_guessed_encoding_is_kept(tmp_path: Path) -> None:
    assert read_sheets(text(tmp_path / "a.csv", GOOD, "gb18030")).encoding == "GB 18030"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert read_sheets(text(tmp_path / "b.csv", GOOD, encoding)).encoding == ""


def test_odd_files_are_refused(tmp_path: Path) -> None:
    def made(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    (tmp_path / "folder.xlsx").mkdir()
    empty = openpyxl.Workbook()
    empty.save(tmp_path / "empty.xlsx")
    hidden = openpyxl.load_workbook(workbook(tmp_path / "hidden.xlsx", GOOD, []))
    hidden.worksheets[0].sheet_state = "hidden"
    hidden.save(tmp_path / "hidden.xlsx")
    with zipfile.ZipFile(tmp_path / "archive.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    wanted = {
        tmp_path / "absent.xlsx": "file_missing",
        tmp_path / "folder.xlsx": "file_not_plain",
        made("t.docx", b"x"): "file_kind",
        made("t", b"x"): "file_kind",
        made("broken.xlsx", b"no workbook"): "file_broken",
        made("broken.xls", b"no workbook"): "file_broken",
        made("broken.ods", b"PK\x03\x04 cut off"): "file_broken",
        tmp_path / "archive.xlsx": "file_broken",
        tmp_path / "empty.xlsx": "file_empty",
        tmp_path / "hidden.xlsx": "file_empty",
        made("empty.csv", b""): "file_empty",
        made("blank.csv", b",,\r\n,,\r\n"): "file_empty",
        made("binary.csv", b"\x00\x01\xff\x80"): "file_not_text",
        made("latin.csv", "Zähler\xff".encode("latin-1")): "file_not_text",
        made("half.csv", b"\xff\xfea"): "file_not_text",
        made("quote.csv", b'"' + b"x" * 200_000): "file_broken",
        made("large.csv", b"," * 20_000_001): "file_large",
    }
    found = {file.name: refused(file) for file in wanted}
    assert found == {file.name: f"newcase.{message}" for file, message in wanted.items()}


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert refused(tmp_path / "pipe.csv") == "newcase.file_not_plain"
