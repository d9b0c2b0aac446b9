"""Put the counts of all dates together: duplicates, names, what moves, what falls, what is missing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from itertools import pairwise
from statistics import median

from dpsim.progress.aliases import stages_known
from dpsim.progress.dispatch import Observed
from dpsim.progress.notes import Notes, Place

WITHIN = (
    ("online", "built"),
    ("online", "connected"),
    ("assessed", "built"),
    ("passed", "assessed"),
    ("passed", "built"),
)
"""Which count is part of which; every count is part of its total, which is checked where it is read."""
_LARGE = 20
"""Smaller totals are the same by chance."""
_ENDS = re.compile(r"(自治县|街道办事处|办事处|街道|县|区|市|镇|乡)\Z")


def put_together(observed: Iterable[Observed], notes: Notes) -> list[Observed]:
    """Return one count per date, unit and stage, sorted, and note what a reader must know of them."""
    kept: dict[tuple[dt.date, str, str], Observed] = {}
    for one in observed:
        before = kept.get(one.key)
        if before is None:
            kept[one.key] = one
            continue
        given = f"{one.unit} {one.date} {one.stage}: {one.done} / {one.total}"
        if (before.total, before.done) == (one.total, one.done):
            notes.repair("progress.repair.duplicate_dropped", one.place, given, str(before.place))
        else:
            other = f"{before.done} / {before.total} ({before.place})"
            notes.fault("progress.duplicate_differs", one.place, given, other=other)
    order = stages_known()
    rows = sorted(kept.values(), key=lambda one: (one.date, one.unit, order.index(one.stage)))
    _check_names(rows, notes)
    _check_funnel(kept, notes)
    _list_same(rows, notes)
    _list_moves(rows, notes)
    _list_missing(rows, notes)
    return rows


def _check_names(rows: list[Observed], notes: Notes) -> None:
    """Note two names of one unit: they differ by an ending or by capitals, and never stand on the same date."""
    dates: dict[str, set[dt.date]] = {}
    first: dict[str, Observed] = {}
    for one in rows:
        dates.setdefault(one.unit, set()).add(one.date)
        first.setdefault(one.unit, one)
    short: dict[str, str] = {}
    for name in dates:
        key = _ENDS.sub("", name) if len(name) > 1 else name
        other = short.setdefault(key.casefold(), name)
        if other != name and not dates[name] & dates[other]:
            notes.fault("progress.unit_two_names", first[name].place, name, other=other)


def _list_same(rows: list[Observed], notes: Notes) -> None:
    """List units whose counts and totals are those of another on every date: one of them may be their city, or copied.

    Small counts agree by chance, as do units that have all done or nothing.
    """
    held: dict[str, list[Observed]] = {}
    for one in rows:
        held.setdefault(one.unit, []).append(one)
    seen: dict[tuple[tuple[object, ...], ...], str] = {}
    for unit, of_unit in held.items():
        telling = {one.done for one in of_unit if one.total >= _LARGE and 0 < one.done < one.total}
        key = tuple((one.date, one.stage, one.total, one.done) for one in of_unit)
        if telling and (other := seen.setdefault(key, unit)) != unit:
            notes.repair("progress.repair.same_counts", of_unit[0].place, unit, other)


def _check_funnel(kept: dict[tuple[dt.date, str, str], Observed], notes: Notes) -> None:
    """Note counts larger than those they are part of."""
    for (date, unit, stage), one in kept.items():
        for inner, outer in WITHIN:
            whole = kept.get((date, unit, outer)) if stage == inner else None
            if whole and one.done > whole.done:
                other = f"{outer} {whole.place.cell} = {whole.done}"
                notes.fault("progress.above", one.place, one.done, stage=stage, other=other)


def _list_moves(rows: list[Observed], notes: Notes) -> None:
    """List totals that moved and counts that fell; both are kept."""
    before: dict[tuple[str, str], Observed] = {}
    for one in rows:
        last = before.get((one.unit, one.stage))
        if last and last.total != one.total and not one.stage.startswith("hazards"):
            given = f"{one.unit} {last.date}: {last.total}"
            notes.repair("progress.repair.total_moved", one.total_place, given, f"{one.date}: {one.total}")
        if last and one.done < last.done:
            given = f"{one.unit} {one.stage} {last.date}: {last.done}"
            notes.repair("progress.repair.count_fell", one.place, given, f"{one.date}: {one.done}")
        before[one.unit, one.stage] = one


def _list_missing(rows: list[Observed], notes: Notes) -> None:
    """List units that are missing at a date, stages that are missing of a unit, and gaps between the dates."""
    held: dict[dt.date, dict[str, set[str]]] = {}
    place: dict[dt.date, Place] = {}
    for one in rows:
        held.setdefault(one.date, {}).setdefault(one.unit, set()).add(one.stage)
        place.setdefault(one.date, Place(one.place.file, one.place.sheet))
    units = sorted({one.unit for one in rows})
    for date, of_units in held.items():
        stages = set().union(*of_units.values())
        for unit in units:
            if unit not in of_units:
                notes.repair("progress.repair.unit_missing", place[date], f"{unit} {date}", "-")
                continue
            for stage in sorted(stages - of_units[unit]):
                notes.repair("progress.repair.stage_missing", place[date], f"{unit} {date} {stage}", "-")
    gaps = [(after - before).days for before, after in pairwise(held)]
    for (before, after), gap in zip(pairwise(held), gaps, strict=True):
        if len(gaps) > 1 and gap > 1.5 * median(gaps):
            notes.repair("progress.repair.dates_missing", place[after], f"{before} - {after}", "-")
