"""Methods 3.4-22 under the plan `escalation`: two groups by record, visits dealt as the package deals them.

The plan counts the days since the last visit `FACTOR` times as fast where the record is bad, so a bad record is visited
FACTOR times as often, and the share in the bad group is p1 / (p1 + p2 g) = 1 / (1 + FACTOR g).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from hazard_tools import SPOT_CHECK, make_lab, make_law, spends, visits_at
from verification_tools import SEED, agrees, detects, luck, z_count

from dpsim.core.funds import Purse
from dpsim.core.levers import empty_levers
from dpsim.core.reported import Fact, Reported
from dpsim.core.words import Kind
from dpsim.model.visits import Roster, deal_visits, write_ledger
from dpsim.strategies import escalation

FACTOR, RETURN = 4.0, 0.5
SHARE = 1.0 / (1.0 + FACTOR * RETURN)
N = 1500
PER_DAY = 15
"""So that a good record is visited every 200 days or so, and a bad one every 50: days are fine enough."""
DAYS, BURN_IN = 1200, 700


class Years(NamedTuple):
    """What a long time under the plan leaves: who is in the bad group, and days since the last visit at visits."""

    bad: np.ndarray
    gaps_good: np.ndarray
    gaps_bad: np.ndarray
    visits: int


@cache
def years(factor: float, g: float = RETURN) -> Years:
    """Let the plan run; a visit is sure to find something where the record is good, and nothing where it is bad."""
    law = make_law(spend=spends({SPOT_CHECK: 1.0}), penalty_share=1.0, return_share=g)
    lab = make_lab(N, law, 0.0)
    lab.sites["bad_record"] = luck(N, 31) < SHARE
    roster = np.zeros((N, len(Roster)), dtype=np.int64)
    roster[:, Roster.LAST_VISIT] = -1 - np.floor(150.0 * luck(N, 32)).astype(np.int64)
    facts, dealt, credit = np.zeros((N, len(Fact)), dtype=np.int64), np.zeros((1, 0)), np.zeros(1)
    facts[:, Fact.ENTITY] = lab.sites["entity"]
    due, everyone, on_list = np.ones(DAYS, dtype=np.bool_), np.arange(N), np.ones(N, dtype=np.int64)
    gaps: tuple[list[int], list[int]] = ([], [])
    for day in range(DAYS):
        levers = empty_levers(1, 2, 1, N)
        dealt = dealt if dealt.size else np.zeros((1, levers.plan_share.size))
        write_ledger(lab.sites, facts)
        facts[:, Fact.LAST_VISIT] = roster[:, Roster.LAST_VISIT]
        reported = Reported(np.zeros((1, 6), dtype=np.int64), facts, np.array([SEED, 0]), np.zeros(len(Purse)))
        escalation.act(day, due, np.array([1.0, factor]), reported, levers)
        before, bad = roster[:, Roster.LAST_VISIT].copy(), lab.sites["bad_record"] == 1
        credit[0] += PER_DAY
        index, _ = deal_visits(
            day,
            everyone,
            np.array([0, N]),
            lab.sites["entity"],
            on_list,
            levers.plan_share,
            levers.priority,
            levers.visit_cap,
            roster,
            dealt,
            credit,
            1.0,
            5,
            PER_DAY,
        )
        if day >= BURN_IN:
            for i in index:
                gaps[int(bad[i])].append(day - int(before[i]))
        lab.stop_births()
        lab.sites["intensity"][index, 0] = np.where(bad[index], 0.0, 50.0)  # made for those visited, to save room
        lab.live(day + 1.0, visits_at(index, np.full(index.size, day + 1.0 - 1e-9), N))
    held = lab.events(Kind.VISIT).size
    return Years(lab.sites["bad_record"] == 1, np.array(gaps[0]), np.array(gaps[1]), held)


def test_a_bad_record_is_visited_so_many_times_as_often() -> None:
    seen = years(FACTOR)
    good, bad = seen.gaps_good.mean(), seen.gaps_bad.mean()
    print(f"escalation | days between visits {good:.1f} and {bad:.1f}, ratio {good / bad:.3f}")
    assert seen.visits == DAYS * PER_DAY, "equal visits whatever the plan"
    # whole days: a bad record is visited on the first day on which its count is at least that of a good one
    assert abs(bad - good / FACTOR) < 1.0
    alike = years(1.0)
    assert abs(alike.gaps_bad.mean() - alike.gaps_good.mean() / FACTOR) > 10.0, "control: a plan without the record"


def test_share_in_the_bad_group_under_the_plan() -> None:
    """Against the spread of independent enterprises; equal visits a day leave a little less."""
    agrees("3.4-22 share in the bad group, escalation", z_count(years(FACTOR).bad.sum(), N, SHARE))
    detects("3.4-22 a plan without regard to the record", z_count(years(1.0).bad.sum(), N, SHARE))
    detects("3.4-22 fewer return, escalation", z_count(years(FACTOR, 0.3).bad.sum(), N, SHARE))
    plain = 1.0 / (1.0 + RETURN)
    agrees("3.4-22 share in the bad group, no escalation", z_count(years(1.0).bad.sum(), N, plain))
