"""What an outlook says of capacity, a rush and the start of the work, and how capacities are given."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from test_outlook import call, made, table_file, targets_file

from dpsim.report.outlook.job import make_outlook, save_outlook
from dpsim.report.outlook.letter import outlook_text


@pytest.mark.parametrize(
    ("lang", "shown", "stated"),
    [
        ("zh", "以最快一周为能力是假设", "按所给能力每周1.5家"),
        ("en", "the best week is the capacity is assumed", "at the stated 1.5 a week"),
    ],
)
def test_the_bound_stands_beside_the_chance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, shown: str, stated: str
) -> None:
    monkeypatch.setenv("DPSIM_LANG", lang)
    table = table_file(tmp_path)
    outlook = made(tmp_path, table)
    text, bound = outlook_text(outlook), outlook.made.bound
    whole = bound[(bound["unit"] == "all") & (bound["stage"] == "online")].iloc[0]
    assert shown in text and stated not in text and f"{100 * whole['bound']:.1f}%" in text
    given = make_outlook(
        table, targets_file(tmp_path), as_of="2018-09-10", reference="order", rush=0.0, seed=1, draws=300, kept=None,
        capacity={"online": 1.5},
    )  # fmt: skip
    text = outlook_text(given)
    assert stated in text and given.made.targets.equals(outlook.made.targets)
    short = {"zh": "%（不够）", "en": "% (short)"}[lang]
    assert text.count(short) == int((given.made.bound["bound"] < given.made.bound["target_share"]).sum()) > 0


def test_rush_and_start_are_told_and_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DPSIM_LANG", "en")
    outlook = made(tmp_path, table_file(tmp_path))
    save_outlook(outlook, tmp_path / "out", kept=None)
    text = outlook_text(outlook)
    own = outlook.scenarios[(outlook.scenarios["reference"] == "order") & (outlook.scenarios["stage"] == "online")]
    words = ", ".join(f"{100 * row.rush:.0f}% {100 * row.probability:.0f}%" for row in own.itertuples())
    assert words in text and len(own) == 3, "no rush, 20%, 50%"
    assert "8 weeks before the first report" in text, "some are done in the first week of the table"
    for name, frame in {"bound": outlook.made.bound, "starts": outlook.starts}.items():
        saved = pd.read_parquet(tmp_path / "out" / "tables" / f"{name}.parquet")
        assert len(saved) == len(frame) > 0 and list(saved.columns) == list(frame.columns)
    late = table_file(tmp_path)
    lines = late.read_text(encoding="utf-8").splitlines()
    first = [line.rsplit(",", 1)[0] + ",0" if line.startswith("2018-04-30") else line for line in lines]
    late.write_text("\n".join(first) + "\n", encoding="utf-8")
    assert "before the first report" not in outlook_text(made(tmp_path, late)), "control: the table shows the start"


@pytest.mark.parametrize("text", ["built", "painted=3"])
def test_a_bad_capacity_ends_with_status_2(tmp_path: Path, text: str) -> None:
    table, wanted = table_file(tmp_path), targets_file(tmp_path)
    done = call(
        "forecast", table.name, "--targets", wanted.name, "--as-of", "2018-09-10", "--draws", "20",
        "--capacity", text, "--out", "out", folder=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2 and "STAGE=MEMBERS A WEEK" in done.stderr, done.stderr
    assert not (tmp_path / "out").exists()


def test_capacities_are_given_by_stage_in_either_language(tmp_path: Path) -> None:
    table, wanted = table_file(tmp_path), targets_file(tmp_path)
    options = ["--targets", wanted.name, "--as-of", "2018-09-10", "--draws", "20"]
    english = call("forecast", table.name, *options, "--capacity", "online=2", folder=tmp_path)
    chinese = call("forecast", table.name, *options, "--capacity", "网上运行=2", folder=tmp_path)
    assert english.returncode == 0 and english.stdout == chinese.stdout and "at the stated 2.0 a week" in english.stdout
    twice = call(
        "forecast", table.name, *options, "--capacity", "online=2", "--capacity", "网上运行=3", folder=tmp_path
    )
    assert twice.returncode == 2 and "网上运行=3" in twice.stderr
