"""Weekly shares from whatever dates were reported, and nothing that came later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from dpsim.forecast.history import History, history_of

AS_OF = dt.date(2020, 6, 30)
Reader = Callable[[pd.DataFrame, dt.date], History]


def progress(seed: int = 1, units: int = 6) -> pd.DataFrame:
    """Return reports at uneven dates before and after the as-of date; totals move, counts fall at times."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(units):
        days = np.sort(rng.choice(540, size=40, replace=False))
        total = 20 + 10 * k + rng.integers(0, 4, days.size)
        done = np.minimum(np.cumsum(rng.integers(-1, 3, days.size)).clip(0), total)
        dates = pd.Timestamp("2019-06-01") + pd.to_timedelta(days, unit="D")
        rows.append(pd.DataFrame({"date": dates, "unit": f"u{k}", "total": total, "done": done}))
    return pd.concat(rows, ignore_index=True)


def same(one: History, other: History) -> bool:
    """Return whether two histories are the same to the bit."""
    return one.units == other.units and all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=name == "share")
        for name in ("entity", "total", "done", "share", "observed")
    )


def looks_ahead(read: Reader) -> bool:
    """Return whether rows after the as-of date change what is read."""
    frame = progress()
    late = frame["date"].dt.date > AS_OF
    assert late.sum() > 50 and (~late).sum() > 50
    known = read(frame[~late], AS_OF)
    changed = frame.copy()
    changed.loc[late, "done"] = 0
    changed.loc[late, "total"] += 7
    newcomer = pd.DataFrame(
        {"date": [pd.Timestamp(AS_OF) + pd.Timedelta(days=1)], "unit": "new", "total": 5, "done": 5}
    )
    return not all(same(known, read(one, AS_OF)) for one in (frame, changed, pd.concat([frame, newcomer])))


def test_nothing_later_than_the_as_of_date_is_read() -> None:
    assert not looks_ahead(history_of)


@pytest.mark.parametrize("days", [1, 7, 90])
def test_a_planted_look_ahead_is_caught(days: int) -> None:
    def leaking(frame: pd.DataFrame, as_of: dt.date) -> History:
        return history_of(frame, as_of + dt.timedelta(days=days))

    assert looks_ahead(leaking)


def test_a_future_total_as_denominator_is_caught() -> None:
    def leaking(frame: pd.DataFrame, as_of: dt.date) -> History:
        return history_of(frame.assign(total=frame.groupby("unit")["total"].transform("last")), as_of)

    assert looks_ahead(leaking)


def test_the_last_day_itself_counts_and_the_share_stays_until_then() -> None:
    dates = pd.to_datetime(["2020-06-02", "2020-06-16"])
    frame = pd.DataFrame({"date": dates, "unit": "a", "total": 10, "done": [2, 4]})
    read = history_of(frame, AS_OF, weeks=6)
    assert np.isnan(read.share[0, 0]) and read.share[0, 1:].tolist() == pytest.approx([0.2, 0.3, 0.4, 0.4, 0.4])
    assert (read.total[0], read.done[0], read.observed[0], read.last[0]) == (10, 4, 2, 0.4)
    today = pd.DataFrame({"date": [pd.Timestamp(AS_OF)], "unit": "b", "total": 10, "done": 9})
    assert history_of(today, AS_OF, weeks=3).share[0, -1] == 0.9


def test_units_are_those_of_the_rows_in_any_order() -> None:
    frame = progress()
    mixed = frame.sample(frac=1.0, random_state=3)
    assert same(history_of(frame, AS_OF), history_of(mixed, AS_OF))
    fewer, all_of_them = history_of(frame[frame["unit"] != "u2"], AS_OF), history_of(frame, AS_OF)
    assert same(fewer, all_of_them.only(np.array([name != "u2" for name in all_of_them.units])))


def test_a_unit_without_members_or_reports_is_none() -> None:
    frame = progress()
    frame.loc[frame["unit"] == "u1", "total"] = 0
    assert "u1" not in history_of(frame, AS_OF).units
    assert history_of(frame, dt.date(2019, 5, 31)).share.shape[0] == 0
