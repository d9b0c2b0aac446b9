"""What the table of a programme cannot tell, and where its forecast has it from instead."""

from __future__ import annotations

import pandas as pd

from dpsim.language import language_in_force, say
from dpsim.params.forecast import load_forecast_settings
from dpsim.params.quantity import Quantity
from dpsim.report.show import show_number, show_percent

CLASS, COMMON, RUSH = "class", "all_programmes", "rush"
"""Where a setting comes from: the reference class, the settings of all programmes, the supposed rush."""
_SHARES = ("share", "per_week")


def settings_frame(reference: str) -> pd.DataFrame:
    """Return every number of a forecast that is not read from the table.

    Parameters
    ----------
    reference : str
        Reference class.

    Returns
    -------
    pandas.DataFrame
        setting, origin (`CLASS`, `COMMON` or `RUSH`), value, unit, low, high, grade, source (empty where assumed).
    """
    settings = load_forecast_settings()
    parts = {CLASS: getattr(settings.classes, reference), COMMON: settings.pace, RUSH: settings.rush}
    return pd.DataFrame(
        {
            "setting": name,
            "origin": origin,
            "value": float(entry.value),
            "unit": entry.unit,
            "low": float(entry.low),
            "high": float(entry.high),
            "grade": entry.grade,
            "source": entry.source or "",
        }
        for origin, block in parts.items()
        for name, entry in block.named().items()
    )


def unknown_text(reference: str, rush: float) -> str:
    """Return in words which settings come from the class and not from the table, and what rush is supposed."""
    settings = load_forecast_settings()
    words = [_said(name, entry) for name, entry in getattr(settings.classes, reference).named().items()]
    supposed = say(
        "outlook.rush_supposed" if rush > 0.0 else "outlook.no_rush",
        chance=show_percent(rush),
        weeks=show_number(settings.rush.weeks.value),
        factor=show_number(float(settings.rush.factor.value)),
    )
    return say("outlook.unknown", settings=say("outlook.semicolon").join(words), rush=supposed)


def _said(name: str, entry: Quantity) -> str:
    """Return a setting with its value and range; those that are assumed are marked."""
    lang, shares = language_in_force(), entry.unit in _SHARES
    value, low, high = (
        f"{show_percent(x, 0 if entry.unit == 'share' else 1)}%" if shares else show_number(float(x))
        for x in (entry.value, entry.low, entry.high)
    )
    mark = "*" if entry.grade == "assumed" else ""
    label = say(f"outlook.setting.{name}", lang=lang)
    return say("outlook.setting_value", lang=lang, label=label, mark=mark, value=value, low=low, high=high)
