"""Hazards, visits, staff-days and paper systems in the report: the numbers of the frame, and what is said of them."""

from __future__ import annotations

import dataclasses
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from dpsim.core.words import CLASSES, DISCOVERY, DUTIES
from dpsim.experiments.ensemble import Ensemble
from dpsim.language import LANGUAGES, say
from dpsim.measure.indicators import COUNTED
from dpsim.model.prior import case_timeline
from dpsim.model.sampling import veto_probability_finite
from dpsim.params.load import load_case, load_strategy
from dpsim.report import alts, sentences
from dpsim.report.drawings import Drawing
from dpsim.report.drawings_supervised import channel_rows, staff_pool, supervised_drawings
from dpsim.report.letter import Letter
from dpsim.report.parts import find_part
from dpsim.report.show import show_about, show_band
from dpsim.report.supervised import MEASURES, Supervised, in_time_share, supervised

CASE = load_case("linyi-2018")
DATES = pd.to_datetime(["2018-09-10", "2018-10-31", "2018-12-31"])
RUNS, CELLS = 5, ("county_01", "county_02")


def an_ensemble(*, with_hazards: bool = True) -> Ensemble:
    """A made-up ensemble: each value tells of its run, week, cell and place in the list of indicators."""
    rows = [
        (run, date, cell, name, view, 100.0 * k + 10.0 * run + week + 1000.0 * c)
        for run in range(RUNS)
        for week, date in enumerate(DATES)
        for c, cell in enumerate(CELLS)
        for k, (name, view) in enumerate(COUNTED)
        if with_hazards or ":" not in name
    ]
    rows += [
        (run, date, "city", f"staff_days:{duty}", "true", 7.0 * (k + 1) * week + run)
        for run in range(RUNS)
        for week, date in enumerate(DATES)
        if week
        for k, duty in enumerate((*DUTIES, "city_bureau"))
    ]
    frame = pd.DataFrame(rows, columns=["replication", "date", "county", "indicator", "view", "value"])
    counties = pd.DataFrame(
        [(run, cell, 60, 40 + 10 * c, 5 * c + run) for run in range(RUNS) for c, cell in enumerate(CELLS)],
        columns=["replication", "county", "listed", "built", "paper"],
    )
    made = object.__new__(Ensemble)
    for name, value in {"indicators": frame, "counties": counties}.items():
        object.__setattr__(made, name, value)
    return made


def last(name: str, view: str) -> np.ndarray:
    """Return what an indicator of the made-up ensemble is at the last day, by run."""
    k = COUNTED.index((name, view))
    return np.array([2 * (100.0 * k + 10.0 * run + 2) + 1000.0 for run in range(RUNS)])


@pytest.fixture(scope="module")
def mine() -> Supervised:
    found = supervised(an_ensemble(), CASE)
    assert found is not None
    return found


def a_letter(mine: Supervised | None, lang: str, monkeypatch: pytest.MonkeyPatch | None = None) -> Letter:
    """A letter about the made-up ensemble, its tables kept in `letter.saved`."""
    made = object.__new__(Letter)
    reference, beside = load_strategy("current_arrangement"), load_strategy("past_pace")
    made.lang, made.folder = lang, None
    request = SimpleNamespace(lang=lang, reference=reference, main=beside, strategies=(reference, beside))
    known = {} if mine is None else {reference.id: mine}
    made.result = SimpleNamespace(  # type: ignore[assignment]
        case=CASE, timeline=case_timeline(CASE), request=request, supervised=known
    )
    made.drawings = {name: Drawing(*drawing) for name, drawing in supervised_drawings(made.result).items()}
    made.saved = {}  # type: ignore[attr-defined]
    if monkeypatch is not None:
        monkeypatch.setattr(Letter, "picture", lambda self, name, alt: f"<p>{alt}</p>")
        monkeypatch.setattr(Letter, "save_table", lambda self, frame, name: self.saved.__setitem__(name, frame))
    return made


# ------------------------------------------------------------------ the numbers


def test_the_numbers_are_those_of_the_frame_summed_over_its_cells(mine: Supervised) -> None:
    assert list(mine.numbers.columns) == list(MEASURES) and mine.runs == RUNS
    found = sum(last(f"hazards_found:{c}:{k}", "reported") for c in DISCOVERY for k in CLASSES)
    assert (mine.numbers["found"] == found).all(), "all channels and classes"
    for measure, name, view in (
        ("latent", "hazards_latent", "true"),
        ("open", "hazards_open", "reported"),
        ("overdue", "hazards_overdue", "reported"),
        ("closed", "hazards_closed", "reported"),
        ("repaired", "hazards_closed", "true"),
        ("relapsed", "hazards_relapsed", "reported"),
    ):
        assert (mine.numbers[measure] == sum(last(f"{name}:{k}", view) for k in CLASSES)).all(), measure
        assert MEASURES[measure] == view
    for name in ("visits", "units_visited", "penalties", "built"):
        assert (mine.numbers[name] == last(name, "reported")).all(), name
    assert (mine.numbers["built"] != last("built", "true")).all(), "the two views of one indicator stay apart"
    listed = last("listed", "reported") - 4.0  # two weeks before, in two counties
    assert (mine.numbers["coverage"] == last("units_visited", "reported") / listed).all(), "list as of the start"
    done = last("built", "true") + last("paper", "true")
    assert (mine.numbers["paper_share"] == last("paper", "true") / done).all(), "of what is built, whatever is reported"
    assert (mine.numbers["staff_days"] == [14.0 * 10 + 4 * run for run in range(RUNS)]).all(), "not the city bureau's"


def test_bands_are_quantiles_over_the_runs_of_a_sum(mine: Supervised) -> None:
    bands = mine.bands("hazards_latent:general", "hazards_latent:major", view="true")
    assert bands["date"].tolist() == DATES.tolist() and list(bands.columns) == ["date", "q05", "q50", "q95"]
    runs = sum(last(f"hazards_latent:{k}", "true") for k in CLASSES)
    assert bands.iloc[-1][["q05", "q50", "q95"]].tolist() == pytest.approx(np.quantile(runs, (0.05, 0.5, 0.95)))


def test_runs_without_hazards_give_nothing() -> None:
    assert supervised(an_ensemble(with_hazards=False), CASE) is None


def test_the_share_in_time_counts_those_past_their_limit_and_not_those_not_yet_due() -> None:
    counts = pd.DataFrame({"closed": [8, 0, 0], "overdue": [2, 5, 0], "closed_in_time": [6, 0, 0]})
    assert in_time_share(counts).tolist() == [0.6, 0.0, 1.0]


def test_the_veto_is_that_of_each_county(mine: Supervised) -> None:
    assert mine.veto.shape == (RUNS, len(CELLS))
    for run in range(RUNS):
        for c, cell in enumerate(CELLS):
            law = veto_probability_finite(40 + 10 * c, 5 * c + run, 3, 2)
            assert mine.veto.loc[run, cell] == law, (run, cell)
            assert (law == 0.0) == (5 * c + run < 2), "one paper system alone brings no veto"
    assert mine.numbers["veto_counties"].tolist() == mine.veto.sum(axis=1).tolist()
    assert mine.numbers["veto_mean"].tolist() == pytest.approx((mine.veto.sum(axis=1) / 2).tolist())


def test_a_county_with_few_built_is_drawn_whole() -> None:
    made = an_ensemble()
    object.__setattr__(made, "counties", made.counties.assign(built=[0, 1, 2, 2, 2, 3, 3, 3, 3, 3], paper=[0, 1] * 5))
    found = supervised(made, CASE)
    assert found is not None and found.veto.notna().all(axis=None)
    assert (found.veto == 0.0).all(axis=None)
    object.__setattr__(made, "counties", made.counties.assign(built=2, paper=2))
    found = supervised(made, CASE)
    assert found is not None and (found.veto == 1.0).all(axis=None)


def test_the_pool_is_people_times_share_times_days(mine: Supervised) -> None:
    result = a_letter(mine, "zh").result
    days = sum(result.timeline.working)
    assert staff_pool(result) == pytest.approx(15 * 0.35 * 13 * days)


# ------------------------------------------------------------------ what is said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_second_headline_keeps_reported_and_true_apart(mine: Supervised, lang: str) -> None:
    text = sentences.hazard_headline(a_letter(mine, lang).result)
    words = {view: say(f"figures.view.{view}", lang=lang) for view in ("reported", "true")}
    assert text.count(words["reported"]) == 2 and text.count(words["true"]) >= 2
    for name, view in (("found", "reported"), ("latent", "true")):
        low, middle, high = mine.quantiles(name)
        behind = text[text.index(show_about(middle)) :]
        assert words[view] in re.split("[）)]", behind)[0], f"{name} stands with its view"
        assert show_about(low) in behind and show_about(high) in behind
    assert sentences.hazard_headline(a_letter(None, lang).result) == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_parts_say_the_numbers_and_save_them(mine: Supervised, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = a_letter(mine, lang, monkeypatch)
    pages = {name: find_part(name)(letter)._repr_html_() for name in ("hazards", "visits", "paper", "supervision")}
    low, _, high = mine.quantiles("accidents")
    assert show_about(0.1 * low, 2) in pages["hazards"] and show_about(10 * high, 2) in pages["hazards"]
    for name in (
        "accidents",
        "deaths",
    ):  # their band over the runs leaves out how little is known of the rates
        assert show_band(mine.quantiles(name), lang) not in pages["hazards"], name
    assert {"zh": "最不确定", "en": "least certain"}[lang] in pages["hazards"]
    assert {"zh": "任何台账", "en": "no ledger"}[lang] in pages["hazards"]
    for name in ("visits", "units_visited", "penalties"):
        assert show_band(mine.quantiles(name), lang) in pages["visits"], name
    assert show_band(mine.quantiles("paper"), lang) in pages["paper"]
    assert show_band(mine.quantiles("veto_counties"), lang, digits=1) in pages["paper"]
    assert "county_0" not in "".join(pages.values()), "counties stay anonymous"
    for name in ("latent", "found", "open", "overdue", "staff_days"):
        assert show_band(mine.quantiles(name), lang) in pages["supervision"], name
    assert getattr(load_strategy("past_pace").name, lang) in pages["supervision"], "who is left out is named"
    saved = letter.saved  # type: ignore[attr-defined]
    assert set(saved) == {"hazards", "hazards_found", "hazards_by_class", "staff_days", "paper", "supervision"}
    table = saved["supervision"].set_index("measure")
    for name, view in MEASURES.items():
        assert tuple(table.loc[name, ["q05", "q50", "q95"]]) == mine.quantiles(name)
        assert table.loc[name, "view"] == view and table.loc[name, "replications"] == RUNS
    assert saved["hazards_found"]["q50"].sum() > 0 and len(saved["hazards_found"]) == 2 * len(DISCOVERY)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_paper_is_part_of_what_is_done_and_not_of_shaded_reports(
    mine: Supervised, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The share, the count it is of and the paper ones agree: share x done = paper in every run."""
    done = last("built", "true") + last("paper", "true")
    assert np.allclose(mine.numbers["paper_share"] * done, mine.numbers["paper"])
    assert not np.allclose(mine.numbers["paper_share"] * mine.numbers["built"], mine.numbers["paper"]), "control"
    paper, counts = show_band(mine.quantiles("paper"), lang), (show_band(np.quantile(done, (0.05, 0.5, 0.95)), lang),)
    counts += (show_band(mine.quantiles("built"), lang),)
    for case, (own, other) in ((CASE.with_values({"reporting.shading": 1.0}), counts), (CASE, counts[::-1])):
        letter = a_letter(mine, lang, monkeypatch)
        letter.result.case = case  # type: ignore[misc]
        first = find_part("paper")(letter)._repr_html_().split("<p>")[1]
        assert own in first and paper in first and other not in first


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["hazards", "visits", "paper", "supervision"])
def test_an_arrangement_without_hazards_says_so(lang: str, name: str) -> None:
    letter = a_letter(None, lang)
    assert letter.drawings == {}
    said = say("letter.hazards.none", lang=lang, name=getattr(load_strategy("current_arrangement").name, lang))
    assert said in find_part(name)(letter)._repr_html_()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_pictures_are_described_with_the_last_medians(mine: Supervised, lang: str) -> None:
    letter = a_letter(mine, lang)
    latent = float(np.median(last("hazards_latent:major", "true")))
    assert f"{latent:.0f}" in alts.hazards(letter)
    assert f"{np.median(last('paper', 'true')):.0f}" in alts.paper(letter)
    assert f"{np.median(last('hazards_found:patrol:major', 'reported')):.0f}" in alts.hazards_found(letter)
    assert f"{staff_pool(letter.result):.0f}" in alts.staff_days(letter)


def test_a_wrong_total_would_be_seen(mine: Supervised) -> None:
    """Negative control: a run that found nothing by one channel has another total."""
    made = an_ensemble()
    frame = made.indicators
    cut = frame.assign(value=frame["value"].where(frame["indicator"] != "hazards_found:expert:general", 0.0))
    object.__setattr__(made, "indicators", cut)
    found = supervised(made, CASE)
    assert found is not None and (found.numbers["found"] < mine.numbers["found"]).all()
    assert dataclasses.is_dataclass(found)


def test_only_a_synthesised_split_is_called_so(mine: Supervised, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = a_letter(mine, "zh", monkeypatch)
    said = say("letter.veto.anonymous_assumed", lang="zh")  # so is the number of counties
    assert said in find_part("paper")(letter)._repr_html_()
    population = CASE.population.model_copy(update={"county_list": object()})
    letter.result.case = CASE.model_copy(update={"population": population})  # type: ignore[misc]
    assert said not in find_part("paper")(letter)._repr_html_()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_place_without_an_appraisal_has_no_veto(mine: Supervised, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    words = {"zh": "否决", "en": "veto"}[lang]
    letter = a_letter(mine, lang, monkeypatch)
    pages = {name: find_part(name)(letter)._repr_html_() for name in ("paper", "supervision")}
    assert all(words in page for page in pages.values())
    letter.result.case = load_case("qixian-2023")
    pages = {name: find_part(name)(letter)._repr_html_() for name in ("paper", "supervision")}
    assert not any(words in page for page in pages.values())
    assert not any(name.startswith("veto") for name in letter.saved["supervision"]["measure"])  # type: ignore[attr-defined]


def test_one_place_is_no_county_among_counties(mine: Supervised, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = a_letter(mine, "zh", monkeypatch)
    letter.result.case = load_case("tonghua-winter")
    object.__setattr__(mine, "veto", mine.veto.iloc[:, :1])
    pages = {name: find_part(name)(letter)._repr_html_() for name in ("paper", "supervision", "visits")}
    assert "来源没有公布抽几家" in pages["paper"] and "考核不通过的可能性" in pages["supervision"]
    assert not any("1个" in page or "预计否决" in page for page in pages.values())


def test_grid_staff_are_drawn_where_they_found_something() -> None:
    made = an_ensemble()
    none = made.indicators["indicator"].str.startswith("hazards_found:grid")
    object.__setattr__(made, "indicators", made.indicators.assign(value=made.indicators["value"].mask(none, 0.0)))
    without = supervised(made, CASE)
    assert without is not None and set(channel_rows(without)["channel"]) == {*DISCOVERY} - {"grid"}
    found = supervised(an_ensemble(), CASE)
    assert found is not None and set(channel_rows(found)["channel"]) == {*DISCOVERY}


@pytest.mark.parametrize(
    ("lang", "assumed"), [("zh", "假设，没有文件给出这些数值"), ("en", "assumed; no document gives these values")]
)
def test_reports_that_are_late_or_shaded_are_told_apart_from_what_is_done(
    lang: str, assumed: str, mine: Supervised, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = a_letter(mine, lang, monkeypatch)
    plain = find_part("paper")(letter)._repr_html_()
    letter.result.case = CASE.with_values({"reporting.shading": 0.4, "reporting.delay_days": 7})
    page = find_part("paper")(letter)._repr_html_()
    assert assumed in page and "40%" in page and assumed not in plain
    done = last("built", "true") + last("paper", "true")
    for values in (last("built", "reported"), done, last("built", "true")):
        low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
        assert show_band((low, middle, high), lang) in page
    assert show_band(tuple(np.quantile(done, (0.05, 0.5, 0.95))), lang) not in plain
