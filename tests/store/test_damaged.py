"""What was damaged or meddled with on disk is redone or refused, never believed."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from store_runs import chunk_files, contents, folder_of, kept

from dpsim.errors import InputError, RunError
from dpsim.experiments import store as store_module
from dpsim.experiments.manifest import Chunk, chunk_file

RUNS = 15
Damage = Callable[[Path], object]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("whole")
    kept(store, RUNS)
    return store


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "store"))


def flip(file: Path, place: int) -> None:
    """Change one bit of a file."""
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(bytes(content))


def second(folder: Path) -> Path:
    return folder / "chunks" / "000005-000009.parquet"


def from_another_seed(folder: Path) -> None:
    """Put the chunk of another ensemble in the place of one, and say so in the manifest."""
    kept(folder.parent / "other", RUNS, seed=4)
    other = folder_of(folder.parent / "other")
    shutil.copy(second(other), second(folder))
    theirs = json.loads((other / "manifest.json").read_text())["chunks"][1]
    edit_manifest(folder, lambda chunks: chunks.__setitem__(1, theirs))
    shutil.rmtree(folder.parent / "other")


def edit_manifest(folder: Path, edit: Callable[[list[dict[str, object]]], object]) -> None:
    held = json.loads((folder / "manifest.json").read_text())
    edit(held["chunks"])
    (folder / "manifest.json").write_text(json.dumps(held))


CHUNKS: dict[str, Damage] = {
    "emptied": lambda folder: second(folder).write_bytes(b""),
    "truncated": lambda folder: second(folder).write_bytes(second(folder).read_bytes()[:-9]),
    "one bit": lambda folder: flip(second(folder), 200),
    "gone": lambda folder: second(folder).unlink(),
    "another's": lambda folder: shutil.copy(chunk_files(folder.parent)[0], second(folder)),
    "of another ensemble": from_another_seed,
    "other digest": lambda folder: edit_manifest(folder, lambda chunks: chunks[1].update(sha256="0" * 64)),
    "other rows": lambda folder: edit_manifest(folder, lambda chunks: chunks[1].update(rows=4)),
    "other range": lambda folder: edit_manifest(folder, lambda chunks: chunks[1].update(last=8)),
    "other name": lambda folder: edit_manifest(folder, lambda chunks: chunks[1].update(name="../../etc/passwd")),
    "not listed": lambda folder: edit_manifest(folder, lambda chunks: chunks.pop(1)),
}


@pytest.mark.parametrize("damage", CHUNKS.values(), ids=CHUNKS)
def test_a_damaged_chunk_is_done_again_and_no_other(whole: Path, store: Path, made: list[int], damage: Damage) -> None:
    kept(store, RUNS)
    assert made == [], "control: undamaged, nothing is run"
    damage(folder_of(store))
    assert contents(store) != contents(whole)
    made.clear()
    kept(store, RUNS)
    assert made == [5, 6, 7, 8, 9]
    assert contents(store) == contents(whole)


def test_a_store_that_believed_its_files_would_be_noticed(
    whole: Path, store: Path, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control of the checks above: with the digest unread, the runs of one chunk are told twice."""

    def believing(folder: Path, chunk: Chunk, experiment: str) -> bytes:
        return chunk_file(folder, chunk.name).read_bytes()

    monkeypatch.setattr(store_module, "whole_chunk", believing)
    CHUNKS["another's"](folder_of(store))
    told = kept(store, RUNS)
    assert made == [] and contents(store) != contents(whole)
    assert told.attained["replication"].value_counts()[0] == 2 * len(told.targets)


MANIFESTS: dict[str, Damage] = {
    "emptied": lambda folder: (folder / "manifest.json").write_bytes(b""),
    "torn": lambda folder: (folder / "manifest.json").write_bytes((folder / "manifest.json").read_bytes()[:200]),
    "gone": lambda folder: (folder / "manifest.json").unlink(),
    "no list": lambda folder: (folder / "manifest.json").write_text("[]"),
    "odd entry": lambda folder: edit_manifest(folder, lambda chunks: chunks.append({"name": "x"})),
    "no numbers": lambda folder: edit_manifest(folder, lambda chunks: [c.update(first="0; rm") for c in chunks]),
}


@pytest.mark.parametrize("damage", MANIFESTS.values(), ids=MANIFESTS)
def test_a_damaged_manifest_vouches_for_nothing(whole: Path, store: Path, made: list[int], damage: Damage) -> None:
    damage(folder_of(store))
    kept(store, RUNS)
    assert made == list(range(RUNS)) and contents(store) == contents(whole)


TABLES: dict[str, Damage] = {
    "table": lambda folder: flip(folder / "tables" / "indicators.parquet", 500),
    "record": lambda folder: (folder / "record.json").write_text("{}"),
    "sums": lambda folder: (folder / "SHA256SUMS").write_text(""),
    "identity emptied": lambda folder: (folder / "identity.json").write_bytes(b""),
    "identity gone": lambda folder: (folder / "identity.json").unlink(),
    "input": lambda folder: flip(folder / "case.yaml", 30),
}


@pytest.mark.parametrize("damage", TABLES.values(), ids=TABLES)
def test_any_other_file_is_written_again_without_a_run(
    whole: Path, store: Path, made: list[int], damage: Damage
) -> None:
    damage(folder_of(store))
    kept(store, RUNS)
    assert made == [] and contents(store) == contents(whole)


@pytest.mark.parametrize("name", ["manifest.json", "identity.json"])
def test_a_folder_of_other_runs_under_this_name_is_refused(store: Path, made: list[int], name: str) -> None:
    folder = folder_of(store)
    file = folder / name
    if name == "manifest.json":
        file.write_text(file.read_text().replace(folder.name[-16:], "0" * 16))
    else:
        file.write_text(file.read_text().replace('"seed": 3', '"seed": 4'))
    before = contents(store)
    with pytest.raises(InputError) as caught:
        kept(store, RUNS)
    assert caught.value.message == "error.store_foreign" and made == [] and contents(store) == before
    for lang in ("zh", "en"):
        assert name in caught.value.text(lang) and "{" not in caught.value.text(lang)


def test_what_changes_while_it_is_in_use_is_noticed(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = store_module._kept

    def and_then_changed(*arguments: object) -> object:
        mine = opened(*arguments)  # type: ignore[arg-type]
        flip(second(folder_of(store)), 200)
        return mine

    monkeypatch.setattr(store_module, "_kept", and_then_changed)
    with pytest.raises(RunError) as caught:
        kept(store, RUNS)
    assert caught.value.message == "error.store_changed" and "000005-000009" in caught.value.text("en")


def test_no_clock_is_asked(whole: Path, tmp_path: Path, made: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Set back by 20 years between two calls, with files from the future: nothing is run twice, nothing differs."""
    store = tmp_path / "store"
    kept(store, 10)
    for file in [*store.rglob("*"), store]:
        os.utime(file, (4e9, 4e9))
    back = time.time() - 20 * 365 * 86_400
    monkeypatch.setattr(time, "time", lambda: back)
    monkeypatch.setattr(time, "time_ns", lambda: int(back * 1e9))
    kept(store, RUNS)
    assert made == list(range(RUNS)) and contents(store) == contents(whole)
