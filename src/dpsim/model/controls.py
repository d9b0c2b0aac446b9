"""What instruments set for the hazards of a week: penalties, publicity, look-back, listing, the reward of reports."""

from __future__ import annotations

from dpsim.core.compiled import routine
from dpsim.core.levers import Levers
from dpsim.model.hazards import Records


@routine
def set_controls(levers: Levers, laws: Records) -> None:
    """Let what the instruments set this morning hold until the next weekly report."""
    law = laws[0]
    law.penalty_factor, law.publicity = levers.penalty[0], min(1.0, levers.publicity[0])
    law.look_share, law.look_days = levers.look_back[0], levers.look_back[1]
    law.listing_share = levers.listing[0]
