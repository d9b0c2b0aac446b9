"""Meetings of several intervals at once: weekly and daily (LY15), weekly, monthly and quarterly (QX01)."""

from __future__ import annotations

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from dpsim.experiments.replication import Replication, run_replication
from dpsim.model.prior import case_timeline
from dpsim.params.faults import Origin
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case, Strategy
from dpsim.strategies import dispatch_meeting


@pytest.fixture(scope="module")
def qixian() -> Case:
    return load_case("qixian-2023").model_copy(update={"published": ()})


def meetings(*every_days: int) -> Strategy:
    """Return Qixian's arrangement with its meetings at these intervals."""
    content = load_strategy("qixian_2023").content()
    first = content["instruments"][0]
    others = [item for item in content["instruments"] if item["instrument"] != "dispatch_meeting"]
    mine = [{**first, "every_days": {**first["every_days"], "value": days, "range": (1, 92)}} for days in every_days]
    return Strategy.from_content({**content, "strategy": "other", "instruments": (*mine, *others)}, Origin("other"))


def run_of(case: Case, strategy: Strategy, engine: str = "compiled") -> Replication:
    return run_replication(case, strategy, seed=5, replication=0, engine=engine, trace=True)


def held(case: Case, strategy: Strategy) -> np.ndarray:
    """Return how many meetings each day has."""
    timeline = case_timeline(case)
    mine = [item for item in strategy.instruments if item.instrument == "dispatch_meeting"]
    return np.sum([dispatch_meeting.due(item, timeline) for item in mine], axis=0)


def test_qixian_meets_weekly_monthly_and_quarterly(qixian: Case) -> None:
    shipped = load_strategy("qixian_2023")
    days = [item.every_days.value for item in shipped.instruments if item.instrument == "dispatch_meeting"]
    assert days == [7, 30, 91]
    assert held(qixian, shipped).sum() > held(qixian, meetings(7)).sum()


@pytest.mark.parametrize("every", [(7, 1), (7, 30, 91)])
def test_each_meeting_counts_and_both_engines_agree(qixian: Case, every: tuple[int, ...]) -> None:
    strategy = meetings(*every)
    run, times = run_of(qixian, strategy), held(qixian, strategy)
    logged = run.events[run.events["kind"] == "meeting"]
    assert logged["t"].tolist() == np.flatnonzero(times).astype(float).tolist()
    assert logged["value"].tolist() == times[times > 0].astype(float).tolist() and times.max() == len(every[:2])
    simpy = run_of(qixian, strategy, "simpy")
    for frame in ("events", "indicators", "targets"):
        assert_frame_equal(getattr(run, frame), getattr(simpy, frame), check_exact=True)
    assert not run.events.equals(run_of(qixian, meetings(7)).events), "control: the other meetings are seen"
