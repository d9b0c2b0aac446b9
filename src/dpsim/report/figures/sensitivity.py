"""The tornado: how far each assumption, moved alone, moves the shortfall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dpsim.language import say
from dpsim.report.figures import style
from dpsim.report.figures.frames import Numbers, checked
from dpsim.report.figures.words import columns_of, literal, one_line, user_label, wrapped
from dpsim.report.show import show_rounded

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIDES = {"low": (style.SKY, "", -0.2), "high": (style.ORANGE, "////", 0.2)}
"""Fill, hatch and place within the row of the lower and the higher setting."""
_LETTER, _AXES_POINTS = 4.4, 400.0
"""Points a half-width letter takes at most, and the axes at least."""


def plot_sensitivity(rows: pd.DataFrame, *, lang: str) -> Figure:
    """Draw two bars per assumption from the base to the shortfall at its lower and its higher setting.

    Parameters
    ----------
    rows : pandas.DataFrame
        Columns ``label, low_label, high_label`` (the assumption and its two settings, str) and
        ``low, base, high`` (median shortfall in enterprises at the low setting, the base, the high setting).
    lang : {"zh", "en"}

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        The frame is empty or lacks columns.
    """
    columns = ("label", "low_label", "high_label", "low", "base", "high")
    table = checked(rows, columns, figure="sensitivity", name="rows")
    values = {name: table.numbers(name) for name in ("low", "base", "high")}
    reach = np.maximum(abs(values["low"] - values["base"]), abs(values["high"] - values["base"]))
    order = np.argsort(-reach, kind="stable").tolist()
    with style.figure_style(lang):
        height = min(14.0, max(3.0, 1.6 + 0.56 * len(table)))
        figure = style.new_figure(say("figures.sensitivity.title", lang=lang), height=height)
        axes = figure.subplots()
        ends = {
            side: [
                _end(name, value, lang) for name, value in zip(table.texts(f"{side}_label"), values[side], strict=True)
            ]
            for side in _SIDES
        }
        limits = _limits(values, ends)
        for side in _SIDES:
            for place, row in enumerate(order):
                _draw_bar(axes, place, side, float(values["base"][row]), float(values[side][row]), ends[side][row])
        labels = table.texts("label")
        axes.set_yticks(range(len(order)), [user_label(labels[row], 32) for row in order])
        axes.set_ylim(len(order) - 0.4, -0.6)
        axes.set_xlim(*limits)
        axes.set_xlabel(say("figures.sensitivity.x", lang=lang))
        axes.locator_params(axis="x", integer=True)
        axes.set_xticks([tick for tick in axes.get_xticks() if tick >= 0 and limits[0] <= tick <= limits[1]])
        style.grid(axes, "x")
        _draw_base(axes, values["base"][order], lang)
        style.legend_below(figure, [_handle(side, lang) for side in _SIDES], columns=2)
        return style.finish(figure)


def _end(setting: str, value: float, lang: str) -> str:
    """Return the words at the end of a bar."""
    short = wrapped(one_line(setting), 26, lines=1)
    return literal(say("figures.sensitivity.end", lang=lang, setting=short, count=show_rounded(value)))


def _limits(values: dict[str, Numbers], ends: dict[str, list[str]]) -> tuple[float, float]:
    """Return the ends of the axis, with room for the words at the end of each bar."""
    both = np.concatenate(list(values.values()))
    first, last = float(both.min()), max(float(both.max()), float(both.min()) + 4.0)
    bars = [
        (float(value), float(value) >= float(base), min(0.4, (_LETTER * columns_of(text) + 8.0) / _AXES_POINTS))
        for side, texts in ends.items()
        for value, base, text in zip(values[side], values["base"], texts, strict=True)
    ]
    low, high = first, last
    for _ in range(30):  # words take a share of the axis, which grows with the room they get
        span = high - low
        low = min([first - 0.02 * span, *(value - share * span for value, right, share in bars if not right)])
        high = max([last + 0.02 * span, *(value + share * span for value, right, share in bars if right)])
    return low, high


def _draw_bar(axes: Axes, place: int, side: str, base: float, value: float, text: str) -> None:
    """Draw half a row from the base to the value, with words at its end."""
    colour, hatch, shift = _SIDES[side]
    axes.barh(
        place + shift, value - base, left=base, height=0.36, color=colour, hatch=hatch, edgecolor=style.INK, lw=0.6
    )
    right = value >= base
    axes.annotate(
        text, (value, place + shift), xytext=(5 if right else -5, 0), textcoords="offset points",
        ha="left" if right else "right", va="center", fontsize=8,
    )  # fmt: skip


def _draw_base(axes: Axes, bases: Numbers, lang: str) -> None:
    """Draw the base: one line when all rows share it, else one mark per row."""
    if float(np.ptp(bases)) < 0.5:
        axes.axvline(float(bases[0]), color=style.INK, lw=1.3)
        text = say("figures.sensitivity.base", lang=lang, count=show_rounded(float(bases[0])))
        axes.set_title(text, x=_share(axes, float(bases[0])), loc="center", fontsize=8.5)
        return
    for place, base in enumerate(bases):
        axes.plot([base, base], [place - 0.42, place + 0.42], color=style.INK, lw=1.6)


def _share(axes: Axes, value: float) -> float:
    """Return where a value lies between the ends of the x axis, 0..1."""
    low, high = axes.get_xlim()
    return (value - low) / (high - low)


def _handle(side: str, lang: str) -> Any:
    """Return the legend entry of the lower or higher setting."""
    from matplotlib.patches import Patch

    colour, hatch, _ = _SIDES[side]
    label = say(f"figures.sensitivity.{side}", lang=lang)
    return Patch(facecolor=colour, hatch=hatch, edgecolor=style.INK, label=label)
