"""`dpsim new-case`: what is written, what is told, and that a faulty table ends with status 2 and writes nothing."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import openpyxl
import pytest

from called import Program
from dpsim.params.load import load_case

HEAD = ["县区", "企业数", "建成", "网上运行", "通过评估"]
ROWS = [["甲县", 40, 26, 15, 6], ["乙县", 35, 21, 12, 4], ["丙区", 30, 24, 17, 7]]
ASKED = ("--case", "own-2026", "--as-of", "2026-09-10")


@pytest.fixture
def call(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """Run the program in this process, in a folder with a good table."""
    monkeypatch.chdir(tmp_path)
    table("table.xlsx", [HEAD, *ROWS])

    return partial(program, lang="zh")


def table(name: str, rows: list[list[object]]) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(name)


def test_a_table_becomes_a_case_that_checks_and_runs(call) -> None:
    for lang, words in (("zh", "3 个县区；企业数 105"), ("en", "3 counties; enterprises 105")):
        said = call("new-case", "table.xlsx", *ASKED, "--force", lang=lang)
        assert said.status == 0 and said.err == "" and words in said.out, said.out + said.err
    assert call("check", "own-2026.yaml").status == 0
    said = call("run", "own-2026.yaml", "--replications", "2", lang="en")
    assert said.status == 0 and "all_online" in said.out and "105" in said.out, said.out + said.err
    assert "2026-12-31" in said.out


def test_options_reach_the_case(call) -> None:
    names = ("--name-zh", "甲市2027年", "--name-en", "Jia 2027", "--horizon-end", "2027-11-30", "--out", "x.yml")
    said = call("new-case", "table.xlsx", "--case", "jia", "--as-of", "2027-05-31", *names, "--like", "linyi-2018")
    case = load_case(Path("x.yml"))
    assert said.status == 0 and (case.id, case.name.zh, case.name.en) == ("jia", "甲市2027年", "Jia 2027")
    assert case.horizon_end.isoformat() == "2027-11-30" and case.as_of.isoformat() == "2027-05-31"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_faults_of_a_table_stand_together_and_nothing_is_written(call, lang: str) -> None:
    table("bad.xlsx", [HEAD, ["甲县", 40, 50, "66%", 1], ["甲县", 3.5, 1, None, 0]])
    said = call("new-case", "bad.xlsx", *ASKED, lang=lang)
    assert said.status == 2 and said.out == "" and "Traceback" not in said.err
    lines = said.err.splitlines()
    assert len(lines) == 6 and "5" in lines[0]
    for cell, line in zip(("D2", "B3", "D3", "A3", "C2"), lines[1:], strict=True):
        assert f"bad.xlsx, Sheet!{cell}" in line, line
    assert "'66%'" in said.err
    assert sorted(file.name for file in Path().iterdir()) == ["bad.xlsx", "table.xlsx"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("table.xlsx", "--case", "own-2026"), "--as-of"),
        (("table.xlsx", "--as-of", "2026-09-10"), "--case"),
        (("table.xlsx", *ASKED, "--name-zh", " "), "--name-zh"),
        (("table.xlsx", *ASKED, "--out", "here.txt"), "here.txt"),
        (("absent.xlsx", *ASKED), "absent.xlsx"),
        (("table.xlsx", *ASKED, "--like", "nowhere"), "nowhere"),
        (("table.xlsx", *ASKED, "--sheet", "Tabelle"), "Tabelle"),
        (("table.xlsx", *ASKED, "--lang", "fr"), "fr"),
        (("table.xlsx", "--case", "Own", "--as-of", "soon"), "Own"),
    ],
)
def test_what_is_asked_for_wrongly_is_refused(call, arguments: tuple[str, ...], word: str) -> None:
    for lang in ("zh", "en"):
        said = call("new-case", *arguments, lang=lang)
        assert said.status == 2 and said.out == "" and word in said.err and "Traceback" not in said.err, said.err
    assert [file.name for file in Path().iterdir()] == ["table.xlsx"]


def test_a_file_that_is_there_is_replaced_only_with_force(call) -> None:
    Path("own-2026.yaml").write_text("mine", encoding="utf-8")
    said = call("new-case", "table.xlsx", *ASKED)
    assert said.status == 2 and "--force" in said.err and Path("own-2026.yaml").read_text(encoding="utf-8") == "mine"
    assert call("new-case", "table.xlsx", *ASKED, "--force").status == 0
    assert load_case(Path("own-2026.yaml")).id == "own-2026"


def test_a_folder_that_cannot_be_written_is_named(call) -> None:
    Path("locked").mkdir()
    Path("locked/own.yaml").mkdir()
    said = call("new-case", "table.xlsx", *ASKED, "--out", "locked/own.yaml", "--force")
    assert said.status == 2 and "locked/own.yaml" in said.err and "Traceback" not in said.err
