"""Whatever lies in a folder of runs: made again, refused in one message, or left; never a trace, never waited for."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from store_runs import CASE, PLAN, chunk_files, contents, folder_of, kept

from dpsim.errors import InputError
from dpsim.experiments.chunks import CHUNK
from dpsim.experiments.ensemble import run_ensemble
from dpsim.experiments.manifest import chunk_entry

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


def edited(folder: Path, **values: Any) -> None:
    """Give the second entry of the manifest other values."""
    file = folder / "manifest.json"
    held = json.loads(file.read_text())
    held["chunks"][1].update(values)
    file.write_text(json.dumps(held))


def without_values(folder: Path) -> None:
    """Take all targets out of a chunk, and put its digest right."""
    file = folder / "chunks" / "000005-000009.parquet"
    table = pq.read_table(file)
    place = table.schema.get_field_index("targets")
    none = pa.nulls(CHUNK, table.schema.field(place).type)
    pq.write_table(table.set_column(place, table.schema.field(place), none), file)
    edited(folder, sha256=chunk_entry(file.read_bytes(), [5]).sha256)


MANIFESTS: dict[str, Damage] = {
    "nested": lambda folder: (folder / "manifest.json").write_text("[" * 200_000),
    "without end": lambda folder: edited(folder, first=float("inf")),
    "a long number": lambda folder: edited(folder, first=10**300),
    "below nothing": lambda folder: edited(folder, first=-5),
}


@pytest.mark.parametrize("damage", MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest_of_odd_values_vouches_for_nothing(
    whole: Path, store: Path, made: list[int], damage: Damage
) -> None:
    damage(folder_of(store))
    kept(store, RUNS)
    assert made == list(range(RUNS)) and contents(store) == contents(whole)


def test_a_chunk_that_holds_nothing_is_made_again_though_its_digest_agrees(
    whole: Path, store: Path, made: list[int]
) -> None:
    without_values(folder_of(store))
    kept(store, RUNS)
    assert made == [5, 6, 7, 8, 9] and contents(store) == contents(whole)


def test_a_pipe_in_the_place_of_a_chunk_is_not_waited_for(whole: Path, store: Path, made: list[int]) -> None:
    file = chunk_files(store)[1]
    file.unlink()
    os.mkfifo(file)
    kept(store, RUNS)
    assert made == [5, 6, 7, 8, 9] and contents(store) == contents(whole)


SUMS: dict[str, Callable[[str], str]] = {
    "a line gone": lambda text: "".join(text.splitlines(True)[:-1]),
    "one line left": lambda text: text.splitlines(True)[0],
    "a line twice": lambda text: text + text.splitlines(True)[-1],
    "a path that leaves": lambda text: text + f"{'0' * 64}  ../../etc/passwd\n",
    "no name": lambda text: text.replace("record.json", "record\0json"),
}


@pytest.mark.parametrize("damage", SUMS.values(), ids=SUMS)
@pytest.mark.parametrize("record", [None, "{}", "[", '{"replications": Infinity}'])
def test_check_sums_are_written_again_where_they_are_not_those_of_the_files(
    whole: Path, store: Path, made: list[int], damage: Callable[[str], str], record: str | None
) -> None:
    folder = folder_of(store)
    (folder / "SHA256SUMS").write_text(damage((folder / "SHA256SUMS").read_text()))
    if record is not None:
        (folder / "record.json").write_text(record)
    kept(store, RUNS)
    assert made == [] and contents(store) == contents(whole)


def test_a_manifest_in_another_hand_is_written_as_always(whole: Path, store: Path, made: list[int]) -> None:
    file = folder_of(store) / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()), indent=3))
    kept(store, RUNS)
    assert made == [] and contents(store) == contents(whole)


def test_a_file_of_the_user_is_left_and_changes_no_other(whole: Path, store: Path) -> None:
    note = folder_of(store) / "笔记 notes.txt"
    note.write_text("mine")
    kept(store, RUNS + CHUNK)
    kept(whole.parent / "longer", RUNS + CHUNK)
    assert note.read_text() == "mine"
    note.unlink()
    assert contents(store) == contents(whole.parent / "longer")


def test_a_chunk_that_was_written_and_not_yet_listed_does_not_stay_when_fewer_are_asked_for(
    whole: Path, store: Path
) -> None:
    folder = folder_of(store)
    held = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(held | {"chunks": held["chunks"][:2]}))
    (folder / "SHA256SUMS").unlink()
    kept(store, 10)
    kept(whole.parent / "fewer", 10)
    assert contents(store) == contents(whole.parent / "fewer")


class Bytes:
    """A path of bytes."""

    def __fspath__(self) -> bytes:
        return b"x"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"store": Bytes()}, "error.store_kind"),
        ({"told": 5}, "error.told_kind"),
        ({"told": "x"}, "error.told_kind"),
        ({"by": np.array("city")}, "error.by_kind"),
    ],
)
def test_arguments_of_another_kind_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        run_ensemble(CASE, PLAN, **{"replications": 2, "seed": 1, "workers": 1, **given})
    assert caught.value.message == message
    assert all(next(iter(given)) in caught.value.text(lang) for lang in ("zh", "en"))
