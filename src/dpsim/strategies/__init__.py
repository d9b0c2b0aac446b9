"""Instruments, one file each, and the registry that finds them.

An instrument module holds: `NAME`; `WORDS`, its name in both languages; `NEEDS`, the dates it cannot do without, of
`start` and `end`; `SETTINGS`, the numbers a strategy file gives it; `due(settings, timeline)`, the working mornings
on which it acts; `parameters(settings)`, its settings as numbers; and a compiled `act(day, due, parameters, reported,
levers)`. It reads reported facts and writes levers, in the morning, and nothing else; what it writes holds until the
next working morning. Where settings can come to nothing in a place, `in_vain(settings, counties, enterprises)` yields
why. Dropping a file into this folder registers it.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from dpsim.errors import InputError


@cache
def instruments() -> dict[str, ModuleType]:
    """Return all instrument modules by name."""
    found: dict[str, ModuleType] = {}
    for entry in pkgutil.iter_modules(__path__):
        if entry.name.startswith("_"):
            continue
        module = importlib.import_module(f"{__name__}.{entry.name}")
        if module.NAME in found:
            raise ValueError(f"instrument {module.NAME!r} stands twice")
        found[module.NAME] = module
    return found


def instrument(name: str) -> ModuleType:
    """Return one instrument module.

    Raises
    ------
    InputError
        No instrument has this name.
    """
    try:
        return instruments()[name]
    except KeyError:
        raise InputError("error.unknown_instrument", name=name[:80], known=", ".join(instruments())) from None


def instrument_code(name: str) -> int:
    """Return an instrument's place among all, by which compiled code knows it."""
    return list(instruments()).index(name)
