"""Take cells of a sheet by column, and note each fault with its place."""

from __future__ import annotations

from dataclasses import dataclass, field

from dpsim.errors import InputError
from dpsim.language import language_in_force
from dpsim.newcase.columns import heading
from dpsim.params.wording import shown, shown_name
from dpsim.tabular.counts import whole
from dpsim.tabular.places import cell_name
from dpsim.tabular.sheet import Cell, Sheet


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


@dataclass
class Reading:
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

    def count(self, row: int, column: str) -> int | None:
        """Return one count, or note what is wrong with it."""
        count = whole(self.cell(row, column))
        if isinstance(count, str):
            self.fault(count, row, column)
            return None
        return count

    def named(self, county: County, column: str) -> str:
        """Return ``built C7 = 20`` for one cell."""
        return f"{header_word(column)} {cell_name(county.row, self.at[column])} = {county.counts[column]}"


def header_word(column: str) -> str:
    """Return how a column may be headed, in the language in force."""
    return heading(column, language_in_force())
