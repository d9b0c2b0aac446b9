"""What is known of every unit at an as-of date: weekly shares on one grid, from whatever dates were reported."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.core.streams import entity_numbers
from dpsim.model.state import Floats

LONGEST_WEEKS = 104
"""Weeks of history that are looked at."""


@dataclass(frozen=True)
class History:
    """Weekly shares of the units of one stage up to an as-of date.

    Attributes
    ----------
    units : tuple of str
    entity : numpy.ndarray of uint32
        Shape (units,): the numbers of their draws, from their names alone.
    total : numpy.ndarray
        Shape (units,): how many are to do it, as last reported; shares of the future are of this total.
    done : numpy.ndarray
        Shape (units,): how many had, as last reported.
    share : numpy.ndarray
        Shape (units, weeks): share done at the ends of the weeks up to the as-of date; NaN before the first report.
        Between two reports it is interpolated; after the last one it stays.
    observed : numpy.ndarray of int64
        Shape (units,): reports by then.
    sums : numpy.ndarray of bool
        Shape (units,): which are sums of many others rather than units of their own.
    first : numpy.ndarray
        Shape (units, 2): the first report: weeks before the as-of date, share done.
    """

    units: tuple[str, ...]
    entity: npt.NDArray[np.uint32]
    total: Floats
    done: Floats
    share: Floats
    observed: npt.NDArray[np.int64]
    sums: npt.NDArray[np.bool_]
    first: Floats

    @property
    def last(self) -> Floats:
        """Shares done at the as-of date, shape (units,)."""
        return np.asarray(self.share[:, -1])

    def share_at(self, weeks: float) -> Floats:
        """Return shares done so many weeks before the as-of date, not before a unit's first report, shape (units,)."""
        grid = np.arange(1.0 - self.share.shape[1], 1.0)
        out = np.empty(len(self.units))
        for k, (begun, share) in enumerate(self.first):
            later = (grid > -begun) & ~np.isnan(self.share[k])
            out[k] = np.interp(-weeks, np.append(-begun, grid[later]), np.append(share, self.share[k, later]))
        return out

    def only(self, chosen: npt.NDArray[np.bool_]) -> History:
        """Return the history of some of the units."""
        names = tuple(name for name, keep in zip(self.units, chosen.tolist(), strict=True) if keep)
        return History(
            names,
            self.entity[chosen],
            self.total[chosen],
            self.done[chosen],
            self.share[chosen],
            self.observed[chosen],
            self.sums[chosen],
            self.first[chosen],
        )


def history_of(frame: pd.DataFrame, as_of: dt.date, *, weeks: int = LONGEST_WEEKS) -> History:
    """Return what a progress frame of one stage tells up to the end of a date; later rows are not looked at.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns date, unit, total, done; one row per date and unit.
    as_of : datetime.date
    weeks : int
        Length of the grid.
    """
    end = np.datetime64(as_of, "D")
    known = frame[(frame["date"].to_numpy().astype("datetime64[D]") <= end) & (frame["total"].to_numpy() > 0)]
    known = known[known["unit"].notna()].sort_values(["unit", "date"], kind="stable")
    grid = (end - 7 * np.arange(weeks - 1, -1, -1)).astype("datetime64[D]").astype(np.int64)
    names, first, observed = np.unique(known["unit"].to_numpy(), return_index=True, return_counts=True)
    days = known["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    total, done = known["total"].to_numpy(dtype=np.float64), known["done"].to_numpy(dtype=np.float64)
    shares, last = done / total, first + observed - 1
    share = np.empty((len(names), weeks))
    for k, begin in enumerate(first):
        own = slice(begin, last[k] + 1)
        share[k] = np.interp(grid, days[own], shares[own])
        share[k, grid < days[begin]] = np.nan
    share[:, -1] = shares[last]  # a first report in the last week counts too
    units = tuple(str(name) for name in names)
    return History(
        units,
        entity_numbers(units),
        total[last],
        done[last],
        share,
        observed.astype(np.int64),
        np.zeros(len(units), dtype=np.bool_),
        np.column_stack([(grid[-1] - days[first]) / 7.0, shares[first]]),
    )
