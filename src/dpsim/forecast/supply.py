"""A supply plan: what agencies and assessors can do a week, from which date on."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from dpsim.errors import InputError
from dpsim.forecast.asked import checked_day
from dpsim.model.state import Floats
from dpsim.params.wording import shown

COLUMNS = ("stage", "date", "per_week")


def checked_supply(plan: pd.DataFrame | None, stages: Sequence[str], as_of: dt.date, weeks: int) -> dict[str, Floats]:
    """Return how many all units together can do of each stage in each week ahead, shape (weeks,) each.

    Parameters
    ----------
    plan : pandas.DataFrame or None
        Columns stage, date, per_week: from the week of the date on, until the next date of the stage. Before the first
        nothing limits it.
    stages : sequence of str
        Those that hang together in what is forecast.
    as_of : datetime.date
    weeks : int

    Raises
    ------
    InputError
        A column is missing, a stage does not hang together with others, a number is below 0 or none, a stage stands
        twice at a date; or no stages hang together.
    """
    if plan is None:
        return {}
    if not isinstance(plan, pd.DataFrame) or any(name not in plan for name in COLUMNS):
        raise InputError("forecast.no_supply", allowed=", ".join(COLUMNS))
    if not stages:
        raise InputError("forecast.supply_without")
    rows: list[tuple[dt.date, str, float]] = []
    for k, row in enumerate(plan.itertuples()):
        if row.stage not in stages:
            raise InputError("forecast.supply_stage", row=k + 1, given=shown(row.stage), allowed=", ".join(stages))
        number = isinstance(row.per_week, int | float | np.number) and not isinstance(row.per_week, bool)
        if not number or not math.isfinite(row.per_week) or row.per_week < 0:
            raise InputError("forecast.supply_number", row=k + 1, given=shown(row.per_week))
        day = checked_day("date", row.date)
        if any(other[:2] == (day, row.stage) for other in rows):
            raise InputError("forecast.supply_twice", row=k + 1, stage=row.stage, date=day.isoformat())
        rows.append((day, str(row.stage), float(row.per_week)))
    out: dict[str, Floats] = {}
    for day, stage, most in sorted(rows):
        first = max((day - as_of).days // 7, 0)
        out.setdefault(stage, np.full(weeks, np.inf))[first:] = most
    return out
