"""What can be changed, as plain rows: the levers of a strategy and the assumptions of a case, weakest first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

from dpsim.errors import DpsimError
from dpsim.language import say
from dpsim.params.assumption import Assumption
from dpsim.params.blocks_reporting import reporting_off
from dpsim.params.labels import instrument_label, option_label, quantity_label
from dpsim.params.load import list_strategies, load_strategy
from dpsim.params.quantity import Block, Label, Quantity
from dpsim.params.schema import Case, Instrument, Strategy
from dpsim.strategies import instruments


@dataclass(frozen=True)
class Entry:
    """One thing that can be changed, or is shown beside those that can.

    Attributes
    ----------
    key : str
        Dotted key in the case file; in a strategy ``<place>.<setting>``, the place being that in `slots`.
    label : str
    value : object
        Number, date, name of an option, or what an entry without a control holds.
    unit : str
        Id of the unit; empty when it is no quantity.
    low, high : float or None
        Believable range.
    options : tuple of str
        What may be chosen; empty for numbers and dates.
    grade : str
        Empty where the file states none.
    reason : Label or None
    """

    key: str
    label: str
    value: Any
    unit: str = ""
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] = ()
    grade: str = ""
    reason: Label | None = None

    @property
    def fixed(self) -> bool:
        """Whether nothing else is allowed: a count from the source, or an entry of several values."""
        if isinstance(self.value, tuple):
            return True
        return len(self.options) < 2 if isinstance(self.value, str) else self.low is not None and self.low == self.high


@dataclass(frozen=True)
class Slot:
    """One instrument that a strategy has, or could have.

    Attributes
    ----------
    place : int
    name : str
    settings : Instrument
        As the strategy gives them; for one it does not have, as another strategy that comes with the program does.
    on : bool
        Whether the strategy has it.
    """

    place: int
    name: str
    settings: Instrument
    on: bool


def slots(strategy: Strategy) -> list[Slot]:
    """Return the instruments of a strategy and, after them, all others that some strategy knows settings for."""
    if strategy.pace == "past":  # the past pace simply continued has no instruments
        return []
    mine = [(settings, True) for settings in strategy.instruments]
    names = {settings.instrument for settings in strategy.instruments}
    others = [(settings, False) for name, settings in _known_settings().items() if name not in names]
    return [Slot(k, settings.instrument, settings, on) for k, (settings, on) in enumerate(mine + others)]


def levers(slot: Slot, lang: str) -> list[Entry]:
    """Return what can be changed of one instrument: its dates and its numbers."""
    settings, words = slot.settings, instruments()[slot.name].SETTINGS
    rows = []
    for name in ("start", "end"):
        day = getattr(settings, name)
        if day is not None:
            label = say(f"explorer.{name}", lang=lang, instrument=instrument_label(slot.name, lang))
            rows.append(Entry(f"{slot.place}.{name}", label, day))
    for name, quantity in settings.named().items():
        label = str(getattr(words[name], lang)) if name in words else name
        rows.append(_number(f"{slot.place}.{name}", label, quantity))
    return rows


def assumptions(case: Case, lang: str) -> list[Entry]:
    """Return what a case takes for granted, weakest first, and the readings of its targets before all.

    Blocks that a case need not have are there as they are when they change nothing.
    """
    if case.reporting is None:
        case = case.model_copy(update={"reporting": reporting_off()})
    parts = dict(case.parts())
    graded = {row.key: row for row in case.assumptions()}
    readings = [
        Entry(key, quantity_label(key, lang), part.value, options=part.options)
        for key, part in parts.items()
        if key not in graded and hasattr(part, "options") and hasattr(part, "value")
    ]
    return readings + [_assumption(row, parts[row.key], lang) for row in graded.values()]


def option_words(entry: Entry, lang: str) -> list[tuple[str, str]]:
    """Return the options of a choice with their words."""
    return [(option_label(option, lang), option) for option in entry.options]


def _assumption(row: Assumption, part: Block, lang: str) -> Entry:
    """Return the row of one graded entry."""
    label = quantity_label(row.key, lang)
    if isinstance(part, Quantity):
        return _number(row.key, label, part)
    return Entry(row.key, label, row.value, options=_options(part), grade=row.grade, reason=row.reason)


def _number(key: str, label: str, quantity: Quantity) -> Entry:
    """Return the row of a number."""
    return Entry(
        key, label, quantity.value, quantity.unit, quantity.low, quantity.high, (), quantity.grade, quantity.reason
    )


def _options(part: Block) -> tuple[str, ...]:
    """Return what may be chosen: the options of the file, else those of the schema."""
    if hasattr(part, "options"):
        return tuple(part.options)
    field = type(part).model_fields.get("value")
    annotation = None if field is None else field.annotation
    return get_args(annotation) if get_origin(annotation) is Literal else ()


@cache
def _known_settings() -> dict[str, Instrument]:
    """Return, for each instrument, the settings of the strategy called after it, else of the first that has it.

    A strategy called after an instrument is there to show it; another one may be a place's, with its dates.
    """
    found: dict[str, Instrument] = {}
    for name in sorted(list_strategies(), key=lambda name: name not in instruments()):
        try:
            strategy = load_strategy(name)
        except DpsimError:  # a strategy of the user's own that is broken: it says so when it is asked for
            continue
        for settings in strategy.instruments:
            if settings.instrument == name or settings.instrument not in found:
                found[settings.instrument] = settings
    return found
