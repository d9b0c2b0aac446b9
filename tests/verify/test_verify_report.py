"""A report, a comparison and a batch: changed bytes are named, stored runs and the forecast are made again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from verify_tools import changed, files_of, flipped, forged, places, said_by_edited, sealed, texts, wrong

from dpsim.decide.compare import paired_differences, runs_measured
from dpsim.params.locate import params_folder
from dpsim.report import yearend
from dpsim.report.comparison import comparison_letter
from dpsim.report.letter import year_end_letter
from dpsim.report.verify.job import verify

PARTS = ("headline", "targets", "fans", "pace", "queues", "unknown", "strategies", "assumptions")
RUNS = 3


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of an own strategy, as its notebook writes it; the page itself is a stand-in."""
    folder = tmp_path_factory.mktemp("reports") / "linyi-2018" / "2018-09-10" / "past-en-1"
    own = folder / "inputs" / "strategy_1.yaml"
    own.parent.mkdir(parents=True)
    text = (params_folder() / "strategies" / "past_pace.yaml").read_text(encoding="utf-8")
    own.write_text(text.replace("strategy: past_pace", "strategy: my_pace", 1), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yearend, "DRAWS", 100)
        letter = year_end_letter(
            case="linyi-2018", strategy=str(own), replications=RUNS, seed=1, lang="en", out=str(folder)
        )
    for part in PARTS:
        letter.part(part)
    (folder / "report.html").write_text("<html>", encoding="utf-8")
    sealed(folder)
    return folder


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("comparison")
    letter = comparison_letter(
        case="linyi-2018", strategies="past_pace", replications=2, seed=1, lang="en", out=str(folder), progress=False
    )
    letter.table()
    letter.figure()
    return folder


def test_an_untouched_report_passes_and_says_what_was_made_again(report: Path) -> None:
    outcome = verify(report, replications=1, choice=3)
    said = outcome.text()
    assert outcome.well, said
    for part in (
        "compiled, simpy",
        "strategy my_pace: runs ",
        "tables of the forecast made again",
        "run.json",
        "check sums",
    ):
        assert part in said, said


@pytest.mark.parametrize("kind", ["report", "comparison"])
def test_one_changed_byte_in_any_file_is_caught_and_the_file_named(kind: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(kind)
    names = files_of(folder)
    kinds = {name.rsplit(".", 1)[-1] for name in names}
    assert {"png", "svg", "csv", "parquet", "json", "SHA256SUMS"} <= kinds, "figures, tables, records"
    for number, name in enumerate(names):
        content = (folder / name).read_bytes()
        place = places(content, number)[number % 3]
        with changed(folder / name, flipped(content, place)):
            found = wrong(folder)
        assert any(name in line for line in found), (name, place, found)
        with changed(folder / name, None):
            found = wrong(folder)
        assert any(line.startswith(f"{name}:") for line in found), (name, found)
    assert wrong(folder) == [], "put back, all is well again"


def test_extra_files_are_named(report: Path, comparison: Path) -> None:
    for folder, name in ((report, "note.txt"), (report, "figures/more.png"), (comparison, "tables/more.csv")):
        with changed(folder / name, b"x"):
            assert wrong(folder) == [f"{name}: an extra file (not in SHA256SUMS)"]
    with changed(comparison / "mine.txt", b"x"):
        assert wrong(comparison) == [], "the folder of a comparison may hold other things"


def test_numbers_that_are_not_made_again_are_named_though_the_check_sums_agree(report: Path) -> None:
    for table, column, said in (
        ("indicators", "value", "strategy my_pace, run 1, engine "),
        ("forecast_cells", "probability", "tables/forecast_cells.parquet: not as put together anew"),
    ):
        with forged(report):
            file = report / "tables" / f"{table}.parquet"
            frame = pd.read_parquet(file)
            row = frame.index[frame["replication"] == 1][9] if table == "indicators" else 2
            frame.loc[row, column] = np.nextafter(frame.loc[row, column], 2e9)
            frame.to_parquet(file, index=False, compression="zstd")
            sealed(report)
            assert wrong(report) == [], "control: nothing else can tell"
            found = wrong(report, replications=RUNS)
        assert found and all(line.startswith(said) for line in found), found
        assert len(found) == (2 if table == "indicators" else 1), "both engines"


def test_a_comparison_is_put_together_from_its_runs_and_some_are_made_again(comparison: Path) -> None:
    outcome = verify(comparison, replications=1, choice=3)
    said = outcome.text()
    assert outcome.well and "strategy past_pace: runs " in said and "strategy current_arrangement: runs " in said, said
    tables = comparison / "tables"
    with forged(comparison):
        runs = pd.read_parquet(tables / "runs.parquet")
        row = runs.index[(runs["strategy"] == "past_pace") & (runs["measure"] == "online")][1]
        runs.loc[row, "value"] += 1.0
        runs.to_parquet(tables / "runs.parquet", index=False, compression="zstd")
        sealed(comparison)
        (line,) = wrong(comparison)
        assert line.startswith("tables/differences.parquet: not as put together anew"), line
        differences = paired_differences(runs_measured(runs), "current_arrangement")
        differences.to_parquet(tables / "differences.parquet", index=False, compression="zstd")
        sealed(comparison)
        assert wrong(comparison) == [], "control: nothing else can tell"
        found = wrong(comparison, replications=2)
    assert len(found) == 2 and all(line.startswith("strategy past_pace, run 1, engine ") for line in found), found


def test_inputs_that_are_not_as_recorded_are_named(report: Path) -> None:
    record = json.loads((report / "run.json").read_text(encoding="utf-8"))
    for digest, file in (
        (record["case_digest"], "params/cases/linyi-2018.yaml"),
        (record["strategies"]["my_pace"], "inputs/strategy_1.yaml"),
    ):
        with forged(report):
            text = (report / "run.json").read_text(encoding="utf-8")
            (report / "run.json").write_text(text.replace(digest, digest[::-1]), encoding="utf-8")
            sealed(report)
            assert wrong(report, replications=1) == [f"{file}: its content is not as run.json says"]


def test_files_of_the_program_and_inputs_that_were_edited_since_are_named(report: Path, tmp_path: Path) -> None:
    edited = [
        "src/dpsim/report/sentences.py",
        "src/dpsim/model/paths.py",
        "src/dpsim/language/zh/letter.toml",
        "notebooks/year_end_projection.ipynb",
        "params/evidence.csv",
        "params/cases/linyi-2018.yaml",
    ]
    status, said = said_by_edited(report, tmp_path, edited)
    assert status == 4 and said.count("of the program or its inputs was changed") == len(edited), said
    for name in edited:
        assert f"{name.removeprefix('src/')} of the program" in said, said


def test_a_report_of_an_earlier_version_is_said_to_lack_the_list(report: Path) -> None:
    with forged(report):
        (report / "sources.json").unlink()
        sealed(report)
        outcome = verify(report, replications=0, choice=1)
    assert outcome.well and "there is no sources.json" in outcome.text()


def test_a_batch_is_verified_with_the_reports_it_leads_to(report: Path) -> None:
    folder = report.parents[2] / "batch-mine"
    folder.mkdir()
    jobs = [
        {"run_id": report.name, "folder": f"../linyi-2018/2018-09-10/{report.name}", "state": "made"},
        {"run_id": "later", "folder": None, "state": "waiting"},
    ]
    (folder / "index.json").write_text(json.dumps({"batch": "mine", "jobs": jobs}), encoding="utf-8")
    (folder / "index.html").write_text("<html>", encoding="utf-8")
    sealed(folder)
    outcome = verify(folder, replications=0, choice=1)
    assert outcome.well and [one.kind for one in outcome.folders] == ["batch", "report"]
    assert "later is not made (waiting)" in outcome.text()
    figure = report / "figures" / "fan_online.png"
    with changed(figure, flipped(figure.read_bytes(), 500)):
        found = texts(verify(folder, replications=0, choice=1))
    assert found == ["figures/fan_online.png: not as SHA256SUMS says; one of the two was changed"]
    with changed(folder / "index.html", b"<HTML>"):
        assert wrong(folder) == ["index.html: not as SHA256SUMS says; one of the two was changed"]
    jobs[0]["folder"] = "../linyi-2018/2018-09-10/gone"
    (folder / "index.json").write_text(json.dumps({"batch": "mine", "jobs": jobs}), encoding="utf-8")
    sealed(folder)
    assert wrong(folder) == ["../linyi-2018/2018-09-10/gone: missing (it is listed in index.json)"]
