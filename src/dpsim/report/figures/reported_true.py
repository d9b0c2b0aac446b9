"""What the ledger says beside what is in the model, week by week: never the same line, and never without its word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dpsim.language import say
from dpsim.report.figures import style
from dpsim.report.figures.axes import date_axis, day_number, label_right
from dpsim.report.figures.frames import Table, checked
from dpsim.report.figures.words import of_strategy, one_line, user_label
from dpsim.report.show import show_rounded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Look = tuple[str, str, Any]
"""Colour, marker and dashes."""
LOOKS: dict[str, tuple[Look, ...]] = {
    "reported": ((style.BLUE, "o", "-"), (style.GREEN, "D", "-")),
    "true": ((style.RED, "s", (0, (5, 2))), (style.PURPLE, "P", (0, (2, 1)))),
}
"""Looks of the first and the second series of each view: reported solid, true dashed."""
_POINTS = 190.0
"""Height of a panel in points, near enough."""


def plot_reported_true(rows: pd.DataFrame, *, lang: str, title: str, y: str, n: int, name: str = "") -> Figure:
    """Draw a panel per group: reported series solid with plain bands, true ones dashed, hollow and hatched.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``panel, series`` (str), ``view`` (``"reported"``, ``"true"``), ``date`` and ``q05, q50, q95`` of the
        runs. A series is of one view; the same series may stand in several panels.
    lang : {"zh", "en"}
    title, y : str
        Of the figure, and what is counted.
    n : int
        Runs.
    name : str
        Strategy of the runs, named in the title; nothing is named when empty.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        The frame is empty, lacks columns or has an unknown view.
    """
    columns = ("panel", "series", "view", "date", "q05", "q50", "q95")
    table = checked(rows, columns, figure="reported_true", name="rows")
    views, series = table.one_of("view", LOOKS), table.texts("series")
    looks = _looks(dict(zip(series, views, strict=True)))
    panels, days = list(dict.fromkeys(table.texts("panel"))), table.days()
    with style.figure_style(lang):
        figure = style.new_figure(one_line(title) + of_strategy(name, lang), height=4.1)
        grid: Any = figure.subplots(1, len(panels), sharex=True, squeeze=False)
        for axes, panel in zip(grid[0], panels, strict=True):
            part = table.where(np.array(table.texts("panel")) == panel)
            _draw_panel(axes, part, looks)
            axes.set_title(user_label(panel, 40))
            date_axis(axes, min(days), max(days), lang=lang, labels=10 // len(panels))
        grid[0, 0].set_ylabel(user_label(y, 40))
        handles = [_handle(one, view, look, lang) for one, (view, look) in looks.items()]
        style.legend_below(figure, handles, columns=1 if len(handles) < 3 else 3, title=_note(n, lang))
        return style.finish(figure)


def _looks(views: dict[str, str]) -> dict[str, tuple[str, Look]]:
    """Return view and look of each series, in order of appearance within its view."""
    seen = {view: 0 for view in LOOKS}
    found: dict[str, tuple[str, Look]] = {}
    for one, view in views.items():
        found[one] = view, LOOKS[view][seen[view] % len(LOOKS[view])]
        seen[view] += 1
    return found


def _draw_panel(axes: Axes, table: Table, looks: dict[str, tuple[str, Look]]) -> None:
    """Draw all series of one panel and write their last medians beyond the right edge."""
    style.grid(axes, "both")
    ends, top = [], 1.0
    for one in dict.fromkeys(table.texts("series")):
        view, (colour, marker, dashes) = looks[one]
        part = table.where(np.array(table.texts("series")) == one).sorted_by_day()
        days = [day_number(day) for day in part.days()]
        low, middle, high = (part.numbers(quantile) for quantile in ("q05", "q50", "q95"))
        axes.fill_between(days, low, high, **_fill(view, colour))
        axes.plot(days, middle, color=colour, ls=dashes, lw=1.7, marker=marker, ms=4.5, markevery=4, **_face(view))
        top = max(top, float(high.max()))
        ends.append((float(middle[-1]), show_rounded(float(middle[-1])), colour))
    axes.set_ylim(0, 1.06 * top)
    axes.locator_params(axis="y", nbins=6, integer=True)
    label_right(axes, ends, points=_POINTS)


def _fill(view: str, colour: str) -> dict[str, Any]:
    """Return how a band is filled."""
    if view == "true":
        return {"facecolor": "none", "edgecolor": colour, "hatch": "////", "lw": 0.0, "alpha": 0.6}
    return {"color": colour, "lw": 0.0, "alpha": 0.22}


def _face(view: str) -> dict[str, Any]:
    """Return how markers are filled."""
    return {"mfc": "white", "mew": 1.1} if view == "true" else {"mec": "white", "mew": 0.6}


def _handle(series: str, view: str, look: Look, lang: str) -> Any:
    """Return the legend entry of a series, with the word of its view."""
    from matplotlib.lines import Line2D

    colour, marker, dashes = look
    word = say(f"figures.view.{view}", lang=lang)
    label = user_label(say("figures.view.of", lang=lang, series=series, view=word), 46)
    return Line2D([], [], color=colour, marker=marker, ls=dashes, ms=5, lw=1.7, label=label, **_face(view))


def _note(n: int, lang: str) -> str:
    """Return what lines and bands are."""
    return say("figures.view.note", lang=lang, n=n)
