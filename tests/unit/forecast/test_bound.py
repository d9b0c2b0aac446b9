"""The capacity bound: arithmetic by hand, the funnel, stated and shown capacities, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from test_project import AS_OF, DEADLINE, made, table, targets

from dpsim.errors import InputError
from dpsim.forecast.bound import SHOWN_SO_FAR, STATED
from dpsim.forecast.scenarios import STARTS, starts

WEEKS_AHEAD = 16


def by_hand(stage: str, counts: list[int], total: int = 100, unit: str = "a") -> pd.DataFrame:
    """Return weekly reports of one unit, the last on the as-of date."""
    dates = [pd.Timestamp(AS_OF) - pd.Timedelta(weeks=k) for k in range(len(counts))][::-1]
    return pd.DataFrame({"date": dates, "unit": unit, "stage": stage, "total": total, "done": counts})


def bound_of(frame: pd.DataFrame, *rows: tuple[object, ...], **options: object) -> pd.Series:
    """Return the first row of the frame of bounds."""
    return made(frame, targets(*rows), draws=20, **options).bound.iloc[0]


def test_the_best_week_kept_up_is_the_bound() -> None:
    row = bound_of(by_hand("built", [20, 23, 24, 28, 30]), ("a", "built", DEADLINE, 0.9))
    assert (row["per_week"], row["weeks"], row["capacity"]) == (4.0, WEEKS_AHEAD, SHOWN_SO_FAR)
    assert row["bound"] == pytest.approx(0.30 + 0.04 * WEEKS_AHEAD), "what the first report tells of is no week's work"
    faster = bound_of(by_hand("built", [20, 23, 24, 29, 30]), ("a", "built", DEADLINE, 0.9))
    assert faster["bound"] == 1.0, "control: one more in the best week, and nobody is left"


def test_a_stated_capacity_takes_its_place() -> None:
    frame = by_hand("built", [20, 23, 24, 28, 30])
    row = bound_of(frame, ("a", "built", DEADLINE, 0.9), capacity={"built": 2.5})
    assert row["capacity"] == STATED and row["bound"] == pytest.approx(0.70)
    plain, stated = (made(frame, targets(("a", "built", DEADLINE, 0.9)), capacity=c) for c in (None, {"built": 2.5}))
    assert plain.targets.equals(stated.targets), "no chance is cut off"


def test_nobody_is_online_who_cannot_be_built() -> None:
    frame = pd.concat([by_hand("built", [30, 31, 32]), by_hand("online", [5, 15, 25])])
    row = bound_of(frame, ("a", "online", DEADLINE, 0.9))
    assert row["limit"] == "built" and row["per_week"] == 1.0 and row["bound"] == pytest.approx(0.32 + 0.16)
    alone = bound_of(by_hand("online", [5, 15, 25]), ("a", "online", DEADLINE, 0.9))
    assert alone["limit"] == "online" and alone["bound"] == 1.0


def test_all_together_have_their_own_best_week() -> None:
    frame = pd.concat(
        [by_hand("built", [0, 6, 6, 6]), by_hand("built", [0, 0, 6, 6], unit="b"), by_hand("built", [6] * 4, unit="c")]
    )
    wanted = targets(("each", "built", DEADLINE, 0.9))
    rows = made(frame, wanted, draws=20).bound.set_index("unit")
    assert rows.loc["all", "per_week"] == 6.0, "not the sum of the units' best weeks, which were not the same"
    assert rows.loc["c", "bound"] == pytest.approx(0.06), "what never moved shows no capacity"
    assert (rows.loc["all", "bound"] * 300 <= 18 + 6 * WEEKS_AHEAD) and len(rows) == 4


def test_one_report_shows_no_capacity() -> None:
    frame = by_hand("built", [20])
    assert math.isnan(bound_of(frame, ("a", "built", DEADLINE, 0.9))["bound"])
    week = pd.Timedelta(weeks=1)
    old = frame.assign(date=frame["date"] - week)
    assert math.isnan(bound_of(old, ("a", "built", DEADLINE, 0.9))["bound"]), "one report carried on shows no week"
    both = pd.concat([old.assign(done=frame["done"] - 1), frame])
    assert not math.isnan(bound_of(both, ("a", "built", DEADLINE, 0.9))["bound"]), "control: two reports do"
    assert bound_of(frame, ("a", "built", DEADLINE, 0.9), capacity={"built": 1})["bound"] == pytest.approx(0.36)


def test_later_reports_and_the_order_of_rows_change_no_bound() -> None:
    frame = table()
    late = frame.assign(date=frame["date"] + pd.Timedelta(days=150), done=frame["total"])
    assert made(frame).bound.equals(made(pd.concat([frame, late]).sample(frac=1.0, random_state=3)).bound)


@pytest.mark.parametrize(
    "capacity",
    [{"built": 0}, {"built": -1}, {"built": "much"}, {"painted": 4}, {"online": math.nan}, {"built": True}, 3],
)
def test_a_bad_capacity_is_refused(capacity: object) -> None:
    with pytest.raises(InputError) as caught:
        made(table(), capacity=capacity)
    assert "online" in caught.value.text("zh") and "A capacity" in caught.value.text("en")


def test_an_assumed_start_is_more_history() -> None:
    """The earlier it began, the slower it was: a chance falls with the weeks before the first report."""
    frame = by_hand("built", [30, 31, 33])
    told = starts(frame, targets(("all", "built", DEADLINE, 0.6)), as_of=AS_OF, seed=1, draws=400, reference="order")
    assert told["weeks_before"].tolist() == [0, *STARTS]
    medians = told["q50"].to_numpy()[1:]
    assert (np.diff(medians) < 0).all(), medians
    own = made(frame, targets(("all", "built", DEADLINE, 0.6))).targets
    assert told["q50"].iloc[0] == own["q50"].iloc[0]
    none = by_hand("built", [0, 3, 5])
    assert starts(none, targets(("all", "built", DEADLINE, 0.6)), as_of=AS_OF, seed=1, draws=20).empty
