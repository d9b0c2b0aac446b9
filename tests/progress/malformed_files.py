"""The malformed tables of this folder: each is the good table with one fault. Run this file to write them again."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from progress_tables import (
    DATES,
    HEAD,
    STAGES,
    across,
    csv_file,
    dated,
    ledger,
    long,
    ods_file,
    titled,
    two_lines,
    xls_file,
    xlsx_file,
)

FOLDER = Path(__file__).with_name("malformed")
Table = list[list[Any]]
DAY = DATES[1]


def good() -> Table:
    """Return the table that is changed: title in row 1, header in row 2, units in rows 3 to 5, total in row 6."""
    return [list(row) for row in titled(DAY)]


def put(row: int, column: int, value: object) -> Callable[[], Table]:
    """Return the good table with another value in one cell, rows and columns counted from 1 and 0."""

    def made() -> Table:
        table = good()
        table[row - 1][column] = value
        return table

    return made


def title(text: str) -> Callable[[], Table]:
    """Return the good table under another title."""
    return put(1, 0, text)


def rows_with(*more: list[Any], at: int | None = None) -> Callable[[], Table]:
    """Return the good table with more rows, at the end or at a place."""

    def made() -> Table:
        table = good()
        where = len(table) if at is None else at
        return [*table[:where], *more, *table[where:]]

    return made


def without_total(change: Callable[[Table], Any] = lambda table: None) -> Callable[[], Table]:
    """Return the good table without its row of totals, changed."""

    def made() -> Table:
        table = good()[:-1]
        return change(table) or table

    return made


def swapped(one: int, other: int) -> Callable[[], Table]:
    """Return the good table with the headers of two columns swapped."""

    def made() -> Table:
        table = good()
        table[1][one], table[1][other] = table[1][other], table[1][one]
        return table

    return made


def without_column(column: int) -> Callable[[], Table]:
    """Return the good table without a column."""
    return lambda: [row if k == 0 else [*row[:column], *row[column + 1 :]] for k, row in enumerate(good())]


def with_column(head: str, *values: object) -> Callable[[], Table]:
    """Return the good table with a column more."""

    def made() -> Table:
        table = good()
        for row, value in zip(table[1:], (head, *values), strict=False):
            row.append(value)
        return table

    return made


def changed(source: Callable[[], Any], row: int, column: int, value: object) -> Callable[[], Table]:
    """Return another good table with one cell changed; row from 1, column from 0."""

    def made() -> Table:
        table = [list(line) for line in source()]
        table[row - 1][column] = value
        return table

    return made


def dated_without_year() -> Table:
    """Return a column of dates that runs over the end of a year."""
    table = dated()
    for k, row in enumerate(table[1:]):
        row[0] = "12月24日" if k < 3 else "1月7日"
    return [["2018年度进度"], *table]


def monthly(total: str, *built: list[int]) -> Table:
    """Return what three units built by month; a fourth count of a month is their total, under a name of its own."""
    listed = {"A": 100, "B": 200, "C": 310, total: 610}
    rows = [
        [f"2018-0{month}-01", name, listed[name], count]
        for month, counts in enumerate(built, 7)
        for name, count in zip(listed, counts, strict=False)
    ]
    return [["date", "county", "total", "built"], *rows]


def renamed_unit() -> Table:
    """Return both dates, one unit under two names."""
    table = dated()
    table[4][1] = "甲"
    return table


def late_unit() -> Table:
    """Return both dates, one unit missing at the second."""
    return dated()[:-1]


def total_moves() -> Table:
    """Return both dates, one total moved."""
    return changed(dated, 5, 2, 42)()


def count_falls() -> Table:
    """Return both dates, one count fallen."""
    return changed(dated, 7, 7, 5)()


def week_missing() -> Table:
    """Return four dates with a gap."""
    return [dated()[0], *([day, *dated()[1][1:]] for day in ("2018-09-03", "2018-09-10", "2018-09-17", "2018-10-15"))]


TEXTS: dict[str, Callable[[], Table]] = {
    # numbers
    "negative": put(3, 2, -26),
    "decimal": put(3, 2, 26.5),
    "dot_between_thousands": put(3, 1, "1.040"),
    "text_for_number": put(3, 2, "约26"),
    "text_none": put(3, 2, "无"),
    "nan": put(3, 2, "NaN"),
    "infinite": put(3, 2, "inf"),
    "too_large": put(3, 1, 40_000_000),
    "spreadsheet_error": put(3, 2, "#REF!"),
    "number_with_wan": put(3, 1, "0.4万"),
    "footnote_sign": put(3, 2, "26①"),
    "other_digits": put(3, 2, "٢٦"),
    "minus_sign": put(3, 2, "−26"),
    "footnote_in_share": put(3, 2, "6⑤%"),
    "exponent": put(3, 1, "4e1"),
    "full_width_digits": put(3, 2, "２６"),
    "thousands_sign": lambda: [*good()[:2], ["甲县", "1，040", *good()[2][2:]], *good()[3:5]],
    "counted_word": put(3, 2, "26家"),
    "empty_cell": put(3, 4, ""),
    "dash": put(3, 4, "—"),
    "not_reported": put(3, 4, "未报"),
    # units of counting
    "header_wan": put(2, 1, "应建（万家）"),
    "header_hundreds": put(2, 2, "已建(百家)"),
    "header_per_mille": put(2, 2, "已建（‰）"),
    "title_wan": rows_with(["单位：万家"], at=1),
    "title_percent": rows_with(["单位：%"], at=1),
    "header_thousands": lambda: [["as of 2018-09-10"], ["County", "Total (thousand)", "Built"], ["North", 40, 26]],
    "title_new_only": title("2018年9月10日本周新增情况"),
    "header_new_only": changed(across, 2, 2, "2018年9月3日新增"),
    "header_percent_words": put(2, 2, "已建（百分数）"),
    "header_of_a_year": put(2, 1, "应建（2017年）"),
    "header_planned": put(2, 2, "已建（计划）"),
    "header_new_in_brackets": put(2, 2, "已建（新增）"),
    "header_people": put(2, 2, "已建（人）"),
    "header_share_of_enterprises": put(2, 2, "建成率（家）"),
    "header_under_plan": lambda: [
        ["截至2018年9月10日"],
        ["县区", "应建", "年度计划", "评估"],
        ["", "", "已建", ""],
        ["甲县", 40, 26, 6],
    ],
    "title_percent_words": title("各县区建成百分比（截至2018年9月10日）"),
    "title_new_completions": title("2018年9月10日当月完成数"),
    "title_may_be_shares": title("各县区建成率（截至2018年9月10日）"),
    "title_of_a_plan": title("预计完成情况（截至2018年9月10日）"),
    "title_of_this_week": title("本周进度（截至2018年9月10日）"),
    "title_older_than_rows": lambda: [["截至2018年9月3日"], *dated()],
    # shares
    "share_scale_differs": with_column("建成率", 0.9, 0.6, 0.8),
    "share_of_one_beside_counts": with_column("建成率（%）", 0.65, 0.6, 0.9),
    "share_impossible": put(3, 2, "26%"),
    "share_above_hundred": put(3, 2, "130%"),
    "share_of_one": lambda: [
        ["截至2018年9月10日"],
        ["县区", "应建", "建成率（%）"],
        ["甲县", 40, 0.65],
        ["乙县", 35, 0.6],
    ],
    "share_without_sign": lambda: [["截至2018年9月10日"], ["县区", "应建", "建成率"], ["甲县", 40, 65]],
    "share_differs": with_column("建成率", "70%", "60%", "80%"),
    "share_without_total": lambda: [["截至2018年9月10日"], ["县区", "建成率"], ["甲县", "65%"]],
    "share_in_counts": without_total(lambda table: table[2].__setitem__(2, "65%")),
    # columns
    "swapped_total_built": swapped(1, 2),
    "swapped_built_online": swapped(2, 4),
    "swapped_assessed_passed": swapped(5, 6),
    "swapped_unit_number": lambda: [[r[1], r[0], *r[2:]] if k > 1 else r for k, r in enumerate(good())],
    "stage_twice": put(2, 3, "建成"),
    "total_twice": put(2, 3, "企业总数"),
    "unknown_header": put(2, 3, "已启动"),
    "unknown_header_near": put(2, 3, "网上运行情况"),
    "no_header_over_counts": put(2, 3, ""),
    "no_header_at_all": lambda: [good()[0], *good()[2:]],
    "no_unit_column": put(2, 0, "序号"),
    "no_total_column": without_column(1),
    "only_totals": lambda: [row[:2] for row in good()],
    "two_meanings": lambda: [
        ["截至2018年9月10日"],
        ["县区", "应建", "已建", ""],
        ["", "", "评估", "达标"],
        ["甲县", 40, 26, 6],
    ],
    "new_this_week": put(2, 3, "本周新增"),
    "header_with_condition": put(2, 2, "已建（不含停产）"),
    "two_tables_on_a_sheet": rows_with([], ["县区", "应建", "评估", "接入", "网上运行", "已建", "达标"], *good()[2:5]),
    "rectified_without_found": put(2, 3, "已整改"),
    "rectified_above_found": lambda: [
        ["截至2018年9月10日"],
        ["县区", "应建", "已建", "排查隐患", "已整改"],
        ["甲县", 40, 26, 90, 95],
    ],
    # units
    "no_name": put(3, 0, ""),
    "name_too_long": put(3, 0, "甲" * 41),
    "name_with_control": put(3, 0, "甲\u200b县"),
    "name_is_number": put(3, 0, "371302"),
    "same_unit_differs": put(4, 0, "甲县"),
    "same_row_twice": without_total(lambda table: table.append(list(table[2]))),
    "name_with_blanks": put(3, 0, "甲 县"),
    "two_names_of_a_unit": renamed_unit,
    "total_as_a_city": put(6, 0, "临沂市"),
    "total_first_as_a_city": lambda: [*good()[:2], ["临沂市", *good()[5][1:]], *good()[2:5]],
    "subtotal_as_a_county": lambda: [*good()[:4], ["东片", 75, 47, 42, 27, 14, 10], good()[4]],
    "total_on_one_date": lambda: monthly("Sum of counties", [20, 45, 60], [40, 80, 120, 240]),
    "total_wrong_once": lambda: monthly("Whole place", [20, 45, 60, 121], [40, 80, 120, 240], [60, 120, 200, 380]),
    "total_differs": put(6, 2, 72),
    "total_as_a_city_wrong": lambda: [*good()[:5], ["临沂市", *good()[5][1:2], 72, *good()[5][3:]]],
    "total_by_another_name_wrong": lambda: [*good()[:5], ["汇总", *good()[5][1:2], 72, *good()[5][3:]]],
    "name_is_a_dash": put(3, 0, "—"),
    "city_beside_its_county": lambda: [*good()[:3], ["临沂市", *good()[2][1:]]],
    "count_differs_from_total": put(3, 5, 7),
    "subtotal_differs": lambda: [*good()[:4], ["东片小计", 75, 47, 42, 28, 14, 10], *good()[4:]],
    "total_share_differs": lambda: [
        ["截至2018年9月10日"],
        HEAD[:3],
        ["甲县", 40, "65%"],
        ["乙县", 35, "60%"],
        ["合计", 75, "92.67%"],
    ],
    "total_share_beside_counts_differs": with_column("建成率", "65%", "60%", "80%", "77.6%"),
    "total_of_nothing": lambda: [*good()[:2], good()[5]],
    "total_zero": lambda: [*good()[:2], ["甲县", 0, 0, 0, 0, 0, 0], *good()[3:5]],
    "total_empty": without_total(lambda table: table[2].__setitem__(1, "")),
    "empty_table": lambda: good()[:2],
    "above_total": without_total(lambda table: table[2].__setitem__(2, 41)),
    "online_above_built": without_total(lambda table: table[2].__setitem__(4, 27)),
    "unit_not_reported": lambda: [*good()[:2], ["甲县", *[""] * 6], *good()[3:5]],
    "of_which": rows_with(["其中：开发区", 10, 5, 4, 3, 2, 1]),
    "average_row": rows_with(["平均", 35, 23, 21, 14, 7, 5]),
    "county_above": lambda: [
        ["截至2018年9月10日"],
        ["县区", "乡镇", "应建", "已建"],
        ["甲县", "东镇", 20, 9],
        ["", "西镇", 15, 8],
    ],
    "township_missing": lambda: [
        ["截至2018年9月10日"],
        ["县区", "乡镇", "应建", "已建"],
        ["甲县", "东镇", 20, 9],
        ["甲县", "", 35, 17],
    ],
    # dates
    "week_of_month": title("2018年9月第2周"),
    "range_of_days": title("2018年9月4日-10日"),
    "range_of_dates": title("2018年9月4日至9月10日"),
    "date_with_plan": changed(dated, 3, 0, "计划2018-09-03"),
    "no_date": title("双重预防体系建设进度表"),
    "no_year": title("截至9月10日"),
    "week_without_year": title("第37周进度"),
    "only_month": title("2018年9月进度"),
    "impossible_date": title("截至2018年9月31日"),
    "two_dates": title("2018年9月10日调度（2018年9月3日）"),
    "two_digit_year": title("截至18.9.10"),
    "day_month_year": title("as of 10/9/2018"),
    "year_far_away": title("截至1918年9月10日"),
    "date_cell_text": changed(dated, 3, 0, "上周"),
    "date_cell_impossible": changed(dated, 3, 0, "2018-02-30"),
    "date_cell_two_ways": changed(dated, 3, 0, "9/10"),
    "date_cell_first_empty": changed(dated, 2, 0, ""),
    "date_cell_empty": changed(dated, 3, 0, ""),
    "newest_first_over_a_year": lambda: [
        ["2018年度进度"],
        dated()[0],
        ["1月7日", *dated()[4][1:]],
        ["12月31日", *dated()[1][1:]],
    ],
    "year_may_have_ended": dated_without_year,
    "date_in_header_impossible": changed(across, 2, 2, "2018年13月3日"),
    "date_title_within": rows_with(["2018年9月17日进度"], good()[2], at=5),
    "dates_across_without_stage": changed(across, 1, 0, "进度"),
    "dates_across_two_stages": changed(across, 1, 0, "已建和评估进度"),
    "same_date_twice": changed(across, 2, 3, "2018年9月3日"),
    "stage_unknown": changed(long, 3, 2, "已启动"),
    "stage_empty": changed(long, 3, 2, ""),
    "long_row_differs": lambda: [*long(), [*long()[1][:4], 25]],
    "unit_missing": late_unit,
    "total_moves": total_moves,
    "count_falls": count_falls,
    "week_missing": week_missing,
    "share_group_differs": changed(lambda: two_lines(DAY), 4, 3, "99%"),
    "date_with_time": changed(dated, 3, 0, "2018-09-03 17:30"),
    "date_with_no_time": changed(dated, 3, 0, "2018-09-03 27:30"),
    # ledgers
    "ledger_text_for_date": changed(ledger, 3, 2, "是"),
    "ledger_date_after": changed(ledger, 3, 6, "2018-12-01"),
    "ledger_order": changed(ledger, 3, 2, "2018-09-08"),
    "ledger_skipped": changed(ledger, 3, 2, ""),
    "ledger_no_name": changed(ledger, 3, 1, ""),
    "ledger_same_differs": lambda: [*ledger(), ["甲县", "甲县第0厂", "2018-09-01"]],
    "ledger_same_twice": lambda: [*ledger(), ledger()[2]],
    "ledger_with_counts": changed(ledger, 2, 6, "企业总数"),
    "ledger_without_dates": lambda: [["县区", "企业名称", "已建"], ["甲县", "一厂", ""], ["乙县", "二厂", ""]],
    "ledger_planned_date": changed(ledger, 3, 2, "计划2018-12-01"),
    "ledger_without_title": lambda: ledger()[1:],
    "ledger_not_reached": changed(ledger, 3 + 39, 2, "—"),
}
"""Text files (UTF-8), by what is wrong with them."""


def _raw(name: str, content: bytes) -> None:
    (FOLDER / name).write_bytes(content)


def _workbooks() -> None:
    """Write the workbooks and the files that are not what they say."""
    xlsx_file(FOLDER / "joined_counts.xlsx", {"a": good()}, ["C3:C4"])
    xlsx_file(FOLDER / "formula_without_value.xlsx", {"a": put(3, 2, "=20+6")()})
    xlsx_file(FOLDER / "row_of_formulas.xlsx", {"a": rows_with(["丁县", *["=1+1"] * 6], at=5)()})
    xlsx_file(FOLDER / "percent_cells_impossible.xlsx", {"a": put(3, 2, 0.26)()}, percent=["C3"])
    for name, code in (("percent_written", '0"%"'), ("hundreds_written", '0"百家"')):
        book = openpyxl.load_workbook(xlsx_file(FOLDER / f"{name}.xlsx", {"a": put(3, 2, 65)()}))
        book.active["C3"].number_format = code
        book.save(FOLDER / f"{name}.xlsx")
    mixed: Table = [["县区", "应建", "已建"], ["甲县", 40, 0.65], ["乙县", 35, 1]]
    xlsx_file(FOLDER / "percent_beside_one.xlsx", {"2018-09-10": mixed}, percent=["C2"])
    xlsx_file(FOLDER / "error_value.xlsx", {"a": put(3, 2, "#REF!")()})
    xlsx_file(FOLDER / "truth_value.xlsx", {"a": put(3, 2, True)()})  # noqa: FBT003
    xlsx_file(FOLDER / "date_for_number.xlsx", {"a": put(3, 2, DAY)()})
    xlsx_file(FOLDER / "sheet_and_title_differ.xlsx", {"2018-09-17": good()})
    xlsx_file(FOLDER / "sheets_differ.xlsx", {"一": good(), "二": put(3, 6, 5)()[:5]})
    xlsx_file(FOLDER / "sheet_without_header.xlsx", {"一": good(), "二": [["草稿"], [1, 2, 3]]})
    xlsx_file(FOLDER / "serial_dates.xlsx", {"a": [dated()[0], [43353, *dated()[4][1:]]]})
    xlsx_file(FOLDER / "header_joined_twice.xlsx", {"a": good()}, ["C2:D2"])
    cell = '<table:table-cell office:value-type="{}" office:value="{}"/>'
    ods_file(FOLDER / "percent_cells_impossible.ods", put(3, 2, cell.format("percentage", 0.26))())
    ods_file(FOLDER / "percent_cells.ods", put(3, 2, cell.format("percentage", 0.65))())
    ods_file(FOLDER / "formula_without_value.ods", put(3, 2, '<table:table-cell table:formula="of:=20+6"/>')())
    hidden = openpyxl.load_workbook(xlsx_file(FOLDER / "hidden_row.xlsx", {"a": good()}))
    hidden.active.row_dimensions[4].hidden = True
    hidden.save(FOLDER / "hidden_row.xlsx")
    hidden = openpyxl.load_workbook(xlsx_file(FOLDER / "hidden_column.xlsx", {"a": good()}))
    hidden.active.column_dimensions["D"].hidden = True
    hidden.save(FOLDER / "hidden_column.xlsx")
    xls_file(FOLDER / "shares_of_one.xls", put(3, 2, 0.65)())
    xls_file(FOLDER / "only_ones.xls", [*good()[:2], *([u, n, 1, 1, 1, 1, 1] for u, n, *_ in good()[2:5])])
    book = openpyxl.load_workbook(xlsx_file(FOLDER / "hidden_sheet.xlsx", {"a": good(), "旧": good()}))
    book["旧"].sheet_state = "hidden"
    book.save(FOLDER / "hidden_sheet.xlsx")
    whole = xlsx_file(FOLDER / "cut_off.xlsx", {"a": good()}).read_bytes()
    _raw("cut_off.xlsx", whole[: len(whole) // 2])
    _raw("workbook_named.csv", whole)
    _raw("workbook_named.xls", whole)
    _raw("text_named.xlsx", "县区,应建,已建\r\n".encode())
    _raw("web_page.xls", "<html><body><table><tr><td>县区</td></tr></table></body></html>".encode())
    _raw("old_workbook_named.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(64)
    _raw("password.xlsx", locked)
    _raw("nothing.csv", b"")
    _raw("only_blanks.csv", b",,,\r\n,,,\r\n")
    _raw("binary.csv", b"\x00\x01\xff\x80")
    _raw("document.docx", b"PK\x03\x04")
    with zipfile.ZipFile(FOLDER / "other_archive.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    csv_file(FOLDER / "encoding_not_said.csv", good(), "gb18030")


def write_all() -> None:
    """Write every file."""
    FOLDER.mkdir(exist_ok=True)
    for name, made in TEXTS.items():
        csv_file(FOLDER / f"{name}.csv", made())
    _workbooks()


if __name__ == "__main__":
    assert HEAD and STAGES
    write_all()
