"""`dpsim explore` as a user meets it, without a server: who may start it, what it says, how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from called import Program, Said
from dpsim.report import lab

ROOT, USER = 0, 1000
on_posix = pytest.mark.skipif(os.name != "posix", reason="root is a POSIX matter")


@pytest.fixture
def served() -> list[list[str]]:
    """The commands that were started."""
    return []


@pytest.fixture
def call(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, served: list[list[str]]) -> Program:
    """Run the program in this process, in an empty folder."""

    def serve(command: list[str], *, lang: str) -> int:
        served.append(command)
        return 0

    monkeypatch.setattr(lab, "serve", serve)
    monkeypatch.chdir(tmp_path)

    def go(*arguments: str, user: int = USER, lang: str = "en") -> Said:
        if os.name == "posix":
            monkeypatch.setattr(os, "geteuid", lambda: user)
        return program("explore", *arguments, lang=lang)

    return go


@on_posix
@pytest.mark.parametrize(("lang", "word"), [("zh", "普通用户"), ("en", "another user")])
def test_root_is_refused_before_anything_is_made_and_told_both_ways_out(
    call: Program, served: list[list[str]], tmp_path: Path, lang: str, word: str
) -> None:
    status, out, err = call(user=ROOT, lang=lang)
    assert status == 2 and out == "" and served == [] and list(tmp_path.iterdir()) == []
    assert "root" in err and word in err and "--allow-root" in err, err


@on_posix
def test_root_may_start_it_on_request(call: Program, served: list[list[str]]) -> None:
    assert call("--allow-root", user=ROOT)[0] == 0 and "--allow-root" in served[0]
    assert call(user=USER)[0] == 0 and "--allow-root" not in served[1], "control: another user needs no option"


PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from dpsim import cli
from dpsim.report import lab
server = [sys.executable, "-c", sys.argv.pop()]
lab.lab_command = lambda *_, **__: server
cli.main()
"""
STOPPING = """
import os, signal, sys, time
from pathlib import Path
signal.signal(signal.SIGTERM, lambda *_: (Path("tidied").touch(), sys.exit(0)))
os.kill(os.getppid(), signal.{name})
time.sleep(600)
"""


@on_posix
@pytest.mark.parametrize(
    ("server", "status", "word"),
    [
        (STOPPING.format(name="SIGINT"), 130, "JupyterLab has been stopped"),
        (STOPPING.format(name="SIGTERM"), 143, "JupyterLab has been stopped"),
        ("", 0, "explore-en.ipynb"),
        ("raise SystemExit(1)", 1, "could not be started"),
    ],
    ids=["Ctrl-C", "SIGTERM", "shut down in the page", "failed"],
)
def test_the_status_says_how_it_ended(tmp_path: Path, server: str, status: int, word: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "explore", "--allow-root", "--lang", "en", server],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == status and done.stdout == "", done.stderr
    assert word in done.stderr and "Traceback" not in done.stderr and "no report" not in done.stderr, done.stderr
    assert (tmp_path / "tidied").exists() == (status > 1), "the server is told to end, and ends"
