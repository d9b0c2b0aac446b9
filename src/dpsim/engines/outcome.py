"""What an engine hands back of one replication."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dpsim.engines.hazard_world import HazardWorld
from dpsim.model.reporting import NO_REPORTS


@dataclass
class Outcome:
    """What an engine hands back.

    Attributes
    ----------
    events : numpy.ndarray
        Structured array of dtype `EVENT`, sorted.
    queue : numpy.ndarray
        Shape (days, organisations): waiting after the morning's allocation.
    busy : numpy.ndarray
        Shape (days, organisations): busy servers after it.
    servers : numpy.ndarray
        Shape (days, organisations): servers in place.
    spent : numpy.ndarray
        Shape (days, 2): staff-days and yuan of the strategy's instruments.
    purse : numpy.ndarray
        Shape (sides, len(Purse)): yuan of public money spent in all on each `Purse`, by strategy and reference.
    hazards : HazardWorld
        Its ledger, the staff-days by duty, the stock it began with; None where they are not simulated.
    told : numpy.ndarray
        Shape (1 + days, counties, 1 + stages): the counties' last report by the end of each day, first the as-of date;
        empty where reporting is off.
    """

    events: npt.NDArray[np.void]
    queue: npt.NDArray[np.int64]
    busy: npt.NDArray[np.int64]
    servers: npt.NDArray[np.int64]
    spent: npt.NDArray[np.float64]
    purse: npt.NDArray[np.float64]
    hazards: HazardWorld | None = None
    told: npt.NDArray[np.int64] = field(default_factory=lambda: NO_REPORTS.told)
