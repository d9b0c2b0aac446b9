"""Killed with signal 9 at any moment, and run again: the same files to the byte, nothing finished done twice."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from store_runs import chunk_files, contents, folder_of, kept, killed_at, listed

from dpsim.core.streams import Stream, uniforms
from dpsim.experiments.chunks import CHUNK, chunk_first, chunk_name

RUNS, KILLS, LONGEST = 60, 20, 25


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("whole")
    kept(store, RUNS)
    return store


def chunks_in(log: Path) -> Counter[str]:
    """Return how often each chunk was begun since the last call."""
    numbers = [int(line) for line in log.read_text(encoding="utf-8").split()] if log.exists() else []
    log.unlink(missing_ok=True)
    return Counter(chunk_name(number) for number in numbers if number == chunk_first(number))


def test_twenty_random_kills_change_nothing(whole: Path, tmp_path: Path) -> None:
    """Steps are runs, halves of written files, syncs and moves; each kill comes within the steps of two chunks."""
    store, log = tmp_path / "store", tmp_path / "log"
    drawn = uniforms(5, 0, np.arange(1, KILLS + 1, dtype=np.uint32), int(Stream.TEST), 0)
    steps = [1 + int(LONGEST * number) for number in drawn]
    lost, torn = 0, 0
    for step in steps:
        before = listed(store)
        stamps = {file: (file.stat().st_ino, file.stat().st_mtime_ns) for file in store.glob("*/chunks/*.parquet")}
        assert killed_at(store, RUNS, step, log), "it was killed in the middle: there was work left"
        begun, now = chunks_in(log), listed(store)
        assert before <= now, "nothing finished is forgotten"
        assert not before & begun.keys(), "nothing finished is done again"
        assert all(count == 1 for count in begun.values())
        assert len(begun.keys() - now) <= 1, "at most the chunk under way is lost"
        for file, stamp in stamps.items():
            if file.stem in before:
                assert (file.stat().st_ino, file.stat().st_mtime_ns) == stamp, f"{file.name} was finished and touched"
        lost += len(begun.keys() - now)
        torn += len(list(store.rglob(".writing-*")))
    assert lost >= KILLS // 2 and torn >= 3, f"the kills hit runs ({lost}) and files under way ({torn})"
    assert len(listed(store)) < RUNS // CHUNK, "and left work to do"
    kept(store, RUNS)
    assert contents(store) == contents(whole), "every file is that of the uninterrupted run"
    assert not list(store.rglob(".writing-*")), "what killed processes left under way is gone"


def test_a_kill_while_the_tables_are_written_changes_nothing(whole: Path, tmp_path: Path) -> None:
    done = 0
    for late in range(1, 40, 6):
        store = tmp_path / str(late)
        shutil.copytree(whole, store)
        folder = folder_of(store)
        shutil.rmtree(folder / "tables")
        (folder / "SHA256SUMS").unlink()
        assert contents(store) != contents(whole), "control: a difference shows"
        done += not killed_at(store, RUNS, late, tmp_path / "log")
        kept(store, RUNS)
        assert contents(store) == contents(whole), f"after a kill at step {late}"
    assert done <= 2, "nearly all were killed in the middle"
    assert not chunks_in(tmp_path / "log"), "no run was needed"


@pytest.mark.parametrize("left", [0, 1, 100, -1], ids=["emptied", "one byte", "truncated", "last byte"])
def test_a_torn_file_that_no_manifest_knows_is_never_believed(whole: Path, tmp_path: Path, left: int) -> None:
    store = tmp_path / "store"
    kept(store, 10)
    content = chunk_files(whole)[2].read_bytes()
    torn = chunk_files(store)[0].with_name(chunk_files(whole)[2].name)
    torn.write_bytes(content[:left])
    beside = torn.with_name(f".writing-{torn.name}")
    beside.write_bytes(content[: len(content) // 2])
    kept(store, RUNS)
    assert contents(store) == contents(whole) and not beside.exists()
