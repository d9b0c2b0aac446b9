"""What the runs of one strategy say of hazards, visits, staff-days and paper systems.

The indicators frame is long, so it is turned once into one row per run and week; every part reads from that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dpsim.core.words import CLASSES, DISCOVERY, DUTIES
from dpsim.decide.appraisal import veto_table
from dpsim.experiments.ensemble import Ensemble
from dpsim.params.schema import Case

REPORTED, TRUE = "reported", "true"
QUANTILES = {"q05": 0.05, "q50": 0.5, "q95": 0.95}
"""Ends of the 90% band over the runs, and the median."""
MEASURES = {
    "found": REPORTED,
    "latent": TRUE,
    "open": REPORTED,
    "overdue": REPORTED,
    "closed": REPORTED,
    "repaired": TRUE,
    "relapsed": REPORTED,
    "in_time_share": REPORTED,
    "visits": REPORTED,
    "units_visited": REPORTED,
    "coverage": REPORTED,
    "penalties": REPORTED,
    "staff_days": TRUE,
    "built": REPORTED,
    "paper": TRUE,
    "paper_share": TRUE,
    "veto_mean": TRUE,
    "veto_counties": TRUE,
    "accidents": TRUE,
    "deaths": TRUE,
}
"""What is known of a run at the last day, and the view it is of."""


@dataclass(frozen=True)
class Supervised:
    """One strategy's runs.

    Attributes
    ----------
    weekly : pandas.DataFrame
        One row per (replication, date), one column per (indicator, view), summed over all groupings.
    veto : pandas.DataFrame
        Chance of the veto: one row per replication, one column per county.
    days : pandas.DataFrame
        One row per replication: staff-days by duty at the last day.
    numbers : pandas.DataFrame
        One row per replication, one column per measure (`MEASURES`).
    """

    weekly: pd.DataFrame
    veto: pd.DataFrame
    days: pd.DataFrame
    numbers: pd.DataFrame

    @property
    def runs(self) -> int:
        """Number of runs."""
        return len(self.numbers)

    def quantiles(self, measure: str) -> tuple[float, float, float]:
        """Return the 5%, 50% and 95% points of a measure over the runs."""
        return three(self.numbers[measure])

    def last(self, indicator: str, view: str) -> pd.Series:
        """Return an indicator at the last day, one value per run."""
        return at_end(self.weekly)[indicator, view]

    def bands(self, *indicators: str, view: str) -> pd.DataFrame:
        """Return weekly quantiles over the runs of a sum of indicators: date, q05, q50, q95."""
        total = self.weekly[[(name, view) for name in indicators]].sum(axis=1)
        frame = total.groupby(level="date").quantile(list(QUANTILES.values())).unstack()
        frame.columns = list(QUANTILES)
        return frame.reset_index()


def supervised(ensemble: Ensemble, case: Case) -> Supervised | None:
    """Return what the runs of one strategy say; None where neither hazards nor visits were simulated."""
    frame = ensemble.indicators
    wanted = frame["indicator"].str.match("hazards_|visits$|units_|penalties$|accidents$|deaths$|paper$|built$|listed$")
    wanted |= frame["indicator"].isin([f"staff_days:{duty}" for duty in DUTIES])
    sums = frame[wanted].groupby(["replication", "date", "indicator", "view"])["value"].sum()
    weekly = sums.unstack(["indicator", "view"], fill_value=0.0).sort_index()  # no staff-days at the as-of date
    if ("hazards_latent:general", TRUE) not in weekly.columns:
        return None
    days = at_end(weekly)[[(f"staff_days:{duty}", TRUE) for duty in DUTIES]]
    days.columns = list(DUTIES)
    veto = veto_table(ensemble.counties, case)
    return Supervised(weekly, veto, days, _numbers(at_end(weekly), at_begin(weekly)["listed", REPORTED], days, veto))


def at_end(weekly: pd.DataFrame) -> pd.DataFrame:
    """Return the last day of each run."""
    return weekly.groupby(level="replication").tail(1).droplevel("date")


def at_begin(weekly: pd.DataFrame) -> pd.DataFrame:
    """Return the as-of date of each run."""
    return weekly.groupby(level="replication").head(1).droplevel("date")


def built_done(table: pd.DataFrame) -> pd.Series:
    """Return how many systems are built, on paper or not: what is reported, unless reports differ from what is done."""
    return table["built", TRUE] + table["paper", TRUE]


def three(values: pd.Series) -> tuple[float, float, float]:
    """Return the 5%, 50% and 95% points."""
    low, middle, high = np.quantile(values.to_numpy(dtype=np.float64), list(QUANTILES.values()))
    return float(low), float(middle), float(high)


def found_by(channel: str, *classes: str) -> list[str]:
    """Return the indicators of what a channel found."""
    return [f"hazards_found:{channel}:{klass}" for klass in classes or CLASSES]


FOUND = {klass: [name for channel in DISCOVERY for name in found_by(channel, klass)] for klass in CLASSES}
"""Indicators that add up to what was found, by class."""


def of_class(end: pd.DataFrame, klass: str) -> pd.DataFrame:
    """Return counts of hazards of one class at the last day, one row per run."""
    counts = {"found": end[[(name, REPORTED) for name in FOUND[klass]]].sum(axis=1)}
    counts |= {
        name: end[f"hazards_{name}:{klass}", REPORTED]
        for name in ("open", "overdue", "closed", "closed_in_time", "relapsed")
    }
    counts |= {"latent": end[f"hazards_latent:{klass}", TRUE], "repaired": end[f"hazards_closed:{klass}", TRUE]}
    return pd.DataFrame(counts)


def in_time_share(counts: pd.DataFrame) -> pd.Series:
    """Return the share closed in time of those closed or past their limit; 1 where there is none of them."""
    due = counts["closed"] + counts["overdue"]
    return (counts["closed_in_time"] / due.where(due > 0)).fillna(1.0)


def _numbers(end: pd.DataFrame, listed: pd.Series, days: pd.DataFrame, veto: pd.DataFrame) -> pd.DataFrame:
    """Return one row per run of all measures; `listed` at the as-of date, since who was visited may leave the list."""
    both = sum(of_class(end, klass) for klass in CLASSES)
    assert isinstance(both, pd.DataFrame)
    whole = {name: end[name, view] for name, view in MEASURES.items() if (name, view) in end.columns}
    done = built_done(end)
    share = end["paper", TRUE] / done.where(done > 0)
    made = {
        "in_time_share": in_time_share(both),
        "coverage": (end["units_visited", REPORTED] / listed.where(listed > 0)).fillna(0.0),
        "staff_days": days.sum(axis=1),
        "paper_share": share.fillna(0.0),
        "veto_mean": veto.mean(axis=1),
        "veto_counties": veto.sum(axis=1),
    }
    table = pd.DataFrame(whole | made).join(both.drop(columns="closed_in_time"))
    return table[list(MEASURES)]
