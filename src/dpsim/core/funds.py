"""Budgets of public money: what is bought under one, and whether it still pays.

What was spent so far is known every morning (`Reported.spent`); an instrument with a budget reads it there.
"""

from __future__ import annotations

from enum import IntEnum

from dpsim.core.compiled import kernel


class Purse(IntEnum):
    """What public money buys under a budget; entries of `Reported.spent`."""

    HAND_OVERS = 0
    """By added builders of agencies."""
    SUBSIDY = 1
    """Hazard work done by agencies."""


NO_BUDGET = 1e18
"""Yuan where no budget is set: more than anything costs, and finite, so that it can be compared and added up."""


@kernel
def affords(spent: float, price: float, budget: float) -> bool:
    """Return whether `budget` pays `price` on top of what was `spent`, in full (all in yuan)."""
    return spent + price <= budget
