"""Read the counties of a table, and find everything that is wrong with it at once.

Each fault names the sheet, the cell, what was given, what is allowed and how to put it right.
"""

from __future__ import annotations

from dataclasses import dataclass

from dpsim.errors import InputError
from dpsim.newcase.checks import check_joined, check_names, check_nesting, check_sums, check_totals
from dpsim.newcase.columns import ALIASES, COUNTS, SECTORS, TIERS, Header, column_of, find_header, plain
from dpsim.newcase.reading import County, Reading, header_word
from dpsim.params.wording import nearest, shown
from dpsim.tabular.places import cell_name, refuse
from dpsim.tabular.sheet import Cell, Sheet, TableFile

MAX_COUNTIES = 400
"""Most rows of a table."""
_TOTALS = {"合计", "总计", "全市合计", "全市", "总数", "全市总计", "total", "totals", "sum", "grandtotal"}
_SUBTOTALS = {"小计", "subtotal"}
_NOTES = ("注", "备注", "说明", "填报", "制表", "审核", "数据来源", "note", "source", "remark")


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
    guessed : str
        Encoding taken for a text file that does not say its own.
    hidden : tuple of str
        Counties whose row is hidden; they are counted.
    """

    file: str
    sheet: str
    digest: str
    columns: tuple[str, ...]
    counties: tuple[County, ...]
    unused: tuple[str, ...]
    total_row: int | None
    at: dict[str, int]
    guessed: str = ""
    hidden: tuple[str, ...] = ()

    def total(self, column: str) -> int:
        """Return the sum of a column."""
        return sum(county.counts[column] for county in self.counties)


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
    reading = Reading(file.name, chosen, dict(header.at))
    columns = tuple(column for column in COUNTS if column in reading.at)
    counties, totals = _rows(reading, header.row + 1, columns)
    check_names(reading, counties)
    check_joined(reading, [*(county.row for county in counties), *totals], columns)
    for county in counties:
        check_nesting(reading, county)
    check_sums(reading, header.row, counties, columns)
    for row in totals:
        check_totals(reading, row, counties, columns)
    if not counties and not reading.faults:
        reading.faults.append(InputError("newcase.no_counties", where=reading.where(header.row + 1, 0)))
    if len(counties) > MAX_COUNTIES:
        reading.faults = [
            InputError("newcase.many_counties", where=file.name, given=len(counties), allowed=MAX_COUNTIES)
        ]
    if counties and not reading.faults and sum(county.counts["enterprises"] for county in counties) == 0:
        reading.fault("newcase.nobody", counties[0].row, "enterprises")
    refuse(file.name, reading.faults)
    return Table(
        file=file.name,
        sheet=chosen.name,
        digest=file.digest,
        columns=columns,
        counties=tuple(counties),
        unused=tuple(header.others),
        total_row=totals[0] if totals else None,
        at=reading.at,
        guessed=file.guessed,
        hidden=tuple(county.name for county in counties if county.row in chosen.hidden),
    )


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
    reading = Reading(file.name, sheet, dict(header.at))
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


def _rows(reading: Reading, first: int, columns: tuple[str, ...]) -> tuple[list[County], list[int]]:
    """Return the counties and the rows of totals."""
    counties: list[County] = []
    totals: list[int] = []
    for row in range(first, len(reading.sheet.rows)):
        first_cell = reading.cell(row, "county")
        name = name_of(first_cell)
        cells = [reading.cell(row, column) for column in columns]
        empty = all(cell is first_cell or str(cell).strip() == "" for cell in cells)  # a note may be joined across
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
            counts = {column: count for column in columns if (count := reading.count(row, column)) is not None}
            counties.append(County(name, row, counts))
    for row in totals[1:]:
        reading.fault("newcase.total_twice", row, "county", other=cell_name(totals[0], reading.at["county"]))
    return counties, totals


def name_of(cell: Cell) -> str:
    """Return a name without blanks at its ends and line breaks inside; a number as its digits."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())
