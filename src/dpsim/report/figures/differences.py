"""Paired differences of strategies from a reference: one small panel per measure, one row per strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dpsim.language import say
from dpsim.report.figures import style
from dpsim.report.figures.frames import checked
from dpsim.report.figures.words import literal, user_label, wrapped

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NEEDED = ("measure", "strategy", "mean", "low", "high", "adjusted_low", "adjusted_high", "n")


def plot_differences(
    differences: pd.DataFrame, *, lang: str, reference: str, across: int = 2, letters: int = 20
) -> Figure:
    """Draw means and intervals; what contains 0 is hollow and grey.

    Parameters
    ----------
    differences : pandas.DataFrame
        Columns ``measure`` and ``strategy`` (as printed), ``mean``, ``low``, ``high``, ``adjusted_low``,
        ``adjusted_high``, ``n``; every measure holds the strategies in the same order.
    lang : {"zh", "en"}
    reference : str
        Name of the reference, for the title.
    across, letters : int
        Panels side by side; how long the name of a strategy may be before it is cut.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        The frame is empty or lacks columns.
    """
    table = checked(differences, _NEEDED, figure="differences", name="differences")
    measures, names = np.array(table.texts("measure")), np.array(table.texts("strategy"))
    kinds, rows = list(dict.fromkeys(measures.tolist())), list(dict.fromkeys(names.tolist()))
    down = -(-len(kinds) // across)
    with style.figure_style(lang):
        title = say("compare.figure_title", lang=lang, reference=literal(reference), n=int(table.numbers("n").max()))
        figure = style.new_figure(title, height=1.1 + down * (0.62 + 0.24 * len(rows)),
                                  width=style.WIDTH * across / 2)  # fmt: skip
        grid: Any = figure.subplots(down, across, squeeze=False)
        handles: list[Any] = []
        for index, panel in enumerate(grid.flat):
            if index >= len(kinds):
                panel.remove()
                continue
            part = table.where(measures == kinds[index])
            handles = _draw_panel(panel, part, lang) or handles
            panel.set_title(literal(wrapped(kinds[index], 46, lines=2)))
            first = index % across == 0
            panel.set_yticks(range(len(rows)), [user_label(name, letters, lines=1) if first else "" for name in rows])
            panel.set_ylim(len(rows) - 0.5, -0.5)
        style.legend_below(figure, handles, columns=4)
        return style.finish(figure)


def _draw_panel(axes: Axes, part: Any, lang: str) -> list[Any]:
    """Draw one measure and return the legend entries."""
    style.grid(axes, "x")
    axes.axvline(0.0, color=style.INK, lw=0.9)
    axes.margins(x=0.08)
    axes.locator_params(axis="x", nbins=5, prune="both")
    mean, low, high, wide_low, wide_high = (
        part.numbers(name) for name in ("mean", "low", "high", "adjusted_low", "adjusted_high")
    )
    untold = (wide_low <= 0.0) & (wide_high >= 0.0)
    adjusted = bool(((wide_low != low) | (wide_high != high)).any())  # of one strategy nothing is
    handles: list[Any] = []
    for row in range(len(mean)):
        colour = style.GREY if untold[row] else style.BLUE
        thin = axes.plot([wide_low[row], wide_high[row]], [row, row], color=colour, lw=1.0, solid_capstyle="butt",
                         label=say("compare.figure_adjusted", lang=lang))  # fmt: skip
        thick = axes.plot([low[row], high[row]], [row, row], color=colour, lw=3.0, solid_capstyle="butt",
                          label=say("compare.figure_interval", lang=lang))  # fmt: skip
        axes.plot([mean[row]], [row], marker="o", ms=5.5, color=colour, mfc="white" if untold[row] else colour)
        handles = [*thick, *thin] if adjusted else thick
    told = axes.plot([], [], ls="", marker="o", ms=5.5, color=style.BLUE, label=say("compare.figure_mean", lang=lang))
    hollow = axes.plot([], [], ls="", marker="o", ms=5.5, color=style.GREY, mfc="white",
                       label=say("compare.figure_untold", lang=lang))  # fmt: skip
    return [*told, *hollow, *handles]
