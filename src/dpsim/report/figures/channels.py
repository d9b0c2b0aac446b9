"""How many hazards each channel found, as reported, one panel per class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dpsim.core.words import CLASSES, DISCOVERY
from dpsim.language import say
from dpsim.report.figures import style
from dpsim.report.figures.frames import Table, checked
from dpsim.report.figures.words import of_strategy
from dpsim.report.show import show_rounded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FILLS = {"general": (style.SKY, ""), "major": (style.ORANGE, "////")}


def plot_channels(rows: pd.DataFrame, *, lang: str, n: int, name: str = "") -> Figure:
    """Draw a bar up to the median per channel and class, with the middle 90% of the runs as a line.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``channel`` and ``klass`` (`DISCOVERY`, `CLASSES`), and ``q05, q50, q95`` (hazards found).
    lang : {"zh", "en"}
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
        The frame is empty, lacks columns or has an unknown channel or class.
    """
    table = checked(rows, ("channel", "klass", "q05", "q50", "q95"), figure="channels", name="rows")
    channels, classes = table.one_of("channel", DISCOVERY), table.one_of("klass", CLASSES)
    known = list(dict.fromkeys(channels))
    panels = list(dict.fromkeys(classes))
    with style.figure_style(lang):
        title = say("figures.channels.title", lang=lang) + of_strategy(name, lang)
        figure = style.new_figure(title, height=1.7 + 0.36 * len(known))
        grid: Any = figure.subplots(1, len(panels), sharey=True, squeeze=False)
        for axes, klass in zip(grid[0], panels, strict=True):
            _draw_panel(axes, table.where(np.array(classes) == klass), known, klass, lang)
        grid[0, 0].set_yticks(range(len(known)), [say(f"figures.channel.{each}", lang=lang) for each in known])
        grid[0, 0].set_ylim(len(known) - 0.5, -0.5)
        figure.supxlabel(say("figures.channels.note", lang=lang, n=n), fontsize=8.5, color=style.GREY)
        return style.finish(figure)


def _draw_panel(axes: Axes, table: Table, known: list[str], klass: str, lang: str) -> None:
    """Draw the bars of one class, their numbers beyond the right edge."""
    style.grid(axes, "x")
    colour, hatch = _FILLS[klass]
    low, middle, high = (table.numbers(quantile) for quantile in ("q05", "q50", "q95"))
    for channel, first, value, last in zip(table.texts("channel"), low, middle, high, strict=True):
        place = known.index(channel)
        axes.barh(place, value, height=0.6, color=colour, hatch=hatch, edgecolor=style.INK, lw=0.6)
        axes.plot([first, last], [place, place], color=style.INK, lw=2.2, solid_capstyle="butt")
        ends = {"low": show_rounded(first), "value": show_rounded(value), "high": show_rounded(last)}
        message = "figures.pace.value" if ends["low"] == ends["high"] else "figures.pace.range"
        axes.text(
            1.02, place, say(message, lang=lang, **ends), fontsize=8, va="center",
            transform=axes.get_yaxis_transform(),
        )  # fmt: skip
    axes.set_xlim(0, max(1.0, 1.05 * float(high.max())))
    axes.locator_params(axis="x", nbins=4, integer=True)
    axes.set_title(say(f"figures.class.{klass}", lang=lang))
