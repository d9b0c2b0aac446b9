"""Read a short list: a line of headers that are understood, and one line for each entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dpsim.errors import InputError
from dpsim.params.wording import shown
from dpsim.progress.aliases import bare, in_brackets, plain
from dpsim.tabular.places import cell_name, refuse
from dpsim.tabular.sheet import Cell, read_sheets

Heads = Mapping[str, tuple[str, ...]]
"""Headers that are understood by what they mean; compared like those of progress tables."""
_NAMING = ("unit", "group", "stage")
"""Columns of names: words in brackets change nothing there."""


@dataclass
class Listing:
    """The first sheet of a file, and what is wrong with it.

    Attributes
    ----------
    name : str
        Of the file.
    places : dict of str to int
        Column of each header.
    heads : dict of str to str
        Each header as it stands.
    lines : list of (int, dict)
        Rows that are not empty, counted from 0, with their cells by header; an empty text where there is none.
    faults : list of InputError
    """

    name: str
    places: dict[str, int]
    heads: dict[str, str]
    lines: list[tuple[int, dict[str, Any]]]
    faults: list[InputError] = field(default_factory=list)

    def wrong(self, message: str, row: int, key: str, given: object = None) -> None:
        """Keep a fault of a cell; what stands there is told if nothing else is given."""
        held = dict(self.lines)[row][key] if given is None else given
        self.faults.append(InputError(message, where=cell_name(row, self.places[key]), given=shown(held)))

    def check(self, none: str) -> None:
        """Raise all faults, and `none` where there is no line."""
        if not self.lines:
            self.faults.append(InputError(none, where=self.name))
        refuse(self.name, self.faults)


def read_listing(path: str | Path, heads: Heads, needed: tuple[str, ...]) -> Listing:
    """Return the lines of a workbook or a text file.

    Raises
    ------
    FileFaults
        It cannot be read, or a header is missing or stands twice.
    """
    file = read_sheets(Path(path))
    rows = file.sheets[0].rows
    places = _places(rows[0], file.name, heads, needed)
    written = {key: str(rows[0][column]) for key, column in places.items()}
    listing = Listing(file.name, places, written, list(_lines(rows, places, heads)))
    for (row, column), words in sorted(file.sheets[0].stored.worded.items()):
        if row and column in places.values() and isinstance(cell_of(rows, row, column), int | float):
            where = cell_name(row, column)
            listing.faults.append(
                InputError("tabular.number_worded", where=where, given=shown(words), column=str(rows[0][column]))
            )
    return listing


def _lines(rows: list[list[Cell]], places: dict[str, int], heads: Heads) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows below the headers that are not empty."""
    for row, cells in enumerate(rows[1:], start=1):
        if any(cell != "" for cell in cells):
            at = {key: places.get(key, len(cells)) for key in heads}
            yield row, {key: cells[column] if column < len(cells) else "" for key, column in at.items()}


def _places(head: list[Cell], name: str, heads: Heads, needed: tuple[str, ...]) -> dict[str, int]:
    """Return the column of each header; one that is missing or stands twice is refused."""
    known = {plain(alias): key for key, aliases in heads.items() for alias in aliases}
    places: dict[str, int] = {}
    for column, cell in enumerate(head):
        key = known.get(plain(cell))
        if key is not None and key not in _NAMING and known.get(bare(cell).replace("%", "")) != key:
            words = ", ".join(in_brackets(cell))
            fault = InputError(
                "progress.header_bracket", where=cell_name(0, column), given=shown(cell), words=shown(words)
            )
            refuse(name, [fault])
        if key in places:
            refuse(name, [InputError("progress.targets.twice", where=cell_name(0, column), given=shown(cell))])
        if key is not None:
            places[key] = column
    missing = [heads[key][0] for key in needed if key not in places]
    if missing:
        allowed = "; ".join("/".join(heads[key]) for key in heads)
        refuse(name, [InputError("progress.targets.no_header", where=name, given=", ".join(missing), allowed=allowed)])
    return places


def cell_of(rows: list[list[Cell]], row: int, column: int) -> Cell:
    """Return a cell, an empty text beyond the rows and their ends."""
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
