"""A loaded case and strategy: frozen, comparable, listed by grade, changed by dotted keys."""

from __future__ import annotations

import datetime as dt
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from dpsim.errors import FileFaults, InputError
from dpsim.params.load import load_case, load_strategy
from dpsim.params.locate import params_folder
from dpsim.params.quantity import GRADES
from dpsim.params.schema import Case, Quantity

CASE = "linyi-2018"


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case(CASE)


def test_attributes_follow_the_file(case: Case) -> None:
    assert case.id == case.case == "linyi-2018"
    assert case.as_of == dt.date(2018, 9, 10) and type(case.as_of) is dt.date
    assert case.scenario.start.dates[0] == dt.date(2018, 1, 1)
    built = case.state.built
    assert (built.value, built.low, built.high, built.assumed) == (1160, 1160, 1160, False)
    assert type(built.value) is int
    assert case.state.building.assumed
    assert case.targets.list[5].sample_share == 0.30
    assert [target.milestone for target in case.targets.list][:3] == [False, False, True]
    assert sum(share.value for share in case.population.sectors.named().values()) == pytest.approx(1)
    assert case.name.zh == "临沂市2018年"


def test_everything_is_frozen_and_hashable(case: Case) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        case.state.built.value = 3  # type: ignore[misc]
    assert isinstance(hash(case), int)
    assert pickle.loads(pickle.dumps(case)) == case


def test_strategy_holds_typed_instruments() -> None:
    strategy = load_strategy("deadline_drive")
    assert strategy.id == "deadline_drive"
    assert [lever.instrument for lever in strategy.instruments] == [
        "dispatch_meeting",
        "ranking_notice",
        "deadline_drive",
        "risk_weighted",
        "double_random",
        "campaign",
    ]
    assert strategy.instruments[2].end == dt.date(2018, 12, 31)
    assert strategy.instruments[0].start is None
    assert isinstance(hash(strategy), int)
    assert [row.key for row in strategy.assumptions()][-1] == "instruments.1.every_days"
    assert load_strategy("past_pace").instruments == ()


def test_digest_ignores_order_comments_and_style(case: Case, tmp_path: Path) -> None:
    text = (params_folder() / "cases" / f"{CASE}.yaml").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z_]+:)", text)
    other = "\n".join([*reversed(blocks[1:]), "# another comment\n"])
    other = re.sub(r"\{value: ([^,]+), unit: (\w+),", r"{unit: '\2', value: \1,", other).replace(
        "value: 20,", "value: 20.0,", 1
    )
    file = tmp_path / "other.yaml"
    file.write_text(other, encoding="utf-8")
    assert re.fullmatch("[0-9a-f]{64}", case.digest)
    assert len(blocks) > 10
    assert load_case(file).digest == case.digest
    assert case.with_values({}).digest == case.digest
    assert case.with_values({"agencies.headroom": 1.4}).digest != case.digest
    assert len({load_strategy(name).digest for name in ("no_meetings", "past_pace", "current_arrangement")}) == 3


def test_digest_is_the_same_in_another_process(case: Case) -> None:
    code = f"from dpsim.params.load import load_case; print(load_case({CASE!r}).digest)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    )
    assert done.stdout.strip() == case.digest


def test_quantities_are_listed_by_dotted_key(case: Case) -> None:
    found = case.quantities()
    assert found["agencies.service_mean"] is case.agencies.service_mean
    assert {"targets.switches.level.basically_share", "scenario.after_missed_deadline.weeks"} <= set(found)
    text = (params_folder() / "cases" / f"{CASE}.yaml").read_text(encoding="utf-8")
    assert len(found) == len(re.findall(r"range: \[", text))
    assert all(isinstance(entry, Quantity) for entry in found.values())


def test_assumptions_come_weakest_first(case: Case) -> None:
    rows = case.assumptions()
    ranks = [GRADES.index(row.grade) for row in rows]
    assert ranks == sorted(ranks) and GRADES[0] == "assumed" and GRADES[-1] == "seed"
    by_key = {row.key: row for row in rows}
    assert len(by_key) == len(rows) == len(case.quantities()) + 6
    assert by_key["scenario.reference_class"].value == "order"
    assert by_key["scenario.start"].value == case.scenario.start.dates
    assert by_key["scenario.rush"].value == case.scenario.rush.chances
    assert by_key["scenario.rush"].grade == "assumed" and "FC04" in by_key["scenario.rush"].reason.en  # type: ignore[union-attr]
    assert by_key["scenario.benchmark_split"].value == "proportional"
    assert by_key["scenario.after_missed_deadline"].grade == "assumed"
    service = by_key["agencies.service_mean"]
    assert (service.value, service.unit, service.low, service.high, service.source) == (20, "days", 5, 60, None)
    assert all(row.reason and row.reason.zh and row.reason.en for row in rows if row.grade == "assumed")
    assert service.reason is not None and "用时" in service.reason.words("zh")
    assert service.reason.words("en") == "no agency's working time per enterprise is published"
    assert by_key["state.built"].reason is None
    assert all(row.source for row in rows if row.grade != "assumed")


def test_with_values_returns_a_checked_copy(case: Case) -> None:
    other = case.with_values(
        {
            "agencies.service_mean": 10.0,
            "scenario.reference_class": "filing",
            "targets.switches.level": "basically",
            "targets.switches.assessment.value": "all",
            "scenario.rush.weights": [0.5, 0.25, 0.25],
            "scenario.start.dates": ["2018-02-01", dt.date(2018, 3, 1), "2018-04-01"],
            "targets.list.0.deadline": "2018-12-30",
            "targets.list.1.deadline": dt.datetime(2018, 12, 29, tzinfo=dt.UTC),
            "assessors.teams": np.int64(7),
            "adoption.frailty_shape": np.float64(1.5),
        }
    )
    assert other.agencies.service_mean.value == 10
    assert other.scenario.reference_class.value == "filing"
    assert (other.targets.switches.level.value, other.targets.switches.assessment.value) == ("basically", "all")
    assert other.scenario.rush.weights == (0.5, 0.25, 0.25)
    assert other.scenario.start.dates[2] == dt.date(2018, 4, 1)
    assert other.targets.list[0].deadline == dt.date(2018, 12, 30)
    assert other.targets.list[1].deadline == dt.date(2018, 12, 29)
    assert (other.assessors.teams.value, type(other.assessors.teams.value)) == (7, int)
    assert other.adoption.frailty_shape.value == 1.5
    assert case.agencies.service_mean.value == 20 and other != case


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("agencies.service_mean", 100, "params.outside_range"),
        ("agencies.service_mean", True, "params.not_a_number"),
        ("agencies.service_mean", "10", "params.not_a_number"),
        ("agencies.service_mean", float("nan"), "params.not_finite"),
        ("assessors.teams", 6.5, "params.not_whole"),
        ("state.built", 1161, "params.outside_range"),
        ("state.connected", 1300, None),
        ("scenario.reference_class", "filling", "params.not_a_choice_near"),
        ("targets.switches.level", "nearly", "params.not_a_choice"),
        ("as_of", "2018-12-31", "params.date_not_after"),
        ("as_of", "10 September", "params.not_a_date"),
        ("as_of", dt.datetime(2018, 9, 10, 8, tzinfo=dt.UTC), "params.not_a_date"),
        ("state.built.range", [1160, 1160, 1160], "params.bad_range"),
        ("published.0.value", 0.5, "params.published_differs"),
        ("targets.headline", "all_built", "params.headline_unsupported"),
        ("scenario.rush.weights", [1.0, 0.0, 0.0], "params.zero_weight"),
        ("scenario.start.weights", [0.5, 0.5], "params.length_differs"),
        ("population.sectors.mines", 0.2, "params.sum_not_one"),
        ("agencies", 3, "params.unknown_value_near"),
        ("agencies.nothing_like_it", 3, "params.unknown_value"),
        ("agencies.service_men", 3, "params.unknown_value_near"),
        ("service_mean", 3, "params.unknown_value_near"),
        ("", 3, "params.unknown_value"),
    ],
)
def test_with_values_refuses_what_a_file_could_not_hold(
    case: Case, key: str, value: object, message: str | None
) -> None:
    if message is None:
        assert case.with_values({key: value}).quantities()[key].value == value
        return
    with pytest.raises(InputError) as caught:
        case.with_values({key: value})
    error = caught.value
    first = error.faults[0] if isinstance(error, FileFaults) else error
    assert first.message == message
    for lang in ("zh", "en"):
        assert CASE in first.text(lang) and str(first.values["key"]) in first.text(lang)


def test_the_nearest_key_is_named(case: Case) -> None:
    with pytest.raises(InputError, match="agencies.service_mean"):
        case.with_values({"agencies.service_men": 3})
    with pytest.raises(InputError, match="agencies.service_mean.*assessors.service_mean"):
        case.with_values({"service_mean": 3})


def test_a_block_is_answered_with_its_keys(case: Case) -> None:
    with pytest.raises(InputError, match="agencies.documented, agencies.user_share, agencies.headroom"):
        case.with_values({"agencies": 3})


def test_loading_needs_no_heavy_library() -> None:
    code = (
        "import sys; import dpsim.params.load; print({'pandas', 'matplotlib', 'simpy', 'papermill'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
