"""Forecasts of one table as of several dates, for all units together or for each: a folder each, and an index."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from dpsim.errors import DpsimError, InputError
from dpsim.experiments.plain_json import read_json
from dpsim.forecast.asked import ALL, EACH, check_numbers, checked_class, checked_day
from dpsim.forecast.basis import basis_of, options_of
from dpsim.forecast.list_asked import DEFAULT
from dpsim.forecast.scoreboard import inputs_digest
from dpsim.language import LANGUAGES
from dpsim.params.wording import shown, shown_name
from dpsim.progress.load import Progress
from dpsim.progress.plan import load_supply
from dpsim.progress.wanted import load_targets
from dpsim.report.made_files import check_replaced, write_made
from dpsim.report.outlook.job import outlook_of, save_outlook, table_with_levels
from dpsim.report.outlook.request import check_free, request_of
from dpsim.report.tables import csv_bytes

INDEX, INDEX_FILES = Path("index"), ("index.json", "index.csv")
_ODD = re.compile(r"[^\w-]")
_LONGEST = 40
_SHARED = ("capacity", "supply", "lists", "groups")
_OF_A_DATE = tuple(
    f"forecast.{name}"
    for name in (
        *("deadline", "stale", "no_units", "group"),
        *("supply_stage", "supply_without", "list_more", "list_definition"),
    )
)
"""What may be wrong of one date alone: the forecast of that date is listed as failed, the others are made."""


@dataclass(frozen=True)
class Entry:
    """One forecast: its as-of date, its unit (`all` for all together or the whole table), its folder below the root."""

    as_of: str
    unit: str
    place: Path


@dataclass(frozen=True)
class Told:
    """What became of an entry: the targets of its forecast, or why there is none, in every language."""

    entry: Entry
    targets: pd.DataFrame
    reason: Mapping[str, str] | None


def dates_of(text: str) -> list[str]:
    """Return as-of dates from a text with commas, in its order.

    Raises
    ------
    InputError
        One is no date, or stands twice.
    """
    days = [checked_day("as_of", part.strip()).isoformat() for part in text.replace("，", ",").split(",")]
    for day in days:
        if days.count(day) > 1:
            raise InputError("forecast.date_twice", given=day)
    return days


def many_outlooks(
    table: str | Path,
    targets: str | Path,
    out: Path,
    *,
    dates: Sequence[str],
    each_unit: bool,
    reference: str | None,
    rush: float,
    seed: int,
    draws: int,
    kept: Path | None = None,
    capacity: Mapping[str, float] | None = None,
    supply: str | Path | None = None,
    stages: Mapping[str, Sequence[str]] | None = None,
    lists: Sequence[str] = DEFAULT,
    groups: str | Path | None = None,
    townships: bool = False,
) -> list[Told]:
    """Forecast as of every date and write all folders; one that cannot be made stops no other.

    Parameters
    ----------
    table, targets : str or pathlib.Path
    out : pathlib.Path
        Root of the folders: `<as-of date>/all`, and `<as-of date>/<number>-<unit>` of each unit; `index` beside them.
    dates : sequence of str
    each_unit : bool
        A forecast for each unit, group and all together, of its own targets, instead of one for all of them; its pace
        is still drawn towards theirs.
    reference, rush, seed, draws, kept, capacity, supply, stages, lists, groups, townships
        See `dpsim.report.outlook.job.make_outlook`.

    Raises
    ------
    InputError
        The table or the list of targets cannot be read, a number or the class is not allowed, or a folder holds another
        forecast.
    """
    check_numbers(seed, draws, rush)
    checked_class(reference)
    progress, together = table_with_levels(table, stages=stages, groups=groups, townships=townships)
    wanted = load_targets(targets, stages=stages)
    asked: dict[str, Any] = {"reference": reference, "rush": rush, "seed": seed, "draws": draws, "kept": kept}
    asked |= {"capacity": capacity, "supply": None if supply is None else load_supply(supply)}
    asked |= {"lists": lists, "groups": together}
    for day in dates:
        _check_shared(progress, wanted, day, asked)
    jobs = list(entries(progress, together, wanted, dates, each_unit=each_unit))
    _check_places(jobs, out, progress, wanted, asked, each_unit=each_unit)
    told = []
    for entry in jobs:
        try:
            own = targets_of(entry.unit, wanted) if each_unit else wanted
            outlook = outlook_of(progress, own, as_of=entry.as_of, **asked)
            save_outlook(outlook, out / entry.place, kept=kept)
            told.append(Told(entry, outlook.made.targets, None))
        except DpsimError as error:
            told.append(Told(entry, pd.DataFrame(), {lang: error.text(lang) for lang in LANGUAGES}))
    _write_index(told, out)
    return told


def _check_shared(progress: Progress, wanted: pd.DataFrame, as_of: str, asked: Mapping[str, Any]) -> None:
    """Refuse, before anything is made, what all forecasts of a date share; a date that has no forecast is listed."""
    known = {ALL, EACH, *progress.frame["unit"], *asked["groups"]}
    for unit in wanted["unit"]:
        if unit not in known:
            raise InputError("forecast.unknown_unit", given=shown(unit), allowed=", ".join(sorted(known)[:30]))
    try:
        options_of(basis_of(progress, wanted, as_of), **{name: asked[name] for name in _SHARED})
    except InputError as error:
        if error.message not in _OF_A_DATE:
            raise


def _check_places(
    jobs: Sequence[Entry],
    out: Path,
    progress: Progress,
    wanted: pd.DataFrame,
    asked: Mapping[str, Any],
    *,
    each_unit: bool,
) -> None:
    """Refuse, before anything is made, folders of other forecasts, and an index that leads to some not made now."""
    given, requests = {name: value for name, value in asked.items() if name != "kept"}, []
    inputs: dict[str, str] = {}
    for entry in jobs:
        with suppress(InputError):  # without a target it is not made
            own = targets_of(entry.unit, wanted) if each_unit else wanted
            if entry.as_of not in inputs:
                inputs[entry.as_of] = inputs_digest(progress, checked_day("as_of", entry.as_of))
            requests.append((out / entry.place, request_of(inputs[entry.as_of], own, as_of=entry.as_of, **given)))
    for place, request in requests:
        check_free(place, request)
    check_replaced(out / INDEX, INDEX_FILES, record=INDEX_FILES[0])
    file = out / INDEX / INDEX_FILES[0]
    if not file.exists():
        return
    try:
        held = {str(job["run_id"]) for job in read_json(file)["jobs"] if job["folder"]}
    except (OSError, ValueError, TypeError, LookupError):
        held = {file.name}
    lost = sorted(held - {entry.place.as_posix() for entry in jobs})
    if lost:
        raise InputError("forecast.other_index", index=shown_name(out / INDEX, 200), first=shown(lost[0]))


def entries(
    progress: Progress,
    groups: Mapping[str, Sequence[str]],
    wanted: pd.DataFrame,
    dates: Sequence[str],
    *,
    each_unit: bool,
) -> Iterator[Entry]:
    """Yield what is to be forecast, by date and unit; groups and all together where a target speaks of them."""
    named = {str(unit) for unit in wanted["unit"]}
    units = sorted(progress.frame["unit"].unique()) if each_unit else []
    units += [group for group in sorted(groups) if each_unit and named & {EACH, group}]
    whole = [ALL] if not each_unit or named & {EACH, ALL} else []
    for as_of in dates:
        for number, unit in enumerate(units, start=1):
            safe = _ODD.sub("_", unit)[:_LONGEST]  # a name is a user's text: it leads to no other folder
            yield Entry(as_of, unit, Path(as_of) / f"{number:03}-{safe}")
        yield from (Entry(as_of, unit, Path(as_of) / unit) for unit in whole)


def targets_of(unit: str, wanted: pd.DataFrame) -> pd.DataFrame:
    """Return the targets of one unit: its own, and those of every unit."""
    own = wanted[wanted["unit"].isin([EACH, unit])]
    if own.empty:
        raise InputError("forecast.no_target_of", given=shown(unit))
    return own.assign(unit=unit)


def _write_index(told: Sequence[Told], out: Path) -> None:
    """Write what there is and what is not, as JSON for programs and as CSV for people, with check sums."""
    jobs = [
        {
            "as_of": one.entry.as_of,
            "unit": one.entry.unit,
            "run_id": one.entry.place.as_posix(),
            "state": "made" if one.reason is None else "failed",
            "folder": f"../{one.entry.place.as_posix()}" if one.reason is None else None,
            "reason": one.reason,
        }
        for one in told
    ]
    table = index_table((one.entry.as_of, one.entry.place.as_posix(), one.targets) for one in told if not one.reason)
    text = json.dumps({"jobs": jobs}, ensure_ascii=False, indent=1) + "\n"
    write_made(out / INDEX, dict(zip(INDEX_FILES, (text.encode(), csv_bytes(table)), strict=True)))


def index_table(made: Iterable[tuple[str, str, pd.DataFrame]]) -> pd.DataFrame:
    """Return the targets of all forecasts, the as-of date and the folder of each before them."""
    rows = [targets.assign(as_of=as_of, folder=place) for as_of, place, targets in made]
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=["as_of", "folder"])
    first = ["as_of", "folder"]
    return table[first + [name for name in table if name not in first]]
