"""Where the staff-days of the counties go under each strategy, and how many this work may take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dpsim.core.words import DUTIES
from dpsim.language import say
from dpsim.report.figures import style
from dpsim.report.figures.frames import checked
from dpsim.report.figures.words import user_label
from dpsim.report.show import show_rounded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_FILLS = {
    "reporting": (style.PALE, ""),
    "meetings": (style.SKY, "...."),
    "advising": (style.ORANGE, "\\\\\\\\"),
    "inspecting": (style.BLUE, "////"),
}


def plot_duties(rows: pd.DataFrame, *, lang: str, n: int) -> Figure:
    """Draw one bar per strategy, made up of its duties, and the days in the pool as a line.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``label`` (str), ``duty`` (`DUTIES`), ``days`` (median staff-days over the runs) and ``pool``
        (staff-days; the same in all rows).
    lang : {"zh", "en"}
    n : int
        Runs of each strategy.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        The frame is empty, lacks columns or has an unknown duty.
    """
    table = checked(rows, ("label", "duty", "days", "pool"), figure="duties", name="rows")
    duties, labels, days = table.one_of("duty", DUTIES), table.texts("label"), table.numbers("days")
    pool, known = float(table.numbers("pool")[0]), list(dict.fromkeys(table.texts("label")))
    with style.figure_style(lang):
        figure = style.new_figure(say("figures.duties.title", lang=lang), height=2.3 + 0.45 * len(known))
        axes = figure.subplots()
        left = np.zeros(len(known))
        for duty in DUTIES:
            colour, hatch = _FILLS[duty]
            width = np.zeros(len(known))
            for row in np.flatnonzero(np.array(duties) == duty):
                width[known.index(labels[row])] = days[row]
            word = say(f"figures.duty.{duty}", lang=lang)
            axes.barh(
                range(len(known)), width, left=left, height=0.6, color=colour, hatch=hatch, edgecolor=style.INK, lw=0.6,
                label=word,
            )  # fmt: skip
            left = left + width
        for place, total in enumerate(left):
            words = say("figures.duties.total", lang=lang, days=show_rounded(float(total)))
            axes.text(1.012, place, words, fontsize=8.5, va="center", transform=axes.get_yaxis_transform())
        line = say("figures.duties.pool", lang=lang, days=show_rounded(pool))
        axes.axvline(pool, color=style.RED, lw=1.6, ls=(0, (5, 2)), label=line)
        axes.set_yticks(range(len(known)), [user_label(label, 24) for label in known])
        axes.set_ylim(len(known) - 0.4, -0.6)
        axes.set_xlim(0, 1.05 * max(pool, float(left.max()), 1.0))
        axes.set_xlabel(say("figures.duties.x", lang=lang, n=n))
        style.grid(axes, "x")
        style.legend_below(figure, axes.get_legend_handles_labels()[0], columns=5 if lang == "zh" else 3)
        return style.finish(figure)
