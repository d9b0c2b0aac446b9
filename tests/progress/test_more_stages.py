"""Stages of other programmes are named by the caller with their headers; a clash is refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from dpsim.errors import FileFaults, InputError
from dpsim.forecast.project import forecast
from dpsim.progress.load import load_progress
from dpsim.progress.wanted import load_targets

STAGES = {"ported": ["ported", "已移植"], "tested": ["已测试"]}


def table() -> pd.DataFrame:
    weeks = pd.date_range("2018-06-04", periods=12, freq="7D")
    rows = [(day, f"组{k}", 50, 10 + 2 * week + k, 5 + week) for k in range(3) for week, day in enumerate(weeks)]
    return pd.DataFrame(rows, columns=["日期", "单位", "总数", "已移植（家）", "已测试"])


def test_further_stages_are_read_and_forecast(tmp_path: Path) -> None:
    progress = load_progress(table(), stages=STAGES)
    assert set(progress.frame["stage"]) == {"ported", "tested"}
    assert progress.frame.query("stage == 'ported' and unit == '组1'")["done"].tolist() == [
        11 + 2 * k for k in range(12)
    ]
    (tmp_path / "t.csv").write_text("环节,时限,目标\n已移植,2018-12-31,0.9\ntested,2018-12-31,0.8\n", encoding="utf-8")
    with pytest.raises(FileFaults):
        load_targets(tmp_path / "t.csv", stages={"ported": ["已移植"]})
    wanted = load_targets(tmp_path / "t.csv", stages=STAGES | {"tested": ["已测试", "tested"]})
    made = forecast(progress, wanted, as_of="2018-08-20", seed=1, draws=50)
    assert set(made.targets["stage"]) == {"ported", "tested"}


def test_without_them_the_headers_are_unknown_and_nothing_stays(tmp_path: Path) -> None:
    load_progress(table(), stages=STAGES)
    with pytest.raises(FileFaults) as caught:
        load_progress(table())
    assert "已移植" in caught.value.text("zh")


def test_they_stand_beside_the_usual_ones_in_a_column_of_stages() -> None:
    long = pd.DataFrame({"date": "2018-09-03", "unit": "甲", "stage": ["built", "已移植"], "total": 9, "done": [4, 3]})
    frame = load_progress(long, stages=STAGES).frame
    assert frame["stage"].tolist() == ["built", "ported"], "further stages stand last"


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ({"built": ["刷漆"]}, "stage_name"),
        ({"unit": ["刷漆"]}, "stage_name"),
        ({"Painted": ["刷漆"]}, "stage_name"),
        ({"": ["刷漆"]}, "stage_name"),
        ({"painted": []}, "stage_header"),
        ({"painted": ["（家）"]}, "stage_header"),
        ({"painted": ["已建"]}, "stage_clash"),
        ({"painted": ["已建成（家）"]}, "stage_clash"),
        ({"painted": ["已建企业数量"]}, "stage_clash"),
        ({"painted": ["County"]}, "stage_clash"),
        ({"painted": ["备注"]}, "stage_clash"),
        ({"painted": ["刷漆"], "coloured": ["刷 漆"]}, "stage_clash"),
    ],
)
def test_a_clash_is_refused(stages: dict[str, list[str]], message: str) -> None:
    with pytest.raises(InputError) as caught:
        load_progress(table(), stages=stages)
    assert caught.value.message == f"progress.{message}"
    assert all("{" not in caught.value.text(lang) for lang in ("zh", "en"))
