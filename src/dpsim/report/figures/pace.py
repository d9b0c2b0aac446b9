"""Weekly pace: what is needed from now, what was achieved, what the runs do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dpsim.language import say
from dpsim.report.figures import style
from dpsim.report.figures.frames import Table, checked
from dpsim.report.figures.words import of_strategy, user_label
from dpsim.report.show import show_rounded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS = {"needed": (style.RED, "D", "////"), "so_far": (style.BLUE, "o", ""), "projected": (style.GREEN, "s", "....")}
"""Colour, marker and hatch of each kind of row, in the order drawn."""


def plot_pace(pace: pd.DataFrame, *, lang: str, name: str = "") -> Figure:
    """Draw one bar per row of `pace`, grouped by stage, the needed pace of a stage as a line through its rows.

    Parameters
    ----------
    pace : pandas.DataFrame
        Columns ``stage, label`` (str), ``kind`` (``"needed"``, ``"so_far"``, ``"projected"``), and
        ``low, value, high`` (enterprises per week; ``low, high`` NaN where there is no range, ``value`` NaN where
        none can be computed).
    lang : {"zh", "en"}
    name : str
        Strategy of the runs, named in the title; nothing is named when empty.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        The frame is empty, lacks columns or has an unknown kind.
    """
    table = checked(pace, ("stage", "label", "kind", "low", "value", "high"), figure="pace", name="pace")
    kinds, stages, labels = table.one_of("kind", KINDS), table.texts("stage"), table.texts("label")
    known = list(dict.fromkeys(stages))
    order = sorted(range(len(table)), key=lambda row: (known.index(stages[row]), list(KINDS).index(kinds[row])))
    with style.figure_style(lang):
        height = min(12.0, max(3.2, 1.7 + 0.42 * len(table)))
        figure = style.new_figure(say("figures.pace.title", lang=lang) + of_strategy(name, lang), height=height)
        axes = figure.subplots()
        places = _places([stages[row] for row in order])
        for place, row in zip(places, order, strict=True):
            values = [float(table.numbers(name, missing=True)[row]) for name in _VALUES]
            _draw_row(axes, place, kinds[row], values, lang)
        names = [say("figures.pace.row", lang=lang, stage=stages[row], label=labels[row]) for row in order]
        axes.set_yticks(places, [user_label(name, 36) for name in names])
        axes.set_ylim(places[-1] + 0.6, -0.6)
        _draw_scale(axes, table, lang)
        _draw_needed(axes, [(stages[row], kinds[row], place) for place, row in zip(places, order, strict=True)], table)
        used = [kind for kind in KINDS if kind in kinds]
        style.legend_below(figure, [_handle(kind, lang) for kind in used], columns=3 if lang == "zh" else 2)
        return style.finish(figure)


_VALUES = ("low", "value", "high")


def _places(stages: list[str]) -> list[float]:
    """Return the height of each row, with a gap between stages."""
    places, place = [], 0.0
    for index, stage in enumerate(stages):
        place += 0.0 if index == 0 else (1.0 if stage == stages[index - 1] else 1.45)
        places.append(place)
    return places


def _draw_row(axes: Axes, place: float, kind: str, values: list[float], lang: str) -> None:
    """Draw a bar up to the value and its range; the figures in words stand beyond the right edge, free of lines."""
    low, value, high = values
    colour, marker, hatch = KINDS[kind]
    if not np.isfinite(value):
        words = say("figures.pace.unknown", lang=lang)
        axes.annotate(words, (0, place), xytext=(7, 0), textcoords="offset points", va="center", color=style.GREY)
        return
    axes.barh(place, value, height=0.62, color=_pale(colour), edgecolor=colour, hatch=hatch, lw=0.8)
    ranged = bool(np.isfinite(low) and np.isfinite(high))
    if ranged:
        axes.plot([low, high], [place, place], color=colour, lw=2.4, solid_capstyle="butt")
    axes.plot([value], [place], color=colour, marker=marker, ms=6.5, mec="white", mew=0.8)
    message = "figures.pace.range" if ranged else "figures.pace.value"
    words = say(message, lang=lang, **{end: show_rounded(each, 1) for end, each in zip(_VALUES, values, strict=True)})
    axes.text(1.012, place, words, fontsize=8.5, va="center", transform=axes.get_yaxis_transform())


def _draw_scale(axes: Axes, table: Table, lang: str) -> None:
    """Set the axis."""
    values = np.concatenate([table.numbers(name, missing=True) for name in _VALUES])
    top = float(np.nanmax(values)) if np.isfinite(values).any() else 1.0
    axes.set_xlim(0, max(1.0, 1.05 * top))
    axes.set_xlabel(say("figures.pace.x", lang=lang))
    style.grid(axes, "x")


def _draw_needed(axes: Axes, rows: list[tuple[str, str, float]], table: Table) -> None:
    """Draw the needed pace of each stage as a line through the rows of that stage."""
    values, kinds = table.numbers("value", missing=True), np.array(table.texts("kind"))
    for stage in dict.fromkeys(table.texts("stage")):
        places = [place for name, _, place in rows if name == stage]
        for value in values[(np.array(table.texts("stage")) == stage) & (kinds == "needed")].tolist():
            if np.isfinite(value):
                ends = [min(places) - 0.45, max(places) + 0.45]
                axes.plot([value, value], ends, color=style.RED, lw=1.0, ls=(0, (5, 2)), zorder=1)


def _handle(kind: str, lang: str) -> Any:
    """Return the legend entry of a kind."""
    from matplotlib.patches import Patch

    colour, _, hatch = KINDS[kind]
    return Patch(facecolor=_pale(colour), edgecolor=colour, hatch=hatch, label=say(f"figures.pace.{kind}", lang=lang))


def _pale(colour: str) -> tuple[float, float, float]:
    """Mix a colour with white."""
    from matplotlib.colors import to_rgb

    red, green, blue = (0.25 * part + 0.75 for part in to_rgb(colour))
    return red, green, blue
