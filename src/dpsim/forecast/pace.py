"""The weekly pace needed from now and so far under each assumed start, and what the agencies can carry."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from dpsim.model.organisations import capacity_bound, sector_builders
from dpsim.model.paths import settle_level
from dpsim.model.population import case_margins, synthesise
from dpsim.model.prior import case_timeline, weeks_since
from dpsim.model.targets import headline_target
from dpsim.params.schema import Case


def weekly_pace(case: Case) -> pd.DataFrame:
    """Return the weekly pace needed from now and the pace so far under each assumed start.

    Returns
    -------
    pandas.DataFrame
        Columns stage, start (None for the needed pace), kind (`needed` or `so_far`), per_week (enterprises; needed
        for what the headline target asks, of those who will still be on the list), ratio (needed over so far),
        acceleration (of the closure of the gap to the `basically` level).
    """
    timeline, target = case_timeline(case), headline_target(case)
    days = timeline.end_of(target.deadline)
    weeks, total = days / 7.0, float(target.total)
    # who leaves the list need not be brought there: of those missing today, as many as will still be listed
    remaining = math.exp(-float(case.scenario.removals_per_year.value) * days / 365.0)
    rows: list[dict[str, Any]] = []
    for stage, done in (("built", case.state.built.value), ("online", case.state.online.value)):
        needed = max(0.0, target.required - done) * remaining / weeks
        rows.append(
            {
                "stage": stage,
                "start": None,
                "kind": "needed",
                "per_week": needed,
                "ratio": 1.0,
                "acceleration": math.nan,
            }
        )
        basically = float(case.targets.switches.level.basically_share.value)
        for k, start in enumerate(case.scenario.start.dates):
            elapsed = weeks_since(case, k)
            level = settle_level(done / total, elapsed, total)
            left = max(1.0 - basically, 0.5 / total)  # a share of all would take an infinite closure
            gap = max(0.0, math.log(max(1.0 - done / total, 0.5 / total) / left))
            rows.append(
                {
                    "stage": stage,
                    "start": start,
                    "kind": "so_far",
                    "per_week": done / elapsed,
                    "ratio": needed / (done / elapsed) if done > 0 else math.inf,
                    "acceleration": gap / (level * weeks),
                }
            )
    return pd.DataFrame(rows)


def agency_capacity(case: Case) -> pd.DataFrame:
    """Return how many hand-overs agencies can make by the headline's deadline, and how many are needed.

    Returns
    -------
    pandas.DataFrame
        Columns start; builders; bound (enterprises, methods 3.2-10), bound_low and bound_high (the same at either
        end of the range of `agencies.headroom`); needed (agency users not yet built).
    """
    a, population = case.agencies, synthesise(case_margins(case))
    days = case_timeline(case).end_of(headline_target(case).deadline)
    service, share = float(a.service_mean.value), float(a.user_share.value)

    def builders(start: int, headroom: float) -> list[int]:
        weeks, sectors = weeks_since(case, start), len(population.sector_names)
        return sector_builders(population.sector, population.built, sectors, weeks, share, service, headroom)

    def bound(servers: list[int]) -> float:
        return sum(capacity_bound(0.0, each, service, days) for each in servers)

    return pd.DataFrame(
        {
            "start": start,
            "builders": sum(builders(k, a.headroom.value)),
            "bound": bound(builders(k, a.headroom.value)),
            "bound_low": bound(builders(k, a.headroom.low)),
            "bound_high": bound(builders(k, a.headroom.high)),
            "needed": float(np.sum(~population.built)) * share,
        }
        for k, start in enumerate(case.scenario.start.dates)
    )
