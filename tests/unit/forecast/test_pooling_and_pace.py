"""Cells taken together, shortfalls with removals, the weekly need and the agencies' bound."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dpsim.engines.world import make_setting, make_world
from dpsim.errors import InputError
from dpsim.forecast.pace import agency_capacity, unfinished, weekly_pace
from dpsim.forecast.pooling import mixture
from dpsim.forecast.snapshot import snapshot_forecast
from dpsim.forecast.verdict import shortfalls, verdict
from dpsim.measure.probability import wilson_interval
from dpsim.model.chain import STATES
from dpsim.model.prior import draw_paths
from dpsim.model.targets import headline_target
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("linyi-2018")


def test_a_mixture_is_as_uncertain_as_one_of_its_cells() -> None:
    missing = np.array([0] * 30 + [5] * 70)
    cells = [{**verdict(missing), "shortfalls": missing} for _ in range(4)]
    mixed = mixture(np.full(4, 0.25), cells)
    assert mixed["n"] == 400
    assert (mixed["low"], mixed["high"]) == pytest.approx(wilson_interval(100 * 30.5 / 101, 100))
    assert mixed["high"] - mixed["low"] > wilson_interval(120, 400)[1] - wilson_interval(120, 400)[0]
    assert mixed["shortfall_q05"] == 0.0 and mixed["shortfall_median"] == 5.0


def test_who_leaves_the_list_leaves_the_requirement(case: Case) -> None:
    target = headline_target(case)
    states = np.zeros((2, 2, len(STATES)), dtype=np.int64)
    states[:, 0, STATES.index("online")] = target.total - 10
    states[0, 1, STATES.index("off_list")] = 10
    states[1, 1, STATES.index("built")] = 10
    assert shortfalls(target, states).tolist() == [0, 10]


def test_weekly_need_counts_removals(case: Case) -> None:
    def needed(case: Case) -> float:
        pace = weekly_pace(case)
        return float(pace.loc[(pace["stage"] == "online") & (pace["kind"] == "needed"), "per_week"].iloc[0])

    assert needed(case) == pytest.approx((1748 - 689) / 16.0)
    fewer = needed(case.with_values({"scenario.removals_per_year": 0.1}))
    assert fewer == pytest.approx(needed(case) * math.exp(-0.1 * 112 / 365.0))


def test_builders_of_the_bound_are_those_of_the_world(case: Case) -> None:
    strategy = load_strategy(case.default_strategy)
    setting = make_setting(case, strategy, strategy)
    capacity = agency_capacity(case)
    for start in range(len(case.scenario.start.dates)):
        paths = draw_paths(case, setting.timeline, seed=1, replications=np.arange(1), start=start)
        world = make_world(setting, paths, 0, seed=1)
        assert sum(bench.base for bench in world.agencies) == capacity.loc[start, "builders"]
    assert (capacity["bound_low"] < capacity["bound"]).all() and (capacity["bound"] < capacity["bound_high"]).all()


@pytest.mark.parametrize(
    "wrong",
    [{"draws": 0}, {"draws": "20"}, {"draws": 2.5}, {"workers": 0}, {"seed": -1}, {"seed": True}, {"case": "linyi"}],
)
def test_wrong_arguments_are_named(case: Case, wrong: dict[str, object]) -> None:
    arguments = {"case": case, "seed": 1, "draws": 5} | wrong
    with pytest.raises(InputError) as error:
        snapshot_forecast(arguments.pop("case"), **arguments)  # type: ignore[arg-type]
    assert error.value.text("en")


def test_those_missing_may_be_among_some_counties_only() -> None:
    qixian = load_case("qixian-2023")
    assert unfinished(qixian, "online") == (87, 35), "the 65 of the other section are all online"
    assert unfinished(qixian, "built") is None, "control: none is missing"
    assert unfinished(load_case("linyi-2018"), "online") is None, "control: no list of counties"
