"""A memory of hours is a memory: what was never felt stays nothing, however long ago the past begins."""

from __future__ import annotations

import numpy as np
from property_runs import forced, make_run, small

from dpsim.experiments.replication import prepare
from dpsim.params.load import load_case, load_strategy


def test_forgetting_runs_forward_only() -> None:
    case = forced(small(load_case("linyi-2018")), {"deterrence.memory": 0.4, "deterrence.leaning_memory": 0.4})
    world = make_run(prepare(case, load_strategy("current_arrangement")), 0, seed=3)
    assert world.hazards is not None
    sites = world.hazards.sites
    assert np.isfinite(sites["perceived"]).all(), "0 x infinity: forgetting was counted backwards"
    assert sites["perceived"].min() >= 0.0 and sites["perceived"].max() <= 1.0
    assert (sites["perceived_at"] >= -365.0).all() and (sites["perceived_at"] <= 0.0).all(), "the past is a year"
