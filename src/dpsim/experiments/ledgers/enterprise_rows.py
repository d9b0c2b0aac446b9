"""The enterprise ledger at a date: one row per enterprise with the dates of its stages, as reported."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from dpsim.core.timeline import Timeline
from dpsim.core.words import Kind
from dpsim.engines.world import county_names
from dpsim.experiments.tracing.run import TracedRun
from dpsim.model.state import Floats

DATED = ("started", "built", "connected", "online", "assessed", "passed", "removed")
_KINDS = {
    "started": Kind.STARTED,
    "built": Kind.BUILT,
    "connected": Kind.CONNECTED,
    "online": Kind.ONLINE,
    "assessed": Kind.ASSESSED,
    "passed": Kind.PASSED,
    "removed": Kind.REMOVED,
}
_ENTRY = {"started": 0, "built": 1, "connected": 2, "online": 3, "passed": 4}
AS_OF_DAY = -0.5
"""Noon of the as-of date."""


def enterprise_rows(run: TracedRun, date: dt.date) -> pd.DataFrame:
    """Return the enterprise ledger at the end of a date.

    Parameters
    ----------
    run : TracedRun
    date : datetime.date
        From the as-of date to the last simulated day.

    Returns
    -------
    pandas.DataFrame
        One row per enterprise, ordered by county and code: ``unit``, ``code``, ``sector``, ``tier`` (str), and the
        dates ``started``, ``built``, ``connected``, ``online``, ``assessed``, ``passed``, ``removed`` (datetime64,
        NaT: not reached by then). Dates before the as-of date are those of this replication: observed where a ledger
        gave them, else drawn. Who had been assessed by then and not passed is dated at the as-of date: nothing tells
        when.
    """
    world, population = run.world, run.setting.population
    end = world.timeline.end_of(date)
    times = {name: np.full(population.entity.size, np.nan) for name in DATED}
    for name, track in _ENTRY.items():
        times[name] = world.entry[:, track].copy()
    times["assessed"] = np.where(population.passed, times["passed"], np.where(population.assessed, AS_OF_DAY, np.nan))
    events = run.events[run.events["t"] < end]
    for name, kind in _KINDS.items():
        first = events[events["kind"] == int(kind)][::-1]  # of several the earliest is written last
        values = np.full(population.entity.size, np.nan)
        values[first["index"]] = first["t"]
        times[name] = np.where(np.isnan(times[name]), values, times[name])
    table = {
        "unit": np.array(county_names(run.setting.case))[population.county],
        "code": np.array(population.codes, dtype=object),
        "sector": np.array(population.sector_names)[population.sector],
        "tier": np.array(population.tier_names)[population.tier],
        **{name: day_of(world.timeline, values) for name, values in times.items()},
    }
    return pd.DataFrame(table).sort_values(["unit", "code"], kind="stable").reset_index(drop=True)


def day_of(timeline: Timeline, times: Floats) -> pd.Series:
    """Return the dates on which times lie, datetime64, NaT for NaN."""
    begin = pd.Timestamp(timeline.as_of) + pd.Timedelta(days=1)
    return pd.Series(begin + pd.to_timedelta(np.floor(times), unit="D")).astype("datetime64[s]")
