"""Nothing is read as a count in silence: words in brackets, titles, number formats, times of day, odd targets."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest
from progress_tables import csv_file, ods_file

from dpsim import load_progress
from dpsim.errors import FileFaults
from dpsim.progress.hazard_ledger import load_hazards
from dpsim.progress.wanted import load_targets

HEAD: list[object] = ["县区", "应建", "已建"]
BODY: list[list[object]] = [["甲县", 40, 30], ["乙县", 35, 12]]


def faults(file: Path) -> set[str]:
    with pytest.raises(FileFaults) as caught:
        load_progress(file)
    assert all("{" not in caught.value.text(lang) for lang in ("zh", "en"))
    return {fault.message.removeprefix("progress.") for fault in caught.value.faults}


@pytest.mark.parametrize(
    "words", ["百分数", "2017年", "截至上月", "新增", "计划", "pct", "完成率", "人", "本月", "家/%", "千元", "percent"]
)
def test_words_in_brackets_of_a_header_refuse_it(tmp_path: Path, words: str) -> None:
    head = ["县区", "应建", f"已建（{words}）"]
    assert faults(csv_file(tmp_path / "20180910.csv", [head, *BODY])) == {"header_bracket"}


@pytest.mark.parametrize("words", ["家", "户", "家数", "单位：家", "累计", "家、累计", "enterprises", "No.", "cum."])
def test_harmless_words_in_brackets_are_left_out(tmp_path: Path, words: str) -> None:
    head = ["县（市、区）", "应建（家）", f"已建（{words}）"]
    progress = load_progress(csv_file(tmp_path / "20180910.csv", [head, *BODY]))
    assert progress.frame["done"].tolist() == [12, 30]


def test_a_stage_may_have_words_in_brackets_if_it_is_said(tmp_path: Path) -> None:
    file = csv_file(tmp_path / "20180910.csv", [["县区", "应建", "已建（计划）"], *BODY])
    assert set(load_progress(file, stages={"planned": ["已建（计划）"]}).frame["stage"]) == {"planned"}


@pytest.mark.parametrize(
    "title",
    ["双重预防体系建设进度周报", "周调度表", "月报", "推进情况", "目标任务完成情况", "进度统计表", "三年行动计划进度",
     "工作计划推进情况", "Weekly report", "Monthly progress table"],
)  # fmt: skip
def test_harmless_titles_say_nothing(tmp_path: Path, title: str) -> None:
    progress = load_progress(csv_file(tmp_path / "20180910.csv", [[title], HEAD, *BODY]))
    assert progress.repairs.empty and progress.frame["done"].tolist() == [12, 30]


@pytest.mark.parametrize(
    ("title", "message"),
    [
        ("建成百分数", "percent_title"), ("Percentage built", "percent_title"), ("本月建成企业数", "new_only"),
        ("新增情况", "new_only"), ("Newly built enterprises", "new_only"), ("weekly additions", "new_only"),
    ],
)  # fmt: skip
def test_plain_titles_refuse(tmp_path: Path, title: str, message: str) -> None:
    assert faults(csv_file(tmp_path / "20180910.csv", [[title], HEAD, *BODY])) == {message}


@pytest.mark.parametrize(
    "title", ["各县区占比", "Share of enterprises", "本月进度", "Monthly", "预计数", "目标分解", "forecast"]
)
def test_other_titles_are_listed(tmp_path: Path, title: str) -> None:
    progress = load_progress(csv_file(tmp_path / "20180910.csv", [[title], HEAD, *BODY]))
    assert progress.repairs["message"].tolist() == ["progress.repair.title_read"]


def test_a_title_may_speak_of_shares_that_are_there(tmp_path: Path) -> None:
    table = [["建成百分比"], [*HEAD, "建成率"], ["甲县", 40, 30, "75%"]]
    assert load_progress(csv_file(tmp_path / "20180910.csv", table)).repairs.empty


@pytest.mark.parametrize("name", ["全部县区", "全市汇总", "汇总", "累计数", "Σ", "计", "共计", "总和", "all counties"])
def test_rows_of_totals_by_many_names(tmp_path: Path, name: str) -> None:
    good = load_progress(csv_file(tmp_path / "20180910.csv", [HEAD, *BODY, [name, 75, 42]]))
    assert sorted(set(good.frame["unit"])) == ["乙县", "甲县"]
    assert faults(csv_file(tmp_path / "20180910.csv", [HEAD, *BODY, [name, 75, 43]])) == {"total_differs"}


def test_a_unit_a_little_off_the_sum_is_asked_about_and_one_far_off_is_not(tmp_path: Path) -> None:
    assert faults(csv_file(tmp_path / "20180910.csv", [HEAD, *BODY, ["临沂市", 75, 43]])) == {"unit_near_sum"}
    far = load_progress(csv_file(tmp_path / "20180910.csv", [HEAD, *BODY, ["丙县", 75, 50]]))
    assert len(far.frame) == 3 and far.repairs.empty


@pytest.mark.parametrize(
    ("code", "done"), [('0"%"', 12), ("0\\%", 12), ('0"百家"', None), ('0"万"', None), ('0"家"', 30), ("#,##0;-0", 30)]
)
def test_words_of_number_formats(tmp_path: Path, code: str, done: int | None) -> None:
    book = openpyxl.Workbook()
    for row in (HEAD, ["甲县", 40, 30]):
        book.active.append(row)
    book.active["C2"].number_format = code
    book.save(tmp_path / "20180910.xlsx")
    if done is None:
        assert faults(tmp_path / "20180910.xlsx") == {"tabular.number_worded"}
    else:
        assert load_progress(tmp_path / "20180910.xlsx").frame["done"].tolist() == [done]


@pytest.mark.parametrize(("words", "done"), [("%", 12), ("百家", None), ("家", 30)])
@pytest.mark.parametrize("of_column", [False, True])
def test_words_of_number_formats_in_open_documents(
    tmp_path: Path, words: str, done: int | None, *, of_column: bool
) -> None:
    style = "" if of_column else ' table:style-name="ce1"'
    cell = f'<table:table-cell{style} office:value-type="float" office:value="30"/>'
    file = ods_file(tmp_path / "20180910.ods", [HEAD, ["甲县", 40, cell]])
    look = (
        '<office:automatic-styles xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" '
        'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><number:number-style style:name="N1">'
        f'<number:number number:min-integer-digits="1"/><number:text>{words}</number:text></number:number-style>'
        '<style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1"/>'
        "</office:automatic-styles><office:body>"
    )
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    text = parts["content.xml"].replace("<office:body>", look)
    if of_column:
        columns = '<table:table-column table:number-columns-repeated="2"/><table:table-column '
        columns += 'table:default-cell-style-name="ce1"/><table:table-row>'
        text = text.replace("<table:table-row>", columns, 1)
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in (parts | {"content.xml": text}).items():
            archive.writestr(name, content)
    if done is None:
        assert faults(file) == {"tabular.number_worded"}
    else:
        assert load_progress(file).frame["done"].tolist() == [done]


@pytest.mark.parametrize(
    ("head", "cell", "message"),
    [
        ("目标（%）", "1", "unclear"), ("目标（家）", "1", "counts"), ("目标", "0.95%", "small"),
        ("目标", "95%%", "share"), ("目标", "0.9_5", "share"), ("目标（%）", "0.9", "unclear"),
    ],
)  # fmt: skip
def test_targets_that_are_unclear_are_refused(tmp_path: Path, head: str, cell: str, message: str) -> None:
    file = csv_file(tmp_path / "t.csv", [["环节", "时限", head], ["已建", "2018-12-31", cell]])
    with pytest.raises(FileFaults) as caught:
        load_targets(file)
    assert [fault.message for fault in caught.value.faults] == [f"progress.targets.{message}"]
    assert all("{" not in caught.value.text(lang) for lang in ("zh", "en"))
    clear = csv_file(tmp_path / "u.csv", [["环节", "时限", "目标（%）"], ["已建", "2018-12-31", "95%"]])
    assert load_targets(clear)["target_share"].tolist() == [0.95]


@pytest.mark.parametrize(
    "text", ["2018-09-10 17:30", "2018-09-10T17:30:05Z", "2018/9/10 7:30", "2018年9月10日17时30分"]
)
def test_times_of_day_are_dropped(tmp_path: Path, text: str) -> None:
    table = [["日期", *HEAD], *([text, *row] for row in BODY)]
    progress = load_progress(csv_file(tmp_path / "t.csv", table))
    assert {str(day.date()) for day in progress.frame["date"]} == {"2018-09-10"}
    assert set(progress.repairs["message"]) == {"progress.repair.time_dropped"}
    hazards = [["县区", "企业名称", "隐患级别", "发现日期"], ["甲县", "一厂", "重大隐患", text]]
    ledger = load_hazards(csv_file(tmp_path / "h.csv", hazards))
    assert str(ledger.frame["found"][0].date()) == "2018-09-10"
