"""The appraisal of counties (县区考核): points off for what they report, a veto, a grade, monthly rankings.

Points follow the reported view, as the city's office sees it; only the chance of the veto looks at systems on paper,
because it comes from a check on site (LY17, LY19). In the enforcement league counties are ranked by the penalties that
this system's checks bring; what gaming it does is the instrument of that name.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.core.words import CLASSES
from dpsim.errors import InputError
from dpsim.experiments.ensemble import Ensemble
from dpsim.measure.appraised import ITEMS, points_off
from dpsim.measure.indicators import CITY, of_city
from dpsim.model.sampling import veto_probability_finite
from dpsim.params.blocks_hazards import Appraisal
from dpsim.params.schema import Case

GRADES = ("good", "passing", "failing")
"""Best first; the veto lowers one grade."""
MIDDLE = (0.05, 0.95)
"""Ends of the middle 90% of the runs that a rank interval holds."""


class Appraised(NamedTuple):
    """The appraisal of counties in the runs of one strategy.

    Attributes
    ----------
    table : pandas.DataFrame
        From `appraise`.
    reported, true : pandas.DataFrame
        From `monthly_ranking`: by what is reported online, and by what of it really operates.
    league : pandas.DataFrame
        From `enforcement_league`.
    """

    table: pd.DataFrame
    reported: pd.DataFrame
    true: pd.DataFrame
    league: pd.DataFrame


def appraised(ensemble: Ensemble, case: Case) -> Appraised:
    """Return appraisal and rankings of the counties of each run; the ensemble is by county, the case has rules."""
    frame = ensemble.indicators
    rankings = monthly_ranking(frame), monthly_ranking(frame, view="true"), enforcement_league(frame)
    return Appraised(appraise(ensemble, case), *rankings)


def by_city(ensemble: Ensemble, case: Case) -> tuple[Ensemble, Appraised | None]:
    """Return an ensemble by county as one by city, and its appraisal: none where no paper systems are simulated."""
    counties = appraised(ensemble, case) if len(ensemble.counties) else None
    return replace(ensemble, indicators=of_city(ensemble.indicators)), counties


def appraise(ensemble: Ensemble, case: Case) -> pd.DataFrame:
    """Return how each county of each run is appraised at the last day.

    Parameters
    ----------
    ensemble : Ensemble
        Run with ``by=("county",)``.
    case : Case
        With rules of the appraisal.

    Returns
    -------
    pandas.DataFrame
        One row per replication and county: the points off by item (`ITEMS`), `points`, `rank` (1 the best; equals share
        the better rank), `grade` (0 good, 1 passing, 2 failing, by the points), `veto` (chance, 0..1; 0 where paper
        systems are not simulated) and `grade_expected`, the mean grade with the veto.

    Raises
    ------
    InputError
        The case has no rules, or the run is not by county.
    """
    rules = _rules(case)
    facts = _facts(ensemble.indicators, "reported")
    table = _points(facts, rules)
    operating = _facts(ensemble.indicators, "true")
    if "online" in operating:
        really = _points(facts.assign(online=operating["online"]), rules)["points"]
    table["points_true"] = really if "online" in operating else table["points"]
    table["rank"] = _ranks(table["points"])
    below = [table["points"] < bound.value for bound in (rules.good_points, rules.pass_points)]
    table["grade"] = below[0].astype(int) + below[1].astype(int)
    table["veto"] = 0.0
    if len(ensemble.counties):
        table["veto"] = veto_table(ensemble.counties, case).stack().reindex(table.index).to_numpy()
    table["grade_expected"] = (table["grade"] + table["veto"]).clip(upper=len(GRADES) - 1)
    return table.reset_index()


def monthly_ranking(indicators: pd.DataFrame, *, view: str = "reported") -> pd.DataFrame:
    """Return the ranking by the share online at the last report of each month, 1 the best.

    Parameters
    ----------
    indicators : pandas.DataFrame
    view : {"reported", "true"}
        What is reported online, as in the notice, or what of it really operates.

    Returns
    -------
    pandas.DataFrame
        Columns replication, date, county, online_share, rank.

    Raises
    ------
    InputError
        The indicators are not by county.
    """
    return _ranked(indicators, "online", "online_share", view)


def enforcement_league(indicators: pd.DataFrame) -> pd.DataFrame:
    """Return the league by penalties so far per enterprise at the last report of each month, 1 the most.

    The model has no penalties of other systems, so a share of all penalties cannot be told.

    Returns
    -------
    pandas.DataFrame
        Columns replication, date, county, penalties_each, rank.

    Raises
    ------
    InputError
        The indicators are not by county.
    """
    return _ranked(indicators, "penalties", "penalties_each")


def rank_intervals(ranking: pd.DataFrame) -> pd.DataFrame:
    """Return how far a county's rank moves between runs: the middle 90% of its ranks at each date.

    Returns
    -------
    pandas.DataFrame
        One row per date and county: `low`, `high` (ranks that some run has) and `places`, how many lie from one to the
        other.
    """
    by = ranking.groupby(["date", "county"])["rank"]
    low, high = (by.agg(lambda ranks, q=q: _rank_at(ranks.to_numpy(), q)) for q in MIDDLE)
    return pd.DataFrame({"low": low, "high": high, "places": high - low + 1}).reset_index()


def places_by_chance(counties: int) -> int:
    """Return how many places the middle 90% holds where each rank of so many counties is as likely as any other."""
    low, high = (_rank_at(np.arange(1, counties + 1), q) for q in MIDDLE)
    return high - low + 1


def veto_table(counties: pd.DataFrame, case: Case) -> pd.DataFrame:
    """Return each county's chance of the veto in each run.

    Of the built enterprises of a county some are drawn without replacement; a paper system fails, any other passes.
    """
    checked, failing = int(case.formalism.veto_checked.value), int(case.formalism.veto_failing.value)
    pairs = counties[["built", "paper"]].drop_duplicates()
    chance = {
        (built, paper): veto_probability_finite(built, paper, min(checked, built), failing) if built else 0.0
        for built, paper in pairs.itertuples(index=False)
    }
    values = [chance[pair] for pair in counties[["built", "paper"]].itertuples(index=False, name=None)]
    return counties.assign(chance=values).pivot(index="replication", columns="county", values="chance")


def _rules(case: Case) -> Appraisal:
    """Return the rules of a case."""
    if case.appraisal is None:
        raise InputError("error.appraisal_no_rules", case=case.id)
    return case.appraisal


def _facts(indicators: pd.DataFrame, view: str) -> pd.DataFrame:
    """Return the counts of each run and county at the last day, a column each; `listed_first` is of the first day."""
    rows = _by_county(indicators, view)
    rows = rows[rows["county"] != CITY]  # what the organisations do is no county's
    last, first = (rows[rows["date"] == day] for day in (rows["date"].max(), rows["date"].min()))
    first = first[first["indicator"] == "listed"].assign(indicator="listed_first")
    return pd.concat([last, first]).pivot_table(
        index=["replication", "county"], columns="indicator", values="value", aggfunc="sum"
    )


def _points(facts: pd.DataFrame, rules: Appraisal) -> pd.DataFrame:
    """Return the points off by item and what is left of all of them."""
    empty = pd.Series(0.0, index=facts.index)
    table = points_off(
        **{name: facts.get(name, empty) for name in ("listed", "listed_first", "online", "assessed", "units_visited")},
        open_hazards=sum((facts.get(f"hazards_open:{klass}", empty) for klass in CLASSES), empty),
        overdue=sum((facts.get(f"hazards_overdue:{klass}", empty) for klass in CLASSES), empty),
        most=[float(getattr(rules, f"{item}_points").value) for item in ITEMS],
        assessed_share=float(rules.assessed_share.value),
    )
    if "units_visited" not in facts:  # visits and hazards are not simulated: nothing is known, nothing is taken off
        table["coverage"] = 0.0
    return table.assign(points=(rules.full_points.value - table[list(ITEMS)].sum(axis=1)).clip(lower=0.0))


def _by_county(indicators: pd.DataFrame, view: str) -> pd.DataFrame:
    """Return one view of the indicators, which have to be by county."""
    if "county" not in indicators:
        raise InputError("error.appraisal_by_county", given=", ".join(map(str, indicators.columns)))
    return indicators[indicators["view"] == view]


def _ranked(indicators: pd.DataFrame, name: str, column: str, view: str = "reported") -> pd.DataFrame:
    """Return an indicator per enterprise on the list at the last report of each month, with ranks."""
    listed, counted = (_by_county(indicators, which) for which in ("reported", view))
    rows = pd.concat([listed[listed["indicator"] == "listed"], counted[counted["indicator"] == name]])
    rows = rows[rows["date"] == rows.groupby(rows["date"].dt.to_period("M"))["date"].transform("max")]
    facts = rows.pivot_table(
        index=["replication", "date", "county"], columns="indicator", values="value", aggfunc="sum"
    ).reindex(columns=[name, "listed"], fill_value=0.0)
    share = (facts[name] / facts["listed"].where(facts["listed"] > 0)).fillna(0.0)
    return pd.DataFrame({column: share, "rank": _ranks(share)}).reset_index()


def _rank_at(ranks: npt.NDArray[np.int64], q: float) -> int:
    """Return a quantile that is one of the ranks."""
    return int(np.quantile(ranks, q, method="inverted_cdf"))


def _ranks(values: pd.Series) -> pd.Series:
    """Return the rank of each county among those of its run and date, 1 for the largest."""
    levels = [name for name in values.index.names if name != "county"]
    return values.groupby(level=levels).rank(ascending=False, method="min").astype(int)
