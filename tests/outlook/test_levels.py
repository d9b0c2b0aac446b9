"""Levels above and below the units: groups of a list, counties of townships, townships of a ledger."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_outlook import call, table_file, targets_file

from dpsim.errors import FileFaults, InputError
from dpsim.forecast.project import forecast
from dpsim.progress.levels import by_township, counties_of, load_groups
from dpsim.progress.load import load_progress
from dpsim.report.outlook.job import make_outlook, save_outlook
from dpsim.report.verify.job import verify

GROUPS = "单位,上级\n县0,北片\n县1,北片\n县2,南片\n县3，,南片\n".replace("县3，", "县3")
ASKED = {"as_of": "2018-09-10", "reference": "order", "rush": 0.0, "seed": 1, "draws": 40, "kept": None}


def ledger(*, township: bool = True) -> pd.DataFrame:
    """Return a ledger of two counties with two townships each; a third of the enterprises are not done."""
    luck, rows = np.random.default_rng(3), []
    for number in range(240):
        week = int(luck.integers(0, 30))
        day = pd.Timestamp("2018-04-02") + pd.Timedelta(weeks=week) if week < 23 else pd.NaT
        county, town = f"县{number % 2}", f"镇{number // 2 % 2}" if township else ""
        rows.append((county, town, f"企业{number}", f"{number:04d}", day))
    return pd.DataFrame(rows, columns=["县区", "乡镇", "企业名称", "统一社会信用代码", "建成"]).astype({"建成": object})


def test_groups_of_a_list_are_told_beside_their_units(tmp_path: Path) -> None:
    list_of_groups = targets_file(tmp_path, GROUPS, "组.csv")
    outlook = make_outlook(table_file(tmp_path), targets_file(tmp_path), groups=list_of_groups, **ASKED)  # type: ignore[arg-type]
    rows = outlook.made.targets
    assert set(rows["unit"]) == {"县0", "县1", "县2", "县3", "北片", "南片", "all"}
    own = forecast(
        outlook.progress, outlook.wanted, as_of="2018-09-10", reference="order", seed=1, draws=40,
        groups={"北片": ["县0", "县1"], "南片": ["县2", "县3"]},
    )  # fmt: skip
    assert rows["q50"].tolist() == own.targets["q50"].tolist()
    plain = make_outlook(table_file(tmp_path), targets_file(tmp_path), **ASKED)  # type: ignore[arg-type]
    assert "北片" not in set(plain.made.targets["unit"]), "control"
    save_outlook(outlook, tmp_path / "out", kept=None)
    assert verify(tmp_path / "out").well


def test_the_command_takes_groups_and_a_target_of_one(tmp_path: Path) -> None:
    table_file(tmp_path), targets_file(tmp_path, "单位,环节,时限,目标\n北片,建成,2018-12-31,0.8\n")
    targets_file(tmp_path, GROUPS, "组.csv")
    asked = ["forecast", "进度.csv", "--targets", "目标.csv", "--draws", "20", "--as-of", "2018-09-10"]
    done = call(*asked, "--groups", "组.csv", folder=tmp_path)
    assert done.returncode == 0 and "北片" in done.stdout, done.stderr
    assert call(*asked, folder=tmp_path).returncode == 2, "control: without the list there is no such unit"


@pytest.mark.parametrize(
    "text",
    ["", "单位,上级\n", "单位\n县0\n", "单位,上级\n县0,\n", "单位,上级\n,北片\n", "单位,上级\n县0,北片\n县0,北片\n",
     "单位,上级\n县0,合计\n", "单位,上级\n县9,北片\n", "单位,上级\n县0,县1\n"],
)  # fmt: skip
def test_a_list_of_groups_that_cannot_be_is_refused(tmp_path: Path, text: str) -> None:
    file = targets_file(tmp_path, text, "组.csv")
    with pytest.raises((FileFaults, InputError)) as caught:
        make_outlook(table_file(tmp_path), targets_file(tmp_path), groups=file, **ASKED)  # type: ignore[arg-type]
    assert caught.value.text("zh") != caught.value.text("en")


def test_a_unit_may_stand_in_two_groups(tmp_path: Path) -> None:
    assert load_groups(targets_file(tmp_path, "unit,group\n县0,a\n县0,b\n县1,b\n")) == {
        "a": ["县0"],
        "b": ["县0", "县1"],
    }


def test_townships_make_their_counties() -> None:
    assert counties_of(["北县/东镇", "北县/西镇", "南县", "中县/一镇"]) == {"北县": ["北县/东镇", "北县/西镇"]}
    assert counties_of(["北县/东镇", "北县/西镇", "北县"]) == {}, "the county is a unit of its own"


def test_a_ledger_is_forecast_by_township_with_its_counties(tmp_path: Path) -> None:
    read = load_progress(ledger())
    towns = by_township(read)
    assert sorted(towns.frame["unit"].unique()) == ["县0/镇0", "县0/镇1", "县1/镇0", "县1/镇1"]
    both = [progress.frame.groupby(["date", "stage"])[["total", "done"]].sum() for progress in (read, towns)]
    assert both[0].equals(both[1]), "by township as many as by county"
    file = tmp_path / "台账.csv"
    ledger().to_csv(file, index=False)
    wanted = targets_file(tmp_path, "环节,时限,目标\n建成,2018-12-31,0.9\n")
    outlook = make_outlook(file, wanted, townships=True, **ASKED)  # type: ignore[arg-type]
    assert set(outlook.made.targets["unit"]) == {*towns.frame["unit"], "县0", "县1", "all"}
    now = outlook.made.counts["built"][:, outlook.made.members["县0"]].sum(axis=1)
    assert (now <= 120).all() and outlook.made.total("built", outlook.made.members["县0"]) == 120


def test_townships_that_are_not_there_are_asked_for(tmp_path: Path) -> None:
    for table in (load_progress(ledger(township=False)), load_progress(table_file(tmp_path))):
        with pytest.raises(InputError) as caught:
            by_township(table)
        assert "townships" in caught.value.text("en") and "townships" in caught.value.text("zh")
