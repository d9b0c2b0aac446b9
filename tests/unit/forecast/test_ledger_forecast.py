"""Forecasts from a ledger: censoring, elapsed times, capacity, supply, funnel; nothing from after the as-of date."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dpsim.errors import InputError
from dpsim.forecast.capacity import shown_capacity
from dpsim.forecast.flow import limit, run_members
from dpsim.forecast.history import history_of
from dpsim.forecast.knowledge import knowledge
from dpsim.forecast.members import counted_members, ledger_members, ledger_until
from dpsim.forecast.pipeline import Use
from dpsim.forecast.project import Forecast, forecast
from dpsim.forecast.scoreboard import inputs_digest
from dpsim.forecast.service import draw_intensities, ledger_law
from dpsim.progress.load import Progress, load_progress

AS_OF, DEADLINE, DRAWS = "2018-09-10", "2018-12-31", 300
DAY = dt.date(2018, 9, 10)
STAGES = ("started", "built", "online", "assessed")


def ledger(
    units: int = 4, members: int = 120, *, shape: float = 4.0, seed: int = 5, rate: float = 0.03
) -> pd.DataFrame:
    """Return a ledger of 30 weeks: exponential starts, gamma service of 8, 3 and 5 weeks, dates to DAY only."""
    luck, rows = np.random.default_rng(seed), []
    for unit in range(units):
        for number in range(members):
            at = luck.exponential(1.0 / rate)
            when = [at]
            for mean in (8.0, 3.0, 5.0):
                when.append(when[-1] + luck.gamma(shape, mean / shape))
            dates = [pd.Timestamp(DAY) + pd.Timedelta(days=int(7 * (w - 30))) if w < 30 else pd.NaT for w in when]
            rows.append((f"county {unit}", f"enterprise {unit}-{number}", f"{unit:02d}{number:04d}", *dates))
    return pd.DataFrame(rows, columns=["unit", "enterprise", "code", *STAGES])


def progress(frame: pd.DataFrame) -> Progress:
    """Return what is read of a ledger."""
    heads = {"unit": "county", "built": "built", "online": "online", "assessed": "assessed"}
    given = frame.rename(columns=heads | {"code": "credit code"})
    read = load_progress(given.assign(**{name: given[name].astype(object) for name in STAGES}))
    assert read.ledger is not None, "the ledger was not read"
    return read


def made(table: object, **options: object) -> Forecast:
    """Return a forecast of three stages."""
    stages = options.pop("targets", STAGES[1:])
    wanted = pd.DataFrame({"stage": stages, "deadline": DEADLINE, "target_share": 0.8, "unit": "each"})
    values = {"as_of": AS_OF, "seed": 1, "draws": DRAWS, "reference": "order"} | options
    return forecast(table, wanted, **values)  # type: ignore[arg-type]


def test_jobs_still_under_way_count_for_as_long_as_they_have_lasted() -> None:
    frame, intensity = ledger(6, 300, shape=1.0), 1.0 / 8.0
    members = ledger_members(frame, DAY)
    assert members is not None and members.stages == STAGES
    law = ledger_law(members, 1, 20.0)
    error = np.sqrt(law.done.sum()) / law.exposure.sum()
    assert abs(law.mean - intensity) < 4 * error, law.mean
    finished = members.entered[~np.isnan(members.entered[:, 1])]
    alone = len(finished) / (finished[:, 1] - finished[:, 0]).sum()
    assert abs(alone - intensity) > 4 * error, "without those under way the estimate is no worse: nothing is tested"


def test_the_law_of_a_gamma_service_rises_with_the_weeks_under_way_and_is_drawn_about_its_estimate() -> None:
    members = ledger_members(ledger(6, 300, shape=4.0), DAY)
    assert members is not None
    law = ledger_law(members, 1, 20.0)
    rates = law.done / law.exposure
    assert rates[:3].mean() < 0.5 * rates[7:10].mean()
    drawn = draw_intensities(law, 1, seed=3, draws=2000)
    mean = (law.done + 1.0) / (law.exposure + 1.0 / law.mean)
    error = drawn.std(axis=0) / np.sqrt(2000)
    assert np.all(np.abs(drawn.mean(axis=0) - mean) < 4 * error)
    flat = ledger_law(members, 1, 20.0).memoryless()
    assert flat.done.size == 1 and flat.mean == law.mean


def run_alone(rate: float, weeks: int = 6, members: int = 200, draws: int = 400) -> np.ndarray:
    """Return how many of some jobs just begun are done by week, shape (draws, weeks)."""
    entered = np.column_stack([np.zeros(members), np.full(members, np.nan)])
    return run_members(
        1,
        92,
        np.arange(1, members + 1, dtype=np.uint32),
        np.zeros(members, dtype=np.int64),
        entered,
        np.array([-1, 0]),
        np.zeros((draws, 1, weeks)),
        np.full((draws, 2, 1), rate),
        np.array([1, 1]),
        np.ones((draws, 2)),
        np.ones((2, 1)),
        np.full((2, weeks), np.inf),
    )[:, 1, 0]


def test_jobs_of_constant_intensity_are_done_as_the_binomial_law_says() -> None:
    done, weeks = run_alone(0.1), np.arange(1, 7)
    share = 1.0 - np.exp(-0.1 * weeks)
    error = np.sqrt(200 * share * (1 - share) / 400)
    assert np.all(np.abs(done.mean(axis=0) - 200 * share) < 4 * error)
    spread = 200 * share * (1 - share)
    assert np.all(np.abs(done.var(axis=0) / spread - 1) < 4 * np.sqrt(2 / 400)), "Binomial, not wider nor narrower"
    assert np.any(np.abs(run_alone(0.11).mean(axis=0) - 200 * share) > 4 * error), "another intensity is told apart"


def test_time_under_way_is_used_only_where_it_is_to_be() -> None:
    early = ledger()
    members = ledger_members(early, DAY)
    assert members is not None
    under = (~early["started"].isna()) & early["built"].isna()
    late = early.copy()
    late.loc[under, "started"] = pd.Timestamp(DAY) - pd.Timedelta(days=1)
    one, two = ledger_members(early, DAY), ledger_members(late, DAY)
    assert one is not None and two is not None
    assert np.array_equal(np.isnan(one.entered), np.isnan(two.entered)), "the same jobs, begun at other times"
    done = [made(progress(frame)).counts["built"][:, :, 3].sum(axis=1).mean() for frame in (early, late)]
    assert done[0] > done[1] + 10, done
    without = [
        made(progress(frame), use=Use(elapsed=False)).counts["built"][:, :, 3].sum(axis=1).mean()
        for frame in (early, late)
    ]
    assert without[1] > without[0], "counted without their times, jobs begun late only shorten what jobs seem to take"


def test_a_full_workshop_is_told_from_chance() -> None:
    luck = np.random.default_rng(11)
    steady = np.repeat(-np.arange(8) - 0.5, 20)
    assert shown_capacity(steady, 8, 0.01) == 20.0
    found = 0
    for _ in range(200):
        counts = luck.poisson(20, 8)
        found += np.isfinite(shown_capacity(np.repeat(-np.arange(8) - 0.5, counts), 8, 0.01))
    assert found <= 2 + 4 * np.sqrt(200 * 0.01 * 0.99), "chance is taken for a limit more often than is said"
    assert np.isinf(shown_capacity(steady[::10], 8, 0.01)), "two a week tell nothing"


def test_no_week_takes_more_than_it_has_room_for_and_first_come_is_first_served() -> None:
    when = np.array([0.5, 0.1, 0.2, 3.7, -2.0, 0.9, 1e9])
    limit(when, np.full(6, 2.0))
    assert when.tolist() == [1.0, 0.1, 0.2, 3.7, -2.0, 1.0, 1e9]
    table = progress(ledger())
    plan = pd.DataFrame({"stage": ["assessed", "assessed"], "date": [AS_OF, "2018-10-08"], "per_week": [3, 6]})
    planned, free = made(table, supply=plan).counts["assessed"], made(table).counts["assessed"]
    before = float((~table.ledger["assessed"].isna()).sum())  # type: ignore[index]
    steps = np.diff(planned.sum(axis=1), axis=1, prepend=before)
    assert steps.max() == 6.0 and steps[:, :4].max() == 3.0
    assert np.diff(free.sum(axis=1), axis=1, prepend=before).max() > 6.0, "without the plan there is no such limit"


def test_a_supply_plan_holds_counts_too_and_takes_nothing_from_what_is_done() -> None:
    """Members that a weekly table counts as done stand at the as-of date itself and use up none of the weeks ahead."""
    frame = progress(ledger()).frame
    last = frame[pd.to_datetime(frame["date"]) == frame["date"].max()]
    before = float(last.loc[last["stage"] == "assessed", "done"].sum())
    plan = pd.DataFrame({"stage": ["assessed"], "date": [AS_OF], "per_week": [3]})
    steps = np.diff(made(frame, supply=plan).counts["assessed"].sum(axis=1), axis=1, prepend=before)
    assert steps.min() >= 0.0 and steps.max() == 3.0
    wanted = pd.DataFrame({"unit": "all", "stage": STAGES[1:], "deadline": DEADLINE, "target_share": 0.8})
    told = forecast(
        frame,
        wanted,
        as_of=AS_OF,
        seed=1,
        draws=DRAWS,
        reference="order",
        supply=plan,
        lists=["removals=10%", "additions=10%"],
    ).lists
    rows = told[told["stage"] == "assessed"].set_index("kind")
    assert rows.loc["removals", "q50"] > rows.loc["unchanged", "q50"] > rows.loc["additions", "q50"]
    shown = rows["q50"] * rows["total"]
    assert shown["additions"] <= before + 3 * 16 + 1e-6, "the plan holds for those added too"


@pytest.mark.parametrize(
    ("plan", "word"),
    [
        (pd.DataFrame({"stage": ["built"]}), "per_week"),
        (pd.DataFrame({"stage": ["roof"], "date": [AS_OF], "per_week": [1]}), "assessed"),
        (pd.DataFrame({"stage": ["built"], "date": [AS_OF], "per_week": [-1]}), "-1"),
        (pd.DataFrame({"stage": ["built"], "date": [AS_OF], "per_week": [float("nan")]}), "nan"),
        (pd.DataFrame({"stage": ["built"], "date": ["soon"], "per_week": [1]}), "soon"),
        (pd.DataFrame({"stage": ["built"] * 2, "date": [AS_OF] * 2, "per_week": [1, 9]}), AS_OF),
    ],
)
def test_a_supply_plan_that_cannot_be_is_refused(plan: pd.DataFrame, word: str) -> None:
    with pytest.raises(InputError) as caught:
        made(progress(ledger()), supply=plan)
    assert word in caught.value.text("zh") and word in caught.value.text("en")


def test_a_supply_plan_for_a_table_whose_stages_do_not_hang_together_is_refused_by_name() -> None:
    frame = progress(ledger()).frame
    plan = pd.DataFrame({"stage": ["built"], "date": [AS_OF], "per_week": [3]})
    with pytest.raises(InputError, match="--supply"):
        made(frame[frame["stage"] == "built"], targets=["built"], supply=plan)


def test_dates_after_the_as_of_date_change_nothing() -> None:
    known = ledger()
    late = known.copy()
    late["assessed"] = late["assessed"].fillna(pd.Timestamp("2018-10-01")).where(~late["online"].isna())
    read = Progress(progress(known).frame, pd.DataFrame(), late)
    assert made(progress(known)).targets.equals(made(read).targets)
    seen = made(Progress(progress(late).frame, pd.DataFrame(), late), as_of="2018-10-02")
    assert not seen.targets["q50"].equals(made(progress(known)).targets["q50"])


def test_rows_in_any_order_and_more_draws_leave_the_numbers_as_they_are() -> None:
    frame = ledger()
    few = made(progress(frame))
    assert few.targets.equals(made(progress(frame.sample(frac=1.0, random_state=2))).targets)
    many = made(progress(frame), draws=2 * DRAWS)
    for stage, counts in few.counts.items():
        assert np.array_equal(counts, many.counts[stage][:DRAWS]), stage


def test_no_draw_has_more_in_a_stage_than_in_the_one_before() -> None:
    for table in (progress(ledger()), progress(ledger()).frame):
        counts = made(table).counts
        for upper, lower in (("built", "online"), ("online", "assessed")):
            assert np.all(counts[lower] <= counts[upper]), (lower, type(table))
            assert np.all(np.diff(counts[upper], axis=2) >= 0.0)


def test_a_ledger_of_other_units_than_the_table_is_not_read() -> None:
    table = progress(ledger())
    alone = made(table.frame)
    assert table.ledger is not None
    part = Progress(table.frame, table.repairs, table.ledger[table.ledger["unit"] != "county 0"])
    assert made(part).targets.equals(alone.targets)
    assert not made(table).targets["q50"].equals(alone.targets["q50"]), "with all units it is read"


def test_counts_that_do_not_nest_have_no_members() -> None:
    histories = made(progress(ledger()).frame)  # a chain
    assert set(histories.counts) == set(STAGES[1:])
    frame = progress(ledger()).frame
    odd = frame.assign(total=frame["total"] + (frame["stage"] == "online"))
    parts = {s: history_of(odd[odd["stage"] == s], DAY) for s in STAGES[1:]}
    assert counted_members(parts) is None, "different totals are different lists"
    parts = {s: history_of(frame[frame["stage"] == s], DAY) for s in STAGES[1:]}
    assert counted_members(parts) is not None


def test_a_single_report_tells_no_pace_of_work_so_each_stage_goes_by_itself() -> None:
    frame = progress(ledger()).frame
    last = frame[frame["date"] == frame["date"].max()]
    one = made(last)
    assert np.array_equal(one.counts["online"], made(last, use=Use(funnel=False)).counts["online"])
    whole = made(frame)
    assert not np.array_equal(whole.counts["online"], made(frame, use=Use(funnel=False)).counts["online"])


def test_counts_that_fell_may_fall_again() -> None:
    frame = progress(ledger()).frame
    fallen = frame.copy()
    dates = np.sort(fallen["date"].unique())
    for k in (-3, -6, -9):
        at = (fallen["date"] == dates[k]) & (fallen["unit"] == "county 1")
        fallen.loc[at, "done"] += 6
    falls = (np.diff(made(fallen).counts["built"], axis=2) < 0.0).any(axis=2).mean(axis=0)
    assert falls[1] > 0.1, falls
    assert not (np.diff(made(frame).counts["built"], axis=2) < 0.0).any(), "what never fell does not"


def test_knowledge_narrows_the_interval_and_what_is_not_there_has_no_row() -> None:
    wanted = pd.DataFrame({"stage": ["assessed"], "deadline": [DEADLINE], "target_share": [0.6]})
    table = progress(ledger(6, 150))
    rows = knowledge(table, wanted, as_of=AS_OF, seed=1, draws=DRAWS, reference="order")
    assert rows["knowledge"].tolist() == ["counts", "funnel", "jobs", "elapsed", "capacity"]
    assert rows["ratio"].iloc[0] == 1.0 and rows["ratio"].iloc[-1] < 0.7, rows["ratio"].tolist()
    assert rows["width90"].iloc[-1] == pytest.approx(rows["q95"].iloc[-1] - rows["q05"].iloc[-1])
    alone = knowledge(table.frame, wanted, as_of=AS_OF, seed=1, draws=DRAWS, reference="order")
    assert alone["knowledge"].tolist() == ["counts", "funnel"]
    plan = pd.DataFrame({"stage": ["assessed"], "date": [AS_OF], "per_week": [2]})
    more = knowledge(table, wanted, as_of=AS_OF, seed=1, draws=DRAWS, supply=plan)
    assert more["knowledge"].iloc[-1] == "supply" and more["q95"].iloc[-1] < rows["q95"].iloc[-1]


def test_a_changed_list_is_told_of_a_ledger_too() -> None:
    wanted = pd.DataFrame({"stage": ["built"], "deadline": [DEADLINE], "target_share": [0.8], "unit": ["all"]})
    options = {"as_of": AS_OF, "seed": 1, "draws": DRAWS, "reference": "order"}
    result = forecast(progress(ledger()), wanted, lists=["removals=10%", "additions=10%"], **options)  # type: ignore[arg-type]
    told = result.lists.set_index("kind")
    assert told.loc["removals", "q50"] > told.loc["unchanged", "q50"] > told.loc["additions", "q50"]
    idle = 480 - int(result.fit[result.fit["stage"] == "started"]["done"].sum()) if "started" in result.counts else None
    assert told.loc["unchanged", "total"] == 480
    assert told.loc["additions", "total"] - 480 == 480 - told.loc["removals", "total"] > 0
    assert idle is None or abs(told.loc["additions", "members"] - 0.1 * idle) <= 0.5


def test_the_digest_of_the_inputs_knows_the_ledger() -> None:
    table = progress(ledger())
    assert table.ledger is not None
    other = table.ledger.copy()
    other.loc[other.index[~other["started"].isna()][0], "started"] -= pd.Timedelta(days=1)
    changed = Progress(table.frame, table.repairs, other)
    assert inputs_digest(table, DAY) != inputs_digest(changed, DAY)
    assert inputs_digest(table, DAY) == inputs_digest(progress(ledger()), DAY)


@pytest.mark.parametrize("later", [1, 3, 16])
def test_the_date_of_a_later_ledger_changes_nothing(later: int) -> None:
    early = ledger().assign(assessed=pd.NaT)  # reached by nobody: a stage of its own
    late, idle = early.copy(), early.index[early["started"].isna()]
    late.loc[idle[0], "started"] = pd.Timestamp(DAY) + pd.Timedelta(days=later)
    one, two = progress(early), progress(late)
    assert one.frame["date"].max() < two.frame["date"].max()
    # as of the day before, both ledgers are later; they are counted by weeks back from different days
    day = DAY - dt.timedelta(days=1)
    before, after = (made(table, as_of=day, targets=("built", "online")) for table in (one, two))
    pd.testing.assert_frame_equal(before.targets, after.targets, check_exact=True)
    pd.testing.assert_frame_equal(before.fit, after.fit, check_exact=True)
    assert before.latest == after.latest == day
    assert inputs_digest(one, day) == inputs_digest(two, day)


def test_who_is_listed_later_or_was_removed_is_not_among_those_who_may_leave_or_come() -> None:
    table = progress(ledger())
    frame, day = table.ledger, pd.Timestamp(DAY)
    assert frame is not None
    first = frame[frame["started"].isna()].head(10)
    new = first.assign(enterprise=first["enterprise"] + "n", code=first["code"] + "9")

    def concerned(ledger: pd.DataFrame) -> float:
        told = made(replace(table, ledger=ledger), lists=["removals=50%"]).lists
        return float(told[(told["kind"] == "removals") & (told["unit"] == "all")]["members"].iloc[0])

    own = concerned(frame)
    for changed in (new.assign(listed=day + pd.Timedelta(days=3)), new.assign(removed=day - pd.Timedelta(days=3))):
        assert concerned(pd.concat([frame, changed], ignore_index=True)) == own
    assert concerned(pd.concat([frame, new], ignore_index=True)) == own + 5, "control: those on the list count"
    assert len(ledger_until(pd.concat([frame, new.assign(listed=day + pd.Timedelta(days=3))]), day)) == len(frame)


def test_a_changed_list_of_counts_is_one_list_and_takes_a_supply_plan() -> None:
    frame = progress(ledger()).frame
    plan = pd.DataFrame({"stage": ["built"], "date": [AS_OF], "per_week": [0.0]})
    wanted = pd.DataFrame({"stage": STAGES[1:], "deadline": DEADLINE, "target_share": 0.9, "unit": "all"})
    values = {"as_of": AS_OF, "seed": 1, "draws": DRAWS, "reference": "order"}
    lists = ["removals=10%", "additions=10%"]
    rows = forecast(frame, wanted, supply=plan, lists=lists, **values).lists  # type: ignore[arg-type]
    last = frame[(frame["date"] == frame["date"].max()) & (frame["stage"] == "built")]
    assert rows["total"].nunique() == 3
    for row in rows[rows["stage"] == "built"].itertuples():
        assert row.q50 == pytest.approx(last["done"].sum() / row.total), "nobody builds, on a list of its own length"
