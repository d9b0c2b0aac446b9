"""The capacity bound: what could be done by a deadline if those who do it worked at full capacity every week.

The capacity of a stage is stated (what agencies can build, what assessors can assess, in members a week), or else taken
to be the largest weekly throughput of the table so far, which is an assumption: more was never shown, but nothing says
that more is impossible. A forecast does not know of it: it stands beside the chance (methods 1.7: is the flow limited
by builders or by willingness?).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.errors import InputError
from dpsim.forecast.asked import units_of, weeks_to
from dpsim.forecast.history import History
from dpsim.forecast.stages import LIMITED_BY
from dpsim.params.wording import shown

STATED, SHOWN_SO_FAR = "stated", "shown"
"""Where a capacity comes from."""
MOST_PER_WEEK = 1e7
_ROUNDING = 1e-9
_DIGITS = 6
"""Shares times totals leave the last digits of a count behind."""
Capacity = Mapping[str, float]


def checked_capacity(capacity: object, stages: list[str]) -> dict[str, float]:
    """Return capacities by stage.

    Parameters
    ----------
    capacity : mapping of str to float, optional
        Members a week that all units together can bring to a stage, above 0.
    stages : list of str
        Of the progress table.

    Raises
    ------
    InputError
        It is no such mapping, or a stage is not in the table.
    """
    if capacity is None:
        return {}
    if not isinstance(capacity, Mapping):
        raise InputError("forecast.capacity", given=shown(capacity), allowed=", ".join(stages))
    for stage, value in capacity.items():
        good = isinstance(value, int | float) and not isinstance(value, bool) and 0.0 < value <= MOST_PER_WEEK
        if stage not in stages or not good:
            raise InputError("forecast.capacity", given=shown(f"{stage}={value}"), allowed=", ".join(stages))
    return {stage: float(value) for stage, value in capacity.items()}


def bound_rows(
    wanted: pd.DataFrame,
    histories: Mapping[str, History],
    members: Mapping[str, npt.NDArray[np.bool_]],
    as_of: dt.date,
    capacity: Capacity,
) -> pd.DataFrame:
    """Return the share that each unit can reach at most by the deadline of each target.

    Returns
    -------
    pandas.DataFrame
        unit, stage, deadline, target_share, weeks (to the deadline), bound (share of the unit's members; NaN where the
        table holds one report and nothing is stated), limit (the stage that limits it: itself or one it needs),
        per_week (members of that stage; a stated capacity stands for every unit, as if all of it worked there),
        capacity (`stated` or `shown`).
    """
    rows = []
    for target in wanted.itertuples():
        weeks = weeks_to(as_of, target.deadline)
        for unit in units_of(target.unit, members):
            own = members[unit]
            most = {
                stage: _most(histories[stage], own, weeks, capacity.get(stage))
                for stage in (target.stage, *LIMITED_BY.get(target.stage, ()))
                if stage in histories
            }
            known = {stage: count for stage, count in most.items() if not math.isnan(count)}
            limit = min(known, key=known.__getitem__) if target.stage in known else target.stage
            rows.append(
                {
                    "unit": unit,
                    "stage": target.stage,
                    "deadline": pd.Timestamp(target.deadline),
                    "target_share": float(target.target_share),
                    "weeks": weeks,
                    "bound": most[limit] / float(histories[target.stage].total[own].sum()),
                    "limit": limit,
                    "per_week": _per_week(histories[limit], own, capacity.get(limit)),
                    "capacity": STATED if limit in capacity else SHOWN_SO_FAR,
                }
            )
    frame = pd.DataFrame(rows)
    return frame.assign(bound=frame["bound"].clip(upper=1.0))


def largest_throughput(history: History, own: npt.NDArray[np.bool_]) -> float:
    """Return the most members that some units together have brought to a stage in a week; NaN where no week is known.

    Between two reports the members are spread evenly over the weeks; what was done by a unit's first report is not
    counted, since nobody knows in how many weeks.
    """
    steps = np.diff(history.share[own], axis=1) * history.total[own, None]
    known = ~np.isnan(steps)
    if not known.any() or not (history.observed[own] > 1).any():  # one report shows no week, carried on or not
        return math.nan
    return max(0.0, round(float(np.where(known, steps, 0.0).sum(axis=0).max()), _DIGITS))


def _per_week(history: History, own: npt.NDArray[np.bool_], stated: float | None) -> float:
    """Return the members a week at full capacity."""
    return largest_throughput(history, own) if stated is None else stated


def _most(history: History, own: npt.NDArray[np.bool_], weeks: int, stated: float | None) -> float:
    """Return the most members that can have done a stage after some weeks."""
    total, done = float(history.total[own].sum()), float(history.done[own].sum())
    most = done + weeks * _per_week(history, own, stated)
    return most if math.isnan(most) else max(done, min(total, float(math.floor(most + _ROUNDING))))
