"""Ledger files: written whole or not at all, no formulas, and every fault of a file that is read told at once."""

from __future__ import annotations

import datetime as dt
import errno
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import typer.testing
from ledger_case import DATES, SEED, ledgers, run, small

from dpsim import InputError, load_hazards, load_progress, load_strategy, run_replication
from dpsim.cli import app
from dpsim.core.streams import Stream, exponential
from dpsim.errors import DpsimError, FileFaults, RunError
from dpsim.model.delays import delay_scale
from dpsim.model.open_hazards import lasting_delay
from dpsim.report import ledger_files
from dpsim.report.ledger_files import make_ledgers, save_ledgers

HEADER = [
    "隐患编号",
    "县区",
    "企业名称",
    "企业编号",
    "隐患级别",
    "发现日期",
    "交办日期",
    "整改时限",
    "整改完成日期",
    "验收日期",
    "销号日期",
    "当前状态",
]
GOOD = ["A#1", "甲县", "甲厂", "LY-000001", "一般隐患", "2018-08-01", "2018-08-02", "2018-08-16", "", "", "", "已交办"]


def test_a_workbook_says_that_it_is_simulated_and_holds_no_formula(tmp_path: Path) -> None:
    made = ledgers(DATES[1])
    bad = made.enterprises.copy()
    bad.loc[0, "code"], bad.loc[1, "code"], bad.loc[2, "unit"] = "=HYPERLINK(1)", "@x", "+1"
    files = save_ledgers(replace(made, enterprises=bad), tmp_path, "xlsx")
    assert [file.name for file in files] == ["enterprise_ledger.xlsx", "hazard_ledger.xlsx", "run.json"]
    for file in files[:2]:
        book = openpyxl.load_workbook(file)
        sheet = book.worksheets[0]
        assert "推演结果，不是实际台账" in sheet["A1"].value and "说明" in book.sheetnames
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert len(cells) > 100 and not [cell for cell in cells if cell.data_type == "f"]
        assert not [
            cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@"))
        ]
    texts = {cell.value for row in openpyxl.load_workbook(files[0]).worksheets[0].iter_rows() for cell in row}
    assert {"'=HYPERLINK(1)", "'@x", "'+1"} <= texts


def test_nothing_is_left_of_a_file_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "enterprise_ledger.csv").mkdir()
    with pytest.raises(InputError) as caught:
        save_ledgers(ledgers(DATES[0]), tmp_path, "csv")
    assert caught.value.message == "ledgers.cannot_write"
    assert [entry.name for entry in tmp_path.iterdir()] == ["enterprise_ledger.csv"]


@pytest.mark.parametrize(("why", "kind"), [(errno.ENOSPC, RunError), (errno.EACCES, InputError)])
def test_where_the_disk_is_full_nothing_changes(
    why: int, kind: type[DpsimError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file of the folder is touched, not even the first, which had room; a full disk is no wrong input."""
    (tmp_path / "enterprise_ledger.csv").write_text("before")
    plain = Path.write_bytes

    def full(file: Path, content: bytes) -> int:
        if "hazard_ledger" in file.name:
            raise OSError(why, os.strerror(why))
        return plain(file, content)

    with monkeypatch.context() as patched, pytest.raises(kind) as caught:
        patched.setattr(Path, "write_bytes", full)
        save_ledgers(ledgers(DATES[0]), tmp_path, "csv")
    message = "ledgers.cannot_write" if kind is InputError else "cli.no_room"
    assert caught.value.message == message and "hazard_ledger.csv" in caught.value.text("en")
    assert isinstance(caught.value, InputError) == (kind is InputError)
    assert {entry.name: entry.read_text() for entry in tmp_path.iterdir()} == {"enterprise_ledger.csv": "before"}
    save_ledgers(ledgers(DATES[0]), tmp_path, "csv")
    assert len(list(tmp_path.iterdir())) == 4 and (tmp_path / "enterprise_ledger.csv").read_text() != "before"


def test_more_rows_than_a_sheet_holds_are_refused_and_too_much_to_read_back_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ledgers(DATES[0])
    rows = len(made.hazards)
    monkeypatch.setattr(ledger_files, "MOST_ROWS", rows + 1)
    with pytest.raises(InputError) as caught:
        save_ledgers(made, tmp_path, "xlsx")
    assert caught.value.message == "ledgers.too_many_rows" and not list(tmp_path.iterdir())
    monkeypatch.setattr(ledger_files, "MOST_ROWS", rows + 2)
    files = {kind: save_ledgers(made, tmp_path / kind, kind) for kind in ("xlsx", "csv")}
    assert [ledger_files.too_large(made, files[kind]) for kind in files] == [[], []]
    monkeypatch.setattr(ledger_files, "MAX_CELLS", rows * len(ledger_files.HAZARD_COLUMNS) - 1)
    told = [ledger_files.too_large(made, files[kind]) for kind in files]
    assert [len(names) for names in told] == [1, 0] and told[0][0].endswith("hazard_ledger.xlsx")
    monkeypatch.setattr(ledger_files, "MAX_BYTES", 10)
    assert [len(ledger_files.too_large(made, files[kind])) for kind in files] == [2, 2]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--date", "2018-09-09"], "2018-09-10"),
        (["--date", "2019-01-01"], "2018-12-31"),
        (["--date", "Sept"], "2018-12-31"),
        (["--format", "pdf"], "xlsx, csv"),
        (["--strategy", "past_pace"], "past_pace"),
        (["--replication", "-1"], "-1"),
        (["--seed", "x"], "x"),
    ],
)
def test_the_command_refuses_what_cannot_be(more: list[str], message: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = typer.testing.CliRunner().invoke(app, ["ledgers", "linyi-2018", "--out", str(out), *more])
    assert isinstance(done.exception, InputError) and message in done.exception.text() and not out.exists()


def test_the_command_writes_both_ledgers(tmp_path: Path) -> None:
    done = typer.testing.CliRunner().invoke(
        app, ["ledgers", "linyi-2018", "--out", str(tmp_path / "led"), "--format", "csv", "--date", "2018-09-12"]
    )
    assert done.exit_code == 0, done.output
    assert sorted(entry.name for entry in (tmp_path / "led").iterdir()) == [
        "SHA256SUMS",
        "enterprise_ledger.csv",
        "hazard_ledger.csv",
        "run.json",
    ]
    made = make_ledgers("linyi-2018", strategy=None, seed=1, replication=0, date="2018-09-12")
    assert len(load_hazards(tmp_path / "led" / "hazard_ledger.csv").frame) == len(made.hazards)
    assert len(made.enterprises) == 1748 and ledger_files.FORMATS == ("xlsx", "csv")


def written(folder: Path, *rows: list[str], header: list[str] | None = None) -> Path:
    """Write a hazard ledger as text."""
    file = folder / "ledger.csv"
    file.write_text("\n".join(",".join(row) for row in [header or HEADER, *rows]), encoding="utf-8")
    return file


def changed(**values: str) -> list[str]:
    """Return a good row with other cells, by header."""
    return [values.get(head, cell) for head, cell in zip(HEADER, GOOD, strict=True)]


def test_a_bureaus_own_ledger_is_read(tmp_path: Path) -> None:
    header = ["序号", "编号", "所属县区", "单位名称", "隐患等级", "排查时间", "整改期限", "状态", "备注"]
    file = written(tmp_path, ["1", "x", "甲县", "甲厂", "重大", "2018年8月1日", "2018.9.1", "", "急"], header=header)
    made = load_hazards(file)
    row = made.frame.iloc[0]
    assert (row["class"], row["state"], row["unit"], row["enterprise"]) == ("major", "found", "甲县", "甲厂")
    assert row["found"] == pd.Timestamp("2018-08-01") and row["due"] == pd.Timestamp("2018-09-01")
    assert made.unused == ("序号", "备注")


def test_rows_without_a_number_that_are_alike_are_told(tmp_path: Path) -> None:
    row = changed(隐患编号="")
    made = load_hazards(written(tmp_path, row, GOOD, row, row, changed(隐患编号="", 发现日期="2018-08-02")))
    (note,) = made.repairs
    assert len(made.frame) == 5 and (note.message, note.given, note.taken) == ("hazards.alike", "3", "4")
    assert all("ledger.csv, 2" in note.text(lang) and "{" not in note.text(lang) for lang in ("zh", "en"))
    header = ["序号", *HEADER, "隐患描述"]
    rows = [["1", *row, "通道堵塞"], ["2", *row, "通道堵塞"], ["3", *row, "电线裸露"]]
    (note,) = load_hazards(written(tmp_path, *rows, header=header)).repairs
    assert note.given == "2", "a running number does not tell hazards apart, what was found does"
    assert load_hazards(written(tmp_path, GOOD)).repairs == (), "control"


def test_a_channel_nobody_knows_is_told_once(tmp_path: Path) -> None:
    channels = ["群众举报", "企业自查", "群众举报", ""]
    rows = [[*changed(隐患编号=f"n{k}"), channel] for k, channel in enumerate(channels)]
    made = load_hazards(written(tmp_path, *rows, header=[*HEADER, "发现渠道"]))
    assert made.frame["channel"].tolist() == ["", "self_check", "", ""]
    (note,) = made.repairs
    for lang in ("zh", "en"):
        assert all(word in note.text(lang) for word in ("M2", "群众举报", "企业自查", "回头看")), note.text(lang)


FAULTS = [
    ({"隐患级别": "较大"}, "hazards.bad_class"),
    ({"当前状态": "待定"}, "hazards.bad_state"),
    ({"发现日期": ""}, "hazards.not_found"),
    ({"发现日期": "9/10"}, "progress.date_two_ways"),
    ({"交办日期": "2018-07-01"}, "hazards.order"),
    ({"整改时限": "2018-07-01"}, "hazards.order"),
    ({"整改完成日期": "2018-08-10"}, "hazards.state_behind"),
    ({"当前状态": "已销号"}, "hazards.closed_undated"),
    ({"企业编号": "", "企业名称": ""}, "hazards.nameless"),
]


@pytest.mark.parametrize(("values", "message"), FAULTS, ids=[message for _, message in FAULTS])
def test_a_fault_is_told_with_its_place(values: dict[str, str], message: str, tmp_path: Path) -> None:
    with pytest.raises(FileFaults) as caught:
        load_hazards(written(tmp_path, GOOD, changed(隐患编号="B", **values)))
    assert [fault.message for fault in caught.value.faults] == [message]
    for lang in ("zh", "en"):
        assert "3" in caught.value.faults[0].text(lang) and "{" not in caught.value.text(lang)


def test_all_faults_are_told_at_once_and_open_rows_stand_once(tmp_path: Path) -> None:
    rows = [changed(隐患编号=f"n{k}", **values) for k, (values, _) in enumerate(FAULTS)]
    with pytest.raises(FileFaults) as caught:
        load_hazards(written(tmp_path, *rows, GOOD, GOOD))
    assert [fault.message for fault in caught.value.faults] == [*(m for _, m in FAULTS), "hazards.open_twice"]
    closed = changed(整改完成日期="2018-08-05", 验收日期="2018-08-06", 销号日期="2018-08-07", 当前状态="已销号")
    assert len(load_hazards(written(tmp_path, closed, GOOD)).frame) == 2, "closed and found again is no fault"


CLOSED = {
    "整改完成日期": "2018-08-05",
    "验收日期": "2018-08-06",
    "销号日期": "2018-08-07",
    "当前状态": "已销号",
    "验收退回次数": "0",
    "反弹次数": "0",
}


def with_counts(**values: str) -> list[str]:
    """Return a closed row with both counts behind it."""
    row = {**dict(zip(HEADER, GOOD, strict=True)), **CLOSED, **values}
    return [row[head] for head in (*HEADER, "验收退回次数", "反弹次数")]


@pytest.mark.parametrize("head", ["验收退回次数", "反弹次数"])
@pytest.mark.parametrize("cell", ["-1", "1.5", "两次", "2000000"])
def test_counts_of_closed_rows_are_counts(head: str, cell: str, tmp_path: Path) -> None:
    header = [*HEADER, "验收退回次数", "反弹次数"]
    for good in ("0", "2", "", "２"):
        assert len(load_hazards(written(tmp_path, with_counts(**{head: good}), header=header)).frame) == 1
    with pytest.raises(FileFaults) as caught:
        load_hazards(written(tmp_path, with_counts(), with_counts(隐患编号="B", **{head: cell}), header=header))
    (fault,) = caught.value.faults
    place = "N3" if head == "反弹次数" else "M3"
    assert fault.message == "hazards.bad_count"
    assert all(f"ledger.csv, {place}" in fault.text(lang) and head in fault.text(lang) for lang in ("zh", "en"))


def test_a_closed_hazard_stands_once_and_may_come_back(tmp_path: Path) -> None:
    header = [*HEADER, "验收退回次数", "反弹次数"]
    row = with_counts()
    others = [
        with_counts(发现日期="2018-08-02"),
        with_counts(反弹次数="1"),
        with_counts(企业编号="LY-000002", 企业名称="乙厂"),
        with_counts(隐患编号="B"),
    ]
    assert len(load_hazards(written(tmp_path, row, *others, header=header)).frame) == 5
    for other in (row, with_counts(整改完成日期="2018-08-04"), with_counts(验收退回次数="1")):
        with pytest.raises(FileFaults) as caught:
            load_hazards(written(tmp_path, row, *others, other, header=header))
        (fault,) = caught.value.faults
        assert fault.message == "hazards.closed_twice"
        assert all("ledger.csv, 7" in fault.text(lang) and "ledger.csv, 2" in fault.text(lang) for lang in ("zh", "en"))


@pytest.mark.parametrize("state", ["已销号", "已交办"])
def test_an_enterprise_nobody_has_is_named_with_its_place(state: str, tmp_path: Path) -> None:
    from dpsim.experiments.open_hazards import open_hazards

    wrong = changed(隐患编号="B", 企业编号="LY-99", **({**CLOSED} if state == "已销号" else {}))[: len(HEADER)]
    rows: list[list[object]] = [list(HEADER), [*changed(**{"发现日期": "2018-09-11", "交办日期": "", "整改时限": ""})]]
    rows[1][-1] = "已排查"
    ledger = load_hazards(workbook(tmp_path, rows, [list(HEADER), list(GOOD)[:0] + [*wrong]]))
    with pytest.raises(InputError) as caught:
        open_hazards(ledger, ("LY-000001",), dt.date(2018, 9, 10))
    assert caught.value.message == "hazards.unknown_enterprise"
    assert all(
        "ledger.xlsx, s1!2" in caught.value.text(lang) and "LY-99" in caught.value.text(lang) for lang in ("zh", "en")
    )
    with pytest.raises(InputError) as caught:
        open_hazards(ledger.frame, ("LY-000001",), dt.date(2018, 9, 10))
    assert "hazards[1]" in caught.value.text("en"), "a frame has no file"
    left = {"codes": ("LY-000001",), "as_of": dt.date(2018, 9, 10), "former": {"LY-99"}}
    if state == "已销号":
        with pytest.warns(UserWarning):
            assert open_hazards(ledger, **left).state.size == 0, "of one that has left the list it is history"
    else:
        with pytest.raises(InputError):
            open_hazards(ledger, **left)


def test_the_closed_hazards_of_one_removed_from_the_list_are_history(tmp_path: Path) -> None:
    """The enterprise ledger names it with its date of removal; without that row it is unknown."""
    case, strategy = small(), load_strategy("balanced")
    names = run().setting.population.codes
    assert len(names) > 1
    made = ledgers(DATES[0])
    frame = made.hazards.assign(enterprise="")
    gone = frame.iloc[[0]].assign(
        code="LY-99", found=pd.Timestamp("2018-08-01"), closed=pd.Timestamp("2018-08-02"), state="closed"
    )
    files = save_ledgers(made, tmp_path, "csv")
    listed = load_progress(files[0])
    assert listed.ledger is not None
    extra = listed.ledger.iloc[[0]].assign(code="LY-99", unit=gone["unit"].iloc[0], removed=pd.Timestamp("2018-08-03"))
    kept = replace(listed, ledger=pd.concat([listed.ledger, extra], ignore_index=True))
    both = pd.concat([frame, gone], ignore_index=True)
    day = DATES[0]
    from dpsim.experiments.replication import prepare

    opened = prepare(case, strategy, as_of=day, state=kept, hazards=both).opened
    assert (
        opened is not None
        and opened.state.size == prepare(case, strategy, as_of=day, state=listed, hazards=frame).opened.state.size
    )  # type: ignore[union-attr]
    with pytest.raises(InputError) as caught:
        prepare(case, strategy, as_of=day, state=listed, hazards=both)
    assert caught.value.message == "hazards.unknown_enterprise"


def workbook(folder: Path, *sheets: list[list[object]]) -> Path:
    """Write a hazard ledger as a workbook, a sheet for each list of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for k, rows in enumerate(sheets):
        sheet = book.create_sheet(f"s{k}")
        for row in rows:
            sheet.append(row)
    book.save(folder / "ledger.xlsx")
    return folder / "ledger.xlsx"


def test_codes_that_are_numbers_in_a_workbook_are_read_as_they_look(tmp_path: Path) -> None:
    """As the enterprise ledger reads them: 371300 is no 371300.0, full-width signs are plain ones."""
    rows: list[list[object]] = [
        [*GOOD[:3], 371300, *GOOD[4:]],
        [*changed(隐患编号="B", 企业编号="ＬＹ－１", 企业名称="甲 厂")],
    ]
    frame = load_hazards(workbook(tmp_path, [list(HEADER), *rows])).frame
    assert frame["code"].tolist() == ["371300", "LY-1"] and frame["enterprise"].tolist() == ["甲厂", "甲厂"]
    head: list[object] = ["县区", "企业名称", "企业编号", "建成日期"]
    enterprises = load_progress(workbook(tmp_path, [head, ["甲县", "甲厂", 371300, "2018-08-01"]]))
    assert enterprises.ledger is not None and enterprises.ledger["code"].tolist() == frame["code"].tolist()[:1]


def test_a_formula_without_a_result_is_no_empty_cell(tmp_path: Path) -> None:
    """A closed hazard would be taken for an open one."""
    file = workbook(tmp_path, [list(HEADER), [*GOOD[:-2], "=TODAY()", ""]])
    with pytest.raises(FileFaults) as caught:
        load_hazards(file)
    (fault,) = caught.value.faults
    assert fault.message == "progress.formula_empty" and "K2" in fault.text("en") and "销号日期" in fault.text("zh")
    assert load_hazards(workbook(tmp_path, [list(HEADER), [*GOOD[:-2], "", ""]])).frame["state"].tolist() == [
        "assigned"
    ]


def test_every_sheet_with_hazards_is_read(tmp_path: Path) -> None:
    """One sheet for each county; a sheet of notes is none, and what stands open in two sheets is told."""
    sheets: list[list[list[object]]] = [
        [["说明"]],
        [list(HEADER), list(GOOD)],
        [list(HEADER), [*changed(隐患编号="B")]],
    ]
    assert load_hazards(workbook(tmp_path, *sheets)).frame["number"].tolist() == ["A#1", "B"]
    sheets[2][1] = list(GOOD)
    with pytest.raises(FileFaults) as caught:
        load_hazards(workbook(tmp_path, *sheets))
    (fault,) = caught.value.faults
    assert fault.message == "hazards.open_twice" and "s1" in fault.text("en") and "s2" in fault.text("en")


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("class", "x"),
        ("class", float("nan")),
        ("state", "open"),
        ("found", pd.NaT),
        ("found", "2018-08-01"),
        ("closed", dt.date(2018, 8, 1)),
        ("due", pd.Timestamp("2018-08-01", tz="UTC")),
    ],
)
def test_a_frame_made_by_hand_is_refused_by_its_column(column: str, cell: object) -> None:
    from dpsim.experiments.open_hazards import open_hazards

    good = ledgers(DATES[0]).hazards.assign(enterprise="")
    codes = small_codes()
    assert open_hazards(good, codes, DATES[0]).state.size == len(good) > 0, "the control"
    with pytest.raises(InputError) as caught:
        open_hazards(good.assign(**{column: cell}), codes, DATES[0])
    assert caught.value.message == "hazards.bad_column"
    for lang in ("zh", "en"):
        assert f"{column}: " in caught.value.text(lang) and "{" not in caught.value.text(lang)
    with pytest.raises(InputError) as caught:
        open_hazards(pd.concat([good, good[[column]]], axis=1), codes, DATES[0])
    assert caught.value.message == "hazards.no_frame"


def small_codes() -> tuple[str, ...]:
    """Return the list of the small case."""
    return run().setting.population.codes


@pytest.mark.parametrize(
    "header", [["甲", "乙"], ["隐患级别", "发现日期"], ["隐患级别", "发现日期", "企业编号", "排查日期"]]
)
def test_headers_that_will_not_do_are_refused(header: list[str], tmp_path: Path) -> None:
    with pytest.raises(FileFaults):
        load_hazards(written(tmp_path, ["一般"] * len(header), header=header))
    with pytest.raises(InputError):
        load_hazards(7)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        load_hazards(tmp_path / "nowhere.xlsx")


def test_a_ledger_of_enterprises_nobody_has_is_refused(tmp_path: Path) -> None:
    case, strategy = small(), load_strategy("balanced")
    hazards = load_hazards(written(tmp_path, changed(企业编号="LY-99")))
    for given, message in (
        (hazards, "hazards.unknown_enterprise"),
        ("x", "hazards.no_frame"),
        (pd.DataFrame(), "hazards.no_frame"),
    ):
        with pytest.raises(InputError) as caught:
            run_replication(case, strategy, seed=SEED, replication=0, hazards=given)
        assert caught.value.message == message and "{" not in caught.value.text("en")


def test_what_lies_after_the_as_of_date_is_not_looked_at(tmp_path: Path) -> None:
    from dpsim.experiments.open_hazards import open_hazards
    from dpsim.model.hazards import Hazard

    steps = {"整改完成日期": "2018-09-20", "验收日期": "2018-09-21", "销号日期": "2018-09-22", "当前状态": "已销号"}
    rows = [
        changed(**steps),
        changed(隐患编号="B", 发现日期="2018-09-11", 交办日期="2018-09-11", 整改时限=""),
        changed(隐患编号="C"),
    ]
    ledger = load_hazards(written(tmp_path, *rows))
    with pytest.warns(UserWarning, match="1"):
        made = open_hazards(ledger, ("LY-000001",), dt.date(2018, 9, 10))
    assert made.state.tolist() == [Hazard.ASSIGNED, Hazard.ASSIGNED] and (made.since < 0).all()
    assert open_hazards(ledger, ("LY-000001",), dt.date(2018, 9, 22)).state.size == 2
    with pytest.warns(UserWarning, match="3"):
        assert open_hazards(ledger, ("LY-000001",), dt.date(2018, 7, 1)).state.size == 0


@pytest.mark.parametrize("shape", [0.86, 1.0, 1.5])
def test_a_delay_that_has_lasted_follows_the_law_given_that_it_has(shape: float) -> None:
    """P(delay > t | delay > past) is known: its values are uniform; without the condition they are not."""
    n, past, mean = 4000, 6.0, 10.0
    scale, power = delay_scale(shape), 1.0 / shape
    thresholds = [exponential(3, 0, k + 1, int(Stream.TEST), 0) for k in range(n)]
    days = np.array([lasting_delay(one, past, mean, scale, power) for one in thresholds])
    assert (days >= past).all()

    def distance(u: np.ndarray) -> float:
        return float(np.abs(np.sort(u) - (np.arange(n) + 0.5) / n).max() * np.sqrt(n))

    def survival(t: np.ndarray) -> np.ndarray:
        return np.asarray(np.exp(-((t / (scale * mean)) ** shape)))

    assert distance(survival(days) / survival(np.array(past))) < 1.63, "Kolmogorov at 1 %"
    fresh = np.array([past + lasting_delay(one, 0.0, mean, scale, power) for one in thresholds])
    told = distance(survival(fresh) / survival(np.array(past)))
    assert told < 1.63 if shape == 1.0 else told > 1.63, "only an exponential delay forgets"
