"""What instruments set for the hazards of a week, and how what they teach and tell lasts."""

from __future__ import annotations

import math

from dpsim.core.compiled import routine
from dpsim.core.levers import Levers, Occasion
from dpsim.model.ability import own_ability, steady_ability, with_help
from dpsim.model.detection import raised
from dpsim.model.hazards import Records
from dpsim.model.state import SIDES

_PATROL = 5
_OCCASIONS = len(Occasion)
_MORNINGS = 5.0
"""Over which a week's work is spread: a morning has only so many staff-days."""
LEAST_DETECTION = 1e-6
"""Keeps the logarithm finite where nobody finds anything any more."""


@routine
def take_in(levers: Levers, laws: Records) -> None:
    """Add what is taught and told this morning to what counts from the next weekly report on: nothing counts before."""
    law = laws[0]
    if levers.training[0] > 0.0:
        law.taught = 1.0 - (1.0 - law.taught) * (1.0 - levers.training[0])
        law.training_detect, law.training_worth = levers.training[1], levers.training[2]
        law.training_memory = levers.training[3]
    law.warned = 1.0 - (1.0 - law.warned) * (1.0 - levers.warning[0])


@routine
def bill(levers: tuple[Levers, Levers], laws: Records) -> None:
    """Add this morning's part of what the past weeks' reports, checks and cases take to what the instruments take.

    Hazards live under the strategy alone; the reference pays for the same ones at its own prices, so that a strategy
    that is the reference sends as many visits.
    """
    settle(laws)
    law = laws[0]
    for side in range(SIDES):
        days = min(law.owed[side, 0], law.instalment[side, 0])
        yuan = min(law.owed[side, 1], law.instalment[side, 1])
        levers[side].staff_days[0] += days
        levers[side].yuan[0] += yuan
        law.owed[side, 0] -= days
        law.owed[side, 1] -= yuan


@routine
def settle(laws: Records) -> None:
    """Owe what was done since the last weekly report, at the prices that held."""
    law, done = laws[0], 0
    for k in range(_OCCASIONS):
        done += law.done[k]
        for side in range(SIDES):
            law.owed[side, 0] += law.done[k] * law.price[side, k, 0]
            law.owed[side, 1] += law.done[k] * law.price[side, k, 1]
        law.done[k] = 0
    if done > 0:
        for side in range(SIDES):
            law.instalment[side, 0] = law.owed[side, 0] / _MORNINGS
            law.instalment[side, 1] = law.owed[side, 1] / _MORNINGS


@routine
def set_controls(levers: Levers, reference: Levers, sites: Records, laws: Records, now: float) -> None:
    """Let what the instruments set this morning hold until the next weekly report.

    Parameters
    ----------
    levers, reference : Levers
        Of the strategy and of the reference: who assesses and who is closed is held against the latter, because the
        paths are of what comes under it; each has its own prices.
    sites, laws : numpy.ndarray
        Changed in place.
    now : float
        Days.
    """
    settle(laws)
    law = laws[0]
    for k in range(_OCCASIONS):
        for unit in range(2):
            law.price[0, k, unit], law.price[1, k, unit] = levers.price[k, unit], reference.price[k, unit]
    law.penalty_factor, law.publicity = levers.penalty[0], min(1.0, levers.publicity[0])
    law.stop_days = levers.ladder[0]
    law.close_share = max(0.0, levers.ladder[1] - reference.ladder[1])  # paths lack whom the reference closes
    law.look_share, law.look_days = levers.look_back[0], levers.look_back[1]
    law.listing_share = levers.listing[0]
    law.petty, law.search_lost = levers.petty[0], levers.petty[1]
    law.independence = levers.independence[0] - reference.independence[0]
    law.refused_share = levers.independence[1]
    law.verified, law.grid_quality = levers.verified[0], levers.grid_quality[0]
    law.period[_PATROL] = law.patrol_every
    if levers.patrol[0] > 0.0:
        law.period[_PATROL] = min(law.patrol_every, 1.0 / levers.patrol[0])
    for i in range(sites.size):
        s = sites[i]
        s.expert_rate, s.grid_rate, s.report_factor = levers.residence[i], levers.grid[i], levers.reward[i]
        s.simple = levers.simple[i]
        if law.warned > 0.0:
            s.perceived, s.perceived_at = raised(s.perceived, s.perceived_at, now, law.memory, law.warned), now
    law.warned = 0.0
    if law.taught > 0.0:
        law.trained = raised(law.trained, law.trained_at, now, law.training_memory, law.taught)
        law.trained_at, law.taught = now, 0.0
    set_help(levers, laws, now)


@routine
def set_help(levers: Levers, laws: Records, now: float) -> None:
    """Let the enterprises' own ability move on, and weigh it with what agencies do on public money."""
    law, share = laws[0], levers.subsidy[0]
    if law.learning == 0.0 and share == 0.0:
        return  # nobody has ever done it for them: their ability is what the case's self-checks show
    if law.learning == 0.0:
        law.ability, law.ability_at = steady_ability(0.0, levers.subsidy[2], levers.subsidy[3]), now
    else:
        law.ability = own_ability(law.ability, law.served, now - law.ability_at, law.learning, law.forgetting)
        law.ability_at = now
    if share > 0.0:
        law.learning, law.forgetting = levers.subsidy[2], levers.subsidy[3]
    law.served = share
    before = steady_ability(0.0, law.learning, law.forgetting)
    found = with_help(law.ability, share, levers.subsidy[1])
    law.helped = math.log(max(found, LEAST_DETECTION) / before) - levers.subsidy[4] * share
