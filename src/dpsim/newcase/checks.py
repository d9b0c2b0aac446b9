"""Check what was read of a table: names, counts of a county against each other, totals against sums."""

from __future__ import annotations

import unicodedata

from dpsim.errors import InputError
from dpsim.newcase.columns import SECTORS, TIERS
from dpsim.newcase.reading import County, Reading, header_word
from dpsim.tabular.counts import MAX_COUNT
from dpsim.tabular.places import cell_name

MAX_NAME = 40
"""Longest name of a county."""
_WITHIN = (
    ("built", "enterprises"),
    ("online", "built"),
    ("online", "connected"),
    ("passed", "assessed"),
    ("passed", "built"),
    ("assessed", "built"),
)
"""Which count is part of which."""


def check_names(reading: Reading, counties: list[County]) -> None:
    """Check that each county has a name of its own that can be shown."""
    seen: dict[str, int] = {}
    for county in counties:
        key = unicodedata.normalize("NFKC", county.name)
        if not county.name:
            reading.fault("newcase.name_missing", county.row, "county")
        elif len(county.name) > MAX_NAME or not county.name.isprintable():
            reading.fault("newcase.name_odd", county.row, "county", allowed=MAX_NAME)
        elif key in seen:
            other = cell_name(seen[key], reading.at["county"])
            reading.fault("newcase.name_twice", county.row, "county", other=other)
        seen.setdefault(key, county.row)


def check_joined(reading: Reading, rows: list[int], columns: tuple[str, ...]) -> None:
    """Check that no joined cell stands for more than one count: nobody knows how it divides."""
    for (top, left), (bottom, right) in reading.sheet.joined:
        covered = [column for column in columns if left <= reading.at[column] <= right]
        held = [row for row in rows if top <= row <= bottom] if covered else []
        if len(covered) * len(held) > 1:
            column = min(covered, key=reading.at.__getitem__)
            reading.fault("tabular.joined", held[0], column, cells=f"{cell_name(top, left)}:{cell_name(bottom, right)}")


def check_nesting(reading: Reading, county: County) -> None:
    """Check the counts of one county against each other."""
    counts = county.counts
    for inner, outer in _WITHIN:
        if inner in counts and outer in counts and counts[inner] > counts[outer]:
            _above(reading, county, inner, (outer,))
    if {"building", "built", "enterprises"} <= counts.keys() and counts["built"] <= counts["enterprises"]:
        rest = counts["enterprises"] - counts["built"]
        if counts["building"] > rest:
            other = f"{reading.named(county, 'enterprises')} - {reading.named(county, 'built')}"
            reading.fault("newcase.above", county.row, "building", other=other, allowed=rest)
    started = ("built", "building") if "building" in counts else ("enterprises",)
    if {"connected", *started} <= counts.keys() and counts["connected"] > sum(counts[column] for column in started):
        _above(reading, county, "connected", started)
    tiers = [column for column in TIERS if column in counts]
    if "enterprises" in counts and tiers and sum(counts[c] for c in tiers) > counts["enterprises"]:
        other = reading.named(county, "enterprises")
        reading.fault("newcase.tiers_above", county.row, tiers[0], other=other, allowed=counts["enterprises"])
    sectors = [column for column in SECTORS if column in counts]
    total = sum(counts[column] for column in sectors)
    if len(sectors) == len(SECTORS) and total != counts.get("enterprises", total):
        other = reading.named(county, "enterprises")
        reading.fault("newcase.sectors_differ", county.row, sectors[0], sum=total, other=other)


def _above(reading: Reading, county: County, inner: str, outer: tuple[str, ...]) -> None:
    """Note that a count is larger than what it is part of."""
    other = " + ".join(reading.named(county, column) for column in outer)
    allowed = sum(county.counts[column] for column in outer)
    reading.fault("newcase.above", county.row, inner, other=other, allowed=allowed)


def check_totals(reading: Reading, row: int, counties: list[County], columns: tuple[str, ...]) -> None:
    """Check the row of totals against the sums, where it says anything."""
    for column in columns:
        if str(reading.cell(row, column)).strip() == "":
            continue
        given = reading.count(row, column)
        known = [county.counts[column] for county in counties if column in county.counts]
        if given is not None and len(known) == len(counties) and given != sum(known):
            reading.fault("newcase.total_differs", row, column, sum=sum(known))


def check_sums(reading: Reading, header: int, counties: list[County], columns: tuple[str, ...]) -> None:
    """Check that no column adds up to more than a case can hold."""
    for column in columns:
        total = sum(county.counts.get(column, 0) for county in counties)
        if total > MAX_COUNT:
            where = reading.where(header, reading.at[column])
            values = {"column": header_word(column), "sum": total, "allowed": MAX_COUNT}
            reading.faults.append(InputError("newcase.total_outside", where=where, **values))
