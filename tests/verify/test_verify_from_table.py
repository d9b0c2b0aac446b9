"""A report from a progress table: its runs and its forecast are made again from the table it keeps."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from verify_tools import forged, sealed, wrong

from dpsim.report.letter import year_end_letter
from dpsim.report.verify.job import verify

RUNS = 2
TABLE = "inputs/weekly.csv"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("from_table") / "report"
    (folder / "inputs").mkdir(parents=True)
    days = pd.date_range("2018-08-06", "2018-09-10", freq="7D")
    rows = [
        {"date": day.date(), "county": name, "total": total, "built": built + 9 * week, "online": online + 6 * week}
        for name, total, built, online in (("North", 1000, 600, 400), ("South", 748, 500, 250))
        for week, day in enumerate(days)
    ]
    pd.DataFrame(rows).to_csv(folder / TABLE, index=False)
    given = {"case": "linyi-2018", "as_of": "2018-09-10", "replications": RUNS, "seed": 1, "lang": "en"}
    letter = year_end_letter(**given, progress=str(folder / TABLE), out=str(folder))  # type: ignore[arg-type]
    for part in ("headline", "targets", "fans", "pace", "queues", "unknown", "strategies"):
        letter.part(part)
    (folder / "report.html").write_text("<html>", encoding="utf-8")
    sealed(folder)
    return folder


def test_runs_and_forecast_of_a_report_from_a_table_are_made_again(report: Path) -> None:
    outcome = verify(report, replications=RUNS, choice=3)
    said = outcome.text()
    assert outcome.well, said
    assert "runs 0, 1 made again" in said and "3 tables of the forecast made again" in said, said


@pytest.mark.parametrize(
    ("table", "column", "said", "times"),
    [
        ("indicators", "value", "strategy current_arrangement, run 1, engine ", 2),
        ("forecast_cells", "probability", "tables/forecast_cells.parquet: not as put together anew", 1),
        ("bottlenecks", "share", "tables/bottlenecks.parquet: not as put together anew", 1),
    ],
)
def test_a_forged_number_is_found(report: Path, table: str, column: str, said: str, times: int) -> None:
    with forged(report):
        file = report / "tables" / f"{table}.parquet"
        frame = pd.read_parquet(file)
        row = frame.index[frame["replication"] == 1][9] if table == "indicators" else 1
        frame.loc[row, column] = np.nextafter(frame.loc[row, column], 2e9)
        frame.to_parquet(file, index=False, compression="zstd")
        sealed(report)
        assert wrong(report) == [], "control: nothing else can tell"
        found = wrong(report, replications=RUNS)
    assert len(found) == times and all(line.startswith(said) for line in found), found


def test_another_table_or_none_is_named(report: Path) -> None:
    with forged(report):
        text = (report / TABLE).read_text(encoding="utf-8")
        (report / TABLE).write_text(
            text.replace("2018-09-10,North,1000,645", "2018-09-10,North,1000,646"), encoding="utf-8"
        )
        sealed(report)
        assert wrong(report, replications=1) == [f"{TABLE}: its content is not as run.json says"]
    with forged(report):
        (report / TABLE).unlink()
        sealed(report)
        assert any(line.startswith("inputs/") for line in wrong(report, replications=1))
