"""The common look of all figures: font, colours and sizes.

The colours are those of Okabe and Ito, told apart by colour-blind readers; where two series meet they also differ
in lightness, marker or hatch, so that a photocopy stays readable.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dpsim.errors import InputError
from dpsim.language import LANGUAGES
from dpsim.report.figures.words import literal, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, GREY, PALE = "#222222", "#767676", "#d9d9d9"
BLUE, SKY, ORANGE, GREEN, RED, PURPLE = "#0072B2", "#56B4E9", "#E69F00", "#009E73", "#C44601", "#8B4B8B"
BANDS = {95: "#d6e6f4", 80: "#9ecae1", 50: "#5ba3cf"}
"""Fill of a prediction band by its share of runs in percent: the more runs outside, the paler."""
SERIES = ((BLUE, "o"), (RED, "s"), (GREEN, "D"), (PURPLE, "P"), (ORANGE, "X"), (INK, "p"), (SKY, "h"), (GREY, "*"))
"""Colour and marker of the first, second ... series; triangles mean a value beyond the display."""
WIDTH, HEIGHT = 8.0, 4.5
"""Usual size in inches."""


def look() -> dict[Any, Any]:
    """Return the rc settings of every figure: the report font and our sizes."""
    from dpsim.report.fonts import use_report_font

    return dict(use_report_font()) | {
        "font.size": 9.0,
        "figure.facecolor": "white",
        "axes.titlesize": 9.5,
        "axes.titlelocation": "left",
        "axes.labelsize": 9.0,
        "axes.edgecolor": GREY,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.unicode_minus": False,
        "grid.color": "#e8e8e8",
        "grid.linewidth": 0.7,
        "legend.fontsize": 8.5,
        "legend.frameon": False,
        "text.color": INK,
        "text.usetex": False,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
        "hatch.linewidth": 0.6,
        "svg.fonttype": "path",
        "svg.hashsalt": "dpsim",
    }


@contextmanager
def figure_style(lang: str) -> Iterator[None]:
    """Draw with the look of the report while the block runs; the settings outside stay as they were.

    Parameters
    ----------
    lang : {"zh", "en"}
        Language of the words in the figure.

    Raises
    ------
    InputError
        The language is not one of ours.
    """
    from matplotlib import rc_context

    if lang not in LANGUAGES:
        raise InputError(
            "error.figure_value", figure="*", table="lang", column="lang", given=lang, allowed=", ".join(LANGUAGES)
        )
    with rc_context(look()):
        yield


def new_figure(title: str, *, height: float = HEIGHT, width: float = WIDTH) -> Figure:
    """Return an empty figure (inches) with its title at the left; layout leaves room for all text."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle(literal(wrapped(title, 80)), x=0.012, ha="left", fontsize=12.5)
    return figure


def finish(figure: Figure) -> Figure:
    """Fix layout and ticks while our settings hold, so that a later drawing elsewhere looks the same."""
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        if "\n" in text.get_text():  # one line with another spacing would leave its place
            text.set_linespacing(1.4)
    figure.draw_without_rendering()
    return figure


def grid(axes: Axes, direction: str) -> None:
    """Draw thin lines across (``"x"``, ``"y"``) and drop the tick marks."""
    axes.grid(visible=True, axis="both" if direction == "both" else ("x" if direction == "x" else "y"))
    axes.tick_params(length=0)


def legend_below(figure: Figure, handles: list[Any], *, columns: int, title: str | None = None) -> None:
    """Put one legend under all panels."""
    legend = figure.legend(handles=handles, loc="outside lower center", ncols=columns, title=title)
    if title is not None:
        legend.get_title().set_fontsize(8.5)
        legend.get_title().set_color(GREY)
