"""Where reports differ from what is done, whatever shows them beside a target says so, and nothing else does."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from matplotlib.text import Text

from dpsim.experiments.plan_warnings import run_notes
from dpsim.experiments.reported import how_reports_differ
from dpsim.language import LANGUAGES, say
from dpsim.params.blocks_reporting import reporting_off
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case
from dpsim.report import alts, figures
from dpsim.report.below import below_headline
from dpsim.report.drawings import Drawing, year_end_drawings
from dpsim.report.letter import Letter
from dpsim.report.runs import many_runs, one_run
from dpsim.report.yearend import YearEnd, check_request, run_year_end

PLAIN = load_case("linyi-2018")
DONE = {"zh": "已办到的家数（含纸面建设）", "en": "what is done (on paper or not)"}
SAID = {"zh": ("滞后14天", "到期前90天", "70%"), "en": ("14 days late", "within 90 days", "70%")}
BLOCK = """
reporting:
  delay_days: {value: 14, unit: days, range: [0, 30], grade: assumed, reason: {zh: 没有公布, en: not published}}
  shading: {value: 0.7, unit: share, range: [0, 1], grade: assumed, reason: {zh: 没有公布, en: not published}}
  shading_days: {value: 90, unit: days, range: [7, 90], grade: assumed, reason: {zh: 没有公布, en: not published}}
"""


def a_case(**values: float) -> Case:
    """The case with its block of reports, off where no value is given."""
    block = reporting_off()
    changed = {key: getattr(block, key).model_copy(update={"value": value}) for key, value in values.items()}
    return PLAIN.model_copy(update={"reporting": block.model_copy(update=changed)})


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file of the case with reports that are late and shaded."""
    made = tmp_path_factory.mktemp("late") / "late.yaml"
    shipped = Path(__file__).parents[3] / "params" / "cases" / "linyi-2018.yaml"
    made.write_text(shipped.read_text(encoding="utf-8") + BLOCK, encoding="utf-8")
    return str(made)


@pytest.fixture(scope="module")
def results(file: str) -> tuple[YearEnd, ...]:
    """What a report of the case with the block says, and of the one without."""
    asked = {"as_of": None, "strategy": "past_pace", "replications": 2, "seed": 1, "lang": "zh"}
    requests = [check_request(case=case, **asked) for case in (file, PLAIN.id)]  # type: ignore[arg-type]
    return tuple(run_year_end(request, workers=1, progress=False) for request in requests)


def shown(drawing: Drawing) -> str:
    """The words on a fan chart, line breaks and blanks left out."""
    figure = figures.plot_fan_chart(drawing.frame, **drawing.options)
    said = "".join(text.get_text() for text in figure.findobj(Text))
    return "".join(said.split())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_only_what_is_on_is_named(lang: str) -> None:
    assert how_reports_differ(PLAIN, lang) == how_reports_differ(a_case(), lang) == ""
    assert how_reports_differ(a_case(shading_days=60), lang) == "", "a window alone shades nothing"
    late, shaded = (how_reports_differ(a_case(**{key: 1}), lang) for key in ("delay_days", "shading"))
    assert "100%" in shaded and "100%" not in late and late not in shaded
    both = how_reports_differ(a_case(delay_days=1, shading=1), lang)
    assert both.startswith(late) and both.endswith(shaded)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_run_says_once_what_its_targets_are_judged_on(lang: str) -> None:
    strategy = load_strategy("past_pace")
    late, plain = (run_notes(case, strategy, lang) for case in (a_case(delay_days=14), PLAIN))
    (note,) = (one for one in late if one not in plain)
    assert DONE[lang] in note and SAID[lang][0] in note and "reporting" in note
    assert run_notes(a_case(), strategy, lang) == plain, "control: reports that are on time and true"


def test_one_run_and_many_carry_the_note(file: str) -> None:
    note = say("letter.reports.note", how=how_reports_differ(load_case(file)))
    assert one_run(file, "past_pace", seed=1, replication=0)[1] == [note]
    assert note in many_runs(file, "past_pace", replications=2, seed=1)[1]
    assert one_run("linyi-2018", "past_pace", seed=1, replication=0)[1] == [], "control"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_tells_reports_from_what_targets_are_judged_on(results: tuple[YearEnd, ...], lang: str) -> None:
    late, plain = (replace(result, request=replace(result.request, lang=lang)) for result in results)
    usual = say("letter.reported_basis", lang=lang)
    ours, theirs = (" ".join(below_headline(result)) for result in (late, plain))
    assert DONE[lang] in ours and all(word in ours for word in SAID[lang]) and usual not in ours
    assert usual in theirs and DONE[lang] not in theirs, "control: without the block all is as reported"
    drawings, others = year_end_drawings(late), year_end_drawings(plain)
    own = "".join(DONE[lang].split())
    median = {"zh": r"填报\d+家", "en": r"Reports\d"}[lang]
    for name in (name for name in drawings if name.startswith("fan_")):
        assert own in shown(drawings[name]) and re.search(median, shown(drawings[name])), name
        assert own not in shown(others[name]) and not re.search(median, shown(others[name])), name
    for result, pictures, there in ((late, drawings, True), (plain, others, False)):
        letter = object.__new__(Letter)
        letter.lang, letter.result, letter.drawings = lang, result, pictures
        assert (DONE[lang] in alts.fan(letter, "online")) == there


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_picture_of_paper_makes_it_no_part_of_reports(lang: str) -> None:
    last = pd.DataFrame({"date": pd.to_datetime(["2018-12-31"] * 3), "q50": [1642.0, 1100.0, 464.0]})
    rows = SimpleNamespace(frame=last)
    said = {}
    for case in (PLAIN, a_case(shading=1)):
        letter = object.__new__(Letter)
        letter.lang, letter.drawings = lang, {"paper": rows}  # type: ignore[dict-item]
        letter.result = SimpleNamespace(case=case)  # type: ignore[assignment]
        said[case.reporting is not None] = alts.paper(letter)
    of_which = {"zh": "其中", "en": "of which"}[lang]
    assert of_which in said[False] and of_which not in said[True]
    assert all("1642" in one and "464" in one for one in said.values())
