"""Quantities that documents publish and a run gives too, one file each, and the registry that finds them.

A file holds `NAMES`, each quantity it measures with its words in both languages; `UNITS`, those its figure may be
printed in; `TAKES`, what an entry of a case's `published:` list may say of it; and one of `measure(seen, asked)`, which
gives one value per run out of the indicators, and `measure_run(events, asked)`, which gives one run's value out of its
events. Dropping a file into this folder registers it. These files only look: what they see is `_asked.Seen`.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType


@cache
def quantities() -> dict[str, ModuleType]:
    """Return the module of every quantity by the quantity's name."""
    found: dict[str, ModuleType] = {}
    for entry in pkgutil.iter_modules(__path__):
        if entry.name.startswith("_"):
            continue
        module = importlib.import_module(f"{__name__}.{entry.name}")
        for name in module.NAMES:
            if name in found:
                raise ValueError(f"quantity {name!r} stands twice")
            found[name] = module
    return found
