"""How a hazard ledger names its columns and values, by the table `hazard_headers.toml`."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any


def plain(text: object) -> str:
    """Return a text without blanks, brackets' signs and punctuation, full-width signs made plain, in lower case."""
    return re.sub(r"[\s:、,*。;()_\-]+", "", unicodedata.normalize("NFKC", str(text))).lower()


def written(section: str, id_: str) -> str:
    """Return how a column or a value is written."""
    return str(table()[section][id_][0])


def read(section: str, text: object) -> str:
    """Return the id of a column or a value, empty if it is not known.

    Examples
    --------
    >>> read("columns", " 发现日期 "), read("class", "重大隐患"), read("state", "?")
    ('found', 'major', '')
    """
    return _known(section).get(plain(text), "")


@cache
def table() -> dict[str, Any]:
    """Return the table."""
    return tomllib.loads(files(__package__).joinpath("hazard_headers.toml").read_text(encoding="utf-8"))


@cache
def _known(section: str) -> dict[str, str]:
    """Return plain text to id."""
    return {plain(alias): id_ for id_, aliases in table()[section].items() for alias in aliases}
