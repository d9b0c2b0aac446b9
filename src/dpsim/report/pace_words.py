"""The end of the headline: the pace needed against that so far, and the step that holds enterprises up."""

from __future__ import annotations

import math

import pandas as pd

from dpsim.forecast.pace import unfinished
from dpsim.language import say
from dpsim.report.show import show_ratio_range, show_share_range
from dpsim.report.table_forecast import TableForecast
from dpsim.report.yearend import YearEnd


def weekly_need(result: YearEnd) -> str:
    """Return the end of the headline: the pace needed, against that so far, and what binds; empty when all is done."""
    lang = result.request.lang
    pace = result.pace[result.pace["stage"] == "online"]
    needed = pace.loc[pace["kind"] == "needed", "per_week"].iloc[0]
    if needed <= 0.0:
        return ""
    ratio = pace.loc[pace["kind"] == "so_far", "ratio"]
    if ratio.isna().any():  # a table of one report
        compared = ""
    elif ratio.map(math.isfinite).all():
        rest = None if isinstance(result.forecast, TableForecast) else unfinished(result.case, "online")
        compared = _compared(ratio, result.case.state.online.value, rest, lang)
    else:
        compared = say("letter.headline_ratio_none", lang=lang)
    need = say("letter.headline_need", lang=lang, needed=math.ceil(needed))
    return need + compared + say("letter.headline_bottleneck", lang=lang, bottleneck=bottleneck(result))


def _compared(ratio: pd.Series, done: float, rest: tuple[int, int] | None, lang: str) -> str:
    """Return the needed pace over that so far; of those among whom all the missing are, where the case says so."""
    if rest is None:
        return say("letter.headline_ratio", lang=lang, ratio=show_ratio_range(ratio.min(), ratio.max(), lang))
    count, there = rest
    if there == 0:
        return say("letter.headline_ratio_rest_none", lang=lang, count=count)
    own = ratio * done / there
    return say("letter.headline_ratio_rest", lang=lang, count=count, ratio=show_ratio_range(own.min(), own.max(), lang))


def bottleneck(result: YearEnd) -> str:
    """Return what holds enterprises up; both steps with their shares where the scenarios disagree on the larger one."""
    table, lang = result.forecast.bottlenecks.set_index("where"), result.request.lang
    return bottleneck_words(table.loc["not_built", "share_low"], table.loc["not_built", "share_high"], lang)


def bottleneck_words(low: float, high: float, lang: str) -> str:
    """Return the larger step in words, from the range of the share that is not built."""
    build = show_share_range(low, high, lang)
    rest = show_share_range(1.0 - high, 1.0 - low, lang)
    if high <= 0.0:
        return say("letter.bottleneck.online_only", lang=lang)
    larger = "build" if low > 0.5 else "online" if high < 0.5 else "both"
    return say(f"letter.bottleneck.{larger}", lang=lang, build=build, rest=rest)
