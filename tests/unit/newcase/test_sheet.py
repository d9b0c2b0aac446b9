"""Table files are read as they stand, whatever program and encoding wrote them; odd files are refused."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import openpyxl
import pytest
from table_files import FULL, GOOD, HEAD, ROWS, text, workbook

from dpsim.errors import FileFaults
from dpsim.newcase.table import read_table
from dpsim.tabular import extent, sheet
from dpsim.tabular.sheet import read_sheets

COUNTS = {row[0]: tuple(row[1:]) for row in ROWS}


def counts(file: Path) -> dict[str, tuple[int, ...]]:
    table = read_table(read_sheets(file))
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


def test_an_encoding_that_was_guessed_is_known(tmp_path: Path) -> None:
    for encoding, guessed in (("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ""), ("gb18030", "GB 18030")):
        assert read_sheets(text(tmp_path / "t.csv", GOOD, encoding)).guessed == guessed, encoding
    latin = text(tmp_path / "t.csv", [FULL[0], ["Küstenkreis", *FULL[1][1:]]], "latin-1")
    assert read_sheets(latin).guessed == "GB 18030", "Latin letters pass for Chinese ones, so it must be told"
    assert read_sheets(workbook(tmp_path / "t.xlsx", GOOD)).guessed == ""


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
    assert refused(ods(tmp_path / "far.ods", GOOD, far)) == "tabular.file_reaches"


def test_a_cell_far_out_is_refused_before_it_takes_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = 1, 1
    book.save(tmp_path / "far.xlsx")
    assert refused(tmp_path / "far.xlsx") == "tabular.file_reaches"
    good = workbook(tmp_path / "good.xlsx", GOOD)
    assert not extent.too_far(good)
    monkeypatch.setattr(extent, "MAX_CELLS", len(GOOD) * len(HEAD) - 1)
    assert extent.too_far(good), "the whole rectangle counts"
    monkeypatch.setattr(extent, "MAX_CELLS", len(GOOD) * len(HEAD))
    assert not extent.too_far(good)
    monkeypatch.setattr(extent, "MAX_UNPACKED", 100)
    assert extent.too_far(good), "so does what it unpacks to"


SHEET = "xl/worksheets/sheet1.xml"


def with_cells(file: Path, cells: str, moved: str = SHEET, **parts: str) -> Path:
    """Write the good workbook with more cells, its sheet in another place, or more parts."""
    good = workbook(file.with_name("good.xlsx"), GOOD)
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(file, "w") as archive:
        for name in source.namelist():
            content = source.read(name).decode().replace(f"/{SHEET}", f"/{moved}")
            if name == SHEET:
                name, content = moved, content.replace("</sheetData>", f"{cells}</sheetData>")
            archive.writestr(name, content)
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


FAR = '<row r="60000"><c r="XFD60000"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "cells",
    [
        FAR,
        FAR.replace('"', "'"),
        FAR.replace("=", " \n= "),
        FAR.replace("XFD", "xfd"),
        FAR.replace("XFD60000", "XFD0000060000"),
        FAR.replace('r="XFD', 's="1" t="n" r="XFD'),
        FAR.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:row", '<x:row xmlns:x="x"'),
        '<row r="60000"><c r="A1"><v>1</v></c></row><row><c r="XFD7"/></row><row r="60000"><c><v>1</v></c></row>',
        '<row r="60000"><c r="XFC60000"><v>1</v></c><c><v>2</v></c></row>',
    ],
)
def test_a_cell_far_out_is_seen_however_it_is_spelled(tmp_path: Path, cells: str) -> None:
    assert counts(with_cells(tmp_path / "near.xlsx", "")) == COUNTS, "without it the workbook is read"
    assert refused(with_cells(tmp_path / "far.xlsx", cells)) == "tabular.file_reaches"


def test_a_cell_far_out_is_seen_wherever_the_sheet_lies(tmp_path: Path) -> None:
    for k, place in enumerate(("xl/other/sheet.bin", "elsewhere/worksheets/1.png")):
        assert counts(with_cells(tmp_path / f"near{k}.xlsx", "", place)) == COUNTS, "the reader finds it there"
        assert refused(with_cells(tmp_path / f"far{k}.xlsx", FAR, place)) == "tabular.file_reaches"
    foreign = {"content.xml": ODS.format(rows="")}
    assert counts(with_cells(tmp_path / "both.xlsx", "", **foreign)) == COUNTS
    assert refused(with_cells(tmp_path / "both.xlsx", FAR, **foreign)) == "tabular.file_reaches"


def test_what_the_parser_cannot_place_is_not_left_to_the_reader(tmp_path: Path) -> None:
    for k, cells in enumerate(('<row><c r="7C"/></row>', '<row r="-1"/>', "<row>", "&far;")):
        assert refused(with_cells(tmp_path / f"{k}.xlsx", cells)) == "tabular.file_broken", cells
    declared = {"xl/more.xml": '<!DOCTYPE sheetData [<!ATTLIST c r CDATA "A1">]><sheetData/>'}
    assert refused(with_cells(tmp_path / "declared.xlsx", "", **declared)) == "tabular.file_broken"


@pytest.mark.parametrize("given", ['office:value-type="float" office:value="1"', 'office:value="1"'])
@pytest.mark.parametrize("times", ["16000", "+16000"])
def test_repeated_cells_of_an_open_document_are_counted(tmp_path: Path, given: str, times: str) -> None:
    cell = f'<table:table-cell table:number-columns-repeated="{times}" {given}/>'
    row = "<table:table-row{}>" + cell + "</table:table-row>"
    assert read_sheets(ods(tmp_path / "near.ods", GOOD, row.format(""))).sheets
    far = row.format(' table:number-rows-repeated="200"')
    assert refused(ods(tmp_path / "far.ods", GOOD, far)) == "tabular.file_reaches"


def test_damaged_workbooks_are_refused_like_cut_ones(tmp_path: Path) -> None:
    """Bytes are changed all over; what unpacks and parses wrongly has one message, nothing else gets out."""
    for file in (workbook(tmp_path / "t.xlsx", GOOD), packed(ods(tmp_path / "t.ods", GOOD))):
        raw = file.read_bytes()
        file.write_bytes(raw[: len(raw) // 2])
        assert refused(file) == "tabular.file_broken", "cut"
        found = set()
        for at in range(0, len(raw), 23):
            file.write_bytes(raw[:at] + bytes((raw[at] ^ 0x5A,)) + raw[at + 1 :])
            try:
                found.add("read" if counts(file) == COUNTS else "wrong")
            except FileFaults as error:
                found.update(fault.message for fault in error.faults)
        assert "tabular.file_broken" in found, found
        assert found <= {"tabular.file_broken", "tabular.file_reaches", "read"}, found


def packed(file: Path) -> Path:
    """Pack the parts of a zip file, as programs do."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


class PanicException(BaseException):
    """Named as what a panic of the reader comes as."""


def test_a_panic_of_the_reader_is_a_damaged_file_and_a_stop_is_a_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = workbook(tmp_path / "t.xlsx", GOOD)

    def raising(kind: type[BaseException]) -> None:
        def visible(_: Path) -> None:
            raise kind("x")

        monkeypatch.setattr(sheet, "_visible", visible)

    raising(PanicException)
    assert refused(file) == "tabular.file_broken"
    raising(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt, match="x"):
        read_sheets(file)


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
        made("private.csv", "甲\ue000县,1".encode("gb18030")): "file_not_text",
        made("unassigned.csv", "甲\u0378县,1".encode("gb18030")): "file_not_text",
        made("half.csv", b"\xff\xfea"): "file_not_text",
        made("quote.csv", b'"' + b"x" * 200_000): "file_broken",
        made("large.csv", b"," * 20_000_001): "file_large",
    }
    found = {file.name: refused(file) for file in wanted}
    assert found == {file.name: f"tabular.{message}" for file, message in wanted.items()}


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert refused(tmp_path / "pipe.csv") == "tabular.file_not_plain"
