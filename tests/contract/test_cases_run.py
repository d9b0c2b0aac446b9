"""Every case: targets that can be judged, a list that meets its margins, published figures that come out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from dpsim.core.words import GROUPS, STAGES
from dpsim.errors import InputError
from dpsim.experiments.arguments import GROUPINGS
from dpsim.experiments.ensemble import run_ensemble
from dpsim.experiments.replication import Replication, prepare, run_replication, strategy_paths
from dpsim.model.population import case_margins, synthesise
from dpsim.model.targets import group_total, headline_target, resolve_targets
from dpsim.params.load import list_cases, load_case, load_strategy
from dpsim.params.readings import printed_step
from dpsim.params.schema import Case
from scaled_case import scaled_case


@pytest.fixture(scope="module", params=list_cases())
def case(request: pytest.FixtureRequest) -> Case:
    return load_case(request.param)


@pytest.fixture(scope="module")
def smaller(case: Case) -> Case:
    return scaled_case(case.id)


@pytest.fixture(scope="module")
def by_city(smaller: Case) -> pd.DataFrame:
    return run_of(smaller, ("city",)).indicators


def run_of(case: Case, by: tuple[str, ...]) -> Replication:
    return run_replication(case, load_strategy(case.default_strategy), seed=1, replication=0, by=by)


def test_there_are_cases() -> None:
    assert list_cases()


def test_a_case_has_a_headline_and_targets_that_can_be_judged(case: Case) -> None:
    headline = headline_target(case)
    assert headline.id == case.targets.headline and not headline.milestone
    for level in ("all", "basically"):
        for target in resolve_targets(case, level=level):
            assert target.stage in STAGES and target.group in ("all", *GROUPS), target
            assert 0 < target.required <= target.total == group_total(case, target.group), target
            assert case.as_of < target.deadline <= case.horizon_end, target
    strict, loose = (headline_target(case, level=level).required for level in ("all", "basically"))
    assert strict > loose, "`basically` asks for less than `all`"
    everyone, sample = (sum(t.required for t in resolve_targets(case, assessment=a)) for a in ("all", "sample"))
    assert everyone >= sample
    assert sum(group_total(case, group) for group in GROUPS) == group_total(case, "all")


@pytest.mark.parametrize("split", ["proportional", "benchmark_first"])
def test_the_list_meets_its_margins_and_nests(case: Case, split: str) -> None:
    case = case.with_values({"scenario.benchmark_split": split})
    people = synthesise(case_margins(case))
    for name in ("building", *STAGES):
        assert getattr(people, name).sum() == getattr(case.state, name).value, name
    assert len(set(people.codes)) == people.entity.size == case.population.enterprises.value
    assert np.unique(people.entity).size == people.entity.size
    for inner, outer in (("passed", "assessed"), ("assessed", "built"), ("online", "built"), ("online", "connected")):
        assert not (getattr(people, inner) & ~getattr(people, outer)).any(), f"{inner} outside {outer}"
    assert not (people.building & people.built).any()
    assert not (people.connected & ~(people.built | people.building)).any()
    tiers = [int(getattr(case.population.tiers, name).value) for name in people.tier_names[1:]]
    assert np.bincount(people.tier, minlength=len(tiers) + 1).tolist()[1:] == tiers
    assert ((people.tier > 0) == (people.group == 1)).all()
    shares = [float(getattr(case.population.sectors, name).value) for name in people.sector_names]
    counts = np.bincount(people.sector, minlength=len(shares))
    assert np.abs(counts - np.array(shares) * people.entity.size).max() < 1.0, "largest remainders"
    assert people.county.min() >= 0 and people.county.max() < case.population.counties.value


def test_splits_differ_in_who_and_not_in_how_many(case: Case) -> None:
    a, b = (
        synthesise(case_margins(case.with_values({"scenario.benchmark_split": split})))
        for split in ("proportional", "benchmark_first")
    )
    stage = "built" if case.state.built.value < case.population.enterprises.value else "online"
    one, two = getattr(a, stage), getattr(b, stage)
    assert (one != two).any() and (two & (b.group == 1)).sum() > (one & (a.group == 1)).sum()
    assert (a.tier == b.tier).all() and (a.county == b.county).all()


def test_published_figures_come_out_of_a_run(case: Case) -> None:
    counted = [stage for stage in STAGES if not getattr(case.state, stage).assumed]
    at_start = [f for f in case.published if f.date == case.as_of and f.sector is None and f.group is None]
    assert {figure.quantity for figure in at_start} == set(counted)
    if not at_start:
        return
    reported = run_of(case, ("city",)).indicators.query("view == 'reported'")
    counts = reported.set_index(["indicator", "date"])["value"]
    for figure in at_start:
        if figure.quantity not in STAGES or figure.against is not None:
            continue
        value = counts.loc[(figure.quantity, np.datetime64(figure.date))]
        listed = counts.loc[("listed", np.datetime64(figure.date))]
        got = value / listed if figure.unit == "share" else value
        unit = printed_step(figure.value, "share") if figure.unit == "share" else 0.5  # 39.41 per cent is cut off
        assert abs(got - figure.value) < unit, f"{figure.id}: {got}, published {figure.value}"


@pytest.mark.parametrize("by", [(name,) for name in GROUPINGS if name != "city"] + [("county", "group")])
def test_every_grouping_sums_to_the_same_city(smaller: Case, by_city: pd.DataFrame, by: tuple[str, ...]) -> None:
    frames = [by_city, run_of(smaller, by).indicators]
    sums = [
        frame[frame["indicator"].isin(("listed", *STAGES))].groupby(["date", "indicator"])["value"].sum()
        for frame in frames
    ]
    assert sums[0].equals(sums[1])
    assert list(frames[1].columns) == ["replication", "date", *by, "indicator", "view", "value"]


def test_targets_of_an_ensemble_have_the_agreed_columns(smaller: Case) -> None:
    case = smaller
    done = run_ensemble(case, load_strategy(case.default_strategy), replications=3, seed=0, workers=1)
    assert list(done.targets.columns) == [
        "target",
        "unit",
        "stage",
        "view",
        "deadline",
        "required",
        "replications",
        "met",
        "probability",
        "low",
        "high",
        "attainment_median",
        "shortfall_median",
        "date_median",
    ]
    assert done.targets["target"].tolist() == [t.id for t in case.targets.list]
    assert (done.targets["replications"] == 3).all() and (done.targets["met"] <= 3).all()
    assert done.targets["probability"].between(0, 1, inclusive="neither").all(), "never 0 or 1"


@pytest.mark.parametrize(
    ("arguments", "message", "named"),
    [
        ({"engine": "abacus"}, "error.unknown_engine", "abacus"),
        ({"by": ("village",)}, "error.unknown_grouping", "village"),
        ({"as_of": "2018-13-01"}, "error.bad_date", "2018-13-01"),
        ({"as_of": "2018-09-11"}, "error.as_of_unknown", "2018-09-11"),
        ({"seed": -1}, "error.key_word", "-1"),
        ({"replication": 2**32}, "error.key_word", str(2**32)),
    ],
)
def test_wrong_arguments_are_refused_by_name(arguments: dict[str, object], message: str, named: str) -> None:
    case = load_case("linyi-2018")
    with pytest.raises(InputError) as caught:
        run_replication(case, load_strategy("past_pace"), **{"seed": 0, "replication": 0, **arguments})  # type: ignore[arg-type]
    assert caught.value.message == message and named in caught.value.text("en") and named in caught.value.text("zh")


@pytest.mark.parametrize("name", ["replications", "workers"])
@pytest.mark.parametrize("given", [0, -3, 2.0, True, "4"])
def test_numbers_of_an_ensemble_are_whole_and_positive(name: str, given: object) -> None:
    case = load_case("linyi-2018")
    with pytest.raises(InputError) as caught:
        run_ensemble(case, load_strategy("past_pace"), **{"replications": 1, "workers": 1, "seed": 0, name: given})  # type: ignore[arg-type]
    assert caught.value.message == "error.not_positive" and name in caught.value.text("en")


@pytest.mark.parametrize(
    ("arguments", "message"), [({"by": ()}, "error.unknown_grouping"), ({"paths": "of others"}, "error.no_path")]
)
def test_arguments_that_cannot_be_met_are_refused(arguments: dict[str, object], message: str) -> None:
    case, plan = load_case("linyi-2018"), load_strategy("past_pace")
    paths = strategy_paths(prepare(case, plan), 0, np.arange(3))
    if "paths" in arguments:
        arguments = {"paths": paths}
    with pytest.raises(InputError) as caught:
        run_replication(case, plan, seed=0, replication=7, **arguments)  # type: ignore[arg-type]
    assert caught.value.message == message and caught.value.text("en") != caught.value.text("zh")
    if message == "error.no_path":
        assert "7" in caught.value.text("en") and "7" in caught.value.text("zh")
        assert run_replication(case, plan, seed=0, replication=2, paths=paths).targets["replication"].eq(2).all()


def test_an_ensemble_runs_as_many_replications_as_it_is_asked_for() -> None:
    """Replications 0 .. n - 1, wherever their rows stand in the paths, and no others."""
    case, plan = load_case("linyi-2018"), load_strategy("current_arrangement")
    setting = prepare(case, plan)
    plain = run_ensemble(case, plan, replications=2, seed=0, workers=1)
    for rows in (range(4), (3, 1, 0, 2)):
        paths = strategy_paths(setting, 0, np.array(rows))
        done = run_ensemble(case, plan, replications=2, seed=0, workers=1, paths=paths)
        assert done.record["finished"] == done.record["replications"] == 2
        for name in ("indicators", "attained", "targets"):
            assert_frame_equal(getattr(done, name), getattr(plain, name), check_exact=True, obj=f"{name}, rows {rows}")
    with pytest.raises(InputError) as caught:
        run_ensemble(case, plan, replications=5, seed=0, workers=1, paths=strategy_paths(setting, 0, np.arange(4)))
    assert caught.value.message == "error.no_path" and "4" in caught.value.text("en")


def test_events_are_kept_only_where_they_are_asked_for() -> None:
    case, plan = load_case("linyi-2018"), load_strategy("past_pace")
    plain, traced = (run_replication(case, plan, seed=0, replication=0, **kept) for kept in ({}, {"trace": True}))
    assert plain.events.empty and len(traced.events) > 100
    assert list(plain.events.columns) == list(traced.events.columns)
    for name in ("indicators", "targets"):
        assert_frame_equal(getattr(plain, name), getattr(traced, name), check_exact=True, obj=name)
