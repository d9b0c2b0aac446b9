"""Hazards that exist and nobody has found: known to the model only."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, stock

NAMES = {"latent": Words("未发现隐患（推演值）", "latent hazards (model only)")}
UNITS = ("hazards",)
TAKES = Takes(window=False, klass=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the hazards, shape (runs,)."""
    return stock(seen, asked, "latent", asked.end, "true")
