"""The parts of the report, one file each, found by the file's name.

A part's file holds ``part(letter)``, which returns what to show and saves its figures and tables through the letter.
Dropping a file into this folder makes it a part; its texts stand in ``letter.toml`` and its place in the notebook.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from dpsim.errors import InputError

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


class Part:
    """One part of the letter: shows itself as HTML in a notebook."""

    def __init__(self, content: str) -> None:
        self.content = content

    def _repr_html_(self) -> str:
        return self.content

    def __repr__(self) -> str:
        return ""


@cache
def part_names() -> tuple[str, ...]:
    """Return the names of all parts."""
    return tuple(entry.name for entry in pkgutil.iter_modules(__path__) if not entry.name.startswith("_"))


def find_part(name: str) -> Callable[[Letter], Part]:
    """Return the function of one part.

    Raises
    ------
    InputError
        No part has this name.
    """
    if name not in part_names():
        raise InputError("error.unknown_part", name=str(name)[:80], known=", ".join(part_names()))
    found: Callable[[Letter], Part] = importlib.import_module(f"{__name__}.{name}").part
    return found
