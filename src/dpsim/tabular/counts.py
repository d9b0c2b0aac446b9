"""Read one cell as a count: a whole number of enterprises, written as people write them."""

from __future__ import annotations

import math
import re
import unicodedata

MAX_COUNT = 1_000_000
"""Largest count of a case."""
_DIGITS = re.compile(r"([0-9]{1,3}([, ][0-9]{3})+|[0-9]{1,18})(\.0*)? ?(家|户|个)?\Z")

_UNCLEAR = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+ ?(家|户|个)?\Z")
"""``1.160`` is 1160 to one reader and 1.16 to another."""


def whole(cell: object) -> int | str:
    """Return the count of a cell, or the id of the message that says what is wrong with it.

    Full-width digits and commas or blanks between thousands are understood; a dot before three digits is not.
    An empty cell is not 0: nobody knows which.

    Parameters
    ----------
    cell : object
        Text, number, truth value or date.

    Examples
    --------
    >>> whole("１，１６０"), whole(20.0), whole(" 35 家"), whole(""), whole("1.160")
    (1160, 20, 35, 'tabular.cell_empty', 'tabular.cell_unclear')
    """
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return "tabular.cell_not_number"
    if isinstance(cell, str):
        text = made_plain(cell)
        if text is None:
            return "tabular.cell_not_number"
        if not text:
            return "tabular.cell_empty"
        if _UNCLEAR.match(text):
            return "tabular.cell_unclear"
        if not _DIGITS.match(text):
            number = re.fullmatch(r"[-+]?[0-9]*\.?[0-9]+", text)
            if not number:
                return "tabular.cell_not_number"
            return _checked(float(text))
        cell = int(re.match("[0-9]+", re.sub("[, ]", "", text))[0])  # type: ignore[index]
    return _checked(cell)


def made_plain(text: str) -> str | None:
    """Return a text with full-width signs and odd blanks made plain and none at its ends.

    None if it has signs that only look like digits when made plain: ``26①`` is 26 with a footnote, not 261.

    Examples
    --------
    >>> made_plain(" ２６％"), made_plain("26①"), made_plain("1²")
    ('26%', None, None)
    """
    for sign in set(text):
        if not ("\uff01" <= sign <= "\uff5e" or sign.isspace()) and unicodedata.normalize("NFKC", sign) != sign:
            return None
    return unicodedata.normalize("NFKC", text).strip()


def _checked(number: float) -> int | str:
    """Return a number as a count, or what is wrong with it."""
    if not math.isfinite(number) or number < 0 or number > MAX_COUNT:
        return "tabular.cell_outside"
    return int(number) if number == int(number) else "tabular.cell_not_whole"
