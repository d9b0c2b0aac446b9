"""Forecasts of a progress table: nothing from after the as-of date, keyed draws, funnel, groups, refusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from dpsim.errors import InputError
from dpsim.forecast.closures import LEVELS, base_rates, closure_record
from dpsim.forecast.project import Forecast, forecast
from dpsim.forecast.scores import SHOWN

AS_OF, DEADLINE = "2018-09-10", "2018-12-31"
COUNTIES, WEEKS, DRAWS = 6, 20, 400


def table(counties: int = COUNTIES, *, pace: float = 0.03, seed: int = 7) -> pd.DataFrame:
    """Return a weekly progress table of counties with three stages."""
    luck, rows = np.random.default_rng(seed), []
    for county in range(counties):
        total, built, online, assessed = 100 + 10 * county, 0, 0, 0
        for week in range(WEEKS):
            date = pd.Timestamp("2018-04-30") + pd.Timedelta(weeks=week)
            built += luck.binomial(total - built, pace)
            online += luck.binomial(built - online, 0.1)
            assessed += luck.binomial(built - assessed, 0.02)
            for stage, done in (("built", built), ("online", online), ("assessed", assessed)):
                rows.append((date, f"county {county}", stage, total, done))
    return pd.DataFrame(rows, columns=["date", "unit", "stage", "total", "done"])


def targets(*rows: tuple[object, ...]) -> pd.DataFrame:
    """Return targets: unit, stage, deadline, share; the city's year-end target where none are given."""
    chosen = rows or (("all", "online", DEADLINE, 0.6),)
    return pd.DataFrame(chosen, columns=["unit", "stage", "deadline", "target_share"])


def made(frame: pd.DataFrame, wanted: pd.DataFrame | None = None, **options: object) -> Forecast:
    """Return a forecast under an order, with few draws."""
    values: Mapping[str, object] = {"as_of": AS_OF, "seed": 1, "draws": DRAWS, "reference": "order"} | options
    return forecast(frame, targets() if wanted is None else wanted, **values)  # type: ignore[arg-type]


def test_facts_after_the_as_of_date_change_nothing() -> None:
    frame = table()
    late = frame.assign(date=frame["date"] + pd.Timedelta(days=150), done=frame["total"])
    known, leaked = made(frame), made(pd.concat([frame, late]))
    assert known.targets.equals(leaked.targets) and known.fit.equals(leaked.fit)
    control = made(pd.concat([frame, late]), as_of="2018-12-01")
    assert not known.targets["q50"].equals(control.targets["q50"]), "the late rows are no different: nothing is tested"


def test_rows_in_any_order_give_the_same_numbers() -> None:
    frame = table()
    assert made(frame).targets.equals(made(frame.sample(frac=1.0, random_state=3)).targets)


def test_more_draws_leave_the_first_as_they_are() -> None:
    few, many = made(table()), made(table(), draws=2 * DRAWS)
    for stage, counts in few.counts.items():
        assert np.array_equal(counts, many.counts[stage][:DRAWS]), stage
    assert not np.array_equal(few.counts["online"], made(table(), seed=2).counts["online"]), "a seed names the draws"


def test_no_draw_has_more_online_than_built_nor_fewer_than_members_allow() -> None:
    result = made(table(), targets(("all", "online", DEADLINE, 0.6), ("all", "assessed", "2018-11-30", 0.3)))
    assert set(result.counts) == {"online", "built", "assessed"}, "what limits a stage is drawn too"
    built, totals = result.counts["built"], result.fit[result.fit["stage"] == "built"]["total"].to_numpy()
    for stage in ("online", "assessed"):
        assert np.all(result.counts[stage] <= built + 1e-9), stage
    for stage, counts in result.counts.items():
        assert np.all((counts >= 0.0) & (counts <= totals[None, :, None])), stage
    loose = made(table()[lambda rows: rows["stage"] == "online"])
    assert np.any(loose.counts["online"] > built + 1e-9), "without the funnel some draws would break it"


def test_probabilities_are_those_of_the_draws_and_clipped() -> None:
    wanted = targets(*((unit, "online", DEADLINE, share) for unit in ("all", "county 1") for share in (0.01, 0.6, 1.0)))
    result = made(table(), wanted)
    for row in result.targets.itertuples():
        own = np.array([row.unit in ("all", name) for name in result.units])
        total = result.fit[(result.fit["stage"] == "online") & np.isin(result.fit["unit"], np.array(result.units)[own])]
        share = result.counts["online"][:, own, -1].sum(axis=1) / total["total"].sum()
        said = ((share >= row.target_share - 1e-9).sum() + 0.5) / (DRAWS + 1)
        assert row.probability == pytest.approx(np.clip(said, *SHOWN)) and row.low <= row.probability <= row.high
        assert row.q50 == pytest.approx(np.median(share))
    assert (result.targets["probability"].max(), result.targets["probability"].min()) == (SHOWN[1], SHOWN[0])


def test_all_targets_together_are_met_no_more_often_than_each() -> None:
    wanted = targets(*(("all", "online", DEADLINE, share) for share in (0.5, 0.7)), ("all", "built", DEADLINE, 0.6))
    result = made(table(), wanted)
    assert result.all_met <= 1.0 - result.joint["missed"].max() + 1e-12
    assert result.joint.loc[0, "missed_alone"] == 0.0, "a lower share of the same stage cannot be missed alone"
    single = made(table(), targets())
    assert single.all_met == pytest.approx(1.0 - single.joint["missed"][0])
    assert single.joint["missed_alone"][0] == single.joint["missed"][0]


def test_a_group_is_the_sum_of_its_units() -> None:
    pair = ["county 0", "county 3"]
    result = made(
        table(), targets(("pair", "online", DEADLINE, 0.6), ("each", "built", DEADLINE, 0.6)), groups={"pair": pair}
    )
    rows = result.targets
    assert set(rows[rows["stage"] == "built"]["unit"]) == {*result.units, "pair", "all"}
    own = np.isin(np.array(result.units), pair)
    share = result.counts["online"][:, own, -1].sum(axis=1) / (100 + 130)
    assert rows.loc[0, "q50"] == pytest.approx(np.median(share))


@pytest.mark.parametrize("name", ["all", "All", "each", "合计", "county 1"])
def test_a_group_named_like_a_total_or_a_unit_is_refused(name: str) -> None:
    with pytest.raises(InputError) as caught:
        made(table(), draws=20, groups={name: ["county 0"]})
    assert caught.value.message == "forecast.group" and name in caught.value.text("zh")
    assert "own" in made(table(), draws=20, groups={"own": ["county 0"]}).members, "control"


def test_paths_hold_every_draw_and_week() -> None:
    result = made(table(), draws=20)
    weeks = result.counts["online"].shape[2]
    assert weeks == 16 and len(result.paths) == 20 * COUNTIES * weeks * 2
    one = result.paths.query("draw == 7 and unit == 'county 2' and stage == 'online'")
    assert one["done"].tolist() == result.counts["online"][7, 2].tolist()
    assert one["date"].iloc[-1] >= pd.Timestamp(DEADLINE) > one["date"].iloc[-2]


def test_what_is_needed_and_what_was_done_by_week() -> None:
    frame = table()
    row = made(frame).needed.iloc[0]
    last = frame[(frame["stage"] == "online") & (frame["date"] == "2018-09-10")]
    before = frame[(frame["stage"] == "online") & (frame["date"] == "2018-07-16")]
    assert row.past_per_week == pytest.approx((last["done"].sum() - before["done"].sum()) / 8) and row.past_weeks == 8
    assert row.needed_per_week == pytest.approx((np.ceil(0.6 * last["total"].sum()) - last["done"].sum()) / 16)


@pytest.mark.parametrize(
    ("dates", "counts", "weeks", "pace"),
    [
        (["2018-09-10"], [30], 0.0, None),
        (["2018-08-20"], [30], 0.0, None),
        (["2018-09-03", "2018-09-10"], [26, 30], 1.0, 4.0),
        (["2018-09-04", "2018-09-10"], [27, 30], 6 / 7, 3.5),
        (["2018-08-09", "2018-09-06"], [20, 29], 32 / 7, 9 * 7 / 32),
        (["2018-08-20", "2018-08-27", "2018-09-10"], [30, 30, 30], 3.0, 0.0),
        (["2018-06-04", "2018-09-10"], [2, 30], 8.0, 2.0),
    ],
)
def test_the_past_pace_takes_the_weeks_there_are(
    dates: list[str], counts: list[int], weeks: float, pace: float | None
) -> None:
    """With fewer than 8 weeks those the reports hold; one report shows none, and no ratio is made up of nothing."""
    frame = pd.DataFrame({"date": pd.to_datetime(dates), "unit": "a", "stage": "built", "total": 100, "done": counts})
    row = made(frame, targets(("a", "built", DEADLINE, 0.9)), draws=20).needed.iloc[0]
    assert row.past_weeks == pytest.approx(weeks)
    if pace is None:
        assert np.isnan(row.past_per_week) and np.isnan(row.ratio)
    else:
        assert row.past_per_week == pytest.approx(pace)
        assert row.ratio == (pytest.approx(row.needed_per_week / pace) if pace else np.inf)


def test_the_past_pace_of_several_begins_with_the_last_of_them_to_report() -> None:
    weeks = pd.date_range("2018-08-13", "2018-09-10", freq="7D")
    early = pd.DataFrame({"date": weeks, "unit": "a", "stage": "built", "total": 100, "done": [10, 20, 30, 32, 34]})
    late = pd.DataFrame({"date": weeks[-3:], "unit": "b", "stage": "built", "total": 50, "done": [7, 8, 9]})
    rows = made(pd.concat([early, late]), targets(("each", "built", DEADLINE, 0.9)), draws=20).needed.set_index("unit")
    assert rows["past_weeks"].tolist() == [4.0, 2.0, 2.0]
    assert rows["past_per_week"].tolist() == pytest.approx([6.0, 1.0, 3.0]), "what b first told of is no week's work"


def test_an_order_gives_more_than_voluntary_uptake_and_a_rush_hardly_ever_less() -> None:
    order, voluntary = made(table()), made(table(), reference="voluntary")
    assert order.targets["probability"][0] > voluntary.targets["probability"][0]
    rush = made(table(), rush=1.0)
    more = rush.counts["built"][:, :, -1] - order.counts["built"][:, :, -1]
    assert (more < -1e-9).mean() < 0.03, "a factor of median 3 and log s.d. 0.5 is below 1 in 14 of 1000 draws"
    assert more.mean() > 1.0


def test_base_rates_come_from_the_record() -> None:
    record, days = closure_record(), 91.0
    for name in record["programme"].unique():
        own = record[(record["programme"] == name) & (record["months"] == 3)]
        values = own[[column for column in own if str(column).startswith("q")]].to_numpy(dtype=np.float64)[0]
        half = values[np.flatnonzero(LEVELS == 0.5)[0]]
        rate = base_rates(np.array([0.4]), np.array([0.4 + 0.6 * half]), days, [name])[0]
        assert np.interp(half, values, LEVELS) == pytest.approx(1.0 - rate) or rate >= 0.5, name
    assert base_rates(np.array([0.7]), np.array([0.6]), days, list(record["programme"])).tolist() == [1.0]
    assert np.isnan(base_rates(np.array([0.7]), np.array([0.8]), days, ["nobody"])[0])


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"reference": "sometimes"}, "voluntary"),
        ({"draws": 1}, "100000"),
        ({"draws": True}, "100000"),
        ({"rush": 1.5}, "0 "),
        ({"rush": float("nan")}, "0 "),
        ({"as_of": "yesterday"}, "as_of"),
        ({"as_of": "2018-01-01"}, "2018-01-01"),
        ({"seed": -1}, "seed"),
        ({"groups": {"pair": ["county 0", "nowhere"]}}, "nowhere"),
        ({"groups": {"county 1": ["county 0"]}}, "county 1"),
        ({"groups": {"all": ["county 0"]}}, "all"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, object], word: str) -> None:
    with pytest.raises(InputError) as caught:
        made(table(), **options)
    assert word in caught.value.text("zh") and word in caught.value.text("en")


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (("all", "painted", DEADLINE, 0.5), "painted"),
        (("nowhere", "online", DEADLINE, 0.5), "nowhere"),
        (("all", "online", "2018-09-10", 0.5), "2018-09-10"),
        (("all", "online", "3018-09-10", 0.5), "3018-09-10"),
        (("all", "online", "someday", 0.5), "someday"),
        (("all", "online", DEADLINE, 0.0), "target_share"),
        (("all", "online", DEADLINE, 60.0), "60"),
        (("all", "online", DEADLINE, float("nan")), "nan"),
    ],
)
def test_a_target_that_cannot_be_is_refused(row: tuple[object, ...], word: str) -> None:
    with pytest.raises(InputError) as caught:
        made(table(), targets(row))
    assert word in caught.value.text("zh") and word in caught.value.text("en")


def test_a_table_without_what_is_needed_is_refused() -> None:
    for wrong in (table().drop(columns="total"), table().to_numpy(), None):
        with pytest.raises(InputError):
            made(wrong)  # type: ignore[arg-type]
    for wanted in (targets().drop(columns="stage"), targets().iloc[:0]):
        with pytest.raises(InputError):
            made(table(), wanted)


def test_a_date_may_be_a_date() -> None:
    assert made(table(), as_of=dt.date(2018, 9, 10)).targets.equals(made(table()).targets)


def test_the_date_by_which_half_are_there_is_not_after_the_deadline() -> None:
    soon = pd.Timestamp(AS_OF) + pd.Timedelta(days=3)
    rows = made(table(), targets(("all", "online", soon, 0.001))).targets
    assert rows["date_median"].tolist() == [soon]
