"""The folder of a report: checked before the run, moved in whole, swept when its process is gone."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import namedtuple
from pathlib import Path

import pytest

from dpsim.errors import InputError, RunError
from dpsim.experiments.sums import SUMS
from dpsim.params.locate import params_folder
from dpsim.report import job
from dpsim.report.job import check_out, make_report, put_in_place
from dpsim.report.writing import STALE_SECONDS, host_mark
from dpsim.report.yearend import Request, check_request

Usage = namedtuple("Usage", "total used free")
NAMES = [f"part-{k}" for k in range(8)]
ROUNDS = 25


def prepared(place: Path, mark: str) -> Path:
    """A temporary folder with a report of several files, all with one mark."""
    folder = place / "report"
    folder.mkdir(parents=True)
    for name in NAMES:
        (folder / name).write_text(mark, encoding="utf-8")
    return folder


def marks(final: Path) -> set[str]:
    assert sorted(file.name for file in final.iterdir()) == NAMES
    return {file.read_text(encoding="utf-8") for file in final.iterdir()}


def move_many(root: Path, mark: str) -> None:
    for k in range(ROUNDS):
        place = root / f"{mark}-{k}"
        put_in_place(prepared(place, f"{mark}-{k}"), root / "final", place)


# ------------------------------------------------------------------ moved in


def test_a_folder_takes_a_free_place_and_that_of_an_older_one(tmp_path: Path) -> None:
    for mark in ("first", "second"):
        put_in_place(prepared(tmp_path / mark, mark), tmp_path / "final", tmp_path / mark)
        assert marks(tmp_path / "final") == {mark}


def test_two_processes_at_once_leave_one_whole_folder(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    running = [context.Process(target=move_many, args=(tmp_path, mark)) for mark in ("a", "b")]
    for process in running:
        process.start()
    for process in running:
        process.join(120)
    assert [process.exitcode for process in running] == [0, 0]
    (mark,) = marks(tmp_path / "final")
    assert mark in {f"a-{ROUNDS - 1}", f"b-{ROUNDS - 1}"}, "the last one of either"


def test_two_threads_at_once_leave_one_whole_folder(tmp_path: Path) -> None:
    faults: list[BaseException] = []

    def move(mark: str) -> None:
        try:
            move_many(tmp_path, mark)
        except BaseException as fault:
            faults.append(fault)

    running = [threading.Thread(target=move, args=(mark,)) for mark in ("a", "b")]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert faults == [] and len(marks(tmp_path / "final")) == 1


def test_a_place_taken_between_the_two_steps_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "PAUSE_SECONDS", 0.0)
    rename, taken = Path.rename, []

    def hindered(self: Path, target: Path) -> Path:
        if self.name == "report" and len(taken) < 3:
            taken.append(target)
            shutil.copytree(self, target)
            raise PermissionError(13, "Access is denied", str(target))
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", hindered)
    put_in_place(prepared(tmp_path / "mine", "mine"), tmp_path / "final", tmp_path / "mine")
    assert marks(tmp_path / "final") == {"mine"} and len(taken) == 3


def test_a_place_that_stays_taken_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Access is denied", str(self))

    monkeypatch.setattr(job, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(Path, "rename", never)
    folder = prepared(tmp_path / "mine", "mine")
    with pytest.raises(RunError) as caught:
        put_in_place(folder, tmp_path / "final", tmp_path / "mine")
    for lang in ("zh", "en"):
        assert "final" in caught.value.text(lang) and "Access is denied" in caught.value.text(lang)


# ------------------------------------------------------------------ left behind


def dead_process() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def left(folder: Path, name: str, *, age: float = 0.0) -> Path:
    place = folder / f"{job.MAKING}{name}"
    (place / "report").mkdir(parents=True)
    os.utime(place, (time.time() - age, time.time() - age))
    return place


@pytest.mark.skipif(os.name != "posix", reason="asking for a process needs POSIX; elsewhere the age decides")
def test_what_a_dead_process_left_is_swept_at_once(tmp_path: Path) -> None:
    gone = left(tmp_path, f"{host_mark()}-{dead_process()}-abc")
    mine = left(tmp_path, f"{host_mark()}-{os.getpid()}-abc")
    job.sweep(tmp_path)
    assert not gone.exists() and mine.exists()


@pytest.mark.skipif(os.name != "posix", reason="asking for a process needs POSIX; elsewhere the age decides")
def test_every_command_that_writes_there_sweeps(tmp_path: Path) -> None:
    gone = left(tmp_path / "out", f"{host_mark()}-{dead_process()}-abc")
    mine = left(tmp_path / "out", f"{host_mark()}-{os.getpid()}-abc")
    check_out(tmp_path / "out")
    assert not gone.exists() and mine.exists() and [entry.name for entry in (tmp_path / "out").iterdir()] == [mine.name]


def test_what_another_host_or_version_left_is_swept_after_a_day(tmp_path: Path) -> None:
    names = [f"00000000-{dead_process()}-abc", "abc", f"{host_mark()}-x-abc"]
    young = [left(tmp_path, name) for name in names]
    old = [left(tmp_path, f"{name}-old", age=STALE_SECONDS + 60) for name in names]
    old.append(left(tmp_path, f"{host_mark()}-{os.getpid()}-old", age=STALE_SECONDS + 60))
    other = tmp_path / "a report"
    other.mkdir()
    job.sweep(tmp_path)
    assert all(place.exists() for place in [*young, other]) and not any(place.exists() for place in old)


# ------------------------------------------------------------------ the place


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_disk_without_room_is_refused_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    asked = []

    def nearly_full(place: Path) -> Usage:
        asked.append(Path(place))
        return Usage(10**12, 10**12 - 31_400_000, 31_400_000)

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)
    with pytest.raises(RunError) as caught:
        check_out(tmp_path / "not" / "yet 文")
    text = caught.value.text(lang)
    assert "yet 文" in text and "31 MB" in text and "100 MB" in text and "--out" in text
    assert asked == [tmp_path], "asked where the folder will be made; nothing was made for it"
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_that_does_not_tell_its_room_is_no_reason_to_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(0, 0, 0))
    check_out(tmp_path / "new")


@pytest.mark.parametrize("name", ["x" * 300, "x" * 255, "a\0b", "/".join(["y" * 200] * 30)], ids=["1", "2", "3", "4"])
@pytest.mark.parametrize("option", ["--out", "out"])
def test_a_place_that_cannot_be_written_is_refused_before_the_run(tmp_path: Path, name: str, option: str) -> None:
    with pytest.raises(InputError) as caught:
        check_out(tmp_path / name, Path("linyi-2018", "z" * (1 if len(name) != 255 else 256)), option=option)
    assert caught.value.message == "error.out_not_writable"
    for lang in ("zh", "en"):
        text = caught.value.text(lang)
        assert option in text.split() and len(text) < 500 and text.isprintable(), text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder in which nobody can write")
def test_the_letter_refuses_a_place_that_cannot_be_written_before_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    from dpsim.report import letter

    def never(*_: object) -> None:
        pytest.fail("a simulation was started")

    monkeypatch.setattr(letter, "run_year_end", never)
    for out in ("/proc/x", "/proc/self/status", "/dev/null/x"):
        with pytest.raises(InputError) as caught:
            letter.year_end_letter(case="linyi-2018", strategy="", as_of="", out=out)
        assert caught.value.message.startswith("error.out_not_")
        assert "--out" not in caught.value.text("en") and "out" in caught.value.text("en").split(" ")
    with pytest.raises(InputError, match="out"):
        letter.year_end_letter(case="linyi-2018", out=5)  # type: ignore[arg-type]


def test_folders_that_stay_empty_go_and_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(job, "execute_notebook", stop)
    (tmp_path / "mine" / "empty").mkdir(parents=True)
    for out in (tmp_path / "new" / "deep", tmp_path / "mine" / "empty"):
        with pytest.raises(KeyboardInterrupt):
            make_report(requested(), out, title="t", progress=False)
    assert sorted(place.name for place in tmp_path.rglob("*")) == ["empty", "mine"]


def requested(case: str = "linyi-2018", strategy: str = "past_pace") -> Request:
    return check_request(case=case, as_of=None, strategy=strategy, replications=2, seed=1, lang="zh")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """No notebook is run: its files are written at once."""
    folders: list[Path] = []

    def execute(source: Path, out: Path, parameters: object, **_: object) -> Path:
        folders.append(out.parent)
        out.write_text("{}", encoding="utf-8")
        (out.parent / "headline.txt").write_text("一句话。\n", encoding="utf-8")
        return out

    monkeypatch.setattr(job, "execute_notebook", execute)
    monkeypatch.setattr(job, "write_html", lambda notebook, out, **_: out.write_text("<html>", encoding="utf-8"))
    return folders


def test_a_report_lies_in_its_place_and_nothing_beside_it(quick: list[Path], tmp_path: Path) -> None:
    steps: list[str] = []
    for _ in range(2):
        done = make_report(requested(), tmp_path / "我的 报告", title="t", progress=False, tell=steps.append)
    assert done.headline == "一句话。\n" and done.html.is_file() and done.notebook.is_file()
    assert [entry.name for entry in done.folder.parent.iterdir()] == [done.folder.name]
    assert steps == ["prepare", "notebook", "pages", "done"] * 2
    if os.name == "posix":
        assert f"{host_mark()}-{os.getpid()}-" in quick[0].parent.name


def test_a_report_made_again_takes_no_file_along_that_it_has_not_made(quick: list[Path], tmp_path: Path) -> None:
    """Its place is replaced as a whole: what the user keeps in it would be gone."""
    final = make_report(requested(), tmp_path, title="t", progress=False).folder
    (final / ".DS_Store").write_text("of a file manager")
    for name in ("notes.txt", "tables/mine.csv"):
        (final / name).parent.mkdir(exist_ok=True)
        (final / name).write_text("mine", encoding="utf-8")
        with pytest.raises(InputError) as caught:
            make_report(requested(), tmp_path, title="t", progress=False)
        assert caught.value.message == "error.out_not_made" and name in caught.value.text("en")
        assert (final / name).read_text(encoding="utf-8") == "mine" and len(quick) == 1, "nothing was run"
        (final / name).unlink()
    assert make_report(requested(), tmp_path, title="t", progress=False).folder == final
    assert len(quick) == 2 and (final / SUMS).is_file()
    (final / "report.html").write_text("edited", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        make_report(requested(), tmp_path, title="t", progress=False)
    assert caught.value.message == "error.out_changed" and len(quick) == 2


# ------------------------------------------------------------------ files that change meanwhile


@pytest.mark.parametrize("content", ["other", "rubbish", "gone"])
def test_a_file_that_changed_after_the_check_is_refused(
    quick: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (params_folder() / "strategies" / "current_arrangement.yaml").read_text(encoding="utf-8")
    Path("mine.yaml").write_text(text, encoding="utf-8")
    request = requested(strategy="mine.yaml")
    changed = {"other": text.replace("{value: 7, unit: days", "{value: 28, unit: days"), "rubbish": "a: [", "gone": ""}
    Path("mine.yaml").write_text(changed[content], encoding="utf-8")
    if content == "gone":
        Path("mine.yaml").unlink()
    with pytest.raises(InputError) as caught:
        make_report(request, tmp_path / "reports", title="t", progress=False)
    assert caught.value.message == "error.changed_meanwhile"
    assert all("mine.yaml" in caught.value.text(lang) for lang in ("zh", "en"))
    assert quick == [] and not list((tmp_path / "reports").rglob("*.yaml"))


def test_a_case_file_that_changed_is_refused_and_a_new_comment_is_no_change(quick: list[Path], tmp_path: Path) -> None:
    file = tmp_path / "案例 1.yaml"
    text = (params_folder() / "cases" / "linyi-2018.yaml").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    request = requested(case=str(file))
    file.write_text(f"{text}\n# seen\n", encoding="utf-8")
    make_report(request, tmp_path / "reports", title="t", progress=False)
    file.write_text(text.replace("counties:", "counties: #", 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        make_report(request, tmp_path / "reports", title="t", progress=False)
    assert caught.value.message == "error.changed_meanwhile"
