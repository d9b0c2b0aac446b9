"""The capacity bound: what could be done by a deadline if those who do it worked at full capacity every week.

The capacity of a stage is what a supply plan has room for from its first date on; else as stated (what agencies can
build, what assessors can assess, in members a week); else it is taken to be the largest weekly throughput of the table
so far, which is an assumption: more was never shown, but nothing says that more is impossible. A forecast knows of the
plan alone: the bound stands beside the chance (methods 1.7: is the flow limited by builders or by willingness?).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.errors import InputError
from dpsim.forecast.asked import Groups, units_of, weeks_to
from dpsim.forecast.history import History
from dpsim.forecast.members import ORDER, STARTED
from dpsim.forecast.stages import LIMITED_BY
from dpsim.model.state import Floats
from dpsim.params.wording import shown

PLANNED, STATED, SHOWN_SO_FAR = "planned", "stated", "shown"
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
    members: Groups,
    as_of: dt.date,
    capacity: Capacity,
    plan: Mapping[str, Floats] | None = None,
) -> pd.DataFrame:
    """Return the share that each unit can reach at most by the deadline of each target.

    `histories` may hold further stages that a plan speaks of; `plan`: by stage, what all units together can do in each
    week ahead, infinite where nothing is planned.

    Returns
    -------
    pandas.DataFrame
        unit, stage, deadline, target_share, weeks (to the deadline), bound (share of the unit's members; NaN where the
        table holds one report and nothing is stated), limit (the stage that limits it: itself or one it needs),
        per_week (members of that stage, of a plan the mean over the weeks; what is planned or stated stands for every
        unit, as if all of it worked there), capacity (`planned`, `stated` or `shown`).
    """
    rows, plan = [], plan or {}
    for target in wanted.itertuples():
        weeks = weeks_to(as_of, target.deadline)
        for unit in units_of(target.unit, members):
            own = members[unit]
            rooms = {
                stage: _room(histories[stage], own, weeks, capacity.get(stage), plan.get(stage))
                for stage in _limits(target.stage, plan)
                if stage in histories
            }
            most = {stage: _most(histories[stage], own, room) for stage, room in rooms.items()}
            known = {stage: count for stage, count in most.items() if not math.isnan(count)}
            limit = min(known, key=known.__getitem__) if target.stage in known else target.stage
            planned = limit in plan and bool(np.isfinite(plan[limit][:weeks]).any())
            rows.append(
                {
                    "unit": unit,
                    "stage": target.stage,
                    "deadline": pd.Timestamp(target.deadline),
                    "target_share": float(target.target_share),
                    "weeks": weeks,
                    "bound": most[limit] / float(histories[target.stage].total[own].sum()),
                    "limit": limit,
                    "per_week": round(float(rooms[limit].mean()), _DIGITS),
                    "capacity": PLANNED if planned else STATED if limit in capacity else SHOWN_SO_FAR,
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


def _limits(stage: str, plan: Mapping[str, Floats]) -> tuple[str, ...]:
    """Return a stage and those it needs; what is started bounds the work where a plan says how much can be."""
    started = (STARTED,) if STARTED in plan and stage in ORDER else ()
    return tuple(dict.fromkeys((stage, *LIMITED_BY.get(stage, ()), *started)))


def _room(
    history: History, own: npt.NDArray[np.bool_], weeks: int, stated: float | None, plan: Floats | None
) -> Floats:
    """Return the members that can be done in each week at full capacity, shape (weeks,)."""
    free = np.full(weeks, largest_throughput(history, own) if stated is None else stated)
    return free if plan is None else np.where(np.isfinite(plan[:weeks]), plan[:weeks], free)


def _most(history: History, own: npt.NDArray[np.bool_], room: Floats) -> float:
    """Return the most members that can have done a stage after the weeks of its room."""
    total, done = float(history.total[own].sum()), float(history.done[own].sum())
    most = done + float(room.sum())
    return most if math.isnan(most) else max(done, min(total, float(math.floor(most + _ROUNDING))))
