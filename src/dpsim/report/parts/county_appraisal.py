"""How an appraisal of the counties would come out in the runs: points off, grades, the veto, how steady a rank is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dpsim.decide.appraisal import GRADES, Appraised, places_by_chance, rank_intervals
from dpsim.measure.appraised import ITEMS
from dpsim.params.blocks_hazards import Appraisal
from dpsim.report.parts import Part
from dpsim.report.show import (
    show_band,
    show_date,
    show_number,
    show_percent,
    show_probability,
    show_range,
    words_band,
)
from dpsim.report.supervised import REPORTED, TRUE, three
from dpsim.report.tables import html_table

if TYPE_CHECKING:
    from dpsim.report.letter import Letter

SAID = "letter.county_appraisal"
QUANTILES = ["q05", "q50", "q95"]


def part(letter: Letter) -> Part:
    """Return the appraisal under the arrangement in force; nothing where the case has no rules for it.

    No county is named and none has a rank here: only how points and ranks are spread over counties and runs.
    """
    mine, rules = letter.result.appraised, letter.result.case.appraisal
    if mine is None or rules is None:
        return Part("")
    spread, grades, ranks = spread_of(mine, rules), grades_of(mine), ranks_of(mine)
    letter.save_table(pd.concat([spread, grades]).drop(columns="most"), "county_appraisal")
    letter.save_table(ranks, "county_ranks")
    body = letter.paragraph(_whose(letter)) + letter.paragraph(
        _rules(letter, rules), letter.say("letter.hazards.overdue_until")
    )
    body += _spread_table(letter, spread) + _grades_table(letter, grades)
    body += letter.paragraph(_gap(letter, mine)) + _ranks_table(letter, ranks)
    return letter.headed("county_appraisal.head", body + letter.paragraph(*_steadiness(letter, mine, ranks)))


def spread_of(mine: Appraised, rules: Appraisal) -> pd.DataFrame:
    """Return points off by item, points and chance of the veto over all counties and runs, at the last day."""
    most = {item: float(getattr(rules, f"{item}_points").value) for item in ITEMS}
    rows = [(item, REPORTED, mine.table[item], most[item]) for item in ITEMS]
    full = float(rules.full_points.value)
    rows += [("points", REPORTED, mine.table["points"], full), ("points", TRUE, mine.table["points_true"], full)]
    rows.append(("veto", TRUE, mine.table["veto"], float("nan")))
    table = [(name, view, runs_in(mine), *three(values), most) for name, view, values, most in rows]
    return pd.DataFrame(table, columns=["measure", "view", "replications", *QUANTILES, "most"])


def grades_of(mine: Appraised) -> pd.DataFrame:
    """Return how many counties of a run have each grade by their points, and how many are expected to with the veto."""
    table, rows = mine.table, []
    for grade, name in enumerate(GRADES):
        here = (table["grade"] == grade).astype(float)
        above = (table["grade"] == grade - 1).astype(float)
        stay = 1.0 if grade == len(GRADES) - 1 else 1.0 - table["veto"]
        for view, share in ((REPORTED, here), (TRUE, here * stay + above * table["veto"])):
            counties = share.groupby(table["replication"]).sum()
            rows.append((name, view, runs_in(mine), *three(counties)))
    return pd.DataFrame(rows, columns=["measure", "view", "replications", *QUANTILES])


def ranks_of(mine: Appraised) -> pd.DataFrame:
    """Return, by month and ranking, how many places the middle 90% of a county's ranks holds, over the counties."""
    rows = []
    for name, view, ranking in (
        ("online", REPORTED, mine.reported),
        ("online", TRUE, mine.true),
        ("penalties", REPORTED, mine.league),
    ):
        for date, places in rank_intervals(ranking).groupby("date")["places"]:
            found = places.size, places.min(), float(places.median()), places.max()
            rows.append((date, name, view, runs_in(mine), *found))
    columns = ["date", "ranking", "view", "replications", "counties", "places_least", "places_median", "places_most"]
    return pd.DataFrame(rows, columns=columns)


def runs_in(mine: Appraised) -> int:
    """Return the number of runs."""
    return int(mine.table["replication"].nunique())


def _say(letter: Letter, message: str, **values: object) -> str:
    """Return a message of this part, with the words for what is counted."""
    return letter.say(f"{SAID}.{message}", **values)


def _whose(letter: Letter) -> str:
    """Return whose counties these are, and that none of them is shown."""
    population = letter.result.case.population
    if population.county_list:
        return _say(letter, "listed")
    spread = show_number(float(population.county_size_cv.value))
    return _say(letter, "synthetic", counties=show_number(float(population.counties.value)), cv=spread)


def _rules(letter: Letter, rules: Appraisal) -> str:
    """Return the rules, in the points of the case."""
    case = letter.result.case
    names = (*ITEMS, "full", "good", "pass")
    points = {f"{name}_points": show_number(float(getattr(rules, f"{name}_points").value)) for name in names}
    return _say(
        letter,
        "rules",
        end=show_date(case.horizon_end, letter.lang),
        as_of=show_date(case.as_of, letter.lang),
        online_word=letter.stage("online"),
        assessed_word=letter.stage("assessed"),
        share=f"{show_percent(float(rules.assessed_share.value))}%",
        checked=show_number(float(case.formalism.veto_checked.value)),
        failing=show_number(float(case.formalism.veto_failing.value)),
        **points,
    )


def _spread_table(letter: Letter, spread: pd.DataFrame) -> str:
    """Return points off, points and the chance of the veto as a table."""
    rows = []
    for row in spread.itertuples():
        values = row.q05, row.q50, row.q95
        shown = show_band(values, letter.lang, digits=1)
        if row.measure == "veto":
            low, middle, high = (show_probability(value, letter.lang) for value in values)
            shown = words_band(low, middle, high, letter.lang)
        most = "" if np.isnan(row.most) else show_number(row.most)
        view = letter.say(f"figures.view.{row.view}")
        words = _say(letter, f"item.{row.measure}", online=letter.stage("online"), assessed=letter.stage("assessed"))
        rows.append((words, view, most, shown))
    header = [*letter.columns("measure", "view"), _say(letter, "most"), _say(letter, "over_counties")]
    return html_table(header, rows, numeric=(2, 3), whole=(1, 2, 3))


def _grades_table(letter: Letter, grades: pd.DataFrame) -> str:
    """Return the grades as a table: by points, and with the veto."""
    rows = []
    for name, both in grades.groupby("measure", sort=False):
        cells = [
            show_band((row.q05, row.q50, row.q95), letter.lang, digits=1 if row.view == TRUE else 0)
            for row in both.itertuples()
        ]
        rows.append((_say(letter, f"grade.{name}"), *cells))
    header = [_say(letter, "grade_head"), _say(letter, "by_points"), _say(letter, "with_veto")]
    return html_table(header, rows, numeric=(1, 2), whole=(0, 1, 2))


def _gap(letter: Letter, mine: Appraised) -> str:
    """Return how far the reported points lie from those that only real systems would give."""
    lost = mine.table["points"] - mine.table["points_true"]
    return _say(
        letter,
        "gap",
        n=runs_in(mine),
        lost=show_band(three(lost), letter.lang, digits=1),
        online=letter.stage("online"),
    )


def _ranks_table(letter: Letter, ranks: pd.DataFrame) -> str:
    """Return how many places a county's rank takes in, month by month."""
    kinds = [("online", REPORTED), ("online", TRUE), ("penalties", REPORTED)]
    rows = []
    for date, month in ranks.groupby("date"):
        by = month.set_index(["ranking", "view"])
        cells = [_places(letter, by.loc[kind]) for kind in kinds]
        rows.append((show_date(pd.Timestamp(date).date(), letter.lang), *cells))
    heads = [
        _say(letter, f"ranking.{name}", view=letter.say(f"figures.view.{view}"), online=letter.stage("online"))
        for name, view in kinds
    ]
    return html_table([_say(letter, "month"), *heads], rows, numeric=(1, 2, 3), whole=(0, 1, 2, 3))


def _places(letter: Letter, row: pd.Series) -> str:
    """Return the median over the counties, and the county that moves least and most."""
    least, middle, most = (show_number(float(row[f"places_{name}"])) for name in ("least", "median", "most"))
    return words_band(least, middle, most, letter.lang)


def _steadiness(letter: Letter, mine: Appraised, ranks: pd.DataFrame) -> list[str]:
    """Return how to read a rank: against chance, and against what really operates."""
    last = ranks[(ranks["ranking"] == "online") & (ranks["view"] == REPORTED)].iloc[-1]
    counties = int(last["counties"])
    both = mine.reported.merge(mine.true, on=["replication", "date", "county"], suffixes=("", "_true"))
    both = both[both["date"] == both["date"].max()]
    apart = (both["rank"] - both["rank_true"]).abs()
    middle, high = (int(np.quantile(apart, q, method="inverted_cdf")) for q in (0.5, 0.95))
    return [
        _say(
            letter,
            "places",
            n=runs_in(mine),
            date=show_date(last["date"].date(), letter.lang),
            places=show_number(float(last["places_median"])),
            range=show_range(str(last["places_least"]), str(last["places_most"]), letter.lang),
            counties=counties,
            chance=places_by_chance(counties),
        ),
        _say(letter, "apart", middle=middle, high=high),
        _say(letter, "league"),
    ]
