"""Widgets for one entry: what it is called, its unit, what is allowed, and how well it is grounded."""

from __future__ import annotations

import html
import math
import sys
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
from ipywidgets.widgets.widget_description import DescriptionStyle
from ipywidgets.widgets.widget_string import HTMLStyle

from dpsim.explorer.entries import Entry, option_words
from dpsim.language import say
from dpsim.params.labels import grade_label, unit_label
from dpsim.report.show import show_number_range, show_setting

STEPS = 100
"""A slider has about so many steps."""
LABEL = {"zh": "21em", "en": "27em"}
"""Width of the labels of a column of controls."""
Changed = Callable[[], None]


class Look:
    """What the rows of one panel share: each layout and each style is a widget of its own, and a message."""

    def __init__(self, lang: str) -> None:
        width = LABEL[lang]
        self.control = _shared(widgets.Layout(width=f"calc({width} + 13em)"), DescriptionStyle(description_width=width))
        self.slider = _shared(widgets.Layout(width="14em"), widgets.SliderStyle())
        self.text = _shared(widgets.Layout(), HTMLStyle())
        self.row = widgets.Layout(flex_flow="row wrap", align_items="center")


def _shared(layout: Any, style: Any) -> dict[str, Any]:
    """Return what widgets are given that share a layout and a style."""
    return {"layout": layout, "style": style}


class Row:
    """One entry with its control.

    Parameters
    ----------
    entry : Entry
    lang : {"zh", "en"}
    changed : callable
        Called after every change by the user.
    look : Look, optional
        That of the panel; one of its own when None.

    Attributes
    ----------
    widget : ipywidgets.Widget
        To be shown.
    control : ipywidgets.Widget or None
        None where nothing else is allowed.
    slider : ipywidgets.Widget or None
        Moves with the control; only a number with a range has one.
    """

    def __init__(self, entry: Entry, lang: str, changed: Changed, look: Look | None = None) -> None:
        look = Look(lang) if look is None else look
        self.entry = entry
        self.control = None if entry.fixed else _control(entry, lang, look)
        if self.control is None:
            label, value = html.escape(_label(entry, lang)), html.escape(_words(entry, lang))
            text = f"<span class='dpsim-label'>{label}</span><b>{value}</b>"
            first: Any = widgets.HTML(
                f"<div class='dpsim-fixed' style='--label:{LABEL[lang]}'>{text}</div>", **look.text
            )
        else:
            self.control.observe(lambda _: changed(), "value")
            first = self.control
        self.slider = None if self.control is None else _slider(entry, self.control, look)
        ground = widgets.HTML(_ground(entry, lang), **look.text)
        parts = [first, ground] if self.slider is None else [first, self.slider, ground]
        self.widget = widgets.HBox(parts, layout=look.row)
        let_through()

    def change(self) -> dict[str, Any]:
        """Return the key with its new value, nothing where it is as it was."""
        if self.control is None or self.control.value == self.entry.value:
            return {}
        return {self.entry.key: self.control.value}


def let_through() -> None:
    """Wait until the kernel has handed on what was made so far; outside a kernel nothing waits.

    Every widget is a message. A thread of the kernel sends them, by a socket that holds a thousand and drops what comes
    beyond without a word: of a page made in one go controls were missing where that thread got no turn for a while.
    Flushing the output waits for it.
    """
    sys.stdout.flush()


def _control(entry: Entry, lang: str, look: Look) -> Any:
    """Return the control of an entry."""
    shared = {"description": _label(entry, lang), "tooltip": _reason(entry, lang), **look.control}
    if entry.options:
        return widgets.Dropdown(options=option_words(entry, lang), value=entry.value, **shared)
    if isinstance(entry.value, int | float):
        return widgets.FloatText(value=entry.value, **shared)
    return widgets.DatePicker(value=entry.value, **shared)


def _slider(entry: Entry, control: Any, look: Look) -> Any:
    """Return a slider over the range of a number, bound to its field; what is typed between or beyond stays typed.

    It holds the place among the values and not the value: a browser puts a value that is on no step on the next one
    and sends that back, as if the user had changed it.
    """
    values = slider_values(entry)
    if not values:
        return None
    slider = widgets.IntSlider(values.index(entry.value), min=0, max=len(values) - 1, readout=False, **look.slider)
    following = False

    def moved(change: Any) -> None:
        if not following:
            control.value = values[change["new"]]

    def typed(change: Any) -> None:
        nonlocal following
        following = True
        try:
            slider.value = min(range(len(values)), key=lambda k: abs(values[k] - change["new"]))
        finally:
            following = False

    slider.observe(moved, "value")
    control.observe(typed, "value")
    return slider


def slider_values(entry: Entry) -> list[float]:
    """Return the values a slider leads through: round steps over the range and the value itself; none without a range.

    Whole numbers stay whole.
    """
    low, high = entry.low, entry.high
    if not isinstance(entry.value, int | float) or low is None or high is None or not low < high < math.inf:
        return []
    step = max(_step(high - low), 1.0 if isinstance(entry.value, int) else 0.0)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    steps = {float(f"{k * step:.8g}") for k in range(first, last + 1)}  # 3 * 0.1 is 0.30000000000000004
    return sorted(steps | {float(low), float(high), entry.value})


def _step(width: float) -> float:
    """Return the step of a slider over a range: 1, 2 or 5 times a power of ten."""
    rough = width / STEPS
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= rough * (1 - 1e-9))


def _label(entry: Entry, lang: str) -> str:
    """Return what stands before the control, with the unit."""
    unit = unit_label(entry.unit, lang)
    if not unit or (entry.unit == "share" and unit in entry.label):  # "share of mines" says it
        return entry.label
    return say("explorer.with_unit", lang=lang, label=entry.label, unit=unit)


def _words(entry: Entry, lang: str) -> str:
    """Return a value without a control in words."""
    values = entry.value if isinstance(entry.value, tuple) else (entry.value,)
    return say("letter.join", lang=lang).join(show_setting(value, lang) for value in values)


def _ground(entry: Entry, lang: str) -> str:
    """Return what is allowed and how well the value is grounded; what is assumed stands out."""
    parts = []
    if entry.low is not None and not entry.fixed:
        allowed = show_number_range(entry.low, entry.high, lang)
        parts.append(html.escape(say("explorer.range", lang=lang, range=allowed)))
    if entry.grade:
        kind = "assumed" if entry.grade == "assumed" else "grounded"
        parts.append(f"<span class='dpsim-{kind}'>{html.escape(grade_label(entry.grade, lang))}</span>")
    text = _reason(entry, lang)
    return f"<span class='dpsim-ground' title='{html.escape(text, quote=True)}'>{' '.join(parts)}</span>"


def _reason(entry: Entry, lang: str) -> str:
    """Return why this value."""
    return entry.reason.words(lang) if entry.reason is not None else ""
