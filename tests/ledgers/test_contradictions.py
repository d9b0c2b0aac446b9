"""A hazard ledger that contradicts itself, its enterprises or its date is refused, or the reader is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from ledger_case import DATES, ledgers

from dpsim import load_hazards
from dpsim.errors import FileFaults, InputError
from dpsim.experiments.open_hazards import open_hazards
from dpsim.report.ledger_files import save_ledgers
from dpsim.tabular import same_bytes
from dpsim.tabular.same_bytes import workbook_bytes

HEADER = ["县区", "企业名称", "企业编号", "隐患级别", "发现日期", "整改时限", "整改完成日期", "销号日期", "是否逾期"]
GOOD = ["甲县", "甲厂", "A1", "一般", "2018-08-01", "2018-08-16", "", "", ""]
AS_OF = dt.date(2018, 9, 10)
LISTED = {"A1": ("甲县", "甲厂"), "A2": ("乙县", "乙厂"), "A3": ("甲县", ""), "A4": ("甲县", "甲厂二分厂")}


def row(**values: str) -> list[str]:
    return [values.get(head, cell) for head, cell in zip(HEADER, GOOD, strict=True)]


def written(folder: Path, *rows: list[str], title: str = "") -> Path:
    file = folder / "ledger.csv"
    lines = [[title], HEADER, *rows] if title else [HEADER, *rows]
    file.write_text("\n".join(",".join(cells) for cells in lines), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("values", "message", "words"),
    [
        ({"企业编号": "A2"}, "hazards.other_county", ("A2", "乙县", "甲县")),
        ({"企业编号": "A4"}, "hazards.other_enterprise", ("A4", "甲厂二分厂", "甲厂")),
        ({"企业名称": "丙厂"}, "hazards.other_enterprise", ("A1", "甲厂", "丙厂")),
        ({"县区": "丙县"}, "hazards.other_county", ("A1", "甲县", "丙县")),
        ({}, "", ()),
        ({"企业编号": "A3", "企业名称": "任一厂"}, "", ()),
        ({"县区": "某市甲县", "企业名称": "某市 甲厂"}, "", ()),
        ({"县区": "", "企业名称": ""}, "", ()),
    ],
)
def test_a_row_of_another_enterprise_than_its_code_is_refused(
    values: dict[str, str], message: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    ledger = load_hazards(written(tmp_path, GOOD, row(**values)))
    if not message:
        assert open_hazards(ledger, tuple(LISTED), AS_OF, listed=LISTED).state.size == 2
        return
    with pytest.raises(FileFaults) as caught:
        open_hazards(ledger, tuple(LISTED), AS_OF, listed=LISTED)
    (fault,) = caught.value.faults
    assert fault.message == message
    for lang in ("zh", "en"):
        assert all(word in fault.text(lang) for word in ("ledger.csv, 3", *words)) and "{" not in fault.text(lang)


def test_a_synthesised_county_has_another_name_in_reality(tmp_path: Path) -> None:
    listed = {"A1": ("county_01", ""), "A2": ("county_02", "")}
    assert open_hazards(load_hazards(written(tmp_path, GOOD)), ("A1", "A2"), AS_OF, listed=listed).state.size == 1
    with pytest.raises(FileFaults):
        open_hazards(load_hazards(written(tmp_path, row(县区="county_02"))), ("A1", "A2"), AS_OF, listed=listed)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"是否逾期": "否"}, True),
        ({"是否逾期": "是"}, False),
        ({"是否逾期": "是", "整改时限": "2018-10-01"}, True),
        ({"是否逾期": "否", "整改时限": "2018-10-01"}, False),
        ({"是否逾期": "否", "整改时限": "2018-09-10"}, False),
        ({"是否逾期": "否", "整改完成日期": "2018-08-20"}, True),
        ({"是否逾期": "否", "整改完成日期": "2018-08-10"}, False),
        ({"是否逾期": "是", "整改完成日期": "2018-08-10", "销号日期": "2018-08-12"}, True),
        ({}, False),
    ],
)
def test_a_word_on_being_overdue_is_held_against_the_dates(values: dict[str, str], told: bool, tmp_path: Path) -> None:
    titled = load_hazards(written(tmp_path, row(**values), title="隐患台账 截至2018年9月10日"))
    asked = load_hazards(written(tmp_path, row(**values)), as_of="2018-09-10")
    for made, place in ((titled, "I3"), (asked, "I2")):
        assert [note.message for note in made.repairs] == ["hazards.overdue"] * told
        for note in made.repairs:
            assert all(place in note.text(lang) and "{" not in note.text(lang) for lang in ("zh", "en"))


def test_rows_found_after_the_date_are_told_with_their_number(tmp_path: Path) -> None:
    late = [row(发现日期=f"2018-09-{day}", 整改时限="") for day in (12, 13)]
    (note,) = load_hazards(written(tmp_path, GOOD, *late), as_of=AS_OF).repairs
    assert (note.message, note.given, note.taken, note.place.row) == ("hazards.found_later", "2", "2018-09-10", 2)
    ledger = load_hazards(written(tmp_path, GOOD, *late))
    assert ledger.repairs == (), "control: without a date nothing is later"
    with pytest.warns(UserWarning, match="2018-09-10"):
        assert open_hazards(ledger, ("A1",), AS_OF).state.size == 1
    with pytest.raises(InputError):
        load_hazards(written(tmp_path, GOOD), as_of="Sept")


def test_a_ledger_of_headers_only_is_told(tmp_path: Path) -> None:
    (note,) = load_hazards(written(tmp_path)).repairs
    assert note.message == "hazards.holds_none" and "ledger.csv" in note.text("en") and "只有表头" in note.text("zh")
    assert load_hazards(written(tmp_path, GOOD)).repairs == (), "control"


def test_cells_beyond_the_last_header_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileFaults) as caught:
        load_hazards(written(tmp_path, [*GOOD, "", "急"], [*GOOD, "", "缓"]))
    (fault,) = caught.value.faults
    assert fault.message == "progress.header_empty" and "K2" in fault.text("en")
    assert len(load_hazards(written(tmp_path, [*GOOD, "", " "])).frame) == 1, "control: blanks are nothing"


@pytest.mark.parametrize("head", ["县区", "企业名称", "企业编号"])
@pytest.mark.parametrize("word", ["合计", "小计", "总计", "total"])
def test_a_row_of_totals_is_one_fault(head: str, word: str, tmp_path: Path) -> None:
    total = ["", "", "", "12", "", "", "3", "9", ""]
    total[HEADER.index(head)] = word
    with pytest.raises(FileFaults) as caught:
        load_hazards(written(tmp_path, GOOD, total))
    (fault,) = caught.value.faults
    assert fault.message == "hazards.totals_row" and "ledger.csv, 3" in fault.text("zh")
    assert len(load_hazards(written(tmp_path, GOOD, row(**{head: word}))).frame) == 2, "control: it was found on a day"


def test_the_nearest_is_named_only_where_there_is_one(tmp_path: Path) -> None:
    ledger = load_hazards(written(tmp_path, row(企业编号="QX-000001")))
    for codes, near in ((("QX-000002",), True), (("zzz",), False)):
        with pytest.raises(InputError) as caught:
            open_hazards(ledger, codes, AS_OF)
        assert ("nearest" in caught.value.text("en"), "最接近" in caught.value.text("zh")) == (near, near)


def test_a_workbook_written_at_another_time_has_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(text: str, date: dt.date = AS_OF) -> bytes:
        book = openpyxl.Workbook()
        book.active["A1"] = text  # type: ignore[index]
        return workbook_bytes(book, date)

    first = made("x")
    import openpyxl.packaging.core as core
    import openpyxl.writer.excel as excel

    class Later(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:
            return dt.datetime(2031, 5, 6, 7, 8, 9, tzinfo=tz)

    later = type("clock", (), {"datetime": Later, "timezone": dt.timezone})
    changed = [module for module in (core, excel) if hasattr(module, "datetime")]
    for module in changed:
        monkeypatch.setattr(module, "datetime", later)
    monkeypatch.setattr("zipfile.time.localtime", lambda *_: (2031, 5, 6, 7, 8, 9, 0, 0, 0))
    assert changed and made("x") == first
    assert made("y") != first and made("x", dt.date(2018, 9, 11)) != first, "controls"
    monkeypatch.setattr(same_bytes, "_TIME", same_bytes.re.compile(rb"(nothing)"))
    assert made("x") != first, "control: the clock is in the document else"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("date", DATES)
def test_a_ledger_of_a_run_contradicts_nothing_and_has_the_same_bytes_each_time(
    date: dt.date, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = save_ledgers(ledgers(date), tmp_path / "first", kind)
    made = load_hazards(first[1])
    assert made.repairs == () and len(made.frame) > 150, "the control of all notes"
    monkeypatch.setattr("zipfile.time.localtime", lambda *_: (2031, 5, 6, 7, 8, 9, 0, 0, 0))
    second = save_ledgers(ledgers(date), tmp_path / "second", kind)
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]
    sums = [(tmp_path / name / "SHA256SUMS").read_bytes() for name in ("first", "second")]
    assert sums[0] == sums[1]
