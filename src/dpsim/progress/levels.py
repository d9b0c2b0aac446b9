"""Levels above and below the units of a table: groups from a list or from names, townships from a ledger."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dpsim.core.words import STAGES
from dpsim.errors import InputError
from dpsim.params.wording import shown
from dpsim.progress.load import Progress
from dpsim.progress.wanted import EVERYBODY, HEADS, column_places
from dpsim.tabular.places import cell_name, refuse
from dpsim.tabular.sheet import read_sheets

if TYPE_CHECKING:
    pass

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
    file = read_sheets(Path(path))
    rows = file.sheets[0].rows
    places = column_places(rows[0], file.name, COLUMNS, tuple(COLUMNS))
    out: dict[str, list[str]] = {}
    faults: list[InputError] = []
    for number, cells in enumerate(rows[1:], start=1):
        if not any(cell != "" for cell in cells):
            continue
        held = [str(cells[column]) if column < len(cells) else "" for column in (places["unit"], places["group"])]
        unit, group = (unicodedata.normalize("NFKC", text).strip() for text in held)
        known = out.setdefault(group, [])
        if not unit or not group or group in EVERYBODY or unit in known:
            at, given = cell_name(number, places["group" if unit else "unit"]), shown(f"{unit}, {group}")
            faults.append(InputError("progress.levels.group_row", where=at, given=given))
        known.append(unit)
    if not out:
        faults.append(InputError("progress.levels.group_none", where=file.name))
    refuse(file.name, faults)
    return out


def counties_of(units: Iterable[str]) -> dict[str, list[str]]:
    """Return the townships of each county, where units are named `county/township` and no unit is the county itself.

    One township alone makes no county.
    """
    names = sorted(set(units))
    out: dict[str, list[str]] = {}
    for name in names:
        county, sign, township = name.partition(BETWEEN)
        if sign and county and township and county not in names and county not in EVERYBODY:
            out.setdefault(county, []).append(name)
    return {county: towns for county, towns in out.items() if len(towns) > 1}


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
