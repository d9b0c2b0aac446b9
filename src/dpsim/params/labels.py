"""Name what a parameter file holds in the words of a report: its keys, units, grades and chosen options.

The words stand in ``quantities.toml`` of the language catalogue. A word the catalogue does not have is returned as
it was given, so that a new key is readable before it has a label; a test keeps every shipped key labelled.
"""

from __future__ import annotations

from dpsim.language import catalogue, language_in_force, say
from dpsim.params.schema import Strategy
from dpsim.strategies import instruments


def quantity_label(key: str, lang: str | None = None) -> str:
    """Return the label of a parameter of a case.

    Parameters
    ----------
    key : str
        Dotted key, such as ``agencies.service_mean``.
    lang : {"zh", "en"}, optional
        The language in force when not given.

    Returns
    -------
    str
        `key` itself if it has no label.

    Examples
    --------
    >>> quantity_label("agencies.service_mean", "en")
    'agency time per enterprise (mean)'
    """
    return _named("quantity", key, lang)


def strategy_label(strategy: Strategy, key: str, lang: str | None = None) -> str:
    """Return the label of a parameter of a strategy.

    Parameters
    ----------
    strategy : Strategy
        It tells which instrument stands at each place of the list.
    key : str
        Dotted key, such as ``instruments.0.every_days``.
    lang : {"zh", "en"}, optional
        The language in force when not given.

    Returns
    -------
    str
        `key` itself if it has no label.

    Examples
    --------
    >>> from dpsim.params.load import load_strategy
    >>> strategy_label(load_strategy("no_meetings"), "instruments.0.every_days", "zh")
    '月通报的间隔'
    """
    head, _, rest = key.partition(".")
    index, _, parameter = rest.partition(".")
    if head != "instruments" or not index.isdecimal() or int(index) >= len(strategy.instruments):
        return quantity_label(key, lang)
    setting = instruments()[strategy.instruments[int(index)].instrument].SETTINGS.get(parameter)
    return key if setting is None else str(getattr(setting, lang or language_in_force()))


def instrument_label(name: str, lang: str | None = None) -> str:
    """Return what an instrument is called, such as ``dispatch_meeting``."""
    return str(getattr(instruments()[name].WORDS, lang or language_in_force()))


def unit_label(unit: str, lang: str | None = None) -> str:
    """Return the word of a unit, such as ``days``; `unit` itself if it has none."""
    return _named("unit_name", unit, lang)


def grade_label(grade: str, lang: str | None = None) -> str:
    """Return the word of a grade, such as ``official page``; `grade` itself if it has none."""
    return _named("grade", grade, lang)


def option_label(value: object, lang: str | None = None) -> str:
    """Return the word of a chosen option, such as ``order``; ``str(value)`` if it has none."""
    return _named("option", str(value), lang)


def _named(group: str, name: str, lang: str | None) -> str:
    """Return the word of the catalogue, or the name itself; a blank is written ``_`` in the id."""
    message, lang = f"{group}.{name.replace(' ', '_')}", lang or language_in_force()
    return say(message, lang=lang) if message in catalogue(lang) else name
