"""The evidence table."""

from __future__ import annotations

from pathlib import Path

import pytest

from dpsim.errors import InputError
from dpsim.params.evidence import evidence, read_evidence
from dpsim.params.locate import params_folder

HEAD = "id,quantity_zh,quantity_en,value,low,high,unit,place_zh,place_en,period,source_zh,source_en,grade"


def test_rows_are_read_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    row = evidence()["LY02"]
    assert (row.id, row.value, row.unit, row.grade) == ("LY02", "1160", "enterprises", "seed")
    monkeypatch.setenv("DPSIM_LANG", "en")
    assert row.place == "Linyi" and "speech" in row.source and "building" in row.quantity
    monkeypatch.setenv("DPSIM_LANG", "zh")
    assert row.place == "临沂市" and row.words("quantity") == row.quantity != row.words("quantity", "en")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{HEAD}\nA1,a,b,1,,,u,p,p,t,s,s,seed\nA1,a,b,1,,,u,p,p,t,s,s,seed\n", 3),
        (f"{HEAD}\nA1,a,b\n", 2),
        (f"{HEAD}\nA1,a,b,1,,,u,p,p,t,s,s,seed,more\n", 2),
        (f"{HEAD.replace('unit', 'units')}\nA1,a,b,1,,,u,p,p,t,s,s,seed\n", 2),
    ],
)
def test_a_broken_row_is_refused(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "evidence.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"evidence.csv:{line}") as caught:
        read_evidence(file)
    assert "quantity_zh" in caught.value.text("en") and "quantity_zh" in caught.value.text("zh")


def test_the_table_is_complete() -> None:
    assert read_evidence(params_folder() / "evidence.csv") == evidence()
    for row in evidence().values():
        for field in ("quantity", "source"):
            assert row.words(field, "zh") and row.words(field, "en")
