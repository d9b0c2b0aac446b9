"""Rules about the counts of a case's counties: whole numbers that nest, named once, adding up to the city's counts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from dpsim.params.dig import at_most, dig, is_number, items, value_of
from dpsim.params.faults import Fault, Path

ROWS: Path = ("population", "county_list", "rows")
STAGES = ("building", "built", "connected", "online", "assessed", "passed")
TIERS = ("benchmark_provincial", "benchmark_municipal", "benchmark_county")
SECTORS = ("mines", "chemicals", "industry_trade")
_WITHIN = (("built", "enterprises"), ("online", "built"), ("online", "connected"), ("connected", "enterprises"),
           ("passed", "assessed"), ("passed", "built"), ("assessed", "built"))  # fmt: skip
_NEEDS = (("building", "built"), ("connected", "online"), ("online", "built"), ("assessed", "passed"),
          ("passed", "built"))  # fmt: skip
"""A count per county that means something only beside another."""
MAX_NAME = 40
"""Longest name of a county."""


def county_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield every fault of the list of counties; a case without one has none."""
    rows = list(items(content, ROWS))
    if not rows:
        return
    counties = value_of(content, "population", "counties")
    if counties is not None and counties != len(rows):
        yield Fault("params.counties_differ", ROWS, len(rows), {"allowed": counties})
    if dig(content, "population", "county_names_published") is not True:
        yield Fault("params.counties_named", ("population", "county_names_published"), False)
    yield from _names(rows)
    columns = [key for key in rows[0][1] if key != "name"]
    yield from _columns(rows, columns)
    sound = [row for row in rows if all(_whole(row[1].get(key)) for key in columns)]
    for path, row in rows:
        yield from _row(path, row)
    if len(sound) == len(rows):
        yield from _sums(content, {key: sum(row[key] for _, row in rows) for key in columns})
        yield from _ahead(content, [row for _, row in rows], columns)


def _whole(given: object) -> bool:
    """Tell whether something is a count."""
    return is_number(given) and given == int(given) and given >= 0


def _names(rows: list[tuple[Path, Mapping[str, Any]]]) -> Iterator[Fault]:
    """Names are short, and each stands once."""
    seen: set[str] = set()
    for path, row in rows:
        name = row.get("name")
        if not isinstance(name, str):
            continue
        key = unicodedata.normalize("NFKC", name)
        if len(name) > MAX_NAME:
            yield Fault("params.long_name", (*path, "name"), name, {"allowed": MAX_NAME})
        if key in seen:
            yield Fault("params.duplicate_id", (*path, "name"), name)
        seen.add(key)


def _columns(rows: list[tuple[Path, Mapping[str, Any]]], columns: list[str]) -> Iterator[Fault]:
    """Every row gives the same counts, and those that belong together."""
    wanted = ", ".join(columns)
    for path, row in rows[1:]:
        given = [key for key in row if key != "name"]
        if set(given) != set(columns):
            yield Fault("params.columns_differ", path, tuple(given), {"allowed": wanted})
    needed = [(key, other) for key, other in _NEEDS if key in columns and other not in columns]
    for group in (TIERS, SECTORS):
        lacking = [key for key in group if key not in columns]
        needed += [(next(key for key in group if key in columns), key) for key in lacking if len(lacking) < 3]
    for key, other in needed:
        yield Fault("params.column_needs", (*rows[0][0], key), None, {"other": other})


def _row(path: Path, row: Mapping[str, Any]) -> Iterator[Fault]:
    """Counts of one county are whole and nest."""
    for key, given in row.items():
        if key != "name" and is_number(given) and not _whole(given):
            message, allowed = ("params.outside_bounds", "0 ≤ x") if given < 0 else ("params.not_whole", "")
            yield Fault(message, (*path, key), given, {"allowed": allowed})
    count = {key: given if is_number(given) else None for key, given in row.items()}
    for inner, outer in _WITHIN:
        yield from at_most((*path, inner), count.get(inner), outer, count.get(outer))
    total, built, building = (count.get(key) for key in ("enterprises", "built", "building"))
    if built is not None and building is not None:
        yield from at_most((*path, "connected"), count.get("connected"), "built + building", built + building)
        if total is not None and built <= total:
            yield from at_most((*path, "building"), building, "enterprises - built", total - built)
    tiers = [given for key in TIERS if (given := count.get(key)) is not None]
    yield from at_most((*path, TIERS[0]), sum(tiers), "enterprises", total)
    sectors = [given for key in SECTORS if (given := count.get(key)) is not None]
    if len(sectors) == len(SECTORS) and total is not None and sum(sectors) != total:
        yield Fault("params.sum_differs", (*path, SECTORS[0]), sum(sectors), {"other": "enterprises", "allowed": total})


def _sums(content: Mapping[str, Any], sums: Mapping[str, int]) -> Iterator[Fault]:
    """The counties add up to the counts of the city."""
    places: dict[str, tuple[str, ...]] = {"enterprises": ("population", "enterprises")}
    places |= {key: ("state", key) for key in STAGES} | {key: ("population", "tiers", key) for key in TIERS}
    for key, place in places.items():
        value = value_of(content, *place)
        if key in sums and value is not None and sums[key] != value:
            yield Fault("params.sum_differs", ROWS, sums[key], {"other": ".".join(place), "allowed": value})
    for key in SECTORS:
        share = value_of(content, "population", "sectors", key)
        if key in sums and share is not None and sums["enterprises"]:
            counted = sums[key] / sums["enterprises"]
            if abs(counted - share) * sums["enterprises"] > 0.01:
                other = f"population.sectors.{key}"
                yield Fault("params.sum_differs", ROWS, round(counted, 9), {"other": other, "allowed": share})


def _ahead(content: Mapping[str, Any], rows: list[Mapping[str, Any]], columns: list[str]) -> Iterator[Fault]:
    """Where more are connected than built, the rest must be building: the city's count has room for them all."""
    building = value_of(content, "state", "building")
    if "building" in columns or "connected" not in columns or "built" not in columns or building is None:
        return
    ahead = sum(max(0, row["connected"] - row["built"]) for row in rows)
    if building < ahead:
        yield Fault("params.building_below", ("state", "building"), building, {"allowed": ahead})
