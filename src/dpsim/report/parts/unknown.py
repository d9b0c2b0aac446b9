"""How the answer moves with what the data cannot tell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from dpsim.forecast.sensitivity import left_out
from dpsim.forecast.snapshot import SnapshotForecast
from dpsim.params.labels import option_label, quantity_label
from dpsim.report import alts, sentences
from dpsim.report.parts import Part
from dpsim.report.place import level_of
from dpsim.report.show import show_chance_interval, show_count_range, show_percent, show_pooled, show_rounded
from dpsim.report.table_forecast import LEVELS, TableForecast
from dpsim.report.tables import html_table

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


def part(letter: Letter) -> Part:
    """Return the scenario cells, the sensitivity, the medians side by side and the reference classes.

    From a table: the reference classes and stated chances of a rush.
    """
    case, forecast = letter.result.case, letter.result.forecast
    if isinstance(forecast, TableForecast):
        return letter.headed("part_unknown", _of_table(letter, forecast))
    name = getattr(letter.result.request.reference.name, letter.lang)
    body = letter.paragraph(letter.say("letter.cells_text", name=name))
    body += letter.picture("scenario_cells", alts.cells(letter))
    body += letter.paragraph(letter.say("letter.sensitivity_text", draws=max(1, forecast.draws // 2)))
    body += letter.picture("sensitivity", alts.sensitivity(letter)) + letter.paragraph(*medians(letter))
    stuck = left_out(case, forecast.sensitivity)
    if stuck:
        words = letter.join([quantity_label(key, letter.lang) for key in stuck])
        body += letter.paragraph(letter.say("letter.sensitivity_left", list=words))
    letter.save_table(letter.drawings["sensitivity"].frame, "sensitivity")
    body += letter.paragraph(
        letter.say(
            "letter.class_text",
            chosen=option_label(case.scenario.reference_class.value, letter.lang),
            reason=getattr(case.scenario.reference_class.reason, letter.lang, ""),
            draws=forecast.draws,
        )
    )
    return letter.headed("part_unknown", body + _class_table(letter))


def _of_table(letter: Letter, told: TableForecast) -> str:
    """Return what other classes and chances of a rush make of the table."""
    case, rows = letter.result.case, []
    for row in sentences.headline_cells(letter.result).itertuples():
        both = told.cells[
            (told.cells["target"] == row.target)
            & (told.cells["reference_class"] == row.reference_class)
            & (told.cells["rush"] == row.rush)
        ].set_index("level")
        chances = (both.loc[level] for level in LEVELS)
        rows.append(
            (
                option_label(row.reference_class, letter.lang),
                f"{show_percent(row.rush)}%",
                *(show_chance_interval(c["probability"], c["low"], c["high"], letter.lang) for c in chances),
                show_rounded(row.shortfall_median),
                show_count_range(row.shortfall_q05, row.shortfall_q95, letter.lang),
            )
        )
    text = letter.say(
        "letter.table.classes",
        chosen=option_label(case.scenario.reference_class.value, letter.lang),
        reason=getattr(case.scenario.reference_class.reason, letter.lang, ""),
        draws=told.draws,
    )
    share = show_percent(case.targets.switches.level.basically_share.value)
    header = letter.columns("class", "rush", "p_all", "p_basically", "shortfall_median", "shortfall_90", share=share)
    return letter.paragraph(text) + html_table(header, rows, numeric=(1, 2, 3, 4, 5), whole=(0, 1, 4, 5))


def medians(letter: Letter) -> list[str]:
    """Return what each median of the same shortfall is, and whether their differences are more than chance."""
    result, case = letter.result, letter.result.case
    assert isinstance(result.forecast, SnapshotForecast)
    base = float(result.forecast.sensitivity["base"].iloc[0])
    pooled = sentences.own_pooled(result)["shortfall_median"]
    values: dict[str, object] = {
        "base": show_rounded(base),
        "draws": max(1, result.forecast.draws // 2),
        "pooled": show_rounded(pooled),
        "cells": len(sentences.headline_cells(result)),
    }
    values["name"] = getattr(result.request.reference.name, letter.lang)
    attained = result.reference.attained
    mine = attained[attained["target"] == case.targets.headline]
    missing = (mine["required"] - mine["attained"]).clip(lower=0).sort_values()
    low, high = median_interval(missing)
    middle, runs = float(missing.median()), len(missing)
    values |= {"runs": runs, "median": show_rounded(middle)}
    wider = math.sqrt(1.0 + runs / max(1, result.forecast.draws // 2))  # the other medians have an error too
    inside = all(wider * (low - middle) <= other - middle <= wider * (high - middle) for other in (base, pooled))
    error = letter.say(
        "letter.medians.chance" if inside else "letter.medians.more",
        runs=runs,
        interval=show_count_range(low, high, letter.lang),
    )
    return [letter.say("letter.medians.three", **values), error]


def median_interval(values: pd.Series) -> tuple[float, float]:
    """Return a 95% interval of the median of sorted values: the order statistics the binomial law gives."""
    n = len(values)
    reach = 0.98 * math.sqrt(n)
    low, high = max(0, math.floor(n / 2 - reach)), min(n - 1, math.ceil(n / 2 + reach))
    return float(values.iloc[low]), float(values.iloc[high])


def _class_table(letter: Letter) -> str:
    """Return the pooled probability under each reference class, for both readings of the level."""
    case, pooled = letter.result.case, letter.result.forecast.pooled
    mine = pooled[
        (pooled["target"] == case.targets.headline) & (pooled["split"] == case.scenario.benchmark_split.value)
    ]
    rows = []
    for name in mine["reference_class"].unique():
        by_level = mine[mine["reference_class"] == name].set_index("level")
        own = by_level.loc[level_of(case)]
        low, high = own["shortfall_q05"], own["shortfall_q95"]
        shown = (by_level.loc[level] for level in LEVELS)
        cells = [show_pooled(row["probability"], row["low"], row["high"], letter.lang) for row in shown]
        median = show_rounded(own["shortfall_median"])
        rows.append((option_label(name, letter.lang), *cells, median, show_count_range(low, high, letter.lang)))
    share = show_percent(case.targets.switches.level.basically_share.value)
    header = letter.columns("class", "p_all", "p_basically", "shortfall_median", "shortfall_90", share=share)
    return html_table(header, rows, numeric=(1, 2, 3, 4), whole=(0, 3, 4))
