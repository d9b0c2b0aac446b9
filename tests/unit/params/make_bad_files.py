"""Write tests/data/bad/: each file is a good one with a single fault.

Run by hand after a change of the schema (python tests/unit/params/make_bad_files.py), then look at the differences;
the expected message, key and line of each file stand in test_bad_files.py.
"""

from __future__ import annotations

import re
from pathlib import Path

REASON = "reason: {zh: 理由, en: r}"
ROOT = Path(__file__).resolve().parents[3]
BAD = ROOT / "tests" / "data" / "bad"

CASE = {  # file: (old text, new text)
    "built_above_total": (
        "built: {value: 1160, unit: enterprises, range: [1160, 1160]",
        "built: {value: 1900, unit: enterprises, range: [1160, 1900]",
    ),
    "passed_above_assessed": (
        "assessed: {value: 300,",
        "assessed: {value: 261,",
        "range: [261, 400]",
        "range: [0, 400]",
        "value: 261, unit: enterprises, range: [0,",
        "value: 260, unit: enterprises, range: [0,",
    ),
    "online_above_connected": (
        "connected: {value: 900, unit: enterprises, range: [689, 1300]",
        "connected: {value: 600, unit: enterprises, range: [600, 1300]",
    ),
    "connected_above_started": (
        "connected: {value: 900, unit: enterprises, range: [689, 1300]",
        "connected: {value: 1600, unit: enterprises, range: [689, 1700]",
    ),
    "building_above_rest": (
        "building: {value: 350, unit: enterprises, range: [150, 500]",
        "building: {value: 600, unit: enterprises, range: [150, 600]",
    ),
    "tiers_above_total": (
        "benchmark_county: {value: 296, unit: enterprises, range: [296, 296]",
        "benchmark_county: {value: 1600, unit: enterprises, range: [296, 1600]",
    ),
    "sectors_not_one": ("mines: {value: 0.10,", "mines: {value: 0.15,"),
    "negative_count": (
        "online: {value: 689, unit: enterprises, range: [689, 689]",
        "online: {value: -5, unit: enterprises, range: [0, 689]",
    ),
    "half_enterprise": ("building: {value: 350,", "building: {value: 350.5,"),
    "nan_count": ("built: {value: 1160,", "built: {value: .nan,"),
    "start_dates_out_of_order": (
        "dates: [2018-01-01, 2018-03-01, 2018-05-01]",
        "dates: [2018-03-01, 2018-01-01, 2018-05-01]",
    ),
    "start_after_as_of": ("2018-05-01]", "2018-10-01]"),
    "weights_not_one": (
        "dates: [2018-01-01, 2018-03-01, 2018-05-01]\n    weights: [0.3333, 0.3333, 0.3334]",
        "dates: [2018-01-01, 2018-03-01, 2018-05-01]\n    weights: [0.5, 0.3, 0.3]",
    ),
    "weights_too_few": (
        "chances: [0.0, 0.2, 0.5]\n    weights: [0.3333, 0.3333, 0.3334]",
        "chances: [0.0, 0.2, 0.5]\n    weights: [0.5, 0.5]",
    ),
    "chance_above_one": ("chances: [0.0, 0.2, 0.5]", "chances: [0.0, 0.2, 1.5]"),
    "deadline_before_as_of": (
        "id: benchmark_built, group: benchmark, stage: built, deadline: 2018-09-30",
        "id: benchmark_built, group: benchmark, stage: built, deadline: 2018-08-31",
    ),
    "deadline_after_horizon": (
        "id: all_built, group: all, stage: built, deadline: 2018-12-31",
        "id: all_built, group: all, stage: built, deadline: 2019-01-31",
    ),
    "horizon_before_as_of": ("as_of: 2018-09-10", "as_of: 2019-09-10"),
    "target_twice": ("{id: all_built,", "{id: all_online,"),
    "headline_unknown": ("headline: all_online", "headline: al_online"),
    "sample_share_missing": ("required: assessment, sample_share: 0.10,", "required: assessment,"),
    "group_unknown": ("id: other_online, group: other", "id: other_online, group: others"),
    "switch_not_an_option": ("options: [sample, all], value: sample", "options: [all], value: sample"),
    "calendar_day_far_away": ("days: []", "days: [{date: 2025-10-08, working: false, reason: {zh: 理由, en: r}}]"),
    "reference_class_unknown": ("value: order", "value: orders"),
    "default_strategy_unknown": ("default_strategy: current_arrangement", "default_strategy: curent_arrangement"),
    "key_missing": (
        "  user_share: {value: 0.5, unit: share, range: [0.2, 0.8], grade: assumed, reason: {zh: 理由, en: r}}\n",
        "",
    ),
    "reason_plain_text": (
        f"value: order\n    grade: assumed\n    {REASON}",
        "value: order\n    grade: assumed\n    reason: r",
    ),
    "block_misspelt": ("\nassessors:", "\nassesors:"),
    "published_after_end": ("quantity: passed, date: 2018-09-10", "quantity: passed, date: 2019-01-01"),
    "published_before_as_of": ("quantity: passed, date: 2018-09-10", "quantity: passed, date: 2018-09-09"),
    "published_date_of_flow": (
        "quantity: penalties_per_visit, from: 2018-09-11, to: 2018-12-31",
        "quantity: penalties_per_visit, from: 2018-09-11, to: 2018-12-31, date: 2018-12-31",
    ),
    "published_contradicts": ("value: 0.6636", "value: 0.6366"),
    "chance_twice": ("chances: [0.0, 0.2, 0.5]", "chances: [0.0, 0.2, 0.2]"),
    "weight_zero": (
        "dates: [2018-01-01, 2018-03-01, 2018-05-01]\n    weights: [0.3333, 0.3333, 0.3334]",
        "dates: [2018-01-01, 2018-03-01, 2018-05-01]\n    weights: [0.5, 0.5, 0]",
    ),
    "option_twice": ("options: [proportional, benchmark_first]", "options: [proportional, proportional]"),
    "rush_without_reason": (
        f"weights: [0.3333, 0.3333, 0.3334]\n    grade: assumed\n    {REASON}\n    factor",
        "weights: [0.3333, 0.3333, 0.3334]\n    grade: assumed\n    factor",
    ),
    "headline_not_online": ("headline: all_online", "headline: all_built"),
    "headline_a_milestone": ("required: level, source: LY09}", "required: level, source: LY09, milestone: true}"),
    "connected_below_zero": (
        "connected: {value: 900, unit: enterprises, range: [689, 1300]",
        "connected: {value: -5, unit: enterprises, range: [0, 1300]",
    ),
    "all_deadline_before_a_late_deadline": (
        "deadline: 2018-12-31, required: assessment",
        "deadline: 2028-12-31, required: assessment",
    ),
    "name_climbs": ("case: linyi-2018", "case: ../linyi-2018"),
    "closure_zero": ("value: 0.008, unit: per_week, range: [0.004,", "value: 0.008, unit: per_week, range: [0.0,"),
    "target_id_markup": ("{id: all_built,", '{id: "<b>all</b>",'),
}
FIRST = "every_days: {value: 7, unit: days, range: [1, 31], source: LY15, grade: seed}"
STRATEGY = {
    "key_misspelt": ("every_days: {value: 7", "every_day: {value: 7"),
    "wrong_unit": (FIRST, FIRST.replace("unit: days", "unit: weeks")),
    "outside_range": (FIRST, FIRST.replace("value: 7", "value: 40")),
    "outside_bounds": (FIRST, FIRST.replace("value: 7", "value: 400")),
    "range_reversed": (FIRST, FIRST.replace("[1, 31]", "[31, 1]")),
    "range_of_three": (FIRST, FIRST.replace("[1, 31]", "[1, 7, 31]")),
    "source_unknown": (FIRST, FIRST.replace("LY15", "LY51")),
    "source_missing": (FIRST, FIRST.replace("source: LY15, ", "")),
    "assumed_without_reason": (
        "staff_days_each: {value: 5, unit: staff_days, range: [1, 20], grade: assumed, reason: {zh: 理由, en: r}}",
        "staff_days_each: {value: 5, unit: staff_days, range: [1, 20], grade: assumed}",
    ),
    "reason_chinese_missing": (
        "range: [1, 20], grade: assumed, reason: {zh: 理由, en: r}",
        "range: [1, 20], grade: assumed, reason: {en: r}",
    ),
    "grade_unknown": (FIRST, FIRST.replace("grade: seed", "grade: sed")),
    "number_as_text": (FIRST, FIRST.replace("value: 7", "value: '7'")),
    "number_as_boolean": (FIRST, FIRST.replace("value: 7", "value: true")),
    "number_infinite": (FIRST, FIRST.replace("31]", ".inf]")),
    "quantity_as_bare_number": (FIRST, "every_days: 7"),
    "instrument_unknown": ("instrument: deadline_drive", "instrument: deadline_drives"),
    "instrument_not_named": ("- instrument: deadline_drive\n    start", "- start"),
    "date_with_time": ("start: 2018-12-01", "start: 2018-12-01 08:00:00"),
    "date_not_in_calendar": ("start: 2018-12-01", "start: 2018-11-31"),
    "end_before_start": ("end: 2018-12-31", "end: 2018-11-30"),
    "instrument_twice": ("instrument: dispatch_meeting", "instrument: ranking_notice"),
    "past_with_instruments": ("pace: path", "pace: past"),
    "pace_unknown": ("pace: path", "pace: paths"),
    "list_for_mapping": ("name: {zh: 年底攻坚, en: deadline drive}", "name: [年底攻坚, deadline drive]"),
    "mapping_for_list": ("pace: path\n", "pace: path\ninstruments: {}\n", "\ninstruments:\n  -", "\nREST\n  -"),
    "schema_of_the_future": ("schema: 1", "schema: 2"),
    "text_blank": ("en: deadline drive}", "en: ' '}"),
    "duplicate_key": ("pace: path\n", "pace: path\npace: past\n"),
    "alias": ("pace: path\n", "pace: &p path\n"),
    "tag_executes": ("pace: path", "pace: !!python/name:os.system path"),
    "two_documents": ("instruments:\n", "---\ninstruments:\n"),
    "tab_indent": ("    start: 2018-12-01", "\tstart: 2018-12-01"),
    "bracket_open": ("range: [1, 31], source: LY15, grade: seed}", "range: [1, 31, source: LY15, grade: seed}"),
}
SEVERAL = (
    FIRST,
    FIRST.replace("unit: days", "unit: weeks").replace("LY15", "LY51"),
    "pace: path",
    "pace: paths",
    "end: 2018-12-31",
    "end: 2018-11-30",
    "factor:",
    "factr:",
)
RAW = {
    "empty": b"",
    "only_a_comment": "# 空\n".encode(),
    "top_is_a_list": b"- case: a\n- strategy: b\n",
    "neither_kind": b"schema: 1\nname: x\n",
    "binary": bytes(range(128, 256)) * 4,
    "control_character": b"case: a\x07b\n",
    "utf16": "strategy: 年底攻坚\n".encode("utf-16"),
    "escape_beyond_unicode": b'strategy: x\nname: "\\U99999999"\n',
    "bomb": b"a: &a [x, x, x]\n"
    + b"".join(b"%c: &%c [*%c, *%c, *%c]\n" % (c, c, c - 1, c - 1, c - 1) for c in range(98, 110)),
    "deep": b"case: " + b"[" * 500 + b"]" * 500 + b"\n",
}


def compact(text: str) -> str:
    """Drop comments and blank lines, and shorten every reason."""
    lines = [re.sub(r"\s+#.*|^#.*", "", line) for line in text.splitlines()]
    lines = [re.sub(r"reason: \{[^}]*\}", REASON, line) for line in lines if line.strip()]
    return "\n".join(lines) + "\n"


def broken(text: str, changes: tuple[str, ...]) -> str:
    """Make each change; every old text must be there."""
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        if old not in text:
            raise SystemExit(f"not found: {old!r}")
        text = text.replace(old, new, 1)
    return text


def files() -> dict[str, bytes]:
    """Return the content of every file by its name."""
    case = compact((ROOT / "params" / "cases" / "linyi-2018.yaml").read_text(encoding="utf-8"))
    strategy = compact((ROOT / "params" / "strategies" / "deadline_drive.yaml").read_text(encoding="utf-8"))
    made = {f"case_{name}.yaml": broken(case, changes).encode() for name, changes in CASE.items()}
    made |= {f"strategy_{name}.yaml": broken(strategy, changes).encode() for name, changes in STRATEGY.items()}
    made |= {f"file_{name}.yaml": content for name, content in RAW.items()}
    made["strategy_mapping_for_list.yaml"] = made["strategy_mapping_for_list.yaml"].partition(b"REST")[0]
    made["several_faults.yaml"] = broken(strategy, SEVERAL).encode()
    return made | {"good_case.yaml": case.encode(), "good_strategy.yaml": strategy.encode()}


if __name__ == "__main__":
    BAD.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (BAD / name).write_bytes(content)
