"""Write the template workbook: a sheet to fill in with drop-downs, an example, and instructions."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dpsim.core.words import STAGES
from dpsim.errors import DISK_FULL, InputError, failure
from dpsim.language import LANGUAGES, language_in_force, say
from dpsim.params.wording import shown_name
from dpsim.progress.aliases import ALL_STAGES, heading
from dpsim.tabular.same_bytes import workbook_bytes

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

COLUMNS = ("date", "unit", "stage", "total", "done")
_ROWS = 2000
"""Rows of the sheet to fill in that have drop-downs."""
_LIST = 100
"""Places of the list of units."""
_WEEKS = (dt.date(2018, 9, 3), dt.date(2018, 9, 10))
_EXAMPLE = {1: (40, (24, 20, 15, 8, 5)), 2: (35, (19, 16, 12, 6, 4)), 3: (30, (22, 21, 17, 9, 7))}
"""Total and counts of the first week by unit; the numbers are made up."""


def example_rows(lang: str) -> list[tuple[dt.date, str, str, int, int]]:
    """Return the rows of the example: date, unit, stage id, total, done."""
    return [
        (day, say("progress.template.unit_n", lang=lang, n=n), stage, total, count + 2 * week)
        for week, day in enumerate(_WEEKS)
        for n, (total, counts) in _EXAMPLE.items()
        for stage, count in zip(STAGES, counts, strict=True)
    ]


def write_template(path: str | Path, *, lang: str | None = None) -> Path:
    """Write the template workbook, which `load_progress` reads.

    Parameters
    ----------
    path : str or path
        A new file ending in .xlsx.
    lang : {"zh", "en"}, optional
        The language in force when not given.

    Returns
    -------
    pathlib.Path
        The file that was written.

    Raises
    ------
    InputError
        The file exists already, does not end in .xlsx, or cannot be written.
    """
    import openpyxl

    lang = lang if lang in LANGUAGES else language_in_force()
    file = Path(path)
    name = shown_name(file, 200)
    if file.suffix.lower() != ".xlsx":
        raise InputError("progress.template.ending", where=name)
    if file.exists() or file.is_symlink():
        raise InputError("progress.template.exists", where=name)
    book = openpyxl.Workbook()
    book.remove(book.active)
    _form(book.create_sheet(say("progress.template.sheet_progress", lang=lang)), lang)
    _example(book.create_sheet(say("progress.template.sheet_example", lang=lang)), lang)
    _instructions(book.create_sheet(say("progress.template.sheet_notes", lang=lang)), lang)
    try:
        file.write_bytes(workbook_bytes(book))
    except OSError as error:
        with suppress(OSError):  # half of it, where the disk is full
            file.unlink()
        message = "cli.no_room" if error.errno in DISK_FULL else "progress.template.cannot_write"
        raise failure(error)(message, where=name, why=error.strerror or "?") from error
    return file


def _head(sheet: Worksheet, lang: str) -> None:
    """Write the header, fixed above the rows."""
    from openpyxl.styles import Font

    sheet.append([heading(column, lang) for column in COLUMNS])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter in "ABCDE":
        sheet.column_dimensions[letter].width = 16
    sheet.freeze_panes = "A2"


def _form(sheet: Worksheet, lang: str) -> None:
    """Write the sheet to fill in, with its drop-downs and checks."""
    from openpyxl.worksheet.datavalidation import DataValidation

    _head(sheet, lang)
    notes = say("progress.template.sheet_notes", lang=lang)
    stages = f"'{notes}'!$D$2:$D${1 + len(ALL_STAGES)}"
    units = f"'{notes}'!$C$3:$C${2 + _LIST}"
    for letter, formula, message in (("B", units, "choose_unit"), ("C", stages, "choose_stage")):
        check = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
        check.error = check.prompt = say(f"progress.template.{message}", lang=lang)
        check.add(f"{letter}2:{letter}{_ROWS}")
        sheet.add_data_validation(check)
    for letter, upper in (("D", "1000000"), ("E", "$D2")):
        check = DataValidation(type="whole", operator="between", formula1="0", formula2=upper, allow_blank=True)
        check.error, check.showErrorMessage = say("progress.template.count_hint", lang=lang), True
        check.add(f"{letter}2:{letter}{_ROWS}")
        sheet.add_data_validation(check)
    check = DataValidation(type="date", operator="between", formula1="32874", formula2="73050", allow_blank=True)
    check.showErrorMessage = True
    check.add(f"A2:A{_ROWS}")
    sheet.add_data_validation(check)


def _example(sheet: Worksheet, lang: str) -> None:
    """Write the example."""
    _head(sheet, lang)
    for day, unit, stage, total, done in example_rows(lang):
        sheet.append([day, unit, heading(stage, lang), total, done])
    for (cell,) in sheet.iter_rows(min_row=2, max_col=1):
        cell.number_format = "yyyy-mm-dd"


def _instructions(sheet: Worksheet, lang: str) -> None:
    """Write the instructions and, beside them, the lists behind the drop-downs."""
    from openpyxl.styles import Alignment, Font

    for row, line in enumerate(say("progress.template.lines", lang=lang).splitlines(), 1):
        cell = sheet.cell(row, 1, line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(1, 3, say("progress.template.units", lang=lang))
    sheet.cell(2, 3, say("progress.template.replace_units", lang=lang))
    sheet.cell(1, 4, say("progress.template.stages", lang=lang))
    for n in _EXAMPLE:
        sheet.cell(2 + n, 3, say("progress.template.unit_n", lang=lang, n=n))
    for row, stage in enumerate(ALL_STAGES, 2):
        sheet.cell(row, 4, heading(stage, lang))
    for column in (1, 3, 4):
        sheet.cell(1, column).font = Font(bold=True)
    for letter, width in (("A", 90), ("C", 34), ("D", 20)):
        sheet.column_dimensions[letter].width = width
