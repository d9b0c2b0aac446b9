"""Fines in yuan: penalties at the case's mean fine per penalty (`deterrence.mean_fine`), which has no spread here."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, flow

NAMES = {"fines": Words("罚款", "fines")}
UNITS = ("yuan",)
TAKES = Takes(window=True)


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the yuan, shape (runs,)."""
    return flow(seen, asked, "penalties") * seen.value("deterrence.mean_fine")
