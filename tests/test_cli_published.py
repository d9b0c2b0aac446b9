"""`dpsim published`: the table in both languages; what is wrong ends with status 2 and leaves nothing."""

from __future__ import annotations

import csv
import json
from functools import partial
from pathlib import Path

import pytest

from called import Program
from dpsim.experiments import ensemble
from dpsim.experiments.sums import file_digest
from dpsim.params import uncertain
from dpsim.params.load import load_case
from dpsim.params.locate import locate_case
from dpsim.params.uncertain import drawn_and_again
from dpsim.report.published import COLUMNS
from dpsim.report.verify.job import verify

CASE = "linyi-2018"


@pytest.fixture
def call(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """Run the program in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DPSIM_WORKERS", "1")

    return partial(program, "published", lang="zh")


def chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def without_figures() -> str:
    """Return the text of a case up to its published figures."""
    return locate_case(CASE).read_text(encoding="utf-8").partition("\npublished:")[0] + "\n"


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "published.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_table_in_both_languages(call: Program, tmp_path: Path) -> None:
    said = {lang: call(CASE, "--replications", "4", "--lang", lang, "--out", lang) for lang in ("zh", "en")}
    assert [status for status, _, _ in said.values()] == [0, 0]
    assert chinese(said["zh"][1]) and not chinese(said["en"][1] + said["en"][2])
    tables = {lang: rows_of(tmp_path / lang) for lang in said}
    case = load_case(CASE)
    for lang, rows in tables.items():
        assert tuple(rows[0]) == COLUMNS
        assert COLUMNS == (
            "case", "id", "quantity", "published", "median", "low", "high", "inside", "used_to_set", "note"
        )  # fmt: skip
        assert [(row["case"], row["id"]) for row in rows] == [(CASE, figure.id) for figure in case.published]
        for row, figure in zip(rows, case.published, strict=True):
            assert float(row["published"]) == figure.value and row["quantity"] == figure.quantity
            assert float(row["low"]) <= float(row["median"]) <= float(row["high"])
            assert {row["inside"], row["used_to_set"]} <= {"True", "False"}
            assert row["note"] == ("" if figure.note is None else figure.note.words(lang))
            assert figure.id in said[lang][1]
    numbers = [[{**row, "note": ""} for row in rows] for rows in tables.values()]
    assert numbers[0] == numbers[1], "the language moves no number"
    record = json.loads((tmp_path / "en" / "run.json").read_text(encoding="utf-8"))
    assert record["cases"] == {CASE: case.digest} and (record["seed"], record["replications"]) == (1, 4)
    sums = dict(line.split("  ")[::-1] for line in (tmp_path / "en" / "SHA256SUMS").read_text().splitlines())
    assert sums == {name: file_digest(tmp_path / "en" / name) for name in ("published.csv", "run.json", "sources.json")}


def test_the_folder_is_verified(call: Program, tmp_path: Path) -> None:
    """And the control: one digit of the table changed is found."""
    assert call(CASE, "--replications", "2", "--out", "made")[0] == 0
    good, table = verify("made"), tmp_path / "made" / "published.csv"
    assert good.well and good.folders[0].kind == "published", good.text()
    table.write_bytes(table.read_bytes().replace(b"0.6636,", b"0.6637,", 1))
    bad = verify("made")
    assert not bad.well and "published.csv" in bad.text()


def test_a_case_of_ones_own(call: Program, tmp_path: Path) -> None:
    """A figure outside without a note is told, a note that looks like a formula is text, and other strategies run."""
    own = without_figures().replace(f"case: {CASE}", "case: own") + (
        "published:\n"
        "  - {id: visits, quantity: visits, from: 2018-09-11, to: 2018-12-31, value: 1, unit: visits, source: EX28}\n"
        "  - {id: fewer, quantity: visits, from: 2018-09-11, to: 2018-12-31, value: -0.9, unit: share, source: EX28,\n"
        "     strategy: light_touch, against: current_arrangement, note: {zh: '=1+1', en: '=1+1'}}\n"
    )
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    status, out, err = call("own.yaml", "--replications", "3", "--lang", "en", "--out", "made")
    assert status == 0 and "own: visits" in err and "own: fewer" not in err
    assert "light touch against current arrangement, change" in out.lower() and "0 of 2" in out
    rows = rows_of(tmp_path / "made")
    assert [row["inside"] for row in rows] == ["False", "False"] and rows[1]["note"] == "'=1+1"
    assert -1 < float(rows[1]["median"]) < 0


def test_draws_made_again_are_told(call: Program, tmp_path: Path) -> None:
    status, out, _ = call("tonghua-winter", "--replications", "2", "--lang", "en", "--out", "made")
    again = sum(drawn_and_again(load_case("tonghua-winter"), seed=1, replication=r)[1] for r in range(2))
    assert status == 0 and again > 0 and f"drawn again: {again}, for 2 runs" in out
    record = json.loads((tmp_path / "made" / "run.json").read_text(encoding="utf-8"))
    assert record["drawn_again"] == {"tonghua-winter": again}
    status, out, _ = call(CASE, "--replications", "1", "--lang", "en", "--out", "none")
    assert status == 0 and "drawn again:" not in out, "control: none was"
    assert json.loads((tmp_path / "none" / "run.json").read_text(encoding="utf-8"))["drawn_again"] == {CASE: 0}


def test_ranges_that_never_fit_end_with_status_2_before_anything_is_run(
    call: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The list is drawn, and the share of it that is printed at the as-of date leaves no room."""
    monkeypatch.setattr(uncertain, "_TRIES", 2)
    monkeypatch.setattr("dpsim.experiments.published.run_one", lambda *_, **__: pytest.fail("a simulation was started"))
    text = locate_case("tonghua-winter").read_text(encoding="utf-8")
    case = load_case("tonghua-winter")
    share = round(case.state.built.value / case.population.enterprises.value, 6)
    head = text.partition("\npublished:")[0] + "\npublished:\n"
    printed = f"  - {{id: share, quantity: built, date: {case.as_of}, value: {share}, unit: share, source: TH06}}\n"
    (tmp_path / "own.yaml").write_text(head + printed, encoding="utf-8")
    status, out, err = call("own.yaml", "--replications", "2", "--lang", "en", "--out", "made")
    assert status == 2 and out == "" and "population.enterprises" in err and "published.0.value" in err, err
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], ["nowhere", CASE]),
        ([CASE, CASE], [CASE]),
        ([CASE, "--replications", "0"], ["replications"]),
        ([CASE, "--replications", "many"], ["many"]),
        ([CASE, "--seed", "-1"], ["seed"]),
        ([CASE, "--lang", "xx"], ["'xx'", "zh, en"]),
        ([CASE, "--out", ""], ["--out"]),
        ([CASE, "--out", "file"], ["file"]),
        (["bad.yaml"], ["published.0.to", "2019-01-01"]),
        ([CASE, "--strategy", "x"], ["--strategy"]),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_run(
    call: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], words: list[str]
) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("a simulation was started")

    monkeypatch.setattr(ensemble, "strategy_paths", never)
    (tmp_path / "file").write_text("x")
    flow = "{id: x, quantity: visits, from: 2018-09-11, to: 2019-01-01, value: 1, unit: visits, source: EX28}"
    (tmp_path / "bad.yaml").write_text(without_figures() + f"published:\n  - {flow}\n", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    status, out, err = call(*arguments)
    assert status == 2 and out == "" and "Traceback" not in err
    for word in words:
        assert word in err, err
    assert sorted(tmp_path.rglob("*")) == before
