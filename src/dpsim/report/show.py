"""Numbers as a reader sees them: probabilities never sharper than their ground, never without n."""

from __future__ import annotations

import datetime as dt

from dpsim.language import say
from dpsim.measure.probability import DISPLAY_HIGH, DISPLAY_LOW
from dpsim.params.labels import option_label


def show_probability(probability: float, lang: str) -> str:
    """Return a probability in whole per cent, clipped to what the record supports (`<3%`, `>97%`)."""
    if probability < DISPLAY_LOW:
        return say("show.below", lang=lang, percent=f"{100 * DISPLAY_LOW:.0f}")
    if probability > DISPLAY_HIGH:
        return say("show.above", lang=lang, percent=f"{100 * DISPLAY_HIGH:.0f}")
    return f"{100 * probability:.0f}%"


def show_probability_range(low: float, high: float, lang: str) -> str:
    """Return a range of probabilities; one word where both ends show the same."""
    first, last = show_probability(low, lang), show_probability(high, lang)
    if first == last:
        return first
    figures = first[0].isdigit() and last[0].isdigit()
    return say("show.range" if figures else "show.range_words", lang=lang, low=first, high=last)


def show_met(met: int, n: int, low: float, high: float, lang: str, *, paths: bool = False) -> str:
    """Return how often a target was met, with n and the Wilson interval: `0 of n` is never `0%`.

    Parameters
    ----------
    met, n : int
    low, high : float
        Ends of the interval, 0..1.
    lang : {"zh", "en"}
    paths : bool
        The n are direct count paths, not simulated runs.
    """
    message = ("show.paths" if paths else "show.met") + ("_never" if met == 0 else "_always" if met == n else "")
    return say(message, lang=lang, met=met, n=n, low=f"{100 * low:.1f}", high=f"{100 * high:.1f}")


def show_count_range(low: float, high: float, lang: str) -> str:
    """Return a range of whole enterprises."""
    return _range(f"{low:.0f}", f"{high:.0f}", lang)


def show_ratio_range(low: float, high: float, lang: str) -> str:
    """Return a range of ratios with one decimal."""
    return _range(f"{low:.1f}", f"{high:.1f}", lang)


def show_share_range(low: float, high: float, lang: str) -> str:
    """Return a range of shares (0..1) in whole per cent."""
    return _range(f"{100 * low:.0f}%", f"{100 * high:.0f}%", lang)


def show_number_range(low: float, high: float | None, lang: str) -> str:
    """Return a range of values, one number where both ends are the same."""
    return show_number(float(low)) if high is None else _range(show_number(float(low)), show_number(float(high)), lang)


def show_date(date: dt.date, lang: str, *, year: bool = False) -> str:
    """Return a date in the words of the language, with the year if asked."""
    month = say(f"figures.month.{date.month}", lang=lang)
    return say("show.date_year" if year else "show.date", lang=lang, day=date.day, month=month, year=date.year)


def show_number(value: float) -> str:
    """Return a number in as few digits as it needs."""
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.4g}"
    return f"{int(value)}"


def show_setting(value: object, lang: str) -> str:
    """Return what an assumption is set to: a date, an option or a number, in words."""
    if isinstance(value, dt.date):
        return show_date(value, lang)
    if isinstance(value, str):
        return option_label(value, lang)
    return show_number(float(value))  # type: ignore[arg-type]


def _range(first: str, last: str, lang: str) -> str:
    """Return a range in words, one of its ends where both are the same."""
    return first if first == last else say("show.range", lang=lang, low=first, high=last)
