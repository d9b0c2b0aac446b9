"""A published check without its data says what is missing and how to give it."""

from __future__ import annotations

from pathlib import Path

import pytest
from outside_data import data_file


def test_missing_data_are_an_error_that_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DPSIM_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"chicago.*set DPSIM_DATA to the folder that holds chicago/"):
        data_file("chicago", "inspections.csv")
    (tmp_path / "chicago").mkdir()
    file = tmp_path / "chicago" / "inspections.csv"
    file.write_text("id\n", encoding="utf-8")
    assert data_file("chicago", "inspections.csv") == file
    assert data_file("chicago", "inspections.csv", data=str(tmp_path)) == file
