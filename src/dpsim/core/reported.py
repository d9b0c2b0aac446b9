"""What a bureau knows on a morning: all that an instrument may read."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Fact(IntEnum):
    """Columns of `Reported.facts`: what is known of one enterprise, as whole numbers (flags are 0 or 1)."""

    ENTITY = 0
    COUNTY = 1
    SECTOR = 2
    BENCHMARK = 3
    COLOUR = 4
    """Risk colour: 0 blue, 1 yellow, 2 orange, 3 red."""
    ON_LIST = 5
    STARTED = 6
    BUILT = 7
    CONNECTED = 8
    ONLINE = 9
    PASSED = 10
    LAST_VISIT = 11
    """Day of the last visit; negative before the as-of date."""
    VISITS = 12
    """Visits since the as-of date."""
    VISITS_YEAR = 13
    """Visits in this calendar year."""
    FINDS = 14
    """Hazards found by supervisors' visits, a past year included."""
    PAST_VISITS = 15
    """The visits these finds come from."""
    OPEN = 16
    """Hazards in the ledger that are not closed, by the last weekly report."""
    OVERDUE = 17
    BAD_RECORD = 18
    """In the stricter group of an escalating plan."""
    LAST_ADVICE = 19


class Reported(NamedTuple):
    """One morning's reported state.

    Attributes
    ----------
    counts : numpy.ndarray of int64
        Shape (counties, 1 + stages): on the list, then by stage.
    facts : numpy.ndarray of int64
        Shape (n, len(Fact)).
    key : numpy.ndarray of int64
        Seed and replication, for an instrument that draws lots.
    spent : numpy.ndarray
        Shape (len(Purse),): yuan of public money spent on each `Purse` since the as-of date.
    """

    counts: npt.NDArray[np.int64]
    facts: npt.NDArray[np.int64]
    key: npt.NDArray[np.int64]
    spent: npt.NDArray[np.float64]
