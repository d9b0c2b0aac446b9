"""Numbers as a reader sees them: probabilities never sharper than their ground, never without n."""

from __future__ import annotations

import datetime as dt
import math
from decimal import ROUND_HALF_UP, Decimal

from dpsim.forecast.scores import SHOWN
from dpsim.language import say
from dpsim.measure.probability import DISPLAY_HIGH, DISPLAY_LOW
from dpsim.params.labels import option_label


def show_rounded(value: float, digits: int = 0) -> str:
    """Return a number rounded as people round, a half away from zero: 458.5 is 459, where ``format`` says 458."""
    if not math.isfinite(value):
        return f"{value:.0f}"
    exact = Decimal(f"{value:.9f}")  # what binary fractions leave behind the ninth digit is no half
    return f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) + 0:f}"


def show_percent(share: float, digits: int = 0) -> str:
    """Return a share (0..1) in per cent, without the sign."""
    return show_rounded(100.0 * share, digits)


def show_probability(probability: float, lang: str) -> str:
    """Return a probability in whole per cent, clipped to what the record supports (`<3%`, `>97%`)."""
    if probability < DISPLAY_LOW:
        return say("show.below", lang=lang, percent=show_percent(DISPLAY_LOW))
    if probability > DISPLAY_HIGH:
        return say("show.above", lang=lang, percent=show_percent(DISPLAY_HIGH))
    return f"{show_percent(probability)}%"


def show_chance(probability: float, lang: str) -> str:
    """Return a chance of a forecast from a table in whole per cent; where it was clipped to `SHOWN`, as beyond that."""
    for end, message in zip(SHOWN, ("show.below", "show.above"), strict=True):
        if probability == end:
            return say(message, lang=lang, percent=show_percent(end))
    return f"{show_percent(probability)}%"


def show_chance_range(low: float, high: float, lang: str) -> str:
    """Return a range of chances of forecasts from a table; one word where both ends show the same."""
    return show_range(show_chance(low, lang), show_chance(high, lang), lang)


def show_probability_range(low: float, high: float, lang: str, *, sentence: bool = False) -> str:
    """Return a range of probabilities; one word where both ends show the same.

    Parameters
    ----------
    low, high : float
    lang : {"zh", "en"}
    sentence : bool
        The range follows a verb ("the probability is ..."), not a colon.
    """
    first, last = show_probability(low, lang), show_probability(high, lang)
    if first == last:
        return first
    if low < DISPLAY_LOW and last == f"{show_percent(DISPLAY_LOW)}%":
        return say("show.at_most", lang=lang, high=last)
    if high > DISPLAY_HIGH and first == f"{show_percent(DISPLAY_HIGH)}%":
        return say("show.at_least", lang=lang, low=first)
    figures = first[0].isdigit() and last[0].isdigit()
    message = ("show.sentence" if sentence else "show.range") + ("" if figures else "_words")
    return say(message, lang=lang, low=first, high=last)


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
    return say(message, lang=lang, met=met, n=n, low=show_percent(low, 1), high=show_percent(high, 1))


def show_pooled(probability: float, low: float, high: float, lang: str) -> str:
    """Return a probability pooled over scenarios with the conservative interval of its computation."""
    return _with_interval(show_probability(probability, lang), low, high, lang)


def show_chance_interval(probability: float, low: float, high: float, lang: str) -> str:
    """Return a chance of a forecast from a table with the conservative interval of its computation."""
    return _with_interval(show_chance(probability, lang), low, high, lang)


def _with_interval(shown: str, low: float, high: float, lang: str) -> str:
    """Return what is shown with its interval."""
    return say("letter.pooled_n", lang=lang, probability=shown, low=show_percent(low, 1), high=show_percent(high, 1))


def show_count_range(low: float, high: float, lang: str) -> str:
    """Return a range of whole enterprises."""
    return show_range(show_rounded(low), show_rounded(high), lang)


def show_ratio_range(low: float, high: float, lang: str) -> str:
    """Return a range of ratios with one decimal, two where one would hide on which side of 1 it lies."""
    shown = [show_rounded(value, 2 if _hidden(value) else 1) for value in (low, high)]
    return show_range(shown[0], shown[1], lang)


def _hidden(ratio: float) -> bool:
    """Tell whether one decimal shows 1.0 for a ratio that is not."""
    return 0.95 <= ratio < 1.05 and show_rounded(ratio, 2) != "1.00"


def show_share_range(low: float, high: float, lang: str) -> str:
    """Return a range of shares (0..1) in whole per cent."""
    return show_range(f"{show_percent(low)}%", f"{show_percent(high)}%", lang)


def show_about(value: float, digits: int = 3) -> str:
    """Return a whole number of at most so many digits that count: 55 542 is 55500."""
    if not math.isfinite(value) or abs(value) < 1:
        return show_rounded(value)
    unit = max(0, math.floor(math.log10(abs(value))) + 1 - digits)
    return show_rounded(float(show_rounded(value / 10**unit)) * 10**unit)


def show_band(values: tuple[float, float, float], lang: str, *, percent: bool = False, digits: int = 0) -> str:
    """Return the median with its band in brackets, the median alone where the band has no width.

    Parameters
    ----------
    values : tuple of float
        Lower end, median, upper end.
    lang : {"zh", "en"}
    percent : bool
        The values are shares (0..1) and shown in per cent with one decimal.
    digits : int
        Decimals of other values.
    """
    shown = [f"{show_percent(value, 1)}%" if percent else show_rounded(value, digits) for value in values]
    return words_band(shown[0], shown[1], shown[2], lang)


def words_band(low: str, middle: str, high: str, lang: str) -> str:
    """Return a median with its band in brackets, the median alone where all three are the same words."""
    if low == middle == high:
        return middle
    return say("show.band", lang=lang, middle=middle, range=show_range(low, high, lang))


def show_number_range(low: float, high: float | None, lang: str) -> str:
    """Return a range of values, one number where both ends are the same."""
    return (
        show_number(float(low)) if high is None else show_range(show_number(float(low)), show_number(float(high)), lang)
    )


def show_date(date: dt.date, lang: str, *, year: bool = False) -> str:
    """Return a date in the words of the language, with the year if asked."""
    month = say(f"figures.month.{date.month}", lang=lang)
    return say("show.date_year" if year else "show.date", lang=lang, day=date.day, month=month, year=date.year)


def show_start(date: dt.date, lang: str, as_of: dt.date) -> str:
    """Return a date with its year where that is not the year of the as-of date."""
    return show_date(date, lang, year=date.year != as_of.year)


def show_number(value: float) -> str:
    """Return a number in as few digits as it needs, four at the most behind its zeros; never as a power of ten."""
    if isinstance(value, float) and not value.is_integer():
        return f"{Decimal(f'{value:.4g}'):f}"
    return f"{int(value)}"


def show_setting(value: object, lang: str) -> str:
    """Return what an assumption is set to: a date, an option or a number, in words."""
    if isinstance(value, dt.date):
        return show_date(value, lang, year=True)  # starts of several years may stand side by side
    if isinstance(value, str):
        return option_label(value, lang)
    return show_number(float(value))  # type: ignore[arg-type]


def show_range(first: str, last: str, lang: str) -> str:
    """Return a range in words, one of its ends where both are the same."""
    return first if first == last else say("show.range", lang=lang, low=first, high=last)


def target_words(group: str, stage: str, lang: str) -> str:
    """Return what a target of a group and a stage is called."""
    names = {"group": say(f"letter.group.{group}", lang=lang), "stage": say(f"figures.stage.{stage}", lang=lang)}
    return say("letter.target_name", lang=lang, **names)
