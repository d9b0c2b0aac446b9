"""Reading the frames that figures are given, with errors a user can act on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dpsim.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """A checked frame and the names its errors print.

    Parameters
    ----------
    frame : pandas.DataFrame
    figure, name : str
        Figure and table as error messages call them.
    """

    frame: pd.DataFrame
    figure: str
    name: str

    def numbers(self, column: str, *, missing: bool = False) -> Numbers:
        """Return a column as floats; NaN passes only where `missing` is allowed."""
        try:
            values = self.frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError):
            values = np.array([np.nan if not _is_number(value) else float(value) for value in self.frame[column]])
            missing = False
        wrong = np.isinf(values) if missing else ~np.isfinite(values)
        if wrong.any():
            self._refuse(column, self.frame[column].tolist()[int(np.flatnonzero(wrong)[0])])
        return values

    def days(self, column: str = "date") -> list[date]:
        """Return a column of dates."""
        days = []
        for value in self.frame[column].tolist():
            day = _day(value)
            if day is None:
                self._refuse(column, value)
            else:
                days.append(day)
        return days

    def texts(self, column: str) -> list[str]:
        """Return a column as plain strings."""
        return [str(value) for value in self.frame[column]]

    def one_of(self, column: str, allowed: Iterable[str]) -> list[str]:
        """Return a column whose values must be among `allowed`."""
        names, values = list(allowed), self.texts(column)
        for given in values:
            if given not in names:
                raise InputError(
                    "error.figure_value", figure=self.figure, table=self.name, column=column, given=given,
                    allowed=", ".join(names),
                )  # fmt: skip
        return values

    def where(self, keep: Any) -> Table:
        """Return the rows where `keep` holds."""
        return Table(self.frame[np.asarray(keep, dtype=bool)], self.figure, self.name)

    def sorted_by_day(self, column: str = "date") -> Table:
        """Return all rows in the order of time."""
        days = self.days(column)
        order = sorted(range(len(days)), key=lambda row: days[row])
        return Table(self.frame.iloc[order], self.figure, self.name)

    def __len__(self) -> int:
        return len(self.frame)

    def _refuse(self, column: str, given: object) -> None:
        """Raise the error about one bad value."""
        raise InputError("error.figure_number", figure=self.figure, table=self.name, column=column, given=given)


def checked(frame: pd.DataFrame, columns: Iterable[str], *, figure: str, name: str) -> Table:
    """Return `frame` as a table after checking that it has rows and all `columns`.

    Raises
    ------
    InputError
        A column is missing, or there are no rows.
    """
    needed = list(columns)
    missing = [column for column in needed if column not in frame.columns]
    if len(frame) == 0:
        raise InputError("error.figure_empty", figure=figure, table=name)
    if missing:
        raise InputError(
            "error.figure_columns", figure=figure, table=name, missing=", ".join(missing), needed=", ".join(needed)
        )
    return Table(frame, figure, name)


def _day(value: object) -> date | None:
    """Read a time stamp, a date or an ISO string."""
    if isinstance(value, datetime):  # NaT is one, and has no date
        return value.date() if value == value else None
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError:
        return None


def _is_number(value: object) -> bool:
    """Tell whether a cell can be read as a number."""
    try:
        float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return True
