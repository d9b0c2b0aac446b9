"""Rows of totals are left out of the units and checked against them; a unit that is the sum of others is no unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from dpsim.progress.cells import MISSING, Share
from dpsim.progress.layout import Column, Layout
from dpsim.progress.notes import Notes, Place
from dpsim.progress.rows import Line

_NEAR = 0.02
"""A total may be wrong by this share and still be seen as one."""
_LARGE = 20
"""Smaller counts may be the sum of others by chance."""


def check_sums(lines: list[Line], layout: Layout, place: Place, notes: Notes) -> set[object]:
    """Check each row of totals: it is the sum of all units, or of those between it and the next row of totals.

    Returns
    -------
    set
        Dates and stages of rows whose total of all units agrees.
    """
    agreed: set[object] = set()
    groups: dict[object, list[Line]] = {}
    for line in lines:
        groups.setdefault((line.date, line.stage), []).append(line)
    for key, group in groups.items():
        units = [line for line in group if line.kind == "unit"]
        for line in group:
            if line.kind == "unit":
                continue
            sums = [units, *_blocks(group, line)]
            found = [part for part in sums if part and not _differing(line, part, layout)]
            if not found:
                part = units if line.kind == "total" or len(sums) == 1 else sums[1] or units
                _differs(line, part, layout, place, notes)
                continue
            if found[0] is units:
                agreed.add(key)
            _check_shares(line, found[0], layout, place, notes)
            _list_left_out(line, found[0], layout, place, notes)
    return agreed


class Suspect(NamedTuple):
    """A unit that is the sum of others on one date: its row, those it is the sum of, and what speaks for a total."""

    line: Line
    rows: str
    certain: bool
    """Hardly by chance."""
    whole: bool
    """Of all others, not only of rows next to it."""


def check_unit_is_sum(lines: list[Line], agreed: set[object], layout: Layout, place: Place, notes: Notes) -> None:
    """Note a unit that is the sum of the others, or of rows next to it, in every column: a total by another name.

    It is one if it is so on every date that has it, or, as the sum of all others, on several dates and at least half of
    them: a total may be left out on some dates, or be wrong on some. Where a row of totals agrees with all units, they
    are units. Sums that may be chance are only listed.
    """
    groups: dict[object, list[Line]] = {}
    for line in lines:
        if line.kind == "unit":
            groups.setdefault((line.date, line.stage), []).append(line)
    times = Counter(line.name for units in groups.values() for line in units)
    suspects: dict[str, list[Suspect]] = {}
    for key, units in groups.items():
        for name, suspect in ({} if key in agreed else _sums(units, layout)).items():
            suspects.setdefault(name, []).append(suspect)
    for name, found in sorted(suspects.items()):
        certain = [one for one in found if one.certain]
        wholly = sum(one.whole for one in certain)
        always = len(found) == times[name]
        line, rows = found[0].line, found[0].rows
        if (certain and always) or (wholly > 1 and 2 * wholly >= times[name]):
            notes.fault("progress.unit_is_sum", place.at(line.row), line.name, rows=rows)
        elif always or 2 * len(found) >= times[name] > 2:
            notes.repair("progress.repair.may_be_sum", place.at(line.row), line.name, rows)
    _check_near(groups, {*suspects}, agreed, layout, place, notes)


def _check_near(
    groups: dict[object, list[Line]],
    noted: set[str],
    agreed: set[object],
    layout: Layout,
    place: Place,
    notes: Notes,
) -> None:
    """Note a unit that is the sum of all others but for a little on every date: a total by another name, with a slip.

    It needs two columns and a large count to be refused; it is listed where less speaks for it.
    """
    first: dict[str, tuple[Line, str]] = {}
    certain: dict[str, bool] = {}
    no: set[str] = {*noted}
    for key, units in groups.items():
        sums = {column.at: sum(unit.count(column.at) or 0 for unit in units) for column in layout.values}
        for line in units:
            if line.name in no:
                continue
            others = [one for one in units if one is not line]
            if key in agreed or not _near(line, others, sums, layout):
                no.add(line.name)
                continue
            first.setdefault(line.name, (line, f"{others[0].row + 1}-{others[-1].row + 1}"))
            certain[line.name] = certain.get(line.name, False) or (_large(line, layout) and _telling(line, layout))
    for name, (line, rows) in sorted(first.items()):
        if name in no:
            continue
        if certain[name]:
            notes.fault("progress.unit_near_sum", place.at(line.row), name, rows=rows)
        else:
            notes.repair("progress.repair.may_be_sum", place.at(line.row), name, rows)


def _near(line: Line, others: list[Line], sums: dict[int, int], layout: Layout) -> bool:
    """Tell whether a row is the sum of two or more others within one enterprise or 2 % in every column."""
    counted = [c for c in _counted(layout, line) if all(one.count(c.at) is not None for one in others)]
    if len(others) < 2 or len(counted) < 2 or not any(line.count(c.at) for c in counted):
        return False
    for column in counted:
        count = line.count(column.at) or 0
        rest = sums[column.at] - count
        if abs(count - rest) > max(1, _NEAR * rest):
            return False
    return True


def _sums(units: list[Line], layout: Layout) -> dict[str, Suspect]:
    """Return the units that are sums of others."""
    found: dict[str, Suspect] = {}
    sums = {column.at: sum(unit.count(column.at) or 0 for unit in units) for column in layout.values}
    for k, line in enumerate(units):
        runs = []
        if len(units) > 2 and all(2 * (line.count(c.at) or 0) >= sums[c.at] for c in _counted(layout, line)):
            others = [one for one in units if one is not line]
            runs.append((others, _large(line, layout) or _telling(line, layout), True))
        next_to = [_run(line, units[:k][::-1], layout)[::-1], _run(line, units[k + 1 :], layout)]
        runs += [(run, _large(line, layout) and _telling(line, layout), False) for run in next_to if len(run) > 1]
        for run, certain, whole in runs:
            held = any(line.count(column.at) for column in layout.values)
            if held and not _differing(line, run, layout) and (certain or line.name not in found):
                whole = whole or (line.name in found and found[line.name].whole)
                found[line.name] = Suspect(line, f"{run[0].row + 1}-{run[-1].row + 1}", certain, whole)
    return found


def _run(line: Line, units: list[Line], layout: Layout) -> list[Line]:
    """Return the first of the units that add up to the largest count of a row, as far as they do."""
    column = max(_counted(layout, line), key=lambda one: line.count(one.at) or 0, default=None)
    if column is None:
        return []
    wanted, known, run = line.count(column.at) or 0, 0, []
    for unit in units:
        known += unit.count(column.at) or 0
        run.append(unit)
        if known >= wanted:
            break
    return run if known == wanted else []


def _large(line: Line, layout: Layout) -> bool:
    """Tell whether a row has a count that is hardly a sum by chance."""
    return any((line.count(column.at) or 0) >= _LARGE for column in layout.values)


def _telling(line: Line, layout: Layout) -> bool:
    """Tell whether a row holds at least two different counts above 0."""
    return len({line.count(column.at) for column in _counted(layout, line)} - {0}) > 1


def _counted(layout: Layout, line: Line) -> list[Column]:
    """Return the columns in which a row holds a count."""
    return [column for column in layout.values if isinstance(line.numbers.get(column.at), int)]


def _blocks(group: list[Line], line: Line) -> list[list[Line]]:
    """Return the units from the last row of totals to this one, and from this one to the next; all above it."""
    at = group.index(line)
    above: list[Line] = []
    for one in reversed(group[:at]):
        if one.kind != "unit":
            break
        above.insert(0, one)
    below: list[Line] = []
    for one in group[at + 1 :]:
        if one.kind != "unit":
            break
        below.append(one)
    return [above, below]


def _differing(line: Line, units: Sequence[Line], layout: Layout) -> list[Column]:
    """Return the columns whose count is not the sum of the units, as far as all of them are known."""
    differing = []
    for column in _counted(layout, line):
        counts = [unit.count(column.at) for unit in units]
        known = sum(count for count in counts if count is not None)
        total = line.count(column.at) or 0
        if (total != known) if None not in counts else (total < known):
            differing.append(column)
    return differing


def _differs(line: Line, units: list[Line], layout: Layout, place: Place, notes: Notes) -> None:
    """Note the cells of a row of totals that are not the sum."""
    if not units:
        notes.fault("progress.total_alone", place.at(line.row), line.name)
        return
    for column in _differing(line, units, layout):
        known = sum(unit.count(column.at) or 0 for unit in units)
        at = place.at(line.row, column.at)
        notes.fault("progress.total_differs", at, line.count(column.at), column=column.head, sum=known)


def _check_shares(line: Line, units: list[Line], layout: Layout, place: Place, notes: Notes) -> None:
    """Note the shares of a row of totals that are far from those of the sums; units given as shares leave some room."""
    for column in layout.values:
        share, total = line.numbers.get(column.at), layout.total_of(column.stage, column.date)
        whole = line.count(total.at) if total else None
        if not isinstance(share, Share) or not whole:
            continue
        same = (column.stage, column.date, "done")
        counted = next((c for c in layout.values if (c.stage, c.date, c.role) == same), column)
        counts = [unit.count(counted.at) for unit in units]
        known = sum(count for count in counts if count is not None)
        room = 0 if counted.role == "done" and line.count(counted.at) is not None else len(units) + whole // 100
        fits = any(share.fits(count, whole) for count in range(max(known - room, 0), known + room + 1))
        if None not in counts and not fits:
            at = place.at(line.row, column.at)
            notes.fault(
                "progress.total_differs", at, f"{share.percent:f}%", column=column.head, sum=f"{known} / {whole}"
            )


def _list_left_out(line: Line, units: list[Line], layout: Layout, place: Place, notes: Notes) -> None:
    """List a row of totals, and the columns in which it could not be checked."""
    notes.repair("progress.repair.total_left_out", place.at(line.row), line.name, "-")
    for column in layout.values:
        number = line.numbers.get(column.at)
        unknown = any(unit.count(column.at) is None for unit in units)
        held = number is not None and number is not MISSING and column.role != "share"
        if held and (isinstance(number, Share) or unknown):
            notes.repair("progress.repair.total_unchecked", place.at(line.row, column.at), line.name, "-")
