"""Who is visited first: reported facts as whole numbers, larger is sooner, ties by entity.

Whole numbers compare the same on every machine. On the city of Chicago's food inspections these functions give the
order of the pilot's strategies (tests/published/test_chicago.py).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.streams import uniform

PER_MILLE = 1000
LONGEST_UNVISITED = 1_000_000
"""Days without a visit are counted up to here (2 700 years)."""


@kernel
def find_rate(finds: int, visits: int, prior_finds: float, prior_visits: float) -> float:
    """Return the finds per visit of a record, drawn towards `prior_finds / prior_visits` while visits are few.

    Parameters
    ----------
    finds, visits : int
        The record, 0 or more each.
    prior_finds, prior_visits : float
        What is believed before any visit, as so many finds in so many visits; `prior_visits` above 0.

    Examples
    --------
    >>> find_rate(0, 0, 1.0, 4.0), find_rate(3, 6, 1.0, 4.0)
    (0.25, 0.4)
    """
    return (finds + prior_finds) / (visits + prior_visits)


@kernel
def predicted_score(rate: float) -> int:
    """Return a predicted probability or find rate (0 or more) in whole per mille, halves up.

    Examples
    --------
    >>> predicted_score(0.1278), predicted_score(1.0)
    (128, 1000)
    """
    return int(math.floor(rate * PER_MILLE + 0.5))


@kernel
def longest_unvisited_score(day: int, last_visit: int) -> int:
    """Return the days since the last visit, from 0 to `LONGEST_UNVISITED` - 1."""
    return min(max(day - last_visit, 0), LONGEST_UNVISITED - 1)


@kernel
def risk_class_score(grade: int, days_unvisited: int) -> int:
    """Return a score that puts the higher risk grade first and, within a grade, the longest unvisited.

    Parameters
    ----------
    grade : int
        0 or more, larger is riskier.
    days_unvisited : int
        From `longest_unvisited_score`; 0 for everyone leaves a grade in the order of its entities.

    Examples
    --------
    >>> risk_class_score(3, 0) > risk_class_score(2, 900) > risk_class_score(2, 30)
    True
    """
    return grade * LONGEST_UNVISITED + days_unvisited


@kernel
def random_score(seed: int, replication: int, entity: int, stream: int, ordinal: int) -> int:
    """Return the lot of one entity, a whole number from 0 to 2**52 - 1; a new `ordinal` is a new draw of lots."""
    return int(uniform(seed, replication, entity, stream, ordinal, 0) * 2.0**52)


@kernel
def random_scores(
    seed: int, replication: int, entities: npt.NDArray[np.int64], stream: int, ordinal: int
) -> npt.NDArray[np.int64]:
    """Return `random_score` of each of `entities`: a loop of nothing else is compiled to four draws at a time."""
    out = np.empty(entities.size, dtype=np.int64)
    for i in range(entities.size):
        out[i] = random_score(seed, replication, entities[i], stream, ordinal)
    return out


@kernel
def visit_order(score: npt.NDArray[np.int64], entity: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """Return positions in the order of visits: the largest score first, ties by the smaller entity number.

    Parameters
    ----------
    score : numpy.ndarray of int64
        Shape (n,).
    entity : numpy.ndarray of uint32
        Shape (n,), distinct; so the order does not depend on that of the rows.

    Examples
    --------
    >>> visit_order(np.array([5, 9, 5]), np.array([8, 2, 7], dtype=np.uint32))
    array([1, 2, 0])
    """
    by_entity = np.argsort(entity, kind="mergesort")
    return by_entity[np.argsort(-score[by_entity], kind="mergesort")]
