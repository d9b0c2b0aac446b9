"""A forecast with all that stands beside it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dpsim.forecast.project import Forecast
from dpsim.progress.load import Progress

SIDE_DRAWS = 1000
"""Draws of the forecasts under other assumptions, at most."""


@dataclass(frozen=True)
class Outlook:
    """A forecast and what stands beside it."""

    progress: Progress
    wanted: pd.DataFrame
    """The targets, as given."""
    made: Forecast
    seed: int
    rush: float
    capacity: dict[str, float]
    """As stated, by stage."""
    signposts: pd.DataFrame
    scenarios: pd.DataFrame
    starts: pd.DataFrame
    knowledge: pd.DataFrame
    supply: pd.DataFrame | None
    groups: dict[str, list[str]]
    """Units that are also told together, by name."""
    lists: tuple[str, ...]
    """Changes of the list, as asked for."""
    record: pd.DataFrame
    """Kept forecasts that have their outcome by now; empty without a folder of them."""
