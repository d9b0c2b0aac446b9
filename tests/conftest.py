"""Compiled code is there before the tests begin, once for all of their processes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from called import Program, Said
from dpsim import cli

WARM = """
from dpsim import load_case, load_strategy, run_replication
run_replication(load_case("linyi-2018"), load_strategy("current_arrangement"), seed=1, replication=0)
"""


def pytest_configure(config: pytest.Config) -> None:
    """Compile in a process of its own, which leaves nothing behind here but the cache."""
    if hasattr(config, "workerinput"):
        return
    from dpsim.core.compiled import is_compiled

    if not is_compiled():
        sys.stderr.write("compiling, once ...\n")
        subprocess.run([sys.executable, "-c", WARM], check=True, timeout=600)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """Run the program in this process and return what it left; a traceback is a failure."""

    def run(*arguments: str, lang: str = "en") -> Said:
        monkeypatch.setenv("DPSIM_LANG", lang)
        monkeypatch.setattr(sys, "argv", ["dpsim", *arguments])
        status: object = 0
        try:
            cli.main()
        except SystemExit as end:
            status = end.code or 0
        said = Said(status, *capsys.readouterr())
        assert "Traceback" not in said.text
        return said

    return run
