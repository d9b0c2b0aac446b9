"""Stage counts as they are reported: what is done, or where a case says so what its counties make of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dpsim.engines.outcome import Outcome
from dpsim.engines.world import Setting
from dpsim.errors import InputError
from dpsim.measure.stages import last_told, stage_counts_over_time
from dpsim.params.schema import Case

Ints = npt.NDArray[np.int64]
WHOLE_COUNTIES = ("city", "county")
"""Groupings whose cells are counties or all of them: a county's report holds no others."""


def check_reported(case: Case, by: Sequence[str]) -> None:
    """Raise InputError where reports are shaded and a grouping divides counties: no report is made by such groups."""
    block = case.reporting
    if block is None or not block.shading.value:
        return
    for name in by:
        if name not in WHOLE_COUNTIES:
            raise InputError(
                "error.grouping_shaded",
                given=name,
                case=case.id,
                allowed=", ".join(WHOLE_COUNTIES),
                key="reporting.shading",
            )


def reported_counts(
    setting: Setting,
    outcome: Outcome,
    initial: npt.NDArray[np.bool_],
    cell: Ints,
    cells: int,
    times: npt.NDArray[np.float64],
) -> Ints:
    """Return how many are on the list and at each stage, as reported.

    Without delay and shading that is what is done. With a delay it is what was reported so many days before; until the
    first such report arrives, the published counts stand.

    Parameters
    ----------
    setting : Setting
    outcome : Outcome
    initial : numpy.ndarray of bool
        Shape (n, stages): stages reached at the as-of date.
    cell : numpy.ndarray of int64
        Shape (n,): where each enterprise is counted; with shading whole counties together (`check_reported`).
    cells : int
    times : numpy.ndarray
        Ascending ends of days.

    Returns
    -------
    numpy.ndarray of int64
        Shape (times, cells, 1 + stages).
    """
    block, events = setting.case.reporting, outcome.events
    if block is None:
        return stage_counts_over_time(initial, cell, cells, events, times)
    seen = np.maximum(times - block.delay_days.value, 0.0)
    if not block.shading.value:
        return stage_counts_over_time(initial, cell, cells, events, seen)
    county, counties = setting.population.county, int(setting.case.population.counties.value)
    done = stage_counts_over_time(initial, county, counties, events, seen)
    told = last_told(done, outcome.told[seen.astype(np.int64)])
    out = np.zeros((times.size, cells, done.shape[2]), dtype=np.int64)
    listed, first = np.unique(county, return_index=True)
    for one, place in zip(listed.tolist(), cell[first].tolist(), strict=True):
        out[:, place] += told[:, one]
    return out
