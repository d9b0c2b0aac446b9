"""Several dates, each unit: a folder each and an index; one that cannot be made stops no other."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from test_outlook import call, table_file, targets_file

from dpsim.errors import InputError
from dpsim.report.outlook.job import make_outlook
from dpsim.report.outlook.many import dates_of, many_outlooks
from dpsim.report.verify.job import verify

DATES = ["2018-08-06", "2018-09-10"]


def many(folder: Path, dates: list[str], *, each_unit: bool, targets: str | None = None) -> Path:
    wanted = targets_file(folder) if targets is None else targets_file(folder, targets)
    many_outlooks(
        table_file(folder), wanted, folder / "out",
        dates=dates, each_unit=each_unit, reference="order", rush=0.0, seed=1, draws=40,
    )  # fmt: skip
    return folder / "out"


def jobs(out: Path) -> list[dict[str, object]]:
    return list(json.loads((out / "index" / "index.json").read_text(encoding="utf-8"))["jobs"])


@pytest.mark.parametrize(
    "text", ["2018-08-06;2018-09-10", "2018-09", "09/10/2018", "now", "2018-09-10 and so on", "2018-09-10,"]
)
def test_a_date_is_whole_or_refused(text: str) -> None:
    with pytest.raises(InputError, match="2018-09-10"):
        dates_of(text)


def test_every_date_has_the_forecast_it_has_alone(tmp_path: Path) -> None:
    out = many(tmp_path, DATES, each_unit=False)
    for date in DATES:
        alone = make_outlook(
            tmp_path / "进度.csv", tmp_path / "目标.csv",
            as_of=date, reference="order", rush=0.0, seed=1, draws=40, kept=None,
        )  # fmt: skip
        kept = pd.read_parquet(out / date / "all" / "tables" / "targets.parquet")
        assert kept["q50"].tolist() == alone.made.targets["q50"].tolist()
    index = pd.read_csv(out / "index" / "index.csv")
    assert index["as_of"].unique().tolist() == DATES and [job["state"] for job in jobs(out)] == ["made"] * 2


def test_each_unit_has_its_folder_and_its_targets_alone(tmp_path: Path) -> None:
    out = many(tmp_path, DATES[1:], each_unit=True)
    index = pd.read_csv(out / "index" / "index.csv")
    whole = make_outlook(
        tmp_path / "进度.csv", tmp_path / "目标.csv",
        as_of=DATES[1], reference="order", rush=0.0, seed=1, draws=40, kept=None,
    ).made.targets  # fmt: skip
    assert index["unit"].tolist() == [f"县{k}" for k in range(4)] and set(index["stage"]) == {"built"}
    built = whole[(whole["stage"] == "built") & (whole["unit"] != "all")]
    assert index["probability"].tolist() == pytest.approx(built["probability"].tolist(), abs=1e-9)


def test_one_that_fails_stops_no_other_and_is_told(tmp_path: Path) -> None:
    out = many(tmp_path, ["2018-04-01", *DATES], each_unit=False)
    assert [job["state"] for job in jobs(out)] == ["failed", "made", "made"]
    reason = jobs(out)[0]["reason"]
    assert isinstance(reason, dict) and reason["zh"] != reason["en"] and not (out / "2018-04-01").exists()
    failed = many(tmp_path, DATES[1:], each_unit=True, targets="单位,环节,时限,目标\n县1,建成,2018-12-31,1\n")
    assert [job["state"] for job in jobs(failed)] == ["failed", "made", "failed", "failed"]


def test_the_index_leads_verify_to_all_of_them(tmp_path: Path) -> None:
    out = many(tmp_path, ["2018-04-01", *DATES], each_unit=False)
    outcome = verify(out / "index", replications=0)
    assert outcome.well and len(outcome.folders) == 3, outcome.text()
    with pytest.raises(InputError, match="index"):
        verify(out)
    file = out / DATES[0] / "all" / "tables" / "targets.csv"
    file.write_bytes(file.read_bytes() + b" ")
    assert not verify(out / "index", replications=0).well


def test_names_lead_to_no_other_folder(tmp_path: Path) -> None:
    table = table_file(tmp_path)
    text = table.read_text(encoding="utf-8").replace("县1", "../../县").replace("县2", "北县/东镇")
    table.write_text(text, encoding="utf-8")
    told = many_outlooks(
        table, targets_file(tmp_path), tmp_path / "deep" / "out",
        dates=DATES[1:], each_unit=True, reference=None, rush=0.0, seed=1, draws=20,
    )  # fmt: skip
    assert len({one.entry.place for one in told}) == 4
    assert all(one.entry.place.parts[0] == DATES[1] and len(one.entry.place.parts) == 2 for one in told)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep", "目标.csv", "进度.csv"]


def test_dates_are_dates_and_stand_once() -> None:
    assert dates_of("2018-08-06， 2018-09-10") == DATES
    for text in ("2018-08-06,", "soon", "2018-08-06,2018-08-06"):
        with pytest.raises(InputError):
            dates_of(text)


def test_the_command_ends_with_3_if_some_failed_and_2_for_bad_input(tmp_path: Path) -> None:
    table_file(tmp_path), targets_file(tmp_path)
    options = ["forecast", "进度.csv", "--targets", "目标.csv", "--draws", "20"]
    assert call(*options, "--as-of", ",".join(DATES), folder=tmp_path).returncode == 2, "no --out"
    bad = call(*options, "--as-of", ",".join(DATES), "--rush", "2", "--out", "o", folder=tmp_path)
    assert bad.returncode == 2 and not (tmp_path / "o").exists()
    some = call(*options, "--as-of", f"2018-04-01,{DATES[1]}", "--out", "o", folder=tmp_path)
    assert some.returncode == 3 and "2018-04-01" in some.stdout and "Traceback" not in some.stderr, some.stderr
    assert (tmp_path / "o" / DATES[1] / "all" / "run.json").is_file()
    assert call(*options, "--as-of", DATES[1], "--each-unit", "--out", "p", folder=tmp_path).returncode == 0


@pytest.mark.parametrize(
    "options",
    [("--capacity", "roof=4"), ("--list", "stops=0"), ("--list", "stops=5%@2018-09-01"), ("--groups", "组.csv"),
     ("--targets", "坏.csv")],
)  # fmt: skip
def test_an_option_that_all_share_ends_with_2_before_anything_is_made(tmp_path: Path, options: tuple[str, str]) -> None:
    table_file(tmp_path), targets_file(tmp_path)
    targets_file(tmp_path, "单位,上级\n县9,北片\n", "组.csv")
    targets_file(tmp_path, "单位,环节,时限,目标\n县9,建成,2018-12-31,1\n", "坏.csv")
    asked = ["forecast", "进度.csv", "--targets", "目标.csv", "--draws", "20", "--as-of", ",".join(DATES), "--out", "o"]
    done = call(*asked, *options, folder=tmp_path)
    assert done.returncode == 2 and not (tmp_path / "o").exists() and "Traceback" not in done.stderr, done.stderr
