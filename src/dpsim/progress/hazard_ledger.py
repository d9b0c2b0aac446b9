"""Read a hazard ledger: one row per hazard with the dates of its six steps; everything wrong with it at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dpsim.core.words import CLASSES, HAZARD_STEPS
from dpsim.errors import InputError
from dpsim.params.wording import shown, shown_name
from dpsim.progress.aliases import is_missing
from dpsim.progress.dates import cell_date
from dpsim.progress.hazard_checks import check_headless, check_order, check_overdue, date_of_title, is_totals_row
from dpsim.progress.hazard_words import plain, read, table, written
from dpsim.progress.notes import Notes, Place, Repair
from dpsim.progress.rows import name_of
from dpsim.progress.sources import frame_file
from dpsim.tabular.counts import MAX_COUNT, whole
from dpsim.tabular.places import refuse
from dpsim.tabular.sheet import Cell, Sheet, read_sheets

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("number", "unit", "enterprise", "code", "class", *HAZARD_STEPS, "due", "channel", "state")
SEARCHED_ROWS = 30
_DATES = (*HAZARD_STEPS, "due")
_NEEDED = ("class", "found")
_COUNTS = ("refusals", "cycle")
"""Counts that are checked, though nothing is made of them."""
_RUNNING = ("序号", "no.")
"""A running number tells no two rows apart."""
_CHANNELS = ", ".join(str(aliases[0]) for aliases in table()["channel"].values())


@dataclass(frozen=True)
class HazardLedger:
    """A hazard ledger as read.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per hazard: ``number``, ``unit``, ``enterprise``, ``code`` (str, empty where there is none), ``class``
        (of `CLASSES`), the dates ``found``, ``assigned``, ``rectified``, ``accepted``, ``closed``, ``due`` (datetime64,
        NaT: not yet, or not written down), ``channel`` (of `DISCOVERY`, empty if none of them), ``state`` (found,
        assigned, rectified, accepted, closed, accident, dropped).
    unused : tuple of str
        Headers that were not read, as they stand.
    places : tuple of str
        File, sheet and row of each hazard, in the order of the frame.
    repairs : tuple of Repair
        What a reader must know, `Repair.text` says it: a channel of discovery nobody knows (once each), rows without a
        number that are alike in every cell but a running number (the first of each), a word on being overdue that the
        dates contradict, rows found after the ledger's date (the first, with their number), a ledger without hazards.
    """

    frame: pd.DataFrame
    unused: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()


def load_hazards(path_or_frame: str | Path | pd.DataFrame, *, as_of: dt.date | str | None = None) -> HazardLedger:
    """Read a hazard ledger.

    Parameters
    ----------
    path_or_frame : str, path or pandas.DataFrame
        A workbook or text with a row of headers (`hazard_headers.toml`) among its first 30 rows; needed are class, date
        of finding, and the enterprise by code or by county and name. Every sheet with such headers is read. Without a
        column of states a hazard stands where its last date says.
    as_of : datetime.date or str, optional
        Date at whose end the ledger stands, by which `repairs` tells what contradicts it; else the one that the words
        above the headers give (截至2018年9月10日, as of 2018-09-10), if they do. No row is left out by it.

    Returns
    -------
    HazardLedger

    Raises
    ------
    FileFaults
        Everything that is wrong, each with its place: columns, columns without a header, classes, states, dates, steps
        out of order, a state that its dates contradict, counts that are none, formulas without a result, rows of
        totals, a number that stands twice with both rows open, or with both closed and found on one day.
    InputError
        It is neither a file nor a frame, or `as_of` is no date.
    """
    day = None if as_of is None else _date(as_of)
    if isinstance(path_or_frame, str | Path):
        path = Path(path_or_frame)
        file, name = read_sheets(path), shown_name(path.name or path, 200)
    elif hasattr(path_or_frame, "itertuples"):
        file = frame_file(path_or_frame)
        name = file.name
    else:
        raise InputError("progress.not_a_table", where=type(path_or_frame).__name__)
    notes = Notes()
    rows: list[dict[str, Any]] = []
    unused: dict[str, None] = {}
    standing: dict[tuple[Any, ...], Place] = {}
    places: list[str] = []
    headed = [(sheet, at) for sheet in file.sheets if (at := _header(sheet)) is not None]
    for sheet, at in headed:
        for place, row in _rows(sheet, at, Place(file.name, sheet.name), notes, unused, standing, day):
            places.append(str(place))
            rows.append(row)
    if not headed:
        needed = ", ".join(written("columns", id_) for id_ in (*_NEEDED, "code"))
        notes.fault("hazards.no_header", Place(file.name), allowed=needed)
    refuse(name, notes.faults)
    if not rows:
        notes.repair("hazards.holds_none", Place(file.name))
    return HazardLedger(_frame(rows), tuple(unused), tuple(places), tuple(notes.repairs))


def _date(given: dt.date | str) -> dt.date:
    """Return the date of an argument."""
    found = cell_date(given, None)
    if isinstance(found, str):
        raise InputError("error.bad_date", name="as_of", given=shown(given))
    return found[0]


def _header(sheet: Sheet) -> int | None:
    """Return the row of headers."""
    for row, cells in enumerate(sheet.rows[:SEARCHED_ROWS]):
        if set(_NEEDED) <= {read("columns", cell) for cell in cells}:
            return row
    return None


def _rows(
    sheet: Sheet,
    header: int,
    place: Place,
    notes: Notes,
    unused: dict[str, None],
    standing: dict[tuple[Any, ...], Place],
    as_of: dt.date | None,
) -> list[tuple[Place, dict[str, Any]]]:
    """Return the rows of a sheet with their places; add the headers not read and the places of hazards by `_stands`."""
    where: dict[str, int] = {}
    for column, cell in enumerate(sheet.rows[header]):
        id_ = read("columns", cell)
        if id_ in where:
            notes.fault("hazards.column_twice", place.at(header, column), cell)
        elif id_:
            where[id_] = column
        elif str(cell).strip():
            unused[str(cell)] = None
    if "code" not in where and not {"unit", "enterprise"} <= set(where):
        notes.fault("hazards.column_missing", place.at(header), column=written("columns", "code"))
        return []
    check_headless(sheet, header, place, notes)
    as_of = as_of or date_of_title(sheet, header)
    rows: list[tuple[Place, dict[str, Any]]] = []
    told = [k for k, cell in enumerate(sheet.rows[header]) if plain(cell) not in map(plain, _RUNNING)]
    alike: dict[tuple[str, ...], list[Place]] = {}
    for number in range(header + 1, len(sheet.rows)):
        cells = sheet.rows[number]
        if not any(str(cells[k]).strip() for k in where.values() if k < len(cells) and cells[k] is not None):
            continue
        for id_ in (*COLUMNS, *_COUNTS):
            if (number, where.get(id_, -1)) in sheet.stored.uncomputed:
                notes.fault("progress.formula_empty", place.at(number, where[id_]), column=written("columns", id_))
        at = place.at(number)
        if is_totals_row(cells, where):
            notes.fault("hazards.totals_row", at)
            continue
        row = _row(cells, where, at, as_of, notes)
        if row["number"]:
            key = _stands(row)
            if key in standing:
                fault = "hazards.closed_twice" if row["state"] == HAZARD_STEPS[-1] else "hazards.open_twice"
                notes.fault(fault, at, row["number"], other=str(standing[key]))
            if key:
                standing[key] = at
        else:
            alike.setdefault(tuple(str(cells[k]) for k in told if k < len(cells)), []).append(at)
        rows.append((at, row))
    later = [at for at, row in rows if as_of and row["found"] and row["found"] > as_of]
    if later and as_of:
        notes.repair("hazards.found_later", later[0], len(later), as_of.isoformat())
    for places in alike.values():
        if len(places) > 1:
            notes.repair("hazards.alike", places[0], len(places), places[1].cell)
    return rows


def _stands(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return what stands once: the number of an open hazard; of a closed one also whose it is and its time in the loop.

    One that was closed and has come back has the same number. Of other states nothing is asked.
    """
    if row["state"] in HAZARD_STEPS[:4]:
        return (row["number"],)
    names = ("number", "unit", "enterprise", "code", "found", "cycle")
    return tuple(row[name] for name in names) if row["state"] == HAZARD_STEPS[-1] else ()


def _row(cells: list[Cell], where: dict[str, int], place: Place, as_of: dt.date | None, notes: Notes) -> dict[str, Any]:
    """Return one hazard, and note what is wrong with it."""

    def cell(id_: str) -> Cell:
        return cells[where[id_]] if id_ in where and where[id_] < len(cells) else ""

    def at(id_: str) -> Place:
        return place.at(place.row, where.get(id_, 0))

    row: dict[str, Any] = {id_: "" if is_missing(cell(id_)) else name_of(cell(id_)) for id_ in COLUMNS[:4]}
    if not row["code"] and not (row["unit"] and row["enterprise"]):
        notes.fault("hazards.nameless", at("code"))
    row["class"] = read("class", cell("class"))
    if not row["class"]:
        allowed = ", ".join(written("class", id_) for id_ in CLASSES)
        notes.fault("hazards.bad_class", at("class"), cell("class"), allowed=allowed)
    for id_ in _DATES:
        row[id_] = None
        if not is_missing(cell(id_)):
            found = cell_date(cell(id_), None)
            if isinstance(found, str):
                notes.fault(found, at(id_), cell(id_))
            else:
                row[id_] = found[0]
    for id_ in _COUNTS:
        row[id_] = None if is_missing(cell(id_)) else whole(cell(id_))
        if isinstance(row[id_], str):
            notes.fault("hazards.bad_count", at(id_), cell(id_), column=written("columns", id_), allowed=MAX_COUNT)
    row["channel"] = read("channel", cell("channel"))
    if not row["channel"] and not is_missing(cell("channel")):
        notes.repair_once("hazards.channel", at("channel"), cell("channel"), _CHANNELS)
    row["state"] = _state(row, cell("state"), at("state"), notes)
    if is_missing(cell("found")):
        notes.fault("hazards.not_found", at("found"))
    elif row["found"] is not None:
        check_order(row, at, notes)
        check_overdue(row, cell("overdue"), at("overdue"), as_of, notes)
    return row


def _state(row: dict[str, Any], given: Cell, place: Place, notes: Notes) -> str:
    """Return how a hazard stands: what is written, else what its last date says."""
    last = max((k for k, id_ in enumerate(HAZARD_STEPS) if row[id_] is not None), default=0)
    if is_missing(given):
        return HAZARD_STEPS[last]
    state = read("state", given)
    if not state:
        allowed = ", ".join(str(aliases[0]) for aliases in table()["state"].values())
        notes.fault("hazards.bad_state", place, given, allowed=allowed)
        return HAZARD_STEPS[last]
    if state in HAZARD_STEPS and last > HAZARD_STEPS.index(state):
        notes.fault("hazards.state_behind", place, given, column=written("columns", HAZARD_STEPS[last]))
    if state == "closed" and row["closed"] is None:
        notes.fault("hazards.closed_undated", place, given, column=written("columns", "closed"))
    return state


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the rows as a frame."""
    import pandas as pd

    made = pd.DataFrame(rows, columns=list(COLUMNS))
    texts = {id_: "str" for id_ in COLUMNS if id_ not in _DATES}
    return made.astype({**texts, **dict.fromkeys(_DATES, "datetime64[s]")})
