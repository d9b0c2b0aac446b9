"""Signals weaken from level to level (TH02): what is lost costs meetings their effect, alike in both engines."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from property_runs import forced

from dpsim.experiments.replication import Replication, run_replication
from dpsim.params.faults import Origin
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case, Strategy

RUNS, SEED = 4, 17
STRONG = {"attention.meeting_effect": 1.0, "hazards.arising.general": 1.0}
"""A meeting is worth so much that a few runs show it; few hazards, because none of this hangs on them."""
LOSSES = {
    "nothing": {"pass_on_share": 1.0},
    "as_assumed": {},
    "more": {"pass_on_share": 0.5},
    "most": {"pass_on_share": 0.5, "levels": 4},
}


def winter(meetings_every: int | None) -> Strategy:
    """Return the winter campaign with its meetings at another interval, or without."""
    content = load_strategy("tonghua_winter").content()
    meeting, *others = content["instruments"]
    assert meeting["instrument"] == "dispatch_meeting"
    if meetings_every is not None:
        others = [{**meeting, "every_days": {**meeting["every_days"], "value": meetings_every}}, *others]
    return Strategy.from_content(
        {**content, "strategy": "winter_other", "instruments": tuple(others)}, Origin("winter")
    )


@cache
def place(loss: str) -> Case:
    case = forced(load_case("tonghua-winter").model_copy(update={"published": ()}), STRONG)
    return case.with_values({f"attention.{key}": value for key, value in LOSSES[loss].items()})


@cache
def run_of(loss: str, every: int | None, replication: int, engine: str = "compiled") -> Replication:
    strategy = load_strategy("tonghua_winter") if every == 30 else winter(every)
    return run_replication(place(loss), strategy, seed=SEED, replication=replication, engine=engine)


def online(loss: str, every: int | None) -> pd.Series:
    """Return the enterprises really online at each weekly report, summed over the runs."""
    frames = [run_of(loss, every, r).indicators for r in range(RUNS)]
    rows = pd.concat(frames).query("indicator == 'online' and view == 'true'")
    return rows.groupby("date")["value"].sum()


def test_weekly_meetings_gain_less_the_more_signal_is_lost() -> None:
    gains = [float((online(loss, 7) - online(loss, 30)).sum()) for loss in LOSSES]
    assert gains == sorted(gains, reverse=True) and gains[0] > 2 * gains[-1] > 0.0, gains
    adopted = [float(online(loss, 7).iloc[-1]) for loss in LOSSES]
    assert adopted == sorted(adopted, reverse=True) and adopted[0] > adopted[-1], adopted


def test_no_meetings_cost_less_the_more_signal_is_lost() -> None:
    costs = [float((online(loss, 30) - online(loss, None)).sum()) for loss in LOSSES]
    assert costs == sorted(costs, reverse=True) and costs[0] > 2 * costs[-1] > 0.0, costs


def test_the_campaign_held_against_itself_does_not_move() -> None:
    """Its own meetings are in the pace it is held against: a control of what moves above."""
    for loss in LOSSES:
        assert_frame_equal(run_of(loss, 30, 0).indicators, run_of("nothing", 30, 0).indicators, obj=loss)


@pytest.mark.parametrize("loss", ["nothing", "most"])
@pytest.mark.parametrize("every", [7, None])
def test_both_engines_lose_the_same(loss: str, every: int | None) -> None:
    compiled, simpy = (run_of(loss, every, 0, engine) for engine in ("compiled", "simpy"))
    assert_frame_equal(compiled.indicators, simpy.indicators, check_exact=True)
    other = run_of("most" if loss == "nothing" else "nothing", every, 0)
    assert not compiled.indicators.equals(other.indicators), "the check must see the loss"
