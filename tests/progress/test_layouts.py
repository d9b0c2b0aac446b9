"""Good tables of every layout, format and encoding are read to the same numbers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from progress_tables import (
    DATES,
    ENGLISH,
    HEAD,
    LONG,
    STAGES,
    TITLE,
    TOTALS,
    UNITS,
    across,
    csv_file,
    dated,
    dates_over_stages,
    ledger,
    long,
    ods_file,
    titled,
    two_lines,
    wide,
    xls_file,
    xlsx_file,
)  # fmt: skip

from dpsim import Progress, load_progress


def rows(progress: Progress) -> list[tuple[dt.date, str, str, int, int]]:
    """Return the frame as plain rows."""
    frame = progress.frame
    days = [day.date() for day in frame["date"]]
    return list(zip(days, *(frame[c].tolist() for c in ("unit", "stage", "total", "done")), strict=True))


def ordered(wanted: list[tuple[dt.date, str, str, int, int]]) -> list[tuple[dt.date, str, str, int, int]]:
    return sorted(wanted, key=lambda row: (row[0], row[1], STAGES.index(row[2])))


def messages(progress: Progress) -> set[str]:
    return {message.removeprefix("progress.repair.") for message in progress.repairs["message"]}


ALL = ordered(LONG)
LAST = [row for row in ALL if row[0] == DATES[1]]


def test_the_frame_is_as_agreed(tmp_path: Path) -> None:
    progress = load_progress(csv_file(tmp_path / "t.csv", long()))
    assert list(progress.frame.columns) == ["date", "unit", "stage", "total", "done"]
    assert [str(kind) for kind in progress.frame.dtypes] == ["datetime64[s]", "str", "str", "int64", "int64"]
    assert list(progress.repairs.columns) == ["file", "sheet", "row", "column", "given", "taken", "message"]
    assert rows(progress) == ALL and progress.repairs.empty and progress.ledger is None
    assert progress.frame.index.tolist() == list(range(30))
    assert rows(load_progress(progress.frame)) == ALL, "what was read is read again"
    assert rows(load_progress(str(tmp_path / "t.csv"))) == ALL, "a path may be text"


def test_a_workbook_with_a_sheet_for_each_date(tmp_path: Path) -> None:
    file = xlsx_file(tmp_path / "t.xlsx", {f"第{k}期": titled(day) for k, day in enumerate(DATES)}, ["A1:G1"])
    progress = load_progress(file)
    assert rows(progress) == ALL and messages(progress) == {"total_left_out"}
    names = xlsx_file(tmp_path / "u.xlsx", {day.isoformat(): wide(day) for day in DATES})
    assert rows(load_progress(names)) == ALL, "the date may be the name of the sheet"
    short = xlsx_file(tmp_path / "2018年调度.xlsx", {f"{d.month}.{d.day}": wide(d) for d in DATES})
    progress = load_progress(short)
    assert rows(progress) == ALL and messages(progress) == {"year_taken", "total_left_out"}


def test_a_folder_with_a_file_for_each_date(tmp_path: Path) -> None:
    csv_file(tmp_path / "进度20180903.csv", wide(DATES[0]), "gb18030")
    xlsx_file(tmp_path / "进度2018-09-10.xlsx", {"Sheet1": wide(DATES[1])})
    (tmp_path / "读我.docx").write_bytes(b"x")
    (tmp_path / "~$进度2018-09-10.xlsx").write_bytes(b"x")
    progress = load_progress(tmp_path)
    assert rows(progress) == ALL
    assert messages(progress) == {"encoding_guessed", "file_unused", "total_left_out"}
    unused = progress.repairs[progress.repairs["message"].str.endswith("file_unused")]["file"].tolist()
    assert unused == ["~$进度2018-09-10.xlsx", "读我.docx"]


@pytest.mark.parametrize(
    "form", ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%d %b %Y", "%B %d, %Y"]
)
def test_a_column_of_dates_in_every_form(tmp_path: Path, form: str) -> None:
    progress = load_progress(csv_file(tmp_path / "t.csv", dated(form), separator=";"))
    assert rows(progress) == ALL and progress.repairs.empty


def test_dates_without_year_and_serial_numbers_are_listed(tmp_path: Path) -> None:
    progress = load_progress(csv_file(tmp_path / "2018年进度.csv", dated("%m月%d日")))
    assert rows(progress) == ALL and messages(progress) == {"year_taken"} and len(progress.repairs) == 6
    serial = [[(dt.date.fromisoformat(str(r[0])) - dt.date(1899, 12, 30)).days, *r[1:]] for r in dated()[1:]]
    progress = load_progress(xlsx_file(tmp_path / "t.xlsx", {"a": [dated()[0], *serial]}))
    assert rows(progress) == ALL and messages(progress) == {"serial_taken"}
    real = [[dt.datetime.fromisoformat(str(r[0])), *r[1:]] for r in dated()[1:]]
    assert rows(load_progress(xlsx_file(tmp_path / "u.xlsx", {"a": [dated()[0], *real]}))) == ALL


def test_weeks_and_ends_of_months_are_listed(tmp_path: Path) -> None:
    week = [["双体系进度（2018年第37周）"], *wide(DATES[1])]
    progress = load_progress(csv_file(tmp_path / "t.csv", week))
    assert {row[0] for row in rows(progress)} == {dt.date(2018, 9, 16)} and "week_taken" in messages(progress)
    month = [["截至2018年9月底"], *wide(DATES[1])]
    progress = load_progress(csv_file(tmp_path / "t.csv", month))
    assert {row[0] for row in rows(progress)} == {dt.date(2018, 9, 30)} and "end_taken" in messages(progress)
    span = [["2018年9月4日至2018年9月10日调度情况"], *wide(DATES[1])]
    progress = load_progress(csv_file(tmp_path / "t.csv", span))
    assert rows(progress) == LAST and "date_chosen" in messages(progress)
    both = [["截至2018年9月10日进度（填报日期2018年9月11日）"], *wide(DATES[1])]
    progress = load_progress(csv_file(tmp_path / "t.csv", both))
    assert rows(progress) == LAST and "date_chosen" in messages(progress)


def test_dates_across_for_one_stage(tmp_path: Path) -> None:
    progress = load_progress(csv_file(tmp_path / "t.csv", across("online")))
    assert rows(progress) == [row for row in ALL if row[2] == "online"] and progress.repairs.empty
    sheets = {word: across(stage)[1:] for word, stage in zip(("已建", "评估"), ("built", "assessed"), strict=True)}
    progress = load_progress(xlsx_file(tmp_path / "t.xlsx", sheets))
    assert rows(progress) == [row for row in ALL if row[2] in ("built", "assessed")]


def test_headers_of_two_lines(tmp_path: Path) -> None:
    assert rows(load_progress(csv_file(tmp_path / "t.csv", two_lines(DATES[1])))) == LAST
    merged = ["A1:P1", "A2:A3", "B2:D2", "E2:G2", "H2:J2", "K2:M2", "N2:P2"]
    progress = load_progress(xlsx_file(tmp_path / "t.xlsx", {"a": two_lines(DATES[1])}, merged))
    assert rows(progress) == LAST and progress.repairs.empty
    progress = load_progress(csv_file(tmp_path / "u.csv", dates_over_stages()))
    assert rows(progress) == ALL and progress.repairs.empty
    merged = ["A1:A2", "B1:B2", "C1:G1", "H1:L1"]
    assert rows(load_progress(xlsx_file(tmp_path / "u.xlsx", {"a": dates_over_stages()}, merged))) == ALL


@pytest.mark.parametrize(("encoding", "separator"), [
    ("utf-8", ","), ("utf-8-sig", ","), ("utf-16", "\t"), ("gb18030", ","), ("gb18030", "\t"), ("utf-8", ";"),
])  # fmt: skip
def test_encodings(tmp_path: Path, encoding: str, separator: str) -> None:
    progress = load_progress(csv_file(tmp_path / "t.csv", titled(DATES[1]), encoding, separator))
    assert rows(progress) == LAST
    assert ("encoding_guessed" in messages(progress)) == (encoding == "gb18030")


def test_old_and_open_workbooks(tmp_path: Path) -> None:
    assert rows(load_progress(xls_file(tmp_path / "t.xls", titled(DATES[1])))) == LAST
    assert rows(load_progress(ods_file(tmp_path / "t.ods", titled(DATES[1])))) == LAST


def test_english_headers_and_a_row_called_total(tmp_path: Path) -> None:
    table = [["Progress as of 10 September 2018"], *wide(DATES[1], ENGLISH)]
    table[-1][0] = "Grand total"
    progress = load_progress(csv_file(tmp_path / "t.csv", table))
    assert rows(progress) == LAST and messages(progress) == {"total_left_out"}


def test_subtotals_are_checked_and_left_out(tmp_path: Path) -> None:
    head, *body = wide(DATES[1], total=False)
    east = ["东片小计", *(body[0][k] + body[1][k] for k in range(1, 7))]  # type: ignore[operator]
    west = ["西片小计", *body[2][1:]]
    total = wide(DATES[1])[-1]
    below = [head, *body[:2], east, body[2], west, total]
    above = [head, total, east, *body[:2], west, body[2]]
    for table in (below, above):
        progress = load_progress(csv_file(tmp_path / "20180910.csv", table))
        assert rows(progress) == LAST and len(progress.repairs) == 3 and messages(progress) == {"total_left_out"}


def test_shares_are_turned_into_counts_and_listed(tmp_path: Path) -> None:
    shares = [HEAD[:3], *([u, TOTALS[u], f"{100 * row[4] / row[3]:.1f}％"]
                          for u in UNITS for row in LAST if row[1:3] == (u, "built"))]  # fmt: skip
    wanted = [row for row in LAST if row[2] == "built"]
    progress = load_progress(csv_file(tmp_path / "20180910.csv", shares))
    assert rows(progress) == wanted and messages(progress) == {"share_taken"} and len(progress.repairs) == 3
    points = [["县区", "应建", "建成率（%）"], *([r[0], r[1], str(r[2])[:-1]] for r in shares[1:])]
    assert rows(load_progress(csv_file(tmp_path / "20180910.csv", points))) == wanted
    cells = [HEAD[:3], *([r[0], r[1], float(str(r[2])[:-1]) / 100] for r in shares[1:])]
    book = xlsx_file(tmp_path / "20180910.xlsx", {"a": cells}, percent=["C2", "C3", "C4"])
    assert rows(load_progress(book)) == wanted, "numbers that are shown as percent"
    full = [HEAD[:3], *([u, TOTALS[u], 1] for u in UNITS)]
    book = xlsx_file(tmp_path / "20180910.xlsx", {"a": full}, percent=["C2", "C3", "C4"])
    assert [row[4] for row in rows(load_progress(book))] == [30, 35, 40], "1 shown as 100% is all of them"


def test_shares_beside_counts_are_checked_in_any_scale(tmp_path: Path) -> None:
    wanted = [row for row in LAST if row[2] == "built"]
    for head, scale in (("建成率", 1), ("建成率", 100), ("建成率（%）", 1), ("建成率(%)", 100)):
        table = [[*HEAD[:3], head], *([row[1], row[3], row[4], round(scale * row[4] / row[3], 3)] for row in wanted)]
        progress = load_progress(csv_file(tmp_path / "20180910.csv", table))
        assert rows(progress) == wanted and progress.repairs.empty


def test_a_date_and_a_stage_in_one_header(tmp_path: Path) -> None:
    heads = [f"{day.month}月{day.day}日{word}" for day in DATES for word in ("已建", "评估")]
    body = [[r[0], r[1], r[2], r[5], r[7], r[10]] for r in dates_over_stages()[2:]]
    progress = load_progress(csv_file(tmp_path / "2018年.csv", [["县区", "应建", *heads], *body]))
    assert rows(progress) == [row for row in ALL if row[2] in ("built", "assessed")]
    assert messages(progress) == {"year_taken"}


def test_hazards_are_kept_under_their_ids(tmp_path: Path) -> None:
    table = [["县区", "应建", "已建", "排查隐患数（项）", "已整改", "整改率"], ["甲县", 40, 26, 120, 90, "75%"]]
    progress = load_progress(csv_file(tmp_path / "20180910.csv", table))
    assert [row[2:] for row in rows(progress)] == [
        ("built", 40, 26), ("hazards_found", 120, 120), ("hazards_rectified", 120, 90),
    ]  # fmt: skip
    assert rows(load_progress(progress.frame)) == rows(progress)


def test_totals_of_a_stage_of_its_own(tmp_path: Path) -> None:
    table = [["县区", "应建", "已建", "应评估", "已评估"], ["甲县", 40, 26, 20, 8], ["乙县", 35, 21, 10, 6]]
    progress = load_progress(csv_file(tmp_path / "20180910.csv", table))
    assert [row[1:] for row in rows(progress)] == [
        ("乙县", "built", 35, 21), ("乙县", "assessed", 10, 6), ("甲县", "built", 40, 26), ("甲县", "assessed", 20, 8),
    ]  # fmt: skip


def test_townships_of_counties(tmp_path: Path) -> None:
    head, last = ["县区", "乡镇", "应建", "已建"], ["合计", "", 69, 26]
    north = [["甲县", "东镇", 20, 9], ["甲县", "西镇", 15, 8], ["甲县", "小计", 35, 17]]
    south = [["乙县", "东镇", 12, 7], ["乙县", "南镇", 22, 2], ["乙县", "小计", 34, 9]]
    table = [head, *north, *south, last]
    progress = load_progress(csv_file(tmp_path / "20180910.csv", table))
    assert [row[1] for row in rows(progress)] == ["乙县/东镇", "乙县/南镇", "甲县/东镇", "甲县/西镇"]
    merged = xlsx_file(tmp_path / "20180910.xlsx", {"a": table}, ["A2:A4", "A5:A7", "A8:B8"])
    assert rows(load_progress(merged)) == rows(progress)


def test_a_ledger_is_counted_by_week(tmp_path: Path) -> None:
    for file in (csv_file(tmp_path / "t.csv", ledger()), xlsx_file(tmp_path / "t.xlsx", {"台账": ledger()}, ["A1:G1"])):
        progress = load_progress(file)
        assert rows(progress) == ALL
        assert progress.repairs["message"].tolist() == ["progress.repair.never_listed"]
        assert progress.ledger is not None and len(progress.ledger) == sum(TOTALS.values())
        assert progress.ledger["built"].notna().sum() == 71
        assert progress.ledger["built"].min() == pd.Timestamp("2018-09-02")


def test_who_has_no_date_of_coming_onto_the_list_is_told(tmp_path: Path) -> None:
    head = ["县区", "企业名称", "列入名单日期", "已建"]
    table = [head, ["甲县", "一厂", "2018-01-01", "2018-03-01"], ["甲县", "二厂", "", "2018-03-05"]]
    progress = load_progress(csv_file(tmp_path / "20180312.csv", table))
    row = progress.repairs.set_index("message").loc["progress.repair.always_listed"]
    assert (row["row"], row["given"]) == (3, "二厂")
    for lang, words in (("zh", "一开始就在名单内"), ("en", "from the start")):
        assert any("二厂" in text and words in text for text in progress.repair_texts(lang))
    table[2][2] = "2018-02-01"
    whole = load_progress(csv_file(tmp_path / "20180312.csv", table))
    assert not set(whole.repairs["message"]) & {"progress.repair.always_listed", "progress.repair.never_listed"}


def test_enterprises_come_and_go(tmp_path: Path) -> None:
    table = [["县区", "企业名称", "列入名单日期", "移出名单日期", "已建"],
             ["甲县", "一厂", "2018-01-01", "", "2018-03-01"],
             ["甲县", "二厂", "2018-01-01", "2018-03-05", "2018-02-26"],
             ["甲县", "三厂", "2018-03-06", "", "2018-03-12"]]  # fmt: skip
    progress = load_progress(csv_file(tmp_path / "t.csv", table))
    late = [row for row in rows(progress) if row[0] >= dt.date(2018, 2, 26)]
    assert [(row[0].day, *row[3:]) for row in late] == [(26, 2, 1), (5, 1, 1), (12, 2, 2)]
    assert {"total_moved"} <= messages(progress)


def test_titles_notes_and_blank_rows_are_no_units(tmp_path: Path) -> None:
    table = [
        ["附件1"],
        [TITLE.format(DATES[1])],
        ["填报单位：某市局", "", "单位：家"],
        *wide(DATES[1]),
        [],
        ["注：数据来自平台。"],
    ]
    assert rows(load_progress(csv_file(tmp_path / "t.csv", table))) == LAST
    assert rows(load_progress(xlsx_file(tmp_path / "t.xlsx", {"a": table}, ["A1:G1", "A2:G2", "A9:G9"]))) == LAST
