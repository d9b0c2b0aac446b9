"""What an order of visits is worth: how many days earlier those who violate are found.

The identity of methods 3.4-23: over D days at constant capacity, visiting in the order of a score finds violators
D (1 - prevalence) (AUC - 1/2) days earlier than a random order does on average.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel


@kernel
def mean_day_found(
    order: npt.NDArray[np.int64], violator: npt.NDArray[np.bool_], slot_day: npt.NDArray[np.float64]
) -> float:
    """Return the mean day on which violators are visited; not a number where there are none.

    Parameters
    ----------
    order : numpy.ndarray of int64
        Positions in the order of visits, shape (n,).
    violator : numpy.ndarray of bool
        Who violates, by position, shape (n,).
    slot_day : numpy.ndarray of float64
        Day of the first, second, ... visit, shape (n,).
    """
    total, found = 0.0, 0
    for k in range(order.size):
        if violator[order[k]]:
            total += slot_day[k]
            found += 1
    return total / found if found else np.nan


@kernel
def days_earlier(order: npt.NDArray[np.int64], violator: npt.NDArray[np.bool_], days: float) -> float:
    """Return how many days earlier than in a random order violators are found, at constant capacity over `days`.

    Examples
    --------
    >>> days_earlier(np.array([2, 0, 1, 3]), np.array([False, False, True, False]), 60.0)
    22.5
    """
    slot = np.arange(order.size).astype(np.float64)
    return days / 2.0 - mean_day_found(order, violator, (slot + 0.5) * (days / order.size))


@kernel
def targeting_gain(days: float, prevalence: float, auc: float) -> float:
    """Return the same gain from the score's quality alone (methods 3.4-23).

    Parameters
    ----------
    days : float
        Length of the round of visits, 0 or more.
    prevalence : float
        Share that violates, 0..1.
    auc : float
        Chance that a violator's score lies above a non-violator's, ties counted half, 0..1.

    Examples
    --------
    >>> round(targeting_gain(60.0, 0.15, 0.647), 1)
    7.5
    """
    return days * (1.0 - prevalence) * (auc - 0.5)
