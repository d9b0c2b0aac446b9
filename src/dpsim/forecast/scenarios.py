"""The same forecast under other assumptions: reference class, chance of a rush, start date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from dpsim.forecast.asked import ALL, EACH, checked_table, memberships
from dpsim.forecast.project import (
    Forecast,
    basis_of,
    comparable_with,
    draw_from,
    draw_rows,
    first_counts,
    first_rows,
    target_rows,
)
from dpsim.forecast.regimes import draw_rushes
from dpsim.forecast.settings import class_settings
from dpsim.params.forecast import CLASSES, load_forecast_settings

RUSHES = (0.0, 0.2, 0.5)
"""Chances of a rush that are stated side by side: none of them is a forecast (evidence FC04)."""
TOLD = ("stage", "deadline", "target_share", "probability", "low", "high", "q05", "q50", "q95")
STARTS = (8, 16, 26)
"""Weeks before a unit's first report at which it is assumed to have begun, where that report tells of some done."""


def scenarios(
    progress: object,
    targets: pd.DataFrame,
    *,
    as_of: dt.date | str,
    seed: int,
    draws: int,
    supply: pd.DataFrame | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    made: Forecast | None = None,
) -> pd.DataFrame:
    """Return the chances of the targets of all units together by reference class and chance of a rush.

    `made`: here and below the forecast itself, if there is one: its draws serve where nothing is assumed otherwise.

    Returns
    -------
    pandas.DataFrame
        reference, rush, stage, deadline, target_share, probability, low, high, q05, q50, q95.
    """
    basis, settings, parts = basis_of(progress, _together(targets), as_of), load_forecast_settings(), []
    histories = basis.known.histories
    members = memberships(next(iter(histories.values())).units, groups or {})
    for reference in CLASSES:
        calm, rushed = (
            first_counts(made, draws)
            if made is not None and (made.reference, made.origin.model.rush_chance) == (reference, chance)
            else draw_from(basis, class_settings(settings, reference, chance), seed=seed, draws=draws, supply=supply)[1]
            for chance in (0.0, 1.0)
        )
        for rush in RUSHES:  # a draw with a rush is the same whatever its chance
            chosen = draw_rushes(rush, seed=seed, draws=draws)[:, None, None]
            counts = {stage: np.where(chosen, rushed[stage], calm[stage]) for stage in calm}
            rows, _ = target_rows(basis.wanted, histories, counts, members, basis.as_of, comparable_with(reference))
            parts.append(rows[rows["unit"] == ALL].assign(reference=reference, rush=rush))
    return pd.concat(parts, ignore_index=True)[["reference", "rush", *TOLD]]


def starts(
    progress: object,
    targets: pd.DataFrame,
    *,
    as_of: dt.date | str,
    seed: int,
    draws: int,
    reference: str | None = None,
    rush: float = 0.0,
    supply: pd.DataFrame | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    made: Forecast | None = None,
) -> pd.DataFrame:
    """Return the chances of the targets of all units together by when the work is assumed to have begun.

    A table whose first reports tell of members who have done it already does not say since when: with an assumed start
    those are spread evenly over the weeks from there on, which makes the pace known for longer.

    Returns
    -------
    pandas.DataFrame
        weeks_before (of the first report; 0: only what the table shows), stage, deadline, target_share, probability,
        low, high, q05, q50, q95. No row where the first reports of all units tell of none done, or for a ledger, which
        knows since when.
    """
    frame, parts, targets = checked_table(progress), [], _together(targets)
    first = frame.sort_values("date", kind="stable").groupby(["unit", "stage"], sort=False).head(1)
    begun = first[first["done"] > 0]
    columns = ["weeks_before", *TOLD]
    if begun.empty or getattr(progress, "ledger", None) is not None:
        return pd.DataFrame(columns=columns)
    for weeks in (0, *STARTS):
        zero = begun.assign(date=pd.to_datetime(begun["date"]) - pd.Timedelta(weeks=weeks), done=0)
        other = pd.concat([zero, frame], ignore_index=True) if weeks else frame
        if made is not None and weeks == 0:
            told = first_rows(made, draws)
        else:
            basis = basis_of(other, targets, as_of)
            told = draw_rows(
                basis, seed=seed, draws=draws, reference=reference, rush=rush, supply=supply, groups=groups
            )
        parts.append(told[told["unit"] == ALL].assign(weeks_before=weeks))
    return pd.concat(parts, ignore_index=True)[columns]


def _together(targets: pd.DataFrame) -> pd.DataFrame:
    """Return the targets of every unit as targets of all units together, which alone are told: a third of the time."""
    if not isinstance(targets, pd.DataFrame) or "unit" not in targets:
        return targets.assign(unit=ALL) if isinstance(targets, pd.DataFrame) else targets
    return targets.assign(unit=targets["unit"].fillna(EACH).replace(EACH, ALL))
