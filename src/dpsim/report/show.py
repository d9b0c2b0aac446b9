"""Numbers as a reader sees them: probabilities never sharper than their ground, never without n."""

from __future__ import annotations

import datetime as dt

from dpsim.language import say
from dpsim.measure.probability import DISPLAY_HIGH, DISPLAY_LOW


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
    if first.endswith("%") and last.endswith("%") and first[0].isdigit() and last[0].isdigit():
        first = first[:-1]
    return say("show.range", lang=lang, low=first, high=last)


def show_met(met: int, n: int, low: float, high: float, lang: str) -> str:
    """Return how often a target was met, with n and the Wilson interval: `0 of n` is never `0%`."""
    message = "show.met_never" if met == 0 else "show.met_always" if met == n else "show.met"
    return say(message, lang=lang, met=met, n=n, low=f"{100 * low:.1f}", high=f"{100 * high:.1f}")


def show_count_range(low: float, high: float, lang: str) -> str:
    """Return a range of whole enterprises."""
    first, last = f"{low:.0f}", f"{high:.0f}"
    return first if first == last else say("show.range", lang=lang, low=first, high=last)


def show_ratio_range(low: float, high: float, lang: str) -> str:
    """Return a range of ratios with one decimal."""
    first, last = f"{low:.1f}", f"{high:.1f}"
    return first if first == last else say("show.range", lang=lang, low=first, high=last)


def show_date(date: dt.date, lang: str, *, year: bool = False) -> str:
    """Return a date in the words of the language, with the year if asked."""
    month = say(f"figures.month.{date.month}", lang=lang)
    return say("show.date_year" if year else "show.date", lang=lang, day=date.day, month=month, year=date.year)


def show_number(value: float) -> str:
    """Return a number in as few digits as it needs."""
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.4g}"
    return f"{int(value)}"
