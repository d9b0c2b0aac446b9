"""`dpsim batch` as a user meets it: exit status, words in both languages, nothing begun on bad input."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from called import Program
from dpsim import cli
from dpsim.experiments.sums import write_sums
from dpsim.params.locate import params_folder
from dpsim.report.batch import run
from dpsim.report.batch.plan import Job
from dpsim.report.batch.processes import Reason
from dpsim.report.job import NOTEBOOK

SMALL = """schema: 1
batch: small
name: {zh: 小批, en: small one}
cases: [linyi-2018]
strategies: [no_meetings, past_pace]
languages: [zh]
replications: 3
seed: 1
"""


def make(jobs: list[Job], out: Path, *, at_once: int) -> Iterator[tuple[Job, Reason | None]]:
    """Stands for the processes: puts the files of a report."""
    for job in jobs:
        folder = out / job.place
        folder.mkdir(parents=True)
        for name in ("report.html", NOTEBOOK, "headline.txt"):
            (folder / name).write_text("x", encoding="utf-8")
        (folder / "run.json").write_text(f'{{"run_id": "{folder.name}", "interrupted": false}}', encoding="utf-8")
        write_sums(folder)
        yield job, None


@pytest.fixture
def call(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """Run the program in this process, in a folder with a small batch file."""
    monkeypatch.setattr(run, "make_all", make)
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SMALL, encoding="utf-8")

    return program


def test_a_batch_is_made_once_and_then_found(call: Program) -> None:
    status, out, err = call("batch", "small.yaml")
    assert status == 0 and "2 made now, 0 already there, 0 failed" in out and "reports/batch-small/index.html" in out
    assert "2 reports, 0 already there, 2 to make" in err and "[2/2] linyi-2018 past_pace zh" in err
    status, out, err = call("batch", "small.yaml", lang="zh")
    assert status == 0 and "新做 0 份，原已有 2 份，失败 0 份" in out and "还要做 0 份" in err


@pytest.mark.parametrize(("lang", "word"), [("zh", "失败"), ("en", "failed")])
def test_a_failure_ends_with_status_3(call: Program, monkeypatch: pytest.MonkeyPatch, lang: str, word: str) -> None:
    def one_fails(jobs: list[Job], out: Path, *, at_once: int) -> Iterator[tuple[Job, Reason | None]]:
        yield jobs[0], {"zh": "因为甲", "en": "for a reason"}
        yield from make(jobs[1:], out, at_once=at_once)

    monkeypatch.setattr(run, "make_all", one_fails)
    status, out, err = call("batch", "small.yaml", lang=lang)
    assert status == cli.SOME_FAILED == 3
    assert word in err and {"zh": "因为甲", "en": "for a reason"}[lang] in err and "1" in out
    monkeypatch.setattr(run, "make_all", make)
    assert call("batch", "small.yaml")[0] == 0, "control: without the failure the status is 0"


def test_ctrl_c_keeps_what_is_made_and_says_so(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(jobs: list[Job], out: Path, *, at_once: int) -> Iterator[tuple[Job, Reason | None]]:
        yield from make(jobs[:1], out, at_once=at_once)
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "make_all", stopped)
    status, out, err = call("batch", "small.yaml")
    assert status == 130 and "was stopped: 1 reports made now" in out and "Stopped by the user" not in err
    monkeypatch.setattr(run, "make_all", make)
    status, out, _ = call("batch", "small.yaml")
    assert status == 0 and "1 made now, 1 already there" in out


def test_workers_are_no_more_than_reports(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def noted(jobs: list[Job], out: Path, *, at_once: int) -> Iterator[tuple[Job, Reason | None]]:
        asked.append(at_once)
        return iter(())

    def closable(*arguments: object, **named: object) -> Iterator[tuple[Job, Reason | None]]:
        yield from noted(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "make_all", closable)
    monkeypatch.setenv("DPSIM_WORKERS", "1")
    for options in ([], ["--workers", "2"], ["--workers", "50"]):
        call("batch", "small.yaml", *options)
    assert asked == [1, 2, 2]


BAD: list[tuple[list[str], list[str]]] = [
    (["small.yaml", "--workers", "0"], ["workers", "0"]),
    (["small.yaml", "--workers", "two"], ["workers", "two"]),
    (["small.yaml", "--workers", "9999"], ["9999", "1024"]),
    (["small.yaml", "--workers", ""], ["--workers"]),
    (["small.yaml", "--out", "small.yaml"], ["small.yaml"]),
    (["small.yaml", "--out", "a\0b"], ["--out"]),
    (["nothing.yaml"], ["nothing.yaml"]),
    (["demoo"], ["demo"]),
    (["../demo"], ["../demo"]),
    (["bad.yaml"], ["bad.yaml:6", "bad.yaml:8", "past_pace"]),
    ([str(params_folder() / "cases" / "linyi-2018.yaml")], ["linyi-2018"]),
    ([], ["FILE"]),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=lambda row: ascii(row)[-40:])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_bad_input_ends_with_status_2_and_nothing_is_begun(
    call: Program, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: list[str], lang: str
) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("a report was begun")

    monkeypatch.setattr(run, "make_all", never)
    bad = SMALL.replace("no_meetings, past_pace", "past_pce").replace("seed: 1", "sed: 1").replace("[zh]", "[zh, xx]")
    Path("bad.yaml").write_text(bad, encoding="utf-8")
    status, out, err = call("batch", *arguments, lang=lang)
    assert status == 2 and out == "", err
    assert all(word.lower() in err.lower() for word in words), err
    assert sorted(entry.name for entry in Path.cwd().iterdir()) == ["bad.yaml", "small.yaml"], "nothing is written"


def test_check_and_help_know_batches(call: Program) -> None:
    status, out, _ = call("check", "small.yaml", str(params_folder() / "batches" / "demo.yaml"))
    assert status == 0 and out.count("no faults") == 2
    Path("small.yaml").write_text(SMALL.replace("seed: 1", "seed: -1"), encoding="utf-8")
    status, _, err = call("check", "small.yaml")
    assert status == 2 and "small.yaml:8" in err
    assert "batch" in call("--help")[1] and "--workers" in call("batch", "--help")[1]


@pytest.mark.skipif(os.name != "posix", reason="SIGTERM is a POSIX matter")
def test_sigterm_ends_with_status_143(call: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    import signal

    def told(jobs: list[Job], out: Path, *, at_once: int) -> Iterator[tuple[Job, Reason | None]]:
        signal.raise_signal(signal.SIGTERM)
        yield from make(jobs, out, at_once=at_once)

    monkeypatch.setattr(run, "make_all", told)
    status, out, _ = call("batch", "small.yaml")
    assert status == cli.TERMINATED and "was stopped: 0 reports made now" in out
