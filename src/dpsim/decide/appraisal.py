"""The appraisal of counties (县区考核): points off for what they report, a veto, a grade, monthly rankings.

Points follow the reported view, as the city's office sees it; only the chance of the veto looks at systems on paper,
because it comes from a check on site (LY17, LY19). In the enforcement league counties are ranked by the penalties that
this system's checks bring; what gaming it does is the instrument of that name.
"""

from __future__ import annotations

import pandas as pd

from dpsim.core.words import CLASSES
from dpsim.errors import InputError
from dpsim.experiments.ensemble import Ensemble
from dpsim.measure.appraised import ITEMS, points_off
from dpsim.model.sampling import veto_probability_finite
from dpsim.params.blocks_hazards import Appraisal
from dpsim.params.schema import Case

GRADES = ("good", "passing", "failing")
"""Best first; the veto lowers one grade."""


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
    last = _by_county(ensemble.indicators)
    last = last[last["date"] == last["date"].max()]
    facts = last.pivot_table(index=["replication", "county"], columns="indicator", values="value", aggfunc="sum")
    empty = pd.Series(0.0, index=facts.index)
    table = points_off(
        **{name: facts.get(name, empty) for name in ("listed", "online", "assessed", "units_visited")},
        open_hazards=sum((facts.get(f"hazards_open:{klass}", empty) for klass in CLASSES), empty),
        overdue=sum((facts.get(f"hazards_overdue:{klass}", empty) for klass in CLASSES), empty),
        most=[float(getattr(rules, f"{item}_points").value) for item in ITEMS],
        assessed_share=float(rules.assessed_share.value),
    )
    if "units_visited" not in facts:  # visits and hazards are not simulated: nothing is known, nothing is taken off
        table["coverage"] = 0.0
    table["points"] = (rules.full_points.value - table[list(ITEMS)].sum(axis=1)).clip(lower=0.0)
    table["rank"] = _ranks(table["points"])
    below = [table["points"] < bound.value for bound in (rules.good_points, rules.pass_points)]
    table["grade"] = below[0].astype(int) + below[1].astype(int)
    table["veto"] = 0.0
    if len(ensemble.counties):
        table["veto"] = veto_table(ensemble.counties, case).stack().reindex(table.index).to_numpy()
    table["grade_expected"] = (table["grade"] + table["veto"]).clip(upper=len(GRADES) - 1)
    return table.reset_index()


def monthly_ranking(indicators: pd.DataFrame) -> pd.DataFrame:
    """Return the ranking by the reported share online at the last report of each month, 1 the best.

    Returns
    -------
    pandas.DataFrame
        Columns replication, date, county, online_share, rank.

    Raises
    ------
    InputError
        The indicators are not by county.
    """
    return _ranked(indicators, "online", "online_share")


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


def _by_county(indicators: pd.DataFrame) -> pd.DataFrame:
    """Return what is reported, which has to be by county."""
    if "county" not in indicators:
        raise InputError("error.appraisal_by_county", given=", ".join(map(str, indicators.columns)))
    return indicators[indicators["view"] == "reported"]


def _ranked(indicators: pd.DataFrame, name: str, column: str) -> pd.DataFrame:
    """Return an indicator per enterprise on the list at the last report of each month, with ranks."""
    rows = _by_county(indicators)
    last = rows.groupby(rows["date"].dt.to_period("M"))["date"].transform("max")
    rows = rows[(rows["date"] == last) & rows["indicator"].isin([name, "listed"])]
    facts = rows.pivot_table(
        index=["replication", "date", "county"], columns="indicator", values="value", aggfunc="sum"
    ).reindex(columns=[name, "listed"], fill_value=0.0)
    share = (facts[name] / facts["listed"].where(facts["listed"] > 0)).fillna(0.0)
    return pd.DataFrame({column: share, "rank": _ranks(share)}).reset_index()


def _ranks(values: pd.Series) -> pd.Series:
    """Return the rank of each county among those of its run and date, 1 for the largest."""
    levels = [name for name in values.index.names if name != "county"]
    return values.groupby(level=levels).rank(ascending=False, method="min").astype(int)
