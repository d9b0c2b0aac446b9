"""How the answer moves with what nobody can know yet: start date, regime of progress, chance of a rush.

Probabilities outside 3%..97% are not told apart (a forecast that said 3% has come true more often than that), so
those cells carry a hollow triangle in a marked strip, and each panel says how many they are.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from dpsim.language import say
from dpsim.measure.probability import DISPLAY_HIGH, DISPLAY_LOW
from dpsim.report.figures import style
from dpsim.report.figures.frames import Numbers, Table, checked
from dpsim.report.figures.words import date_text, wrapped
from dpsim.report.show import show_percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

REGIMES = ("settle", "spread", "close")
_COLUMNS = (
    "start", "regime", "rush", "probability", "low", "high", "n", "shortfall_q25", "shortfall_median", "shortfall_q75",
)  # fmt: skip


def plot_scenario_cells(cells: pd.DataFrame, *, lang: str) -> Figure:
    """Draw probability (top) and shortfall (bottom) of every scenario, one column of panels per regime.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row per scenario: ``start`` (date), ``regime`` (``"settle"``, ``"spread"``, ``"close"``), ``rush``
        (chance of a rush, 0..1), ``probability, low, high`` (0..1, of meeting the target, with its interval),
        ``n`` (runs), ``shortfall_q25, shortfall_median, shortfall_q75`` (enterprises).
    lang : {"zh", "en"}

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        The frame is empty, lacks columns or has an unknown regime.
    """
    table = checked(cells, _COLUMNS, figure="scenario_cells", name="cells")
    regimes = np.array(table.one_of("regime", REGIMES))
    starts, rushes = sorted(set(table.days("start"))), sorted(set(table.numbers("rush").tolist()))
    used = [regime for regime in REGIMES if regime in regimes]
    with style.figure_style(lang):
        figure = style.new_figure(say("figures.cells.title", lang=lang, cells=len(table)), height=5.2)
        grid: Any = figure.subplots(2, len(used), sharex=True, sharey="row", squeeze=False)
        for column, regime in enumerate(used):
            part = table.where(regimes == regime)
            _draw_probability(grid[0, column], part, starts, rushes)
            _draw_shortfall(grid[1, column], part, starts, rushes)
            grid[0, column].set_title(_heading(part, regime, lang, 96 // len(used)))
        _label_axes(grid, table, rushes, lang)
        handles = [_handle(index, day, lang) for index, day in enumerate(starts)]
        style.legend_below(figure, handles, columns=6, title=_note(table.numbers("n"), lang))
        return style.finish(figure)


def _heading(part: Table, regime: str, lang: str, width: int) -> str:
    """Return regime and how many of its cells are close to impossible."""
    few = int((part.numbers("probability") < DISPLAY_LOW).sum())
    count = say("figures.cells.few", lang=lang, total=len(part), few=few)
    return f"{wrapped(say(f'figures.cells.{regime}', lang=lang), width)}\n{wrapped(count, width)}"


def _places(part: Table, starts: list[date], rushes: list[float]) -> tuple[Numbers, list[int]]:
    """Return the place of each cell on the axis of rushes, side by side by start, and the index of its start."""
    which = [starts.index(day) for day in part.days("start")]
    step = 0.62 / max(1, len(starts))
    shift = step * (np.array(which, dtype=float) - (len(starts) - 1) / 2)
    return np.array([rushes.index(value) for value in part.numbers("rush").tolist()], dtype=float) + shift, which


def _draw_probability(axes: Axes, part: Table, starts: list[date], rushes: list[float]) -> None:
    """Draw P(met) with its interval; cells beyond the display limits as hollow triangles in the strips."""
    for bottom, top in ((-0.06, DISPLAY_LOW), (DISPLAY_HIGH, 1.06)):
        axes.axhspan(bottom, top, color="#eeeeee", lw=0, zorder=0)
    places, which = _places(part, starts, rushes)
    values, lows, highs = (part.numbers(name) for name in ("probability", "low", "high"))
    for place, index, value, low, high in zip(places, which, values, lows, highs, strict=True):
        colour, marker = style.SERIES[index % len(style.SERIES)]
        ends = np.clip([low, high], DISPLAY_LOW, DISPLAY_HIGH)
        if ends[0] < ends[1]:
            axes.plot([place, place], ends, color=colour, lw=1.6, solid_capstyle="butt")
        if DISPLAY_LOW <= value <= DISPLAY_HIGH:
            axes.plot([place], [value], color=colour, marker=marker, ms=6, mec="white", mew=0.7)
        else:
            below = value < DISPLAY_LOW
            axes.plot([place], [-0.015 if below else 1.015], color=colour, marker="v" if below else "^", ms=6.5,
                      mfc="white", mew=1.4)  # fmt: skip


def _draw_shortfall(axes: Axes, part: Table, starts: list[date], rushes: list[float]) -> None:
    """Draw the median shortfall and the middle half of the runs."""
    places, which = _places(part, starts, rushes)
    lows, values, highs = (part.numbers(f"shortfall_{name}") for name in ("q25", "median", "q75"))
    for place, index, low, value, high in zip(places, which, lows, values, highs, strict=True):
        colour, marker = style.SERIES[index % len(style.SERIES)]
        axes.plot([place, place], [low, high], color=colour, lw=1.6, solid_capstyle="butt")
        axes.plot([place], [value], color=colour, marker=marker, ms=6, mec="white", mew=0.7)


def _label_axes(grid: Any, table: Table, rushes: list[float], lang: str) -> None:
    """Set scales and words of all panels."""
    below, above = (say(f"figures.cells.{name}", lang=lang) for name in ("below", "above"))
    grid[0, 0].set_yticks([-0.015, 0.25, 0.5, 0.75, 1.015], [below, "25%", "50%", "75%", above])
    grid[0, 0].set_ylim(-0.06, 1.06)
    grid[1, 0].set_ylim(0, 1.08 * max(1.0, float(table.numbers("shortfall_q75").max())))
    grid[0, 0].set_ylabel(say("figures.cells.probability", lang=lang))
    grid[1, 0].set_ylabel(say("figures.cells.shortfall", lang=lang))
    grid[1, 0].set_xticks(range(len(rushes)), [f"{show_percent(value)}%" for value in rushes])
    grid[1, 0].set_xlim(-0.5, len(rushes) - 0.5)
    grid[1, grid.shape[1] // 2].set_xlabel(say("figures.cells.rush", lang=lang))
    for axes in grid.flat:
        style.grid(axes, "y")


def _handle(index: int, day: date, lang: str) -> Any:
    """Return the legend entry of one start."""
    from matplotlib.lines import Line2D

    colour, marker = style.SERIES[index % len(style.SERIES)]
    label = say("figures.cells.start", lang=lang, date=date_text(day, lang, year=True))
    return Line2D([], [], color=colour, marker=marker, ms=6, mec="white", mew=0.7, lw=1.6, label=label)


def _note(runs: Numbers, lang: str) -> str:
    """Say how many runs stand behind each cell and what the marks mean."""
    low, high = int(runs.min()), int(runs.max())
    note = say("figures.cells.note_one" if low == high else "figures.cells.note_two", lang=lang, low=low, high=high)
    return wrapped(note, 116)
