"""Methods a forecast is held against and the forecast itself: one file each, found by name (`all_methods`).

A method file has `NAME`, `WORDS` (zh, en), `ROLE` ("ours", "rival" or "yardstick"), `NEEDS` where it takes a library
of the extra `backtest`, and `draw(block, learned, seed, draws)`, which returns shares at the deadline of all units,
shape (draws, units).
"""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from importlib.resources import files
from importlib.util import find_spec
from types import ModuleType


def all_methods() -> dict[str, ModuleType]:
    """Return every method of this folder by its name, in the order of names."""
    found = [
        importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
        if not info.name.startswith("_")
    ]
    return {module.NAME: module for module in sorted(found, key=lambda module: str(module.NAME))}


def is_available(method: ModuleType) -> bool:
    """Return whether the library a method needs is installed."""
    needed = getattr(method, "NEEDS", None)
    return needed is None or find_spec(needed) is not None


def variants_tried() -> int:
    """Return how many variants of the forecast were scored before this one was kept."""
    text = files(__name__).joinpath("variants.toml").read_text(encoding="utf-8")
    return int(tomllib.loads(text)["tried"])
