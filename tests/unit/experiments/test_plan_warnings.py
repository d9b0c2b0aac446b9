"""What a strategy asks for in vain is told; where all is well nothing is."""

from __future__ import annotations

import datetime as dt

import pytest

from dpsim.experiments.plan_warnings import plan_warnings, run_notes
from dpsim.model.prior import case_timeline
from dpsim.model.staffing import pool_days
from dpsim.params.blocks_reporting import reporting_off
from dpsim.params.load import list_cases, list_strategies, load_case, load_strategy
from dpsim.params.schema import Case


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("linyi-2018")


@pytest.mark.parametrize("name", list_strategies())
def test_strategies_of_the_place_and_year_are_not_complained_of(case: Case, name: str) -> None:
    own = [load_case(each) for each in list_cases() if each.partition("-")[0] == name.partition("_")[0]]
    assert plan_warnings(own[0] if own else case, load_strategy(name), "en") == []


def test_a_window_of_another_year_is_told_of(case: Case) -> None:
    """One note for each instrument whose dates are of another year, in the order of the file, and no other."""
    drive, experts = plan_warnings(case, load_strategy("yiyang_2025"), "en")
    assert '"sector focus"' in drive and '"resident experts"' in experts
    assert all("acts on no day" in said and "2018-12-31" in said for said in (drive, experts))


def test_dates_of_another_year_are_told(case: Case) -> None:
    """The campaign of September to December ends before runs that begin at the year's end."""
    later = case.with_values({"horizon_end": dt.date(2019, 12, 31)}).model_copy(update={"as_of": dt.date(2019, 9, 10)})
    said = plan_warnings(later, load_strategy("deadline_drive"), "en")
    assert len(said) == 2 and all("acts on no day" in note and "2019-09-10" in note for note in said), said
    assert '"campaign"' in said[1] and "“专项行动”" in plan_warnings(later, load_strategy("deadline_drive"), "zh")[1]


def test_meetings_beyond_the_staff_are_told(case: Case) -> None:
    strategy, timeline = load_strategy("current_arrangement"), case_timeline(case)
    pool = pool_days(case, len(timeline.mornings))
    assert pool == pytest.approx(15 * 0.35 * 13 * 76)
    one = case.staff.inspectors_per_county.model_copy(update={"value": 1})
    fewer = case.model_copy(update={"staff": case.staff.model_copy(update={"inspectors_per_county": one})})
    (note,) = plan_warnings(fewer, strategy, "en")
    held = 14 * 30 + 3 * 5  # of 16 weekly meetings two move to one day, and one falls on the last day
    assert f"ask for {held} staff-days and all counties together have {pool / 15:.0f}" in note


def test_the_reading_of_the_split_is_told_where_there_are_two(case: Case) -> None:
    strategy = load_strategy("current_arrangement")
    assert any("benchmark_split" in note for note in run_notes(case, strategy, "en"))
    one = case.scenario.benchmark_split.model_copy(update={"options": ("proportional",)})
    known = case.model_copy(update={"scenario": case.scenario.model_copy(update={"benchmark_split": one})})
    assert not any("benchmark_split" in note for note in run_notes(known, strategy, "en"))


VAIN = [  # strategy, its setting, the value that comes to nothing and one that does not, what is said
    ("third_party_capacity", "budget", 33299, 33300, "buys nothing"),
    ("third_party_capacity", "willing_share", 0.0, 0.01, "no enterprise is willing"),
    ("third_party_subsidy", "budget", 1.0, 1e6, "buys nothing"),
    ("chancheng_grid_trial", "county_share", 0.03, 0.04, "comes to none"),
]


@pytest.mark.parametrize(("name", "key", "idle", "acting", "words"), VAIN, ids=[f"{row[0]}-{row[1]}" for row in VAIN])
def test_a_setting_that_does_nothing_is_told(
    case: Case, name: str, key: str, idle: float, acting: float, words: str
) -> None:
    strategy = load_strategy(name)
    (k,) = (k for k, one in enumerate(strategy.instruments) if hasattr(one, key))

    def said(value: float, lang: str) -> list[str]:
        settings = strategy.instruments[k]
        given = getattr(settings, key) or case.staff.inspectors_per_county
        own = settings.model_copy(update={key: given.model_copy(update={"value": value})})
        others = (*strategy.instruments[:k], own, *strategy.instruments[k + 1 :])
        return plan_warnings(case, strategy.model_copy(update={"instruments": others}), lang)

    before, now = plan_warnings(case, strategy, "en"), said(idle, "en")
    (note,) = (one for one in now if one not in before)
    assert words in note and len(said(idle, "zh")) == len(now)
    assert said(acting, "en") == before, "control"


def test_reports_later_than_the_horizon_are_told(case: Case) -> None:
    strategy, days = load_strategy("past_pace"), (case.horizon_end - case.as_of).days
    for delay, notes in ((days, 1), (days - 1, 0)):
        block = reporting_off()
        late = block.model_copy(update={"delay_days": block.delay_days.model_copy(update={"value": delay})})
        said = plan_warnings(case.model_copy(update={"reporting": late}), strategy, "en")
        assert len(said) == notes and all(f"{days} days late" in note for note in said)
