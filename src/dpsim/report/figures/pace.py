"""Weekly pace: what is needed from now, what was achieved, what the runs do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dpsim.language import say
from dpsim.report.figures import style
from dpsim.report.figures.frames import Table, checked
from dpsim.report.figures.words import user_label

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS = {"needed": (style.RED, "D", "////"), "so_far": (style.BLUE, "o", ""), "projected": (style.GREEN, "s", "....")}
"""Colour, marker and hatch of each kind of row, in the order drawn."""


def plot_pace(pace: pd.DataFrame, *, lang: str) -> Figure:
    """Draw one bar per row of `pace`, grouped by kind, with the needed pace as a line through all.

    Parameters
    ----------
    pace : pandas.DataFrame
        Columns ``label`` (str), ``kind`` (``"needed"``, ``"so_far"``, ``"projected"``), and ``low, value, high``
        (enterprises per week; ``low, high`` NaN where there is no range, ``value`` NaN where none can be computed).
    lang : {"zh", "en"}

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        The frame is empty, lacks columns or has an unknown kind.
    """
    table = checked(pace, ("label", "kind", "low", "value", "high"), figure="pace", name="pace")
    kinds = table.one_of("kind", KINDS)
    order = sorted(range(len(table)), key=lambda row: list(KINDS).index(kinds[row]))
    with style.figure_style(lang):
        height = min(12.0, max(3.2, 1.7 + 0.42 * len(table)))
        figure = style.new_figure(say("figures.pace.title", lang=lang), height=height)
        axes = figure.subplots()
        places = _places([kinds[row] for row in order])
        for place, row in zip(places, order, strict=True):
            _draw_row(
                axes, place, kinds[row], [float(table.numbers(name, missing=True)[row]) for name in _VALUES], lang
            )
        labels = table.texts("label")
        axes.set_yticks(places, [user_label(labels[row], 36) for row in order])
        axes.invert_yaxis()
        _draw_scale(axes, table, kinds, lang)
        used = [kind for kind in KINDS if kind in kinds]
        style.legend_below(figure, [_handle(kind, lang) for kind in used], columns=3 if lang == "zh" else 2)
        return style.finish(figure)


_VALUES = ("low", "value", "high")


def _places(kinds: list[str]) -> list[float]:
    """Return the height of each row, with a gap between kinds."""
    places, place = [], 0.0
    for index, kind in enumerate(kinds):
        place += 0.0 if index == 0 else (1.0 if kind == kinds[index - 1] else 1.45)
        places.append(place)
    return places


def _draw_row(axes: Axes, place: float, kind: str, values: list[float], lang: str) -> None:
    """Draw a bar up to the value, its range and the figures in words."""
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
    axes.annotate(
        say(message, lang=lang, low=low, value=value, high=high), (max(value, high) if ranged else value, place),
        xytext=(7, 0), textcoords="offset points", va="center", fontsize=8.5, zorder=4,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )  # fmt: skip


def _draw_scale(axes: Axes, table: Table, kinds: list[str], lang: str) -> None:
    """Set the axis with room for the words at the bar ends, and draw the needed pace through all rows."""
    values = np.concatenate([table.numbers(name, missing=True) for name in _VALUES])
    top = float(np.nanmax(values)) if np.isfinite(values).any() else 1.0
    axes.set_xlim(0, max(1.0, 1.28 * top))
    needed = [
        value for value, kind in zip(table.numbers("value", missing=True), kinds, strict=True) if kind == "needed"
    ]
    for value in needed:
        if np.isfinite(value):
            axes.axvline(float(value), color=style.RED, lw=1.0, ls=(0, (5, 2)), zorder=1)
    axes.set_xlabel(say("figures.pace.x", lang=lang))
    style.grid(axes, "x")


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
