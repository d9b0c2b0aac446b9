"""What an instrument may write, and nothing else: contacts, multipliers, capacities, and what it costs.

Levers are filled anew every working morning. Instruments read reported facts only.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Contact(IntEnum):
    """Kinds of contact that raise an enterprise's attention."""

    MEETING = 0
    NOTICE = 1


class Levers(NamedTuple):
    """One morning's levers.

    Attributes
    ----------
    contact : numpy.ndarray
        Shape (contact kinds, counties): size of the contact given to each county today, 0 for none.
    multiplier : numpy.ndarray
        Shape (groups,): factor on all adoption intensities of a target group while it lasts.
    builders_added : numpy.ndarray
        Shape (sectors,): builders added, as a share of those at the start.
    yuan_per_job : numpy.ndarray
        Shape (1,): price of each hand-over by an added builder.
    staff_days, yuan : numpy.ndarray
        Shape (1,): spent today.
    """

    contact: npt.NDArray[np.float64]
    multiplier: npt.NDArray[np.float64]
    builders_added: npt.NDArray[np.float64]
    yuan_per_job: npt.NDArray[np.float64]
    staff_days: npt.NDArray[np.float64]
    yuan: npt.NDArray[np.float64]


def empty_levers(counties: int, groups: int, sectors: int) -> Levers:
    """Return levers that do nothing."""
    return Levers(
        np.zeros((len(Contact), counties)), np.ones(groups), np.zeros(sectors), np.zeros(1), np.zeros(1), np.zeros(1)
    )


def reset_levers(levers: Levers) -> None:
    """Put all levers back to doing nothing."""
    levers.contact[:] = 0.0
    levers.multiplier[:] = 1.0
    levers.builders_added[:] = 0.0
    levers.yuan_per_job[:] = 0.0
    levers.staff_days[:] = 0.0
    levers.yuan[:] = 0.0
