"""What the words around a table say for all of it: its date, its year, its stage, how it counts."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from dpsim.progress.aliases import stages_within
from dpsim.progress.dates import Found, dates_in, years_in
from dpsim.progress.notes import Notes, Place

_RANGE = re.compile(r"\s*([-~—－–至到]|to)+\s*\Z")


@dataclass(frozen=True)
class Said:
    """One text around a table.

    Parameters
    ----------
    text : str
    place : Place
    """

    text: str
    place: Place


def year_of(said: list[Said]) -> int | None:
    """Return the only year the texts name, None if there is none or several."""
    years = {year for one in said for year in years_in(one.text)}
    return years.pop() if len(years) == 1 else None


def date_of(said: list[Said], notes: Notes, place: Place) -> dt.date | None:
    """Return the date of a table, or note what is wrong: titles first, then the sheet's and the file's name.

    Texts that name different dates are a fault; a date said to be the one of the counts (截至) goes before others.
    """
    year = year_of(said)
    taken: list[tuple[dt.date, Said, Found, bool]] = []
    wrong: list[tuple[str, Said]] = []
    for one in said:
        found = dates_in(one.text)
        for chosen, several in _chosen(one.text, found):
            day = chosen.resolved(year)
            if isinstance(day, str):
                wrong.append((day, one))
            else:
                taken.append((day, one, chosen, several))
    if any(chosen.as_of for _, _, chosen, _ in taken):
        taken = [entry for entry in taken if entry[2].as_of or entry[1].place.row < 0]
    if not taken:
        message, at = (wrong[0][0], wrong[0][1].place) if wrong else ("progress.no_date", place)
        notes.fault(message, at, wrong[0][1].text if wrong else "")
        return None
    day, one, chosen, several = taken[0]
    for other, there, _, _ in taken[1:]:
        if other != day:
            notes.fault("progress.dates_differ", there.place, there.text, other=day.isoformat())
            return None
    for message in filter(None, (chosen.repair, "progress.repair.date_chosen" if several else None)):
        notes.repair(message, one.place, one.text, day.isoformat())
    return day


def _chosen(text: str, found: list[Found]) -> list[tuple[Found, bool]]:
    """Return the dates of one text that count, and whether others were left: as-of dates, or the end of a range."""
    as_of = [one for one in found if one.as_of]
    if as_of:
        return [(one, len(found) > 1) for one in as_of]
    found = [one for one in found if one.kind != "month"] or found
    text = unicodedata.normalize("NFKC", text).lower()
    if len(found) == 2 and _RANGE.match(text[found[0].at[1] : found[1].at[0]]):
        return [(found[1], True)]
    return [(one, False) for one in found]


def stage_said(said: list[Said], notes: Notes, place: Place) -> str | None:
    """Return the stage the title, the sheet or the file names, or note that none or several are named."""
    for one in said:
        named = stages_within(one.text)
        if len(named) > 1:
            notes.fault("progress.stages_several", one.place, one.text, found=", ".join(sorted(named)))
            return None
        if named:
            return named.pop()
    notes.fault("progress.no_stage", place)
    return None
