"""Which reports a batch asks for, and which are taken for finished."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from batch_jobs import batch_of, put_report

from dpsim.errors import FileFaults, InputError
from dpsim.experiments.sums import SUMS, write_sums
from dpsim.params.load import load_batch
from dpsim.params.locate import params_folder
from dpsim.report.batch.plan import find_made, plan_jobs
from dpsim.report.batch.run import prepare_batch
from dpsim.report.job import MAKING, NOTEBOOK
from dpsim.report.writing import host_mark
from dpsim.report.yearend import check_request


def test_a_batch_is_every_case_under_every_strategy_in_every_language(tmp_path: Path) -> None:
    jobs = plan_jobs(batch_of(tmp_path))
    asked = [(job.request.case.id, job.request.main.id, job.lang) for job in jobs]
    assert asked == [("linyi-2018", s, lang) for s in ("no_meetings", "past_pace") for lang in ("zh", "en")]
    assert len({job.place for job in jobs}) == 4, "each has a place of its own"
    alone = check_request(case="linyi-2018", as_of=None, strategy="no_meetings", replications=5, seed=1, lang="zh")
    assert jobs[0].place == Path("linyi-2018", "2018-09-10", alone.run_id()), "the place of `dpsim report`"


def test_another_number_of_runs_or_seed_is_another_report(tmp_path: Path) -> None:
    file, places = tmp_path / "batch.yaml", []
    for change in (("", ""), ("replications: 5", "replications: 6"), ("seed: 1", "seed: 2")):
        batch_of(tmp_path)
        file.write_text(file.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
        places.append(plan_jobs(load_batch(file))[0].place)
    assert len(set(places)) == 3


def test_a_strategy_that_contradicts_the_arrangement_in_force_is_refused(tmp_path: Path) -> None:
    text = (params_folder() / "strategies" / "current_arrangement.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(text.replace("en: current arrangement", "en: other"), encoding="utf-8")
    with pytest.raises(FileFaults) as caught:
        plan_jobs(batch_of(tmp_path, "mine.yaml, past_pace"))
    assert [fault.message for fault in caught.value.faults] == ["error.strategy_twice"], "once, not once per job"


def test_a_finished_report_is_found(tmp_path: Path) -> None:
    job, other = plan_jobs(batch_of(tmp_path))[:2]
    put_report(job, tmp_path)
    made = find_made(job, tmp_path)
    assert made is not None and made.headline == "一句话 / a sentence"
    assert made.result == {"replications": 5, "met": 0, "low": 0.0, "high": 0.43, "shortfall_median": 458.5}
    assert isinstance(made.result["met"], int)
    assert find_made(other, tmp_path) is None, "control: one that is not there is not found"


SPOILT: dict[str, Callable[[Path], object]] = {
    "no page": lambda folder: (folder / "report.html").unlink(),
    "no notebook": lambda folder: (folder / NOTEBOOK).unlink(),
    "no headline": lambda folder: (folder / "headline.txt").unlink(),
    "no record": lambda folder: (folder / "run.json").unlink(),
    "empty page": lambda folder: (folder / "report.html").write_text(""),
    "torn notebook": lambda folder: (folder / NOTEBOOK).write_text("{"),
    "no tables": lambda folder: shutil.rmtree(folder / "tables"),
    "no sums": lambda folder: (folder / SUMS).unlink(),
    "no sum at all": lambda folder: (folder / SUMS).write_text(""),
    "sums of elsewhere": lambda folder: (folder / SUMS).write_text(f"{'0' * 64}  ../x\n"),
    "record of a stopped run, summed": lambda folder: (
        (folder / "run.json").write_text(json.dumps({"run_id": folder.name, "interrupted": True})),
        write_sums(folder),
    ),
    "torn record": lambda folder: (folder / "run.json").write_text('{"run_id": "'),
    "record of another run": lambda folder: (folder / "run.json").write_text('{"run_id": "x", "interrupted": false}'),
    "record of a stopped run": lambda folder: (folder / "run.json").write_text(
        json.dumps({"run_id": folder.name, "interrupted": True})
    ),
    "record that is a list": lambda folder: (folder / "run.json").write_text("[]"),
    "torn table": lambda folder: (folder / "tables" / "strategies.parquet").write_bytes(b"PAR1"),
    "headline of rubbish": lambda folder: (folder / "headline.txt").write_bytes(b"\xff\xfe\xfa"),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_what_is_not_whole_is_missing(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    batch = batch_of(tmp_path)
    jobs = plan_jobs(batch)
    folders = [put_report(job, tmp_path) for job in jobs[:2]]
    spoil(folders[0])
    standings = prepare_batch(batch, jobs, tmp_path)
    assert standings.missing() == [jobs[0], *jobs[2:]], "the other finished one is not"


def test_a_report_without_its_table_is_finished_all_the_same(tmp_path: Path) -> None:
    job = plan_jobs(batch_of(tmp_path))[0]
    table = put_report(job, tmp_path) / "tables" / "strategies.parquet"
    pd.DataFrame([{"strategy": "other", "met": 1}]).to_parquet(table)
    for _ in range(2):
        write_sums(table.parents[1])
        made = find_made(job, tmp_path)
        assert made is not None and made.result == {}
        table.unlink(missing_ok=True)


def test_what_killed_reports_left_is_swept_before_the_batch(tmp_path: Path) -> None:
    batch = batch_of(tmp_path)
    jobs = plan_jobs(batch)
    left = tmp_path / jobs[0].place.parent / f"{MAKING}{host_mark()}-999999999-abc"
    left.mkdir(parents=True)
    prepare_batch(batch, jobs, tmp_path)
    assert not left.exists()


@pytest.mark.parametrize("name", ["index.html", "index.json"])
def test_a_folder_in_the_place_of_the_index_is_named(tmp_path: Path, name: str) -> None:
    batch = batch_of(tmp_path)
    (tmp_path / "batch-b" / name).mkdir(parents=True)
    with pytest.raises(InputError) as caught:
        prepare_batch(batch, plan_jobs(batch), tmp_path)
    assert name in caught.value.text("en") and [file.name for file in (tmp_path / "batch-b").iterdir()] == [name]


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    batch = batch_of(tmp_path)
    (tmp_path / "batch-b").touch()
    with pytest.raises(InputError) as caught:
        prepare_batch(batch, plan_jobs(batch), tmp_path)
    assert caught.value.message == "error.out_not_folder" and "batch-b" in caught.value.text("en")
