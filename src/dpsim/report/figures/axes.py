"""Axes shared by several figures: dates, shares, and labels at the right edge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dpsim.language import say
from dpsim.report.figures.words import date_text, literal, years_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def day_number(day: date) -> float:
    """Return a day as matplotlib counts days."""
    return float((day - date(1970, 1, 1)).days)


def date_axis(
    axes: Axes, first: date, last: date, *, lang: str, named: Sequence[tuple[date, str]] = (), labels: int = 8
) -> None:
    """Label the days from `first` to `last`.

    Month beginnings (weeks, when the span is short) are labelled where there is room; the `named` days always
    are, with their names below. The year stands on the axis label, and on the ticks too when there are several.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Its x values are day numbers.
    first, last : datetime.date
        Ends of the axis.
    lang : {"zh", "en"}
    named : sequence of (date, str)
        Days to label with a name, in the order of time.
    labels : int
        How many labels fit side by side.
    """
    last = max(last, first + timedelta(days=1))
    room = (last - first).days / labels
    names: dict[date, list[str]] = {}
    for day, name in named:
        names.setdefault(day, []).append(name)
    ticks = list(names)
    for day in _round_days(first, last, room):
        if all(abs((day - other).days) >= room for other in ticks):
            ticks.append(day)
    ticks.sort()
    if ticks[0].year != ticks[-1].year:
        for index, day in enumerate(ticks):
            if index == 0 or ticks[index - 1].year != day.year:
                names.setdefault(day, []).append(say("figures.year", lang=lang, year=day.year))
    near = [pair for pair in pairwise(sorted({day for day, _ in named})) if (pair[1] - pair[0]).days < room]
    _write_row(axes, {day: date_text(day, lang) for day in ticks}, near, minor=False)
    _write_row(axes, {day: "\n".join(lines) for day, lines in names.items()}, near, minor=True)
    axes.set_xlim(day_number(first), day_number(last))
    axes.set_xlabel(years_text(ticks[0], ticks[-1], lang))


def _write_row(axes: Axes, texts: dict[date, str], near: Sequence[tuple[date, date]], *, minor: bool) -> None:
    """Write dates (major ticks) or the names under them (minor ticks) on one base line.

    Of two days in `near`, one label ends and the other begins at its day.
    """
    axes.xaxis.remove_overlapping_locs = False
    axes.set_xticks([day_number(day) for day in texts], [literal(text) for text in texts.values()], minor=minor)
    axes.tick_params(axis="x", which="minor" if minor else "major", length=0, pad=17 if minor else 12)
    sides = {day: side for pair in near for day, side in zip(pair, ("right", "left"), strict=True)}
    for day, label in zip(texts, axes.get_xticklabels(minor=minor), strict=True):
        label.set(va="top" if minor else "baseline", ha=sides.get(day, "center"), linespacing=1.4 if minor else 1.2)


def _round_days(first: date, last: date, room: float) -> Iterable[date]:
    """List month beginnings, or every seventh day of a span under seven weeks, thinned to the room."""
    if (last - first).days < 50:
        step = max(1, round(room / 7 + 0.49)) * 7
        return [first + timedelta(days=shift) for shift in range(0, (last - first).days + 1, step)]
    every = next((months for months in (1, 2, 3, 6, 12) if months * 30 >= room), 12)
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    days = [date(month // 12, month % 12 + 1, 1) for month in months if month % every == 0]
    return [day for day in days if first <= day <= last]


def label_right(axes: Axes, labels: Sequence[tuple[float, str, str]], *, points: float) -> None:
    """Write labels beyond the right edge beside their values, moved apart where they would touch.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Its y limits are final.
    labels : sequence of (y, text, colour)
        Value on the y axis and what to write there.
    points : float
        Height of the axes in points, near enough.
    """
    low, high = axes.get_ylim()
    order = sorted(range(len(labels)), key=lambda index: labels[index][0])
    sizes = [13.0 * (labels[index][1].count("\n") + 1) / points * (high - low) for index in order]
    places = apart([labels[index][0] for index in order], sizes, high)
    for index, place in zip(order, places, strict=True):
        _, text, colour = labels[index]
        axes.text(
            1.012, place, literal(text), color=colour, fontsize=8.5, va="center", linespacing=1.15,
            transform=axes.get_yaxis_transform(),
        )  # fmt: skip


def apart(values: Sequence[float], sizes: Sequence[float], top: float) -> list[float]:
    """Return places near the rising `values` such that labels of these `sizes` do not touch and end below `top`."""
    places = list(values)
    for index in range(1, len(places)):
        gap = (sizes[index] + sizes[index - 1]) / 2
        places[index] = max(places[index], places[index - 1] + gap)
    ceiling = np.inf if not places else top + sizes[-1] / 2
    for index in range(len(places) - 1, -1, -1):
        places[index] = min(places[index], ceiling - sizes[index] / 2)
        ceiling = places[index] - sizes[index] / 2
    return places
