"""A mark at the beginning of a text file is no part of its first header, whatever the encoding."""

from __future__ import annotations

from pathlib import Path

import pytest

from dpsim import load_progress

TEXT = "日期,县区,企业总数,建成\n2018-09-10,北县,40,26\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_mark_is_no_part_of_a_header(tmp_path: Path, encoding: str) -> None:
    plain, marked = tmp_path / "plain.csv", tmp_path / "marked.csv"
    plain.write_bytes(TEXT.encode(encoding))
    marked.write_bytes(f"\ufeff{TEXT}".encode("utf-8" if encoding == "utf-8-sig" else encoding))
    read = load_progress(plain).frame
    assert read[["unit", "total", "done"]].values.tolist() == [["北县", 40, 26]]
    assert load_progress(marked).frame.equals(read)
