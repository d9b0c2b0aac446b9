"""What is noted while tables are read: faults, which refuse the file, and repairs, which are listed."""

from __future__ import annotations

from dataclasses import dataclass, field

from dpsim.errors import InputError
from dpsim.language import say
from dpsim.params.wording import shown, shown_name
from dpsim.tabular.places import cell_name


@dataclass(frozen=True)
class Place:
    """A cell, a row (column -1), a sheet (row -1) or a file.

    Parameters
    ----------
    file, sheet : str
        Names, as given; a text file has no sheet.
    row, column : int
        Counted from 0.
    """

    file: str
    sheet: str = ""
    row: int = -1
    column: int = -1

    def at(self, row: int, column: int = -1) -> Place:
        """Return another place of the sheet."""
        return Place(self.file, self.sheet, row, column)

    @property
    def cell(self) -> str:
        """``C7``, or ``7`` for a row."""
        if self.row < 0:
            return ""
        name = cell_name(self.row, max(self.column, 0))
        return name if self.column >= 0 else name[1:]

    def __str__(self) -> str:
        sheet = shown_name(self.sheet) if self.sheet else ""
        inside = "!".join(part for part in (sheet, self.cell) if part)
        return ", ".join(part for part in (self.file, inside) if part)


@dataclass(frozen=True)
class Repair:
    """One thing that was not taken as it stood, or that a reader must know.

    Parameters
    ----------
    message : str
        Message id, of a progress table under ``progress.repair``.
    place : Place
    given, taken : str
        What stood there, and what was taken for it.
    """

    message: str
    place: Place
    given: str
    taken: str

    def text(self, lang: str | None = None) -> str:
        """Return it as a sentence."""
        return say(self.message, lang=lang, where=str(self.place), given=shown(self.given), taken=self.taken)


@dataclass
class Notes:
    """Everything noted so far."""

    faults: list[InputError] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)

    def fault(self, message: str, place: Place, given: object = "", **values: object) -> None:
        """Note a fault; one of a kind at a place."""
        if not any(one.message == message and one.values["where"] == str(place) for one in self.faults[-20:]):
            self.faults.append(InputError(message, where=str(place), given=shown(given), **values))

    def repair(self, message: str, place: Place, given: object = "", taken: object = "") -> None:
        """List a repair; the same one once."""
        made = Repair(message, place, shown_name(given), shown_name(taken))
        if made not in self.repairs[-200:]:
            self.repairs.append(made)

    def repair_once(self, message: str, place: Place, given: object, taken: object = "") -> None:
        """List a repair of what may stand in every row: the first place where it was given."""
        if not any((one.message, one.given) == (message, shown_name(given)) for one in self.repairs):
            self.repair(message, place, given, taken)
