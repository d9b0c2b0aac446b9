"""A table of counties: headers in both languages, numbers as people write them, all faults at once with their cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest
from table_files import FULL, FULL_HEAD, FULL_ROWS, GOOD, HEAD, ROWS, text, workbook

from dpsim.errors import FileFaults
from dpsim.newcase.columns import ALIASES, column_of, find_header
from dpsim.newcase.table import MAX_COUNTIES, Table, read_table
from dpsim.tabular.counts import whole
from dpsim.tabular.places import cell_name
from dpsim.tabular.sheet import read_sheets

Rows = Sequence[Sequence[object]]


def read(folder: Path, *sheets: Rows, sheet: str | None = None, merged: Sequence[str] = ()) -> Table:
    return read_table(read_sheets(workbook(folder / "t.xlsx", *sheets, merged=merged)), sheet)


def faults(folder: Path, *sheets: Rows, sheet: str | None = None, merged: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return message and cell of every fault."""
    with pytest.raises(FileFaults) as caught:
        read(folder, *sheets, sheet=sheet, merged=merged)
    for fault in caught.value.faults:
        assert fault.text("zh") != fault.text("en") and "t.xlsx" in fault.text("zh")
    return [
        (fault.message.partition(".")[2], str(fault.values["where"]).rpartition("!")[2])
        for fault in caught.value.faults
    ]


def changed(rows: Rows, row: int, column: int, value: object) -> list[list[object]]:
    """Return rows with another value in one cell, both counted from 0."""
    copy = [list(line) for line in rows]
    copy[row][column] = value
    return copy


# ------------------------------------------------------------------ numbers

EMPTY, NO_NUMBER, UNCLEAR = "tabular.cell_empty", "tabular.cell_not_number", "tabular.cell_unclear"


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        (0, 0), (20, 20), (20.0, 20), ("20", 20), ("０", 0), ("１，１６０", 1160), ("1,160", 1160), ("1 160", 1160),
        (" 35 ", 35), ("35家", 35), ("35 家", 35), ("35 吨", NO_NUMBER), ("20.0", 20), ("20.", 20), ("007", 7),
        ("1,000,000", 1_000_000), (1_000_000, 1_000_000),
        ("", EMPTY), ("  ", EMPTY), ("\u3000", EMPTY),
        ("1.000", UNCLEAR), ("1.160", UNCLEAR), ("１．１６０", UNCLEAR), ("20.000家", UNCLEAR), ("1.000.000", UNCLEAR),
        (1.0, 1), ("1.0", 1), ("1.00", 1), ("1,000", 1000), ("1,000.000", 1000), ("1000.000", 1000), ("0.000", 0),
        ("66%", NO_NUMBER), ("-", NO_NUMBER), ("无", NO_NUMBER),
        ("1,16", NO_NUMBER), ("11,60,000", NO_NUMBER), ("=1+1", NO_NUMBER),
        ("1e3", NO_NUMBER), ("0x10", NO_NUMBER), ("#DIV/0!", NO_NUMBER),
        (True, NO_NUMBER), (dt.date(2026, 1, 1), NO_NUMBER), (None, NO_NUMBER),
        (20.5, "tabular.cell_not_whole"), ("20.5", "tabular.cell_not_whole"),
        (-1, "tabular.cell_outside"), ("-1", "tabular.cell_outside"), ("-0.5", "tabular.cell_outside"),
        (1_000_001, "tabular.cell_outside"), ("9" * 18, "tabular.cell_outside"),
        (float("nan"), "tabular.cell_outside"), (float("inf"), "tabular.cell_outside"),
    ],
)  # fmt: skip
def test_a_cell_is_a_count_or_says_why_not(cell: object, count: object) -> None:
    found = whole(cell)
    assert found == count and type(found) is type(count)


# ------------------------------------------------------------------ headers


def test_every_alias_names_its_column_however_it_is_set() -> None:
    for column, aliases in ALIASES.items():
        assert any(alias.isascii() for alias in aliases) and any(not alias.isascii() for alias in aliases)
        for alias in aliases:
            for header in (alias, alias.upper(), f" {alias}\n", f"{alias}（家）", f"{alias}(个)："):
                assert column_of(header) == column, header
    for header in ("建成企业数", "已建成数", "矿山企业", "网上运行家数", "Ｂｕｉｌｔ", "通过评估数量"):
        assert column_of(header) is not None, header
    for header in ("备注", "", "数", "建成率", "rebuilt", 7, None, "=cmd()"):
        assert column_of(header) is None, header


def test_a_title_and_joined_headers_of_two_lines_are_understood(tmp_path: Path) -> None:
    head = [
        ["某市进展表（单位：家）", None, None, None, None, None],
        ["县区", "企业数", "进展", None, "评估", None],
        [None, None, "建成", "网上运行", "完成评估", "通过评估"],
    ]
    rows = [["甲县", 40, 26, 15, 7, 6], ["乙县", 35, 21, 12, 5, 4]]
    merged = ("A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:F2")
    table = read(tmp_path, [*head, *rows], merged=merged)
    assert [(county.name, county.row) for county in table.counties] == [("甲县", 3), ("乙县", 4)]
    assert table.columns == ("enterprises", "built", "online", "assessed", "passed")
    assert table.counties[0].counts == dict(enterprises=40, built=26, online=15, assessed=7, passed=6)
    plain = read_table(read_sheets(text(tmp_path / "t.csv", [*head, *rows])))
    assert plain.counties == table.counties, "two lines in a text file are understood too"


def test_a_header_joined_downwards_is_no_county(tmp_path: Path) -> None:
    head = [[*HEAD], [None] * 5]
    table = read(tmp_path, [*head, *ROWS], merged=[f"{letter}1:{letter}2" for letter in "ABCDE"])
    assert [county.name for county in table.counties] == [row[0] for row in ROWS]


def test_optional_columns_on_a_lower_line_are_found(tmp_path: Path) -> None:
    head = [[*HEAD, "标杆", None, None], [None] * 5 + ["省级标杆", "市级标杆", "县级标杆"]]
    rows = [[*row, 1, 2, 3] for row in ROWS]
    table = read(tmp_path, [*head, *rows], merged=[f"{letter}1:{letter}2" for letter in "ABCDE"])
    assert len(table.counties) == 3 and table.total("benchmark_county") == 9


def test_columns_may_stand_in_any_order_with_others_between(tmp_path: Path) -> None:
    order = [4, 0, 3, 1, 2]
    rows = [[*(row[k] for k in order), "=HYPERLINK(1)"] for row in GOOD]
    rows[0][-1] = "备注"
    table = read(tmp_path, rows)
    assert {county.name: county.counts["built"] for county in table.counties} == {row[0]: row[2] for row in ROWS}
    assert table.unused == ("备注",)


def test_missing_and_double_headers_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(FileFaults) as caught:
        read(tmp_path, [["县区", "企业数", "建成率"], ["甲", 1, 1]])
    assert [str(fault.values["column"]) for fault in caught.value.faults] == ["建成", "网上运行", "通过评估"]
    assert "建成率" in caught.value.text("zh"), "what was not understood is shown"
    double = [[*HEAD, "已建成"], *([*row, 1] for row in ROWS)]
    assert faults(tmp_path, double) == [("column_twice", "F1")]
    partial = [[*HEAD, "省级标杆"], *([*row, 1] for row in ROWS)]
    assert faults(tmp_path, partial) == [("columns_together", "A1")]
    assert find_header([]).missing and find_header([[], ["x"]]).at == []


# ------------------------------------------------------------------ sheets


def test_the_sheet_with_the_table_is_found_or_must_be_named(tmp_path: Path) -> None:
    other = [["说明"], ["本表由各县区填报"]]
    assert read(tmp_path, other, GOOD).sheet == "B"
    assert faults(tmp_path, GOOD, other, GOOD)[0][0] == "several_sheets"
    assert read(tmp_path, GOOD, other, FULL, sheet="C").counties[0].name == "North"
    assert faults(tmp_path, GOOD, sheet="Sheet9")[0][0] == "no_sheet"
    assert faults(tmp_path, GOOD, sheet="a")[0][0] in ("no_sheet", "no_sheet_near")
    assert faults(tmp_path, other)[0][0] == "column_missing"


# ------------------------------------------------------------------ rows


@pytest.mark.parametrize("word", ["合计", "总　计", "全市", "Total", "合计："])
@pytest.mark.parametrize("first", [True, False])
def test_a_row_of_totals_is_checked_and_not_counted(tmp_path: Path, word: str, first: bool) -> None:
    total = [word, *(sum(row[k] for row in ROWS) for k in range(1, 5))]
    rows = [HEAD, total, *ROWS] if first else [*GOOD, total]
    table = read(tmp_path, rows)
    assert len(table.counties) == 3 and table.total_row == (1 if first else 4)
    wrong = changed(rows, 1 if first else 4, 2, 999)
    assert faults(tmp_path, wrong) == [("total_differs", "C2" if first else "C5")]
    assert read(tmp_path, changed(rows, 1 if first else 4, 2, None)).total_row is not None, (
        "what it lacks is not checked"
    )


def test_notes_and_blank_rows_are_passed_over(tmp_path: Path) -> None:
    total = ["合计", *(sum(row[k] for row in ROWS) for k in range(1, 5))]
    rows = [HEAD, ROWS[0], [None] * 5, *ROWS[1:], total, ["张三 2026年9月"], ["注：截至9月10日"]]
    assert len(read(tmp_path, rows).counties) == 3
    assert len(read(tmp_path, [*GOOD, ["注：截至9月10日"]]).counties) == 3
    assert faults(tmp_path, [*GOOD, ["丁市"]]) == [("row_empty", "A5")], "without a total it may be a county"


@pytest.mark.parametrize(
    ("area", "cell"), [("B2:B3", "B2"), ("C3:D3", "C3"), ("B2:C3", "B2"), ("E4:E5", "E4"), ("D5:E5", "D5")]
)
def test_a_joined_cell_over_several_counts_is_a_fault(tmp_path: Path, area: str, cell: str) -> None:
    total = ["合计", *(sum(row[k] for row in ROWS) for k in range(1, 5))]
    assert len(read(tmp_path, [*GOOD, total]).counties) == 3
    assert ("joined", cell) in faults(tmp_path, [*GOOD, total], merged=[area])


def test_counts_joined_over_two_counties_are_not_counted_twice(tmp_path: Path) -> None:
    rows = [HEAD, ["甲县", 400, 20, 15, 6], ["乙县", 400, 20, 12, 4]]
    assert read(tmp_path, rows).total("enterprises") == 800, "each with its own cell"
    assert faults(tmp_path, rows, merged=["B2:B3"]) == [("joined", "B2")]


def test_names_notes_and_other_columns_may_be_joined(tmp_path: Path) -> None:
    rows = [[*HEAD, "备注", None], *([*row, "x", None] for row in ROWS), ["注：截至9月10日"], [None] * 7]
    merged = ["F2:G4", "A5:E6", "F1:G1"]
    assert [county.name for county in read(tmp_path, rows, merged=merged).counties] == [row[0] for row in ROWS]
    rows = [[*row[:4], "备注" if row is HEAD else None, row[4]] for row in GOOD]
    assert read(tmp_path, rows, merged=["D2:E2"]).total("online") == 44, "one count over a column that holds none"


FAULTY = [
    (1, 2, None, "cell_empty", "C2"),
    (1, 2, "=SUM(1,2)", "cell_empty", "C2"),  # a formula whose result is not stored reads empty
    (2, 3, "12%", "cell_not_number", "D3"),
    (2, 3, 12.5, "cell_not_whole", "D3"),
    (1, 1, "1.000", "cell_unclear", "B2"),
    (3, 4, -1, "cell_outside", "E4"),
    (1, 1, 2_000_000, "cell_outside", "B2"),
    (1, 0, None, "name_missing", "A2"),
    (1, 0, "x" * 41, "name_odd", "A2"),
    (1, 0, "甲\u200b县", "name_odd", "A2"),
    (2, 0, "甲县", "name_twice", "A3"),
    (2, 0, " 甲县 ", "name_twice", "A3"),
    (2, 0, "小计", "subtotal", "A3"),
    (1, 3, 27, "above", "D2"),
    (1, 4, 27, "above", "E2"),
    (1, 2, 41, "above", "C2"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "column", "value", "message", "cell"), FAULTY)
def test_each_fault_names_its_cell(
    tmp_path: Path, row: int, column: int, value: object, message: str, cell: str
) -> None:
    assert read(tmp_path, GOOD).counties, "the table without the fault is read"
    assert faults(tmp_path, changed(GOOD, row, column, value)) == [(message, cell)]


FULL_FAULTY = [  # county, enterprises, building, built, connected, online, assessed, passed
    (1, 2, 21, "above", "C2"),  # building above the rest
    (1, 4, 29, "above", "E2"),  # connected above built and building
    (1, 4, 14, "above", "F2"),  # online above connected
    (1, 6, 5, "above", "H2"),  # passed above assessed
    (1, 6, 21, "above", "G2"),  # assessed above built
]


@pytest.mark.parametrize(("row", "column", "value", "message", "cell"), FULL_FAULTY)
def test_counts_of_all_stages_nest(
    tmp_path: Path, row: int, column: int, value: object, message: str, cell: str
) -> None:
    assert read(tmp_path, FULL).total("connected") == 43
    assert faults(tmp_path, changed(FULL, row, column, value)) == [(message, cell)]


def test_without_a_column_for_building_all_may_be_connected(tmp_path: Path) -> None:
    head, rows = [*HEAD, "接入"], [[*row, row[1]] for row in ROWS]
    assert read(tmp_path, [head, *rows]).total("connected") == 105
    assert faults(tmp_path, changed([head, *rows], 1, 5, 41)) == [("above", "F2")]


def test_tiers_and_sectors_fit_the_list(tmp_path: Path) -> None:
    extra = ["省级标杆", "市级标杆", "县级标杆", "矿山", "危化品", "工商贸"]
    rows = [[*HEAD, *extra], *([*row, 1, 2, 3, 4, 5, row[1] - 9] for row in ROWS)]
    assert read(tmp_path, rows).total("mines") == 12
    assert faults(tmp_path, changed(rows, 1, 7, 38)) == [("tiers_above", "F2")]
    assert faults(tmp_path, changed(rows, 2, 8, 5)) == [("sectors_differ", "I3")]


def test_all_faults_stand_together_and_long_lists_are_cut(tmp_path: Path) -> None:
    rows = [HEAD, ["甲", 40, 50, "x", 1], ["甲", 3.5, 1, None, 0], ["合计", 1, 2, 3, 4]]
    assert faults(tmp_path, rows) == [
        ("cell_not_number", "D2"), ("cell_not_whole", "B3"), ("cell_empty", "D3"), ("name_twice", "A3"),
        ("above", "C2"), ("total_differs", "C4"), ("total_differs", "E4"),
    ]  # fmt: skip
    many = faults(tmp_path, [HEAD, *([f"n{k}", -1, -1, -1, -1] for k in range(50))])
    assert len(many) == 101 and many[-1][0] == "more_faults"
    assert faults(tmp_path, [HEAD]) == [("no_counties", "A2")]
    assert faults(tmp_path, [HEAD, ["甲", 0, 0, 0, 0]]) == [("nobody", "B2")]
    assert faults(tmp_path, [HEAD, *([f"n{k}", 1, 1, 1, 1] for k in range(MAX_COUNTIES + 1))])[0][0] == "many_counties"


def test_a_column_that_adds_up_to_more_than_a_case_holds_is_named(tmp_path: Path) -> None:
    rows = [HEAD, ["甲", 600_000, 5, 4, 3], ["乙", 400_000, 5, 4, 3]]
    assert read(tmp_path, rows).total("enterprises") == 1_000_000
    assert faults(tmp_path, changed(rows, 2, 1, 400_001)) == [("total_outside", "B1")]
    with pytest.raises(FileFaults) as caught:
        read(tmp_path, [["某市进展表"], HEAD, ["甲", *[600_000] * 4], ["乙", *[600_000] * 4]])
    assert [str(fault.values["where"]).rpartition("!")[2] for fault in caught.value.faults] == ["B2", "C2", "D2", "E2"]
    assert "“企业数”列" in caught.value.text("zh") and "1200000" in caught.value.text("en")


def test_what_stands_in_a_cell_stays_text(tmp_path: Path) -> None:
    names = ["=cmd()|' /C calc'!A0", "<script>alert(1)</script>", "../../etc/passwd", "{where}", "yes", "371302"]
    rows = [HEAD, *([name, 10, 5, 4, 3] for name in names)]
    table = read_table(read_sheets(text(tmp_path / "t.csv", rows)))
    assert [county.name for county in table.counties] == names
    bad = text(tmp_path / "u.csv", [HEAD, ["{0}<b>", "{given}", 1, 1, 1]])
    with pytest.raises(FileFaults) as caught:
        read_table(read_sheets(bad))
    assert "'{given}'" in caught.value.text("en")


def test_cells_are_named_as_in_a_spreadsheet() -> None:
    assert [cell_name(6, 2), cell_name(0, 25), cell_name(9, 26), cell_name(0, 701), cell_name(0, 702)] == [
        "C7", "Z1", "AA10", "ZZ1", "AAA1",
    ]  # fmt: skip
    assert FULL[0] == FULL_HEAD and FULL[1:] == FULL_ROWS
