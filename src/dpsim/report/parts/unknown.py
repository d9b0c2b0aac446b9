"""How the answer moves with what the data cannot tell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from dpsim.params.labels import option_label
from dpsim.params.load import load_strategy
from dpsim.report import sentences
from dpsim.report.parts import Part
from dpsim.report.show import show_count_range, show_probability
from dpsim.report.tables import html_table

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


def part(letter: Letter) -> Part:
    """Return the scenario cells, the sensitivity, the medians side by side and the reference classes."""
    case, forecast = letter.result.case, letter.result.forecast
    alt = letter.say("letter.part_unknown")
    body = letter.paragraph(letter.say("letter.cells_text")) + letter.picture("scenario_cells", alt)
    body += letter.paragraph(letter.say("letter.sensitivity_text", draws=max(1, forecast.draws // 2)))
    body += letter.picture("sensitivity", alt) + letter.paragraph(*medians(letter))
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


def medians(letter: Letter) -> list[str]:
    """Return what each median of the same shortfall is, and whether their differences are more than chance."""
    result, case = letter.result, letter.result.case
    base = float(result.forecast.sensitivity["base"].iloc[0])
    pooled = sentences.own_pooled(result)["shortfall_median"]
    values: dict[str, object] = {
        "base": f"{base:.0f}",
        "draws": max(1, result.forecast.draws // 2),
        "pooled": f"{pooled:.0f}",
        "cells": len(sentences.headline_cells(result, "all")),
    }
    values["name"] = getattr(load_strategy(case.default_strategy).name, letter.lang)
    if case.default_strategy not in result.ensembles:  # the forecast speaks of the arrangement in force only
        return [letter.say("letter.medians.two", **values)]
    attained = result.ensembles[case.default_strategy].attained
    mine = attained[attained["target"] == case.targets.headline]
    missing = (mine["required"] - mine["attained"]).clip(lower=0).sort_values()
    low, high = median_interval(missing)
    middle, runs = float(missing.median()), len(missing)
    values |= {"runs": runs, "median": f"{middle:.0f}"}
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
        low, high = by_level.loc["all", "shortfall_q05"], by_level.loc["all", "shortfall_q95"]
        cells = [_pooled(letter, by_level.loc[level]) for level in ("all", "basically")]
        rows.append((option_label(name, letter.lang), *cells, show_count_range(low, high, letter.lang)))
    share = f"{100 * case.targets.switches.level.basically_share.value:.0f}"
    header = letter.columns("class", "p_all", "p_basically", "shortfall_90", share=share)
    return html_table(header, rows, numeric=(1, 2, 3), whole=(0, 3))


def _pooled(letter: Letter, row: pd.Series) -> str:
    """Return a pooled probability with the interval of its Monte Carlo error."""
    shown = show_probability(row["probability"], letter.lang)
    low, high = f"{100 * row['low']:.1f}", f"{100 * row['high']:.1f}"
    return letter.say("letter.pooled_n", probability=shown, low=low, high=high)
