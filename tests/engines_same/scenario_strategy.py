"""A random strategy: a shipped one moved to the scenario's days, or any instruments with any settings and dates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from scenario_dice import Dice

from dpsim.core.expect import Expect
from dpsim.params.faults import Origin
from dpsim.params.hazard_rules import PLANS
from dpsim.params.load import list_strategies, load_strategy
from dpsim.params.schema import Case, Strategy
from dpsim.strategies import instruments

Content = dict[str, Any]
AS_OF, END = dt.date(2018, 9, 10), dt.date(2018, 12, 31)
"""What the dates in the shipped strategies are meant for."""
_SPAN = {"days": (1, 21), "staff_days": (0, 40), "yuan": (0, 50_000), "share": (0, 1), "ratio": (0.1, 6),
         "visits": (1, 6), "sector": (0, 2), "reach": (0, 2), "log_ratio": (0, 1), "per_year": (0, 6)}  # fmt: skip
"""Where a setting is drawn, by its unit; one in ten lies at a bound of its own."""
_SINCE = ("chancheng_grid_trial", "county_share", "stop_days", "close_share")
"""A shipped strategy and settings that came later, drawn apart: nearly every number keeps its scenario."""
_BUDGET = (0, 150_000)
"""Where a budget is drawn: enough for some hand-overs or mornings, and seldom for all."""
_REASON = {"zh": "试验", "en": "test"}


def random_strategy(number: int, case: Case) -> Strategy:
    """Return the strategy of a scenario."""
    dice, since = Dice(number, 50), Dice(number, 52)
    if dice.chance(0.04):
        return load_strategy("past_pace")  # hazards and visits are off
    if dice.chance(0.35):
        names = [name for name in list_strategies() if name not in _SINCE]
        name = _SINCE[0] if since.chance(0.03) else names[number // 3 % len(names)]
        return moved_to(load_strategy(name), case)
    chosen = [name for name in sorted(instruments()) if dice.chance(0.35)]
    if Dice(number, 51).chance(0.3) and "assessor_independence" not in chosen:
        chosen.append("assessor_independence")  # what it does asks for much else at the same time
    if Dice(number, 54).chance(0.3) and "penalties" not in chosen:
        chosen.append("penalties")  # few get to the upper rungs of the ladder
    items: list[Content] = []
    own = Dice(number, 53)
    for name in chosen:
        window = _window(dice, case, name)
        items.append(_drawn(dice, since, own, name, window))
        last = window.get("end")
        if last is not None and last + dt.timedelta(days=2) < case.horizon_end and dice.chance(0.6):
            items.append(_drawn(dice, since, own, name, _later(dice, case, last)))
    items = _shared(items)
    name = {"zh": f"试验{number}", "en": f"test {number}"}
    content = {"schema": 1, "strategy": f"test_{number}", "name": name, "sentence": name, "pace": "path"}
    return Strategy.from_content({**content, "instruments": tuple(items)}, Origin(f"scenario-{number}"))


def moved_to(strategy: Strategy, case: Case) -> Strategy:
    """Return a shipped strategy with its dates at the same part of the scenario's days as it was of 2018's."""
    factor = (case.horizon_end - case.as_of).days / (END - AS_OF).days

    def moved(date: dt.date) -> dt.date:
        return case.as_of + dt.timedelta(days=round((date - AS_OF).days * factor))

    content = strategy.content()
    items, ends = [], dict[str, dt.date]()
    for item in content["instruments"]:
        dates = {key: moved(item[key]) for key in ("start", "end") if key in item}
        name = item["instrument"]
        if name in ends and "start" in dates:  # two windows of one instrument may have come to touch
            dates["start"] = max(dates["start"], ends[name] + dt.timedelta(days=1))
            dates["end"] = max(dates["end"], dates["start"])
        ends[name] = dates.get("end", dt.date.max)
        items.append({**item, **dates})
    return Strategy.from_content({**content, "instruments": tuple(items)}, Origin(strategy.id))


def _window(dice: Dice, case: Case, name: str) -> dict[str, dt.date]:
    """Return the dates of an instrument: those it needs, others perhaps."""
    needs, dates = instruments()[name].NEEDS, dict[str, dt.date]()
    if "start" in needs or dice.chance(0.4):
        dates["start"] = dice.day(case.as_of - dt.timedelta(days=10), case.horizon_end - dt.timedelta(days=8))
    if "end" in needs or dice.chance(0.4):
        dates["end"] = dice.day(dates.get("start", case.as_of), case.horizon_end + dt.timedelta(days=5))
    return dates


def _later(dice: Dice, case: Case, last: dt.date) -> dict[str, dt.date]:
    """Return a window after an earlier one."""
    start = dice.day(last + dt.timedelta(days=1), case.horizon_end)
    return {"start": start, "end": dice.day(start, case.horizon_end)}


def _drawn(dice: Dice, since: Dice, own: Dice, name: str, window: dict[str, dt.date]) -> Content:
    """Return an instrument's entry with settings drawn from what the schema allows.

    Settings that came later are drawn with `since`, optional ones with `own`.
    """
    settings = instruments()[name].SETTINGS.items()
    drawn = {
        key: _quantity(since if key in _SINCE else dice, setting.expect)
        for key, setting in settings
        if not setting.optional
    }
    spans = {"budget": _BUDGET}
    optional = [(key, setting.expect) for key, setting in settings if setting.optional and own.chance(0.6)]
    extra = {key: _quantity(own, expect, spans.get(key)) for key, expect in optional}
    return {"instrument": name, **window, **drawn, **extra}


def _quantity(dice: Dice, expect: Expect, span: tuple[float, float] | None = None) -> Content:
    """Return a number with its grounds."""
    span = _SPAN[expect.unit] if span is None else span
    low, high = max(span[0], expect.low), min(span[1], expect.high)
    value: float = dice.whole(int(low), int(high)) if expect.whole else dice.between(low, high)
    if dice.chance(0.1):
        value = low if dice.chance(0.5) else high
    return {"value": value, "unit": expect.unit, "range": (value, value), "grade": "assumed", "reason": _REASON}


def _shared(items: list[Content]) -> list[Content]:
    """Return the entries with the shares of the inspection plan scaled to make one together."""
    total = sum(item["share"]["value"] for item in items if item["instrument"] in PLANS)
    if total <= 1.0:
        return items
    out = []
    for item in items:
        if item["instrument"] in PLANS:
            value = item["share"]["value"] / total
            item = {**item, "share": {**item["share"], "value": value, "range": (value, value)}}
        out.append(item)
    return out
