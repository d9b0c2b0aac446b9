"""What is asked of a forecast, checked: dates, numbers, targets, groups of units."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.core.streams import check_word
from dpsim.errors import InputError
from dpsim.params.forecast import CLASSES, UNSTATED
from dpsim.params.wording import shown
from dpsim.progress.levels import is_total

Groups = Mapping[str, npt.NDArray[np.bool_]]
"""Which units make up each unit, group and `ALL`."""
ALL = "all"
"""The unit that all others make up together."""
EACH = "each"
"""Every unit by itself, and all together."""
MOST_DRAWS, MOST_WEEKS = 100_000, 520
NEEDED = ("stage", "deadline", "target_share")
TABLE = ("date", "unit", "stage", "total", "done")


def checked_class(reference: str | None) -> str:
    """Return the reference class asked for."""
    name = UNSTATED if reference is None else reference
    if name not in CLASSES:
        raise InputError("forecast.unknown_class", given=shown(name), allowed=", ".join(CLASSES))
    return name


def check_numbers(seed: int, draws: int, rush: float) -> None:
    """Refuse numbers out of their range."""
    check_word("seed", seed)
    if isinstance(draws, bool) or not isinstance(draws, int | np.integer) or not 10 <= draws <= MOST_DRAWS:
        raise InputError("forecast.draws", given=shown(draws), low=10, high=MOST_DRAWS)
    if isinstance(rush, bool) or not isinstance(rush, int | float) or not 0.0 <= rush <= 1.0:
        raise InputError("forecast.rush", given=shown(rush))


def checked_day(name: str, given: object) -> dt.date:
    """Return a date given as one or as ISO text."""
    try:
        day = pd.Timestamp(dt.date.fromisoformat(given.strip()) if isinstance(given, str) else given)
    except (ValueError, TypeError, OverflowError):
        day = pd.NaT
    if pd.isna(day):  # of nothing pandas makes no date without complaint
        raise InputError("forecast.date", name=name, given=shown(given))
    return day.date()


def checked_table(progress: object) -> pd.DataFrame:
    """Return the frame of a progress table."""
    frame = getattr(progress, "frame", progress)
    if not isinstance(frame, pd.DataFrame) or any(name not in frame for name in TABLE):
        raise InputError("forecast.no_table", allowed=", ".join(TABLE))
    return frame


def checked_targets(targets: pd.DataFrame, frame: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Return targets with unit, stage, deadline (dates) and target_share, each with a place of its own."""
    if not isinstance(targets, pd.DataFrame) or targets.empty or any(name not in targets for name in NEEDED):
        raise InputError("forecast.no_targets", allowed=", ".join(("unit", *NEEDED)))
    out = targets.reset_index(drop=True)[list(NEEDED)].copy()
    out["unit"] = targets["unit"].fillna(EACH).astype(str).to_numpy() if "unit" in targets else EACH
    out["deadline"] = [checked_day("deadline", given) for given in out["deadline"]]
    stages = sorted(frame["stage"].unique())
    for k, row in enumerate(out.itertuples()):
        if row.stage not in stages:
            raise InputError("forecast.unknown_stage", row=k + 1, given=shown(row.stage), allowed=", ".join(stages))
        if not isinstance(row.target_share, int | float) or not 0.0 < row.target_share <= 1.0:
            raise InputError("forecast.share", row=k + 1, given=shown(row.target_share))
        if not as_of < row.deadline <= as_of + dt.timedelta(weeks=MOST_WEEKS):
            raise InputError("forecast.deadline", row=k + 1, given=row.deadline.isoformat(), as_of=as_of.isoformat())
    return out


def memberships(units: Sequence[str], groups: Mapping[str, Sequence[str]]) -> dict[str, npt.NDArray[np.bool_]]:
    """Return which units make up each unit, group and `all`."""
    known = {name: k for k, name in enumerate(units)}
    out = {name: np.arange(len(units)) == k for name, k in known.items()}
    for group, names in groups.items():
        missing = [name for name in names if name not in known]
        if missing or group in known or is_total(group) or not names:
            raise InputError("forecast.group", group=shown(group), given=shown(", ".join(missing) or group))
        out[group] = np.isin(np.array(units), list(names))
    return out | {ALL: np.ones(len(units), dtype=np.bool_)}


def units_of(unit: str, members: Groups) -> list[str]:
    """Return the units a target speaks of."""
    if unit == EACH:
        return list(members)
    if unit not in members:
        raise InputError("forecast.unknown_unit", given=shown(unit), allowed=", ".join(list(members)[:30]))
    return [unit]


def weeks_to(as_of: dt.date, deadline: dt.date) -> int:
    """Return the weeks to a deadline, rounded up: what happens in its week counts."""
    return max(1, math.ceil((deadline - as_of).days / 7.0))
