"""Signposts: the count on the way that says a target will more likely be missed than met."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.forecast.asked import ALL, weeks_to
from dpsim.forecast.project import Forecast
from dpsim.model.state import Floats

FEWEST = 0.02
"""Where fewer than this share of the draws meet the target, or miss it, no count on the way tells more."""
LEAST_TELLING = 0.25
"""A signpost is worth showing where it is hit at least this much more often by draws that miss the target than by those
that meet it (hit less false alarm; 0 tells nothing, 1 all). Assumed: a rule of show, range 0.1 to 0.5."""
_ROUNDING = 1e-9


def signposts(made: Forecast, *, chance: float = 0.5) -> pd.DataFrame:
    """Return for every target and month's end before its deadline the count below which it is likely missed.

    Parameters
    ----------
    made : Forecast
    chance : float
        The chance of being met under which a target counts as likely missed.

    Returns
    -------
    pandas.DataFrame
        unit, stage, deadline, target_share, date, below (members done: fewer than this at the end of that day's week
        means a chance under `chance`; NaN where no count tells), hit (share of the draws that miss the target which
        stand below it), false_alarm (share of those that meet it which do), telling (whether their difference
        is `LEAST_TELLING` or more), n (draws).
    """
    rows = []
    for target in made.targets.itertuples():
        own = np.ones(len(made.units), dtype=np.bool_) if target.unit == ALL else made.members[target.unit]
        counts = made.counts[target.stage][:, own].sum(axis=1)
        deadline = target.deadline.date()
        total = made.total(target.stage, own)
        met = counts[:, weeks_to(made.as_of, deadline) - 1] >= target.target_share * total - 1e-6
        for date in months_ends(made.as_of, deadline):
            below = threshold(counts[:, weeks_to(made.as_of, date) - 1], met, chance)
            hit, alarm = rates(counts[:, weeks_to(made.as_of, date) - 1], met, below)
            rows.append(
                {
                    "unit": target.unit,
                    "stage": target.stage,
                    "deadline": target.deadline,
                    "target_share": target.target_share,
                    "date": pd.Timestamp(date),
                    "below": below,
                    "hit": hit,
                    "false_alarm": alarm,
                    "telling": bool(hit - alarm >= LEAST_TELLING - _ROUNDING),
                    "n": made.draws,
                }
            )
    return pd.DataFrame(rows)


def months_ends(as_of: dt.date, deadline: dt.date) -> list[dt.date]:
    """Return the last days of the months after the as-of date and before the deadline."""
    days = pd.date_range(
        pd.Timestamp(as_of) + pd.Timedelta(days=1), pd.Timestamp(deadline), freq="ME", inclusive="left"
    )
    return [day.date() for day in days]


def threshold(count: Floats, met: npt.NDArray[np.bool_], chance: float) -> float:
    """Return the least count from which on the chance of being met, which never falls with it, is at least `chance`.

    The chance is what isotonic regression on the draws fits. It is at least `chance` for the largest set of highest
    counts whose draws meet the target most often beyond that share of them, so the fit itself is not needed (Robertson,
    Wright and Dykstra 1988, Order Restricted Statistical Inference). NaN where too few draws meet the target or miss
    it, or where the chance is on one side for all counts.
    """
    if not FEWEST <= met.mean() <= 1.0 - FEWEST:
        return math.nan
    values, place = np.unique(count, return_inverse=True)
    beyond = np.bincount(place, weights=met - (chance - _ROUNDING))
    first = int(np.argmax(np.append(beyond, 0.0)[::-1].cumsum()[::-1]))
    return math.nan if first in (0, values.size) else float(values[first])


def rates(count: Floats, met: npt.NDArray[np.bool_], below: float) -> tuple[float, float]:
    """Return the shares of the draws missed and met that stand below a count."""
    if math.isnan(below):
        return math.nan, math.nan
    return float((count[~met] < below).mean()), float((count[met] < below).mean())
