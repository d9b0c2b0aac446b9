"""`dpsim template` writes a workbook that is read, tells so in both languages, and replaces nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from called import Program
from dpsim import load_progress


@pytest.mark.parametrize(("lang", "words"), [("zh", "已写出"), ("en", "Written")])
def test_a_template_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: Program, lang: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, _ = program("template", "--lang", lang)
    assert status == 0 and words in out and len(load_progress("progress.xlsx").frame) == 30
    before = Path("progress.xlsx").read_bytes()
    status, _, err = program("template", "--lang", lang)
    assert status == 2 and "progress.xlsx" in err and Path("progress.xlsx").read_bytes() == before
    assert program("template", "other.xlsx", lang="zh").status == 0 and Path("other.xlsx").exists()
