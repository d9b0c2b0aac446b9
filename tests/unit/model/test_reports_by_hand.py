"""Reports of two counties by hand: what is shaded, what stands, what arrives late."""

from __future__ import annotations

import numpy as np
import pytest

from dpsim.core.words import GROUPS, STAGES
from dpsim.errors import FileFaults, InputError
from dpsim.experiments.reported import check_reported
from dpsim.measure.stages import last_told
from dpsim.model.prior import case_timeline
from dpsim.model.reporting import ALL, Reporting, Reports, case_reporting, make_reports, shaded, shaded_part, tell
from dpsim.model.state import Assess, Build, Col
from dpsim.model.targets import resolve_targets
from dpsim.params.load import load_case

ONLINE, BUILT = 1 + STAGES.index("online"), 1 + STAGES.index("built")
BENCHMARK, OTHER = GROUPS.index("benchmark"), GROUPS.index("other")
DUE, WINDOW = 20, 10
DONE = np.array([[10, 8, 7, 4, 3, 2], [6, 6, 6, 6, 0, 0]])
"""On the list, built, connected, online, assessed, passed: one county short of online by 6, one by nothing."""


def law(*targets: tuple[int, int, int], shading: float = 0.5, delay: int = 0) -> Reporting:
    """Reports shaded before targets (due, stage, group) that ask for everybody of 10."""
    due, stage, group = (np.array(column, dtype=np.int64) for column in zip(*targets, strict=True))
    return Reporting(True, delay, shading, WINDOW, due, stage, group, np.tile(np.arange(11), (len(targets), 1)))


def groups_of(done: np.ndarray, benchmarks: int = 0, online: int = 0) -> np.ndarray:
    """Counts by group: of the first county so many benchmarks, so many of them online; the rest is other."""
    out = np.zeros((len(done), len(GROUPS), done.shape[1]), dtype=np.int64)
    out[0, BENCHMARK, [0, BUILT, ONLINE]] = benchmarks, benchmarks, online
    out[:, OTHER] = done - out[:, BENCHMARK]
    return out


def made(day: int, rules: Reporting, done: np.ndarray = DONE, told: np.ndarray = DONE) -> list:
    return shaded(day, done, groups_of(done, 3, 1), told, DONE, rules).tolist()


@pytest.mark.parametrize(
    ("left", "part"), [(10, 0), (9, 0), (5, 1), (4, 1), (3, 2), (1, 2), (0, 3), (-1, 0), (-30, 0), (11, 0)]
)
def test_the_part_grows_by_the_day_to_its_full_value(left: int, part: int) -> None:
    assert shaded_part(0.5, WINDOW, left, 6) == part, "half of 6, times the elapsed tenths of the window, rounded down"
    assert shaded_part(0.5, WINDOW, left, -4) == shaded_part(0.0, WINDOW, left, 6) == 0


def test_a_whole_part_is_not_rounded_down() -> None:
    assert shaded_part(0.29, WINDOW, 0, 100) == 29 and shaded_part(1.0, WINDOW, 0, 7) == 7


def test_a_county_that_is_short_reports_part_of_its_gap() -> None:
    rules = law((DUE, ONLINE, ALL))
    assert made(10, rules) == DONE.tolist(), "the window has not begun"
    assert made(15, rules) == [[10, 8, 7, 5, 3, 2], DONE[1].tolist()]
    assert made(20, rules) == [[10, 8, 7, 7, 3, 2], DONE[1].tolist()]


def test_who_is_reported_online_is_reported_built_and_connected() -> None:
    assert made(20, law((DUE, ONLINE, ALL), shading=1.0))[0] == [10, 10, 10, 10, 3, 2]
    assert made(20, law((DUE, 1 + STAGES.index("passed"), ALL), shading=1.0))[0] == [10, 10, 7, 4, 10, 10]


def test_what_was_reported_stands_until_it_is_done() -> None:
    rules, told = law((DUE, ONLINE, ALL)), np.array(made(20, law((DUE, ONLINE, ALL))))
    later, shown = DONE.copy(), []
    for online in (4, 5, 7, 8):
        now = later.copy()
        now[0, ONLINE], now[0, 2] = online, max(7, online)
        told = shaded(DUE + 1, now, groups_of(now, 3, 1), told, later, rules)
        later, shown = now, [*shown, int(told[0, ONLINE])]
    assert shown == [7, 7, 7, 8], "three too many at the date; what is done since fills them up, then counts"


def test_who_leaves_the_list_leaves_the_report() -> None:
    told, now = np.array(made(20, law((DUE, ONLINE, ALL), shading=1.0))), DONE.copy()
    now[0] = [7, 6, 5, 3, 3, 2]
    assert made(21, law((DUE, ONLINE, ALL)), now, told)[0] == [7, 7, 7, 7, 3, 2], "nobody beyond the list"


def test_targets_of_groups_add_up_and_the_larger_claim_counts() -> None:
    benchmark, other, every = ((DUE, ONLINE, group) for group in (BENCHMARK, OTHER, ALL))
    assert made(20, law(benchmark))[0][ONLINE] == 4 + 1, "half of 2 benchmarks"
    assert made(20, law(other))[0][ONLINE] == 4 + 2, "half of 4 others"
    assert made(20, law(benchmark, other))[0][ONLINE] == 4 + 3
    assert made(20, law(benchmark, benchmark))[0][ONLINE] == 4 + 1, "one gap is not reported twice"
    assert made(20, law(benchmark, (DUE + 8, ONLINE, ALL)))[0][ONLINE] == 4 + 1, "a date further off claims less"


def test_a_report_arrives_late_and_the_published_count_stands_until_then() -> None:
    status = np.zeros((4, len(Col)), dtype=np.int64)
    status[:, Col.ON_LIST] = 1
    county, group = np.array([0, 0, 1, 1]), np.zeros(4, dtype=np.int64)
    rules = law((500, ONLINE, ALL), delay=3)
    reports, seen = make_reports(rules, 12, 2), []
    for day in (-1, 0, 1, 4, 5, 8):  # days 2, 3, 6 and 7 are no working days
        status[: min(4, day // 2 + 1), Col.BUILD] = Build.BUILT
        status[:, Col.ASSESS] = Assess.NONE
        done = np.zeros((2, 6), dtype=np.int64)
        done[:, 0] = 2
        done[:, BUILT] = np.bincount(county, weights=status[:, Col.BUILD] == Build.BUILT, minlength=2)
        seen.append(int(tell(day, done, status, county, group, rules, reports)[:, BUILT].sum()))
    assert seen == [0, 0, 0, 1, 1, 3], "of day 8: the report of day 5; of days 4 and 5: that of day 1"
    assert reports.told[:, :, BUILT].sum(axis=1)[:10].tolist() == [0, 1, 1, 1, 1, 3, 3, 3, 3, 4]


def test_between_two_reports_more_may_be_done_than_was_reported() -> None:
    told = np.array([[[10, 8, 7, 7, 3, 2]]])
    assert last_told(np.array([[[10, 9, 7, 5, 3, 2]]]), told).tolist() == [[[10, 9, 7, 7, 3, 2]]]
    assert last_told(np.array([[[6, 6, 6, 5, 3, 2]]]), told).tolist() == [[[6, 6, 6, 6, 3, 2]]]


# ------------------------------------------------------------------------------------------------------ the block
def test_a_case_without_the_block_has_no_law_and_no_book() -> None:
    case = load_case("linyi-2018")
    for one in (case, case.with_values({"reporting.delay_days": 0})):
        rules = case_reporting(one, case_timeline(one), 1748)
        assert not rules.on and make_reports(rules, 100, 13).told.size == 0
    assert case.reporting is None


def test_the_law_of_a_case_is_that_of_its_targets() -> None:
    case = load_case("linyi-2018").with_values({"reporting.shading": 0.4, "reporting.delay_days": 7})
    timeline = case_timeline(case)
    rules, targets = case_reporting(case, timeline, 1748), resolve_targets(case)
    assert (rules.on, rules.delay, rules.shading, rules.window) == (True, 7, 0.4, 30)
    assert [timeline.date(int(day)) for day in rules.due] == [target.deadline for target in targets]
    assert [STAGES[stage - 1] for stage in rules.stage] == [target.stage for target in targets]
    assert [("other", "benchmark", "all")[g] for g in rules.group] == [target.group for target in targets]
    for target, needed in zip(targets, rules.needed, strict=True):
        assert needed[target.total] == target.required and needed[0] == 0
    assert isinstance(make_reports(rules, 5, 2), Reports)


def test_values_set_in_a_case_without_the_block_say_that_they_are_assumed() -> None:
    case = load_case("linyi-2018").with_values({"reporting.shading": 0.4})
    assert case.reporting is not None
    for name, part in case.reporting.named().items():
        assert part.assumed and part.reason is not None and part.source is None, name
    assert case.quantities()["reporting.shading_days"].value == 30
    assert load_case("linyi-2018").with_values({"agencies.headroom": 1.4}).reporting is None


@pytest.mark.parametrize(
    ("key", "value"),
    [("shading", 1.5), ("shading", -0.1), ("delay_days", 2.5), ("delay_days", -1), ("shading_days", 0)],
)
def test_values_that_cannot_be_are_refused(key: str, value: float) -> None:
    with pytest.raises(FileFaults) as caught:
        load_case("linyi-2018").with_values({f"reporting.{key}": value})
    for lang in ("zh", "en"):
        assert f"reporting.{key}" in caught.value.text(lang)


def test_a_key_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="reporting.delay_days"):
        load_case("linyi-2018").with_values({"reporting.delay": 3})


def test_shaded_reports_are_not_counted_by_groups_they_do_not_have() -> None:
    case = load_case("linyi-2018")
    late = case.with_values({"reporting.delay_days": 7})
    false = case.with_values({"reporting.shading": 0.4})
    for one, by in ((case, ("tier",)), (late, ("tier",)), (false, ("county",)), (false, ("city",))):
        check_reported(one, by)
    with pytest.raises(InputError) as caught:
        check_reported(false, ("county", "tier"))
    for lang in ("zh", "en"):
        said = caught.value.text(lang)
        assert "tier" in said and "reporting.shading" in said and "linyi-2018" in said
