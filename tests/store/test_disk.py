"""A disk that is full or may not be written, and two runs on one folder: a clear refusal, and nothing lost."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from store_runs import contents, folder_of, held, kept, listed

from dpsim.errors import DpsimError, InputError, RunError

RUNS = 15


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("whole")
    kept(store, RUNS)
    return store


def assert_failed(error: DpsimError, why: str) -> None:
    assert error.message == "error.store_failed"
    for lang in ("zh", "en"):
        assert why in error.text(lang) and "{" not in error.text(lang), error.text(lang)


@contextmanager
def longest_file(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size: writing stops in the middle, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 1000, 4000])
def test_a_write_that_stops_in_the_middle_is_told_and_what_is_finished_stays(
    whole: Path, tmp_path: Path, size: int
) -> None:
    store = tmp_path / "store"
    kept(store, 5)
    with longest_file(size), pytest.raises(InputError) as caught:
        kept(store, RUNS)
    assert_failed(caught.value, "File too large")
    assert listed(store) == {"000000-000004"} and not list(store.rglob(".writing-*"))
    kept(store, RUNS)
    assert contents(store) == contents(whole)


def mounted(folder: Path, size: str) -> bool:
    """Mount a small disk where that is allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    return shutil.which("mount") is not None and subprocess.run(command, capture_output=True).returncode == 0


def test_a_full_disk_is_told_and_what_is_finished_stays(whole: Path, tmp_path: Path) -> None:
    """On a small disk where one may be mounted; elsewhere the device that is always full stands for it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not mounted(disk, "160k"):
        with pytest.raises(OSError, match="No space left"), Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"x")  # the error that the limit of the test above stands for
        return
    try:
        with pytest.raises(RunError) as caught:
            kept(disk / "store", 100)
        assert_failed(caught.value, "No space left")
        done = listed(disk / "store")
        assert done and len(done) < 20, "some chunks were finished before the disk was full"
        assert not list(disk.rglob(".writing-*")), "and nothing lies half-written"
        shutil.copytree(disk / "store", tmp_path / "store")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    kept(tmp_path / "store", 100)
    kept(tmp_path / "straight", 100)
    assert contents(tmp_path / "store") == contents(tmp_path / "straight"), "with room it goes on to the same end"


@contextmanager
def without_rights() -> Iterator[None]:
    """Be nobody for a while: root may write anywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write below a folder."""
    places = [folder, *(place for place in folder.rglob("*") if place.is_dir())]
    for place in places:
        place.chmod(0o555)
    try:
        yield
    finally:
        for place in places:
            place.chmod(0o755)


def test_a_folder_that_may_not_be_written_is_told(whole: Path) -> None:
    base = Path(tempfile.mkdtemp())  # the folders of pytest may not be entered by others
    try:
        base.chmod(0o755)
        store = base / "store"
        kept(store, 5)
        before = contents(store)
        for place in (store, base / "new"):
            with read_only(base), without_rights(), pytest.raises(InputError) as caught:
                kept(place, RUNS)
            assert_failed(caught.value, "Permission denied")
        assert contents(store) == before and not (base / "new").exists()
        kept(store, RUNS)
        assert contents(store) == contents(whole), "control: with the right to write it goes on"
    finally:
        shutil.rmtree(base)


@pytest.mark.parametrize("place", ["file", "file/below", "long"])
def test_a_place_that_can_be_no_folder_is_told(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError) as caught:
        kept(tmp_path / (place if place != "long" else "x" * 300), 5)
    assert caught.value.message == "error.store_failed"
    assert (tmp_path / "file").read_text() == "mine" and len(list(tmp_path.iterdir())) == 1


def test_a_second_run_on_the_same_folder_is_refused_and_harms_nothing(whole: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    first, pipe = held(store, RUNS)
    try:
        beside = folder_of(store) / "chunks" / ".writing-000005-000009.parquet"
        beside.write_bytes(b"under way")
        before = contents(store)
        with pytest.raises(InputError) as caught:
            kept(store, RUNS)
        assert caught.value.message == "error.store_busy" and folder_of(store).name in caught.value.text("en")
        assert contents(store) == before and beside.read_bytes() == b"under way", "the other's files are untouched"
        kept(store, 5, seed=4)  # another ensemble of the same store is free
        shutil.rmtree(next(folder for folder in store.iterdir() if "seed4" in folder.name and folder.is_dir()))
        for _ in range(RUNS // 5):
            pipe.send("go on")
        first.join(120)
        assert first.exitcode == 0 and contents(store) == contents(whole), "the first ends as if alone"
    finally:
        first.kill()
        first.join()


def test_a_lock_left_by_a_killed_run_does_not_block(whole: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    first, _ = held(store, RUNS)
    first.kill()
    first.join()
    assert list(store.glob(".*.lock")), "its lock file is there still"
    kept(store, RUNS)
    assert contents(store) == contents(whole)


def test_the_lock_is_let_go_when_a_run_ends_with_an_error(tmp_path: Path) -> None:
    def refuse(_: int) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        kept(tmp_path, RUNS, told=refuse)
    assert listed(tmp_path) == {"000000-000004"}, "what was finished before is kept"
    kept(tmp_path, RUNS)
    assert len(listed(tmp_path)) == 3
