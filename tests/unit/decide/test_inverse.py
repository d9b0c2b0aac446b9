"""Inverse answers: the interval holds what it says, with and without "more is better"; levers; what is refused."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from dpsim.decide.inverse import met_by_effort, needed
from dpsim.decide.least import (
    BEYOND,
    LOST,
    REACHED,
    WITHOUT,
    exact_limits,
    invert,
    largest_fall,
    outcome_of,
    reversed_runs,
)
from dpsim.decide.levers import find_lever, lever_points, levers_of
from dpsim.errors import DpsimError, FileFaults, InputError
from dpsim.params.load import load_case, load_strategy

LEVEL, RUNS, WORLDS = 0.9, 120, 4000
RISING = np.array([0.3, 0.6, 0.8, 0.88, 0.89, 0.91, 0.93, 0.97, 0.99])
FALLING_AGAIN = np.array([0.5, 0.93, 0.895, 0.89, 0.895, 0.97, 0.99])
NEVER = np.array([0.2, 0.5, 0.92, 0.85])
FLAT_BELOW = np.append(np.full(40, 0.895), [0.97, 0.99])


def true_answer(chances: np.ndarray) -> int:
    """Return the first setting from which on all chances are enough."""
    wrong = np.flatnonzero(chances < LEVEL)
    return int(wrong[-1]) + 1 if wrong.size else 0


def worlds(chances: np.ndarray, *, paired: bool, seed: int) -> np.ndarray:
    """Draw which runs meet the target, shape (worlds, runs, settings); the runs of all settings share their luck."""
    luck = np.random.default_rng(seed)
    u = luck.random((WORLDS, RUNS, 1 if paired else chances.size))
    return np.asarray(u < chances)


@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("chances", [RISING, FALLING_AGAIN, NEVER, FLAT_BELOW])
def test_the_interval_holds_the_true_answer(chances: np.ndarray, paired: bool) -> None:
    """Each end errs in at most 2.5% of the worlds (and 4 standard errors), whether or not more is better."""
    truth, allowed = true_answer(chances), 0.025 + 4 * (0.025 * 0.975 / WORLDS) ** 0.5
    found = [invert(met, LEVEL) for met in worlds(chances, paired=paired, seed=5)]
    assert np.mean([one.least > truth for one in found]) <= allowed
    assert np.mean([one.most < truth for one in found]) <= allowed
    assert all(one.least <= one.answer <= one.most for one in found)
    assert len({one.answer for one in found}) > 1, "an answer that cannot err needs no interval"


def test_the_first_setting_that_looks_good_is_no_answer() -> None:
    """Control: without "from there on" one of forty settings that are not enough is often taken for enough."""
    truth, wrong = true_answer(FLAT_BELOW), []
    for met in worlds(FLAT_BELOW, paired=False, seed=5):
        enough = np.flatnonzero(exact_limits(met.sum(axis=0), RUNS)[0] >= LEVEL)
        wrong.append(enough.size > 0 and enough[0] < truth)
    assert np.mean(wrong) > 0.1


def test_limits_are_exact() -> None:
    for n, counts in ((1, (0, 1)), (7, range(8)), (200, (0, 3, 100, 180, 200))):
        low, high = exact_limits(list(counts), n)
        for k, ends in zip(counts, zip(low, high, strict=True), strict=True):
            other = binomtest(k, n).proportion_ci(0.95, "exact")
            assert ends == pytest.approx((other.low, other.high), abs=1e-12), (k, n)


def table(*shares: float, n: int = 200) -> np.ndarray:
    """Return runs that meet the target with these shares; more effort never hurts a run unless a share falls."""
    return (np.arange(n)[:, None] + 0.5) / n < np.array(shares)


def test_every_outcome_has_its_word() -> None:
    assert outcome_of(table(0.95, 0.97), LEVEL, 0) == WITHOUT
    assert outcome_of(table(0.95, 0.97), LEVEL, None) == REACHED, "the least tried, where all of it is something"
    assert outcome_of(table(0.5, 0.9, 0.97), LEVEL, 0) == REACHED, "exactly the level is enough"
    assert outcome_of(table(0.5, 0.6), LEVEL, 0) == BEYOND
    assert outcome_of(table(0.5, 0.97, 0.6), LEVEL, 0) == LOST
    assert invert(table(0.5, 0.97, 0.6), LEVEL).answer == 3 and invert(table(0.5, 0.97, 0.6), LEVEL).least == 1
    assert invert(table(0.1, 0.2), LEVEL) == (2, 2, 2), "surely beyond"
    assert invert(table(1.0, 1.0, n=5), LEVEL) == (0, 0, 2), "five runs show nothing"


def test_that_more_is_better_is_looked_at_and_not_assumed() -> None:
    rises = table(0.2, 0.5, 0.9)
    assert reversed_runs(rises) == 0 and largest_fall(rises)["mean"] < 0
    falls = table(0.2, 0.9, 0.6)
    assert reversed_runs(falls) == 60
    told = largest_fall(falls)
    assert (told["before"], told["after"]) == (1, 2) and told["low"] > 0.15 < told["mean"] < told["high"]
    luck = np.random.default_rng(3).random((200, 3)) < 0.5
    assert reversed_runs(luck) > 20 and largest_fall(luck)["low"] < 0, "chance alone proves no harm"


def test_levers_have_names() -> None:
    known = levers_of(load_strategy("campaign_sprint"))
    assert {"campaign.1.start", "campaign.2.borrowed", "dispatch_meeting.every_days"} <= set(known)
    assert "campaign.start" not in known, "which of the two?"
    assert not any(name.endswith(".sector") for name in levers_of(load_strategy("balanced")))
    lever = find_lever(load_strategy("assistance"), "assistance.staff_days_per_county")
    assert float(lever.at(3.0).instruments[5].staff_days_per_county.value) == 3.0
    assert [s.instrument for s in lever.without().instruments].count("assistance") == 0
    assert len(lever.without().instruments) == len(lever.strategy.instruments) - 1
    start = find_lever(load_strategy("assistance"), "assistance.start")
    assert start.at(dt.date(2018, 11, 1)).instruments[5].start == dt.date(2018, 11, 1), "also where none was given"


def tried(strategy: str, name: str, **asked: object) -> list[object]:
    asked = {"most": 9} | asked
    return list(
        lever_points(find_lever(load_strategy(strategy), name), dt.date(2018, 9, 11), dt.date(2018, 12, 31), **asked)
    )


def test_a_start_in_the_past_is_refused() -> None:
    assert tried("assistance", "assistance.start", values=["2018-09-11"]) == [dt.date(2018, 9, 11)]
    with pytest.raises(InputError, match="2018-09-11"):
        tried("assistance", "assistance.start", values=["2018-10-01", "2017-01-01"])


def test_settings_come_with_the_least_effort_first() -> None:
    assert tried("assistance", "assistance.staff_days_per_county", most=3) == [0.0, 5.0, 10.0]
    dates = tried("assistance", "assistance.start")
    assert dates == sorted(dates, reverse=True) and dates[-1] == dt.date(2018, 9, 11) and len(dates) <= 9
    assert all((a - b).days % 7 == 0 for a, b in zip(dates, dates[1:], strict=False))
    assert tried("no_meetings", "ranking_notice.every_days", values=["7", 14, 30]) == [30, 14, 7], "rarer is less"
    later = tried("light_touch", "inspection_relief.start")
    assert later == sorted(later), "what takes visits away is less effort the earlier it starts"
    assert tried("campaign_sprint", "campaign.2.start")[-1] == dt.date(2018, 11, 19), "after the first campaign"
    caps = tried("light_touch", "inspection_relief.annual_cap", most=40)
    assert caps == list(range(1, 13)) and all(isinstance(cap, int) for cap in caps)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"lever": "assistance"}, "assistance.staff_days_per_county"),
        ({"lever": 3}, "assistance.start"),
        ({"level": 1.0}, "0 < x < 1"),
        ({"level": "much"}, "much"),
        ({"attainment": 1.2}, "1.2"),
        ({"attainment": 0}, "attainment"),
        ({"target": "nothing"}, "all_online"),
        ({"replications": 1}, "1"),
        ({"points": 1}, "60"),
        ({"points": 61}, "60"),
        ({"values": []}, "60"),
        ({"values": [1.0, 1]}, "1"),
        ({"values": ["soon"]}, "soon"),
        ({"values": [float("nan")]}, "nan"),
        ({"values": [11]}, "11"),
        ({"lever": "assistance.start", "values": [1.0]}, "1.0"),
        ({"lever": "assistance.start", "values": ["2018-13-01"]}, "2018-13-01"),
        ({"lever": "risk_weighted.share", "values": [0.9]}, "1.25"),
        ({"case": "linyi-2018"}, "load_case"),
        ({"strategy": "assistance"}, "load_strategy"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_run(
    change: dict[str, object], word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dpsim.decide.inverse.run_ensemble", lambda *_, **__: pytest.fail("it was run"))
    asked = {
        "case": load_case("linyi-2018"),
        "strategy": load_strategy("assistance"),
        "lever": "assistance.staff_days_per_county",
        "replications": 2,
        "seed": 1,
    } | change
    with pytest.raises((InputError, FileFaults)) as caught:
        needed(**asked)  # type: ignore[arg-type]
    assert isinstance(caught.value, DpsimError) and word in caught.value.text("zh"), caught.value.text("zh")
    assert caught.value.text("en") != caught.value.text("zh")


def test_no_answer_from_some_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """After Ctrl-C the settings that are left are not run, and nothing is concluded."""
    calls = []

    def stopped(*_: object, whole: bool, **__: object) -> SimpleNamespace:
        calls.append(whole)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return SimpleNamespace()

    monkeypatch.setattr("dpsim.decide.inverse.run_ensemble", stopped)
    case, strategy = load_case("linyi-2018"), load_strategy("assistance")
    with pytest.raises(KeyboardInterrupt):
        needed(case, strategy, "assistance.staff_days_per_county", replications=2, seed=1)
    assert calls == [True, True]


def test_a_failed_run_leaves_its_replication_out_everywhere() -> None:
    def runs(numbers: list[int], done: list[int]) -> SimpleNamespace:
        frame = pd.DataFrame({"replication": numbers, "target": "t", "attained": done, "required": 10})
        other = frame.assign(target="other", attained=10)
        return SimpleNamespace(attained=pd.concat([other, frame]))

    met = met_by_effort([runs([0, 1, 2], [8, 9, 10]), runs([2, 0], [10, 9])], "t", 0.9)  # type: ignore[list-item]
    assert met.tolist() == [[False, True], [True, True]], "replications 0 and 2, each beside itself"
    assert met_by_effort([runs([0, 1], [8, 9])], "t", 0.8).all(), "control: what counts as met counts"  # type: ignore[list-item]


def test_after_ctrl_c_no_runs_are_said_to_be_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An ensemble by itself says that its finished runs are used; those of an answer are not, and it says nothing."""

    def stopped(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr("dpsim.experiments.ensemble._stream", stopped)
    case, strategy = load_case("linyi-2018"), load_strategy("assistance")
    with pytest.raises(KeyboardInterrupt):
        needed(case, strategy, "assistance.staff_days_per_county", replications=2, seed=1, workers=1)
    assert capsys.readouterr().err == ""
