"""Who is ahead: wins of other methods over ours, and the ratio to the best rival."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from dpsim.forecast.methods import all_methods
from dpsim.forecast.methods.three_regimes import NAME as OURS

BAR = 0.85
"""The mean over programmes should be at most this share of the best rival's."""
SCORES = ("crps", "brier")


class Win(NamedTuple):
    """Where another method has a better score than ours; without a programme it is the mean over them."""

    programme: str
    score: str
    method: str
    theirs: float
    ours: float


class Ratio(NamedTuple):
    """Our mean over that of the best rival."""

    score: str
    value: float
    method: str


def best_rival(scores: pd.Series, *, without: tuple[str, ...] = (), yardsticks: bool = False) -> str:
    """Return the method with the least score that is not ours, or nothing where there is none.

    Parameters
    ----------
    scores : pandas.Series
        By method.
    without : tuple of str
        Methods left out.
    yardsticks : bool
        Methods that only say what doing nothing gives count too.
    """
    roles = ("rival", "yardstick") if yardsticks else ("rival",)
    known = all_methods()
    left = [name for name in scores.index if known[name].ROLE in roles and name not in without]
    return str(scores[left].idxmin()) if left else ""


def wins(overall: pd.DataFrame, programmes: pd.DataFrame) -> list[Win]:
    """Return every score in which another method is ahead of ours, in the mean and in each programme."""
    tables = [("", overall), *((str(name), part) for name, part in programmes.groupby("programme", sort=True))]
    found = []
    for programme, table in tables:
        by = table.set_index("method")
        for score in SCORES:
            best = best_rival(by[score], yardsticks=True)
            if best and by.loc[best, score] < by.loc[OURS, score]:
                theirs, ours = float(by.loc[best, score]), float(by.loc[OURS, score])
                found.append(Win(programme, score, best, theirs, ours))
    return found


def bar_ratios(overall: pd.DataFrame) -> list[Ratio]:
    """Return the ratio to the best rival's mean of each score; nothing without a rival."""
    by = overall.set_index("method")
    found = []
    for score in SCORES:
        best = best_rival(by[score])
        if best:
            found.append(Ratio(score, float(by.loc[OURS, score] / by.loc[best, score]), best))
    return found
