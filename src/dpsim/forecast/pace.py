"""The weekly pace needed from now and so far under each assumed start, and what agencies and assessors can carry."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from dpsim.core.words import GROUPS
from dpsim.model.organisations import capacity_bound, sector_builders
from dpsim.model.paths import settle_level
from dpsim.model.population import case_margins, synthesise
from dpsim.model.prior import case_timeline, weeks_since
from dpsim.model.targets import headline_target, resolve_targets
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


def unfinished(case: Case, stage: str) -> tuple[int, int] | None:
    """Return how many enterprises stand in counties not all of whose are at a stage, and how many of them are.

    None where the list of counties does not say so or none is complete: then the pace so far is that of all.
    """
    listed = case.population.county_list
    rows = [] if listed is None else [row.known() for row in listed.rows]
    if not rows or stage not in rows[0]:
        return None
    rest = [row for row in rows if row[stage] < row["enterprises"]]
    if not rest or len(rest) == len(rows):
        return None
    return sum(row["enterprises"] for row in rest), sum(row[stage] for row in rest)


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


def case_bounds(case: Case) -> pd.DataFrame:
    """Return how many enterprises can meet each target at most, if agencies and assessors worked fully until its date.

    Agencies and assessors give all they have to the group of the target, who relies on no agency builds in time, anyone
    can be connected, and whoever is built can be online: a bound, not an expectation (methods 3.2-10). Every service
    takes its mean; where services happen to be short, a run can come out a few enterprises above it.

    Returns
    -------
    pandas.DataFrame
        One row per target and assumed start: target, stage, deadline, start, required, total, bound (enterprises),
        share (bound of total).
    """
    a, population, timeline = case.agencies, synthesise(case_margins(case)), case_timeline(case)
    reliance, service = float(a.user_share.value), float(a.service_mean.value)
    teams, each = int(case.assessors.teams.value), float(case.assessors.service_mean.value)
    rows: list[dict[str, Any]] = []
    for target in resolve_targets(case):
        days = max(0.0, timeline.end_of(target.deadline))
        own = np.ones(population.group.size, dtype=bool)
        if target.group != "all":
            own = population.group == GROUPS.index(target.group)
        gap = float(np.sum(own & ~population.built))
        for k, start in enumerate(case.scenario.start.dates):
            servers = sector_builders(
                population.sector,
                population.built,
                len(population.sector_names),
                weeks_since(case, k),
                reliance,
                service,
                float(a.headroom.value),
            )
            carried = sum(capacity_bound(0.0, one, service, days) for one in servers)
            waiting = 0.0 if target.stage == "connected" else max(0.0, gap * reliance - carried)
            bound = target.total - waiting
            if target.stage in ("assessed", "passed"):
                done = float(np.sum(own & getattr(population, target.stage)))
                bound = min(bound, capacity_bound(done, teams, each, days))
            rows.append(
                {
                    "target": target.id,
                    "stage": target.stage,
                    "deadline": pd.Timestamp(target.deadline),
                    "start": start,
                    "required": target.required,
                    "total": target.total,
                    "bound": math.floor(bound + 1e-9),
                    "share": math.floor(bound + 1e-9) / target.total,
                }
            )
    return pd.DataFrame(rows)
