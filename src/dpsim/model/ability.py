"""Own ability to find hazards, and what agencies do instead of it (model 4, crowding-out; methods 4).

Who does the work learns, who has it done by others learns less and forgets: da/dt = k (1 - s)(1 - a) - d a, s being the
share done by agencies. While help lasts more is found, afterwards less than before.
"""

from __future__ import annotations

import math

from dpsim.core.compiled import kernel


@kernel
def steady_ability(share: float, learning: float, forgetting: float) -> float:
    """Return the ability that a share (0..1) done by agencies leads to in the end: k (1 - s) / (k (1 - s) + d)."""
    gain = learning * (1.0 - share)
    return gain / (gain + forgetting) if gain > 0.0 else 0.0


@kernel
def own_ability(ability: float, share: float, days: float, learning: float, forgetting: float) -> float:
    """Return the ability after `days` at a constant share, exactly; `learning`, `forgetting` per day."""
    steady = steady_ability(share, learning, forgetting)
    return steady + (ability - steady) * math.exp(-(learning * (1.0 - share) + forgetting) * days)


@kernel
def with_help(ability: float, share: float, agency: float) -> float:
    """Return the detection of both together: `agency` in the share done by agencies, own ability in the rest."""
    return share * agency + (1.0 - share) * ability
