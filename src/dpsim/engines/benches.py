"""Organisations with servers at the as-of date: the agencies' builders by sector, the assessors' teams."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dpsim.core.streams import Stream, uniforms
from dpsim.model.organisations import gamma_quantile, residual_quantile, sector_builders
from dpsim.model.past import Luck
from dpsim.model.population import Population
from dpsim.model.prior import weeks_since
from dpsim.model.state import Col, Floats, State
from dpsim.model.table_paths import due_days, most_in_weeks
from dpsim.params.schema import Case


@dataclass
class Bench:
    """Servers of one organisation: builders of a sector's agencies, or the assessors' teams.

    Attributes
    ----------
    name : str
    base : int
        Servers at the start.
    free_at : numpy.ndarray
        Time at which each server is free again, shape (base + room for added ones,).
    service : numpy.ndarray
        Service time of a job at each enterprise, shape (n,), days: its size belongs to the enterprise.
    """

    name: str
    base: int
    free_at: Floats
    service: Floats


def agency_benches(
    case: Case, population: Population, start: int, seed: int, replication: int, luck: Luck, state: State
) -> tuple[Bench, ...]:
    """Return the agencies' builders by sector: enough for `headroom` times the flow already shown."""
    a = case.agencies
    mean, cv = float(a.service_mean.value), float(a.service_cv.value)
    service = gamma_quantile(luck(Stream.AGENCY_SERVICE), mean, cv)
    users = state.status[:, Col.AGENCY_USER] == 1
    due = np.where(users, due_days(state.drawn, population, "built"), np.inf) if state.drawn.own.size else None
    benches = []
    teams = sector_builders(
        population.sector,
        population.built,
        len(population.sector_names),
        weeks_since(case, start),
        float(a.user_share.value),
        mean,
        float(a.headroom.value),
    )
    for sector, (name, builders) in enumerate(zip(population.sector_names, teams, strict=True)):
        shown = builders
        if due is not None:  # a draw is one of completions: whoever makes them is there
            builders = max(shown, most_in_weeks(due[population.sector == sector], _service_weeks(mean, cv)))
        room = 4 * builders
        servers = np.arange(room, dtype=np.uint32)
        u, v, busy = (
            uniforms(seed, replication, servers, int(Stream.AGENCY_RESIDUAL), 3 * sector + k) for k in range(3)
        )
        residual = residual_quantile(u, v, mean, cv)
        free_at = np.where(busy < 1.0 / a.headroom.value, residual, 0.0)
        free_at[shown:] = 0.0
        benches.append(Bench(f"agency_{name}", builders, free_at, service))
    return tuple(benches)


def assessors_bench(case: Case, population: Population, luck: Luck, state: State) -> Bench:
    """Return the assessors' teams, all free on the first morning."""
    a = case.assessors
    teams = int(a.teams.value)
    if state.drawn.own.size:
        weeks = _service_weeks(float(a.service_mean.value), float(a.service_cv.value))
        due = np.concatenate([due_days(state.drawn, population, stage) for stage in ("assessed", "passed")])
        teams = max(teams, most_in_weeks(due, weeks))
    service = gamma_quantile(
        luck(Stream.ASSESS_SERVICE),
        float(a.service_mean.value),
        float(a.service_cv.value),
    )
    return Bench("assessors", teams, np.zeros(teams), service)


def _service_weeks(mean: float, cv: float) -> int:
    """Return the weeks within which nearly every service ends, and the week in which it begins."""
    return 1 + int(np.ceil(mean * (1.0 + 2.0 * cv) / 7.0))
