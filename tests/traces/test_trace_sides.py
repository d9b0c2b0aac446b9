"""Two strategies side by side: the first divergence is where the two logs first differ, and nothing before it does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from traced_case import SEED, run, small

from dpsim import InputError, load_strategy, trace
from dpsim.experiments.tracing.trace import SAME, side_by_side


def both(of: str, one: str = "balanced", other: str = "no_meetings") -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    strategies = [load_strategy(name) for name in (one, other)]
    alone = [trace(small(), strategy, of=of, seed=SEED, replication=0) for strategy in strategies]
    beside = trace(small(), strategies[0], of=of, seed=SEED, replication=0, against=strategies[1])
    return beside, *alone


def test_the_first_divergence_is_the_first_event_that_is_not_of_both() -> None:
    parted = 0
    for code in run().setting.population.codes[:12]:
        beside, one, other = both(code)
        assert set(beside["side"]) <= {"both", "strategy", "against"}
        for side, alone in (("strategy", one), ("against", other)):
            own = beside[beside["side"].isin(["both", side])]
            pd.testing.assert_frame_equal(own[SAME].reset_index(drop=True), alone[SAME])
        ones = [tuple(row) for row in one[SAME].itertuples(index=False)]
        others = [tuple(row) for row in other[SAME].itertuples(index=False)]
        first = next((k for k, (a, b) in enumerate(zip(ones, others, strict=False)) if a != b), None)
        if first is None:
            assert len(ones) != len(others) or not beside["divergence"].any()
            continue
        parted += 1
        at = int(np.flatnonzero(beside["divergence"])[0])
        assert beside["divergence"].sum() == 1 and at == first and (beside["side"][:at] == "both").all()
        assert tuple(beside[SAME].iloc[at]) in {ones[first], others[first]}
        assert beside["t"].iloc[at] == min(ones[first][0], others[first][0])
    assert parted >= 5


def test_one_strategy_beside_itself_does_not_diverge() -> None:
    frame = trace(small(), load_strategy("balanced"), of="assessors", seed=SEED, replication=0)
    beside = side_by_side(frame, frame)
    assert (beside["side"] == "both").all() and not beside["divergence"].any() and len(beside) == len(frame)
    moved = frame.copy()
    moved.loc[4, "t"] += 1e-9
    beside = side_by_side(frame, moved)
    assert beside["divergence"].sum() == 1 and int(np.flatnonzero(beside["divergence"])[0]) == 4
    empty = side_by_side(frame[:0], frame[:2])
    assert empty["divergence"].tolist() == [True, False]


HOSTILE = [
    "",
    " ",
    "LY-1#G",
    "LY-000001#X3",
    "LY-000001#G0",
    "LY-000001#G99999999999",
    "=1+1",
    "a\nb\x1b[31m",
    "x" * 5000,
]


@pytest.mark.parametrize("of", [*HOSTILE, "LY-999999", "county_99", None, 7, ["LY-000001"]], ids=repr)
def test_names_nobody_has_are_refused_in_one_line_with_the_nearest(of: object) -> None:
    with pytest.raises(InputError) as caught:
        trace(small(), load_strategy("balanced"), of=of, seed=SEED, replication=0)  # type: ignore[arg-type]
    for lang in ("zh", "en"):
        text = caught.value.text(lang)
        assert "\n" not in text and "\x1b" not in text and len(text) < 1200, text
        assert "LY-0000" in text or "county_" in text


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("LY-0001", "LY-000001"), ("LY-00042", "LY-000042"), ("assesors", "assessors"), ("county_3", "county_03")],
)
def test_the_nearest_name_is_the_one_that_was_meant(given: str, wanted: str) -> None:
    with pytest.raises(InputError) as caught:
        trace(small(), load_strategy("balanced"), of=given, seed=SEED, replication=0)
    assert str(caught.value.values["nearest"]).startswith(f"'{wanted}'")


def test_a_hazard_that_never_arose_is_refused_with_those_that_did() -> None:
    with pytest.raises(InputError) as caught:
        trace(small(), load_strategy("balanced"), of="LY-000001#M999999", seed=SEED, replication=0)
    assert caught.value.message == "trace.no_hazard" and "#M" in str(caught.value.values["nearest"])
