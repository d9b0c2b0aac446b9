"""What agencies and assessors can do a week, as their throughput shows it: full workshops are steadier than chance.

Decisions of many enterprises scatter from week to week at least like counts by chance (Poisson: variance = mean).
Weekly counts that scatter far less are those of somebody who does as much as they can. Test: (n - 1) variance / mean
against its chi-square law with n - 1 degrees of freedom (Fisher's index of dispersion).
"""

from __future__ import annotations

import numpy as np

from dpsim.model.state import Floats

FEWEST = 5.0
"""Mean of the weekly counts below which their scatter tells nothing."""


def shown_capacity(entered: Floats, weeks: int, level: float) -> float:
    """Return the most that can be done a week, infinite where the throughput shows no limit.

    Parameters
    ----------
    entered : numpy.ndarray
        Shape (members,): weeks from the as-of date, 0 or less; NaN where not yet done.
    weeks : int
        Last weeks that are looked at, 2 or more.
    level : float
        Chance, 0 to 1, that counts by chance alone are taken for those of a full workshop.
    """
    from scipy.special import chdtr

    back = np.floor(-entered[~np.isnan(entered)])
    counts = np.array([np.count_nonzero(back == week) for week in range(weeks)], dtype=np.float64)
    if counts.mean() < FEWEST:
        return np.inf
    index = (weeks - 1) * counts.var(ddof=1) / counts.mean()
    return float(counts.max()) if chdtr(weeks - 1, index) < level else np.inf
