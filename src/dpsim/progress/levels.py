"""Levels above and below the units of a table: groups from a list or from names, townships from a ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dpsim.core.words import STAGES
from dpsim.errors import InputError
from dpsim.language import LANGUAGES, say
from dpsim.params.wording import shown
from dpsim.progress.aliases import plain, row_kind
from dpsim.progress.listing import read_listing
from dpsim.progress.load import Progress
from dpsim.progress.rows import name_of
from dpsim.progress.wanted import EVERYBODY, HEADS

BETWEEN = "/"
"""Between a county and a township in the name of a unit."""
COLUMNS = {
    "unit": (*HEADS["unit"], "乡镇", "街道", "township"),
    "group": ("上级", "所属", "所属单位", "分组", "片区", "group", "part of", "parent"),
}
"""Headers of a list of groups."""


def load_groups(path: str | Path) -> dict[str, list[str]]:
    """Return which units a list puts together.

    Parameters
    ----------
    path : str or pathlib.Path
        A workbook or a text file; its first sheet holds a line of headers (`COLUMNS`) and one line per unit. A unit may
        stand in several groups.

    Raises
    ------
    FileFaults
        Everything that is wrong with it, each with its cell.
    """
    listing = read_listing(path, COLUMNS, tuple(COLUMNS))
    out: dict[str, list[str]] = {}
    for row, cells in listing.lines:
        unit, group = (name_of(cells[key]) for key in ("unit", "group"))
        known = out.setdefault(group, [])
        if not unit or not group or unit in known:
            listing.wrong("progress.levels.group_row", row, "group" if unit else "unit", f"{unit}, {group}")
        elif is_total(group):
            listing.wrong("progress.levels.group_total", row, "group")
        known.append(unit)
    listing.check("progress.levels.group_none")
    return out


def is_total(name: str) -> bool:
    """Tell whether a name is one of all units together, or of every unit, in either language, however it is written."""
    said = {*EVERYBODY, *(say("outlook.all", lang=lang) for lang in LANGUAGES)}
    return row_kind(name) == "total" or plain(name) in {plain(word) for word in said}


def counties_of(units: Iterable[str]) -> dict[str, list[str]]:
    """Return the townships of each county, where units are named `county/township` and no unit is the county itself.

    Where no county has more than one township, the units are the counties and there is no such level.

    Raises
    ------
    InputError
        A county is named like all units together.
    """
    names = sorted(set(units))
    out: dict[str, list[str]] = {}
    for name in names:
        county, sign, township = name.partition(BETWEEN)
        if sign and county and township and county not in names:
            if is_total(county):
                raise InputError("progress.levels.county_total", given=shown(county), unit=shown(name))
            out.setdefault(county, []).append(name)
    return out if any(len(towns) > 1 for towns in out.values()) else {}


def all_levels(units: Iterable[str], listed: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the groups of a table: its counties of townships, and those of a list.

    Raises
    ------
    InputError
        A group of the list has the name of a unit or of a county, whatever the case and the blanks, or holds what is no
        unit.
    """
    names = list(dict.fromkeys(units))
    out = counties_of(names)
    taken = {plain(name): name for name in (*names, *out)}
    for group, members in listed.items():
        if plain(group) in taken:
            raise InputError("progress.levels.group_taken", group=shown(group), given=shown(taken[plain(group)]))
        missing = [name for name in members if name not in names]
        if missing:
            raise InputError("forecast.group", group=shown(group), given=shown(", ".join(missing)))
    return out | {group: list(members) for group, members in listed.items()}


def by_township(progress: Progress) -> Progress:
    """Return a ledger with townships as its units, named `county/township`, and their counts on the dates it has.

    Raises
    ------
    InputError
        There is no ledger of all units, or an enterprise of it has no township.
    """
    import pandas as pd

    frame, ledger = progress.frame, progress.ledger
    if ledger is None or set(ledger["unit"]) != set(frame["unit"]):
        raise InputError("progress.levels.no_townships")
    without = ledger[ledger["township"] == ""]
    if len(without):
        raise InputError(
            "progress.levels.township_missing", count=len(without), first=shown(without["enterprise"].iloc[0])
        )
    own = ledger.assign(unit=ledger["unit"] + BETWEEN + ledger["township"], township="")
    listed, removed = pd.to_datetime(own["listed"]), pd.to_datetime(own["removed"])
    parts = []
    for date in sorted(frame["date"].unique()):
        held = own[~(listed > date) & ~(removed <= date)].groupby("unit")
        for stage in (stage for stage in STAGES if stage in set(frame["stage"])):
            done = held[stage].agg(lambda days, date=date: int((days <= date).sum()))
            part = pd.DataFrame({"total": held.size(), "done": done}).reset_index()
            parts.append(part.assign(date=date, stage=stage))
    rows = pd.concat(parts, ignore_index=True)[list(frame.columns)].astype(frame.dtypes.to_dict())
    return replace(progress, frame=rows, ledger=own)
