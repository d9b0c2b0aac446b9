"""Queues and workload of the agencies and assessors, one row of panels for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dpsim.language import say
from dpsim.report.figures import style
from dpsim.report.figures.axes import date_axis, day_number
from dpsim.report.figures.frames import Table, checked
from dpsim.report.figures.words import of_strategy, user_label

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MEASURES = ("queue_length", "utilisation")
KNOWN = ("mines", "chemicals", "industry_trade", "assessors")
"""Organisations whose names the catalogue knows; others are drawn under the name given."""


def plot_queues(queues: pd.DataFrame, *, lang: str, name: str = "") -> Figure:
    """Draw queue length at the left and workload at the right for each organisation.

    Parameters
    ----------
    queues : pandas.DataFrame
        Columns ``organisation`` (``"mines"``, ``"chemicals"``, ``"industry_trade"``, ``"assessors"`` or any
        name), ``date``, ``measure`` (``"queue_length"`` in enterprises, ``"utilisation"`` as a share 0..1) and
        ``q10, q50, q90`` of the runs.
    lang : {"zh", "en"}
    name : str
        Strategy of the runs, named in the title; nothing is named when empty.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        The frame is empty, lacks columns or has an unknown measure.
    """
    columns = ("organisation", "date", "measure", "q10", "q50", "q90")
    table = checked(queues, columns, figure="queues", name="queues")
    measures = np.array(table.one_of("measure", MEASURES))
    names = np.array(table.texts("organisation"))
    rows, days = list(dict.fromkeys(names.tolist())), table.days()
    with style.figure_style(lang):
        title = say("figures.queues.title", lang=lang) + of_strategy(name, lang)
        figure = style.new_figure(title, height=max(2.9, 1.45 + 1.1 * len(rows)))
        grid: Any = figure.subplots(len(rows), len(MEASURES), sharex=True, squeeze=False)
        handles: list[Any] = []
        for row, organisation in enumerate(rows):
            for column, measure in enumerate(MEASURES):
                part = table.where((names == organisation) & (measures == measure)).sorted_by_day()
                handles = _draw_panel(grid[row, column], part, measure, lang) or handles
            grid[row, 0].set_ylabel(
                organisation_name(organisation, lang), rotation=0, ha="right", va="center", labelpad=8
            )
        for column, measure in enumerate(MEASURES):
            grid[0, column].set_title(say(f"figures.queues.{measure}", lang=lang))
            date_axis(grid[-1, column], min(days), max(days), lang=lang, labels=5)
        figure.align_ylabels()
        style.legend_below(figure, handles, columns=2)
        return style.finish(figure)


def organisation_name(name: str, lang: str) -> str:
    """Return the printed name of an organisation."""
    return say(f"figures.queues.{name}", lang=lang) if name in KNOWN else user_label(name, 14)


def _draw_panel(axes: Axes, part: Table, measure: str, lang: str) -> list[Any]:
    """Draw median and band of one measure and return the legend entries."""
    style.grid(axes, "both")
    scale = 100.0 if measure == "utilisation" else 1.0
    top = 100.0
    handles: list[Any] = []
    if len(part) == 0:
        axes.text(0.5, 0.5, say("figures.queues.missing", lang=lang), ha="center", va="center",
                  color=style.GREY, transform=axes.transAxes)  # fmt: skip
    else:
        days = [day_number(day) for day in part.days()]
        low, middle, high = (scale * part.numbers(name) for name in ("q10", "q50", "q90"))
        band = axes.fill_between(
            days, low, high, color=style.BANDS[80], lw=0, label=say("figures.queues.band", lang=lang)
        )
        line = axes.plot(days, middle, color="#08306b", lw=1.8, label=say("figures.legend_median", lang=lang))
        handles = [*line, band]
        top = max(float(high.max()), float(middle.max()), 1.0)
    if measure == "utilisation":
        axes.set_ylim(0, max(104.0, 1.04 * top))
        axes.set_yticks([0, 50, 100], ["0%", "50%", "100%"])
    else:
        axes.set_ylim(0, 1.1 * top)
        axes.locator_params(axis="y", nbins=4, integer=True)
    return handles
