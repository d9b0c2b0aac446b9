"""The figures of hazards, staff-days and paper systems: which rows go into which plot."""

from __future__ import annotations

from typing import Any

import pandas as pd

from dpsim.core.words import CLASSES, DISCOVERY, DUTIES
from dpsim.language import say
from dpsim.model.staffing import pool_days
from dpsim.report.supervised import FOUND, REPORTED, TRUE, Supervised, at_end, found_by, three
from dpsim.report.yearend import YearEnd


def supervised_drawings(result: YearEnd) -> dict[str, tuple[str, pd.DataFrame, dict[str, Any]]]:
    """Return plot, rows and options by file name; all of the arrangement in force but the staff-days.

    Nothing where the arrangement in force simulates no hazards.
    """
    mine, lang = result.supervised.get(result.request.reference.id), result.request.lang
    if mine is None:
        return {}
    runs = {"lang": lang, "n": mine.runs}
    name = str(getattr(result.request.reference.name, lang))
    named = runs | {"name": name}
    words = {name: say(f"letter.substance.{name}", lang=lang) for name in ("title", "y")}
    substance = named | words
    return {
        "hazards": gap_drawing(mine, name, lang),
        "hazards_found": ("plot_channels", channel_rows(mine), named),
        "staff_days": ("plot_duties", duty_rows(result), runs),
        "paper": ("plot_reported_true", substance_rows(mine, lang), substance),
    }


def gap_drawing(mine: Supervised, name: str, lang: str) -> tuple[str, pd.DataFrame, dict[str, Any]]:
    """Return plot, rows and options of hazards found against latent, of the runs of the strategy called `name`."""
    words = {key: say(f"letter.gap.{key}", lang=lang) for key in ("title", "y")}
    return "plot_reported_true", gap_rows(mine, lang), {"lang": lang, "n": mine.runs, "name": name} | words


def gap_rows(mine: Supervised, lang: str) -> pd.DataFrame:
    """Return what was found so far, is open and is latent, week by week: panel, series, view, date, q05, q50, q95."""
    parts = []
    for klass in CLASSES:
        for series, indicators, view in (
            ("found", FOUND[klass], REPORTED),
            ("open", [f"hazards_open:{klass}"], REPORTED),
            ("latent", [f"hazards_latent:{klass}"], TRUE),
        ):
            labels = say(f"figures.class.{klass}", lang=lang), say(f"letter.gap.{series}", lang=lang)
            parts.append(_labelled(mine.bands(*indicators, view=view), *labels, view))
    return pd.concat(parts, ignore_index=True)


def substance_rows(mine: Supervised, lang: str) -> pd.DataFrame:
    """Return what is built as reported, what of it is really operating and what is paper, in the same columns."""
    panel = ""
    parts = [
        _labelled(mine.bands(indicator, view=view), panel, say(f"letter.substance.{series}", lang=lang), view)
        for series, indicator, view in (
            ("built", "built", REPORTED),
            ("substantive", "built", TRUE),
            ("paper", "paper", TRUE),
        )
    ]
    return pd.concat(parts, ignore_index=True)


def channel_rows(mine: Supervised) -> pd.DataFrame:
    """Return what each channel found by the last day, grid staff if any: channel, klass, q05, q50, q95."""
    end = at_end(mine.weekly)
    grid = any(end[name, REPORTED].any() for name in found_by("grid"))
    rows = [
        (channel, klass, *three(end[found_by(channel, klass)[0], REPORTED]))
        for klass in CLASSES
        for channel in DISCOVERY
        if channel != "grid" or grid
    ]
    return pd.DataFrame(rows, columns=["channel", "klass", "q05", "q50", "q95"])


def duty_rows(result: YearEnd) -> pd.DataFrame:
    """Return the median staff-days by strategy and duty: strategy, label, duty, days, pool."""
    pool, rows = staff_pool(result), []
    for strategy in result.request.strategies:
        if strategy.id in result.supervised:
            days = result.supervised[strategy.id].days
            label = getattr(strategy.name, result.request.lang)
            rows += [(strategy.id, label, duty, float(days[duty].median()), pool) for duty in DUTIES]
    return pd.DataFrame(rows, columns=["strategy", "label", "duty", "days", "pool"])


def staff_pool(result: YearEnd) -> float:
    """Return the staff-days that this work may take in all counties from the as-of date to the last day."""
    return pool_days(result.case, len(result.timeline.mornings))


def _labelled(bands: pd.DataFrame, panel: str, series: str, view: str) -> pd.DataFrame:
    """Put the words of a series before its bands."""
    return bands.assign(panel=panel, series=series, view=view)[["panel", "series", "view", "date", "q05", "q50", "q95"]]
