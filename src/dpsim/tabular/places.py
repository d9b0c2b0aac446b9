"""Where something stands in a spreadsheet, and all faults of a file raised together."""

from __future__ import annotations

from dpsim.errors import FileFaults, InputError
from dpsim.params.faults import MOST_FAULTS


def refuse(file: str, faults: list[InputError]) -> None:
    """Raise all faults together, if there are any."""
    if len(faults) > MOST_FAULTS:
        more = InputError("tabular.more_faults", where=file, more=len(faults) - MOST_FAULTS)
        faults = [*faults[:MOST_FAULTS], more]
    if faults:
        raise FileFaults(file, faults)


def cell_name(row: int, column: int) -> str:
    """Return ``C7`` for row 6 and column 2, both counted from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def column_at(letters: str) -> int:
    """Return the column of letters, counted from 0: 2 for ``C``; -1 for none."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1
