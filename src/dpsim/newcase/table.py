"""Read the counties of a table, and find everything that is wrong with it at once.

Each fault names the sheet, the cell, what was given, what is allowed and how to put it right.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from dpsim.errors import FileFaults, InputError
from dpsim.language import language_in_force
from dpsim.newcase.columns import ALIASES, COUNTS, SECTORS, TIERS, Header, column_of, find_header, heading, plain
from dpsim.newcase.counts import whole
from dpsim.newcase.sheet import Cell, Sheet, TableFile
from dpsim.params.faults import MOST_FAULTS
from dpsim.params.wording import nearest, shown, shown_name

MAX_COUNTIES = 400
"""Most rows of a table."""
MAX_NAME = 40
"""Longest name of a county."""
_TOTALS = {"合计", "总计", "全市合计", "全市", "总数", "全市总计", "total", "totals", "sum", "grandtotal"}
_SUBTOTALS = {"小计", "subtotal"}
_NOTES = ("注", "备注", "说明", "填报", "制表", "审核", "数据来源", "note", "source", "remark")
_WITHIN = (
    ("built", "enterprises"),
    ("online", "built"),
    ("online", "connected"),
    ("passed", "assessed"),
    ("passed", "built"),
    ("assessed", "built"),
)
"""Which count is part of which."""


@dataclass(frozen=True)
class County:
    """One row.

    Parameters
    ----------
    name : str
    row : int
        Counted from 0.
    counts : dict
        Column to enterprises; only the columns the table has.
    """

    name: str
    row: int
    counts: dict[str, int]


@dataclass(frozen=True)
class Table:
    """A table without faults.

    Parameters
    ----------
    file, sheet : str
        Names, as given; no path. A text file has no sheet.
    digest : str
        SHA-256 of the file.
    columns : tuple of str
        Counts the table has, in the order of `COUNTS`.
    counties : tuple of County
    unused : tuple of str
        Headers that name no count.
    total_row : int or None
        The row of totals, which agrees with the sums.
    at : dict
        Where each column stands, counted from 0.
    """

    file: str
    sheet: str
    digest: str
    columns: tuple[str, ...]
    counties: tuple[County, ...]
    unused: tuple[str, ...]
    total_row: int | None
    at: dict[str, int]

    def total(self, column: str) -> int:
        """Return the sum of a column."""
        return sum(county.counts[column] for county in self.counties)


@dataclass
class _Reading:
    """What has been read of a sheet so far."""

    file: str
    sheet: Sheet
    at: dict[str, int]
    faults: list[InputError] = field(default_factory=list)

    def where(self, row: int, column: int) -> str:
        """Return ``counts.xlsx, Sheet1!C7``."""
        sheet = f"{shown_name(self.sheet.name)}!" if self.sheet.name else ""
        return f"{self.file}, {sheet}{cell_name(row, column)}"

    def fault(self, message: str, row: int, column: str, **values: object) -> None:
        """Note a fault of one cell."""
        at = self.at[column]
        given = self.cell(row, column)
        self.faults.append(
            InputError(message, where=self.where(row, at), column=header_word(column), given=shown(given), **values)
        )

    def cell(self, row: int, column: str) -> Cell:
        """Return what stands in a column of a row."""
        cells = self.sheet.rows[row]
        return cells[self.at[column]] if self.at[column] < len(cells) else ""


def read_table(file: TableFile, sheet: str | None = None) -> Table:
    """Return the table of a file.

    Parameters
    ----------
    file : TableFile
    sheet : str, optional
        Name of the sheet; the only one with a header that is understood when not given.

    Raises
    ------
    FileFaults
        All faults together.
    """
    chosen = _chosen(file, sheet)
    header = find_header(chosen.rows)
    refuse(file.name, _header_faults(file, chosen, header))
    reading = _Reading(file.name, chosen, dict(header.at))
    columns = tuple(column for column in COUNTS if column in reading.at)
    counties, totals = _rows(reading, header.row + 1, columns)
    _names(reading, counties)
    for county in counties:
        _nesting(reading, county)
    for row in totals:
        _agreement(reading, row, counties, columns)
    if not counties and not reading.faults:
        reading.faults.append(InputError("newcase.no_counties", where=reading.where(header.row + 1, 0)))
    if len(counties) > MAX_COUNTIES:
        reading.faults = [
            InputError("newcase.many_counties", where=file.name, given=len(counties), allowed=MAX_COUNTIES)
        ]
    if counties and not reading.faults and sum(county.counts["enterprises"] for county in counties) == 0:
        reading.fault("newcase.nobody", counties[0].row, "enterprises")
    refuse(file.name, reading.faults)
    total_row = totals[0] if totals else None
    return Table(
        file.name, chosen.name, file.digest, columns, tuple(counties), tuple(header.others), total_row, reading.at
    )


def refuse(file: str, faults: list[InputError]) -> None:
    """Raise all faults together, if there are any."""
    if len(faults) > MOST_FAULTS:
        more = InputError("newcase.more_faults", where=file, more=len(faults) - MOST_FAULTS)
        faults = [*faults[:MOST_FAULTS], more]
    if faults:
        raise FileFaults(file, faults)


def header_word(column: str) -> str:
    """Return how a column may be headed, in the language in force."""
    return heading(column, language_in_force())


def cell_name(row: int, column: int) -> str:
    """Return ``C7`` for row 6 and column 2, both counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _chosen(file: TableFile, wanted: str | None) -> Sheet:
    """Return the sheet to read."""
    names = [sheet.name for sheet in file.sheets]
    allowed = ", ".join(shown(name) for name in names)
    if wanted is not None:
        named = [sheet for sheet in file.sheets if sheet.name == wanted]
        if not named:
            near = ", ".join(shown(name) for name in nearest(wanted, names))
            message = "newcase.no_sheet_near" if near else "newcase.no_sheet"
            refuse(
                file.name, [InputError(message, where=file.name, given=shown(wanted), nearest=near, allowed=allowed)]
            )
        return named[0]
    fitting = [sheet for sheet in file.sheets if not find_header(sheet.rows).missing]
    if len(fitting) > 1:
        allowed = ", ".join(shown(sheet.name) for sheet in fitting)
        refuse(file.name, [InputError("newcase.several_sheets", where=file.name, allowed=allowed)])
    return fitting[0] if fitting else max(file.sheets, key=lambda sheet: len(find_header(sheet.rows).at))


def _header_faults(file: TableFile, sheet: Sheet, header: Header) -> list[InputError]:
    """Return what is wrong with a header."""
    reading = _Reading(file.name, sheet, dict(header.at))
    faults = [
        InputError(
            "newcase.column_missing",
            where=reading.where(header.row, 0).rpartition("!")[0] or file.name,
            column=header_word(column),
            allowed=", ".join(ALIASES[column]),
            found=", ".join(shown(text) for text in header.others[:20]) or "-",
        )
        for column in header.missing
    ]
    found = {column for column, _ in header.at}
    for together in (TIERS, SECTORS):
        lacking = [header_word(column) for column in together if column not in found]
        if 0 < len(lacking) < len(together):
            where, words = reading.where(header.row, 0), ", ".join(lacking)
            faults.append(InputError("newcase.columns_together", where=where, column=words))
    for column, at in header.twice:
        other = cell_name(header.row, next(j for name, j in header.at if name == column))
        faults.append(
            InputError(
                "newcase.column_twice", where=reading.where(header.row, at), column=header_word(column), other=other
            )
        )
    return faults


def _rows(reading: _Reading, first: int, columns: tuple[str, ...]) -> tuple[list[County], list[int]]:
    """Return the counties and the rows of totals."""
    counties: list[County] = []
    totals: list[int] = []
    for row in range(first, len(reading.sheet.rows)):
        name = name_of(reading.cell(row, "county"))
        empty = all(str(reading.cell(row, column)).strip() == "" for column in columns)
        if empty and (not name or totals or plain(name).startswith(_NOTES) or column_of(name) == "county"):
            continue
        kind = plain(name)
        if kind in _TOTALS:
            totals.append(row)
        elif kind in _SUBTOTALS:
            reading.fault("newcase.subtotal", row, "county")
        elif empty:
            reading.fault("newcase.row_empty", row, "county")
        else:
            counts = {column: count for column in columns if (count := _count(reading, row, column)) is not None}
            counties.append(County(name, row, counts))
    for row in totals[1:]:
        reading.fault("newcase.total_twice", row, "county", other=cell_name(totals[0], reading.at["county"]))
    return counties, totals


def name_of(cell: Cell) -> str:
    """Return a name without blanks at its ends and line breaks inside; a number as its digits."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())


def _count(reading: _Reading, row: int, column: str) -> int | None:
    """Return one count, or note what is wrong with it."""
    count = whole(reading.cell(row, column))
    if isinstance(count, str):
        reading.fault(count, row, column)
        return None
    return count


def _names(reading: _Reading, counties: list[County]) -> None:
    """Check that each county has a name of its own that can be shown."""
    seen: dict[str, int] = {}
    for county in counties:
        key = unicodedata.normalize("NFKC", county.name)
        if not county.name:
            reading.fault("newcase.name_missing", county.row, "county")
        elif len(county.name) > MAX_NAME or not county.name.isprintable():
            reading.fault("newcase.name_odd", county.row, "county", allowed=MAX_NAME)
        elif key in seen:
            other = cell_name(seen[key], reading.at["county"])
            reading.fault("newcase.name_twice", county.row, "county", other=other)
        seen.setdefault(key, county.row)


def _nesting(reading: _Reading, county: County) -> None:
    """Check the counts of one county against each other."""
    counts = county.counts
    for inner, outer in _WITHIN:
        if inner in counts and outer in counts and counts[inner] > counts[outer]:
            _above(reading, county, inner, (outer,))
    if {"building", "built", "enterprises"} <= counts.keys() and counts["built"] <= counts["enterprises"]:
        rest = counts["enterprises"] - counts["built"]
        if counts["building"] > rest:
            other = f"{_named(reading, county, 'enterprises')} - {_named(reading, county, 'built')}"
            reading.fault("newcase.above", county.row, "building", other=other, allowed=rest)
    started = ("built", "building") if "building" in counts else ("enterprises",)
    if {"connected", *started} <= counts.keys() and counts["connected"] > sum(counts[column] for column in started):
        _above(reading, county, "connected", started)
    tiers = [column for column in TIERS if column in counts]
    if "enterprises" in counts and tiers and sum(counts[c] for c in tiers) > counts["enterprises"]:
        other = _named(reading, county, "enterprises")
        reading.fault("newcase.tiers_above", county.row, tiers[0], other=other, allowed=counts["enterprises"])
    sectors = [column for column in SECTORS if column in counts]
    total = sum(counts[column] for column in sectors)
    if len(sectors) == len(SECTORS) and total != counts.get("enterprises", total):
        other = _named(reading, county, "enterprises")
        reading.fault("newcase.sectors_differ", county.row, sectors[0], sum=total, other=other)


def _named(reading: _Reading, county: County, column: str) -> str:
    """Return ``built C7 = 20`` for one cell."""
    return f"{header_word(column)} {cell_name(county.row, reading.at[column])} = {county.counts[column]}"


def _above(reading: _Reading, county: County, inner: str, outer: tuple[str, ...]) -> None:
    """Note that a count is larger than what it is part of."""
    other = " + ".join(_named(reading, county, column) for column in outer)
    allowed = sum(county.counts[column] for column in outer)
    reading.fault("newcase.above", county.row, inner, other=other, allowed=allowed)


def _agreement(reading: _Reading, row: int, counties: list[County], columns: tuple[str, ...]) -> None:
    """Check the row of totals against the sums, where it says anything."""
    for column in columns:
        if str(reading.cell(row, column)).strip() == "":
            continue
        given = _count(reading, row, column)
        known = [county.counts[column] for county in counties if column in county.counts]
        if given is not None and len(known) == len(counties) and given != sum(known):
            reading.fault("newcase.total_differs", row, column, sum=sum(known))
