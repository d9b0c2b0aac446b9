"""The page without a browser: one job at a time beside the main thread, stale results marked, errors told."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ipywidgets
import pandas as pd
import pytest

from dpsim.errors import InputError, RunError
from dpsim.experiments.ensemble import Part, run_ensemble
from dpsim.experiments.stream import Growing
from dpsim.explorer import explorer, job
from dpsim.explorer.pace import FIRST, Pace
from dpsim.explorer.page import Page
from dpsim.explorer.scenario import Built, Scenario
from dpsim.explorer.shown import Shown, bottleneck, hazard_table
from dpsim.params.load import load_case, load_strategy

START = Scenario("linyi-2018", "current_arrangement", 4, 1)
SECONDS = 30.0


class Gate:
    """Stands for the runs: each goes on when it is let."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.begun, self.open = threading.Event(), threading.Event()
        self.fault: Exception | None = None
        self.first = 0
        """How many runs come in before the gate."""

    def __call__(self, setting: object, *, replications: int, **options: Any) -> Iterator[Part]:
        self.calls.append(replications)
        for run in range(replications):
            if run == self.first:
                self.begun.set()
                assert self.open.wait(SECONDS), "nobody let the runs go on"
            if self.fault is not None:
                raise self.fault
            yield [SimpleNamespace(replication=run)], []  # type: ignore[list-item]


class Runs(Growing):
    """Runs without content."""

    def ensemble(self) -> Any:
        return SimpleNamespace(record={"finished": self.done, "interrupted": self.done < self.asked})


def content(built: Built, runs: Any) -> str:
    return f"<b>{built.strategy.id}, {runs.record['finished']}</b>"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(job, "stream_ensemble", gate)
    monkeypatch.setattr(job, "Growing", Runs)
    monkeypatch.setattr(
        job,
        "show_first",
        lambda scenario, built, runs, lang, before: Shown(scenario, built, runs, content(built, runs)),
    )
    whole = {"content": "<i>all</i>", "drawn": True}
    monkeypatch.setattr(job, "show_all", lambda first, lang, before, check: replace(first, **whole))
    yield gate
    gate.open.set()


@pytest.fixture
def page(gate: Gate, tmp_path: Path) -> Page:
    """A page on which nothing begins by itself."""
    page = Page(START, "zh", tmp_path)
    page.controls.watch.value = False
    return page


def interval(page: Page) -> Any:
    return page.controls.lever_panel.groups[0].rows[0].control


def finish(page: Page, gate: Gate) -> None:
    gate.open.set()
    page.job.wait(SECONDS)
    assert page.job.idle, "a thread or an order is left behind"


def test_controls_stay_alive_while_runs_are_under_way(page: Page, gate: Gate) -> None:
    page.run.click()
    assert gate.begun.wait(SECONDS) and page.job.running, "the click returned while the runs are still under way"
    assert page.run.disabled and not page.stop.disabled
    interval(page).value = 99
    assert "99" in page.status.value and "alert" in page.status.value, "a wrong value is told meanwhile"
    interval(page).value = 7
    finish(page, gate)
    assert len(gate.calls) == 1 and page.results.value == "<i>all</i>"
    assert not page.run.disabled and page.stop.disabled


def test_a_new_order_takes_the_place_of_the_one_under_way(page: Page, gate: Gate) -> None:
    page.run.click()
    assert gate.begun.wait(SECONDS)
    for runs in (5, 6, 7):
        page.controls.replications.value = runs
        assert not page.run.disabled
        page.run.click()
        assert page.run.disabled, "what is wanted is under way already"
    finish(page, gate)
    assert gate.calls == [4, 7], "an order between was carried out"
    assert page.shown is not None and page.shown.scenario.replications == 7 and page.shown.n == 7


def test_a_change_begins_anew_by_itself_and_going_back_needs_no_run(gate: Gate, tmp_path: Path) -> None:
    page = Page(START, "zh", tmp_path)
    assert gate.calls == [], "nothing is run before anything is changed"
    page.run.click()
    assert gate.begun.wait(SECONDS)
    page.controls.replications.value = 5
    finish(page, gate)
    assert gate.calls == [4, 5] and page.shown is not None and page.shown.n == 5
    page.controls.replications.value = 6
    page.job.wait(SECONDS)
    assert gate.calls == [4, 5, 6]
    gate.open.clear()
    page.controls.replications.value = 5
    page.controls.replications.value = 6
    finish(page, gate)
    assert page.shown.scenario.replications == 6 and "一致" in page.banner.value
    page.controls.replications.value = 0
    assert "alert" in page.status.value and page.job.idle, "what cannot be run is told, and not run"


def test_interim_results_say_of_how_many_runs_they_are(page: Page, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "Pace", lambda asked: Pace(asked, clock=lambda: 0.0))
    gate.first, page.controls.replications.value = FIRST + 1, 50
    page.run.click()
    assert gate.begun.wait(SECONDS)
    assert f"current_arrangement, {FIRST}" in page.results.value
    assert f"共50次推演，下面只是前{FIRST}次的" in page.banner.value
    page.stop.click()
    finish(page, gate)
    assert f"没有推演完：共要50次，下面只是前{FIRST}次的" in page.banner.value, "a part is called a whole"
    assert "已停止" in page.status.value and page.whole is None
    assert not page.run.disabled, "the rest can be run"


def test_results_are_stale_exactly_while_the_controls_say_something_else(page: Page, gate: Gate) -> None:
    assert "还没有结果" in page.banner.value
    page.run.click()
    interval(page).value = 3  # while it runs: the results are of what was asked before
    finish(page, gate)
    stale = lambda: "dpsim-stale" in page.results._dom_classes  # noqa: E731
    assert stale() and "过时" in page.banner.value
    interval(page).value = 7
    assert not stale() and "一致" in page.banner.value
    for control, value in (
        (page.controls.seed, 2),
        (page.controls.replications, 5),
        (page.controls.strategy, "no_meetings"),
    ):
        before = control.value
        control.value = value
        assert stale(), f"{control.description} is no part of what the results are of"
        control.value = before
        assert not stale()


def test_before_are_the_last_complete_results_of_the_same_place_and_chances(page: Page, gate: Gate) -> None:
    def before() -> Shown | None:
        return page._before(page.controls.scenario().built(), page.controls.scenario())

    assert before() is None
    page.run.click()
    finish(page, gate)
    assert before() is None, "the same settings are no change"
    interval(page).value = 3
    assert before() is page.whole
    page.controls.seed.value = 2
    assert before() is None, "other chances cannot be compared run by run"


def test_a_job_is_stopped_between_runs(page: Page, gate: Gate) -> None:
    page.run.click()
    assert gate.begun.wait(SECONDS)
    page.stop.click()
    finish(page, gate)
    assert "已停止" in page.status.value and page.results.value == "" and not page.job.running


@pytest.mark.parametrize("fault", [RunError("error.nothing_finished", asked=4, why="<b>"), ZeroDivisionError("<i>")])
def test_what_fails_is_told_escaped_and_the_next_job_may_come(page: Page, gate: Gate, fault: Exception) -> None:
    gate.fault = fault
    page.run.click()
    finish(page, gate)
    assert "alert" in page.status.value and "&lt;" in page.status.value and "<b>" not in page.status.value
    gate.fault = None
    page.run.click()
    page.job.wait(SECONDS)
    assert page.results.value == "<i>all</i>"


@pytest.mark.parametrize("workers", [1, 2])
def test_what_told_raises_ends_the_ensemble(workers: int) -> None:
    heard: list[int] = []

    def told(done: int) -> None:
        heard.append(done)
        raise LookupError

    case, strategy = load_case("linyi-2018"), load_strategy("no_meetings")
    with pytest.raises(LookupError):
        run_ensemble(case, strategy, replications=11, seed=1, workers=workers, by=("city",), told=told)
    assert heard == [5], "after the first few runs, and no more"


def test_wrong_arguments_are_refused_before_anything_is_shown() -> None:
    for wrong in ({"lang": "fr"}, {"case": "nowhere"}, {"as_of": "2018-01-01"}, {"replications": "many"}, {"seed": -1}):
        with pytest.raises(InputError):
            explorer(**wrong)  # type: ignore[arg-type]


def hazards(*rows: tuple[str, str, float]) -> pd.DataFrame:
    """Return an indicator frame of two runs and two dates, the second run and the second date with one more each."""
    made = [
        (run, date, name, view, value + run + later)
        for name, view, value in rows
        for run in (0, 1)
        for later, date in enumerate(pd.to_datetime(["2018-09-10", "2018-12-31"]))
    ]
    return pd.DataFrame(made, columns=["replication", "date", "indicator", "view", "value"])


def test_latent_and_found_hazards_appear_once_the_frame_has_them() -> None:
    assert "不推演隐患和检查" in hazard_table(hazards(("built", "reported", 1.0)), "zh")
    frame = hazards(
        ("hazards_latent:major", "true", 10.0),
        ("hazards_found:expert:major", "reported", 3.0),
        ("hazards_found:self_check:major", "reported", 4.0),
        ("hazards_found:expert:major", "true", 1000.0),
    )
    table = hazard_table(frame, "zh")
    assert "重大事故隐患" in table and "一般隐患" not in table
    assert "12（11—12）" in table, "latent: the last date, the median of 11 and 12"
    assert "10（9—11）" in table, "found: channels added up, reported ones only"


@pytest.mark.parametrize(
    ("built", "online", "said"),
    [
        (60.0, 50.0, "建成环节（占未上线的80%；其余20%卡在其后的纳入平台和网上运行）"),
        (95.0, 50.0, "其后的上线环节（已建成、未上线，含未纳入平台，占未上线的90%；其余10%卡在建成）"),
        (100.0, 100.0, "没有卡点"),
    ],
)
def test_the_bottleneck_is_that_of_the_runs_shown(built: float, online: float, said: str) -> None:
    date = pd.to_datetime(["2018-12-24", "2018-12-31"])
    rows = [(0, day, name, "reported", value) for day in date for name, value in
            (("listed", 100.0), ("built", built), ("online", online))]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["replication", "date", "indicator", "view", "value"])
    text = bottleneck(Built(*START.built()), SimpleNamespace(indicators=frame), "zh")  # type: ignore[arg-type]
    assert said in text, text


def test_an_export_beside_an_edited_one_says_so(page: Page, tmp_path: Path) -> None:
    page.save.click()
    assert "保持原样" not in page.exported.value and "dpsim run" in page.exported.value
    (folder,) = tmp_path.iterdir()
    (folder / "strategy.yaml").write_text("# mine", encoding="utf-8")
    page.save.click()
    assert "保持原样" in page.exported.value and f"{folder.name}-2" in page.exported.value
    assert (folder / "strategy.yaml").read_text(encoding="utf-8") == "# mine"


def test_a_page_is_made_without_filling_the_socket_of_the_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holds = 1000
    """Messages that ZeroMQ keeps of a sender by default; what comes beyond them is lost, and the control with it."""
    made = [0]
    monkeypatch.setattr(sys.stdout, "flush", lambda: made.append(0))

    def constructed(widget: object) -> None:
        made[-1] += 1

    ipywidgets.Widget.on_widget_constructed(constructed)
    try:
        Page(START, "zh", tmp_path)
    finally:
        ipywidgets.Widget.on_widget_constructed(None)
    assert 0 < sum(made) < holds, "one page fills it even if nothing is sent meanwhile"
    assert max(made) < holds / 5, "so many widgets are made in one go"


def test_settings_of_an_instrument_that_is_off_are_there_once_it_is_on(page: Page) -> None:
    group = next(group for group in page.controls.lever_panel.groups if group.slot.name == "training")
    assert not group.slot.on and group.rows == [] and group.settings.children == ()
    group.switch.value = True
    made = list(group.rows)
    assert made and list(group.settings.children) == [row.widget for row in made]
    number = next(row for row in made if row.entry.key.endswith("staff_days_each"))
    number.control.value = number.entry.high
    assert page.controls.lever_panel.changes() == {number.entry.key: number.entry.high}
    assert page.controls.lever_panel.switched() == {group.slot.place}
    for on in (False, True):
        group.switch.value = on
    assert group.rows == made, "what was set waits while it is off"
