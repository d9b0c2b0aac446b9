"""What an instrument's file says of itself beside its law: its words, and the settings a strategy gives it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from dpsim.core.expect import Expect

Settings = Any
"""Settings as a strategy file gives them: `start`, `end` (dates or None), and each setting with its `value`."""


class Words(NamedTuple):
    """One text in both languages."""

    zh: str
    en: str


class Setting(NamedTuple):
    """One number of an instrument: what is expected of it, what it is called, whether a strategy may leave it out."""

    expect: Expect
    zh: str
    en: str
    optional: bool = False


class Vain(NamedTuple):
    """Why an instrument comes to nothing in a place: the message's name and its values."""

    why: str
    values: dict[str, str]


class Window(Protocol):
    """When an instrument is in force; None leaves that end open."""

    start: dt.date | None
    end: dt.date | None


def value_or(quantity: Any, otherwise: float) -> float:
    """Return the value of an optional setting; `otherwise` where the strategy leaves it out."""
    return otherwise if quantity is None else float(quantity.value)


def budget_short(settings: Settings, price: float) -> Iterator[Vain]:
    """Yield why nothing is bought where the budget is below the price of the first purchase (yuan)."""
    budget = value_or(settings.budget, price)
    if price > budget:
        yield Vain("budget", {"budget": f"{budget:,.0f}", "price": f"{price:,.0f}"})


EVERY_DAYS = Expect("days", 1, 366, whole=True)
STAFF_DAYS = Expect("staff_days", 0, 1e6)
YUAN = Expect("yuan", 0, 1e9)
SHARE = Expect("share", 0, 1)
RATIO = Expect("ratio", 0, 100, above=True)
LOG_RATIO = Expect("log_ratio", 0, 10)
A_YEAR = Expect("per_year", 0, 10)
BUDGET = Setting(YUAN, "自基准日起可用的财政资金总额", "public money in all from the as-of date on", optional=True)
