"""Reports in processes: answers are read, deaths noticed, no more at a time than asked, none outlives the batch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from batch_jobs import batch_of

from dpsim.language import LANGUAGES
from dpsim.report.batch import child, processes
from dpsim.report.batch.plan import Job, plan_jobs

BEGIN = """
import json, os, signal, sys, time
from pathlib import Path
asked = json.loads(sys.argv[1])
name = asked["strategy"][0] + asked["lang"]
here = Path(asked["out"])
"""


@pytest.fixture
def jobs(tmp_path: Path) -> list[Job]:
    return list(plan_jobs(batch_of(tmp_path)))


Program = Callable[[str], None]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Program:
    """Let a few lines stand for what makes a report."""
    return lambda text: monkeypatch.setattr(processes, "PROGRAM", ("-c", BEGIN + text))


def ended(jobs: list[Job], out: Path, at_once: int = 2) -> dict[str, processes.Reason | None]:
    return {job.name: reason for job, reason in processes.make_all(jobs, out, at_once=at_once)}


def test_each_report_is_told_what_to_make_and_its_share_of_the_cores(
    jobs: list[Job], tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = 'json.dump(asked | {"of": [os.environ[k] for k in ("DPSIM_LANG", "DPSIM_WORKERS")]}, open(here / name, "w"))'
    program(f"{said}; print('null')")
    for at_once, workers in ((2, "4"), (3, "2"), (9, "1")):
        monkeypatch.setenv("DPSIM_WORKERS", "8")
        assert set(ended(jobs, tmp_path, at_once).values()) == {None}
        for job in jobs:
            asked = json.loads((tmp_path / f"{job.strategy_given}{job.lang}").read_text(encoding="utf-8"))
            assert asked.pop("of") == [job.lang, workers]
            assert asked["place"] == job.place.as_posix() and asked["replications"] == 5 and asked["seed"] == 1
            assert (asked["case"], asked["strategy"]) == ("linyi-2018", [job.strategy_given])


@pytest.mark.skipif(os.name != "posix", reason="a process that kills itself by a signal is a POSIX matter")
def test_a_failure_and_a_death_are_told_and_the_others_go_on(jobs: list[Job], tmp_path: Path, program: Program) -> None:
    program(
        """
match name:
    case "no_meetingszh": print(json.dumps({"zh": "错", "en": "wrong"}))
    case "no_meetingsen":
        print("a line\\nthe last \\x1b[31m line", file=sys.stderr)
        os.kill(os.getpid(), signal.SIGKILL)
    case "past_pacezh": sys.exit(7)
    case _: print("null")
"""
    )
    found = ended(jobs, tmp_path)
    assert found["linyi-2018 past_pace en"] is None, "one goes well"
    assert found["linyi-2018 no_meetings zh"] == {"zh": "错", "en": "wrong"}
    died = found["linyi-2018 no_meetings en"]
    silent = found["linyi-2018 past_pace zh"]
    assert died and silent
    for lang in LANGUAGES:
        assert "-9" in died[lang] and "the last" in died[lang] and "a line" not in died[lang]
        assert died[lang].isprintable(), "what it said cannot steer a terminal"
        assert "7" in silent[lang]


def test_no_more_are_under_way_than_asked(jobs: list[Job], tmp_path: Path, program: Program) -> None:
    program(
        """
(here / f"{name}.on").touch()
print(json.dumps({"zh": str(len(list(here.glob("*.on")))), "en": ""}), flush=True)
time.sleep(0.3)
(here / f"{name}.on").unlink()
"""
    )
    at_most = {at_once: max(int((reason or {})["zh"]) for reason in ended(jobs, tmp_path, at_once).values())
               for at_once in (1, 2)}  # fmt: skip
    assert at_most == {1: 1, 2: 2}, "and several are under way where several may be"


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a process is ended without being told")
def test_closing_ends_what_is_under_way_and_starts_no_more(jobs: list[Job], tmp_path: Path, program: Program) -> None:
    program(
        """
signal.signal(signal.SIGTERM, lambda *_: ((here / f"{name}.tidied").touch(), sys.exit(143)))
(here / f"{name}.begun").write_text(str(os.getpid()))
if name == "no_meetingszh":
    while len(list(here.glob("*.begun"))) < 2: time.sleep(0.01)
    print("null")
else:
    time.sleep(600)
"""
    )
    with closing(processes.make_all(jobs, tmp_path, at_once=2)) as all_:
        assert next(all_)[0] is jobs[0]
    names = sorted(file.name for file in tmp_path.glob("*.*ed"))
    assert names == ["no_meetingsen.tidied"], "the one under way was told and could tidy up"
    assert len(list(tmp_path.glob("*.begun"))) <= 3
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "no_meetingsen.begun").read_text()), 0)


# ------------------------------------------------------------------ the process itself


def answer_of(job: Job, out: Path, **changes: object) -> subprocess.CompletedProcess[bytes]:
    """Run the real program on a job, its standard input held open for as long as it runs."""
    asked = processes._asked(job, out) | changes
    with subprocess.Popen(
        [sys.executable, *processes.PROGRAM, json.dumps(asked)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout and process.stderr
        out_, err = process.stdout.read(), process.stderr.read()
        return subprocess.CompletedProcess([], process.wait(), out_, err)


def test_inputs_that_changed_after_the_check_are_refused(jobs: list[Job], tmp_path: Path) -> None:
    done = answer_of(jobs[0], tmp_path, seed=2)
    reason = json.loads(done.stdout)
    assert done.returncode == 0 and done.stderr == b"", done.stderr
    assert set(reason) == set(LANGUAGES) and "changed" in reason["en"] and "改动" in reason["zh"]
    assert not (tmp_path / "linyi-2018").exists(), "nothing was begun"


def test_errors_are_answered_in_every_language(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError("planted " + "x" * 5000)

    monkeypatch.setattr(child, "_make", broken)
    reason = child._attempt({})
    assert reason and all(
        "ZeroDivisionError" in reason[lang] and "planted " + "x" * 400 in reason[lang] for lang in LANGUAGES
    )
    assert all(len(reason[lang]) < child.LONGEST + 200 for lang in LANGUAGES), "and not without end"
    monkeypatch.setattr(child, "_make", lambda **_: None)
    assert child._attempt({}) is None, "control: what goes well has no reason"


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a process is ended without being told")
def test_a_report_ends_when_its_batch_is_gone(jobs: list[Job], tmp_path: Path) -> None:
    asked = json.dumps(processes._asked(jobs[0], tmp_path))
    done = subprocess.run(
        [sys.executable, *processes.PROGRAM, asked], stdin=subprocess.DEVNULL, capture_output=True, timeout=120
    )
    assert done.returncode == child.ENDED and done.stdout == b"", done.stderr
    assert b"Traceback" not in done.stderr, done.stderr
    assert not list(tmp_path.rglob(".making-*"))
