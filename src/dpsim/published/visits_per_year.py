"""Visits by inspectors per enterprise on the list and year."""

from __future__ import annotations

from dpsim.core.instrument import Words
from dpsim.published._asked import Asked, Floats, Seen, Takes, flow, ratio

NAMES = {"visits_per_year": Words("每家企业每年检查次数", "visits per enterprise and year")}
UNITS = ("per_year",)
TAKES = Takes(window=True)
DAYS_PER_YEAR = 365.25


def measure(seen: Seen, asked: Asked) -> Floats:
    """Return the visits per year, shape (runs,)."""
    years = (asked.end - asked.begin) / DAYS_PER_YEAR
    return ratio(flow(seen, asked, "visits"), seen.at("listed", asked.begin) * years)
