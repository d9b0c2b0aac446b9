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
from dpsim.engines.world import Lever, Setting
from dpsim.experiments.replication import Replication, prepare, run_replication
from dpsim.model.paths import Pace
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case, Strategy

SEED = 31
DRIVE = "deadline_drive"

pytestmark = pytest.mark.usefixtures("adoption_only")


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
    values["factor.range"] = [1.0, 20.0]
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


STARTS = [
    dt.date(2018, 9, 17),
    dt.date(2018, 9, 28),  # Friday before a weekend of work and the deadline
    dt.date(2018, 10, 1),  # a holiday: the first morning is that of 8 October
    dt.date(2018, 10, 8),
    dt.date(2018, 10, 13),  # a Saturday: the first morning is that of the 15th
    dt.date(2018, 11, 14),  # a Wednesday
    dt.date(2018, 12, 10),
]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("name", ["deadline_drive", "third_party_capacity"])
def test_no_effect_before_its_cause(linyi: Case, name: str, start: dt.date) -> None:
    """Events, queues and counts up to an instrument's first morning are those of the arrangement without it."""
    tight = forced(linyi, {"agencies.headroom": 0.2, "agencies.user_share": 0.8})
    strategy = load_strategy(name)
    place = [lever.instrument for lever in strategy.instruments].index(name)
    run_ = run_of(tight, strategy.with_values({f"instruments.{place}.start": start}))
    base = run_of(tight, "current_arrangement")
    timeline = prepare(tight, strategy).timeline
    day = next(int(k) for k in timeline.mornings if k >= timeline.day(start))
    assert (timeline.date(day) == start) == (start not in (dt.date(2018, 10, 1), dt.date(2018, 10, 13)))
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
    held = load_strategy("current_arrangement").model_copy(update={"pace": "past"})
    setting = prepare(strong, held)
    assert len(setting.levers[0]) == len(setting.levers[1]) == len(held.instruments)
    world = make_run(setting, 0, seed=SEED)
    outcome = run(world)
    attention = world.state.attention
    assert (attention > 0.0).any() and (attention[:, 0] == attention[:, 1]).all()
    plain = run(make_run(prepare(strong, load_strategy("past_pace")), 0, seed=SEED))
    own = [o.events[~np.isin(o.events["kind"], [int(Kind.MEETING), int(Kind.NOTICE)])] for o in (outcome, plain)]
    assert own[0].size < outcome.events.size and (own[0] == own[1]).all(), "meetings are held and change nothing"
    other = run(make_run(prepare(strong, load_strategy("no_meetings")), 0, seed=SEED))
    assert other.events.size != outcome.events.size


def drive_from(start: dt.date, end: dt.date, factor: float = 3.0, *, staff_days: float = 40.0) -> Strategy:
    place = [lever.instrument for lever in load_strategy(DRIVE).instruments].index(DRIVE)
    return drive(factor, staff_days=staff_days, start=start).with_values({f"instruments.{place}.end": end})


def the_drive(setting: Setting) -> Lever:
    return next(lever for lever in setting.levers[0] if lever.module.NAME == DRIVE)


def staff_of(run_: Replication) -> list[float]:
    return run_.indicators[run_.indicators["indicator"] == "staff_days:city_bureau"]["value"].tolist()


@pytest.mark.parametrize(
    ("first", "last", "staff"),
    [(13, 16, 160.0), (13, 13, 40.0), (14, 15, 80.0), (16, 18, 40.0), (12, 16, 200.0)],
)
def test_a_drive_within_a_week_has_an_effect(linyi: Case, first: int, last: int, staff: float) -> None:
    """Some days of one week of November: staff are charged, and somebody feels them, from the first morning on."""
    short = drive_from(dt.date(2018, 11, first), dt.date(2018, 11, last), 20.0)
    base, run_ = run_of(linyi, "current_arrangement"), run_of(linyi, short)
    assert staff_of(run_)[-1] - staff_of(base)[-1] == staff
    assert not run_.events.equals(base.events), f"it costs {staff} staff-days and changes nothing"
    timeline = prepare(linyi, short).timeline
    begin = timeline.day(dt.date(2018, 11, first))
    assert_frame_equal(before(run_, begin), before(base, begin), check_exact=True, obj="up to the first morning")
    after = next(int(k) for k in timeline.mornings if k > timeline.day(dt.date(2018, 11, last)))
    during = [len(before(r, after)) - len(before(r, begin)) for r in (run_, base)]
    assert during[0] > 1.5 * during[1], f"twenty times the pace while it lasts: {during} events"


def test_a_drive_on_monday_only_is_not_one_of_the_whole_week(linyi: Case) -> None:
    monday, friday, sunday = (
        run_of(linyi, drive_from(dt.date(2018, 11, 12), dt.date(2018, 11, last), 20.0)) for last in (12, 16, 18)
    )
    assert_same(friday, sunday, "to Friday or to Sunday: no morning lies between")
    assert_frame_equal(before(monday, 63), before(friday, 63), check_exact=True, obj="on Monday")
    week = [len(before(r, 69)) - len(before(r, 63)) for r in (monday, friday)]
    assert 1.5 * week[0] < week[1], f"from Tuesday on, only one of them goes on: {week} events"
    assert staff_of(friday)[-1] - staff_of(monday)[-1] == 160.0
    base = run_of(linyi, "current_arrangement")
    assert not monday.events.equals(base.events) and not before(monday, 63).equals(before(base, 63))


@pytest.mark.parametrize("start", [dt.date(2018, 9, 17), dt.date(2018, 10, 3), dt.date(2018, 11, 14)])
def test_a_drive_of_factor_1_changes_nothing_wherever_it_begins_and_ends(linyi: Case, start: dt.date) -> None:
    base = run_of(linyi, "current_arrangement")
    for days in (0, 2, 20):
        still = drive_from(start, start + dt.timedelta(days=days), 1.0, staff_days=0.0)
        assert_same(run_of(linyi, still), base, f"factor 1, {days} days from {start}")


@pytest.mark.parametrize("pace", [Pace.CONSTANT, None])
def test_intensities_set_anew_with_a_factor_of_almost_1_change_almost_nothing(linyi: Case, pace: Pace | None) -> None:
    """Constant intensities do not notice that they are set anew within an interval; those of a gap just do."""
    case = queueless(linyi)

    def times(strategy: Strategy) -> np.ndarray:
        world = make_run(prepare(case, strategy), 0, seed=SEED, pace=pace, speed=2.0)
        return first_times(world, run(world))

    none = times(load_strategy("current_arrangement"))
    almost = times(drive_from(dt.date(2018, 11, 14), dt.date(2018, 11, 22), 1.0 + 1e-13))
    assert (np.isfinite(none) & (none >= 64.0)).sum() > 50
    assert (np.where(none < 64.0, none, np.inf) == np.where(almost < 64.0, almost, np.inf)).all(), "before its start"
    if pace is Pace.CONSTANT:
        assert almost == pytest.approx(none, rel=1e-10)
        twice = times(drive_from(dt.date(2018, 11, 14), dt.date(2018, 11, 22), 2.0))
        assert twice != pytest.approx(none, rel=1e-10), "a real factor would be noticed"
    else:
        assert almost != pytest.approx(none, rel=1e-10), "the gap is counted anew on a switch morning"
        assert np.abs(np.isfinite(almost).sum(axis=0) - np.isfinite(none).sum(axis=0)).max() <= 2


def test_a_drive_over_the_holiday_has_no_morning_and_no_effect(linyi: Case) -> None:
    """1 to 7 October: no staff, and what the last morning before left in force stays in force."""
    short = drive_from(dt.date(2018, 10, 1), dt.date(2018, 10, 7))
    setting = prepare(linyi, short)
    assert not the_drive(setting).due.any()
    base = run_of(linyi, "current_arrangement")
    assert_same(run_of(linyi, short), base, "a drive of the holiday")


def test_a_drive_of_the_last_morning_before_the_holiday_acts_until_the_next(linyi: Case) -> None:
    """To Sunday 30 September, a morning: its levers stay, also where an interval begins on 1 October."""
    begin, until = dt.date(2018, 9, 29), {day: dt.date(2018, *day) for day in ((9, 29), (9, 30), (10, 7), (10, 8))}
    base, saturday, sunday, holiday, monday = (
        run_of(linyi, "current_arrangement"),
        *(run_of(linyi, drive_from(begin, end)) for end in until.values()),
    )
    assert_same(holiday, sunday, "to 30 September or to 7 October: no morning lies between")
    in_force, ended, usual = (r.events[(r.events["t"] >= 20) & (r.events["t"] < 27)] for r in (sunday, saturday, base))
    assert len(in_force) > 1.5 * len(usual) > 0, "the pace of the holiday is three times as high"
    assert len(in_force) > 1.5 * len(ended) > 0, "what ended on Saturday has no part in it"
    assert [staff_of(r)[-1] - staff_of(base)[-1] for r in (saturday, sunday, monday)] == [40.0, 80.0, 120.0]
    assert_frame_equal(before(monday, 27), before(sunday, 27), check_exact=True, obj="up to 8 October")
    assert not before(monday, 28).equals(before(sunday, 28)), "over on the first morning after it"
    for run_ in (saturday, sunday):
        assert_frame_equal(before(run_, 18), before(base, 18), check_exact=True, obj="up to 29 September")
    assert_frame_equal(before(saturday, 19), before(sunday, 19), check_exact=True, obj="up to 30 September")


# ------------------------------------------------------------------------------------------------ switch mornings
Noted = list[tuple[float, float, float]]
"""Begin, end and factor of each time intensities are set."""


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> Noted:
    kept: Noted = []
    plain = simpy_engine.refresh

    def kept_and_done(*arguments: Any) -> Any:
        factor = arguments[2]
        assert (factor == factor[0]).all(), "a drive moves all groups alike"
        kept.append((arguments[-2], arguments[-1], float(factor[0])))
        return plain(*arguments)

    monkeypatch.setattr(simpy_engine, "refresh", kept_and_done)
    return kept


def intervals_of(case: Case) -> dict[float, float]:
    timeline = prepare(case, load_strategy("current_arrangement")).timeline
    times = [*timeline.refresh_times.tolist(), float(timeline.days)]
    assert times[:5] == [0.0, 6.0, 14.0, 20.0, 27.0] and times[-1] == 112.0
    return dict(zip(times, times[1:], strict=False))


@pytest.mark.parametrize(
    ("start", "end", "extra", "in_force"),
    [
        ((11, 13), (11, 16), {63: 69}, (63, 69)),  # Tuesday to Friday: over with the week
        ((11, 12), (11, 12), {63: 69}, (62, 63)),  # Monday only: over on Tuesday
        ((11, 12), (11, 16), {}, (62, 69)),  # Monday to Friday: the weeks' own mornings are enough
        ((11, 12), (11, 18), {}, (62, 69)),
        ((11, 14), (11, 15), {64: 69, 66: 69}, (64, 66)),  # within a week
        ((11, 14), (11, 21), {64: 69, 72: 76}, (64, 72)),  # Wednesday to Wednesday
        ((11, 16), (11, 16), {66: 69}, (66, 69)),  # a Friday stays over the weekend
        ((11, 17), (11, 18), {}, None),  # a weekend has no morning
        ((11, 17), (11, 19), {70: 76}, (69, 70)),  # from a Saturday: never before its start
        ((10, 1), (10, 7), {}, None),  # nor has the holiday
        ((9, 28), (9, 30), {17: 20}, (17, 27)),  # the levers of 30 September hold at the deadline's midnight
        ((9, 28), (9, 29), {17: 20, 19: 20}, (17, 19)),  # over on the last morning before the deadline
        ((10, 3), (10, 8), {28: 34}, (27, 28)),
        ((9, 1), (9, 11), {1: 6}, (0, 1)),  # the very first morning
        ((12, 29), (12, 31), {109: 112}, (109, 112)),  # the very last
        ((12, 30), (12, 31), {}, None),
        ((9, 1), (12, 31), {}, (0, 112)),
    ],
)
def test_intensities_are_set_anew_on_switch_mornings_and_no_others(
    linyi: Case,
    noted: Noted,
    start: tuple[int, int],
    end: tuple[int, int],
    extra: dict[int, int],
    in_force: tuple[int, int] | None,
) -> None:
    """Each week, at the deadline, and where a drive begins or is over, to the unchanged end of the interval."""
    setting = prepare(linyi, drive_from(dt.date(2018, *start), dt.date(2018, *end)))
    run(make_run(setting, 0, seed=SEED))
    low, high = in_force or (0, 0)
    wanted = {**intervals_of(linyi), **{float(k): float(to) for k, to in extra.items()}}
    assert noted == [(t, wanted[t], 3.0 if low <= t < high else 1.0) for t in sorted(wanted)]


def test_a_drive_of_factor_1_sets_nothing_anew(linyi: Case, noted: Noted) -> None:
    plain = [(begin, end, 1.0) for begin, end in intervals_of(linyi).items()]
    run(make_run(prepare(linyi, drive_from(dt.date(2018, 11, 14), dt.date(2018, 11, 20), 1.0)), 0, seed=SEED))
    assert noted == plain
    noted.clear()
    run(make_run(prepare(linyi, load_strategy("current_arrangement")), 0, seed=SEED))
    assert noted == plain


def test_a_drive_the_reference_holds_too_sets_nothing_anew(linyi: Case, noted: Noted) -> None:
    """What counts is the strategy's factor over the reference's."""
    setting = prepare(linyi, drive_from(dt.date(2018, 11, 14), dt.date(2018, 11, 20), staff_days=0.0))
    own, reference = setting.levers
    alike = run(make_run(replace(setting, levers=(own, own)), 0, seed=SEED))
    plain = [(begin, end, 1.0) for begin, end in intervals_of(linyi).items()]
    assert noted == plain
    base = run(make_run(prepare(linyi, load_strategy("current_arrangement")), 0, seed=SEED))
    assert (alike.events == base.events).all() and alike.events.size == base.events.size > 100
    noted.clear()
    run(make_run(replace(setting, levers=(reference, own)), 0, seed=SEED))
    assert [(t, factor) for t, _, factor in noted if factor != 1.0 or t in (64.0, 71.0)] == [
        *((64.0, 1 / 3), (69.0, 1 / 3), (71.0, 1.0))
    ], "only the reference has one: a third of the pace, on the same mornings"


def test_one_drive_after_the_other_switches_from_factor_to_factor(linyi: Case, noted: Noted) -> None:
    first = prepare(linyi, drive_from(dt.date(2018, 11, 13), dt.date(2018, 11, 14), 2.0))
    second = prepare(linyi, drive_from(dt.date(2018, 11, 15), dt.date(2018, 11, 21), 3.0))
    third = prepare(linyi, drive_from(dt.date(2018, 11, 16), dt.date(2018, 11, 20), 2.0))
    levers = (*first.levers[0], the_drive(second), the_drive(third))
    assert [lever.module.NAME for lever in levers].count(DRIVE) == 3
    run(make_run(replace(first, levers=(levers, first.levers[1])), 0, seed=SEED))
    assert [entry for entry in noted if 62.0 <= entry[0] < 83.0] == [
        (62.0, 69.0, 1.0),
        (63.0, 69.0, 2.0),
        (65.0, 69.0, 3.0),
        (66.0, 69.0, 6.0),
        (69.0, 76.0, 6.0),
        (71.0, 76.0, 3.0),
        (72.0, 76.0, 1.0),
        (76.0, 83.0, 1.0),
    ]


def test_no_interval_runs_across_a_deadline(linyi: Case, noted: Noted) -> None:
    """The engine sets intensities at the midnight that ends 30 September, though 1 October has no morning."""
    setting = prepare(linyi, drive(2.0, start=dt.date(2018, 9, 25)))
    run(make_run(setting, 0, seed=SEED))
    intervals = [(begin, end) for begin, end, _ in noted]
    assert (14.0, 20.0) in intervals and (20.0, 27.0) in intervals
    assert [end for _, end in intervals] == [*(begin for begin, _ in intervals[1:]), 112.0], "one after the other"
    assert 20 not in setting.timeline.mornings
    assert [factor for _, _, factor in noted] == [1.0, 1.0] + [2.0] * (len(noted) - 2), "in force at the holiday too"
    noted.clear()
    run(make_run(replace(setting, timeline=replace(setting.timeline, deadlines=())), 0, seed=SEED))
    assert (14.0, 27.0) in [(begin, end) for begin, end, _ in noted], "without deadlines one interval would"


def test_a_deadline_within_a_week_and_a_switch_on_that_morning_are_one(linyi: Case, noted: Noted) -> None:
    """Due on Wednesday 14 November: an interval begins with Thursday, and a drive that begins then begins with it."""
    setting = prepare(linyi, drive_from(dt.date(2018, 11, 15), dt.date(2018, 11, 15)))
    days = replace(setting.timeline, deadlines=(dt.date(2018, 11, 14),))
    run(make_run(replace(setting, timeline=days), 0, seed=SEED))
    assert [entry for entry in noted if 62.0 <= entry[0] < 76.0] == [
        *((62.0, 65.0, 1.0), (65.0, 69.0, 3.0), (66.0, 69.0, 1.0), (69.0, 76.0, 1.0))
    ]
