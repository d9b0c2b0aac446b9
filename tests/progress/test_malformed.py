"""Every malformed table is refused at its place, or read with its repair listed and to no other numbers."""

from __future__ import annotations

import datetime as dt
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from malformed_files import FOLDER, TEXTS, write_all
from progress_tables import LONG

from dpsim import load_progress
from dpsim.errors import FileFaults

REFUSED = [  # file, message of the first fault, its place, faults in all
    ("above_total.csv", "above_total", "C3", 1),
    ("binary.csv", "tabular.file_not_text", "", 1),
    ("count_differs_from_total.csv", "total_differs", "F6", 1),
    ("cut_off.xlsx", "tabular.file_broken", "", 1),
    ("date_cell_first_empty.csv", "date_empty", "A2", 1),
    ("date_cell_impossible.csv", "date_impossible", "A3", 1),
    ("date_cell_text.csv", "date_not_understood", "A3", 1),
    ("date_cell_two_ways.csv", "date_two_ways", "A3", 1),
    ("date_for_number.xlsx", "tabular.cell_not_number", "a!C3", 1),
    ("date_in_header_impossible.csv", "date_impossible", "C2", 1),
    ("date_title_within.csv", "title_inside", "A6", 1),
    ("date_with_plan.csv", "date_not_understood", "A3", 1),
    ("dates_across_two_stages.csv", "stages_several", "A1", 1),
    ("dates_across_without_stage.csv", "no_stage", "2", 1),
    ("day_month_year.csv", "date_two_ways", "A1", 1),
    ("decimal.csv", "tabular.cell_not_whole", "C3", 1),
    ("document.docx", "tabular.file_kind", "", 1),
    ("dot_between_thousands.csv", "tabular.cell_unclear", "B3", 1),
    ("empty_table.csv", "no_units", "2", 1),
    ("error_value.xlsx", "formula_empty", "a!C3", 1),
    ("exponent.csv", "tabular.cell_not_number", "B3", 1),
    ("footnote_in_share.csv", "tabular.cell_not_number", "C3", 1),
    ("footnote_sign.csv", "tabular.cell_not_number", "C3", 1),
    ("formula_without_value.ods", "formula_empty", "进度!C3", 1),
    ("formula_without_value.xlsx", "formula_empty", "a!C3", 1),
    ("header_hundreds.csv", "wrong_unit", "C2", 1),
    ("header_joined_twice.xlsx", "column_twice", "a!D2", 1),
    ("header_per_mille.csv", "wrong_unit", "C2", 1),
    ("header_thousands.csv", "wrong_unit", "B2", 1),
    ("header_wan.csv", "wrong_unit", "B2", 1),
    ("impossible_date.csv", "date_impossible", "A1", 1),
    ("infinite.csv", "tabular.cell_not_number", "C3", 1),
    ("joined_counts.xlsx", "tabular.joined", "a!C3", 2),
    ("ledger_date_after.csv", "date_after", "B3", 1),
    ("ledger_no_name.csv", "name_missing", "B3", 1),
    ("ledger_order.csv", "ledger_order", "3", 1),
    ("ledger_planned_date.csv", "date_not_understood", "C3", 1),
    ("ledger_same_differs.csv", "duplicate_differs", "B108", 1),
    ("ledger_skipped.csv", "ledger_order", "3", 1),
    ("ledger_text_for_date.csv", "date_not_understood", "C3", 1),
    ("ledger_with_counts.csv", "ledger_column", "G2", 1),
    ("ledger_without_dates.csv", "ledger_no_dates", "", 1),
    ("long_row_differs.csv", "duplicate_differs", "E32", 1),
    ("minus_sign.csv", "tabular.cell_not_number", "C3", 1),
    ("name_is_number.csv", "name_odd", "A3", 1),
    ("name_too_long.csv", "name_odd", "A3", 1),
    ("name_with_control.csv", "name_odd", "A3", 1),
    ("nan.csv", "tabular.cell_not_number", "C3", 1),
    ("negative.csv", "tabular.cell_outside", "C3", 1),
    ("newest_first_over_a_year.csv", "year_unclear", "A4", 1),
    ("no_date.csv", "no_date", "2", 1),
    ("no_header_at_all.csv", "no_header", "", 1),
    ("no_header_over_counts.csv", "header_empty", "D3", 1),
    ("no_name.csv", "name_missing", "A3", 1),
    ("no_total_column.csv", "column_missing", "2", 1),
    ("no_unit_column.csv", "no_header", "", 1),
    ("no_year.csv", "date_no_year", "A1", 1),
    ("nothing.csv", "tabular.file_empty", "", 1),
    ("number_with_wan.csv", "tabular.cell_not_number", "B3", 1),
    ("of_which.csv", "of_which", "A7", 1),
    ("old_workbook_named.xlsx", "tabular.file_misnamed", "", 1),
    ("online_above_built.csv", "above", "E3", 1),
    ("only_blanks.csv", "tabular.file_empty", "", 1),
    ("only_month.csv", "date_month", "A1", 1),
    ("only_totals.csv", "column_missing", "2", 1),
    ("other_archive.xlsx", "tabular.file_broken", "", 1),
    ("other_digits.csv", "tabular.cell_not_number", "C3", 1),
    ("password.xlsx", "tabular.file_locked", "", 1),
    ("percent_cells_impossible.ods", "share_impossible", "进度!C3", 1),
    ("percent_cells_impossible.xlsx", "share_impossible", "a!C3", 1),
    ("rectified_above_found.csv", "above_total", "E3", 1),
    ("rectified_without_found.csv", "column_missing", "2", 1),
    ("row_of_formulas.xlsx", "formula_empty", "a!B6", 6),
    ("same_date_twice.csv", "column_twice", "D2", 1),
    ("same_unit_differs.csv", "duplicate_differs", "C4", 5),
    ("share_above_hundred.csv", "share_outside", "C3", 1),
    ("share_differs.csv", "share_differs", "H3", 1),
    ("share_group_differs.csv", "share_differs", "D4", 1),
    ("share_impossible.csv", "share_impossible", "C3", 1),
    ("share_of_one.csv", "share_unclear", "C3", 1),
    ("share_of_one_beside_counts.csv", "share_differs", "H5", 1),
    ("share_scale_differs.csv", "share_differs", "H3", 1),
    ("share_without_sign.csv", "share_unclear", "C3", 1),
    ("share_without_total.csv", "column_missing", "2", 1),
    ("shares_of_one.xls", "tabular.cell_not_whole", "进度!C3", 1),
    ("sheet_and_title_differ.xlsx", "dates_differ", "2018-09-17", 1),
    ("sheet_without_header.xlsx", "no_header", "二", 1),
    ("sheets_differ.xlsx", "duplicate_differs", "二!G3", 1),
    ("spreadsheet_error.csv", "tabular.cell_not_number", "C3", 1),
    ("stage_empty.csv", "stage_unknown", "C3", 1),
    ("stage_twice.csv", "column_twice", "D2", 1),
    ("stage_unknown.csv", "stage_unknown", "C3", 1),
    ("subtotal_as_a_county.csv", "unit_is_sum", "5", 1),
    ("subtotal_differs.csv", "total_differs", "E5", 1),
    ("swapped_assessed_passed.csv", "above", "F3", 3),
    ("swapped_built_online.csv", "above", "C3", 3),
    ("swapped_total_built.csv", "above_total", "B3", 3),
    ("swapped_unit_number.csv", "name_odd", "A3", 4),
    ("text_for_number.csv", "tabular.cell_not_number", "C3", 1),
    ("text_named.xlsx", "tabular.file_broken", "", 1),
    ("text_none.csv", "tabular.cell_not_number", "C3", 1),
    ("title_new_only.csv", "new_only", "A1", 1),
    ("title_percent.csv", "wrong_unit", "A2", 1),
    ("title_wan.csv", "wrong_unit", "A2", 1),
    ("too_large.csv", "tabular.cell_outside", "B3", 1),
    ("total_as_a_city.csv", "unit_is_sum", "6", 1),
    ("total_differs.csv", "total_differs", "C6", 1),
    ("total_empty.csv", "total_missing", "B3", 1),
    ("total_first_as_a_city.csv", "unit_is_sum", "3", 1),
    ("total_of_nothing.csv", "no_units", "2", 1),
    ("total_on_one_date.csv", "unit_is_sum", "8", 1),
    ("total_share_beside_counts_differs.csv", "total_differs", "H6", 1),
    ("total_share_differs.csv", "total_differs", "C5", 1),
    ("total_twice.csv", "column_twice", "D2", 1),
    ("total_wrong_once.csv", "unit_is_sum", "9", 1),
    ("total_zero.csv", "total_zero", "B3", 1),
    ("township_missing.csv", "name_missing", "A4", 1),
    ("truth_value.xlsx", "tabular.cell_not_number", "a!C3", 1),
    ("two_dates.csv", "dates_differ", "A1", 1),
    ("two_digit_year.csv", "date_two_ways", "A1", 1),
    ("two_meanings.csv", "header_two_things", "C3", 2),
    ("two_names_of_a_unit.csv", "unit_two_names", "D5", 1),
    ("two_tables_on_a_sheet.csv", "second_table", "A8", 1),
    ("unknown_header.csv", "header_unknown", "D2", 1),
    ("unknown_header_near.csv", "header_unknown", "D2", 1),
    ("web_page.xls", "tabular.file_html", "", 1),
    ("week_of_month.csv", "date_month", "A1", 1),
    ("week_without_year.csv", "week_no_year", "A1", 1),
    ("workbook_named.csv", "tabular.file_misnamed", "", 1),
    ("workbook_named.xls", "tabular.file_misnamed", "", 1),
    ("year_far_away.csv", "date_impossible", "A1", 1),
    ("year_may_have_ended.csv", "year_unclear", "A6", 1),
    ("header_percent_words.csv", "header_bracket", "C2", 1),
    ("header_of_a_year.csv", "header_bracket", "B2", 1),
    ("header_planned.csv", "header_bracket", "C2", 1),
    ("header_new_in_brackets.csv", "header_bracket", "C2", 1),
    ("header_people.csv", "header_bracket", "C2", 1),
    ("header_share_of_enterprises.csv", "header_bracket", "C2", 1),
    ("header_under_plan.csv", "header_unclear", "C3", 1),
    ("title_percent_words.csv", "percent_title", "A1", 1),
    ("title_new_completions.csv", "new_only", "A1", 1),
    ("total_as_a_city_wrong.csv", "unit_near_sum", "6", 1),
    ("total_by_another_name_wrong.csv", "total_differs", "C6", 1),
    ("name_is_a_dash.csv", "name_odd", "A3", 1),
    ("date_with_no_time.csv", "date_not_understood", "A3", 1),
    ("hundreds_written.xlsx", "tabular.number_worded", "a!C3", 1),
    ("percent_beside_one.xlsx", "share_unclear", "2018-09-10!C3", 1),
]  # fmt: skip
REPAIRED = [  # file, first repair besides rows of totals, its place
    ("average_row.csv", "row_left_out", "A7"),
    ("count_falls.csv", "count_fell", "H7"),
    ("counted_word.csv", "number_read", "C3"),
    ("county_above.csv", "name_above", "A4"),
    ("dash.csv", "cell_missing", "E3"),
    ("date_cell_empty.csv", "date_above", "A3"),
    ("empty_cell.csv", "cell_missing", "E3"),
    ("encoding_not_said.csv", "encoding_guessed", ""),
    ("full_width_digits.csv", "number_read", "C3"),
    ("header_new_only.csv", "column_unused", "C2"),
    ("header_with_condition.csv", "header_read", "C2"),
    ("hidden_column.xlsx", "column_hidden", "a!D2"),
    ("hidden_row.xlsx", "row_hidden", "a!A4"),
    ("hidden_sheet.xlsx", "sheet_hidden", "旧!"),
    ("ledger_not_reached.csv", "not_reached", "C42"),
    ("ledger_same_twice.csv", "duplicate_dropped", "B108"),
    ("ledger_without_title.csv", "ledger_date_taken", ""),
    ("name_with_blanks.csv", "name_read", "A3"),
    ("new_this_week.csv", "column_unused", "D2"),
    ("not_reported.csv", "cell_missing", "E3"),
    ("only_ones.xls", "only_ones", "进度!C2"),
    ("percent_cells.ods", "share_taken", "进度!C3"),
    ("range_of_dates.csv", "year_taken", "A1"),
    ("range_of_days.csv", "span_taken", "A1"),
    ("same_row_twice.csv", "duplicate_dropped", "C6"),
    ("serial_dates.xlsx", "serial_taken", "a!A2"),
    ("share_in_counts.csv", "share_taken", "C3"),
    ("thousands_sign.csv", "number_read", "B3"),
    ("total_moves.csv", "total_moved", "C5"),
    ("unit_missing.csv", "unit_missing", ""),
    ("unit_not_reported.csv", "row_empty", "A3"),
    ("week_missing.csv", "dates_missing", ""),
    ("title_may_be_shares.csv", "title_read", "A1"),
    ("title_of_a_plan.csv", "title_read", "A1"),
    ("title_of_this_week.csv", "title_read", "A1"),
    ("title_older_than_rows.csv", "after_title", "A1"),
    ("city_beside_its_county.csv", "same_counts", "C3"),
    ("date_with_time.csv", "time_dropped", "A3"),
    ("percent_written.xlsx", "share_taken", "a!C3"),
]  # fmt: skip
DAY = dt.date(2018, 9, 10)
OTHER = {
    "city_beside_its_county.csv": {(DAY, "临沂市", *row[2:]) for row in LONG[15:20]},
    "count_falls.csv": {(DAY, "丙区", "passed", 30, 5)},
    "county_above.csv": {(DAY, "甲县/东镇", "built", 20, 9), (DAY, "甲县/西镇", "built", 15, 8)},
    "ledger_without_title.csv": {
        (dt.date(2018, 9, 2 if day < DAY else 9), *row) for day, *row in LONG
    },
    "only_ones.xls": {(*row[:4], 1) for row in LONG[15:]},
    "thousands_sign.csv": {(DAY, "甲县", stage, 1040, n) for _, unit, stage, _, n in LONG[15:] if unit == "甲县"},
    "total_moves.csv": {(DAY, "甲县", stage, 42, n) for _, unit, stage, _, n in LONG[15:] if unit == "甲县"},
    "week_missing.csv": {
        (dt.date(2018, month, day), unit, stage, total, n)
        for month, day in ((9, 10), (9, 17), (10, 15))
        for _, unit, stage, total, n in LONG[:5]
    },
}  # fmt: skip
"""Rows that differ from the good table, because the file itself does."""


def where(fault_or_place: str, file: str) -> str:
    return fault_or_place.partition(file)[2].strip(", ")


@pytest.mark.parametrize(("file", "message", "place", "faults"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(file: str, message: str, place: str, faults: int) -> None:
    with pytest.raises(FileFaults) as caught:
        load_progress(FOLDER / file)
    first = caught.value.faults[0]
    assert first.message == (message if "." in message else f"progress.{message}")
    assert where(str(first.values["where"]), file) == place and len(caught.value.faults) == faults
    zh, en = first.text("zh"), first.text("en")
    assert file in zh and file in en and place in zh and place in en and zh != en
    assert "Traceback" not in caught.value.text("zh") and "{" not in zh


@pytest.mark.parametrize(("file", "message", "place"), REPAIRED, ids=[row[0] for row in REPAIRED])
def test_repaired(file: str, message: str, place: str) -> None:
    progress = load_progress(FOLDER / file)
    table = progress.repairs
    listed = table[table["message"] != "progress.repair.total_left_out"]
    cells = (listed["column"] + listed["row"].astype(str)).where(listed["row"] > 0, "")
    places = [f"{sheet}!{cell}" if sheet else cell for sheet, cell in zip(listed["sheet"], cells, strict=True)]
    assert (f"progress.repair.{message}", place) in set(zip(listed["message"], places, strict=True))
    assert set(table["file"]) == {file}
    frame = progress.frame
    days = [day.date() for day in frame["date"]]
    read = set(zip(days, *(frame[c].tolist() for c in ("unit", "stage", "total", "done")), strict=True))
    assert read - set(LONG) == OTHER.get(file, set())
    for lang in ("zh", "en"):
        assert len(progress.repair_texts(lang)) == len(table) and all(
            file in text for text in progress.repair_texts(lang)
        )


def test_the_files_are_those_of_the_tables() -> None:
    named = [row[0] for row in REFUSED] + [row[0] for row in REPAIRED]
    assert sorted(named) == sorted(file.name for file in FOLDER.iterdir()) and len(named) == len(set(named)) > 100


def test_the_files_are_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The committed texts are those this folder's script writes, byte for byte."""
    monkeypatch.setattr("malformed_files.FOLDER", tmp_path)
    write_all()
    for name in TEXTS:
        assert (tmp_path / f"{name}.csv").read_bytes() == (FOLDER / f"{name}.csv").read_bytes(), name
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in FOLDER.iterdir()}


ELSEWHERE = {
    "not_a_table", "frame_columns", "folder_empty", "many_files", "total_alone", "ledger_removed",
    "stage_name", "stage_header", "stage_clash",
}  # fmt: skip
"""Faults of frames, folders and further stages, and of rows no file reaches: test_frames.py, test_more_stages.py."""


def test_every_fault_has_a_file() -> None:
    table = tomllib.loads(files("dpsim.language").joinpath("en/progress.toml").read_text(encoding="utf-8"))["progress"]
    ids = {key for key, text in table.items() if isinstance(text, str)}
    assert ids == {row[1] for row in REFUSED if "." not in row[1]} | ELSEWHERE
