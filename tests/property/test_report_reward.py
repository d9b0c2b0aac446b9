"""The report reward acts where it is paid: everywhere, or only at enterprises that have built it, or have it in use."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from dpsim.experiments.replication import run_replication
from dpsim.params.faults import Origin
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case, Strategy
from dpsim.strategies.report_reward import BUILT, EVERYWHERE, ONLINE

STAGES = {BUILT: "built", ONLINE: "online"}


def rewarding(where: int, factor: float = 8.0) -> Strategy:
    """Return a strategy that does nothing but reward reports."""
    content = load_strategy("balanced").content()
    (reward,) = [item for item in content["instruments"] if item["instrument"] == "report_reward"]
    values = {"factor": factor, "where": where}
    reward = reward | {key: {**reward[key], "value": value, "range": (value, value)} for key, value in values.items()}
    return Strategy.from_content({**content, "instruments": (reward,)}, Origin("rewarding"))


def events_of(case: Case, strategy: Strategy, engine: str = "compiled") -> pd.DataFrame:
    return run_replication(case, strategy, seed=5, replication=0, trace=True, engine=engine).events


def reports(events: pd.DataFrame) -> int:
    """Return how many hazards workers reported."""
    return int(((events["kind"] == "found") & (events["channel"] == "worker_report")).sum())


@pytest.fixture(scope="module")
def plain(linyi: Case) -> pd.DataFrame:
    return events_of(linyi, rewarding(EVERYWHERE, factor=1.0))


@pytest.fixture(scope="module")
def everywhere(linyi: Case) -> pd.DataFrame:
    return events_of(linyi, rewarding(EVERYWHERE))


def before(events: pd.DataFrame, reached: pd.Series) -> pd.DataFrame:
    """Return what happened at enterprises before the day each reached a stage."""
    mine = events[events["entity"].isin(reached.index)]
    return mine[mine["t"] < mine["entity"].map(reached)].reset_index(drop=True)


@pytest.mark.parametrize("where", sorted(STAGES))
def test_an_enterprise_reports_more_only_once_it_has_a_scheme(
    linyi: Case, plain: pd.DataFrame, everywhere: pd.DataFrame, where: int
) -> None:
    rewarded = events_of(linyi, rewarding(where))
    reached = plain[plain["kind"] == STAGES[where]].set_index("entity")["t"]
    assert len(reached) > 50
    assert_frame_equal(before(rewarded, reached), before(plain, reached), check_exact=True)
    assert not before(everywhere, reached).equals(before(plain, reached)), "the check must see a reward everywhere"
    assert reports(plain) < reports(rewarded) < reports(everywhere)


def test_one_in_use_rewards_fewer_than_one_set_up(linyi: Case) -> None:
    built, online = (reports(events_of(linyi, rewarding(where))) for where in (BUILT, ONLINE))
    assert online < built


@pytest.mark.parametrize("where", [EVERYWHERE, *sorted(STAGES)])
def test_both_engines_are_equal(linyi: Case, plain: pd.DataFrame, where: int) -> None:
    compiled = events_of(linyi, rewarding(where))
    assert_frame_equal(compiled, events_of(linyi, rewarding(where), "simpy"), check_exact=True)
    assert not compiled.equals(plain), "the check must see the reward"
