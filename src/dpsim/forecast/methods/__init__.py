"""Methods a forecast is held against and the forecast itself: one file each, found by name (`all_methods`).

A method file has `NAME`, `WORDS` (zh, en), `ROLE` ("ours", "rival" or "yardstick") and
`draw(block, learned, seed, draws)`, which returns shares at the deadline of all units, shape (draws, units).
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType


def all_methods() -> dict[str, ModuleType]:
    """Return every method of this folder by its name, in the order of names."""
    found = [
        importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
        if not info.name.startswith("_")
    ]
    return {module.NAME: module for module in sorted(found, key=lambda module: str(module.NAME))}
