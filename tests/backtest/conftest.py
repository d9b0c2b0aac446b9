"""The command in this process, in an empty folder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dpsim import cli

Call = Callable[..., tuple[object, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    """Return a function that runs `dpsim backtest` and returns exit status, standard output and error."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("DPSIM_DATA", raising=False)

    def run(*arguments: str, lang: str = "en") -> tuple[object, str, str]:
        monkeypatch.setenv("DPSIM_LANG", lang)
        monkeypatch.setattr(sys, "argv", ["dpsim", "backtest", *arguments])
        try:
            cli.main()
            status: object = 0
        except SystemExit as end:
            status = end.code or 0
        said = capsys.readouterr()
        return status, said.out, said.err

    return run
