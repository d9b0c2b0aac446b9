"""`dpsim verify` of ledgers: a folder as written, one changed cell, another run, and what is no folder of dpsim's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from verify_tools import flipped, wrong

from dpsim.errors import InputError
from dpsim.experiments.sums import SUMS, file_digest
from dpsim.report.ledger_files import make_ledgers, save_ledgers
from dpsim.report.verify.job import verify

RUNS = {"replications": 1, "choice": 1}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both kinds of ledgers of one run, each in a folder called like its kind."""
    folder = tmp_path_factory.mktemp("written")
    made = make_ledgers("qixian-2023", strategy=None, seed=1, replication=0, date="2023-08-30")
    for kind in ("xlsx", "csv"):
        save_ledgers(made, folder / kind, kind)
    return folder


@pytest.fixture(params=["xlsx", "csv"])
def ledgers(request: pytest.FixtureRequest, written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written / request.param, tmp_path / "led"))


def sums_put_right(folder: Path) -> None:
    """Do what somebody would who changes a file and wants nobody to see it."""
    names = [line.split("  ")[1] for line in (folder / SUMS).read_text().splitlines()]
    (folder / SUMS).write_text("".join(f"{file_digest(folder / name)}  {name}\n" for name in names))


def change_a_cell(folder: Path) -> str:
    """Give the second hazard another state; return the name of the file."""
    file = next(folder.glob("hazard_ledger.*"))
    if file.suffix == ".csv":
        lines = file.read_bytes().splitlines(keepends=True)
        lines[3] = lines[3].replace("隐患".encode(), "问题".encode(), 1)
        file.write_bytes(b"".join(lines))
        return file.name
    book = openpyxl.load_workbook(file)
    book.worksheets[0]["A4"] = "X"
    book.save(file)
    return file.name


def test_ledgers_as_written_are_well_and_made_again(ledgers: Path) -> None:
    outcome = verify(ledgers, **RUNS)
    assert outcome.well and "made again" in outcome.text() and "3 files held against" in outcome.text()
    assert "not made again" in verify(ledgers, replications=0, choice=1).text()


def test_a_changed_byte_and_a_changed_cell_are_found(ledgers: Path) -> None:
    file = next(ledgers.glob("hazard_ledger.*"))
    content = file.read_bytes()
    file.write_bytes(flipped(content, len(content) - 1))
    assert any(file.name in line and "SHA256SUMS" in line for line in wrong(ledgers))
    file.write_bytes(content)
    assert wrong(ledgers, **RUNS) == []
    name = change_a_cell(ledgers)
    sums_put_right(ledgers)
    assert wrong(ledgers) == [], "control: the check sums alone do not see it"
    (line,) = wrong(ledgers, **RUNS)
    assert name in line and "not as made again" in line


@pytest.mark.parametrize(
    ("entry", "value", "message"),
    [("seed", 2, "not as made again"), ("seed", "x", "cannot be read"), ("replication", -1, "cannot be read"),
     ("date", "2019-09-12", "cannot be read"), ("date", None, "cannot be read"), ("strategy", ["x"], ""),
     ("case_digest", "0", "not as run.json says")],
)  # fmt: skip
def test_a_record_of_another_run_is_found(ledgers: Path, entry: str, value: object, message: str) -> None:
    record = json.loads((ledgers / "run.json").read_text(encoding="utf-8"))
    (ledgers / "run.json").write_text(json.dumps(record | {entry: value}), encoding="utf-8")
    sums_put_right(ledgers)
    outcome = verify(ledgers, **RUNS)
    assert message in outcome.text() and "held against it" not in outcome.text() or message == "not as made again"
    assert outcome.well == (message == ""), outcome.text()


def test_a_folder_that_is_none_says_what_verify_takes(tmp_path: Path, ledgers: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        verify(tmp_path / "empty")
    text = caught.value.text()
    assert "ledgers" in text and "none either" in text and not text.endswith("-")
    with pytest.raises(InputError) as caught:
        verify(tmp_path)
    assert str(ledgers) in caught.value.text(), "what lies below is named"
