"""The folder of a forecast: changed bytes are named, and the forecast is made again from the inputs it keeps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from verify_tools import changed, files_of, flipped, forged, places, said_by_edited, sealed, wrong

from dpsim.progress.load import load_progress
from dpsim.report.outlook.job import outlook_of, save_outlook
from dpsim.report.verify.job import verify

AS_OF = "2018-09-10"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("outlook")
    dates = pd.date_range("2018-05-07", "2018-10-01", freq="7D")
    rows = [(day, f"county {k}", 90 + k, (5 + k) * week // 4 + 3) for k in range(3) for week, day in enumerate(dates)]
    progress = load_progress(pd.DataFrame(rows, columns=["date", "unit", "total", "built"]))
    wanted = pd.DataFrame({"unit": ["each"], "stage": ["built"], "deadline": ["2018-12-31"], "target_share": [0.8]})
    outlook = outlook_of(progress, wanted, as_of=AS_OF, reference="order", rush=0.2, seed=1, draws=60)
    save_outlook(outlook, place, kept=None)
    return place


def test_an_untouched_forecast_passes_and_was_made_again(folder: Path) -> None:
    outcome = verify(folder)
    assert outcome.well, outcome.text()
    assert "a forecast" in outcome.text() and "made again from the inputs kept" in outcome.text()
    assert "made again" not in verify(folder, replications=0).text()


def test_rows_after_the_as_of_date_are_not_kept(folder: Path) -> None:
    assert pd.read_parquet(folder / "inputs" / "progress.parquet")["date"].max() <= pd.Timestamp(AS_OF)


def test_one_changed_byte_anywhere_is_named(folder: Path) -> None:
    for number, name in enumerate(files_of(folder)):
        content = (folder / name).read_bytes()
        for place in places(content, number):
            with changed(folder / name, flipped(content, place)):
                assert any(name in line for line in wrong(folder)), (name, place)
        with changed(folder / name, None):
            assert any(name in line for line in wrong(folder)), name
    assert wrong(folder) == []


def test_an_extra_table_is_named(folder: Path) -> None:
    with changed(folder / "tables" / "more.csv", b"1"):
        assert any("tables/more.csv" in line for line in wrong(folder))


def _table(name: str, edit: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        edit(pd.read_parquet(folder / name)).to_parquet(folder / name, index=False)

    return change


def _text(name: str, before: str, after: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8-sig")
        assert before in text
        (folder / name).write_text(text.replace(before, after, 1), encoding="utf-8-sig" if ".csv" in name else "utf-8")

    return change


FORGERIES = {
    "tables/targets.parquet": _table("tables/targets.parquet", lambda t: t.assign(probability=0.9)),
    "tables/targets.csv": _text("tables/targets.csv", "county 0", "county 9"),
    "tables/settings.parquet": _table("tables/settings.parquet", lambda t: t.assign(value=t["value"] * 1.01)),
    "tables/fit.parquet": _table("inputs/progress.parquet", lambda t: t.assign(done=t["done"] - (t.index == 40))),
    "tables/needed.parquet": _table("inputs/targets.parquet", lambda t: t.assign(target_share=0.79)),
    "inputs/progress.csv": _text("inputs/progress.csv", "county 0", "county 00"),
    "tables/repairs.csv": _text("tables/repairs.csv", "file", "filf"),
    "run.json": _text("run.json", '"seed": 1', '"seed": 2'),
    "forecast.txt": _text("forecast.txt", "county 0", "county 9"),
}


@pytest.mark.parametrize("named", FORGERIES)
def test_whoever_puts_the_check_sums_right_is_found_out(folder: Path, named: str) -> None:
    with forged(folder):
        FORGERIES[named](folder)
        sealed(folder)
        found = wrong(folder, replications=1)
        assert any(named in line or (named == "run.json" and "targets" in line) for line in found), found
    assert wrong(folder, replications=1) == []


def test_a_text_is_made_again_in_its_own_language(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for lang in ("zh", "en"):
        monkeypatch.setenv("DPSIM_LANG", lang)
        assert verify(folder, replications=1).well
    assert "seed of the choice" not in verify(folder).text(), "no run was chosen"
    with forged(folder):
        _text("run.json", '"lang": "zh"', '"lang": "en"')(folder)
        sealed(folder)
        assert any("forecast.txt" in line for line in wrong(folder, replications=1))


def test_repairs_and_the_record_of_earlier_forecasts_are_in_the_text_made_again(tmp_path: Path) -> None:
    """What the text says of repairs and of earlier forecasts is put together from what the folder keeps."""
    dates = pd.date_range("2018-05-07", "2018-09-10", freq="7D")
    rows = [(day, f"county {k}", 90, (5 + k) * week // 4 + 3) for k in range(2) for week, day in enumerate(dates)]
    rows += [(pd.Timestamp("2018-12-31"), f"county {k}", 90, 80) for k in range(2)]
    progress = load_progress(pd.DataFrame(rows, columns=["date", "unit", "total", "built"]))
    wanted = pd.DataFrame({"unit": ["each"], "stage": ["built"], "deadline": ["2018-12-31"], "target_share": [0.8]})
    asked = {"reference": "order", "rush": 0.0, "seed": 1, "draws": 40}
    save_outlook(outlook_of(progress, wanted, as_of=AS_OF, **asked), None, kept=tmp_path / "kept")  # type: ignore[arg-type]
    later = wanted.assign(deadline="2019-06-30")
    outlook = outlook_of(progress, later, as_of="2019-01-07", **asked, kept=tmp_path / "kept")  # type: ignore[arg-type]
    text = save_outlook(outlook, tmp_path / "out", kept=None)
    assert "earlier forecasts have their outcome" in text and len(progress.repairs)
    assert all(line in text for line in outlook.progress.repair_texts()[:10])
    assert verify(tmp_path / "out", replications=1).well, verify(tmp_path / "out").text()
    with forged(tmp_path / "out"):
        _table("inputs/scoreboard.parquet", lambda t: t.assign(brier=0.0))(tmp_path / "out")
        sealed(tmp_path / "out")
        found = wrong(tmp_path / "out", replications=1)
        assert any("forecast.txt" in line for line in found) and any("scoreboard.csv" in line for line in found)


RECORDS = ["[]", "{}", '{"as_of": "2018-09-10", "reference": "x", "rush": 0, "seed": 1, "draws": 60}', "{"]


@pytest.mark.parametrize("content", RECORDS)
def test_a_record_of_odd_content_is_named(folder: Path, content: str) -> None:
    with forged(folder):
        (folder / "run.json").write_text(content, encoding="utf-8")
        sealed(folder)
        assert any("run.json" in line for line in wrong(folder, replications=1))


def test_an_edited_program_is_named(folder: Path, tmp_path: Path) -> None:
    status, said = said_by_edited(folder, tmp_path, ["src/dpsim/forecast/regimes.py", "params/forecast.yaml"])
    assert status == 4 and "dpsim/forecast/regimes.py" in said and "params/forecast.yaml" in said, said
    status, said = said_by_edited(folder, tmp_path / "control", [])
    assert status == 0, said


def test_of_a_backtest_every_file_is_held_against_its_sum(tmp_path: Path) -> None:
    for name, content in (("scores.csv", "a\n1\n"), ("run.json", json.dumps({"seed": 1}))):
        (tmp_path / name).write_text(content, encoding="utf-8")
    sealed(tmp_path)
    assert wrong(tmp_path) == [] and "a backtest" in verify(tmp_path, replications=0).text()
    with changed(tmp_path / "scores.csv", b"a\n2\n"):
        assert any("scores.csv" in line for line in wrong(tmp_path))


@pytest.fixture(scope="module")
def from_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A forecast from a ledger that goes on after the as-of date, with a supply plan and a stated capacity."""
    place, luck = tmp_path_factory.mktemp("ledger"), np.random.default_rng(3)
    when = np.cumsum(luck.exponential([200.0, 40.0, 25.0], size=(120, 3)), axis=1)
    days = pd.DataFrame(pd.Timestamp("2018-03-05") + pd.to_timedelta(when.round().ravel(), unit="D"))
    dated = days[0].where(days[0] < "2018-11-01").to_numpy().reshape(120, 3)
    ledger = pd.DataFrame(dated, columns=["started", "built", "online"])
    ledger.insert(0, "enterprise", [f"enterprise {k}" for k in range(120)])
    ledger.insert(0, "unit", [f"county {k % 3}" for k in range(120)])
    ledger.to_csv(place.parent / "截至2018年11月1日台账.csv", index=False)
    plan = pd.DataFrame({"stage": ["built"], "date": [pd.Timestamp(AS_OF)], "per_week": [2.0]})
    wanted = pd.DataFrame({"unit": ["each"], "stage": ["online"], "deadline": ["2018-12-31"], "target_share": [0.5]})
    asked = {"as_of": AS_OF, "reference": "order", "rush": 0.0, "seed": 1, "draws": 60}
    progress = load_progress(place.parent / "截至2018年11月1日台账.csv")
    assert progress.ledger is not None and progress.ledger["built"].max() > pd.Timestamp(AS_OF)
    save_outlook(outlook_of(progress, wanted, **asked, capacity={"online": 3}, supply=plan), place, kept=None)  # type: ignore[arg-type]
    return place


def test_a_ledger_and_a_supply_plan_are_kept_and_the_forecast_made_again(from_ledger: Path) -> None:
    assert verify(from_ledger).well, verify(from_ledger).text()
    kept = pd.read_parquet(from_ledger / "inputs" / "ledger.parquet")
    assert len(kept) == 120 and kept[["started", "built", "online"]].max().max() <= pd.Timestamp(AS_OF)
    forgeries = {
        "ledger": lambda t: t.assign(built=t["built"] - pd.Timedelta(days=21)),
        "supply": lambda t: t.assign(per_week=9.0),
    }
    for name, edit in forgeries.items():
        with forged(from_ledger):
            _table(f"inputs/{name}.parquet", edit)(from_ledger)
            sealed(from_ledger)
            found = wrong(from_ledger, replications=1)
            assert any("tables/targets.parquet" in line for line in found), (name, found)
            assert any(f"inputs/{name}.csv" in line for line in found), (name, found)
