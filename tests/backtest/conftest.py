"""The command in this process, in an empty folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from called import Program


@pytest.fixture
def call(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """Return a function that runs `dpsim backtest` and returns exit status, standard output and error."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("DPSIM_DATA", raising=False)

    return partial(program, "backtest")
