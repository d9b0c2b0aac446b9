"""Settings that a strategy may leave out: absent they are nowhere, given they are checked and moved like any other."""

from __future__ import annotations

from typing import Any

import pytest

from dpsim.decide.levers import levers_of
from dpsim.errors import DpsimError
from dpsim.params.faults import Origin
from dpsim.params.load import load_strategy
from dpsim.params.schema import Strategy

NAME = "third_party_capacity"
REASON = {"zh": "试验", "en": "test"}
BUDGET = {"value": 1_700_000, "unit": "yuan", "range": (500_000, 5_000_000), "source": "LY11", "grade": "seed"}


def with_budget(budget: object) -> Strategy:
    content: dict[str, Any] = load_strategy(NAME).content()
    items = [{**item, "budget": budget} if item["instrument"] == NAME else item for item in content["instruments"]]
    return Strategy.from_content({**content, "instruments": tuple(items)}, Origin("own.yaml"))


def test_left_out_it_is_nowhere() -> None:
    strategy = load_strategy(NAME)
    place = next(k for k, settings in enumerate(strategy.instruments) if settings.instrument == NAME)
    assert strategy.instruments[place].budget is None
    assert not any("budget" in key or "willing" in key for key in strategy.quantities())
    assert "budget" not in strategy.content()["instruments"][place]
    assert f"{NAME}.budget" not in levers_of(strategy) and f"{NAME}.added_share" in levers_of(strategy)


def test_given_it_is_a_number_like_any_other() -> None:
    strategy = with_budget(BUDGET)
    key = next(key for key in strategy.quantities() if key.endswith("budget"))
    assert strategy.quantities()[key].value == 1_700_000 and strategy.quantities()[key].source == "LY11"
    assert strategy.digest != load_strategy(NAME).digest
    lever = levers_of(strategy)[f"{NAME}.budget"]
    moved = lever.at(2_000_000)
    assert moved.quantities()[key].value == 2_000_000 and strategy.with_values({key: 2_000_000}) == moved


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"value": -1}, "0 ≤ x ≤ 1000000000"),
        ({"unit": "share"}, "yuan"),
        ({"value": 9e9}, "0 ≤ x ≤ 1000000000"),
        ({"source": None, "grade": "assumed"}, "reason"),
        ({"range": (2_000_000, 3_000_000)}, "budget"),
    ],
)
def test_given_wrongly_it_is_refused(change: dict[str, object], said: str) -> None:
    wrong = {key: entry for key, entry in {**BUDGET, **change}.items() if entry is not None}
    with pytest.raises(DpsimError) as caught:
        with_budget(wrong)
    text = str(caught.value)
    assert said in text and "budget" in text and "own.yaml" in text
    for not_one in (1_700_000, "1 700 000"):
        with pytest.raises(DpsimError, match="budget"):
            with_budget(not_one)
