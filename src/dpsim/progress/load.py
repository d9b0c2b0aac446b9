"""Read what bureaus have: weekly tables and enterprise ledgers become one long frame, every repair listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dpsim.core.words import STAGES
from dpsim.errors import InputError
from dpsim.language import language_in_force
from dpsim.params.wording import shown_name
from dpsim.progress.aliases import known_headers, more_stages, sheet_kind
from dpsim.progress.context import Said, year_of
from dpsim.progress.dispatch import Dispatch, Observed
from dpsim.progress.header import header_lines, titles
from dpsim.progress.layout import read_layout
from dpsim.progress.ledger import Enterprise, Ledger, counted, each_once
from dpsim.progress.notes import Notes, Place, Repair
from dpsim.progress.scales import scale_faults
from dpsim.progress.series import put_together
from dpsim.progress.sources import FRAME, frame_file, table_files
from dpsim.tabular.places import column_at, refuse
from dpsim.tabular.sheet import Sheet, TableFile

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("date", "unit", "stage", "total", "done")


@dataclass(frozen=True)
class Progress:
    """Progress of units by date and stage, as reported.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``date`` (datetime64), ``unit``, ``stage`` (str), ``total``, ``done`` (int64): one row per date, unit and
        stage, sorted by them in the order of the stages. A stage of hazards counts hazards: the total of
        ``hazards_found`` is itself, that of ``hazards_rectified`` the hazards found.
    repairs : pandas.DataFrame
        One row per repair: ``file``, ``sheet``, ``row`` (from 1; 0 for a whole sheet), ``column`` (letters),
        ``given``, ``taken``, ``message`` (its id).
    ledger : pandas.DataFrame or None
        One row per enterprise: ``unit``, ``township``, ``enterprise``, ``code``, ``listed``, ``removed``,
        ``started`` and the date of each stage (NaT: not reached).
    """

    frame: pd.DataFrame
    repairs: pd.DataFrame
    ledger: pd.DataFrame | None = None

    def repair_texts(self, lang: str | None = None) -> list[str]:
        """Return one sentence for each repair, in the language in force when not given."""
        texts = []
        for row in self.repairs.itertuples(index=False):
            place = Place(row.file, row.sheet, row.row - 1, column_at(row.column))
            texts.append(Repair(row.message, place, row.given, row.taken).text(lang))
        return texts


def load_progress(
    path_or_frame: str | Path | pd.DataFrame, *, stages: Mapping[str, Sequence[str]] | None = None
) -> Progress:
    """Read progress tables or an enterprise ledger.

    Parameters
    ----------
    path_or_frame : str, path or pandas.DataFrame
        A workbook (xlsx, xlsm, xls, ods) or text (csv, tsv, txt) with one or several tables, a folder of such files,
        or a frame. Headers are those of `headers.toml`.
    stages : mapping of str to sequence of str, optional
        Stages of another programme, each with the headers of its counts: ``{"ported": ["ported", "已移植"]}``. They
        stand beside the usual ones, are limited by none of them, and are not read from ledgers of enterprises.

    Returns
    -------
    Progress

    Raises
    ------
    FileFaults
        Everything that cannot be repaired, all files together, each fault with its place.
    InputError
        A further stage has a name or a header that means something else.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"unit": ["North"], "date": ["2018-09-10"], "total": [40], "built": [26]})
    >>> load_progress(table).frame[["unit", "stage", "total", "done"]].values.tolist()
    [['North', 'built', 40, 26]]
    """
    with more_stages(stages):
        return _read(path_or_frame)


def _read(path_or_frame: str | Path | pd.DataFrame) -> Progress:
    """Read with the stages that are known."""
    notes = Notes()
    if isinstance(path_or_frame, str | Path):
        path = Path(path_or_frame)
        name, files = shown_name(path.name or path, 200), table_files(path, notes)
    elif hasattr(path_or_frame, "itertuples"):
        name, files = FRAME, [frame_file(path_or_frame)]
    else:
        raise InputError("progress.not_a_table", where=type(path_or_frame).__name__)
    observed: list[Observed] = []
    enterprises: list[Enterprise] = []
    for file in files:
        _of_file(file, observed, enterprises, notes)
    rows = put_together(observed, notes)
    refuse(name, notes.faults)
    return Progress(_frame(rows), _repairs(notes), _ledger(enterprises))


def _of_file(file: TableFile, observed: list[Observed], enterprises: list[Enterprise], notes: Notes) -> None:
    """Read all sheets of a file."""
    whole = Place(file.name)
    if file.guessed:
        notes.repair("progress.repair.encoding_guessed", whole, file.name, file.guessed)
    for name in file.unread:
        notes.repair("progress.repair.sheet_hidden", Place(file.name, name), name, "-")
    for sheet in _wanted(file, notes):
        place = Place(file.name, sheet.name)
        lines = header_lines(sheet.rows)
        if lines is None:
            notes.fault("progress.no_header", place, allowed=known_headers(language_in_force()))
            continue
        said = [*titles(sheet, lines[0], place), Said(sheet.name, place), Said(_stem(file.name), whole)]
        scale_faults(said, notes)
        before = len(notes.faults)
        layout = read_layout(sheet, lines, place, year_of(said), notes)
        if len(notes.faults) > before:
            continue
        if layout.special("enterprise") is None:
            observed.extend(Dispatch(sheet, layout, said, place, notes).observed())
            continue
        ledger = Ledger(sheet, layout, said, place, notes)
        found = each_once(ledger.enterprises(), notes)
        as_of = ledger.as_of(found)
        enterprises.extend(found)
        if as_of:
            stages = tuple(stage for stage in STAGES if any(c.stage == stage for c in layout.values))
            observed.extend(counted(found, as_of, stages))
        elif len(notes.faults) == before:
            notes.fault("progress.ledger_no_dates", place)


def _wanted(file: TableFile, notes: Notes) -> list[Sheet]:
    """Return the sheets to read: not the instructions, and the example only where nothing else is filled in."""
    kinds = {sheet.name: sheet_kind(sheet.name) for sheet in file.sheets}
    filled = [sheet for sheet in file.sheets if kinds[sheet.name] == "data" and _filled(sheet)]
    example = [sheet for sheet in file.sheets if kinds[sheet.name] == "example"]
    data = [sheet for sheet in file.sheets if kinds[sheet.name] == "data"]
    wanted = filled or example or data or file.sheets
    if not filled and example:
        notes.repair("progress.repair.example_read", Place(file.name, example[0].name), example[0].name, "-")
    for sheet in file.sheets:
        if sheet not in wanted:
            notes.repair("progress.repair.sheet_unused", Place(file.name, sheet.name), sheet.name, "-")
    return wanted


def _filled(sheet: Sheet) -> bool:
    """Tell whether a sheet holds more than a header."""
    lines = header_lines(sheet.rows)
    return lines is None or any(str(cell).strip() for row in sheet.rows[lines[1] + 1 :] for cell in row)


def _stem(name: str) -> str:
    """Return a file's name without its ending."""
    return name.rpartition(".")[0] or name


def _frame(rows: list[Observed]) -> pd.DataFrame:
    """Return the long frame."""
    import pandas as pd

    table = pd.DataFrame([(one.date, one.unit, one.stage, one.total, one.done) for one in rows], columns=list(COLUMNS))
    return table.astype({"date": "datetime64[s]", "unit": "str", "stage": "str", "total": "int64", "done": "int64"})


def _repairs(notes: Notes) -> pd.DataFrame:
    """Return the repairs as a frame."""
    import pandas as pd

    columns = ["file", "sheet", "row", "column", "given", "taken", "message"]
    rows = []
    for one in notes.repairs:
        place = one.place
        letters = place.cell.rstrip("0123456789")
        rows.append((place.file, place.sheet, place.row + 1, letters, one.given, one.taken, one.message))
    return pd.DataFrame(rows, columns=columns)


def _ledger(enterprises: list[Enterprise]) -> pd.DataFrame | None:
    """Return the ledger as a frame."""
    import pandas as pd

    if not enterprises:
        return None
    dated = ("listed", "removed", "started", *STAGES)
    rows = [(one.unit, one.township, one.name, one.code, *(one.dates.get(key) for key in dated)) for one in enterprises]
    table = pd.DataFrame(rows, columns=["unit", "township", "enterprise", "code", *dated])
    return table.astype(dict.fromkeys(dated, "datetime64[s]"))
