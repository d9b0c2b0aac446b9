"""What is needed of a lever, told in both languages, written to a folder, and asked for on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dpsim.decide.inverse import Needed
from dpsim.decide.least import exact_limits, invert, largest_fall, outcome_of, reversed_runs
from dpsim.decide.levers import find_lever
from dpsim.experiments.ensemble import run_ensemble
from dpsim.experiments.sums import SUMS
from dpsim.forecast.project import forecast
from dpsim.model.targets import headline_target
from dpsim.params.load import load_case, load_strategy
from dpsim.progress.load import load_progress
from dpsim.report.from_table import mean_rush
from dpsim.report.needed import Start, make_needed, needed_text, save_needed
from dpsim.report.verify.job import verify

NUMBER, DATE, AWAY = "assistance.staff_days_per_county", "assistance.start", "inspection_relief.annual_cap"
ORDERS: dict[str, list[object]] = {
    NUMBER: [None, 1.0, 2.5, 5.0],
    DATE: [None, "2018-12-01", "2018-11-01", "2018-10-01"],
    AWAY: [1, 4, 8, None],
}

STAGES = ("built", "connected", "online", "assessed", "passed")


def write_table(folder: Path, *, short: int = 0) -> str:
    """Write ten weekly reports of two counties up to 24 September; `short` enterprises are missing in one."""
    rows = []
    for name, total, part in (("North", 1000 - short, 0.6), ("South", 748, 0.4)):
        for week in range(10):
            day = pd.Timestamp("2018-07-23") + pd.Timedelta(weeks=week)
            done = [round(part * count) - 3 * (9 - week) for count in (1180, 950, 720, 320, 290)]
            rows.append(
                {"date": day.date().isoformat(), "county": name, "total": total} | dict(zip(STAGES, done, strict=True))
            )
    file = folder / "weekly.csv"
    pd.DataFrame(rows).to_csv(file, index=False)
    return str(file)


def found(*shares: float, lever: str = NUMBER, n: int = 200, dropped: int = 0) -> Needed:
    """Return an answer made of runs that meet the target with these shares."""
    named = find_lever(load_strategy("light_touch" if lever == AWAY else "assistance"), lever)
    met = (np.arange(n)[:, None] + 0.5) / n < np.array(shares)
    low, high = exact_limits(met.sum(axis=0), n)
    values = pd.to_datetime(pd.Series(ORDERS[lever])) if lever == DATE else np.array(ORDERS[lever], dtype=float)
    points = pd.DataFrame(
        {"effort": range(4), "value": values, "n": n, "met": met.sum(axis=0), "share": met.mean(axis=0), "low": low,
         "high": high, "visits": [10.0, 11.0, 12.0, np.nan], "advising_days": [0.0, 1.0, 2.0, 3.0]}
    )  # fmt: skip
    return Needed(
        lever=named,
        target=headline_target(load_case("linyi-2018")),
        level=0.9,
        attainment=0.95,
        points=points,
        inverse=invert(met, 0.9),
        outcome=outcome_of(met, 0.9, None if named.takes_away else 0),
        reversed_runs=reversed_runs(met),
        fall=largest_fall(met),
        dropped=dropped,
    )


def told(answer: Needed, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the text in both languages."""
    texts = {}
    for lang in ("zh", "en"):
        monkeypatch.setenv("DPSIM_LANG", lang)
        texts[lang] = needed_text(Start(load_case("linyi-2018")), answer, seed=7)
    assert not any("一" <= sign <= "鿿" for sign in texts["en"]), "Chinese words in the English text"
    return texts


@pytest.mark.parametrize(
    ("shares", "lever", "words"),
    [
        ((0.5, 0.8, 0.93, 0.99), NUMBER, ("Least that is enough: 2.5 (staff days)", "够用的最少取值：2.5")),
        ((0.5, 0.8, 0.99, 0.99), DATE, ("Latest start: 1 Nov 2018", "最晚开始日期：2018年11月1日")),
        ((0.95, 0.96, 0.97, 0.99), NUMBER, ("Already met without it: 190 of 200", "不采取也已够")),
        (
            (0.1, 0.2, 0.3, 0.4),
            NUMBER,
            ("Not reachable within the range tried: the most that was", "在试算范围内达不到"),
        ),
        ((0.1, 0.2, 0.3, 0.4), DATE, ("holds none of the settings tried", "不含任何试算过的取值")),
        ((0.5, 0.95, 0.8, 0.7), NUMBER, ("No least can be given: 1 (staff days)", "给不出最少取值")),
        ((0.5, 0.8, 0.88, 0.89), DATE, ("earlier than 1 Oct 2018", "早于2018年10月1日")),
        ((0.5, 0.8, 0.88, 0.89), AWAY, ("more than all that was tried", "超过全部试算")),
        ((0.5, 0.8, 0.88, 0.99), AWAY, ("Least that is enough: without inspection relief", "不采取减少入企检查")),
    ],
)
def test_every_outcome_is_told(
    shares: tuple[float, ...], lever: str, words: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = told(found(*shares, lever=lever), monkeypatch)
    assert words[0] in texts["en"], texts["en"]
    assert words[1] in texts["zh"], texts["zh"]
    assert "at 95% of what is required" in texts["en"] and "200" in texts["en"] and "seed 7" in texts["en"]


def test_whether_more_was_better_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    rises = told(found(0.5, 0.8, 0.93, 0.99), monkeypatch)["en"]
    assert "In none of the 200 runs" in rises and "not always better" not in rises
    falls = told(found(0.5, 0.95, 0.8, 0.7), monkeypatch)
    assert "50 of 200 runs meet the target with less effort and miss it with more" in falls["en"]
    assert "there more does harm" in falls["en"] and "反而有害" in falls["zh"]


def test_the_capacity_bound_stands_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = told(found(0.5, 0.8, 0.93, 0.99), monkeypatch)
    assert "1748 of 1748 enterprises could be there at most (1661 are wanted" in plain["en"]
    assert "does not stand in the way" in plain["en"] and "能力不构成限制" in plain["zh"]
    monkeypatch.setenv("DPSIM_LANG", "en")
    for last, words in (
        ("2018-05-01", "depends on the assumed start"),
        ("2016-03-01", "no lever that leaves capacity"),
    ):
        early = {"agencies.headroom": 1.0, "scenario.start.dates": ["2016-01-01", "2016-02-01", last]}
        text = needed_text(Start(load_case("linyi-2018").with_values(early)), found(0.1, 0.2, 0.3, 0.4), seed=7)
        assert words in text, text


def test_few_runs_and_lost_runs_are_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    few = told(found(0.0, 1.0, 1.0, 1.0, n=20, dropped=1), monkeypatch)["en"]
    assert "With 20 runs a chance of 90% cannot be shown" in few and "36 runs or more" in few
    assert "1 replications are left out" in few
    assert "cannot be shown" not in told(found(0.0, 1.0, 1.0, 1.0, n=40), monkeypatch)["en"]


@pytest.mark.parametrize(
    ("lever", "shares", "answer"),
    [
        (NUMBER, (0.5, 0.8, 0.93, 0.99), {"answer": 2.5, "least": 2.5, "most": 5.0}),
        (DATE, (0.1, 0.2, 0.3, 0.4), {"answer": "beyond", "least": "beyond", "most": "beyond"}),
        (DATE, (0.5, 0.8, 0.93, 0.99), {"answer": "2018-11-01", "least": "2018-11-01", "most": "2018-10-01"}),
        (AWAY, (0.5, 0.6, 0.7, 0.99), {"answer": "without", "least": "without", "most": "without"}),
    ],
)
def test_the_folder_holds_what_was_found(
    tmp_path: Path, lever: str, shares: tuple[float, ...], answer: dict[str, object]
) -> None:
    made = found(*shares, lever=lever)
    save_needed(Start(load_case("linyi-2018")), made, tmp_path / "out", seed=7)
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["answer"] == answer and record["seed"] == 7 and record["replications"] == 200
    saved = pd.read_parquet(tmp_path / "out" / "tables" / "points.parquet")
    assert saved["met"].tolist() == made.points["met"].tolist() and saved["value"].isna().sum() == 1
    listed = (tmp_path / "out" / SUMS).read_text(encoding="utf-8")
    assert all(path.name in listed for path in (tmp_path / "out").rglob("*") if path.is_file() and path.name != SUMS)


def test_the_folder_is_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DPSIM_LANG", "en")
    save_needed(Start(load_case("linyi-2018")), found(0.5, 0.8, 0.93, 0.99), tmp_path / "out", seed=7)
    whole = verify(tmp_path / "out", replications=0, choice=1)
    assert whole.well and "nothing was made again" in whole.text() and "2 cases and strategies" in whole.text()
    table = tmp_path / "out" / "tables" / "points.csv"
    table.write_bytes(table.read_bytes().replace(b"198", b"199"))
    changed = verify(tmp_path / "out", replications=0, choice=1)
    assert not changed.well and "tables/points.csv" in changed.text()


def call(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the program in a folder."""
    environment = {**os.environ, "DPSIM_LANG": "en", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "dpsim", "needed", *arguments], cwd=folder, env=environment, timeout=300,
        capture_output=True, encoding="utf-8",
    )  # fmt: skip


def test_the_command_answers(tmp_path: Path) -> None:
    asked = ["linyi-2018", "--strategy", "assistance", "--lever", NUMBER, "--values", "0.5, 2", "--replications", "4"]
    done = call(*asked, "--attainment", "0.5", "--out", "out", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Linyi 2018" in done.stdout and "of 4" in done.stdout and "Table and record: out" in done.stderr
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["attainment"] == 0.5


@pytest.mark.parametrize(
    ("option", "value", "word"),
    [
        ("--lever", "assistance.speed", NUMBER),
        ("--level", "90%", "90%"),
        ("--values", "1,11", "11"),
    ],
)
def test_bad_asks_end_with_status_2_and_nothing_written(tmp_path: Path, option: str, value: str, word: str) -> None:
    options = {"--strategy": "assistance", "--lever": NUMBER, "--replications": "2", "--out": "out", option: value}
    done = call("linyi-2018", *(part for pair in options.items() for part in pair), folder=tmp_path)
    assert done.returncode == 2 and word in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_answer_from_a_table_is_that_of_its_ensembles_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every setting is the ensemble that the Python calls of the README give; from the case alone it is another."""
    file, n, share = write_table(tmp_path), 10, 0.8
    start, answer = make_needed(
        "linyi-2018", "assistance", NUMBER, values="0.5，5", seed=3, replications=n, table=file, as_of="2018-09-24",
        attainment=share, workers=1,
    )  # fmt: skip
    case, progress, lever = (
        load_case("linyi-2018"),
        load_progress(file),
        find_lever(load_strategy("assistance"), NUMBER),
    )
    assert start.table is not None
    due = answer.target.deadline.isoformat()
    wanted = pd.DataFrame({"stage": STAGES, "deadline": due, "target_share": 1.0})
    made = forecast(
        progress, wanted, as_of="2018-09-24", seed=3, draws=n, rush=mean_rush(case),
        reference=case.scenario.reference_class.value,
    )  # fmt: skip
    met = []
    for plan in (lever.without(), lever.at(0.5), lever.at(5.0)):
        options = {"state": progress, "as_of": "2018-09-24", "paths": made.path_set()}
        runs = run_ensemble(case, plan, replications=n, seed=3, workers=1, by="city", **options)  # type: ignore[arg-type]
        rows = runs.attained[runs.attained["target"] == answer.target.id]
        met.append(int((rows["attained"] >= share * rows["required"] - 1e-9).sum()))
    assert answer.points["met"].tolist() == met and answer.points["n"].tolist() == [n] * 3
    plain = make_needed(
        "linyi-2018", "assistance", NUMBER, values="0.5,5", seed=3, replications=n, attainment=share, workers=1
    )[1]
    assert not plain.points["visits"].equals(answer.points["visits"]), "control: the table makes a difference"
    monkeypatch.setenv("DPSIM_LANG", "en")
    text = needed_text(start, answer, seed=3)
    assert "weekly.csv" in text and "24 Sep 2018" in text
    assert "progress table" not in needed_text(Start(case), plain, seed=3)
    save_needed(start, answer, tmp_path / "out", seed=3)
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert record["progress"] == start.table.digest and record["as_of"] == "2018-09-24"
    assert record["case_digest"] == case.digest != record["observed"]
    assert verify(tmp_path / "out", replications=0, choice=1).well, "nobody has touched it"


def test_a_table_that_does_not_fit_ends_with_status_2(tmp_path: Path) -> None:
    file = write_table(tmp_path, short=1)
    asked = ["linyi-2018", "--strategy", "assistance", "--lever", NUMBER, "--replications", "2", "--out", "out"]
    done = call(*asked, "--progress", file, "--as-of", "2018-09-24", folder=tmp_path)
    assert done.returncode == 2 and "1747" in done.stderr and not (tmp_path / "out").exists(), done.stderr
    done = call(*asked, "--as-of", "2018-09-24", folder=tmp_path)
    assert done.returncode == 2 and "2018-09-24" in done.stderr, "another date needs a table"
