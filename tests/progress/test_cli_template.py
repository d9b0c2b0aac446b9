"""`dpsim template` writes a workbook that is read, tells so in both languages, and replaces nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dpsim import cli, load_progress


@pytest.mark.parametrize(("lang", "words"), [("zh", "已写出"), ("en", "Written")])
def test_a_template_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DPSIM_LANG", "zh")

    def status(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["dpsim", "template", *arguments])
        try:
            cli.main()
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    assert status("--lang", lang) == 0
    assert words in capsys.readouterr().out and len(load_progress("progress.xlsx").frame) == 30
    before = Path("progress.xlsx").read_bytes()
    assert status("--lang", lang) == 2, "bad input"
    assert "progress.xlsx" in capsys.readouterr().err and Path("progress.xlsx").read_bytes() == before
    assert status("other.xlsx") == 0 and Path("other.xlsx").exists()
