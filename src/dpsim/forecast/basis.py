"""What forecasts of one table start from, and their draws: one basis serves all that differ in assumptions only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from dpsim.forecast.asked import Groups, checked_day, checked_targets, memberships, weeks_to
from dpsim.forecast.bound import checked_capacity
from dpsim.forecast.known import Known, Table, chain_counts, draw_counts, known_at, last_deadlines, table_of
from dpsim.forecast.list_asked import ListChange, checked_changes
from dpsim.forecast.lists import fitting_changes
from dpsim.forecast.pipeline import Use
from dpsim.forecast.settings import Settings
from dpsim.forecast.supply import checked_supply
from dpsim.model.state import Floats
from dpsim.params.forecast import load_forecast_settings


class Basis(NamedTuple):
    """What a forecast starts from; one serves all that differ in their assumptions only."""

    as_of: dt.date
    table: Table
    wanted: pd.DataFrame
    known: Known


def basis_of(progress: object, targets: pd.DataFrame, as_of: dt.date | str) -> Basis:
    """Return what forecasts of a table start from; see `forecast`."""
    day = checked_day("as_of", as_of)
    table = table_of(progress, day)
    wanted = checked_targets(targets, table.frame, day)
    return Basis(day, table, wanted, known_at(table, wanted, day))


class Options(NamedTuple):
    """What a forecast is asked beside its targets, checked."""

    capacity: dict[str, float]
    supply: dict[str, Floats]
    changes: list[ListChange]
    members: Groups


def options_of(
    basis: Basis,
    *,
    capacity: Mapping[str, float] | None = None,
    supply: pd.DataFrame | None = None,
    lists: Sequence[str | ListChange] = (),
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Options:
    """Check what a forecast is asked beside its targets; see `forecast`."""
    day, known = basis.as_of, basis.known
    last = max(basis.wanted["deadline"])
    changes = fitting_changes(checked_changes(lists, day, last, list(known.histories)), known.histories)
    return Options(
        capacity=checked_capacity(capacity, list(known.histories)),
        supply=checked_supply(supply, known.members.stages if known.members else (), day, weeks_to(day, last)),
        changes=changes,
        members=memberships(next(iter(known.histories.values())).units, groups or {}),
    )


def draw_from(
    basis: Basis,
    model: Settings,
    *,
    seed: int,
    draws: int,
    supply: pd.DataFrame | None = None,
    use: Use | None = None,
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Draw the counts of the stages that hang together, before any fall, and of all stages; see `forecast`.

    By stage, shape (draws, units, weeks). Draws are independent: the first of many are those of fewer.
    """
    day, known, deadlines = basis.as_of, basis.known, last_deadlines(basis.wanted)
    stages = known.members.stages if known.members else ()
    plan = checked_supply(supply, stages, day, weeks_to(day, max(deadlines.values())))
    work = load_forecast_settings().work
    chain = chain_counts(known, deadlines, day, model, work, seed=seed, draws=draws, use=use, supply=plan)
    return chain, draw_counts(known, chain, deadlines, day, model, seed=seed, draws=draws)
