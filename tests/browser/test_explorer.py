"""The explorer as a user has it: in JupyterLab, in a browser, and its export on the command line."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from browser_lab import Lab, drag, in_kernel, open_tab, put
from playwright.sync_api import Page, expect

from dpsim.experiments.ensemble import run_ensemble
from dpsim.explorer.scenario import Scenario
from dpsim.params.load import load_case, load_strategy
from dpsim.report.show import show_met, show_rounded

RUNS = 6
SECONDS = 400
LEFT = """import gc, threading
from dpsim.explorer.job import Job
gc.unfreeze()  # a run that is under way has put everything out of sight
print(
    [thing.idle for thing in gc.get_objects() if type(thing) is Job],
    [thread.name for thread in threading.enumerate() if thread.name.startswith("dpsim")],
)"""
LEVERS = (("工作调度会的间隔（天）", "3"), ("月通报的间隔（天）", "14"), ("年底攻坚的提速倍数（比值）", "2.5"))
ASSUMPTION = ("服务机构每家企业用时（平均）（天）", "10")


def look(page: Page, file: Path) -> None:
    """Keep a picture of the whole page, for people to look at."""
    page.set_viewport_size({"width": 1400, "height": 3500})
    page.screenshot(path=file)
    page.set_viewport_size({"width": 1400, "height": 1500})


def table(page: Page) -> list[list[str]]:
    """Return the cells of the table of targets."""
    rows = page.locator("section[data-part=targets] tbody tr")
    return [rows.nth(k).locator("td").all_inner_texts() for k in range(rows.count())]


def on_command_line(command: str, folder: Path) -> str:
    """Run an exported command with this interpreter, as a user would in the exported folder."""
    program, *arguments = shlex.split(command)
    module = {"papermill": "papermill", "dpsim": "dpsim.cli"}[program]
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=os.environ | {"COLUMNS": "300"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def as_shown(targets: pd.DataFrame) -> list[tuple[str, str]]:
    """Return what the page would show of a table of targets: times met with n and interval, and the shortfall."""
    return [
        (show_met(r.met, r.replications, r.low, r.high, "zh"), show_rounded(r.shortfall_median))
        for r in targets.itertuples()
    ]


@pytest.mark.long  # tests/unit/explorer drives and exports without a browser in `make test`
def test_four_levers_then_export_then_the_same_numbers_on_the_command_line(
    open_lab: Callable[[str], Lab], tmp_path: Path
) -> None:
    lab = open_lab("zh")
    page, results, banner = lab.page, lab.page.locator(".dpsim-results"), lab.page.locator(".dpsim-banner div[role]")
    expect(banner).to_contain_text("还没有结果")
    page.get_by_role("checkbox", name="调整后自动推演", exact=True).uncheck()
    put(page, "推演次数", str(RUNS))
    page.get_by_role("button", name="推演", exact=True).click()
    expect(banner).to_contain_text("一致")
    before = table(page)
    assert len(before) == 9, before
    expect(banner).to_contain_text("：临沂市2018年，现行部署，")  # nothing is changed by being shown
    page.screenshot(path=tmp_path / "before.png")

    for label, value in LEVERS[:2]:
        put(page, label, value)
    page.get_by_role("checkbox", name="年底攻坚", exact=True).check()
    put(page, *LEVERS[2])
    open_tab(page, "假设与依据", ASSUMPTION[0])
    put(page, *ASSUMPTION)
    expect(banner).to_contain_text("已经过时")
    expect(results).to_have_class(re.compile("dpsim-stale"))
    page.screenshot(path=tmp_path / "stale.png")
    put(page, ASSUMPTION[0], "999")
    expect(page.get_by_role("alert").filter(has_text="999")).to_be_visible()
    expect(page.get_by_role("button", name="推演", exact=True)).to_be_disabled()
    put(page, *ASSUMPTION)

    page.get_by_role("button", name="推演", exact=True).click()
    expect(banner).to_contain_text("一致")
    expect(results).not_to_have_class(re.compile("dpsim-stale"))
    after = table(page)
    page.get_by_role("button", name="导出", exact=True).click()
    expect(page.locator(".dpsim-export code")).to_have_count(2)
    commands = page.locator(".dpsim-export code").all_inner_texts()
    look(page, tmp_path / "after.png")

    (folder,) = (lab.folder / "explored").iterdir()
    strategy = load_strategy(folder / "strategy.yaml")
    names = [settings.instrument for settings in load_strategy("current_arrangement").instruments]
    mine = {settings.instrument: settings for settings in strategy.instruments}
    assert list(mine) == [*names, "deadline_drive"], "the levers switched on in the page are those exported"
    interval = mine["dispatch_meeting"].every_days
    assert interval.value == 3 and interval.assumed
    assert load_case(folder / "case.yaml").agencies.service_mean.value == 10
    papermill, run = commands
    on_command_line(papermill, folder)
    again = pd.read_parquet(folder / "result" / "tables" / f"targets_{strategy.id}.parquet")
    shown = [(row[4], row[5]) for row in after]
    assert shown == as_shown(again), "the exported papermill command gives other numbers than the page"
    assert [(row[4], row[5]) for row in before] != shown, "four levers and an assumption move no number"
    printed = on_command_line(run, folder)
    for row in again.itertuples():
        (line,) = [line.split() for line in printed.splitlines() if row.target in line.split()]
        assert (line[4], float(line[6])) == (str(row.met), row.shortfall_median), f"dpsim run differs: {line}"
    assert lab.errors == [], lab.errors


def left_behind(page: Page) -> str:
    """Return which jobs of the page are idle, and the threads that are at work for them."""
    return in_kernel(page, LEFT).strip()


@pytest.mark.long  # `make bench` times it too; tests/notebooks/test_explore.py drives the page without a browser
def test_a_slider_through_thirty_values_shows_the_last_and_leaves_no_queue(
    open_lab: Callable[[str], Lab], tmp_path: Path
) -> None:
    lab = open_lab("zh")
    page, banner = lab.page, lab.page.locator(".dpsim-banner div[role]")
    put(page, "推演次数", str(RUNS))
    expect(banner).to_contain_text(f"一致：临沂市2018年，现行部署，{RUNS}次")
    before = table(page)
    meeting = LEVERS[0][0]
    drag(page, meeting, 30)
    expect(page.get_by_label(meeting, exact=True)).to_have_value("31")
    expect(banner).to_contain_text("现行部署（有改动）")
    expect(page.get_by_role("button", name="停止", exact=True)).to_be_disabled()
    assert left_behind(page) == "[True] []", "a job is running or queued after the last value was shown"
    expect(page.locator(".dpsim-results")).not_to_have_class(re.compile("dpsim-stale"))
    last = Scenario("linyi-2018", "current_arrangement", RUNS, 1, levers={"0.every_days": 31}).built()
    again = run_ensemble(*last, replications=RUNS, seed=1, by=("city",), workers=1)
    after = table(page)
    assert [(row[4], row[5]) for row in after] == as_shown(again.targets), "not the result of the last value"
    assert [row[6] for row in after] == [row[4] for row in before], "before the change stood something else"
    look(page, tmp_path / "dragged.png")

    put(page, "推演次数", "3000")
    expect(banner).to_contain_text("中间结果：共3000次推演")
    page.screenshot(path=tmp_path / "interim.png", full_page=True)
    assert left_behind(page).startswith("[False]"), "control: a job that runs is not noticed"
    page.get_by_role("button", name="停止", exact=True).click()
    expect(page.get_by_text("已停止。")).to_be_visible()
    assert left_behind(page) == "[True] []", "cancelled, and yet at work"
    expect(banner).to_contain_text("没有推演完：共要3000次")
    assert lab.errors == [], lab.errors


@pytest.mark.long  # the Chinese page is stopped in `make test`
def test_the_english_page_is_english_and_can_be_stopped(open_lab: Callable[[str], Lab], tmp_path: Path) -> None:
    lab = open_lab("en")
    page, banner = lab.page, lab.page.locator(".dpsim-banner div[role]")
    expect(banner).to_contain_text("No results yet")
    put(page, "Runs", "3000")
    expect(banner).to_contain_text("Interim: of 3000 runs")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    expect(banner).to_contain_text("Not finished: of 3000 runs")
    put(page, "Runs", "4")
    expect(banner).to_contain_text("are those of the controls")
    words = page.locator(".dpsim-explorer").inner_text()
    assert "Linyi 2018" in words and not re.search("[\u4e00-\u9fff]", words), words
    page.get_by_role("tab", name="Assumptions and grounds").click()
    look(page, tmp_path / "en.png")
    assert lab.errors == [], lab.errors
