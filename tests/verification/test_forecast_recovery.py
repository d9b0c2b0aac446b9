"""Truths drawn from the law of the forecast rank uniformly among its draws; a planted fault shows."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from forecast_ranks import LEAST, TRUTHS, p_values, ranks
from forecast_truths import Truth, truth_from_table, truth_with_level

from dpsim.forecast.settings import Settings

SEED = 1000
FAULTS: dict[str, Callable[[Settings], Settings]] = {
    "lasting shock halved": lambda s: s._replace(settle_shock=s.settle_shock / 2, spread_shock=s.spread_shock / 2),
    "chance of an order halved": lambda s: s._replace(close_weight=s.close_weight / 2),
    "chance to spread doubled": lambda s: s._replace(spread_weight=min(1.0, 2.0 * s.spread_weight)),
    "rush left out": lambda s: s._replace(rush_chance=0.0),
    "units alike under an order": lambda s: s._replace(agreement=6.0),
    "an order reaches all or none": lambda s: s._replace(order_common=1.0),
    "past forgotten": lambda s: s._replace(reversion=1.0),
}


@pytest.mark.parametrize("make", [truth_from_table, truth_with_level])
def test_truths_rank_uniformly(make: Callable[[int, Settings, int], Truth]) -> None:
    table = ranks(make, seed=SEED)
    assert len(table) == TRUTHS and {"regime", "built level", "built with the pace"} <= set(table)
    p = p_values(table)
    assert p.min() > LEAST, p[p <= LEAST].to_dict()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_settings_shows(fault: str) -> None:
    assert p_values(ranks(truth_with_level, seed=SEED, change=FAULTS[fault])).min() < LEAST


def test_a_lost_report_shows() -> None:
    def without_the_last(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["date"] < frame["date"].max()]

    assert p_values(ranks(truth_with_level, seed=SEED, shown=without_the_last)).min() < LEAST
