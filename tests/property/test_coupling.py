"""Common luck: more pressure makes nobody later, and what does nothing changes nothing to the bit."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from property_runs import FIRST_TIMES, first_times, forced, make_run, queueless

from dpsim.core.words import Kind
from dpsim.engines import simpy_engine
from dpsim.engines.simpy_engine import run
from dpsim.experiments.replication import Replication, prepare, run_replication
from dpsim.model.paths import Pace
from dpsim.params.load import list_strategies, load_strategy
from dpsim.params.schema import Case, Strategy

SEED = 31
DRIVE = "deadline_drive"


def times_at(case: Case, strategy: Strategy, replication: int, speed: float) -> np.ndarray:
    world = make_run(prepare(case, strategy), replication, seed=SEED, pace=Pace.CONSTANT, speed=speed)
    return first_times(world, run(world))


def later(slow: np.ndarray, fast: np.ndarray) -> dict[str, int]:
    """Return per step how many enterprises are later in the second than in the first."""
    return {kind.name: int(n) for kind, n in zip(FIRST_TIMES, (fast > slow).sum(axis=0), strict=True) if n}


@pytest.mark.parametrize("replication", range(4))
def test_a_higher_intensity_makes_nobody_later(linyi: Case, replication: int) -> None:
    """Queues cannot bind; all tracks 1.2 times as fast; every clock spends the same threshold."""
    case, strategy = queueless(linyi), load_strategy("current_arrangement")
    slow, fast = (times_at(case, strategy, replication, speed) for speed in (1.0, 1.2))
    assert later(slow, fast) == {}, "somebody is later although everything is faster"
    assert all((slow > fast).any(axis=0)), "and some are earlier in every step"
    other = times_at(case, strategy, replication + 100, 1.2)
    assert len(later(slow, other)) == len(FIRST_TIMES), "without common luck somebody would be later"


def test_with_a_binding_queue_somebody_can_be_later(linyi: Case) -> None:
    """The reason for `queueless`: with one team, faster others push into the queue."""
    case = forced(queueless(linyi), {"assessors.teams": 1, "assessors.service_mean": 5})
    slow, fast = (times_at(case, load_strategy("past_pace"), 0, speed) for speed in (2.0, 2.4))
    assert set(later(slow, fast)) <= {"ENTERED", "ASSESSED", "PASSED"} and later(slow, fast)


def drive(factor: float, *, staff_days: float = 0.0, start: dt.date = dt.date(2018, 11, 1)) -> Strategy:
    strategy = load_strategy(DRIVE)
    place = [lever.instrument for lever in strategy.instruments].index(DRIVE)
    values = {"factor": factor, "staff_days_per_day": staff_days, "start": start, "staff_days_per_day.range": [0, 200]}
    return strategy.with_values({f"instruments.{place}.{key}": value for key, value in values.items()})


def test_a_stronger_drive_makes_nobody_later(linyi: Case) -> None:
    case = queueless(linyi)
    times = [times_at(case, drive(factor), 0, 1.0) for factor in (1.0, 1.5, 3.0)]
    assert later(times[0], times[1]) == later(times[1], times[2]) == {}
    assert (times[2] < times[0]).any() and later(times[2], times[0])


def run_of(case: Case, strategy: Strategy | str, replication: int = 0) -> Replication:
    strategy = load_strategy(strategy) if isinstance(strategy, str) else strategy
    done = run_replication(case, strategy, seed=SEED, replication=replication, trace=True)
    assert len(done.events) > 100, "without events there is nothing to compare"
    return done


def assert_same(a: Replication, b: Replication, what: str) -> None:
    for name in ("events", "indicators", "targets"):
        assert_frame_equal(getattr(a, name), getattr(b, name), check_exact=True, obj=f"{what}: {name}")


@pytest.mark.parametrize("replication", range(3))
def test_a_drive_of_factor_1_is_the_current_arrangement(linyi: Case, replication: int) -> None:
    base = run_of(linyi, "current_arrangement", replication)
    assert_same(run_of(linyi, drive(1.0), replication), base, "factor 1, no staff")
    assert not run_of(linyi, drive(1.001), replication).events.equals(base.events), "a factor of 1.001 would be noticed"


def test_a_drive_of_factor_1_costs_its_staff_all_the_same(linyi: Case) -> None:
    a, b = (run_of(linyi, drive(1.0, staff_days=days)).indicators for days in (0.0, 40.0))
    changed = set(a["indicator"][a["value"] != b["value"]])
    assert changed == {"staff_days:city_bureau"}


@pytest.mark.parametrize("replication", range(3))
def test_the_reference_against_itself_is_exactly_neutral(linyi: Case, replication: int) -> None:
    """What attention is worth cannot matter while the strategy is the reference: the ratio is exactly 1."""
    reference = linyi.default_strategy
    base = run_of(linyi, reference, replication)
    values = {
        "meeting_effect": 0.3,
        "notice_effect": 0.0,
        "meeting_memory": 60,
        "notice_memory": 7,
        "pass_on_share": 0.5,
        "levels": 1,
    }
    for key, value in values.items():
        changed = linyi.with_values({f"attention.{key}": value})
        other = run_of(changed, reference, replication)
        for name in ("events", "indicators", "targets"):
            assert_frame_equal(
                getattr(other, name), getattr(base, name), check_exact=True, obj=f"attention.{key}: {name}"
            )
    strong, none = (linyi.with_values({"attention.meeting_effect": effect}) for effect in (0.3, 0.0))
    moved = run_of(strong, "no_meetings", replication).events.equals(run_of(none, "no_meetings", replication).events)
    assert not moved, "held against another strategy, the effect matters"


def test_attention_without_effect_makes_all_meetings_equal(linyi: Case) -> None:
    calm = forced(linyi, {"attention.meeting_effect": 0.0})
    with_, without = (run_of(calm, name).events for name in ("current_arrangement", "no_meetings"))
    alone = with_[with_["kind"] != "meeting"].reset_index(drop=True)
    assert_frame_equal(alone, without, check_exact=True, obj="meetings of no effect")
    assert len(alone) < len(with_)


def test_fewer_meetings_bring_nobody_forward(linyi: Case) -> None:
    case = queueless(linyi)
    with_, without = (times_at(case, load_strategy(name), 0, 2.0) for name in ("current_arrangement", "no_meetings"))
    assert later(without, with_) == {} and later(with_, without)


def test_added_builders_that_are_none_change_nothing(linyi: Case) -> None:
    strategy = load_strategy("third_party_capacity")
    place = [lever.instrument for lever in strategy.instruments].index("third_party_capacity")
    none, many = (strategy.with_values({f"instruments.{place}.added_share": share}) for share in (0.0, 3.0))
    tight = forced(linyi, {"agencies.headroom": 0.2, "agencies.user_share": 0.8})
    base = run_of(tight, "current_arrangement")
    assert_same(run_of(tight, none), base, "no builders added")
    assert not run_of(tight, many).events.equals(base.events), "many builders are noticed where the queue binds"


def before(run_: Replication, day: float) -> pd.DataFrame:
    return run_.events[run_.events["t"] < day].reset_index(drop=True)


STARTS = [dt.date(2018, 9, 17), dt.date(2018, 10, 8), dt.date(2018, 11, 14), dt.date(2018, 12, 10)]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("name", ["deadline_drive", "third_party_capacity"])
def test_no_effect_before_its_cause(linyi: Case, name: str, start: dt.date) -> None:
    """Events, queues and counts up to the day an instrument starts are those of the arrangement without it.

    Builders come on the morning itself. A factor on the pace holds for whole intervals, as its mean over each: one
    that starts within an interval is felt from the beginning of that interval, and not before.
    """
    tight = forced(linyi, {"agencies.headroom": 0.2, "agencies.user_share": 0.8})
    strategy = load_strategy(name)
    place = [lever.instrument for lever in strategy.instruments].index(name)
    run_ = run_of(tight, strategy.with_values({f"instruments.{place}.start": start}))
    base = run_of(tight, "current_arrangement")
    timeline = prepare(tight, strategy).timeline
    day = timeline.day(start)
    if name == "deadline_drive":
        begins = timeline.refresh_times[timeline.refresh_times <= day]
        assert (begins[-1] == day) == (start.weekday() == 0), "three of the starts begin an interval, one does not"
        day = int(begins[-1])
    assert_frame_equal(before(run_, day), before(base, day), check_exact=True, obj=f"{name} from {start}")
    a, b = (r.indicators[r.indicators["date"] < pd.Timestamp(timeline.date(day))] for r in (run_, base))
    assert_frame_equal(a, b, check_exact=True, obj=f"{name} from {start}: indicators")
    if start < dt.date(2018, 12, 1):
        assert not run_.events.equals(base.events), f"{name} from {start} has an effect afterwards"


def test_meetings_have_no_effect_before_the_first(linyi: Case) -> None:
    with_, without = (run_of(linyi, name) for name in ("current_arrangement", "no_meetings"))
    first = with_.events[with_.events["kind"] == "meeting"]["t"].iloc[0]
    assert_frame_equal(before(with_, first), before(without, first), check_exact=True, obj="before the first meeting")
    assert first == 6.0 and not before(with_, 60.0).equals(before(without, 60.0))


def test_every_strategy_but_the_reference_differs_from_it(linyi: Case) -> None:
    tight = forced(linyi, {"agencies.headroom": 0.2, "agencies.user_share": 0.8})
    base = run_of(tight, tight.default_strategy).indicators
    same = [name for name in list_strategies() if run_of(tight, name).indicators.equals(base)]
    assert same == [tight.default_strategy]


def test_the_past_pace_is_continued_whatever_meetings_are_worth(linyi: Case) -> None:
    """The pace so far was shown with meetings held; simply continued, it cannot depend on their assumed effect."""
    cases = [
        linyi.with_values({"attention.meeting_effect": effect, "attention.notice_effect": effect})
        for effect in (0.0, 0.3)
    ]
    calm, strong = (run_of(case, "past_pace") for case in cases)
    assert_same(strong, calm, "past pace, whatever the meetings are worth")
    ends = calm.indicators[calm.indicators["date"] == pd.Timestamp(linyi.horizon_end)]
    assert ends[ends["indicator"] == "online"]["value"].sum() > linyi.state.online.value + 100
    calm, strong = (run_of(case, "no_meetings") for case in cases)
    assert not strong.events.equals(calm.events), "held against the arrangement in force, the effect matters"


def test_a_strategy_held_against_itself_has_a_ratio_of_exactly_1(linyi: Case) -> None:
    """The past pace with the meetings it was shown under: own and reference attention are the same numbers."""
    strong = linyi.with_values({"attention.meeting_effect": 0.3, "attention.notice_effect": 0.3})
    held = load_strategy("current_arrangement").with_values({"pace": "past"})
    setting = prepare(strong, held)
    assert len(setting.levers[0]) == len(setting.levers[1]) == 2
    world = make_run(setting, 0, seed=SEED)
    outcome = run(world)
    attention = world.state.attention
    assert (attention > 0.0).any() and (attention[:, 0] == attention[:, 1]).all()
    plain = run(make_run(prepare(strong, load_strategy("past_pace")), 0, seed=SEED))
    own = [o.events[~np.isin(o.events["kind"], [int(Kind.MEETING), int(Kind.NOTICE)])] for o in (outcome, plain)]
    assert own[0].size < outcome.events.size and (own[0] == own[1]).all(), "meetings are held and change nothing"
    other = run(make_run(prepare(strong, load_strategy("no_meetings")), 0, seed=SEED))
    assert other.events.size != outcome.events.size


def test_a_drive_within_a_week_has_an_effect(linyi: Case) -> None:
    """Tuesday to Friday: four days of staff are charged, so somebody should feel them."""
    place = [lever.instrument for lever in load_strategy(DRIVE).instruments].index(DRIVE)
    short = drive(3.0, staff_days=40.0, start=dt.date(2018, 11, 13))
    short = short.with_values({f"instruments.{place}.end": dt.date(2018, 11, 16)})
    base, run_ = run_of(linyi, "current_arrangement"), run_of(linyi, short)
    spent = run_.indicators["value"] - base.indicators["value"]
    assert spent[run_.indicators["indicator"] == "staff_days:city_bureau"].iloc[-1] == 160.0
    assert not run_.events.equals(base.events), "it costs 160 staff-days and changes nothing"
    timeline = prepare(linyi, short).timeline
    assert_frame_equal(before(run_, timeline.day(dt.date(2018, 11, 12))), before(base, 62), check_exact=True)
    lever = prepare(linyi, short).levers[0][place]
    assert lever.cover[62] == 4.0 / 7.0 and np.flatnonzero(lever.cover).tolist() == [62]


def test_a_drive_over_the_holiday_acts_from_the_refresh_at_the_deadline(linyi: Case) -> None:
    """1 to 7 October: no morning and no staff, but an interval begins where the deadline of 30 September is over."""
    place = [lever.instrument for lever in load_strategy(DRIVE).instruments].index(DRIVE)
    short = drive(3.0, staff_days=40.0, start=dt.date(2018, 10, 1))
    short = short.with_values({f"instruments.{place}.end": dt.date(2018, 10, 7)})
    setting = prepare(linyi, short)
    lever = setting.levers[0][place]
    assert not lever.due.any() and np.flatnonzero(lever.cover).tolist() == [20] and lever.cover[20] == 1.0
    base, run_ = run_of(linyi, "current_arrangement"), run_of(linyi, short)
    assert_frame_equal(before(run_, 20), before(base, 20), check_exact=True, obj="up to the deadline")
    in_force = run_.events[(run_.events["t"] >= 20) & (run_.events["t"] < 27)]
    usual = base.events[(base.events["t"] >= 20) & (base.events["t"] < 27)]
    assert len(in_force) > 1.5 * len(usual) > 0, "the pace of the holiday is three times as high"
    staff = base.indicators["indicator"] == "staff_days:city_bureau"
    spent = [r.indicators[staff]["value"].tolist() for r in (run_, base)]
    assert spent[0] == spent[1] and spent[0][-1] > 0.0, "nobody is in office"


def test_no_interval_runs_across_a_deadline(linyi: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine sets intensities at the midnight that ends 30 September, though 1 October has no morning."""
    kept: list[tuple[float, float, float]] = []
    plain = simpy_engine.refresh

    def noted(*arguments: Any) -> Any:
        kept.append((arguments[-2], arguments[-1], float(arguments[2].max())))
        return plain(*arguments)

    monkeypatch.setattr(simpy_engine, "refresh", noted)
    setting = prepare(linyi, drive(2.0, start=dt.date(2018, 9, 25)))
    run(make_run(setting, 0, seed=SEED))
    intervals = [(begin, end) for begin, end, _ in kept]
    assert (14.0, 20.0) in intervals and (20.0, 27.0) in intervals
    assert [end for _, end in intervals] == [*(begin for begin, _ in intervals[1:]), 112.0], "one after the other"
    assert 20 not in setting.timeline.mornings
    assert [factor for _, _, factor in kept] == [1.0, 1.0] + [2.0] * (len(kept) - 2), "in force at the holiday too"
    kept.clear()
    run(make_run(replace(setting, timeline=replace(setting.timeline, deadlines=())), 0, seed=SEED))
    assert (14.0, 27.0) in [(begin, end) for begin, end, _ in kept], "without deadlines one interval would"
