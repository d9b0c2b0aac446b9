"""Frames, folders and the template; numbers that are none; messages of both languages."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from progress_tables import DATES, LONG, TITLE, csv_file, ledger, titled, wide, xlsx_file

from dpsim import InputError, load_progress
from dpsim.errors import FileFaults
from dpsim.language import LANGUAGES
from dpsim.progress import sources, template
from dpsim.progress.template import example_rows, write_template

FRAME = pd.DataFrame(LONG, columns=["date", "unit", "stage", "total", "done"])


def refused(given: Any) -> list[tuple[str, str]]:
    """Return messages and places of the faults."""
    with pytest.raises(InputError) as caught:
        load_progress(given)
    faults = caught.value.faults if isinstance(caught.value, FileFaults) else (caught.value,)
    assert all(fault.text("zh") != fault.text("en") for fault in faults)
    return [(fault.message.rpartition(".")[2], str(fault.values["where"]).rpartition(", ")[2]) for fault in faults]


def test_a_frame_is_read_like_a_file() -> None:
    progress = load_progress(FRAME)
    assert len(progress.frame) == 30 and progress.repairs.empty
    for dates in (pd.to_datetime(FRAME["date"]), FRAME["date"].astype(str)):
        assert load_progress(FRAME.assign(date=dates)).frame.equals(progress.frame)
    shuffled = FRAME.sample(frac=1, random_state=1)[["done", "stage", "total", "unit", "date"]]
    assert load_progress(shuffled).frame.equals(progress.frame), "order of rows and columns does not matter"
    assert load_progress(FRAME.assign(total=FRAME["total"].astype(float))).frame.equals(progress.frame)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -1, 0.5, True, "x"])
def test_numbers_that_are_none_are_refused_in_a_frame(value: object) -> None:
    frame = FRAME.astype({"done": object})
    frame.loc[3, "done"] = value
    found = refused(frame)
    assert len(found) == 1 and found[0][0].startswith("cell_") and found[0][1] == "E5"


def test_a_count_that_is_not_there_is_listed() -> None:
    for value in (None, pd.NA):
        frame = FRAME.astype({"done": object})
        frame.loc[3, "done"] = value
        progress = load_progress(frame)
        assert len(progress.frame) == 29 and "progress.repair.cell_missing" in set(progress.repairs["message"])


def test_what_is_no_table_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(3) == [("not_a_table", "int")]
    assert refused(pd.DataFrame()) == [("frame_columns", "DataFrame")]
    assert refused(FRAME.set_axis(pd.MultiIndex.from_product([["a"], FRAME.columns]), axis=1))[0][0] == "frame_columns"
    assert refused(FRAME[:0]) == [("no_units", "1")]
    assert refused(tmp_path / "absent.csv")[0][0] == "file_missing"
    assert refused(tmp_path)[0][0] == "folder_empty"
    monkeypatch.setattr(sources, "MAX_FILES", 1)
    for k in (1, 2):
        csv_file(tmp_path / f"{k}.csv", titled(DATES[0]))
    assert refused(tmp_path)[0][0] == "many_files"


def test_faults_of_all_files_and_rows_stand_together(tmp_path: Path) -> None:
    first, second = titled(DATES[0]), titled(DATES[1])
    first[2][2], first[3][3], second[2][2] = -1, "x", 2.5
    csv_file(tmp_path / "a.csv", first)
    xlsx_file(tmp_path / "b.xlsx", {"表": second})
    (tmp_path / "c.xlsx").write_bytes(b"PK\x03\x04")
    found = refused(tmp_path)
    assert [message for message, _ in found] == ["file_broken", "cell_outside", "cell_not_number", "cell_not_whole"]
    assert [place for _, place in found[1:]] == ["C3", "D4", "表!C3"]


def test_a_row_of_totals_alone_at_its_date(tmp_path: Path) -> None:
    table = [["日期", "县区", "应建", "已建"], ["2018-09-03", "甲县", 40, 20], ["2018-09-10", "合计", 40, 22]]
    assert refused(csv_file(tmp_path / "t.csv", table)) == [("total_alone", "3")]


def test_an_enterprise_removed_before_it_was_listed(tmp_path: Path) -> None:
    table = [["县区", "企业名称", "列入日期", "移出日期", "已建"], ["甲县", "一厂", "2018-03-01", "2018-02-01", ""]]
    assert refused(csv_file(tmp_path / "t.csv", table)) == [("ledger_removed", "2")]


def test_totals_of_a_ledger_are_checked(tmp_path: Path) -> None:
    table = [*ledger(), ["合计", "", 71, 64, 44, 23, 17]]
    progress = load_progress(csv_file(tmp_path / "t.csv", table))
    assert len(progress.frame) == 30
    told = ["progress.repair.never_listed", "progress.repair.total_left_out"]
    assert progress.repairs["message"].tolist() == told
    table[-1][2] = 70
    assert refused(csv_file(tmp_path / "t.csv", table)) == [("total_differs", "C108")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_template_is_read_back(tmp_path: Path, lang: str) -> None:
    file = write_template(tmp_path / "t.xlsx", lang=lang)
    progress = load_progress(file)
    frame = progress.frame
    days = [day.date() for day in frame["date"]]
    read = set(zip(days, *(frame[c].tolist() for c in ("unit", "stage", "total", "done")), strict=True))
    assert read == set(example_rows(lang)) and "progress.repair.example_read" in set(progress.repairs["message"])
    book = openpyxl.load_workbook(file)
    form = book.worksheets[0]
    assert {str(check.sqref) for check in form.data_validations.dataValidation} == {
        f"{letter}2:{letter}2000" for letter in "ABCDE"
    }
    form.append([dt.date(2018, 9, 17), "x", form.parent.worksheets[1]["C2"].value, 12, 5])
    book.save(file)
    progress = load_progress(file)
    assert progress.frame.iloc[0, 1:].tolist() == ["x", "built", 12, 5] and len(progress.frame) == 1
    assert set(progress.repairs["message"]) == {"progress.repair.sheet_unused"}, "the example is not mixed in"


def test_a_template_replaces_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def message(path: Path) -> str:
        with pytest.raises(InputError) as caught:
            write_template(path, lang="en")
        return caught.value.message.rpartition(".")[2]

    (tmp_path / "t.xlsx").write_text("mine")
    assert message(tmp_path / "t.xlsx") == "exists" and (tmp_path / "t.xlsx").read_text() == "mine"
    assert message(tmp_path / "t.csv") == "ending"
    assert message(tmp_path / "nowhere" / "t.xlsx") == "cannot_write"
    monkeypatch.setenv("DPSIM_LANG", "en")
    assert openpyxl.load_workbook(template.write_template(tmp_path / "u.xlsx")).sheetnames[0] == "Progress"


def test_text_of_a_user_is_escaped(tmp_path: Path) -> None:
    table = titled(DATES[1])
    table[2][2] = "{where}\x07<b>"
    with pytest.raises(FileFaults) as caught:
        load_progress(csv_file(tmp_path / "t.csv", table))
    assert "'{where}\\x07<b>'" in caught.value.text("en") and "\x07" not in caught.value.text("zh")
    table = [[TITLE.format(DATES[1])], *wide(DATES[1], ["县区", "应建", "已建（{0}\x1b[31m）", *wide(DATES[1])[0][3:]])]
    with pytest.raises(FileFaults) as caught:
        load_progress(csv_file(tmp_path / "t.csv", table))
    assert "'{0}\\x1b[31m'" in caught.value.text("en") and "\x1b" not in caught.value.text("zh")
