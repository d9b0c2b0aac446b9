"""The fan chart: the reported past, the projected future in bands, and the target.

The bands are prediction bands: a stated share of the runs stays inside. They are not the uncertainty of a mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dpsim.errors import InputError
from dpsim.language import say
from dpsim.report.figures import fan_parts, style
from dpsim.report.figures.axes import label_right
from dpsim.report.figures.frames import Table, checked
from dpsim.report.figures.words import date_text, literal, of_strategy, wrapped
from dpsim.report.show import show_rounded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

STAGES = ("built", "connected", "online", "assessed", "passed")
_BAND_COLUMNS = ("date", "q025", "q10", "q25", "q50", "q75", "q90", "q975")
_BOX = {"boxstyle": "round,pad=0.4", "facecolor": "#f6f3ea", "edgecolor": style.PALE}
_AXES_POINTS = 200.0
_AXES_POINTS_BELOW_REPORTS = 140.0


def plot_fan_chart(
    bands: pd.DataFrame,
    *,
    stage: str,
    observed: pd.DataFrame,
    target: Mapping[str, Any],
    probability_text: str,
    n: int,
    lang: str,
    name: str = "",
    second: pd.DataFrame | None = None,
    assumed: bool = False,
    reports: str = "",
) -> Figure:
    """Draw past counts, the fan of the runs and the target of one stage.

    Parameters
    ----------
    bands : pandas.DataFrame
        Columns ``date`` and ``q025, q10, q25, q50, q75, q90, q975`` (enterprises), one row per day drawn.
    stage : {"built", "connected", "online", "assessed", "passed"}
    observed : pandas.DataFrame
        Columns ``date, done`` (enterprises, as reported); the last date is the as-of date.
    target : mapping
        ``deadline`` (date or ISO string), ``required`` (NaN where nothing is required) and ``total`` (enterprises).
    probability_text : str
        Sentence on the chance of meeting the target, in the language of the figure; line breaks are kept.
    n : int
        Number of runs.
    lang : {"zh", "en"}
    name : str
        Strategy of the runs, named in the title; nothing is named when empty.
    second : pandas.DataFrame, optional
        Columns ``date, q50`` (enterprises) and ``label``: median of another strategy, its name in every row.
    assumed : bool
        The counts in `observed` are assumed, not reported; title and legend say so.
    reports : str
        What is said below `probability_text` where `bands` are reports that differ from what the target is judged on;
        the median is then called one of reports. Empty where they are the same.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        A frame is empty or lacks columns, or the stage is unknown.
    """
    _check_stage(stage)
    past = _table(observed, ("date", "done"), "observed")
    fan = _table(bands, _BAND_COLUMNS, "bands")
    other = None if second is None else _table(second, ("date", "q50", "label"), "second")
    counts = [past.numbers("done"), fan.numbers("q975"), *(() if other is None else [other.numbers("q50")])]
    goal = fan_parts.read_goal(target).over(*counts)
    words = literal(say(f"figures.stage.{stage}", lang=lang))  # a case may bring its own
    title = "figures.fan.title_assumed" if assumed else "figures.fan.title"
    dot = "figures.fan.observed_assumed" if assumed else "figures.fan.observed"
    with style.figure_style(lang):
        as_of = date_text(past.days()[-1], lang)
        figure = style.new_figure(say(title, lang=lang, stage=words, as_of=as_of) + of_strategy(name, lang))
        axes = figure.subplots()
        text = "\n".join(one for one in (probability_text, reports) if one)
        axes.set_title(literal(wrapped(text, 96)), bbox=_BOX, pad=9, x=0.008)
        handles = fan_parts.draw_fan(axes, fan, past, lang)
        handles += fan_parts.draw_second(axes, other, past)
        handles += fan_parts.draw_past(axes, past, lang, dot)
        handles += fan_parts.draw_goal(axes, goal, lang)
        start = fan_parts.set_scale(axes, fan, past, goal, lang)
        label = "y_cut" if start > 0 else "y" if goal.list_drawn else "y_far"
        values = {"start": show_rounded(start), "total": show_rounded(goal.total)}
        axes.set_ylabel(say(f"figures.fan.{label}", lang=lang, stage=words, **values))
        median = "label_reported" if reports else "label_median"
        points = _AXES_POINTS_BELOW_REPORTS if reports else _AXES_POINTS  # a longer text leaves less height
        label_right(axes, fan_parts.right_labels(fan, other, goal, lang, median), points=points)
        style.legend_below(figure, handles, columns=4, title=say("figures.fan.bands", lang=lang, n=n))
        return style.finish(figure)


def _check_stage(stage: str) -> None:
    """Refuse a stage that no target counts."""
    if stage not in STAGES:
        allowed = ", ".join(STAGES)
        raise InputError(
            "error.figure_value", figure="fan_chart", table="stage", column="stage", given=stage, allowed=allowed
        )


def _table(frame: pd.DataFrame, columns: tuple[str, ...], name: str) -> Table:
    """Check a frame and put it in the order of time."""
    return checked(frame, columns, figure="fan_chart", name=name).sorted_by_day()
