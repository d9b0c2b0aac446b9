"""From a table and a list of targets to a forecast in words and files, in both languages."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dpsim.errors import FileFaults, InputError
from dpsim.experiments.sums import SUMS
from dpsim.progress.plan import load_supply
from dpsim.progress.wanted import load_targets, share_of
from dpsim.report.outlook.job import Outlook, make_outlook, outlook_of, save_outlook
from dpsim.report.outlook.letter import outlook_text
from dpsim.report.verify.job import verify

TARGETS = "单位,环节,时限,目标\n各县区,建成,2018年12月31日,90%\n全市,网上运行,2018-12-31,0.6\n"


def table_file(folder: Path, last: str = "2018-09-10", share: float | None = None) -> Path:
    """Write a progress table of four counties, one line per county, week and stage; return its file."""
    luck, lines = np.random.default_rng(7), ["日期,县区,环节,企业总数,完成数"]
    for county in range(4):
        total, built, online = 100 + 10 * county, 0, 0
        for week in range(20):
            date = dt.date(2018, 4, 30) + dt.timedelta(weeks=week)
            built += int(luck.binomial(total - built, 0.03))
            online += int(luck.binomial(built - online, 0.1))
            lines += [f"{date},县{county},建成,{total},{built}", f"{date},县{county},网上运行,{total},{online}"]
        if share is not None:
            done = round(share * total)
            lines += [f"{last},县{county},建成,{total},{done}", f"{last},县{county},网上运行,{total},{done}"]
    file = folder / "进度.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def targets_file(folder: Path, text: str = TARGETS, name: str = "目标.csv") -> Path:
    """Write a list of targets."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def made(folder: Path, table: Path, *, kept: Path | None = None, reference: str | None = "order") -> Outlook:
    """Return an outlook with few draws."""
    return make_outlook(
        table, targets_file(folder), as_of="2018-09-10", reference=reference, rush=0.0, seed=1, draws=300, kept=kept
    )


def test_the_answer_is_told_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outlook = made(tmp_path, table_file(tmp_path))
    monkeypatch.setenv("DPSIM_LANG", "zh")
    chinese = outlook_text(outlook)
    monkeypatch.setenv("DPSIM_LANG", "en")
    english = outlook_text(outlook)
    assert "截至2018年9月10日，4个单位，300条推演路径" in chinese and "有时限和处罚的命令" in chinese
    assert "4 units, 300 draws" in english and "an order with a date and a sanction" in english
    assert not any("一" <= sign <= "鿿" for sign in english.replace("县", "")), "Chinese words in the English text"
    chance = outlook.made.targets.set_index(["unit", "stage"]).loc[("all", "online"), "probability"]
    assert f"{100 * chance:.0f}%" in english and f"{100 * chance:.0f}%" in chinese
    assert chinese.count("县") >= 4 and "路标：" in chinese and "Signpost:" in english


def test_tables_are_saved_with_check_sums_and_the_forecast_is_kept(tmp_path: Path) -> None:
    outlook, kept = made(tmp_path, table_file(tmp_path)), tmp_path / "kept"
    save_outlook(outlook, tmp_path / "out", kept=kept)
    saved = pd.read_parquet(tmp_path / "out" / "tables" / "targets.parquet")
    assert saved["probability"].tolist() == outlook.made.targets["probability"].tolist()
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert (record["as_of"], record["draws"], record["reference"]) == ("2018-09-10", 300, "order")
    listed = (tmp_path / "out" / SUMS).read_text(encoding="utf-8")
    assert all(path.name in listed for path in (tmp_path / "out").rglob("*") if path.is_file() and path.name != SUMS)
    assert len(list(kept.glob("2018-09-10-*.json"))) == 1
    assert verify(tmp_path / "out").well
    (tmp_path / "out" / "tables" / "targets.csv").write_text("unit\n", encoding="utf-8")
    assert "tables/targets.csv" in verify(tmp_path / "out").text()


def test_earlier_forecasts_stand_beside_the_next_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DPSIM_LANG", "en")
    kept = tmp_path / "kept"
    save_outlook(made(tmp_path, table_file(tmp_path)), tmp_path / "out", kept=kept)
    later = make_outlook(
        table_file(tmp_path, "2018-12-31", 1.0), targets_file(tmp_path, TARGETS.replace("2018", "2019")),
        as_of="2019-01-07", reference="order", rush=0.0, seed=1, draws=300, kept=kept,
    )  # fmt: skip
    assert len(later.record) == 6 and (later.record["met"] == 1.0).all()
    better = later.record["brier"].mean() <= later.record["base_brier"].mean()
    assert ("were worse than the base rate" in outlook_text(later)) == (not better)
    assert "earlier forecasts have their outcome" in outlook_text(later)
    assert "earlier forecasts" not in outlook_text(made(tmp_path, table_file(tmp_path))), "control: no record, no word"


def test_an_old_last_report_is_pointed_out_and_a_very_old_one_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DPSIM_LANG", "en")
    table, wanted = table_file(tmp_path), targets_file(tmp_path, TARGETS.replace("2018", "2019"))

    def at(as_of: str) -> Outlook:
        return make_outlook(table, wanted, as_of=as_of, reference=None, rush=0.0, seed=1, draws=20, kept=None)

    assert "last report is of" not in outlook_text(at("2018-09-28"))
    assert "last report is of 10 Sep 2018" in outlook_text(at("2018-10-05"))
    with pytest.raises(InputError) as caught:
        at("2019-04-01")
    assert "2018-09-10" in caught.value.text("zh") and "2018-09-10" in caught.value.text("en")


def test_names_are_data(tmp_path: Path) -> None:
    table = table_file(tmp_path)
    table.write_text(
        table.read_text(encoding="utf-8").replace("县1", "=cmd()").replace("县2", "<b>县"), encoding="utf-8"
    )
    outlook = made(tmp_path, table)
    assert "=cmd()" in outlook_text(outlook)
    save_outlook(outlook, tmp_path / "out", kept=None)
    csv = (tmp_path / "out" / "tables" / "targets.csv").read_text(encoding="utf-8-sig")
    assert "cmd()" in csv and not any(line.startswith("=") for line in csv.splitlines())


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "目标"),
        ("环节,时限,目标\n", "目标"),
        ("环节,时限\n建成,2018-12-31\n", "目标"),
        ("环节,环节,时限,目标\n建成,建成,2018-12-31,1\n", "B1"),
        ("环节,时限,目标\n刷漆,2018-12-31,1\n", "A2"),
        ("环节,时限,目标\n建成,12月31日,1\n", "B2"),
        ("环节,时限,目标\n建成,不久,1\n", "B2"),
        ("环节,时限,目标\n建成,2018-12-31,0\n", "C2"),
        ("环节,时限,目标\n建成,2018-12-31,90\n", "C2"),
        ("环节,时限,目标\n建成,2018-12-31,101%\n", "C2"),
        ("环节,时限,目标\n建成,2018-12-31,nan\n", "C2"),
        ("环节,时限,目标\n建成,2018-12-31,-0.5\n", "C2"),
        ("环节,时限,目标\n建成,2018-12-31\n", "C2"),
    ],
)
def test_a_bad_list_of_targets_is_refused_at_its_place(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises((FileFaults, InputError)) as caught:
        load_targets(targets_file(tmp_path, text))
    assert word in caught.value.text("zh"), caught.value.text("zh")
    assert caught.value.text("en") != caught.value.text("zh")


def test_all_faults_of_a_list_are_told_together(tmp_path: Path) -> None:
    file = targets_file(tmp_path, "环节,时限,目标\n刷漆,2018-12-31,1\n建成,不久,200%\n")
    with pytest.raises(FileFaults) as caught:
        load_targets(file)
    assert all(place in caught.value.text("zh") for place in ("A2", "B3", "C3"))


def test_targets_may_be_written_in_either_language(tmp_path: Path) -> None:
    chinese = load_targets(
        targets_file(tmp_path, "单位,环节,时限,目标\n,建成,2018-12-31,９０％\n北县,网上运行,2018/12/31,1\n")
    )
    english = load_targets(
        targets_file(tmp_path, "unit,stage,deadline,target\neach,built,2018-12-31,0.9\n北县,online,2018-12-31,100%\n")
    )
    assert chinese.equals(english) and chinese["unit"].tolist() == ["each", "北县"]


def test_shares_are_shares() -> None:
    assert [share_of(text) for text in ("0.9", "90%", "９０％", "1", "100 %", 1.0)] == [0.9, 0.9, 0.9, 1.0, 1.0, 1.0]
    assert all(np.isnan(share_of(text)) for text in ("", "0", "90", "101%", "九成", "nan", "inf", "1e9", None))


def call(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the program in a folder."""
    environment = {**os.environ, "DPSIM_LANG": "en", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "dpsim", *arguments], cwd=folder, env=environment, timeout=120,
        capture_output=True, encoding="utf-8",
    )  # fmt: skip


def test_folders_of_a_forecast_are_refused_by_the_option_they_came_with(tmp_path: Path) -> None:
    table, wanted = table_file(tmp_path), targets_file(tmp_path)
    options = ["--targets", wanted.name, "--as-of", "2018-09-10", "--draws", "20"]
    done = call("forecast", table.name, *options, "--scoreboard", table.name, folder=tmp_path)
    assert done.returncode == 2 and "--scoreboard" in done.stderr and "--out" not in done.stderr
    done = call("forecast", table.name, *options, "--out", "here", "--scoreboard", "./here", folder=tmp_path)
    assert done.returncode == 2 and "--scoreboard" in done.stderr and not (tmp_path / "here").exists()


def test_a_folder_takes_the_same_forecast_again_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, out, kept = table_file(tmp_path), tmp_path / "out", tmp_path / "kept"
    outlook = made(tmp_path, table)
    save_outlook(outlook, out, kept=None)
    monkeypatch.setenv("DPSIM_LANG", "en")
    save_outlook(outlook, out, kept=None)
    assert verify(out).well, "the same request, in another language"
    before = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    plan = pd.DataFrame({"stage": ["built"], "date": [pd.Timestamp("2018-09-10")], "per_week": [3.0]})
    earlier = {"as_of": "2018-08-06", "reference": "order", "rush": 0.0, "seed": 1, "draws": 20}
    fewer = outlook.progress.frame.assign(done=outlook.progress.frame["done"] // 2)
    others = {
        "--as-of (2018-09-10 -> 2018-08-06)": outlook_of(outlook.progress, outlook.wanted, **earlier),  # type: ignore[arg-type]
        "TABLE": replace(outlook, progress=replace(outlook.progress, frame=fewer)),
        "--targets": replace(outlook, wanted=outlook.wanted.assign(target_share=0.5)),
        "--supply": replace(outlook, supply=plan),
        "--list": replace(outlook, lists=("stops=5%",)),
        "--seed": replace(outlook, seed=2),
    }
    for what, other in others.items():
        with pytest.raises(InputError) as caught:
            save_outlook(other, out, kept=kept)
        assert what in caught.value.text("en") and what in caught.value.text("zh"), what
    assert not kept.exists(), "nothing is kept of a forecast that is refused"
    assert {file: file.read_bytes() for file in out.rglob("*") if file.is_file()} == before
    (out / "run.json").write_text("[", encoding="utf-8")
    with pytest.raises(InputError):
        save_outlook(outlook, out, kept=None)


def test_a_file_that_cannot_be_written_is_named_with_the_reason(tmp_path: Path) -> None:
    """The disk takes no file of more than 2000 bytes: the file wanted is named, and no file beside it."""
    table_file(tmp_path), targets_file(tmp_path)
    asked = [
        "dpsim",
        "forecast",
        "进度.csv",
        "--targets",
        "目标.csv",
        "--as-of",
        "2018-09-10",
        "--draws",
        "20",
        "--out",
        "o",
    ]
    limited = f"import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); sys.argv = {asked!r}"
    done = subprocess.run(
        [sys.executable, "-c", f"{limited}; from dpsim.cli import main; main()"], cwd=tmp_path, timeout=120,
        env={**os.environ, "DPSIM_LANG": "en", "PYTHONDONTWRITEBYTECODE": "1"}, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    assert "File too large" in done.stderr and ".tmp" not in done.stderr and "o/inputs/progress." in done.stderr
    assert not list(tmp_path.rglob("*.tmp"))


def test_the_command_says_what_the_library_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, wanted = table_file(tmp_path), targets_file(tmp_path)
    options = ["--targets", wanted.name, "--as-of", "2018-09-10", "--reference", "order", "--draws", "300"]
    done = call("forecast", table.name, *options, "--out", "out", "--scoreboard", "kept", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    monkeypatch.setenv("DPSIM_LANG", "en")
    assert done.stdout.strip() == outlook_text(made(tmp_path, table)).strip()
    assert (tmp_path / "out" / "tables" / "targets.csv").is_file() and len(list((tmp_path / "kept").iterdir())) == 1


@pytest.mark.parametrize(
    ("option", "value", "word"),
    [
        ("--as-of", "soon", "as_of"),
        ("--reference", "sometimes", "voluntary"),
        ("--rush", "2", "rush"),
        ("--rush", "much", "rush"),
        ("--draws", "3", "draws"),
        ("--seed", "-1", "seed"),
        ("--targets", "nowhere.csv", "nowhere.csv"),
        ("--out", "进度.csv", "进度.csv"),
    ],
)
def test_bad_options_end_with_status_2_and_nothing_written(tmp_path: Path, option: str, value: str, word: str) -> None:
    options = {"--targets": targets_file(tmp_path).name, "--as-of": "2018-09-10", "--draws": "20", option: value}
    before = table_file(tmp_path).read_bytes()
    done = call("forecast", "进度.csv", *(part for pair in options.items() for part in pair), folder=tmp_path)
    assert done.returncode == 2 and word in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["目标.csv", "进度.csv"]
    assert (tmp_path / "进度.csv").read_bytes() == before


def ledger_file(folder: Path) -> Path:
    """Write a ledger of 240 enterprises of four counties; return its file."""
    luck, lines = np.random.default_rng(3), ["县区,企业名称,启动日期,建成,网上运行"]
    for number in range(240):
        when = np.cumsum([luck.exponential(30.0), luck.gamma(4.0, 2.0), luck.gamma(4.0, 1.0)])
        days = [dt.date(2018, 2, 12) + dt.timedelta(days=int(7 * w)) if w < 30 else "" for w in when]
        lines.append(",".join([f"县{number % 4}", f"企业{number}", *map(str, days)]))
    file = folder / "截至2018年9月10日企业台账.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_ledger_is_read_and_what_it_adds_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outlook = made(tmp_path, ledger_file(tmp_path))
    assert outlook.knowledge["knowledge"].unique().tolist() == ["counts", "funnel", "jobs", "elapsed", "capacity"]
    for lang, words in (("zh", "各企业已用时间"), ("en", "for how long jobs have lasted")):
        monkeypatch.setenv("DPSIM_LANG", lang)
        assert words in outlook_text(outlook), lang
    counts = made(tmp_path, table_file(tmp_path))
    assert words not in outlook_text(counts), "a table of counts tells nothing of elapsed times"
    save_outlook(outlook, tmp_path / "out", kept=None)
    assert len(pd.read_csv(tmp_path / "out" / "tables" / "knowledge.csv")) == len(outlook.knowledge)


def plan_file(folder: Path, text: str) -> Path:
    """Write a supply plan."""
    file = folder / "计划.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_supply_plan_is_kept_to_and_written_down(tmp_path: Path) -> None:
    plan = plan_file(tmp_path, "环节,自,每周家数\n建成,2018-09-10,2\n网上运行,2018年10月1日,1\n")
    values = {"as_of": "2018-09-10", "reference": "order", "rush": 0.0, "seed": 1, "draws": 200, "kept": None}
    table, targets = ledger_file(tmp_path), targets_file(tmp_path)
    limited = make_outlook(table, targets, supply=plan, **values)  # type: ignore[arg-type]
    steps = np.diff(limited.made.counts["built"].sum(axis=1), axis=1)
    assert steps.max() == 2.0
    free = make_outlook(table, targets, **values)  # type: ignore[arg-type]
    assert np.diff(free.made.counts["built"].sum(axis=1), axis=1).max() > 2.0, "without a plan nothing holds it back"
    assert limited.knowledge["knowledge"].iloc[-1] == "supply"
    save_outlook(limited, tmp_path / "out", kept=None)
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["supply"][0]["stage"] == "built"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("环节,自\n建成,2018-09-10\n", "每周家数"),
        ("环节,自,每周家数\n", "计划.csv"),
        ("环节,自,每周家数\n屋顶,2018-09-10,2\n", "屋顶"),
        ("环节,自,每周家数\n建成,下周,2\n", "下周"),
        ("环节,自,每周家数\n建成,2018-09-10,-2\n", "-2"),
        ("环节,自,每周家数\n建成,2018-09-10,很多\n", "很多"),
        ("环节,自,每周家数,每周\n建成,2018-09-10,2,2\n", "每周"),
    ],
)
def test_a_supply_plan_with_a_fault_is_refused_with_its_place(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises((FileFaults, InputError)) as caught:
        load_supply(plan_file(tmp_path, text))
    assert word in caught.value.text("zh") and word in caught.value.text("en")


def test_all_stages_of_the_work_may_be_planned(tmp_path: Path) -> None:
    text = "stage,from,per week\n" + "".join(f"{s},2018-09-10,1\n" for s in ("started", "built", "online", "assessed"))
    assert load_supply(plan_file(tmp_path, text))["stage"].tolist() == ["started", "built", "online", "assessed"]


def test_further_stages_are_an_option(tmp_path: Path) -> None:
    text = table_file(tmp_path).read_text(encoding="utf-8").replace("网上运行", "已移植")
    (tmp_path / "p.csv").write_text(text, encoding="utf-8")
    targets_file(tmp_path, "环节,时限,目标\n已移植,2018-12-31,60%\n")
    options = ["forecast", "p.csv", "--targets", "目标.csv", "--as-of", "2018-09-10", "--draws", "20"]
    done = call(*options, "--stage", "ported=ported,已移植", folder=tmp_path)
    assert done.returncode == 0 and "ported" in done.stdout, done.stderr
    for wrong in ([], ["--stage", "ported"], ["--stage", "ported=已建"]):
        assert call(*options, *wrong, folder=tmp_path).returncode == 2
