"""`dpsim trace`: words in both languages for all that can happen, files whole or not at all, one message if wrong."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import typer.testing
from traced_case import SEED, run, small

from dpsim import InputError, load_strategy
from dpsim.cli import app
from dpsim.core.words import Channel, Kind
from dpsim.experiments.tracing import trace as traces
from dpsim.experiments.tracing.who import Traced
from dpsim.report import traced
from dpsim.report.traced import Told, check_file, save_trace, trace_text


def told(lang: str, monkeypatch: pytest.MonkeyPatch) -> tuple[pd.DataFrame, str]:
    monkeypatch.setenv("DPSIM_LANG", lang)
    made = run()
    frames = [
        traces._frame(made, Traced(code, "enterprise", i)) for i, code in enumerate(made.setting.population.codes)
    ]
    frames.append(traces._frame(made, Traced("city_bureau", "city_bureau")))
    frame = pd.concat(frames, ignore_index=True)
    return frame, trace_text(Told(small(), load_strategy("balanced"), None, "all", SEED, 0, frame))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_event_is_told_with_its_reason(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from dpsim.language import catalogue

    frame, text = told(lang, monkeypatch)
    assert text.count("\n") == 2 * len(frame) + 2, "and two lines on how to read them"
    assert all(f"trace.kind.{kind.name.lower()}" in catalogue(lang) for kind in Kind)
    own = {c for c in Channel if 0 < c < Channel.SELF_CHECK}
    assert all(f"trace.channel.{channel.name.lower()}" in catalogue(lang) for channel in own)
    assert all(f"trace.law.none_{kind}" in catalogue(lang) for kind in frame[frame["law"] == ""]["kind"].unique())


@pytest.mark.parametrize(
    ("lang", "hours", "late"),
    [("zh", "钟点和星期没有意义", "从整改时限算到销号"), ("en", "nothing but their order", "to closing")],
)
def test_hours_that_mean_nothing_and_overdue_are_explained_where_they_are_printed(
    lang: str, hours: str, late: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame, text = told(lang, monkeypatch)
    assert text.splitlines()[1].count(hours) == 1 and text.splitlines()[2].count(late) == 1
    visits = frame[frame["kind"].isin(["visit", "meeting"])]
    assert len(visits) > 0
    days = trace_text(Told(small(), load_strategy("balanced"), None, "all", SEED, 0, visits))
    assert hours not in days and late not in days, "control: visits and meetings are on working days"
    in_time = frame[(frame["kind"] == "closed") & (frame["value"] % 2 == 1)]
    closed = trace_text(Told(small(), load_strategy("balanced"), None, "all", SEED, 0, in_time))
    assert hours in closed and late not in closed


@pytest.mark.parametrize(
    ("lang", "empty", "unknown"), [("zh", "实为 -", "没有记录"), ("en", "it took -", "not in the log")]
)
def test_a_time_taken_that_is_not_known_is_no_dash(
    lang: str, empty: str, unknown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame, text = told(lang, monkeypatch)
    rectified = frame[frame["law"] == "rectify"]
    without = rectified["observed"].isna().sum()
    assert 0 < without < len(rectified)
    assert empty not in text and text.count(unknown) == without


def test_what_only_the_model_knows_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    frame, text = told("zh", monkeypatch)
    hidden = frame["kind"].isin(["born", "relapsed", "paper"])
    assert text.count("推演值，台账上没有") == hidden.sum() > 100
    assert text.count("纸面整改（推演值") == ((frame["kind"] == "closed") & (frame["value"] >= 2)).sum() > 0


def test_the_command_prints_a_trace_and_writes_it(tmp_path: Path) -> None:
    out = tmp_path / "trace.csv"
    command = [
        "trace",
        "linyi-2018",
        "--of",
        "LY-000001",
        "--against",
        "no_meetings",
        "--lang",
        "en",
        "--out",
        str(out),
    ]
    done = typer.testing.CliRunner().invoke(app, command, env={"DPSIM_LANG": "en"})
    assert done.exit_code == 0, done.output
    assert "first divergence" in done.output and "started building" in done.output and "CLOCK_START" in done.output
    frame = pd.read_csv(out)
    assert frame["divergence"].sum() == 1 and {"uniform", "stream", "check"} <= set(frame)
    assert [entry.name for entry in tmp_path.iterdir()] == ["trace.csv"]


@pytest.mark.parametrize("name", ["trace.txt", "trace", "trace.xlsx"])
def test_files_of_other_kinds_are_refused_before_anything_is_run(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        check_file(str(tmp_path / name))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError):
        check_file(str(tmp_path / "folder.csv"))
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError) as caught:
        check_file(str(tmp_path / "file" / "trace.csv"))
    assert caught.value.message == "error.out_not_folder"
    assert check_file(str(tmp_path / "new" / "trace.csv")).name == "trace.csv"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder.csv"], "nothing is made by looking"


def test_a_strategy_beside_itself_and_codes_like_formulas(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        traced.make_trace("linyi-2018", of="LY-000001", strategy="balanced", against="balanced", seed=1, replication=0)
    assert caught.value.message == "trace.twice"
    frame = traces._frame(run(), Traced("LY-000001", "enterprise", 0)).assign(code="=1+1")
    save_trace(Told(small(), load_strategy("balanced"), None, "x", 1, 0, frame), tmp_path / "x.csv")
    assert set(pd.read_csv(tmp_path / "x.csv")["code"]) == {"'=1+1"}
    save_trace(Told(small(), load_strategy("balanced"), None, "x", 1, 0, frame), tmp_path / "x.parquet")
    assert len(pd.read_parquet(tmp_path / "x.parquet")) == len(frame)
