"""The appraisal of counties: points from what is reported, the veto, rankings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dpsim.decide.appraisal import GRADES, appraise, enforcement_league, monthly_ranking, veto_table
from dpsim.errors import FileFaults, InputError
from dpsim.experiments.ensemble import Ensemble, run_ensemble
from dpsim.measure.appraised import ITEMS, points_off
from dpsim.model.sampling import veto_probability_finite
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case

RUNS = 3


@pytest.fixture(scope="module")
def linyi() -> Case:
    return load_case("linyi-2018")


@pytest.fixture(scope="module")
def runs(linyi: Case) -> Ensemble:
    strategy = load_strategy("current_arrangement")
    return run_ensemble(linyi, strategy, replications=RUNS, seed=3, workers=1, by=("county",))


@pytest.fixture(scope="module")
def table(runs: Ensemble, linyi: Case) -> pd.DataFrame:
    return appraise(runs, linyi)


def last(runs: Ensemble, name: str, view: str = "reported") -> pd.Series:
    frame = runs.indicators
    rows = frame[(frame["date"] == frame["date"].max()) & (frame["indicator"] == name) & (frame["view"] == view)]
    return rows.set_index(["replication", "county"])["value"].sort_index()


def test_a_row_for_each_county_and_run(table: pd.DataFrame, runs: Ensemble, linyi: Case) -> None:
    counties = int(linyi.population.counties.value)
    assert len(table) == RUNS * counties == len(runs.counties)
    assert table["points"].between(0.0, 100.0).all() and table["grade"].isin(range(len(GRADES))).all()
    assert table.groupby("replication")["rank"].min().tolist() == [1] * RUNS


def test_points_follow_what_is_reported(table: pd.DataFrame, runs: Ensemble, linyi: Case) -> None:
    rules, mine = linyi.appraisal, table.set_index(["replication", "county"])
    assert rules is not None
    missing = 1.0 - last(runs, "online") / last(runs, "listed")
    assert mine["online"].to_numpy() == pytest.approx((rules.online_points.value * missing).to_numpy(), abs=1e-8)
    true = 1.0 - last(runs, "online", "true") / last(runs, "listed")
    assert not np.allclose(mine["online"], rules.online_points.value * true), "what is true would be noticed"
    assert mine["points"].to_numpy() == pytest.approx((100.0 - mine[list(ITEMS)].sum(axis=1)).to_numpy())
    good = mine["points"] >= rules.good_points.value
    assert ((mine["grade"] == 0) == good).all() and ((mine["grade"] == 2) == (mine["points"] < 60)).all()


def test_points_off_by_hand() -> None:
    def count(*values: float) -> pd.Series:
        return pd.Series(values, dtype=float)

    facts = {
        "listed": count(50, 50, 0),
        "listed_first": count(50, 50, 0),
        "online": count(50, 40, 0),
        "assessed": count(5, 4, 0),
        "units_visited": count(50, 25, 0),
        "open_hazards": count(0, 200, 0),
        "overdue": count(0, 20, 0),
    }
    off = points_off(**facts, most=(30, 10, 20, 10), assessed_share=0.1)
    assert off.to_numpy().tolist() == [[0.0] * 4, [6.0, 10.0, 2.0, 5.0], [0.0] * 4]
    left = points_off(**(facts | {"listed_first": count(60, 50, 5)}), most=(30, 10, 20, 10), assessed_share=0.1)
    assert left["coverage"].round(9).tolist() == [1.666666667, 5.0, 10.0], "visits are a share of the first list"


def test_a_list_that_shrinks_brings_no_points(linyi: Case) -> None:
    """Who was visited and then left the list is no visit to those that are still on it."""
    shrinking = linyi.with_values({"scenario.removals_per_year": 0.1})
    strategy = load_strategy("balanced")
    runs = run_ensemble(shrinking, strategy, replications=2, seed=1, workers=1, by=("county",))
    table = appraise(runs, shrinking)
    most = shrinking.appraisal.coverage_points.value
    facts = last(runs, "units_visited"), last(runs, "listed")
    assert table["coverage"].between(0.0, most).all()
    assert (facts[0] > facts[1]).any(), "control: more visited than are left"


def test_the_veto_lowers_one_grade(table: pd.DataFrame, runs: Ensemble, linyi: Case) -> None:
    chance = veto_table(runs.counties, linyi)
    row = runs.counties.iloc[0]
    assert chance.loc[row["replication"], row["county"]] == pytest.approx(
        veto_probability_finite(int(row["built"]), int(row["paper"]), 3, 2)
    )
    assert table["veto"].between(0.0, 1.0).all() and table["veto"].max() > 0.0
    open_ = table[table["grade"] < 2]
    assert (open_["grade_expected"] - open_["grade"]).to_numpy() == pytest.approx(open_["veto"].to_numpy())


def test_rankings_are_of_the_last_report_of_each_month(runs: Ensemble) -> None:
    for ranking, column in ((monthly_ranking(runs.indicators), "online_share"),
                            (enforcement_league(runs.indicators), "penalties_each")):  # fmt: skip
        months = ranking["date"].dt.to_period("M")
        assert months.nunique() == ranking["date"].nunique() == 4, "September to December"
        for _, rows in ranking.groupby(["replication", "date"]):
            assert (rows.sort_values("rank")[column].diff().dropna() <= 0).all()
            assert rows["rank"].min() == 1
    first = monthly_ranking(runs.indicators).query("replication == 0")
    assert first["rank"].tolist() != sorted(first["rank"].tolist()), "a ranking by name would be noticed"


def test_gaming_the_league_moves_it(runs: Ensemble, linyi: Case) -> None:
    """With the instrument there are more penalties in the league, and no more is found."""
    strategy = load_strategy("enforcement_league")
    gamed = run_ensemble(linyi, strategy, replications=RUNS, seed=3, workers=1, by=("county",))
    ends = [enforcement_league(e.indicators).groupby("date")["penalties_each"].mean().iloc[-1] for e in (runs, gamed)]
    assert ends[1] > 1.3 * ends[0]
    found = [sum(last(e, f"hazards_found:spot_check:{k}").sum() for k in ("general", "major")) for e in (runs, gamed)]
    assert found[1] < found[0]


def test_without_hazards_no_points_are_taken_for_them(linyi: Case) -> None:
    past = run_ensemble(linyi, load_strategy("past_pace"), replications=1, seed=3, workers=1, by=("county",))
    table = appraise(past, linyi)
    assert (table[["overdue", "coverage", "veto"]] == 0.0).all(axis=None) and (table["online"] > 0.0).any()


def test_what_cannot_be_appraised_is_refused(runs: Ensemble, linyi: Case) -> None:
    with pytest.raises(InputError) as caught:
        appraise(runs, linyi.model_copy(update={"appraisal": None}))
    assert caught.value.message == "error.appraisal_no_rules" and "linyi-2018" in caught.value.text("en")
    city = run_ensemble(linyi, load_strategy("past_pace"), replications=1, seed=3, workers=1, by=("city",))
    for refused in (lambda: appraise(city, linyi), lambda: monthly_ranking(city.indicators)):
        with pytest.raises(InputError) as caught:
            refused()
        assert "county" in caught.value.text("en") and "县区" in caught.value.text("zh")


@pytest.mark.parametrize(("key", "value"), [("good_points", 101.0), ("pass_points", 81.0)])
def test_grades_that_do_not_follow_each_other_are_refused(linyi: Case, key: str, value: float) -> None:
    name = f"appraisal.{key}"
    with pytest.raises(FileFaults) as caught:
        linyi.with_values({name: value, f"{name}.range": [0.0, value]})
    assert name in caught.value.text("en")
