"""Linyi 2018 reproduces what its document prints, and the figures that follow from it by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dpsim.core.words import GROUPS
from dpsim.experiments.replication import prepare
from dpsim.forecast.count_paths import initial_states, stage_total
from dpsim.forecast.pace import weekly_pace
from dpsim.model.population import Population, case_margins, synthesise
from dpsim.model.targets import group_total, resolve_targets
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("linyi-2018")


@pytest.fixture(scope="module")
def people(case: Case) -> Population:
    return synthesise(case_margins(case))


def test_every_published_figure_is_met_by_the_synthesised_list(case: Case, people: Population) -> None:
    figures = [figure for figure in case.published if figure.date == case.as_of]
    assert {figure.quantity for figure in figures} == {"built", "online", "passed"}
    for figure in figures:
        count = int(getattr(people, figure.quantity).sum())
        if figure.unit == "enterprises":
            assert count == figure.value
            continue
        share = count / people.entity.size
        assert figure.value in (round(share, 4), math.floor(share * 1e4) / 1e4), figure.id


def test_the_printed_shares_fit_no_other_counts(case: Case) -> None:
    """The control: one enterprise more or fewer would print otherwise."""
    total = int(case.population.enterprises.value)
    for figure in [figure for figure in case.published if figure.date == case.as_of]:
        count = int(getattr(case.state, figure.quantity).value)
        for other in (count - 1, count + 1):
            share = other / total
            assert figure.value not in (round(share, 4), math.floor(share * 1e4) / 1e4), figure.id


@pytest.mark.parametrize("split", ["proportional", "benchmark_first"])
def test_counts_stand_in_the_list_exactly(case: Case, split: str) -> None:
    people = synthesise(case_margins(case.with_values({"scenario.benchmark_split": split})))
    held = {"building": 350, "built": 1160, "connected": 900, "online": 689, "assessed": 300, "passed": 261}
    assert {name: int(getattr(people, name).sum()) for name in held} == held
    states = initial_states(case, split)
    assert int(states.sum()) == 1748
    assert [int(stage_total(states, s, "all")) for s in ("built", "connected", "online")] == [1160, 900, 689]
    setting = prepare(case, load_strategy("current_arrangement"))
    assert int(setting.population.built.sum()) == 1160


def test_the_groups_have_their_sizes(case: Case, people: Population) -> None:
    assert [group_total(case, name) for name in ("benchmark", "other", "all")] == [538, 1210, 1748]
    counts = dict(zip(GROUPS, np.bincount(people.group, minlength=len(GROUPS)).tolist(), strict=True))
    assert counts == {"benchmark": 538, "other": 1210}
    sizes = dict(zip(people.tier_names, np.bincount(people.tier).tolist(), strict=True))
    assert {name: sizes[f"benchmark_{name}"] for name in ("provincial", "municipal", "county")} == {
        "provincial": 20,
        "municipal": 222,
        "county": 296,
    }


def test_what_must_be_reached(case: Case) -> None:
    required = {target.id: target.required for target in resolve_targets(case)}
    assert required == {
        "all_online": 1748,
        "all_built": 1748,
        "benchmark_built": 538,
        "benchmark_connected": 538,
        "benchmark_online": 538,
        "benchmark_assessed": 162,
        "other_connected": 1210,
        "other_online": 1210,
        "other_assessed": 121,
    }
    basically = {target.id: target.required for target in resolve_targets(case, level="basically")}
    assert basically["all_online"] == 1714 and basically["benchmark_assessed"] == 162
    everyone = {target.id: target.required for target in resolve_targets(case, assessment="all")}
    assert everyone["benchmark_assessed"] == 538 and everyone["other_assessed"] == 1210


def test_what_remains(case: Case) -> None:
    total = case.population.enterprises.value
    remaining = [int(total - getattr(case.state, stage).value) for stage in ("built", "online", "passed")]
    assert remaining == [588, 1059, 1487]


def test_the_pace_needed_and_how_many_times_the_pace_so_far(case: Case) -> None:
    pace = weekly_pace(case)
    online = pace[pace["stage"] == "online"].set_index("kind")
    needed = float(online.loc["needed", "per_week"])
    assert needed == pytest.approx(1059 / 16.0) and math.ceil(needed) == 67
    assert math.ceil(float(pace.loc[(pace["stage"] == "built") & (pace["kind"] == "needed"), "per_week"].iloc[0])) == 37
    so_far = online.loc[["so_far"]].set_index("start")
    weeks = [253 / 7, 194 / 7, 133 / 7]
    assert so_far["per_week"].tolist() == pytest.approx([689 / elapsed for elapsed in weeks])
    assert [round(ratio, 1) for ratio in so_far["ratio"]] == [3.5, 2.7, 1.8]
    assert (so_far["acceleration"] > so_far["ratio"]).all(), "closing the gap is harder than the numbers say"


def test_every_mine_is_built(case: Case, people: Population) -> None:
    """LY21; the rest of the built are of the other sectors, so that no count changes."""
    mines = people.sector == people.sector_names.index("mines")
    assert mines.sum() == round(0.1 * 1748) and people.built[mines].all()
    assert people.built.sum() == 1160 and not people.online[mines].all(), "operating online is not said of them"
    without = case.model_copy(update={"state": case.state.model_copy(update={"all_built": None})})
    assert not synthesise(case_margins(without)).built[mines].all(), "the control: by luck some are not"
