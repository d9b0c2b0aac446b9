"""Files of a command: what the same command wrote is replaced, everything else is refused or left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from dpsim.errors import InputError
from dpsim.experiments.sums import SUMS, is_whole, listed_sums, write_sums
from dpsim.report.made_files import check_replaced, standing_files, write_made

NAMES = ("tables/a.csv", "run.json")
FILES = {"tables/a.csv": b"1", "run.json": b'{"mark": 1}'}


def check(folder: Path, names: tuple[str, ...] = NAMES) -> None:
    check_replaced(folder, names, record="run.json", mark="mark")


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
    (tmp_path / "tables" / "a.csv").write_text("edited")
    check(tmp_path)


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


def test_a_folder_from_before_there_were_check_sums_is_known_by_its_record(tmp_path: Path) -> None:
    write_made(tmp_path, FILES)
    (tmp_path / SUMS).unlink()
    check(tmp_path)
    for other in ('{"other": 1}', "[1]", "3", "{", "[" * 100_000):
        (tmp_path / "run.json").write_text(other)
        assert refused(tmp_path)[0] == "error.out_not_made", other[:10]


def test_a_link_that_leads_nowhere_is_in_the_way_too(tmp_path: Path) -> None:
    (tmp_path / "run.json").symlink_to(tmp_path / "nowhere")
    assert refused(tmp_path)[1].endswith("run.json")


def test_what_was_written_under_other_names_stays_listed_and_what_is_gone_goes(tmp_path: Path) -> None:
    write_made(tmp_path, {**FILES, "a.xlsx": b"x", "old.csv": b"o"})
    write_made(tmp_path, FILES, gone=["old.csv", "never.csv"])
    assert is_whole(tmp_path) and set(listed_sums(tmp_path) or ()) == {*NAMES, "a.xlsx"}
    assert not (tmp_path / "old.csv").exists()


def test_the_check_sums_stand_before_what_they_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between two files: the names are claimed, so the same may be run again."""
    plain, moved = Path.replace, []

    def killed(file: Path, target: Path) -> Path:
        if moved:
            raise KeyboardInterrupt
        moved.append(target.name)
        return plain(file, target)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "replace", killed)
        write_made(tmp_path, FILES)
    assert moved == [SUMS]
    check(tmp_path)


def test_files_of_file_managers_are_not_counted(tmp_path: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints/x.ipynb", "~$a.xlsx", "sub/mine.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert sorted(standing_files(tmp_path)) == ["link", "sub/mine.txt"]
    assert standing_files(tmp_path / "nowhere") == []
