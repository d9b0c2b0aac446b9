"""An ensemble on disk: changed, missing and extra bytes are named; what check sums do not tell, runs do."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from store_runs import folder_of, kept
from verify_tools import changed, files_of, flipped, forged, places, said_by_edited, sealed, wrong

from dpsim.cli import main
from dpsim.errors import InputError
from dpsim.experiments import ensemble as module
from dpsim.experiments.chunks import chunk_bytes, read_chunk
from dpsim.report.verify import again
from dpsim.report.verify.again import chosen
from dpsim.report.verify.job import verify

RUNS = 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("store")
    kept(store, RUNS)
    return folder_of(store)


def status(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["dpsim", "verify", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(str(ended.value.code))


# ------------------------------------------------------------------ untouched


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_untouched_folder_passes_and_says_what_was_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    before = {name: (folder / name).read_bytes() for name in files_of(folder)}
    assert status(monkeypatch, str(folder), "--seed-of-choice", "5", "--lang", lang) == 0
    said = capsys.readouterr().out
    numbers = ", ".join(map(str, chosen(range(15), 3, 5)))
    for part in (numbers, "compiled, simpy", "SHA256SUMS", "--seed-of-choice 5"):
        assert part in said, said
    assert {name: (folder / name).read_bytes() for name in files_of(folder)} == before, "nothing was written"


def test_the_choice_is_drawn_by_key_and_told() -> None:
    assert chosen(range(100), 3, 7) == chosen(list(range(100))[::-1], 3, 7), "whatever the order"
    assert len({tuple(chosen(range(100), 3, seed)) for seed in range(20)}) > 15, "another seed, other runs"
    assert chosen(range(2), 3, 7) == [0, 1] and chosen(range(5), 0, 7) == []
    hit = {number for seed in range(200) for number in chosen(range(10), 2, seed)}
    assert hit == set(range(10)), "each run may be chosen"


# ------------------------------------------------------------------ one byte


def test_one_changed_byte_in_any_file_is_caught_and_the_file_named(folder: Path) -> None:
    names = files_of(folder)
    assert {name.split("/")[0] for name in names} == {
        "SHA256SUMS", "identity.json", "case.yaml", "strategy.yaml", "manifest.json", "record.json", "chunks", "tables",
    }  # fmt: skip
    for number, name in enumerate(names):
        content = (folder / name).read_bytes()
        for place in places(content, number):
            with changed(folder / name, flipped(content, place)):
                found = wrong(folder)
            assert any(line.startswith(f"{name}:") or name in line for line in found), (name, place, found)
    assert wrong(folder) == [], "put back, all is well again"


def test_missing_and_extra_files_are_named(folder: Path) -> None:
    for name in files_of(folder):
        with changed(folder / name, None):
            assert any(line.startswith(f"{name}:") for line in wrong(folder)), name
    for name in ("chunks/000015-000019.parquet", "tables/more.csv", "note.txt"):
        with changed(folder / name, b"x"):
            found = wrong(folder)
        assert any(f"{name}: an extra file" in line for line in found), found


# ------------------------------------------------------------------ check sums put right


def rewritten(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


@pytest.mark.parametrize("table", ["indicators", "targets", "attained"])
def test_a_table_that_its_chunks_do_not_give_is_named(folder: Path, table: str) -> None:
    with forged(folder):
        file = folder / "tables" / f"{table}.parquet"
        frame = pd.read_parquet(file)
        column = {"indicators": "value", "targets": "shortfall_median", "attained": "attained"}[table]
        frame.loc[3, column] = frame.loc[3, column] + 1
        frame.to_parquet(file, index=False)
        sealed(folder)
        (line,) = wrong(folder)
    assert f"tables/{table}.parquet" in line and f"{column}[3]" in line


def test_an_input_or_a_record_that_was_edited_is_named(folder: Path) -> None:
    for name, old, new, said in (
        ("strategy.yaml", "pace: past", "pace: path", "strategy.yaml: the input is not as recorded"),
        ("record.json", '"finished": 12', '"finished": 11', "record.json: not as put together anew"),
        ("identity.json", '"seed": 3', '"seed": 4', "manifest.json and identity.json are not of the same runs"),
    ):
        with forged(folder):
            rewritten(folder, name, old, new)
            sealed(folder)
            found = wrong(folder)
        assert any(said in line for line in found), (name, found)


def test_code_that_is_recorded_otherwise_is_named(folder: Path) -> None:
    digest = json.loads((folder / "identity.json").read_text(encoding="utf-8"))["code"]["model/paths.py"]
    with forged(folder):
        rewritten(folder, "identity.json", digest, digest[::-1])
        sealed(folder)
        found = wrong(folder)
    assert any("dpsim/model/paths.py of the program" in line for line in found), found
    assert sum("of the program" in line for line in found) == 1, "and no other file"


def forge_run(folder: Path) -> None:
    """Change the last bit of one value of run 7, in its chunk, and put right whatever else tells of it."""
    experiment = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["experiment"]
    file = folder / "chunks" / "000005-000009.parquet"
    before = file.read_bytes()
    finished, failures = read_chunk(before)[1]
    values = finished[2].values.copy()
    values[5] = np.nextafter(values[5], np.inf)
    finished[2] = replace(finished[2], values=values)
    file.write_bytes(chunk_bytes((finished, failures), experiment))
    digest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["chunks"][1]["sha256"]
    import hashlib

    rewritten(folder, "manifest.json", digest, hashlib.sha256(file.read_bytes()).hexdigest())
    table = folder / "tables" / "indicators.parquet"
    frame = pd.read_parquet(table)
    row = frame.index[frame["replication"] == 7][5]
    frame.loc[row, "value"] = values[5]
    frame.to_parquet(table, index=False, compression="zstd")
    sealed(folder)


def test_a_run_that_neither_engine_gives_is_named_though_all_else_agrees(folder: Path) -> None:
    with forged(folder):
        forge_run(folder)
        assert wrong(folder) == [], "control: only a run made again can tell"
        found = wrong(folder, replications=15)
    assert len(found) == 2 and all("run 7" in line for line in found), found
    assert [engine for engine in ("compiled", "simpy") if any(f"engine {engine}" in line for line in found)] == [
        "compiled",
        "simpy",
    ]


def test_an_engine_that_differs_is_named_and_the_other_is_not(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_chunk = again.run_chunk

    def shifted(setting: Any, *given: Any) -> Any:
        finished, failures = run_chunk(setting, *given)
        if setting.engine == "simpy":
            finished = [replace(run, counties=run.counties, targets=run.targets[::-1]) for run in finished]
        return finished, failures

    monkeypatch.setattr(again, "run_chunk", shifted)
    found = wrong(folder, replications=2)
    assert len(found) == 2 and all("engine simpy" in line for line in found), found


def test_a_run_that_failed_must_fail_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_one = module.run_one

    def failing(setting: Any, paths: Any, row: int, **options: Any) -> Any:
        if int(paths.replications[row]) == 3:
            raise ZeroDivisionError("by hand")
        return run_one(setting, paths, row, **options)

    monkeypatch.setattr(module, "run_one", failing)
    kept(tmp_path, 5)
    monkeypatch.undo()
    monkeypatch.setenv("DPSIM_LANG", "en")
    found = wrong(folder_of(tmp_path), replications=5)
    assert len(found) == 2 and all("run 3" in line and "by hand" in line for line in found), found
    monkeypatch.setattr(module, "run_one", failing)
    assert wrong(folder_of(tmp_path), replications=5) == []


# ------------------------------------------------------------------ the program


def test_files_of_the_program_that_were_edited_since_are_named(folder: Path, tmp_path: Path) -> None:
    edited = ["src/dpsim/model/paths.py", "src/dpsim/measure/stages.py"]
    status, said = said_by_edited(folder, tmp_path, edited)
    assert status == 4 and said.count("of the program or its inputs was changed") == 2, said
    assert all(name.removeprefix("src/") in said for name in edited), said


# ------------------------------------------------------------------ refused


def test_what_cannot_be_verified_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    for given, part in (
        ([str(tmp_path / "empty")], "no folder of runs"),
        ([str(folder.parent)], folder.name),
        ([str(tmp_path / "none")], "cannot be read"),
        ([str(folder), "--replications", "-1"], "at least 0"),
        ([str(folder), "--seed-of-choice", "x"], "seed-of-choice"),
    ):
        assert status(monkeypatch, *given) == 2, given
        said = capsys.readouterr()
        assert not said.out and part in said.err, said
    with pytest.raises(InputError):
        verify(folder, replications=True)


def test_a_difference_has_a_status_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with changed(folder / "note.txt", b"x"):
        assert status(monkeypatch, str(folder), "--replications", "0") == 4
    said = capsys.readouterr().out
    assert "1 difference" in said and "note.txt" in said
