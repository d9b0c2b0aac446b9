"""Every bad file of tests/data/bad is refused with the right message, key and line, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dpsim.errors import FileFaults, InputError
from dpsim.params.load import check_file, list_cases, list_strategies, load_case, load_strategy
from dpsim.params.locate import params_folder

BAD = Path(__file__).resolve().parents[2] / "data" / "bad"

EXPECTED = [  # file, message id below `params.`, key, line
    ("case_all_deadline_before_a_late_deadline", "date_after", "targets.list.8.deadline", 78),
    ("case_block_misspelt", "unknown_key_near", "assesors", 101),
    ("case_building_above_rest", "above", "state.building", 30),
    ("case_built_above_total", "above", "state.built", 27),
    ("case_calendar_day_far_away", "date_outside", "calendar.days.0.date", 12),
    ("case_chance_above_one", "outside_bounds", "scenario.rush.chances.2", 44),
    ("case_chance_twice", "duplicate_id", "scenario.rush.chances.2", 44),
    ("case_closure_zero", "outside_bounds", "adoption.reference_closure_per_week.range", 81),
    ("case_colours_above_one", "sum_above_one", "hazards", 110),
    ("case_connected_above_started", "above", "state.connected", 31),
    ("case_connected_below_zero", "outside_bounds", "state.connected.value", 31),
    ("case_deadline_after_horizon", "date_after", "targets.list.1.deadline", 71),
    ("case_deadline_before_as_of", "date_not_after", "targets.list.2.deadline", 72),
    ("case_deaths_not_nested", "above", "incidents.three_death_share", 222),
    ("case_default_strategy_unknown", "unknown_strategy_key_near", "default_strategy", 9),
    ("case_group_unknown", "not_a_choice_near", "targets.list.7.group", 77),
    ("case_growth_without_end", "outside_bounds", "hazards.growth_per_year.value", 119),
    ("case_half_enterprise", "not_whole", "state.building.value", 30),
    ("case_hazards_without_end", "outside_bounds", "hazards.arising.general.value", 112),
    ("case_headline_a_milestone", "headline_unsupported", "targets.headline", 68),
    ("case_headline_not_online", "headline_unsupported", "targets.headline", 68),
    ("case_headline_unknown", "unknown_target_near", "targets.headline", 68),
    ("case_horizon_before_as_of", "date_not_after", "horizon_end", 8),
    ("case_key_missing", "missing_key", "agencies.user_share", 95),
    ("case_name_climbs", "bad_case_name_key", "case", 2),
    ("case_nan_count", "not_finite", "state.built.value", 27),
    ("case_negative_count", "outside_bounds", "state.online.value", 28),
    ("case_online_above_connected", "above", "state.online", 28),
    ("case_option_twice", "duplicate_id", "scenario.benchmark_split.options.1", 52),
    ("case_passed_above_assessed", "above", "state.passed", 29),
    ("case_published_after_end", "date_after", "published.2.date", 229),
    ("case_published_before_as_of", "date_before", "published.2.date", 229),
    ("case_published_date_of_flow", "not_of_quantity", "published.4.date", 238),
    ("case_published_contradicts", "published_differs", "published.0.value", 227),
    ("case_reason_plain_text", "not_both_languages", "scenario.reference_class.reason", 42),
    ("case_reference_class_unknown", "not_a_choice_near", "scenario.reference_class.value", 40),
    ("case_rush_without_reason", "assumed_needs_reason", "scenario.rush.reason", 43),
    ("case_sample_share_missing", "needs_sample_share", "targets.list.8.sample_share", 78),
    ("case_sectors_not_one", "sum_not_one", "population.sectors", 19),
    ("case_start_after_as_of", "date_not_before", "scenario.start.dates", 35),
    ("case_start_dates_out_of_order", "dates_not_increasing", "scenario.start.dates", 35),
    ("case_switch_not_an_option", "not_a_choice", "targets.switches.assessment.value", 67),
    ("case_target_id_markup", "bad_id", "targets.list.1.id", 71),
    ("case_target_twice", "duplicate_id", "targets.list.1.id", 71),
    ("case_tiers_above_total", "above", "population.tiers", 15),
    ("case_veto_never", "above", "formalism.veto_failing", 216),
    ("case_weight_zero", "zero_weight", "scenario.start.weights.2", 36),
    ("case_weights_not_one", "sum_not_one", "scenario.start.weights", 36),
    ("case_weights_too_few", "length_differs", "scenario.rush.weights", 45),
    ("file_binary", "not_utf8", "", 1),
    ("file_control_character", "not_yaml", "", 1),
    ("file_deep", "too_deep", "", 1),
    ("file_empty", "empty_file", "", 1),
    ("file_escape_beyond_unicode", "not_yaml", "", 2),
    ("file_neither_kind", "kind_unknown", "", 1),
    ("file_only_a_comment", "empty_file", "", 1),
    ("file_top_is_a_list", "file_not_mapping", "", 1),
    ("file_utf16", "not_utf8", "", 1),
    ("strategy_alias", "alias", "pace", 5),
    ("strategy_assumed_without_reason", "assumed_needs_reason", "instruments.1.staff_days_each.reason", 12),
    ("strategy_bracket_open", "not_yaml", "", 8),
    ("strategy_date_not_in_calendar", "not_a_date", "instruments.2.start", 14),
    ("strategy_date_with_time", "not_a_date", "instruments.2.start", 14),
    ("strategy_duplicate_key", "duplicate_key", "pace", 6),
    ("strategy_end_before_start", "date_before", "instruments.2.end", 15),
    ("strategy_grade_unknown", "not_a_choice_near", "instruments.0.every_days.grade", 8),
    ("strategy_instrument_not_named", "missing_key", "instruments.2.instrument", 13),
    ("strategy_instrument_twice", "instrument_overlaps", "instruments.1.instrument", 10),
    ("strategy_instrument_unknown", "unknown_instrument_near", "instruments.2.instrument", 13),
    ("strategy_key_misspelt", "unknown_key_near", "instruments.0.every_day", 8),
    ("strategy_list_for_mapping", "not_both_languages", "name", 3),
    ("strategy_mapping_for_list", "not_a_list", "instruments", 6),
    ("strategy_number_as_boolean", "not_a_number", "instruments.0.every_days.value", 8),
    ("strategy_number_as_text", "not_a_number", "instruments.0.every_days.value", 8),
    ("strategy_number_infinite", "not_finite", "instruments.0.every_days.range.1", 8),
    ("strategy_outside_bounds", "outside_bounds", "instruments.0.every_days.value", 8),
    ("strategy_outside_range", "outside_range", "instruments.0.every_days.value", 8),
    ("strategy_pace_unknown", "not_a_choice_near", "pace", 5),
    ("strategy_past_with_instruments", "past_with_instruments", "instruments", 6),
    ("strategy_plan_above_one", "sum_above_one", "instruments.3.share", 19),
    ("strategy_quantity_as_bare_number", "not_a_mapping", "instruments.0.every_days", 8),
    ("strategy_range_of_three", "bad_range", "instruments.0.every_days.range", 8),
    ("strategy_range_reversed", "range_order", "instruments.0.every_days.range", 8),
    ("strategy_reason_chinese_missing", "missing_key", "instruments.1.staff_days_each.reason.zh", 12),
    ("strategy_schema_of_the_future", "not_a_choice", "schema", 1),
    ("strategy_source_missing", "needs_source", "instruments.0.every_days.source", 8),
    ("strategy_source_unknown", "unknown_source_near", "instruments.0.every_days.source", 8),
    ("strategy_tab_indent", "tab", "", 14),
    ("strategy_tag_executes", "tag", "pace", 5),
    ("strategy_text_blank", "odd_text", "name.en", 3),
    ("strategy_two_documents", "several_documents", "", 6),
    ("strategy_wrong_unit", "wrong_unit", "instruments.0.every_days.unit", 8),
]
SEVERAL = [
    ("not_a_choice_near", "pace", 5),
    ("unknown_source_near", "instruments.0.every_days.source", 8),
    ("wrong_unit", "instruments.0.every_days.unit", 8),
    ("date_before", "instruments.2.end", 15),
    ("unknown_key_near", "instruments.2.factr", 16),
]


def faults_of(file: Path) -> tuple[InputError, ...]:
    with pytest.raises(FileFaults) as caught:
        check_file(file)
    return caught.value.faults


def rows_of(file: Path) -> list[tuple[str, object, object]]:
    return [
        (fault.message.removeprefix("params."), fault.values["key"], fault.values["line"]) for fault in faults_of(file)
    ]


@pytest.mark.parametrize(("name", "message", "key", "line"), EXPECTED, ids=[row[0] for row in EXPECTED])
def test_one_fault_is_found_with_its_key_and_line(name: str, message: str, key: str, line: int) -> None:
    file = BAD / f"{name}.yaml"
    assert rows_of(file) == [(message, key, line)]
    if key and not message.startswith(("missing", "needs_", "assumed_needs")):
        named = [part for part in key.split(".") if not part.isdigit()][-1]
        text = file.read_text(encoding="utf-8").splitlines()[line - 1]
        assert named in text or named == "published"


@pytest.mark.parametrize("name", [row[0] for row in EXPECTED])
def test_message_names_file_key_and_what_is_allowed(name: str) -> None:
    file = BAD / f"{name}.yaml"
    (fault,) = faults_of(file)
    for lang, allowed in (("zh", "允许"), ("en", "llowed")):
        text = fault.text(lang)
        assert f"{name}.yaml:{fault.values['line']}" in text
        assert str(fault.values["key"]) in text
        assert allowed in text
        for word in ("allowed", "nearest"):
            assert str(fault.values.get(word, "")) in text
        assert "{" not in text.replace("{0,63}", "") or "given" in fault.values
        assert len(text) < 900


def test_an_error_of_an_instrument_names_it_beside_its_place() -> None:
    """The key only counts the instruments, from 0; the name is found in the file and in a changed copy."""
    (fault,) = faults_of(BAD / "strategy_assumed_without_reason.yaml")
    assert str(fault.values["where"]).endswith(":12 (ranking_notice)") and "ranking_notice" in fault.text("en")
    with pytest.raises(FileFaults) as caught:
        load_strategy("tonghua_winter").with_values({"instruments.5.stop_days": 70})
    assert "tonghua_winter (penalties)" in caught.value.text("en"), caught.value.text("en")
    (unnamed,) = faults_of(BAD / "strategy_instrument_not_named.yaml")
    (elsewhere,) = faults_of(BAD / "strategy_text_blank.yaml")
    assert not any(str(one.values["where"]).endswith(")") for one in (unnamed, elsewhere)), "control"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("strategy_key_misspelt", "every_days"),
        ("case_block_misspelt", "assessors"),
        ("strategy_instrument_unknown", "deadline_drive"),
        ("strategy_source_unknown", "LY25"),
        ("case_headline_unknown", "all_online"),
        ("case_reference_class_unknown", "order"),
        ("case_default_strategy_unknown", "current_arrangement"),
    ],
)
def test_a_misspelt_name_gets_the_nearest_right_one(name: str, nearest: str) -> None:
    (fault,) = faults_of(BAD / f"{name}.yaml")
    assert str(fault.values["nearest"]).split(", ")[0] == nearest


def test_every_bad_file_is_expected() -> None:
    named = {row[0] for row in EXPECTED} | {"several_faults", "file_bomb", "good_case", "good_strategy"}
    assert named == {file.stem for file in BAD.glob("*.yaml")}
    assert len(EXPECTED) >= 25


def test_several_faults_are_reported_together() -> None:
    assert rows_of(BAD / "several_faults.yaml") == SEVERAL
    with pytest.raises(FileFaults) as caught:
        load_strategy(BAD / "several_faults.yaml")
    for lang in ("zh", "en"):
        text = caught.value.text(lang)
        assert text.count("\n") == len(SEVERAL)
        for _, key, line in SEVERAL:
            assert key in text and f":{line}" in text


def test_types_and_rules_of_several_keys_are_reported_together(tmp_path: Path) -> None:
    text = (BAD / "good_case.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("mines: {value: 0.10", "mines: {value: 0.12"),
        ("country: CN", "country: XX"),
        ("headroom: {", "headrom: {"),
        (
            "built: {value: 1160, unit: enterprises, range: [1160, 1160]",
            "built: {value: 200, unit: firms, range: [0, 9]",
        ),
    ):
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "case.yaml"
    file.write_text(text, encoding="utf-8")
    found = {(message, key) for message, key, _ in rows_of(file)}
    assert found >= {
        ("sum_not_one", "population.sectors"),
        ("not_a_choice", "calendar.country"),
        ("unknown_key_near", "agencies.headrom"),
        ("wrong_unit", "state.built.unit"),
        ("outside_range", "state.built.value"),
        ("above", "state.online"),
        ("above", "state.assessed"),
    }


def test_a_bomb_is_refused_at_its_anchors() -> None:
    rows = rows_of(BAD / "file_bomb.yaml")
    assert ("alias", "b.0", 2) in rows


@pytest.mark.parametrize("name", ["good_case", "good_strategy"])
def test_good_files_pass(name: str) -> None:
    check_file(BAD / f"{name}.yaml")
    check_file(str(BAD / f"{name}.yaml"))


def test_all_files_that_come_with_the_program_pass() -> None:
    files = sorted((params_folder() / "cases").glob("*.yaml")) + sorted((params_folder() / "strategies").glob("*.yaml"))
    assert len(files) == len(list_cases()) + len(list_strategies()) >= 6
    for file in files:
        check_file(file)


def test_a_file_of_the_other_kind_is_refused() -> None:
    with pytest.raises(FileFaults) as caught:
        load_case(BAD / "good_strategy.yaml")
    assert [fault.message for fault in caught.value.faults] == ["params.not_a_case"]
    with pytest.raises(FileFaults) as caught:
        load_strategy(BAD / "good_case.yaml")
    assert [fault.message for fault in caught.value.faults] == ["params.not_a_strategy"]
    assert "linyi-2018" in caught.value.text("en")


@pytest.mark.parametrize(
    ("old", "new", "message", "key"),
    [
        ("sample_share: 0.30, all_deadline: 2018-10-31", "sample_share: 0.30, all_deadline: 2018-09-29",
         "date_before", "targets.list.5.all_deadline"),
        ("sample_share: 0.30, all_deadline: 2018-10-31", "sample_share: 0.30, all_deadline: 2019-10-31",
         "date_after", "targets.list.5.all_deadline"),
        ("sample_share: 0.30", "sample_share: 0", "outside_bounds", "targets.list.5.sample_share"),
        ("sample_share: 0.30", "sample_share: 30", "outside_bounds", "targets.list.5.sample_share"),
        ("id: all_built, group: all, stage: built, deadline: 2018-12-31, required: level",
         "id: all_built, group: all, stage: built, deadline: 2018-12-31, required: level, sample_share: 0.3",
         "only_for_assessment", "targets.list.1.sample_share"),
        ("stage: assessed, deadline: 2018-09-30", "stage: passed, deadline: 2018-09-30",
         "not_a_choice", "targets.list.5.stage"),
        ("days: []", "days: [{date: 2018-10-08, working: false, reason: {zh: 理由, en: r}}, "
         "{date: 2018-10-08, working: true, reason: {zh: 理由, en: r}}]",
         "duplicate_id", "calendar.days.1.date"),
        ("days: []", "days: [{date: 2018-10-08, working: false, reason: r}]",
         "not_both_languages", "calendar.days.0.reason"),
        ("days: []", "days: [{date: 2018-10-08, working: false, reason: {zh: 理由}}]",
         "missing_key", "calendar.days.0.reason.en"),
        ("value: order\n    grade: assumed\n    reason: {zh: 理由, en: r}",
         "value: order\n    grade: assumed\n    reason: {zh: ' ', en: r}",
         "odd_text", "scenario.reference_class.reason.zh"),
        ("value: order\n    grade: assumed\n    reason: {zh: 理由, en: r}",
         "value: order\n    grade: assumed\n    reason: {zh: 理由, en: r, fr: r}",
         "unknown_key", "scenario.reference_class.reason.fr"),
        ("days: []", "days: [{date: 2018-10-08, working: yes, reason: {zh: 理由, en: r}}]",
         "not_true_false", "calendar.days.0.working"),
        ("days: []", "days: 2018-10-08", "not_a_list", "calendar.days"),
        ("value: 0.6636", "value: 66.36", "outside_bounds", "published.0.value"),
        ("id: online_share, quantity", "id: built_share, quantity", "duplicate_id", "published.1.id"),
        ("code_prefix: LY", "code_prefix: Linyi", "bad_prefix", "code_prefix"),
        ("horizon_end: 2018-12-31", "horizon_end: 2098-12-31", "date_outside", "horizon_end"),
        ("dates: [2018-01-01, 2018-03-01, 2018-05-01]\n    weights: [0.3333, 0.3333, 0.3334]",
         "dates: []\n    weights: []", "empty_list", "scenario.start.dates"),
        ("weights: [0.3333, 0.3333, 0.3334]\n    grade", "weights: [1.5, -0.5, 0]\n    grade",
         "outside_bounds", "scenario.start.weights.0"),
        ("value: order\n    grade: assumed\n    reason: {zh: 理由, en: r}", "value: order\n    grade: assumed",
         "assumed_needs_reason", "scenario.reference_class.reason"),
        ("value: proportional", "value: even", "not_a_choice", "scenario.benchmark_split.value"),
        ("required: level, source: LY08, milestone: true", "required: level, source: XX99, milestone: true",
         "unknown_source", "targets.list.2.source"),
        ("assessment: {options: [sample, all], value: sample, source: LY09}",
         "assessment: {options: [sample, all], value: sample}", "missing_key", "targets.switches.assessment.source"),
        ("as_of: 2018-09-10", "as_of: 1918-09-10", "date_outside", "as_of"),
        ("as_of: 2018-09-10", "as_of: '2018-09-10'", "not_a_date", "as_of"),
        ("place: {zh: 全市, en: the city}", "place: {zh: 全市, en: 3}", "not_text", "place.en"),
        ("schema: 1", "schema: true", "not_whole", "schema"),
        ("teams: {value: 12,", "teams: {value: 12.0,", "not_whole", "assessors.teams.value"),
        ("pass_score_benchmark: {value: 80,", "pass_score_benchmark: {value: 79.5,",
         "not_whole", "assessors.pass_score_benchmark.value"),
        ("pass_score_other: {value: 60,", "pass_score_other: {value: 60.0,",
         "not_whole", "assessors.pass_score_other.value"),
        ("range: [6, 30]", "range: [-6, 30]", "outside_bounds", "assessors.teams.range"),
        ("published:\n", "published: null\nremarks:\n", "not_a_list", "published"),
        ("value: 0.3941, unit: share", "value: 688, unit: enterprises", "published_differs", "published.1.value"),
        ("value: 0.1493, unit: share", "value: 0.15, unit: share", None, ""),
        ("value: 0.1493, unit: share", "value: 0.14, unit: share", None, ""),
        ("value: 0.1493, unit: share", "value: 0.1, unit: share", "published_differs", "published.2.value"),
        ("value: 0.1493, unit: share", "value: 0.1492, unit: share", "published_differs", "published.2.value"),
        ("value: 0.1493, unit: share", "value: 261, unit: enterprises", None, ""),
        ("date: 2018-09-10, value: 0.6636", "date: 2018-09-20, value: 0.5", None, ""),
        ("options: [sample, all], value: sample", "options: [sample, sample], value: sample",
         "duplicate_id", "targets.switches.assessment.options.1"),
        ("options: [back_to_normal, grace, make_up_drive]", "options: [back_to_normal, grace, back_to_normal]",
         "duplicate_id", "scenario.after_missed_deadline.options.2"),
        ("chances: [0.0, 0.2, 0.5]", "chances: [0.0, 0.2, 0]", "duplicate_id", "scenario.rush.chances.2"),
        ("dates: [2018-01-01, 2018-03-01,", "dates: [2018-03-01, 2018-03-01,",
         "dates_not_increasing", "scenario.start.dates"),
        ("headline: all_online", "headline: benchmark_online", "headline_unsupported", "targets.headline"),
        ("headline: all_online", "headline: other_online", "headline_unsupported", "targets.headline"),
        ("stage: online, deadline: 2018-12-31", "stage: online, deadline: 2018-11-30", None, ""),
    ],
)  # fmt: skip
def test_further_rules_of_a_case(tmp_path: Path, old: str, new: str, message: str | None, key: str) -> None:
    text = (BAD / "good_case.yaml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "case.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    if message is None:
        check_file(file)
        return
    found = [row[:2] for row in rows_of(file)]
    assert (message, key) in [(name.removesuffix("_near"), place) for name, place in found]


@pytest.mark.parametrize(
    ("old", "new", "message", "key"),
    [
        ("as_of: 2018-09-10", "as_of: 1918-09-10", "date_outside", "as_of"),
        ("as_of: 2018-09-10", "as_of: 2218-09-10", "date_outside", "as_of"),
        ("dates: [2018-01-01,", "dates: [1918-01-01,", "date_outside", "scenario.start.dates"),
        ("connected: {value: 900,", "connected: {value: -5,", "outside_bounds", "state.connected.value"),
        ("enterprises: {value: 1748,", "enterprises: {value: -1748,", "outside_bounds", "population.enterprises.value"),
        ("built: {value: 1160,", "built: {value: -1160,", "outside_bounds", "state.built.value"),
        ("built: {value: 1160, unit: enterprises, range: [1160, 1160]",
         "built: {value: 1160.5, unit: enterprises, range: [1160, 1161]", "not_whole", "state.built.value"),
        ("built: {value: 1160,", "built: {value: '1160',", "not_a_number", "state.built.value"),
        ("benchmark_county: {value: 296,", "benchmark_county: {value: 2960000,",
         "outside_bounds", "population.tiers.benchmark_county.value"),
        ("mines: {value: 0.10,", "mines: {value: 10,", "outside_bounds", "population.sectors.mines.value"),
        ("weights: [0.3333, 0.3333, 0.3334]", "weights: [1.3333, 0.3333, 0.3334]",
         "outside_bounds", "scenario.start.weights.0"),
        ("options: [all, basically]", "options: [al, basically]",
         "not_a_choice_near", "targets.switches.level.options.0"),
        ("value: 0.6636", "value: 66.36", "outside_bounds", "published.0.value"),
        ("quantity: built, date", "quantity: bilt, date", "not_a_choice_near", "published.0.quantity"),
        ("id: all_online, group: all, stage: online", "id: all_online, group: all, stage: onlin",
         "not_a_choice_near", "targets.list.0.stage"),
        ("id: all_online, group: all, stage: online, deadline: 2018-12-31",
         "id: all_online, group: all, stage: online, deadline: 2028-12-31", "date_after", "targets.list.0.deadline"),
        ("group: benchmark, stage: assessed", "group: benchmark, stage: assesed",
         "not_a_choice_near", "targets.list.5.stage"),
    ],
)  # fmt: skip
def test_one_value_out_of_its_bounds_is_one_fault(tmp_path: Path, old: str, new: str, message: str, key: str) -> None:
    """Nothing is compared with a value that cannot be."""
    text = (BAD / "good_case.yaml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "case.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert [row[:2] for row in rows_of(file)] == [(message, key)]


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ("", "", True),
        ("start: 2018-10-01, end: 2018-10-31", "", True),
        ("end: 2018-10-31", "start: 2018-10-31", True),
        ("start: 2018-10-01, end: 2018-12-31", "start: 2018-11-01, end: 2018-11-30", True),
        ("end: 2018-10-31", "start: 2018-11-01", False),
        ("start: 2018-11-01, end: 2018-11-30", "start: 2018-09-11, end: 2018-10-31", False),
        ("end: 2018-10-31", "start: '2018'", None),
    ],
)
def test_an_instrument_stands_once_at_a_time(tmp_path: Path, first: str, second: str, overlap: bool | None) -> None:
    head = (BAD / "good_strategy.yaml").read_text(encoding="utf-8").partition("instruments:")[0]
    days = "every_days: {value: 7, unit: days, range: [1, 31], source: LY15, grade: seed}"
    staff = "staff_days_each: {value: 5, unit: staff_days, range: [1, 20], source: LY15, grade: seed}"
    three = (("ranking_notice", ""), ("dispatch_meeting", first), ("dispatch_meeting", second))
    rows = [f"  - {{instrument: {name}, {window}, {days}, {staff}}}\n".replace(", ,", ",") for name, window in three]
    file = tmp_path / "strategy.yaml"
    file.write_text(head + "instruments:\n" + "".join(rows), encoding="utf-8")
    if overlap is False:
        check_file(file)
        return
    wanted = ("instrument_overlaps", "instruments.2.instrument") if overlap else ("not_a_date", "instruments.2.start")
    assert [row[:2] for row in rows_of(file)] == [wanted]
    assert not overlap or "instruments.1" in faults_of(file)[0].text("zh")


@pytest.mark.parametrize(
    ("name", "days", "overlap"),
    [
        ("dispatch_meeting", (7, 1), False),
        ("dispatch_meeting", (7, 30, 91), False),
        ("dispatch_meeting", (7, 30, 7), True),
        ("ranking_notice", (7, 30), True),
    ],
)
def test_meetings_may_be_held_at_several_intervals(
    tmp_path: Path, name: str, days: tuple[int, ...], overlap: bool
) -> None:
    """Weekly and daily (LY15); weekly, monthly and quarterly (QX01)."""
    head = (BAD / "good_strategy.yaml").read_text(encoding="utf-8").partition("instruments:")[0]
    staff = "staff_days_each: {value: 5, unit: staff_days, range: [1, 20], source: LY15, grade: seed}"
    every = "every_days: {{value: {0}, unit: days, range: [1, 92], source: LY15, grade: seed}}"
    rows = [f"  - {{instrument: {name}, {every.format(each)}, {staff}}}\n" for each in days]
    file = tmp_path / "strategy.yaml"
    file.write_text(head + "instruments:\n" + "".join(rows), encoding="utf-8")
    if overlap:
        assert [row[:2] for row in rows_of(file)] == [
            ("instrument_overlaps", f"instruments.{len(days) - 1}.instrument")
        ]
    else:
        check_file(file)


@pytest.mark.parametrize("wrong", ["3", "x", "null", "[]", "{}", "[x]", "[{}]", "[[1]]", "true", "2018-01-01"])
@pytest.mark.parametrize(
    "key", ["dates:", "weights:", "chances:", "date:", "days:", "options:", "list:", "value:", "id:"]
)
def test_wrong_types_are_faults_and_never_a_crash(tmp_path: Path, key: str, wrong: str) -> None:
    text = (BAD / "good_case.yaml").read_text(encoding="utf-8")
    text = text.replace("days: []", "days: [{date: 2018-10-08, working: false, reason: {zh: 理由, en: r}}]")
    changed = re.sub(rf"\b{key} (\[[^\]]*\]|[^,}}\n]+)", f"{key} {wrong}", text)
    if key == "list:":
        changed = text.partition("  list:")[0] + f"  list: {wrong}\n" + text[text.index("adoption:") :]
    assert changed != text
    file = tmp_path / "case.yaml"
    file.write_text(changed, encoding="utf-8")
    try:
        check_file(file)
    except FileFaults as error:
        assert str(file) in error.text("zh")
        return
    assert (key, wrong) in {("days:", "[]"), ("date:", "2018-01-01")}


@pytest.mark.parametrize(("entry", "given"), [("", "null"), ("[a]", "['a']"), ("[]", "[]")])
def test_an_instrument_that_is_no_block_is_a_fault_of_its_line(entry: str, given: str, tmp_path: Path) -> None:
    good = (BAD / "good_strategy.yaml").read_text(encoding="utf-8").rstrip("\n")
    file = tmp_path / "own.yaml"
    file.write_text(f"{good}\n  - {entry}\n", encoding="utf-8")
    (fault,) = faults_of(file)
    assert (fault.message, fault.values["line"]) == ("params.not_a_mapping", good.count("\n") + 2)
    assert given in fault.text("en") and given in fault.text("zh")
