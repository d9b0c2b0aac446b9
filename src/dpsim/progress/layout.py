"""What each column of a table holds, by its header; everything that is wrong with the header at once."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass, field

from dpsim.language import language_in_force
from dpsim.params.wording import nearest, shown
from dpsim.progress.aliases import (
    Meaning,
    all_aliases,
    in_brackets,
    known_headers,
    meaning,
    meaning_without_brackets,
    plain,
    wrong_unit,
)
from dpsim.progress.dates import beside, cell_date, dates_in
from dpsim.progress.header import is_blank, stack_of
from dpsim.progress.notes import Notes, Place
from dpsim.progress.scales import group_fault
from dpsim.tabular.places import cell_name
from dpsim.tabular.sheet import Cell, Sheet


@dataclass(frozen=True)
class Column:
    """One column that is read.

    Parameters
    ----------
    at : int
        Counted from 0.
    head : str
        Its header, lines joined by a stroke.
    kind : str
        See `Meaning`.
    stage, role : str or None
    date : datetime.date or None
        Where the header says a date.
    percent : bool
    """

    at: int
    head: str
    kind: str
    stage: str | None = None
    role: str | None = None
    date: dt.date | None = None
    percent: bool = False


@dataclass
class Layout:
    """A header.

    Parameters
    ----------
    first, last : int
        Its lines, counted from 0.
    columns : list of Column
        Those that are read.
    """

    first: int
    last: int
    columns: list[Column] = field(default_factory=list)

    def special(self, kind: str) -> Column | None:
        """Return the column of a kind."""
        return next((column for column in self.columns if column.kind == kind), None)

    @property
    def values(self) -> list[Column]:
        """Columns that hold counts, totals or shares."""
        return [column for column in self.columns if column.kind == "value"]

    def total_of(self, stage: str | None, date: dt.date | None) -> Column | None:
        """Return the column of the total of a stage at a date: of both, of the stage, of the date, or of the unit."""
        totals = {(column.stage, column.date): column for column in self.values if column.role == "total"}
        wanted = ((stage, date), (stage, None), (None, date), (None, None))
        return next((totals[key] for key in wanted if key in totals), None)

    def counted_too(self, column: Column) -> bool:
        """Tell whether another column counts what this one gives as a share."""
        counted = (column.stage, column.date, "done")
        return column.role == "share" and any((one.stage, one.date, one.role) == counted for one in self.values)


def read_layout(sheet: Sheet, lines: tuple[int, int], place: Place, year: int | None, notes: Notes) -> Layout:
    """Return the header with all its columns, and note everything that is wrong with it."""
    first, last = lines
    layout = Layout(first, last)
    width = max(len(row) for row in sheet.rows)
    for at in range(width):
        stack = stack_of(sheet.rows, first, last, at)
        if not stack:
            _headless(sheet, last, at, place, notes)
        elif column := _column(stack, at, place.at(last, at), year, notes):
            layout.columns.append(column)
    _check_twice(layout, place, notes)
    _check_order(layout, sheet, place, notes)
    return layout


def _headless(sheet: Sheet, last: int, at: int, place: Place, notes: Notes) -> None:
    """Note a column of values without a header."""
    for row in range(last + 1, len(sheet.rows)):
        joined = any(left < at <= right and top <= row <= low for (top, left), (low, right) in sheet.joined)
        if at < len(sheet.rows[row]) and not is_blank(sheet.rows[row][at]) and not joined:
            notes.fault("progress.header_empty", place.at(row, at), sheet.rows[row][at])
            return


def _column(stack: list[Cell], at: int, place: Place, year: int | None, notes: Notes) -> Column | None:
    """Return what a column holds, or note what its header has that is not understood."""
    head = "/".join(cell.isoformat()[:10] if isinstance(cell, dt.date) else str(cell).strip() for cell in stack)
    if any(wrong_unit(cell) for cell in stack):
        notes.fault("progress.wrong_unit", place, head)
        return None
    stack, known = _dates_apart(stack, [meaning(cell) for cell in stack])
    if any(one and one.kind == "unused" for one in known):
        notes.repair("progress.repair.column_unused", place, head, "-")
        return None
    for cell, one in zip(stack, known, strict=True):
        if one is None and in_brackets(cell) and meaning_without_brackets(cell):
            words = shown(", ".join(in_brackets(cell)))
            notes.fault("progress.header_bracket", place, head, words=words)
            return None
        if one is None and cell is not stack[-1] and (wrong := group_fault(cell)):
            notes.fault(wrong, place, head)
            return None
    dates = [None if one else _header_date(cell, year, place, notes) for cell, one in zip(stack, known, strict=True)]
    if any(isinstance(day, str) for day in dates):
        return None  # noted
    days = [day for day in dates if isinstance(day, dt.date)]
    means = [one for one in known if one]
    if (known[-1] is None and dates[-1] is None) or len(days) > 1:
        near = nearest(plain(head), all_aliases())
        lang = language_in_force()
        known_words = known_headers(lang)
        notes.fault("progress.header_unknown", place, head, nearest=", ".join(near) or "-", allowed=known_words)
        return None
    if len(means) + len(days) < len(stack) or not all(one.exact for one in means):
        notes.repair("progress.repair.header_read", place, head, _taken(means))
    return _combined(means, days, head, at, place, notes)


def _dates_apart(stack: list[Cell], known: list[Meaning | None]) -> tuple[list[Cell], list[Meaning | None]]:
    """Take a date and a known word in one text apart: 9月10日建成 is a date over a stage."""
    cells: list[Cell] = []
    means: list[Meaning | None] = []
    for cell, one in zip(stack, known, strict=True):
        found = dates_in(cell) if isinstance(cell, str) and one is None else []
        rest = beside(str(cell), found[0]) if len(found) == 1 else ""
        word = meaning(rest.replace("截至", "")) if rest.strip() else None
        if word:
            start, end = found[0].at
            cells.append(unicodedata.normalize("NFKC", str(cell))[start:end])
            means.append(None)
        cells.append(rest if word else cell)
        means.append(word or one)
    return cells, means


def _combined(
    means: list[Meaning], days: list[dt.date], head: str, at: int, place: Place, notes: Notes
) -> Column | None:
    """Join what the lines of one header mean."""
    special = [one.kind for one in means if one.kind != "value"]
    if special:
        return Column(at, head, special[-1])
    stages = {one.stage for one in means if one.stage}
    roles = [one.role for one in means if one.role and (one.stage is None or one.role != "done")]
    percent = any(one.percent for one in means)
    if len(stages) > 1 or len(set(roles) - {"done"}) > 1 or (percent and "total" in roles):
        notes.fault("progress.header_two_things", place, head)
        return None
    role = next((role for role in roles if role != "done"), "done")
    date = days[0] if days else None
    return Column(at, head, "value", stages.pop() if stages else None, role, date, percent)


def _header_date(cell: Cell, year: int | None, place: Place, notes: Notes) -> dt.date | str | None:
    """Return the date a header says, None if it says none, the message if it says it wrongly."""
    if isinstance(cell, str) and not dates_in(cell):
        return None
    found = cell_date(cell, year)
    if isinstance(found, str):
        notes.fault(found, place, cell)
        return found
    if found[1]:
        notes.repair(found[1], place, cell, found[0].isoformat())
    return found[0]


def _taken(means: list[Meaning]) -> str:
    """Return ids of what a header was taken for."""
    return " ".join(filter(None, [part for one in means for part in (one.stage, one.role or one.kind)]))


def _check_twice(layout: Layout, place: Place, notes: Notes) -> None:
    """Note columns that hold the same thing."""
    seen: dict[tuple[object, ...], Column] = {}
    for column in layout.columns:
        key = (column.kind, column.stage, column.role, column.date)
        if key in seen:
            other = cell_name(layout.last, seen[key].at)
            notes.fault("progress.column_twice", place.at(layout.last, column.at), column.head, other=other)
        seen.setdefault(key, column)


def _check_order(layout: Layout, sheet: Sheet, place: Place, notes: Notes) -> None:
    """Note dates of headers that run backwards where their year came from elsewhere: a year may have ended."""
    partial = []
    for column in layout.values:
        for row in range(layout.first, layout.last + 1):
            cell = sheet.rows[row][column.at] if column.at < len(sheet.rows[row]) else ""
            if isinstance(cell, str) and any(found.year is None for found in dates_in(cell)) and column.date:
                partial.append(column)
    for before, after in zip(partial, partial[1:], strict=False):
        if after.date and before.date and after.date < before.date and after.stage == before.stage:
            notes.fault("progress.year_unclear", place.at(layout.last, after.at), after.head)
