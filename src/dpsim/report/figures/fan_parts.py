"""The parts of a fan chart: bands, past, target and scale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from dpsim.language import say
from dpsim.report.figures import style
from dpsim.report.figures.axes import date_axis, day_number
from dpsim.report.figures.frames import Table, checked
from dpsim.report.figures.words import one_line, user_label, wrapped
from dpsim.report.show import show_rounded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EDGES = {95: ("q025", "q975"), 80: ("q10", "q90"), 50: ("q25", "q75")}
"""Columns at the edges of each band, by its share of runs in percent."""
MEDIAN = "#08306b"
FAR = 4.0
"""How many times the highest count the list may be and still be drawn: beyond, nothing else could be read."""
_FLAG = [(0.0, 0.0), (0.0, 2.0), (1.6, 1.5), (0.0, 1.0), (0.0, 0.0)]


@dataclass(frozen=True)
class Goal:
    """A target: how many enterprises of the list by which day; `required` is NaN where nothing is required.

    `height` is what the picture has to hold: the list, or the highest count where the list is too far above (`FAR`).
    """

    deadline: date
    required: float
    total: float
    height: float

    @property
    def asked(self) -> bool:
        """Whether a count is required."""
        return bool(np.isfinite(self.required))

    @property
    def list_drawn(self) -> bool:
        """Whether the total of the list is within the picture."""
        return self.height >= self.total

    def over(self, *counts: Iterable[float]) -> Goal:
        """Return the target in a picture of these counts."""
        highest = max(1.0, self.required if self.asked else 1.0, *(max(one) for one in counts))
        return replace(self, height=highest if self.total > FAR * highest else max(self.total, highest))


def read_goal(target: Mapping[str, Any]) -> Goal:
    """Check the mapping that describes a target."""
    import pandas as pd

    names = ("deadline", "required", "total")
    table = checked(pd.DataFrame([dict(target)]), names, figure="fan_chart", name="target")
    total = float(table.numbers("total")[0])
    return Goal(table.days("deadline")[0], float(table.numbers("required", missing=True)[0]), total, total)


def series(table: Table, column: str, past: Table) -> tuple[list[float], list[float]]:
    """Return a projected line (day numbers, enterprises) that begins at the last reported count."""
    days, values = [day_number(day) for day in table.days()], table.numbers(column).tolist()
    start = day_number(past.days()[-1])
    if days[0] > start:
        return [start, *days], [float(past.numbers("done")[-1]), *values]
    return days, values


def draw_fan(axes: Axes, fan: Table, past: Table, lang: str) -> list[Any]:
    """Draw the three bands, palest first, and the median."""
    handles: list[Any] = []
    for share, (low, high) in EDGES.items():
        days, lower = series(fan, low, past)
        upper = series(fan, high, past)[1]
        name = say("figures.fan.band", lang=lang, share=share)
        handles.append(axes.fill_between(days, lower, upper, color=style.BANDS[share], lw=0, label=name))
    name = say("figures.fan.median", lang=lang)
    handles += axes.plot(*series(fan, "q50", past), color=MEDIAN, lw=2.0, label=name)
    return handles


def draw_second(axes: Axes, other: Table | None, past: Table) -> list[Any]:
    """Draw the median of the comparison strategy, dashed."""
    if other is None:
        return []
    name = user_label(other.texts("label")[0], 34, lines=2)
    name = f" {name}" if name.startswith("_") else name  # matplotlib leaves out what begins with "_"
    return list(axes.plot(*series(other, "q50", past), color=style.PURPLE, lw=2.0, ls=(0, (4, 2)), label=name))


def draw_past(axes: Axes, past: Table, lang: str, message: str) -> list[Any]:
    """Draw the reported counts, the last one large, and the line of the as-of date."""
    days, done = [day_number(day) for day in past.days()], past.numbers("done")
    axes.axvline(days[-1], color=style.GREY, lw=1.0, ls=":")
    name = say(message, lang=lang)
    line = axes.plot(days, done, color=style.INK, lw=1.4, marker="o", ms=3.5, label=name)
    axes.plot(days[-1:], done[-1:], color=style.INK, marker="o", ms=9, mec="white", mew=1.2, zorder=5)
    return list(line)


def draw_goal(axes: Axes, goal: Goal, lang: str) -> list[Any]:
    """Draw the required count up to a flag at the deadline, and the total of the list."""
    from matplotlib.path import Path

    deadline, ahead = day_number(goal.deadline), 36600.0
    handles: list[Any] = []
    top = goal.required if goal.asked else goal.height
    axes.plot([deadline] * 2, [0, top], color=style.RED, lw=0.9, ls=":")
    if goal.asked:
        name = say("figures.fan.target_line", lang=lang)
        level = [goal.required] * 2
        handles += axes.plot([deadline - ahead, deadline], level, color=style.RED, lw=1.5, ls=(0, (6, 2)), label=name)
        flag = Path(_FLAG)
        axes.plot([deadline], [goal.required], ls="", marker=flag, ms=20, color=style.RED, zorder=6, clip_on=False)
    if goal.list_drawn and goal.total != goal.required:
        name = say("figures.fan.total_line", lang=lang)
        handles.append(axes.axhline(goal.total, color=style.GREY, lw=0.8, label=name))
    return handles


def set_scale(axes: Axes, fan: Table, past: Table, goal: Goal, lang: str) -> float:
    """Set both axes, name the as-of date and the deadline, and return where the counts begin.

    They begin at zero, unless all of them are high: then the bands get the room, and the axis says so.
    """
    done, lows = past.numbers("done"), fan.numbers("q025")
    required = goal.required if goal.asked else goal.height
    top = goal.height
    lowest = min(float(lows.min()), float(done.min()), required)
    bottom = 0.0 if lowest < 0.4 * top or not goal.list_drawn else np.floor(8.0 * lowest / top) / 10.0 * top
    bottom = float(np.floor(bottom / 100.0) * 100.0) if top >= 500 else 0.0
    axes.set_ylim(bottom, top + 0.13 * (top - bottom))
    as_of = past.days()[-1]
    last = max(goal.deadline, as_of, *fan.days())
    first = min(past.days()[0], as_of - timedelta(days=max(3, round(0.12 * (last - as_of).days))))
    pad = timedelta(days=max(1, round(0.02 * (last - first).days)))
    last_word = "deadline" if goal.asked else "horizon"
    words = (say(f"figures.fan.{name}", lang=lang) for name in ("as_of", last_word))
    named = sorted(zip((as_of, goal.deadline), words, strict=True), key=lambda item: item[0])
    date_axis(axes, first - pad, last + pad, lang=lang, named=named)
    style.grid(axes, "y")
    return bottom


def right_labels(
    fan: Table, other: Table | None, goal: Goal, lang: str, median: str = "label_median"
) -> list[tuple[float, str, str]]:
    """Return the counts at the deadline to write beside the right edge, with colours; `median` names its message."""
    whole = goal.total == goal.required
    entries: list[tuple[str, float, str]] = []
    if goal.asked:
        entries.append(("label_target_total" if whole else "label_target", goal.required, style.RED))
    if goal.list_drawn and not whole:
        entries.append(("label_total", goal.total, style.GREY))
    entries.append((median, _at(fan, goal.deadline), MEDIAN))
    labels = [
        (value, say(f"figures.fan.{name}", lang=lang, count=show_rounded(value)), colour)
        for name, value, colour in entries
    ]
    if other is not None:
        value, name = _at(other, goal.deadline), wrapped(one_line(other.texts("label")[0]), 12, lines=2)
        labels.append(
            (value, say("figures.fan.label_second", lang=lang, name=name, count=show_rounded(value)), style.PURPLE)
        )
    return labels


def _at(table: Table, deadline: date) -> float:
    """Return the median at the deadline, on the line that is drawn."""
    days = [day_number(day) for day in table.days()]
    return float(np.interp(day_number(deadline), days, table.numbers("q50")))
