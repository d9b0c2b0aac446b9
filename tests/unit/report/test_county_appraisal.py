"""The appraisal of counties in the report: what is spread over counties and runs, and that no county is shown."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from dpsim.decide.appraisal import Appraised, appraised, by_city, places_by_chance, rank_intervals
from dpsim.experiments.ensemble import Ensemble, run_ensemble
from dpsim.language import LANGUAGES, say
from dpsim.measure.appraised import ITEMS
from dpsim.measure.indicators import of_city
from dpsim.params.load import load_case, load_strategy
from dpsim.report.letter import Letter
from dpsim.report.parts import find_part
from dpsim.report.parts.county_appraisal import grades_of, ranks_of, spread_of

CASE, STRATEGY, RUNS = load_case("linyi-2018"), load_strategy("current_arrangement"), 6


@pytest.fixture(scope="module")
def runs() -> Ensemble:
    return run_ensemble(CASE, STRATEGY, replications=RUNS, seed=5, workers=1, by=("county",))


@pytest.fixture(scope="module")
def mine(runs: Ensemble) -> Appraised:
    return appraised(runs, CASE)


def shown(mine: Appraised | None, lang: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, dict[str, pd.DataFrame]]:
    """Return the part and the tables it saves."""
    letter, saved = object.__new__(Letter), {}
    letter.lang, letter.folder = lang, None
    letter.result = SimpleNamespace(case=CASE, appraised=mine)  # type: ignore[assignment]
    monkeypatch.setattr(Letter, "save_table", lambda self, frame, name: saved.__setitem__(name, frame))
    return find_part("county_appraisal")(letter)._repr_html_(), saved


def test_counties_add_up_to_the_city_in_the_same_rows(runs: Ensemble) -> None:
    """What the report is made of does not change because its counties were looked at."""
    city = run_ensemble(CASE, STRATEGY, replications=RUNS, seed=5, workers=1, by=("city",)).indicators
    pd.testing.assert_frame_equal(of_city(runs.indicators), city)
    made, counties = by_city(runs, CASE)
    pd.testing.assert_frame_equal(made.indicators, city)
    assert counties is not None and made.targets is runs.targets
    less = runs.indicators[runs.indicators["county"] != "county_01"]
    assert not of_city(less)["value"].equals(city["value"]), "a county left out would be noticed"


def test_nothing_is_appraised_where_no_paper_systems_are_simulated() -> None:
    past = run_ensemble(CASE, load_strategy("past_pace"), replications=1, seed=5, workers=1, by=("county",))
    assert by_city(past, CASE)[1] is None, "a chance of the veto of 0 would not be one"


def test_points_and_grades_are_those_of_the_appraisal(mine: Appraised) -> None:
    assert CASE.appraisal is not None
    spread = spread_of(mine, CASE.appraisal).set_index(["measure", "view"])
    for item in (*ITEMS, "points"):
        wanted = np.quantile(mine.table[item], (0.05, 0.5, 0.95))
        assert spread.loc[(item, "reported"), ["q05", "q50", "q95"]].tolist() == pytest.approx(wanted.tolist()), item
    assert spread.loc[("points", "true"), "q50"] < spread.loc[("points", "reported"), "q50"], "paper costs points"
    counties = int(CASE.population.counties.value)
    by_hand = {
        grade: [sum(rows["grade"] == k) for _, rows in mine.table.groupby("replication")]
        for k, grade in enumerate(("good", "passing", "failing"))
    }
    grades = grades_of(mine).set_index(["measure", "view"])
    for grade, counts in by_hand.items():
        assert grades.loc[(grade, "reported"), "q50"] == np.median(counts), grade
    assert sum(np.array(counts) for counts in by_hand.values()).tolist() == [counties] * RUNS


def test_the_veto_moves_counties_one_grade_down_and_loses_none(mine: Appraised) -> None:
    one = mine._replace(table=mine.table[mine.table["replication"] == 0].assign(grade=[0, 1, 2] * 4 + [0], veto=0.25))
    grades = grades_of(one).set_index(["measure", "view"])["q50"]
    assert [grades[name, "true"] for name in ("good", "passing", "failing")] == pytest.approx([3.75, 4.25, 5.0])
    assert [grades[name, "reported"] for name in ("good", "passing", "failing")] == [5, 4, 4]


def test_a_rank_interval_holds_the_middle_of_the_ranks() -> None:
    ranks = {"a": [1] * 20, "b": [2] * 18 + [3, 3], "c": [2, 3] * 10}
    frame = pd.DataFrame(
        [(pd.Timestamp("2018-12-31"), county, rank) for county, own in ranks.items() for rank in own],
        columns=["date", "county", "rank"],
    )
    found = rank_intervals(frame).set_index("county")
    assert found["places"].to_dict() == {"a": 1, "b": 2, "c": 2}
    assert found.loc["b", ["low", "high"]].tolist() == [2, 3]
    assert places_by_chance(16) == 16 and places_by_chance(40) == 37


def test_ranks_by_chance_take_in_all_places(mine: Appraised) -> None:
    """Negative control: shuffled ranks are as unsteady as the yardstick says, a fixed order is not unsteady at all."""
    counties, rng = [f"c{k:02d}" for k in range(16)], np.random.default_rng(1)
    dates = [pd.Timestamp("2018-12-31")] * 16
    shuffled = pd.concat(
        [pd.DataFrame({"date": dates, "county": counties, "rank": rng.permutation(16) + 1}) for _ in range(400)]
    )
    fixed = pd.concat([pd.DataFrame({"date": dates, "county": counties, "rank": range(1, 17)})] * 20)
    assert rank_intervals(shuffled)["places"].median() >= 15 and (rank_intervals(fixed)["places"] == 1).all()
    table = ranks_of(mine)
    assert (table["places_least"] <= table["places_median"]).all() and (table["places_most"] <= table["counties"]).all()
    assert len(table) == 3 * 4 and table["counties"].eq(13).all()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_county_is_named_and_the_split_is_called_synthesised(
    mine: Appraised, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, saved = shown(mine, lang, monkeypatch)
    assert {"zh": "合成的", "en": "synthesised"}[lang] in page
    names = set(mine.table["county"])
    texts = [page, *(frame.to_csv() for frame in saved.values())]
    assert not [name for name in names for text in texts if name in text]
    assert {*saved} == {"county_appraisal", "county_ranks"} and not re.search(r"[{}]|\bnan\b", page)
    for view in ("reported", "true"):
        assert say(f"figures.view.{view}", lang=lang) in page
    assert all(set(frame["view"]) == {"reported", "true"} for frame in saved.values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_case_without_rules_has_no_such_part(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page, saved = shown(None, lang, monkeypatch)
    assert page == "" and not saved


def test_another_veto_shows(mine: Appraised) -> None:
    """Negative control: the chance of the veto in the table is that of the runs."""
    rules = CASE.appraisal
    assert rules is not None
    changed = mine._replace(table=mine.table.assign(veto=1.0))
    before, after = (spread_of(one, rules).set_index("measure").loc["veto", "q50"] for one in (mine, changed))
    assert before < 1.0 and after == 1.0
