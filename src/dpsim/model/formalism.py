"""Built for show: the chance that a system completed now is paper (model 4; evidence LY20, EX24)."""

from __future__ import annotations

import math

from dpsim.core.compiled import kernel


@kernel
def paper_probability(
    base: float,
    rush: float,
    rush_effect: float,
    agency: bool,
    agency_effect: float,
    perceived: float,
    perceived_effect: float,
) -> float:
    """Return the chance of a paper system: logit-linear around a base share.

    Parameters
    ----------
    base : float
        Share without rush, agency and perceived risk, 0..1; 0 and 1 stay what they are.
    rush : float
        Factor of the rush in force (1 for none).
    rush_effect : float
        Log odds per unit of rush above 1.
    agency : bool
        Whether an agency built it.
    agency_effect : float
        Log odds.
    perceived : float
        Perceived risk of being inspected, 0..1.
    perceived_effect : float
        Log odds taken off at a perceived risk of 1.
    """
    if base <= 0.0 or base >= 1.0:
        return min(1.0, max(0.0, base))
    logit = math.log(base / (1.0 - base)) + rush_effect * (rush - 1.0) - perceived_effect * perceived
    if agency:
        logit += agency_effect
    return 1.0 / (1.0 + math.exp(-logit))
