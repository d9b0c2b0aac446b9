"""What a letter must not leave to the tables: units that fell silent, signposts that tell little, its own text."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from test_outlook import call, made, table_file, targets_file

from dpsim.forecast.signposts import LEAST_TELLING
from dpsim.progress.template import write_template
from dpsim.report.outlook.letter import outlook_text
from dpsim.report.outlook.many import many_outlooks
from dpsim.report.verify.job import verify


def silenced(folder: Path, last: str) -> Path:
    """Write the table with one county that reports no more after a date."""
    table = table_file(folder)
    lines = table.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not (line.split(",")[1] == "县2" and line.split(",")[0] > last)]
    assert len(kept) < len(lines) or last == "2018-09-10"
    table.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return table


@pytest.mark.parametrize(("last", "told"), [("2018-07-30", True), ("2018-08-27", True), ("2018-09-03", False)])
def test_a_unit_that_fell_silent_is_named_in_the_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str, told: bool
) -> None:
    outlook = made(tmp_path, silenced(tmp_path, last))
    for lang, words in (("zh", "近期没有填报"), ("en", "have not reported of late")):
        monkeypatch.setenv("DPSIM_LANG", lang)
        line = next((line for line in outlook_text(outlook).splitlines() if words in line), "")
        assert bool(line) == told
        if told:
            day = dt.date.fromisoformat(last)
            assert "县2" in line and str(day.day) in line and "县1" not in line, line


def test_signposts_that_tell_little_are_counted_and_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DPSIM_LANG", "en")
    outlook = made(tmp_path, table_file(tmp_path))
    posts = outlook.signposts[outlook.signposts["unit"] == "all"]
    enough = posts["hit"] - posts["false_alarm"] >= LEAST_TELLING - 1e-9
    assert posts["telling"].tolist() == enough.tolist() and posts["telling"].any()
    text = outlook_text(outlook)
    assert text.count("Signpost: ") == int(enough.sum())
    assert (f"{int((~enough).sum())} signposts of all" in text) == bool((~enough).any())
    object.__setattr__(outlook, "signposts", outlook.signposts.assign(telling=False))
    none = outlook_text(outlook)
    assert "Signpost: " not in none and f"{len(posts)} signposts of all" in none, "control"


def test_each_folder_has_its_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DPSIM_LANG", "en")
    told = many_outlooks(
        table_file(tmp_path), targets_file(tmp_path), tmp_path / "out",
        dates=["2018-09-10"], each_unit=True, reference="order", rush=0.0, seed=1, draws=40,
    )  # fmt: skip
    for one in told:
        text = (tmp_path / "out" / one.entry.place / "forecast.txt").read_text(encoding="utf-8")
        assert text.startswith("Forecast as of 10 Sep 2018") and one.entry.unit in text, text[:200]
    folder = tmp_path / "out" / told[0].entry.place
    assert verify(folder).well
    (folder / "forecast.txt").write_text("other", encoding="utf-8")
    assert "forecast.txt" in verify(folder).text()


def test_the_text_of_one_forecast_is_what_is_printed(tmp_path: Path) -> None:
    table_file(tmp_path), targets_file(tmp_path)
    asked = ["forecast", "进度.csv", "--targets", "目标.csv", "--as-of", "2018-09-10", "--draws", "20", "--out", "o"]
    done = call(*asked, folder=tmp_path)
    assert done.returncode == 0 and (tmp_path / "o" / "forecast.txt").read_text(encoding="utf-8") == done.stdout
    assert len(pd.read_csv(tmp_path / "o" / "tables" / "lists.csv")["change"].unique()) == 3


@pytest.mark.parametrize(
    ("reference", "zh", "en"), [("order", "按所给", "as given"), (None, "没有给出", "no class was given")]
)
def test_the_class_and_where_it_comes_from_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str | None, zh: str, en: str
) -> None:
    outlook = made(tmp_path, table_file(tmp_path), reference=reference)
    for lang, words in (("zh", zh), ("en", en)):
        monkeypatch.setenv("DPSIM_LANG", lang)
        line = outlook_text(outlook).splitlines()[1]
        assert words in line, line


def test_a_forecast_of_the_example_says_so_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workbook = write_template(tmp_path / "空表.xlsx", lang="zh")
    for lang, words in (("zh", "模板示例中虚构单位"), ("en", "invented units of the template's example")):
        monkeypatch.setenv("DPSIM_LANG", lang)
        assert words in outlook_text(made(tmp_path, workbook)).splitlines()[0]
        assert words not in outlook_text(made(tmp_path, table_file(tmp_path))), "control"
