"""Who is visited: whole visits for the days in hand, plans in their shares, gaps, caps and ties."""

from __future__ import annotations

import numpy as np
import pytest

from dpsim.core.levers import NO_CAP, Plan
from dpsim.model.state import Build, Col
from dpsim.model.visits import Roster, deal_advice, deal_visits, hold_visits, next_plan, visit_time

N, COUNTIES = 12, 2


def deal(
    day: int = 10,
    *,
    credit: tuple[float, float] = (3.0, 1.5),
    share: dict[Plan, float] | None = None,
    priority: np.ndarray | None = None,
    cap: int = NO_CAP,
    last: np.ndarray | None = None,
    listed: np.ndarray | None = None,
    dealt: np.ndarray | None = None,
    gap: int = 5,
) -> tuple[list[int], list[int], np.ndarray, np.ndarray]:
    shares, roster = np.zeros(len(Plan)), np.zeros((N, len(Roster)), dtype=np.int64)
    for plan, weight in (share or {}).items():
        shares[plan] = weight
    roster[:, Roster.LAST_VISIT] = -np.arange(N) if last is None else last
    left = np.array(credit)
    index, order = deal_visits(
        day,
        np.arange(N),
        np.array([0, 6, 12]),
        np.arange(100, 100 - N, -1, dtype=np.uint32),
        np.ones(N, dtype=np.int64) if listed is None else listed,
        shares,
        np.zeros((len(Plan), N), dtype=np.int64) if priority is None else priority,
        np.full(N, cap, dtype=np.int64),
        roster,
        np.zeros((COUNTIES, len(Plan))) if dealt is None else dealt,
        left,
        1.0,
        gap,
        8,
    )
    return index.tolist(), order.tolist(), roster, left


def test_without_a_plan_the_longest_unvisited_come_first() -> None:
    index, order, roster, left = deal()
    assert index == [5, 4, 3, 11] and order == [0, 1, 2, 0]
    assert left.tolist() == [0.0, 0.5], "what does not pay for a whole visit stays in hand"
    assert roster[5].tolist() == [1, 1, 10, 0] and roster[:, Roster.VISITS].sum() == 4


def test_larger_priorities_first_and_ties_by_entity() -> None:
    priority = np.zeros((len(Plan), N), dtype=np.int64)
    priority[Plan.RISK_WEIGHTED, :6] = [7, 9, 9, 1, 2, 3]
    index, *_ = deal(share={Plan.RISK_WEIGHTED: 1.0}, priority=priority, last=np.full(N, -50))
    assert index[:3] == [2, 1, 0], "entity numbers fall with the row, so row 2 has the smaller of the two nines"


def test_gap_cap_and_list_keep_enterprises_out() -> None:
    index, *_ = deal(last=np.array([9, 9, 9, 9, 9, 4, *[9] * 6]), gap=6)
    assert index == [5]
    assert deal(cap=0)[0] == []
    listed = np.ones(N, dtype=np.int64)
    listed[[3, 4, 5]] = 0
    assert set(deal(listed=listed)[0]) & {3, 4, 5} == set()


def test_plans_get_their_shares_over_time() -> None:
    dealt = np.zeros((COUNTIES, len(Plan)))
    shares = {Plan.DOUBLE_RANDOM: 1.0, Plan.RISK_WEIGHTED: 3.0}
    for day in range(40):
        deal(day, credit=(1.0, 1.0), share=shares, last=np.full(N, -500), dealt=dealt)
    assert dealt[:, Plan.DOUBLE_RANDOM].tolist() == [10, 10] and dealt[:, Plan.RISK_WEIGHTED].tolist() == [30, 30]
    assert next_plan(np.zeros(3), np.zeros(3), 0.0) == -1


def test_advice_goes_to_those_not_online_the_longest_without() -> None:
    status = np.zeros((N, len(Col)), dtype=np.int64)
    status[:, Col.ON_LIST], status[:, Col.BUILD] = 1, Build.BUILT
    status[[0, 1], Col.ONLINE] = 1
    roster = np.zeros((N, len(Roster)), dtype=np.int64)
    roster[:, Roster.LAST_ADVICE] = [-90, -80, -70, -60, -50, -40, *[9] * 6]
    credit = np.array([2.0, 2.0])
    index = deal_advice(
        10, np.arange(N), np.array([0, 6, 12]), np.arange(1, N + 1, dtype=np.uint32), status, roster, credit, 1.0, 5, 8
    )
    assert index.tolist() == [2, 3], "online ones are left out, and who was advised yesterday waits"
    assert roster[2, Roster.LAST_ADVICE] == 10 and credit.tolist() == [0.0, 2.0]
    assert (
        deal_advice(
            10,
            np.arange(N),
            np.array([0, 6, 12]),
            np.arange(1, N + 1, dtype=np.uint32),
            status,
            roster,
            credit,
            1.0,
            5,
            8,
        ).tolist()
        == []
    )


def test_a_teams_visits_follow_one_another_in_the_day() -> None:
    first, second = (visit_time(3, order, 2, 1, 0, 7, 5) for order in (0, 1))
    assert 3 + 9 / 24 <= first < 3 + 13 / 24 <= second < 3 + 17 / 24
    attention, at = np.zeros((N, 2, 4)), np.zeros((N, 2, 4))
    times = hold_visits(
        3,
        np.array([4]),
        np.array([0]),
        np.array([5]),
        2,
        np.full(N, 7, dtype=np.uint32),
        1,
        2,
        30.0,
        attention,
        at,
        1,
        0,
    )
    assert times.tolist() == [first] and attention[4, 1, 2] == 1.0 and at[4, 1, 2] == pytest.approx(first)
    assert attention.sum() == 1.0, "a contact on one side, of one kind, of one enterprise"
