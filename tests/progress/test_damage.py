"""A good table damaged at random is never read to other numbers without an error or a listed repair."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from progress_tables import STAGES, TITLE, WORDS, csv_file, ods_file, xls_file, xlsx_file

from dpsim import Progress, load_progress
from dpsim.errors import DpsimError

Numbers = dict[tuple[dt.date, str, str], tuple[int, int]]
NAMES = "甲乙丙丁戊己庚辛"
LESS = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def counts(draw: Any) -> tuple[int, ...]:
    """Return the total of a unit and its counts, which nest."""
    n = draw(st.integers(1, 3000))
    built, connected = draw(st.integers(0, n)), draw(st.integers(0, n))
    assessed = draw(st.integers(0, built))
    online, passed = draw(st.integers(0, min(built, connected))), draw(st.integers(0, assessed))
    return n, built, connected, online, assessed, passed


@st.composite
def places(draw: Any) -> dict[str, list[tuple[int, ...]]]:
    """Return two weeks of counts by unit."""
    units = draw(st.integers(2, len(NAMES)))
    return {f"{NAMES[k]}县": [draw(counts()), draw(counts())] for k in range(units)}


DAYS = (dt.date(2019, 3, 4), dt.date(2019, 3, 11))


def numbers(of: dict[str, list[tuple[int, ...]]], weeks: int = 2) -> Numbers:
    """Return what the tables must be read to."""
    return {
        (DAYS[week], unit, stage): (row[week][0], count)
        for unit, row in of.items()
        for week in range(weeks)
        for stage, count in zip(STAGES, row[week][1:], strict=True)
    }


def read(progress: Progress) -> Numbers:
    frame = progress.frame
    columns = [frame[c].tolist() for c in ("unit", "stage", "total", "done")]
    return {(day.date(), u, s): (t, d) for day, u, s, t, d in zip(frame["date"], *columns, strict=True)}


def wide(of: dict[str, list[tuple[int, ...]]], week: int = 0) -> list[list[object]]:
    """Return a titled table of one week with its totals."""
    body: list[list[object]] = [[unit, *row[week]] for unit, row in of.items()]
    sums = [sum(row[week][k] for row in of.values()) for k in range(6)]
    return [[TITLE.format(DAYS[week])], ["县区", "应建", *WORDS], *body, ["合计", *sums]]


def long(of: dict[str, list[tuple[int, ...]]]) -> list[list[object]]:
    words = dict(zip(STAGES, WORDS, strict=True))
    return [
        ["日期", "县区", "阶段", "应建", "完成数"],
        *([day.isoformat(), unit, words[stage], *pair] for (day, unit, stage), pair in numbers(of).items()),
    ]


def dates_over_stages(of: dict[str, list[tuple[int, ...]]]) -> list[list[object]]:
    head: list[list[object]] = [["县区"], [""]]
    for day in DAYS:
        head[0] += [f"{day.year}年{day.month}月{day.day}日", *[""] * 5]
        head[1] += ["应建", *WORDS]
    return [*head, *([unit, *row[0], *row[1]] for unit, row in of.items())]


def styled(value: object, style: int) -> object:
    """Return a count as people write it."""
    if not isinstance(value, int):
        return value
    full = str(value).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    return (value, str(value), full, f"{value:,}", f" {value}家", f"{value}.0")[style]


@LESS
@given(places(), st.sampled_from(["csv", "tsv", "xlsx", "xls", "ods", "folder"]), st.integers(0, 5),
       st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))  # fmt: skip
def test_good_tables_of_every_kind_are_read_exactly(
    of: dict[str, list[tuple[int, ...]]], kind: str, style: int, encoding: str
) -> None:
    tables = [[[styled(cell, style) for cell in row] for row in wide(of, week)] for week in (0, 1)]
    with tempfile.TemporaryDirectory() as folder:
        path, weeks = Path(folder), 2
        if kind == "folder":
            for week, table in enumerate(tables):
                csv_file(path / f"{week}.csv", table, encoding, ";")
        elif kind == "xlsx":
            path = xlsx_file(path / "t.xlsx", {"一": tables[0], "二": tables[1]})
        elif kind in ("xls", "ods"):
            path, weeks = {"xls": xls_file, "ods": ods_file}[kind](path / f"t.{kind}", tables[0]), 1
        else:
            path, weeks = csv_file(path / f"t.{kind}", tables[0], encoding, "\t" if kind == "tsv" else ";"), 1
        assert read(load_progress(path)) == numbers(of, weeks)


@LESS
@given(places(), st.booleans())
def test_long_tables_and_dates_over_stages_are_read_exactly(
    of: dict[str, list[tuple[int, ...]]], in_rows: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = csv_file(Path(folder) / "t.csv", long(of) if in_rows else dates_over_stages(of))
        try:
            progress = load_progress(file)
        except DpsimError as error:
            messages = {fault.message for fault in getattr(error, "faults", ())}
            assert messages == {"progress.unit_is_sum"}, (
                "only a unit that is the sum of others may be taken for a total"
            )
            return
        assert read(progress) == numbers(of)
        assert read(load_progress(progress.frame)) == numbers(of)


JUNK = ["", "-", "—", "x", "约5", "1.5", "5.", "-5", "−5", "12%", "１２", "1,0", "1 234", "0x1F", "1e3", "5①", "٣",
        "NaN", "inf", "#DIV/0!", "5万", "TRUE", "2019-03-04", "0", "99999999", "=1+1", "5/6", "合计", "无", "+5", "5人",
        "1.160", "100%"]  # fmt: skip
SWAPS = [(1, 2), (1, 4), (2, 4), (3, 4), (5, 6), (2, 5), (2, 6), (0, 1), (0, 4)]
SCALES = ["（万家）", "(百家)", "（‰）", "(千户)", "（%）", "%", " (thousand)"]


def _cell(draw: Any, table: list[list[object]]) -> tuple[int, int]:
    return draw(st.integers(2, len(table) - 1)), draw(st.integers(1, 6))


def junk(draw: Any, table: list[list[object]]) -> None:
    row, column = _cell(draw, table)
    table[row][column] = draw(st.sampled_from(JUNK))


def number(draw: Any, table: list[list[object]]) -> None:
    row, column = _cell(draw, table)
    table[row][column] = draw(st.integers(0, 5000))


def scale(draw: Any, table: list[list[object]]) -> None:
    column = draw(st.integers(1, 6))
    table[1][column] = f"{table[1][column]}{draw(st.sampled_from(SCALES))}"


def swap_headers(draw: Any, table: list[list[object]]) -> None:
    one, other = draw(st.sampled_from(SWAPS))
    table[1][one], table[1][other] = table[1][other], table[1][one]


def swap_cells(draw: Any, table: list[list[object]]) -> None:
    row, column = _cell(draw, table)
    other = draw(st.integers(0, 6))
    table[row][column], table[row][other] = table[row][other], table[row][column]


def rename_total(draw: Any, table: list[list[object]]) -> None:
    table[-1][0] = draw(st.sampled_from(["临沂市", "全市 合计", "", "其他", "共计", "A city", "甲县", "总 计"]))
    table.insert(draw(st.integers(2, len(table) - 1)), table.pop())


def add_subtotal(draw: Any, table: list[list[object]]) -> None:
    end = draw(st.integers(4, len(table) - 1))
    sums = [sum(row[k] for row in table[2:end]) for k in range(1, 7)]  # type: ignore[misc]
    table.insert(end, [draw(st.sampled_from(["小计", "东片小计", "东片", "其中：东片", "Subtotal", ""])), *sums])


def lose_row(draw: Any, table: list[list[object]]) -> None:
    table.pop(draw(st.integers(0, len(table) - 2)))


def double_row(draw: Any, table: list[list[object]]) -> None:
    row = draw(st.integers(1, len(table) - 1))
    table.insert(draw(st.integers(1, len(table))), list(table[row]))


def shift_row(draw: Any, table: list[list[object]]) -> None:
    row = draw(st.integers(1, len(table) - 1))
    table[row].insert(draw(st.integers(0, 6)), draw(st.sampled_from(["", 1, "x"])))


def rename_header(draw: Any, table: list[list[object]]) -> None:
    heads = [
        "",
        "建成率",
        "本周新增",
        "进展",
        "应建",
        "企业名称",
        "日期",
        "2019年3月18日",
        "其中规上",
        "完成率",
        "已整改",
    ]
    table[1][draw(st.integers(0, 6))] = draw(st.sampled_from(heads))


def lose_column(draw: Any, table: list[list[object]]) -> None:
    column = draw(st.integers(0, 6))
    for row in table[1:]:
        row.pop(column)


DAMAGES = [junk, number, scale, swap_headers, swap_cells, rename_total, add_subtotal, lose_row, double_row, shift_row,
           rename_header, lose_column]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(of=places(), data=st.data(), workbook=st.booleans())
def test_no_damage_is_read_silently(
    damage: Any, of: dict[str, list[tuple[int, ...]]], data: st.DataObject, workbook: bool
) -> None:
    table = wide(of)
    damage(data.draw, table)
    good = numbers(of, 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        cells = [[str(cell) if isinstance(cell, str) else cell for cell in row] for row in table]
        file = xlsx_file(path / "t.xlsx", {"a": cells}) if workbook else csv_file(path / "t.csv", cells, separator=";")
        try:
            progress = load_progress(file)
        except DpsimError as error:
            assert error.text("zh") != error.text("en")
            event("refused")
            return
    found = read(progress)
    repairs = set(progress.repairs["message"]) - {"progress.repair.total_left_out"}
    same = all(good.get(key) == value for key, value in found.items())
    event("same" if same else "listed")
    assert same or repairs, table
    whole = set(good) == set(found) or damage in (lose_column, rename_header)  # a stage may become a checked share
    assert whole or repairs, "what is left out is listed"


def two_lines(of: dict[str, list[tuple[int, ...]]]) -> list[list[object]]:
    """Return one week under a header of two lines, each stage with its total, its count and its share."""
    head: list[list[object]] = [["县区"], [""]]
    for word in WORDS:
        head[0] += [word, "", ""]
        head[1] += ["应完成", "已完成", "完成率"]
    body = [
        [unit, *(cell for n in row[0][1:] for cell in (row[0][0], n, f"{100 * n / row[0][0]:.2f}%"))]
        for unit, row in of.items()
    ]
    return [[TITLE.format(DAYS[0])], *head, *body]


def dated(of: dict[str, list[tuple[int, ...]]]) -> list[list[object]]:
    """Return both weeks with a column of dates and rows of totals."""
    rows = [[DAYS[week].isoformat(), *row] for week in (0, 1) for row in wide(of, week)[2:]]
    return [["日期", "县区", "应建", *WORDS], *rows]


OTHER_LAYOUTS = [(long, 0, (1,)), (dated, 0, (1,)), (dates_over_stages, 1, (0,)), (two_lines, 2, (0,))]
"""Layouts, the last line of their header, and columns whose junk is a name like any other."""


@pytest.mark.parametrize(("layout", "last", "names"), OTHER_LAYOUTS, ids=lambda given: getattr(given, "__name__", ""))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(of=places(), data=st.data())
def test_no_junk_in_any_layout_is_read_silently(
    layout: Any, last: int, names: tuple[int, ...], of: dict[str, list[tuple[int, ...]]], data: st.DataObject
) -> None:
    table = layout(of)
    row = data.draw(st.integers(0, len(table) - 1))
    column = data.draw(st.integers(0, len(table[row]) - 1))
    if row > last and column in names:
        return
    table[row][column] = data.draw(st.sampled_from([junk for junk in JUNK if junk != "0"]))
    with tempfile.TemporaryDirectory() as folder:
        file = csv_file(Path(folder) / "t.csv", table, separator=";")
        try:
            progress = load_progress(file)
        except DpsimError:
            return
    good, found = numbers(of, 1 if layout is two_lines else 2), read(progress)
    repairs = set(progress.repairs["message"]) - {"progress.repair.total_left_out"}
    assert repairs or all(good.get(key) == value for key, value in found.items()), table


WORDS_OF_TABLES = [
    *[
        "县区",
        "乡镇",
        "企业名称",
        "应建",
        "已建",
        "接入",
        "建成率",
        "日期",
        "阶段",
        "评估",
        "已整改",
        "排查隐患",
        "备注",
    ],
    *["2018年9月10日", "9月3日", "截至2018年9月10日", "2018-09-10", "第37周", "合计", "小计", "甲县", "乙县", "total"],
    *[
        "列入日期",
        "移出日期",
        "信用代码",
        "（%）",
        "万",
        "County",
        "单位：万家",
        "50%",
        "-",
        "12",
        "3.5",
        "完成数",
        "应评估",
    ],
]
HEADS = (["县区", "应建", "已建", "日期"], ["县区", "企业名称", "已建", "接入", "列入日期", "移出日期"])
CELLS = st.one_of(
    st.sampled_from(WORDS_OF_TABLES), st.integers(-5, 50_000), st.floats(), st.booleans(), st.none(), st.dates(),
    st.text(max_size=8), st.tuples(*[st.sampled_from(WORDS_OF_TABLES)] * 2).map("".join),
)  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(CELLS, min_size=1, max_size=7), min_size=1, max_size=9))
def test_whatever_stands_in_a_table_it_is_read_or_refused(cells: list[list[Any]]) -> None:
    width = max(map(len, cells))
    rows = [[*row, *[None] * (width - len(row))] for row in cells]
    for given_head in (rows[0], *HEADS):
        head = [str(cell) for cell in given_head][:width]
        head += ["备注" if k == len(head) else f"备注（{k}）" for k in range(len(head), width)]
        frame = pd.DataFrame(rows, columns=head, dtype=object)
        try:
            progress = load_progress(frame)
        except DpsimError as error:
            assert error.text("zh") and error.text("en")
        else:
            assert (progress.frame["done"] <= progress.frame["total"]).all() and (progress.frame["done"] >= 0).all()
            assert progress.repair_texts("zh") is not None and len(progress.repair_texts("en")) == len(progress.repairs)
