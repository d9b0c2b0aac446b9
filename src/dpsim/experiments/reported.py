"""Stage counts as they are reported: what is done, or where a case says so what its counties make of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dpsim.engines.outcome import Outcome
from dpsim.engines.world import Setting
from dpsim.errors import InputError
from dpsim.language import say
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


def how_reports_differ(case: Case, lang: str | None = None) -> str:
    """Return in words how late reports are and how far shaded; empty where they say what is done."""
    block = case.reporting
    if block is None or not block.on:
        return ""
    parts = []
    if block.delay_days.value:
        parts.append(say("letter.reports.late", lang=lang, days=f"{block.delay_days.value:g}"))
    if block.shading.value:
        window, share = f"{block.shading_days.value:g}", f"{100.0 * block.shading.value:g}%"
        parts.append(say("letter.reports.shaded", lang=lang, window=window, share=share))
    return say("letter.reports.and", lang=lang).join(parts)


def reports_notes(case: Case, lang: str | None = None) -> list[str]:
    """Return one note that targets are judged on what is done and not on reports; none where these are the same."""
    how = how_reports_differ(case, lang)
    return [say("letter.reports.note", lang=lang, how=how)] if how else []


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
