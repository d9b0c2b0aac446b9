"""What the runs of one strategy say, week by week: bands of the stages, mean weekly flows, queues, what was spent."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dpsim.experiments.ensemble import Ensemble
from dpsim.model.prior import REGIMES, draw_paths
from dpsim.report.yearend import YearEnd

QUANTILES = {"q025": 0.025, "q10": 0.1, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9, "q975": 0.975}


def stage_bands(ensemble: Ensemble, stage: str) -> pd.DataFrame:
    """Return weekly quantiles over the runs of a stage's city count: date, q025 ... q975."""
    wide = _city(ensemble, stage)
    frame = wide.quantile(list(QUANTILES.values()), axis=0, interpolation="linear").T
    frame.columns = list(QUANTILES)
    return frame.reset_index()


def weekly_flow(ensemble: Ensemble, stage: str) -> tuple[float, float, float]:
    """Return the 25%, 50% and 75% points over the runs of the mean weekly increase of a stage."""
    low, middle, high = np.quantile(_flows(ensemble, stage), (0.25, 0.5, 0.75))
    return float(low), float(middle), float(high)


def regime_flow(result: YearEnd, stage: str) -> dict[str, float]:
    """Return the median over the main runs of each regime of the mean weekly increase of a stage."""
    flows = _flows(result.main, stage)
    replications = flows.index.to_numpy(dtype=np.int64)
    paths = draw_paths(result.case, result.timeline, seed=result.request.seed, replications=replications)
    medians = flows.groupby(paths.regime()).median()
    return {regime: float(medians[regime]) for regime in REGIMES if regime in medians}


def _flows(ensemble: Ensemble, stage: str) -> pd.Series:
    """Return each run's mean weekly increase of a stage from the as-of date to the horizon."""
    wide = _city(ensemble, stage)
    return (wide.iloc[:, -1] - wide.iloc[:, 0]) / ((wide.columns[-1] - wide.columns[0]).days / 7.0)


def organisation_bands(ensemble: Ensemble) -> pd.DataFrame:
    """Return weekly quantiles of queues and utilisation: organisation, date, measure, q10, q50, q90."""
    frame = ensemble.indicators
    frame = frame[frame["indicator"].str.contains("queue_length:|utilisation:", regex=True)]
    parts = frame["indicator"].str.split(":", n=1, expand=True)
    parts[1] = parts[1].str.removeprefix("agency_")
    grouped = frame.assign(measure=parts[0], organisation=parts[1]).groupby(["organisation", "date", "measure"])[
        "value"
    ]
    quantiles = grouped.quantile([0.1, 0.5, 0.9]).unstack()
    quantiles.columns = ["q10", "q50", "q90"]
    return quantiles.reset_index()


def _city(ensemble: Ensemble, stage: str) -> pd.DataFrame:
    """Return the city count of a stage: one row per replication, one column per date."""
    frame = ensemble.indicators
    chosen = frame[(frame["indicator"] == stage) & (frame["view"] == "reported")]
    return chosen.groupby(["replication", "date"])["value"].sum().unstack()


def spent(ensemble: Ensemble, what: str) -> float:
    """Return the median over the runs of what a strategy's instruments took: ``staff_days`` or ``yuan``."""
    frame = ensemble.indicators
    return float(frame[frame["indicator"] == f"{what}:city_bureau"].groupby("replication")["value"].max().median())
