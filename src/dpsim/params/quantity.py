"""A number with unit, range, source and grade, and what each field expects of it.

No number stands alone (conviction 3 of the house style). A field of the schema is written
``Annotated[Quantity, Expect(unit, low, high)]``; the checks read the expectation from there.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator
from pydantic_core import PydanticCustomError

from dpsim.core.expect import Expect

Grade = Literal["assumed", "weak", "news", "own record", "derived", "paper", "official page", "seed"]
GRADES: tuple[str, ...] = get_args(Grade)
"""Weakest first."""
MAX_TEXT = 500
"""Longest text of one entry."""


def _number(given: Any) -> int | float:
    """Accept a finite number; a truth value is none."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise PydanticCustomError("params.not_a_number", "not a number")
    if not math.isfinite(given):
        raise PydanticCustomError("params.not_finite", "not finite")
    return given


def _integer(given: Any) -> Any:
    """Pass an integer on to the next check; a truth value is none."""
    if type(given) is not int:
        raise PydanticCustomError("params.not_whole", "not an integer")
    return given


def _text(given: Any) -> str:
    """Accept a text of one line."""
    if not isinstance(given, str):
        raise PydanticCustomError("params.not_text", "not a text")
    if not given.strip() or len(given) > MAX_TEXT or not given.isprintable():
        raise PydanticCustomError("params.odd_text", "odd text")
    return given


def _date(given: Any) -> dt.date:
    """Accept a date without a time."""
    if not isinstance(given, dt.date) or isinstance(given, dt.datetime):
        raise PydanticCustomError("params.not_a_date", "not a date")
    return given


Number = Annotated[int | float, PlainValidator(_number)]
Version = Annotated[Literal[1], BeforeValidator(_integer)]
Whole = Annotated[int, BeforeValidator(_integer)]
Text = Annotated[str, PlainValidator(_text)]
Date = Annotated[dt.date, PlainValidator(_date)]


class Block(BaseModel):
    """A part of a parameter file: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=False)

    def parts(self) -> Iterator[tuple[str, Block]]:
        """Yield every block below this one with its dotted key, in the order of the schema."""
        for name in type(self).model_fields:
            entry = getattr(self, name)
            items = enumerate(entry) if isinstance(entry, tuple) else [(None, entry)]
            for index, item in items:
                if isinstance(item, Block):
                    key = name if index is None else f"{name}.{index}"
                    yield key, item
                    yield from ((f"{key}.{below}", part) for below, part in item.parts())

    def named(self) -> dict[str, Quantity]:
        """Return the quantities that stand directly in this block, by name."""
        return {name: entry for name in type(self).model_fields if isinstance(entry := getattr(self, name), Quantity)}


class Label(Block):
    """One text in both languages."""

    zh: Text
    en: Text

    def words(self, lang: str) -> str:
        """Return the text in ``zh`` or ``en``."""
        return {"zh": self.zh, "en": self.en}[lang]


class Graded(Block):
    """A part whose origin is stated: a source, or for an assumption the reason."""

    grade: Grade
    source: Text | None = None
    reason: Label | None = None

    @property
    def assumed(self) -> bool:
        """Whether no source gives it."""
        return self.grade == "assumed"


class Quantity(Graded):
    """A number with unit, range, source and grade.

    Parameters
    ----------
    value : int or float
    unit : str
        The unit its field expects.
    range : tuple of two numbers
        Lowest and highest value that is believable.
    source : str, optional
        Id of `params/evidence.csv` or of the case's own `sources`; required unless the grade is ``assumed``.
    grade : str
        One of `GRADES`.
    reason : Label, optional
        Why this value, in both languages; required if the grade is ``assumed``.
    """

    value: Number
    unit: Text
    range: tuple[Number, Number]

    @property
    def low(self) -> int | float:
        """Lowest believable value."""
        return self.range[0]

    @property
    def high(self) -> int | float:
        """Highest believable value."""
        return self.range[1]


Share = Annotated[Quantity, Expect("share", 0, 1)]
Enterprises = Annotated[Quantity, Expect("enterprises", 0, 1_000_000, whole=True)]
Ratio = Annotated[Quantity, Expect("ratio", 0, 100, above=True)]
Cv = Annotated[Quantity, Expect("ratio", 0, 5)]
LogRatio = Annotated[Quantity, Expect("log_ratio", 0, 10)]
PerWeek = Annotated[Quantity, Expect("per_week", 0, 10)]
PerYear = Annotated[Quantity, Expect("per_year", 0, 10)]
Days = Annotated[Quantity, Expect("days", 0, 3660, above=True)]
Weeks = Annotated[Quantity, Expect("weeks", 1, 104, whole=True)]
Points = Annotated[Quantity, Expect("points", 0, 100)]
PassScore = Annotated[Quantity, Expect("points", 0, 100, whole=True)]
Yuan = Annotated[Quantity, Expect("yuan", 0, 1e9)]
