"""Files of a command: what the same command wrote is replaced, everything else is refused or left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dpsim.errors import InputError
from dpsim.experiments.sums import SUMS, is_whole, listed_sums, write_sums
from dpsim.report.made_files import check_replaced, standing_files, write_made
from dpsim.report.writing import host_mark

NAMES = ("tables/a.csv", "run.json")
FILES = {"tables/a.csv": b"1", "run.json": b'{"mark": 1}'}


def check(folder: Path, names: tuple[str, ...] = NAMES) -> None:
    check_replaced(folder, names, record="run.json")


def refused(folder: Path, names: tuple[str, ...] = NAMES) -> tuple[str, str]:
    """Return the message and the file it names, after seeing that nothing was touched."""
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    with pytest.raises(InputError) as caught:
        check(folder, names)
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before
    assert all("--out" in caught.value.text(lang) for lang in ("zh", "en"))
    return caught.value.message, str(caught.value.values["file"])


def test_what_the_command_wrote_is_replaced_and_files_beside_stay(tmp_path: Path) -> None:
    check(tmp_path / "new")
    (tmp_path / "notes.txt").write_text("mine")
    for content in (b"1", b"2"):
        check(tmp_path)
        write_made(tmp_path, {**FILES, "tables/a.csv": content})
        assert is_whole(tmp_path) and (tmp_path / "tables" / "a.csv").read_bytes() == content
    assert set(listed_sums(tmp_path) or ()) == set(NAMES) and (tmp_path / "notes.txt").read_text() == "mine"


def test_a_file_edited_since_is_refused(tmp_path: Path) -> None:
    write_made(tmp_path, FILES)
    for name, content in FILES.items():
        (tmp_path / name).write_text("edited")
        message, named = refused(tmp_path)
        assert message == "error.out_changed" and named.endswith(name)
        (tmp_path / name).write_bytes(content)
        check(tmp_path)
    (tmp_path / "tables" / "a.csv").unlink()
    check(tmp_path)
    (tmp_path / "tables" / "a.csv").mkdir()
    assert refused(tmp_path)[0] == "error.out_changed"


def test_a_pipe_in_the_place_of_a_file_is_refused_at_once(tmp_path: Path) -> None:
    write_made(tmp_path, FILES)
    (tmp_path / "run.json").unlink()
    os.mkfifo(tmp_path / "run.json")
    with pytest.raises(InputError) as caught:
        check(tmp_path)
    assert caught.value.message == "error.out_changed"


@pytest.mark.parametrize("place", ["tables", "."])
def test_a_file_where_a_folder_is_needed_is_refused(tmp_path: Path, place: str) -> None:
    file = tmp_path / "out" / place
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine")
    with pytest.raises(InputError) as caught:
        check(tmp_path / "out")
    assert caught.value.message == "error.out_no_folder" and str(file) == str(caught.value.values["file"])
    file.unlink()
    check(tmp_path / "out")


def test_check_sums_with_the_line_ends_of_windows_are_read(tmp_path: Path) -> None:
    write_made(tmp_path, FILES)
    sums = tmp_path / SUMS
    sums.write_bytes(sums.read_bytes().replace(b"\n", b"\r\n"))
    assert set(listed_sums(tmp_path) or ()) == set(NAMES)
    check(tmp_path)
    (tmp_path / "run.json").write_text("edited")
    assert refused(tmp_path)[0] == "error.out_changed", "control"


@pytest.mark.parametrize("name", [*NAMES, SUMS])
def test_a_file_of_the_same_name_is_refused(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine")
    message, named = refused(tmp_path)
    assert message == "error.out_not_made" and named == str(file)
    file.rename(tmp_path / "moved")
    check(tmp_path)


def test_a_file_the_check_sums_do_not_list_is_refused(tmp_path: Path) -> None:
    write_made(tmp_path, FILES)
    (tmp_path / "tables" / "b.csv").write_text("mine")
    check(tmp_path)
    assert refused(tmp_path, (*NAMES, "tables/b.csv"))[1].endswith("b.csv")


def test_check_sums_that_are_not_the_commands_own_prove_nothing(tmp_path: Path) -> None:
    """Somebody's own sums of his own files, without the record."""
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "a.csv").write_text("mine")
    write_sums(tmp_path)
    assert refused(tmp_path)[0] == "error.out_not_made"
    (tmp_path / SUMS).write_text("torn")
    assert refused(tmp_path)[0] == "error.out_not_made"


def test_the_folder_of_another_command_is_refused(tmp_path: Path) -> None:
    write_made(tmp_path, {"scores.csv": b"1", "run.json": b"{}"})
    message, named = refused(tmp_path)
    assert message == "error.out_of_another" and named.endswith("scores.csv")
    (tmp_path / "scores.csv").unlink()
    check(tmp_path)


def test_without_check_sums_nothing_is_known_to_be_the_commands(tmp_path: Path) -> None:
    """The record alone proves nothing: a file beside it may be the user's."""
    write_made(tmp_path, FILES)
    (tmp_path / SUMS).unlink()
    message, named = refused(tmp_path)
    assert message == "error.out_not_made" and named.endswith("run.json")


def test_a_link_that_leads_nowhere_is_in_the_way_too(tmp_path: Path) -> None:
    (tmp_path / "run.json").symlink_to(tmp_path / "nowhere")
    assert refused(tmp_path)[1].endswith("run.json")


def test_what_was_written_under_other_names_stays_listed_and_what_is_gone_goes(tmp_path: Path) -> None:
    write_made(tmp_path, {**FILES, "a.xlsx": b"x", "old.csv": b"o"})
    write_made(tmp_path, FILES, gone=["old.csv", "never.csv"])
    assert is_whole(tmp_path) and set(listed_sums(tmp_path) or ()) == {*NAMES, "a.xlsx"}
    assert not (tmp_path / "old.csv").exists()


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("after", [1, 2])
@pytest.mark.parametrize("why", [KeyboardInterrupt(), PermissionError(13, "in use")])
def test_stopped_between_two_files_the_same_may_be_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool, after: int, why: BaseException
) -> None:
    """The check sums stand before what they list: the names are claimed, also those that hold the earlier run."""
    plain, moved = Path.replace, []
    if there:
        write_made(tmp_path, FILES)

    def stopped(file: Path, target: Path) -> Path:
        if len(moved) == after:
            raise why
        moved.append(target.name)
        return plain(file, target)

    newer = {name: content + b" " for name, content in FILES.items()}
    with monkeypatch.context() as patched, pytest.raises(type(why)):
        patched.setattr(Path, "replace", stopped)
        write_made(tmp_path, newer)
    assert moved[0] == SUMS and len(moved) == after
    check(tmp_path)
    if there:
        (tmp_path / "tables" / "a.csv").write_text("edited")
        for file in (tmp_path / "tables").glob(".*.tmp"):
            file.unlink()
        assert refused(tmp_path)[0] == "error.out_changed", "control"


def test_what_a_killed_writer_left_is_removed_by_the_next(tmp_path: Path) -> None:
    gone, other = f".run.json.{host_mark()}-999999999.tmp", f".run.json.{host_mark()}-{os.getppid()}.tmp"
    mine = ".run.json.mine.tmp"
    for name in (gone, other, mine):
        (tmp_path / name).write_text("half")
    write_made(tmp_path, FILES)
    assert {file.name for file in tmp_path.glob(".*")} == {other, mine}


def test_files_of_file_managers_are_not_counted(tmp_path: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints/x.ipynb", "~$a.xlsx", "sub/mine.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert sorted(standing_files(tmp_path)) == ["link", "sub/mine.txt"]
    assert standing_files(tmp_path / "nowhere") == []
