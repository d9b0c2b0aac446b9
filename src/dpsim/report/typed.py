"""A parameter with its type, however it was written.

papermill's own file reader leaves ``1e-3`` and dates as text; here a value becomes what it must be, or is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from math import isfinite
from typing import TypeVar, cast

from dpsim.errors import InputError
from dpsim.language import say

T = TypeVar("T", bool, int, float, str, date)


def typed_parameter(name: str, value: object, kind: type[T]) -> T:
    """Return a parameter with its type, also where papermill's own file reader has left a text.

    Parameters
    ----------
    name : str
        For the message.
    value : object
        What the notebook was given, such as ``"1e-3"`` or ``"2026-06-30"``.
    kind : {bool, int, float, str, datetime.date}
        What it must be. Numbers are finite; a whole number may be written ``1e3``.

    Raises
    ------
    InputError
        The value is none of this kind.

    Examples
    --------
    >>> typed_parameter("rate_per_year", "1e-3", float)
    0.001
    """
    try:
        return cast(T, _CONVERTERS[kind](value))
    except (ValueError, OverflowError) as fault:
        wanted = say(f"notebook.kind_{kind.__name__}")
        raise InputError("error.notebook_parameter_kind", name=name, given=repr(value), wanted=wanted) from fault


def _as_bool(value: object) -> bool:
    """Read true or false."""
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if isinstance(value, bool):
        return value
    raise ValueError(value)


def _as_float(value: object) -> float:
    """Read a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or not isfinite(number := float(value)):
        raise ValueError(value)
    return number


def _as_int(value: object) -> int:
    """Read a whole number, long seeds digit by digit."""
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?[0-9]+\s*", value):
        return int(value)
    number = _as_float(value)
    if not number.is_integer():
        raise ValueError(value)
    return value if isinstance(value, int) else int(number)


def _as_str(value: object) -> str:
    """Read a text; a number would have lost its leading zeros already."""
    if isinstance(value, str):
        return value
    raise ValueError(value)


def _as_date(value: object) -> date:
    """Read a day."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return date.fromisoformat(value)
    raise ValueError(value)


_CONVERTERS: dict[type, Callable[[object], object]] = {
    bool: _as_bool,
    int: _as_int,
    float: _as_float,
    str: _as_str,
    date: _as_date,
}
