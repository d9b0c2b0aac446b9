"""Published figures beside the runs: what is measured is what happened, and what is said of it is computed."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dpsim.core.streams import Stream, uniform
from dpsim.core.words import GROUPS, Channel, Kind
from dpsim.engines.log import EVENT
from dpsim.engines.world import make_world
from dpsim.experiments.ensemble import run_ensemble
from dpsim.experiments.measured import run_one
from dpsim.experiments.published import (
    PARTS,
    RunsSeen,
    Standing,
    asked_of,
    run_published,
    standing,
    strategies_of,
    unused,
)
from dpsim.experiments.replication import prepare, run_replication, strategy_paths
from dpsim.model.state import Build, Col
from dpsim.params.faults import Origin
from dpsim.params.load import load_case, load_strategy
from dpsim.params.readings import Published
from dpsim.params.schema import Case, Strategy
from dpsim.params.uncertain import drawn_case
from dpsim.published import hazards_listed, larger_accidents, quantities
from dpsim.published.second_visit_ratio import measure_run

RUNS, SEED = 3, 4
AS_OF, LAST = dt.date(2018, 9, 10), dt.date(2018, 12, 31)
LOOSE = {"id": "x", "source": "EX28", "value": 0.5}


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("linyi-2018")


@pytest.fixture(scope="module")
def seen(case: Case) -> RunsSeen:
    strategy = load_strategy(case.default_strategy)
    return RunsSeen(
        case, run_ensemble(case, strategy, replications=RUNS, seed=SEED, by=("city",), workers=1).indicators
    )


@pytest.fixture(scope="module")
def events(case: Case) -> pd.DataFrame:
    """The events of replication 1."""
    strategy = load_strategy(case.default_strategy)
    return run_replication(case, strategy, seed=SEED, replication=1, trace=True, by=("city",)).events


def figure(quantity: str, unit: str, **more: Any) -> Published:
    window = quantities()[quantity].TAKES.window
    when = {"from": AS_OF, "to": LAST} if window else {"date": LAST}
    return Published.model_validate({**LOOSE, "quantity": quantity, "unit": unit, **when, **more})


def measured(case: Case, seen: RunsSeen, quantity: str, unit: str, **more: Any) -> Any:
    return quantities()[quantity].measure(seen, asked_of(case, figure(quantity, unit, **more)))


def test_what_is_measured_is_what_the_events_say(case: Case, seen: RunsSeen, events: pd.DataFrame) -> None:
    """Of one run, counted again in its events."""
    by_kind = {kind: rows for kind, rows in events.groupby("kind")}
    visits, found, penalties = by_kind["visit"], by_kind["found"], by_kind["penalty"]
    closed = by_kind["closed"]
    majors, own = found[found["actor"] == 1], ["self_check", "worker_report"]
    spot = found[found["channel"] == "spot_check"]
    fine, total = float(case.deterrence.mean_fine.value), float(case.population.enterprises.value)
    wanted = [
        ("visits", "visits", {}, len(visits)),
        ("visits_per_year", "per_year", {}, len(visits) / total * 365.25 / 112),
        ("units_inspected", "enterprises", {}, visits["entity"].nunique()),
        ("coverage_share", "share", {}, visits["entity"].nunique() / total),
        ("hazards_found", "hazards", {}, len(found)),
        ("hazards_found", "hazards", {"class": "general", "channel": "spot_check"}, int((spot["actor"] == 0).sum())),
        ("majors_found", "hazards", {}, len(majors)),
        ("found_per_visit", "hazards", {}, len(spot) / len(visits)),
        ("found_per_unit", "hazards", {}, len(spot) / visits["entity"].nunique()),
        (
            "coverage_growth",
            "ratio",
            {},
            visits["entity"].nunique() / visits.loc[visits["t"] < 56.0, "entity"].nunique(),
        ),
        ("major_share_of_found", "share", {"channel": "spot_check"}, (spot["actor"] == 1).mean()),
        ("self_found_share", "share", {"class": "major"}, majors["channel"].isin(own).mean()),
        ("penalties", "penalties", {}, len(penalties)),
        ("penalties_per_visit", "share", {}, len(penalties) / len(visits)),
        ("fines", "yuan", {}, len(penalties) * fine),
        ("found_false_on_recheck", "share", {}, (closed["value"] >= 2).mean()),
    ]
    for quantity, unit, more, expected in wanted:
        got = measured(case, seen, quantity, unit, **more)
        assert got.shape == (RUNS,) and got[1] == pytest.approx(expected), quantity
    ledger = seen.at("hazards_open:major", 0.0)[1] + seen.at("hazards_open:general", 0.0)[1] + len(found)
    assert measured(case, seen, "closed_share", "share")[1] == pytest.approx(len(closed) / ledger)
    covered = {row[0] for row in wanted} | {"closed_share", "no_grave_accident"}
    share = case.incidents.ten_death_share.value
    accidents = int((events["kind"] == "accident").sum())
    assert accidents > 0
    none = measured(case, seen, "no_grave_accident", "share")[1]
    assert none == pytest.approx((1.0 - share) ** accidents, rel=1e-12) and none < 1.0
    left = {name for name, module in quantities().items() if module.TAKES.window} - covered
    assert left == {"second_visit_ratio", "larger_accidents", "hazards_listed"}, (
        "a new quantity is counted again here too"
    )


def test_stocks_and_stages_are_read_at_their_date(case: Case, seen: RunsSeen) -> None:
    total = float(case.population.enterprises.value)
    for date in (AS_OF, LAST):
        days = float((date - AS_OF).days)
        online = seen.at("online", days)
        assert measured(case, seen, "online", "enterprises", date=date) == pytest.approx(online)
        assert measured(case, seen, "online", "share", date=date) == pytest.approx(online / total)
        latent = sum(seen.at(f"hazards_latent:{klass}", days, "true") for klass in ("general", "major"))
        assert measured(case, seen, "latent", "hazards", date=date) == pytest.approx(latent)
        assert measured(case, seen, "open_majors", "hazards", date=date) == pytest.approx(
            seen.at("hazards_open:major", days)
        )
    assert (seen.at("online", 112.0) > 689).all() and (seen.at("online", 0.0) == 689).all()


def test_a_stage_of_a_part_is_that_of_its_enterprises(case: Case, events: pd.DataFrame) -> None:
    """Counted again enterprise by enterprise; the control: another part of the list has another count."""
    strategy, total = load_strategy(case.default_strategy), int(case.population.enterprises.value)
    runs = run_ensemble(case, strategy, replications=RUNS, seed=SEED, by=PARTS, workers=1).indicators
    parts = RunsSeen(case, runs)
    whole = RunsSeen(
        case, run_ensemble(case, strategy, replications=RUNS, seed=SEED, by=("city",), workers=1).indicators
    )
    setting = prepare(case, strategy)
    state = make_world(setting, strategy_paths(setting, SEED, np.array([1])), 0, seed=SEED).state
    population, begun = setting.population, state.status[:, Col.BUILD] == int(Build.BUILT)
    later = events.loc[events["kind"] == "built", "entity"].to_numpy()
    built = begun | np.isin(population.entity, later)
    assert 0 < begun.sum() < built.sum() <= total
    chemicals = population.sector == population.sector_names.index("chemicals")
    others = population.group == GROUPS.index("other")
    counts = set()
    for more, of in (
        ({"sector": "chemicals"}, chemicals),
        ({"group": "other"}, others),
        ({"sector": "chemicals", "group": "other"}, chemicals & others),
    ):
        got = measured(case, parts, "built", "enterprises", **more)
        assert got.shape == (RUNS,) and got[1] == (built & of).sum(), more
        assert measured(case, parts, "built", "share", **more)[1] == pytest.approx((built & of).sum() / of.sum())
        counts.add(float(got[1]))
    assert len(counts) == 3
    for quantity, unit in (("online", "share"), ("visits", "visits"), ("majors_found", "hazards")):
        assert (measured(case, parts, quantity, unit) == measured(case, whole, quantity, unit)).all(), quantity


def test_a_part_nobody_belongs_to_gives_no_value() -> None:
    qixian = load_case("qixian-2023")
    strategy, day = load_strategy(qixian.default_strategy), qixian.as_of
    seen = RunsSeen(qixian, run_ensemble(qixian, strategy, replications=1, seed=SEED, by=PARTS, workers=1).indicators)
    ask = {"sector": "chemicals", "date": day}
    assert measured(qixian, seen, "online", "enterprises", **ask).tolist() == [65.0]
    assert measured(qixian, seen, "online", "enterprises", date=day).tolist() == [100.0], "the control: all sectors"
    nobody = {"sector": "mines", "group": "benchmark", "date": day}
    assert np.isnan(measured(qixian, seen, "online", "share", **nobody)).all()


def test_hazards_listed_are_those_drawn_to_be_listed(case: Case) -> None:
    """Drawn anew for every major hazard found; the control: a strategy that lists none, and half the window."""
    asked = asked_of(case, figure("hazards_listed", "hazards"))
    strategy = load_strategy("balanced")
    share = next(one.share.value for one in strategy.instruments if one.instrument == "listing")
    log = events_of(case, strategy)
    majors = log[(log["kind"] == Kind.FOUND) & (log["actor"] == 1)]
    drawn = [
        uniform(SEED, 1, int(one["entity"]), int(Stream.HAZARD_LISTING), int(one["ordinal"]), int(one["value"])) < share
        for one in majors
    ]
    assert 0 < hazards_listed.measure_run(log, asked) == sum(drawn) < len(majors)
    half = hazards_listed.measure_run(log, asked._replace(end=50.0))
    assert 0 < half == sum(drawn[k] for k in np.flatnonzero(majors["t"] < 50.0)) < sum(drawn)
    assert hazards_listed.measure_run(events_of(case, load_strategy(case.default_strategy)), asked) == 0.0


def events_of(case: Case, strategy: Strategy) -> Any:
    """Return the log of replication 1."""
    setting = prepare(case, strategy)
    return run_one(setting, strategy_paths(setting, SEED, np.array([1])), 0, seed=SEED, trace=True, by=("city",)).events


def test_windows_add_up_and_days_between_reports_lie_between_them(case: Case, seen: RunsSeen) -> None:
    middle = dt.date(2018, 10, 3)
    halves = [{"from": AS_OF, "to": middle}, {"from": middle + dt.timedelta(days=1), "to": LAST}]
    parts = [measured(case, seen, "visits", "visits", **half) for half in halves]
    assert parts[0] + parts[1] == pytest.approx(measured(case, seen, "visits", "visits"))
    assert (parts[0] > seen.at("visits", 21.0)).all() and (parts[0] < seen.at("visits", 28.0)).all()
    first = asked_of(case, figure("visits", "visits", **{"from": AS_OF}))
    assert first == asked_of(case, figure("visits", "visits", **{"from": AS_OF + dt.timedelta(days=1)})), (
        "day 1 is 11.9."
    )


def test_a_run_without_hazards_gives_no_value(case: Case) -> None:
    past = load_strategy("past_pace")
    blind = RunsSeen(case, run_ensemble(case, past, replications=2, seed=SEED, by=("city",), workers=1).indicators)
    assert np.isnan(measured(case, blind, "visits", "visits")).all()
    assert not np.isnan(measured(case, blind, "online", "share")).any()


def visit_log(*rows: tuple[float, int, int]) -> Any:
    """Return a log of visits, each with so many finds: time, enterprise, finds."""
    log = []
    for t, index, finds in rows:
        for kind in (Kind.VISIT, *[Kind.FOUND] * finds):
            log.append((t, 6, 0, 0, int(kind), int(Channel.SPOT_CHECK), 0, 0.0, index))
    return np.array(log, dtype=EVENT)


def test_finds_at_the_second_visit_over_the_first(case: Case) -> None:
    asked = asked_of(case, figure("second_visit_ratio", "ratio"))
    log = visit_log((1.5, 0, 6), (2.5, 1, 4), (40.5, 0, 3), (41.5, 2, 100), (50.0, 1, 3), (60.0, 1, 50))
    assert measure_run(log, asked) == pytest.approx(6 / 10), "once only, and a third visit, do not count"
    other = log.copy()
    other["channel"][other["kind"] == Kind.FOUND] = int(Channel.SELF_CHECK)
    assert math.isnan(measure_run(other, asked)), "finds of others do not count"
    assert math.isnan(measure_run(log, asked._replace(end=40.0))), "no second visit yet"


def test_larger_accidents_are_those_of_three_deaths_within_the_window(case: Case) -> None:
    asked = asked_of(case, figure("larger_accidents", "accidents"))
    log = np.zeros(6, dtype=EVENT)
    log["t"], log["kind"] = [1.5, 2.5, 3.5, 4.5, 5.5, 400.0], int(Kind.ACCIDENT)
    log["value"] = [0, 1, 3, 10, 3, 3]
    log["kind"][4] = int(Kind.VISIT)
    assert larger_accidents.measure_run(log, asked) == 2.0
    log["value"] = 1
    assert larger_accidents.measure_run(log, asked) == 0.0


def test_runs_rest_on_drawn_cases(case: Case) -> None:
    """Each run is that of its own case; the control: with the values of the file the runs lie closer together."""
    content = case.content()
    flow = {"quantity": "visits", "from": AS_OF, "to": LAST, "value": 1, "unit": "visits", "source": "EX28"}
    content["published"] = ({"id": "x", **flow},)
    plain = Case.from_content(content, Origin("x"))
    strategy, runs = load_strategy(case.default_strategy), 5
    (one,) = run_published(plain, replications=runs, seed=SEED, workers=2)
    each = []
    for replication in range(runs):
        own = drawn_case(plain, seed=SEED, replication=replication)
        frame = run_replication(own, strategy, seed=SEED, replication=replication, by=("city",)).indicators
        each.append(frame.loc[frame["indicator"] == "visits", "value"].max())
    assert (one.low, one.median, one.high) == pytest.approx(tuple(np.quantile(each, [0.05, 0.5, 0.95])))
    (fixed,) = run_published(plain, replications=runs, seed=SEED, workers=1, drawn=False)
    assert fixed.spread < 1.1 < one.spread


def test_a_value_of_the_case_is_that_of_each_run(case: Case) -> None:
    runs = run_ensemble(case, load_strategy(case.default_strategy), replications=2, seed=SEED, by=("city",), workers=1)
    drawn = [case.with_values({"deterrence.mean_fine": fine}) for fine in (8000, 9000)]
    key = "deterrence.mean_fine"
    assert RunsSeen(case, runs.indicators, drawn).value(key).tolist() == [8000.0, 9000.0]
    assert RunsSeen(case, runs.indicators).value(key).tolist() == [14400.0, 14400.0]


def test_the_events_of_the_traced_runs_are_those_of_the_ensemble(case: Case) -> None:
    content = case.content()
    wanted = {
        "id": "second",
        "quantity": "second_visit_ratio",
        "from": AS_OF,
        "to": LAST,
        "value": 0.62,
        "unit": "ratio",
    }
    content["published"] = ({**wanted, "source": "EX28"},)
    (one,) = run_published(
        Case.from_content(content, Origin("x")), replications=RUNS, seed=SEED, workers=2, drawn=False
    )
    strategy, each = load_strategy(case.default_strategy), []
    for replication in range(RUNS):
        log = run_replication(case, strategy, seed=SEED, replication=replication, trace=True, by=("city",)).events
        spot = log[(log["kind"] == "found") & (log["channel"] == "spot_check")].groupby(["entity", "t"]).size()
        visits = log[log["kind"] == "visit"].sort_values("t")
        visits = visits.assign(order=visits.groupby("entity").cumcount())
        visits["finds"] = spot.reindex(pd.MultiIndex.from_frame(visits[["entity", "t"]]), fill_value=0).to_numpy()
        again = visits[visits["entity"].isin(visits.loc[visits["order"] == 1, "entity"])]
        finds = again.groupby("order")["finds"].sum()
        each.append(finds[1] / finds[0])
    assert (one.low, one.median, one.high) == pytest.approx(tuple(np.quantile(each, [0.05, 0.5, 0.95])))


def set_beside(case: Case, values: Any, one: Published, other: Any = None) -> Standing:
    runs = {strategies_of(case, one)[0]: values}
    if other is not None:
        runs[strategies_of(case, one)[1]] = other
    return standing(case, one, {(name, asked_of(case, one)): pd.Series(given) for name, given in runs.items()})


def test_inside_is_computed(case: Case) -> None:
    """The control: the same runs, the figure shifted out by more than its printed digits."""
    runs = np.linspace(0.2, 0.3, 101)
    beside = [set_beside(case, runs, figure("closed_share", "share", value=value)) for value in (0.25, 0.2, 0.19)]
    assert [(one.low, one.median, one.high) for one in beside] == [pytest.approx((0.205, 0.25, 0.295))] * 3
    assert [one.inside for one in beside] == [True, True, False], "0.2 may stand for 0.205, being cut off"
    exact = figure("visits", "visits", value=99)
    assert set_beside(case, np.full(9, 99.0), exact).inside and not set_beside(case, np.full(9, 99.5), exact).inside
    nothing = set_beside(case, np.full(9, np.nan), exact)
    assert not nothing.inside and nothing.unexplained and (nothing.runs, nothing.silent) == (0, 9)


def test_wide_intervals_need_a_reason(case: Case) -> None:
    note = {"note": {"zh": "说明", "en": "a reason"}}
    narrow, wide = np.linspace(10, 39, 1001), np.linspace(1, 100, 1001)
    assert not set_beside(case, narrow, figure("visits", "visits", value=20)).unexplained
    assert set_beside(case, wide, figure("visits", "visits", value=20)).unexplained
    assert not set_beside(case, wide, figure("visits", "visits", value=20, **note)).unexplained
    assert set_beside(case, np.arange(9.0), figure("visits", "visits", value=3)).spread > 4
    assert set_beside(case, np.linspace(0, 1, 101), figure("visits", "visits", value=1)).unexplained, "outside"
    assert set_beside(case, np.zeros(5), figure("visits", "visits", value=0)).spread == 1.0


def test_a_change_is_taken_pair_by_pair(case: Case) -> None:
    """The control: the same values in another order of the runs give another interval."""
    pair = {"strategy": "light_touch", "against": "current_arrangement"}
    one = figure("majors_found", "share", value=-0.5, **pair)
    base = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
    paired = set_beside(case, 0.5 * base, one, base)
    assert (paired.low, paired.median, paired.high) == pytest.approx((-0.5, -0.5, -0.5)) and paired.spread == 1.0
    mixed = set_beside(case, 0.5 * base[::-1], one, base)
    assert mixed.low < -0.6 and mixed.high > 0.5 and mixed.spread == pytest.approx((1 + mixed.high) / (1 + mixed.low))
    with_none = set_beside(case, 0.5 * base, one, np.where(base == 10.0, 0.0, base))
    assert (with_none.runs, with_none.silent) == (4, 1), "nothing to divide by"


def test_one_strategy_against_another(case: Case) -> None:
    """Fewer visits, fewer found at visits, more left unfound; the same strategy twice would change nothing."""
    content, both = case.content(), {"strategy": "light_touch", "against": "current_arrangement", "unit": "share"}
    flow = {"from": AS_OF, "to": LAST, **both, "value": -0.5, "source": "EX28"}
    stock = {"quantity": "latent", "date": LAST, **both, "value": 0.1, "source": "EX28"}
    content["published"] = (
        {"id": "units", "quantity": "units_inspected", **flow},
        {"id": "found", "quantity": "majors_found", **flow, "channel": "spot_check"},
        {"id": "left", **stock, "class": "general"},
        {"id": "majors_left", **stock, "class": "major"},
    )
    rows = run_published(Case.from_content(content, Origin("x")), replications=6, seed=SEED, workers=2)
    units, found, left, majors_left = rows
    assert units.high < -0.3 and found.high < 0.0 < left.low, rows
    assert majors_left.median > 0.0, "few of them: in a single run their luck may outweigh the visits"
    assert all(one.runs == 6 for one in rows)


def test_used_to_set_is_derived(case: Case) -> None:
    """The control: a value of the case cites the id, and it flips; so it does for a strategy that is run."""
    one, content = figure("visits", "visits", value=20), case.content()
    assert not set_beside(case, np.arange(9.0), one).used_to_set
    content["deterrence"]["visit_jump"] |= {"source": "EX28", "grade": "paper"}
    assert set_beside(Case.from_content(content, Origin("x")), np.arange(9.0), one).used_to_set
    by_plan = figure("visits", "visits", source="EX36")
    assert set_beside(case, np.arange(9.0), by_plan).used_to_set, "the inspection plan of the strategy cites EX36"
    both = [set_beside(case, np.arange(9.0), one), set_beside(case, np.arange(9.0), by_plan)]
    assert list(unused(both)) == both[:1]
