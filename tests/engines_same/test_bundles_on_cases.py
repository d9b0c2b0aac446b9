"""Every instrument alone, and 100 random bundles, run on every case (lists of at most 300); a broken run is told."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scenario_strategy import moved_to, random_strategy

from dpsim.core.words import STAGES
from dpsim.experiments.replication import run_replication
from dpsim.params.faults import Origin
from dpsim.params.load import list_cases, list_strategies, load_strategy
from dpsim.params.schema import Case, Strategy
from dpsim.strategies import instruments
from scaled_case import scaled_case

MOST, BUNDLES = 300, 100


@cache
def small(name: str) -> Case:
    return scaled_case(name, MOST)


@cache
def shipped() -> dict[str, dict[str, object]]:
    """By instrument, its entry in the first strategy that has it."""
    found: dict[str, dict[str, object]] = {}
    for name in list_strategies():
        for item in load_strategy(name).content()["instruments"]:
            found.setdefault(str(item["instrument"]), item)
    return found


def alone(name: str, case: Case) -> Strategy:
    words = {"zh": name, "en": name}
    content = {"schema": 1, "strategy": f"only_{name}", "name": words, "sentence": words, "pace": "path"}
    return moved_to(Strategy.from_content({**content, "instruments": (shipped()[name],)}, Origin(name)), case)


def faults(frame: pd.DataFrame, listed: int) -> list[str]:
    """Return what no run may say: nothing missing or negative, stages that nest, nobody beyond the list."""
    values = frame["value"].to_numpy()
    found = [] if np.isfinite(values).all() else ["not finite"]
    found += ["negative"] if (values < -1e-9).any() else []
    wide = frame[(frame["view"] == "reported") & frame["indicator"].isin(("listed", *STAGES))]
    counts = wide.pivot_table(index="date", columns="indicator", values="value", aggfunc="sum")
    for inner, outer in (("online", "built"), ("online", "connected"), ("passed", "assessed"), ("built", "listed")):
        found += [f"{inner} above {outer}"] if (counts[inner] > counts[outer]).any() else []
    return found + (["more than the list"] if counts["listed"].max() > listed else [])


def indicators(case: Case, strategy: Strategy, replication: int) -> pd.DataFrame:
    return run_replication(case, strategy, seed=11, replication=replication, by=("city",)).indicators


def test_every_instrument_is_in_a_shipped_strategy() -> None:
    assert set(shipped()) == set(instruments())


@pytest.mark.parametrize("name", list_cases())
def test_every_instrument_runs_alone(name: str) -> None:
    case = small(name)
    for k, instrument in enumerate(sorted(instruments())):
        frame = indicators(case, alone(instrument, case), k)
        assert faults(frame, int(case.population.enterprises.value)) == [], instrument


@pytest.mark.parametrize("name", list_cases())
def test_random_bundles_run(name: str) -> None:
    case, seen = small(name), set[str]()
    for number in range(BUNDLES):
        strategy = random_strategy(20_000 + number, case)
        seen |= {item.instrument for item in strategy.instruments}
        frame = indicators(case, strategy, number)
        assert faults(frame, int(case.population.enterprises.value)) == [], strategy.id
    assert seen == set(instruments()), "control: the bundles hold all there are"


def test_a_run_that_cannot_be_is_told() -> None:
    case = small("linyi-2018")
    frame = indicators(case, alone("training", case), 0)
    listed = int(case.population.enterprises.value)
    of = (frame["indicator"] == "online") & (frame["view"] == "reported")
    for value, said in ((np.nan, "not finite"), (-1.0, "negative"), (listed + 5.0, "online above built")):
        assert said in faults(frame.assign(value=frame["value"].where(~of, value)), listed)
    assert faults(frame, listed) == [] and faults(frame, listed - 1) == ["more than the list"]


def test_dates_are_moved_to_the_case() -> None:
    case = small("tonghua-winter")
    (item,) = alone("campaign", case).instruments
    assert isinstance(item.start, dt.date) and item.start <= case.horizon_end
