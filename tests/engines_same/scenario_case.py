"""A random case of at most 200 enterprises: a shipped one with other counts, dates, targets and values."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from scenario_dice import Dice
from scenario_twists import TWISTS

from dpsim.params.blocks_reporting import reporting_off
from dpsim.params.faults import Origin
from dpsim.params.load import list_strategies, load_case
from dpsim.params.schema import Case

Content = dict[str, Any]
BASE = "linyi-2018"
"""The case whose content is varied: the others are based on it, and every number is drawn anew."""
MOST = 200
TIERS = ("benchmark_provincial", "benchmark_municipal", "benchmark_county")
FREE_DAYS = (
    dt.date(2018, 10, 1),
    dt.date(2018, 10, 1),
    dt.date(2019, 1, 1),
    dt.date(2019, 5, 1),
    dt.date(2020, 1, 24),
    dt.date(2021, 1, 1),
    dt.date(2022, 4, 5),
    dt.date(2024, 9, 17),
    dt.date(2033, 1, 3),
)
"""A free weekday that the scenario's days hold; of the last year no holiday table is known."""
_SIZES = ((1, 2), (3, 12), (13, 60), (30, 90), (61, 200), (61, 200), (100, 200), (150, 200), (199, MOST), (MOST, MOST))
"""Spans of the number of enterprises, each as likely as another."""
_WHOLE = {"enterprises", "counties", "levels", "teams", "people", "visits", "rungs", "weeks"}
_OWN = ("population.enterprises", "population.tiers", "population.sectors", "population.counties", "state.",
        "formalism.veto")  # fmt: skip
"""Keys that are set as counts, not drawn one by one."""


def random_case(number: int) -> tuple[Case, tuple[str, ...]]:
    """Return the case of a scenario and the names of its twists."""
    content = _content(BASE)
    reference = "assessor_independence" if Dice(number, 4).chance(0.06) else Dice(number, 0).pick(list_strategies())
    content = {**content, "published": (), "default_strategy": reference}
    content = _listed(_dated(content, Dice(number, 1)), Dice(number, 2))
    content = _valued(content, Dice(number, 3))
    twists = tuple(name for name, dice in _each_twist(number) if dice.chance(0.13))
    for name in twists:
        dice = Dice(number, 100 + list(TWISTS).index(name))
        dice.share()
        if name == "reports late and shaded":
            content = {**content, "reporting": reporting_off().model_dump(exclude_none=True)}
        for key, span in TWISTS[name].items():
            content = _forced(content, key, _drawn(dice, span))
        if name == "sure rush":
            content = _edited(content, "scenario.rush.chances", (1.0,))
            content = _edited(content, "scenario.rush.weights", (1.0,))
    return Case.from_content(content, Origin(f"scenario-{number}.yaml")), twists


@cache
def _content(name: str) -> Content:
    """Return a shipped case as plain content; nobody changes it in place."""
    return load_case(name).content()


def _each_twist(number: int) -> Iterator[tuple[str, Dice]]:
    """Yield each twist with the dice that say whether it applies."""
    for k, name in enumerate(TWISTS):
        yield name, Dice(number, 100 + k)


def _drawn(dice: Dice, span: Sequence[float]) -> float:
    """Return a value between two ends, whole between whole ones, or the one value given."""
    low, high = min(span), max(span)
    return dice.whole(int(low), int(high)) if isinstance(low, int) else dice.between(low, high)


# --------------------------------------------------------------------------------------------------- dates
def _dated(content: Content, dice: Dice) -> Content:
    """Set the days: 30 to 120 of them around a public holiday, the deadlines among them, the starts before."""
    free = dice.pick(FREE_DAYS)
    as_of = free - dt.timedelta(days=dice.whole(4, 26))
    if (as_of.month, as_of.day) == (12, 31):  # the headline is due within the as-of date's year
        as_of -= dt.timedelta(days=1)
    end = as_of + dt.timedelta(days=dice.whole(30, 60) if dice.chance(0.8) else dice.whole(61, 120))
    last = min(end - dt.timedelta(days=1), dt.date(as_of.year, 12, 31))
    first = as_of + dt.timedelta(days=1)
    eve = free - dt.timedelta(days=1)
    starts = sorted({as_of - dt.timedelta(days=dice.whole(1, 250)) for _ in range(dice.whole(1, 3))})
    headline = dice.pick((min(eve, last), dice.day(first, last), last))
    due: list[Content] = []
    for target in content["targets"]["list"]:
        deadline = headline if target["id"] == content["targets"]["headline"] else dice.day(first, last)
        moved = {**target, "deadline": deadline}
        if "all_deadline" in target:
            moved["all_deadline"] = dice.day(deadline, end)
        due.append(moved)
    content = {**content, "as_of": as_of, "horizon_end": end, "targets": {**content["targets"], "list": tuple(due)}}
    content = {**content, "calendar": {**content["calendar"], "days": _overrides(dice, as_of, end, free)}}
    content = _edited(content, "scenario.start.dates", tuple(starts))
    content = _edited(content, "scenario.start.weights", tuple(1.0 / len(starts) for _ in starts))
    for block in ("benchmark_split", "after_missed_deadline"):
        content = _edited(content, f"scenario.{block}.value", dice.pick(content["scenario"][block]["options"]))
    return _edited(content, "scenario.reference_class.value", dice.pick(("voluntary", "order", "filing")))


def _overrides(dice: Dice, as_of: dt.date, end: dt.date, free: dt.date) -> tuple[Content, ...]:
    """Return the free day, some days that the case calls working or free, at times a fortnight of one kind."""
    first = as_of + dt.timedelta(days=1)
    days = {dice.day(first, end): dice.chance(0.4) for _ in range(dice.whole(0, 4))}
    if dice.chance(0.15):
        begin, working = dice.day(first, end), dice.chance(0.5)
        days |= {begin + dt.timedelta(days=k): working for k in range(14)}
    days[free] = False
    reason = {"zh": "试验", "en": "test"}
    return tuple({"date": day, "working": working, "reason": reason} for day, working in sorted(days.items()))


# -------------------------------------------------------------------------------------------------- counts
def _listed(content: Content, dice: Dice) -> Content:
    """Set the size of the list, its benchmarks, counties and sectors, and stages that nest."""
    some = [dice.whole(*span) for span in _SIZES]
    n = dice.pick(some)
    benchmarks = dice.pick((0, n, dice.whole(0, n), dice.whole(0, n // 3)))
    parts = sorted(dice.whole(0, benchmarks) for _ in range(2))
    tiers = (parts[0], parts[1] - parts[0], benchmarks - parts[1])
    values: dict[str, float] = {"population.enterprises": n}
    values |= {f"population.tiers.{name}": count for name, count in zip(TIERS, tiers, strict=True)}
    values["population.counties"] = dice.pick((1, 2, dice.whole(3, 13), dice.whole(14, 40)))
    mines, chemicals = dice.pick(((0.1, 0.2), (0.0, 0.0), (1.0, 0.0), (0.4, 0.4)))
    values |= {"population.sectors.mines": mines, "population.sectors.chemicals": chemicals}
    values["population.sectors.industry_trade"] = round(1.0 - mines - chemicals, 6)
    for key, value in {**values, **_stages(dice, n)}.items():
        content = _forced(content, key, value)
    return content


def _stages(dice: Dice, n: int) -> dict[str, float]:
    """Return counts by stage: nobody, everybody, or some."""
    style = dice.share()
    if style < 0.06:
        counts = dict.fromkeys(("built", "building", "connected", "online", "assessed", "passed"), 0)
    elif style < 0.12:
        counts = {**dict.fromkeys(("built", "connected", "online", "assessed", "passed"), n), "building": 0}
    else:
        built = int(n * dice.between(0.0, 0.8))
        building = dice.whole(0, n - built)
        online = dice.whole(0, built)
        assessed = dice.whole(0, built)
        connected = dice.whole(online, built + building)
        counts = {"built": built, "building": building, "online": online, "connected": connected}
        counts |= {"assessed": assessed, "passed": dice.whole(0, assessed)}
    return {f"state.{key}": count for key, count in counts.items()}


# -------------------------------------------------------------------------------------------------- values
def _valued(content: Content, dice: Dice) -> Content:
    """Draw every other number inside the range that is believed, or at one of its ends."""
    for key, held in _quantities(content, ""):
        u = dice.share()
        v = dice.share()
        if key.startswith(_OWN) or u < 0.4:
            continue
        low, high = held["range"]
        value = (low if v < 0.5 else high) if u > 0.8 else low + (high - low) * v
        whole = held["unit"] in _WHOLE or "pass_score" in key
        content = _edited(content, f"{key}.value", int(round(value)) if whole else value)
    content = _forced(content, "hazards.arising.general", dice.between(2.0, 30.0))
    return _forced(content, "deterrence.mean_fine", 1.0 + math.floor(dice.between(0.0, 50_000.0)))


def _quantities(entry: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the quantities of plain content with their keys."""
    for name, item in entry.items():
        if isinstance(item, dict):
            key = f"{prefix}.{name}" if prefix else name
            if "unit" in item and "range" in item:
                yield key, item
            else:
                yield from _quantities(item, key)


def _forced(content: Content, key: str, value: float) -> Content:
    """Return the content with another value of a quantity, its range moved along."""
    held: Any = content
    for name in key.split("."):
        held = held[name]
    content = _edited(content, f"{key}.value", value)
    return _edited(content, f"{key}.range", (min(held["range"][0], value), max(held["range"][1], value)))


def _edited(content: Content, key: str, value: object) -> Content:
    """Return the content with the entry at a dotted key replaced."""
    head, _, rest = key.partition(".")
    return {**content, head: _edited(content[head], rest, value) if rest else value}
