"""How long runs take, said before they begin, so that a large case is not taken for a program that hangs."""

from __future__ import annotations

from math import ceil

from dpsim.model.prior import case_timeline
from dpsim.params.schema import Case

_RUN, _ENTERPRISE_DAY, _AROUND = 0.022, 0.3e-6, 15.0
"""Seconds of a run whatever its size, of one enterprise's day in it, and of forecast, figures and page around all runs.

Read off the five cases (152 to 70 000 enterprises) on a processor of 2026; another may take half or twice as long.
"""


def expected_minutes(case: Case, runs: int, workers: int) -> int:
    """Return the whole minutes, at least 1, that a report with so many runs takes on so many processors."""
    enterprise_days = case.population.enterprises.value * case_timeline(case).days
    return ceil((_AROUND + runs * (_RUN + enterprise_days * _ENTERPRISE_DAY) / workers) / 60)
