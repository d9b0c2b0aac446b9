"""One staff for all duties: what meetings and advisers take is not inspected, and borrowed days are owed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from property_runs import forced, make_run, outcome_of

from dpsim.core.words import DUTIES
from dpsim.engines.simpy_engine import run
from dpsim.experiments.replication import Replication, prepare, run_replication
from dpsim.model.visits import Roster
from dpsim.params.load import list_strategies, load_strategy
from dpsim.params.schema import Case

SEED = 31


def run_of(case: Case, strategy: str, replication: int = 0) -> Replication:
    return run_replication(case, load_strategy(strategy), seed=SEED, replication=replication, trace=True)


def last(run_: Replication, indicator: str, view: str = "reported") -> float:
    frame = run_.indicators
    frame = frame[(frame["indicator"] == indicator) & (frame["view"] == view) & (frame["date"] == frame["date"].max())]
    return float(frame["value"].sum())


@pytest.mark.long
def test_every_strategy_but_the_reference_differs_from_it(linyi: Case) -> None:
    tight = forced(linyi, {"agencies.headroom": 0.2, "agencies.user_share": 0.8})
    base = run_of(tight, tight.default_strategy).indicators
    same = [name for name in list_strategies() if run_of(tight, name).indicators.equals(base)]
    assert same == [tight.default_strategy]


@pytest.mark.parametrize("replication", range(2))
def test_the_reference_is_held_against_itself_with_its_visits(linyi: Case, replication: int) -> None:
    """Visits under the strategy and under the reference are dealt to the same enterprises at the same hours."""
    strong = linyi.with_values({"deterrence.visit_effect": 0.3, "deterrence.advice_effect": 1.0})
    world, _ = outcome_of(strong, linyi.default_strategy, replication)
    assert world.hazards is not None
    assert (world.hazards.roster[0] == world.hazards.roster[1]).all()
    assert (world.state.attention[:, 0] == world.state.attention[:, 1]).all()
    assert world.state.attention[:, 0, 2].max() > 0.5, "visits are contacts"
    other, _ = outcome_of(strong, "assistance", replication)
    assert other.hazards is not None
    assert not (other.hazards.roster[0] == other.hazards.roster[1]).all(), "another plan sends them elsewhere"


def test_without_an_effect_of_visits_the_plan_moves_no_stage(linyi: Case) -> None:
    """The plans differ in whom they visit; adoption sees them through the contacts only."""
    calm = linyi.with_values({"deterrence.visit_effect": 0.0, "deterrence.advice_effect": 0.0})
    kinds = ["started", "built", "connected", "online", "entered", "assessed", "passed"]
    runs = [run_of(calm, name).events for name in ("current_arrangement", "double_random", "balanced")]
    stages = [events[events["kind"].isin(kinds)].reset_index(drop=True) for events in runs]
    for other in stages[1:]:
        assert_frame_equal(other, stages[0], check_exact=True)
    moved = run_of(linyi, "balanced").events
    assert not moved[moved["kind"].isin(kinds)].reset_index(drop=True).equals(stages[0])


def test_what_meetings_take_is_not_inspected(linyi: Case) -> None:
    """Where the pool is short, meetings cost visits; where it is not, the law is what binds."""
    short = forced(linyi, {"staff.system_share": 0.15})
    with_, without = (run_of(short, name) for name in ("current_arrangement", "no_meetings"))
    assert last(with_, "visits") < last(without, "visits")
    ample = forced(linyi, {"staff.system_share": 0.8})
    with_, without = (run_of(ample, name) for name in ("current_arrangement", "no_meetings"))
    assert last(with_, "visits") == last(without, "visits") > 1000


def test_no_duty_gets_more_than_the_pool(linyi: Case) -> None:
    for name in ("balanced", "assistance", "campaign_sprint"):
        world, outcome = outcome_of(linyi, name, 0)
        hazards = world.hazards
        assert hazards is not None
        counties = hazards.owed.shape[1]
        borrowed = sum(
            lever.borrowed.value * hazards.staff.inspectors * counties
            for lever in load_strategy(name).instruments
            if lever.instrument == "campaign"
        )
        pool = hazards.staff.pool * counties
        spent = hazards.duties.sum(axis=1)
        assert len(DUTIES) == hazards.duties.shape[1] and spent.max() > 0.9 * pool / 3
        assert (spent <= pool + borrowed + 1e-9).all(), name
        assert (spent[~np.array(world.timeline.working)] == 0).all(), "nobody works on a free day"
        del outcome


def test_what_is_inspected_is_what_the_days_pay_for(linyi: Case) -> None:
    world, outcome = outcome_of(linyi, "current_arrangement", 0)
    hazards = world.hazards
    assert hazards is not None
    visits = int(hazards.roster[0, :, Roster.VISITS].sum())
    days, cost = hazards.duties[:, DUTIES.index("inspecting")].sum(), hazards.staff.visit_cost
    left = hazards.credit[0].sum()
    assert visits * cost + left == pytest.approx(days, rel=1e-9)
    assert visits > 1000 and outcome.hazards is hazards


def test_borrowed_days_are_given_back_when_the_window_is_over(linyi: Case) -> None:
    sprint = load_strategy("campaign_sprint")
    place = [k for k, lever in enumerate(sprint.instruments) if lever.instrument == "campaign"]
    early = sprint.with_values(
        {
            f"instruments.{place[0]}.end": pd.Timestamp("2018-09-14").date(),
            f"instruments.{place[1]}.start": pd.Timestamp("2018-09-17").date(),
            f"instruments.{place[1]}.end": pd.Timestamp("2018-09-28").date(),
        }
    )
    owed = []
    for payback in (0.25, 1.0):
        case = linyi.with_values({"staff.payback_share": payback})
        world = make_run(prepare(case, early), 0, seed=SEED)
        run(world)
        assert world.hazards is not None
        owed.append(world.hazards.owed[0].sum())
        inspected = world.hazards.duties[:, DUTIES.index("inspecting")]
        assert inspected[10] > 2 * inspected[60], "more in the window than after it"
    assert owed[0] > owed[1] >= 0.0
    assert owed[1] == pytest.approx(0.0, abs=1e-9), "all given back"
