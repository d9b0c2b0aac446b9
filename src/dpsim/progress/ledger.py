"""Read a ledger of enterprises, one row each with the date of each stage, and count it by week."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from dpsim.core.words import STAGES
from dpsim.language import language_in_force
from dpsim.progress.aliases import heading, is_missing, known_headers, row_kind
from dpsim.progress.cells import cell_at
from dpsim.progress.context import Said, date_of, year_of
from dpsim.progress.dates import cell_date, dates_in
from dpsim.progress.dispatch import Observed
from dpsim.progress.layout import Column, Layout
from dpsim.progress.notes import Notes, Place
from dpsim.progress.rows import name_of
from dpsim.progress.series import WITHIN
from dpsim.tabular.sheet import Sheet

_DATED = ("listed", "removed", "started")


@dataclass
class Enterprise:
    """One row of a ledger.

    Parameters
    ----------
    unit, township, name, code : str
        Empty where there is no such column.
    dates : dict
        ``listed``, ``removed``, ``started`` and stages to dates; only those reached.
    place : Place
    """

    unit: str
    township: str
    name: str
    code: str
    place: Place
    dates: dict[str, dt.date] = field(default_factory=dict)

    def on_list(self, day: dt.date) -> bool:
        """Tell whether it is on the list at the end of a day."""
        return self.dates.get("listed", day) <= day < self.dates.get("removed", dt.date.max)


@dataclass
class Ledger:
    """Reads one ledger."""

    sheet: Sheet
    layout: Layout
    said: list[Said]
    place: Place
    notes: Notes

    def enterprises(self) -> list[Enterprise]:
        """Return the enterprises, each once, and note everything that is wrong with their rows."""
        if self._columns_missing():
            return []
        if not self.layout.special("listed"):
            self.notes.repair("progress.repair.never_listed", self.place.at(self.layout.last), "", "-")
        found: list[Enterprise] = []
        reached: Counter[str] = Counter()
        for row in range(self.layout.last + 1, len(self.sheet.rows)):
            before = len(self.notes.faults)
            one = self._row(row, reached)
            if one:
                if len(self.notes.faults) == before:
                    self._check(one, row)
                reached.update(stage for stage in STAGES if stage in one.dates)
                found.append(one)
        if not found and not self.notes.faults:
            self.notes.fault("progress.no_units", self.place.at(self.layout.last))
        return found

    def as_of(self, enterprises: list[Enterprise]) -> dt.date | None:
        """Return the date of the ledger: what its title says, else the last date in it; later dates are faults."""
        last = max((day for one in enterprises for day in one.dates.values()), default=None)
        if last is None or not any(dates_in(one.text) for one in self.said):
            if last:
                self.notes.repair("progress.repair.ledger_date_taken", self.place, "", last.isoformat())
            return last
        day = date_of(self.said, self.notes, self.place)
        for one in enterprises if day else ():
            for key, reached in one.dates.items():
                if day and reached > day:
                    self.notes.fault("progress.date_after", one.place, reached, column=key, allowed=day.isoformat())
        return day

    def _columns_missing(self) -> bool:
        """Note columns a ledger must have, and those it cannot hold."""
        lang, at = language_in_force(), self.place.at(self.layout.last)
        missing = [] if self.layout.special("unit") or self.layout.special("township") else ["unit"]
        stages = [column for column in self.layout.values if column.role == "done" and column.stage in STAGES]
        if not stages:
            missing.append("built")
        for id_ in missing:
            self.notes.fault("progress.column_missing", at, column=heading(id_, lang), allowed=known_headers(lang))
        wrong = [column for column in self.layout.values if column not in stages or column.date]
        for column in wrong:
            self.notes.fault("progress.ledger_column", self.place.at(self.layout.last, column.at), column.head)
        return bool(missing or wrong)

    def _text(self, row: int, kind: str) -> str:
        column = self.layout.special(kind)
        return name_of(cell_at(self.sheet, row, column.at)) if column else ""

    def _row(self, row: int, reached: Counter[str]) -> Enterprise | None:
        """Return the enterprise of a row, None for rows of totals, notes and empty ones."""
        unit, township, name = (self._text(row, kind) for kind in ("unit", "township", "enterprise"))
        dated = [c for c in self.layout.columns if c.kind in _DATED or c.kind == "value"]
        held = [c for c in dated if not is_missing(cell_at(self.sheet, row, c.at))]
        if any(row_kind(part) in ("total", "subtotal") for part in (unit, township, name)):
            self._check_total(row, held, reached)
            return None
        if not held and (not name or not (unit or township) or row_kind(unit) == "note" or unit == name):
            return None
        column = self.layout.special("enterprise")
        at = self.place.at(row, column.at if column else 0)
        if not name or not (unit or township):
            self.notes.fault("progress.name_missing", at)
            return None
        one = Enterprise(unit or township, township if unit else "", name, self._text(row, "code"), at)
        for column in dated:
            day = self._day(row, column)
            if day:
                one.dates[column.stage or column.kind] = day
        if self.layout.special("listed") and "listed" not in one.dates:
            self.notes.repair("progress.repair.always_listed", at, name, "-")
        return one

    def _day(self, row: int, column: Column) -> dt.date | None:
        """Return the date in a cell, None where the stage is not reached."""
        cell, place = cell_at(self.sheet, row, column.at), self.place.at(row, column.at)
        if is_missing(cell):
            if (row, column.at) in self.sheet.stored.uncomputed:
                self.notes.fault("progress.formula_empty", place, cell, column=column.head)
            elif str(cell or "").strip():
                self.notes.repair("progress.repair.not_reached", place, cell, "-")
            return None
        found = cell_date(cell, year_of(self.said))
        if isinstance(found, str):
            self.notes.fault(found, place, cell)
            return None
        if found[1]:
            self.notes.repair(found[1], place, cell, found[0].isoformat())
        return found[0]

    def _check_total(self, row: int, held: list[Column], reached: Counter[str]) -> None:
        """Check a row of totals: it counts the dates above it."""
        self.notes.repair("progress.repair.total_left_out", self.place.at(row), self._text(row, "unit"), "-")
        for column in held:
            cell = cell_at(self.sheet, row, column.at)
            known = reached[column.stage or ""]
            if column.stage and str(cell).strip() not in (str(known), f"{known}.0"):
                at = self.place.at(row, column.at)
                self.notes.fault("progress.total_differs", at, cell, column=column.head, sum=known)

    def _check(self, one: Enterprise, row: int) -> None:
        """Check the dates of an enterprise against each other."""
        at = self.place.at(row)
        dates = one.dates
        for inner, outer in WITHIN:
            has_outer = any(column.stage == outer for column in self.layout.values)
            if inner in dates and has_outer and (outer not in dates or dates[outer] > dates[inner]):
                other = dates[outer].isoformat() if outer in dates else "-"
                self.notes.fault("progress.ledger_order", at, dates[inner], stage=inner, other=f"{outer} {other}")
        listed, removed = dates.get("listed"), dates.get("removed")
        started = dates.get("started")
        for key in STAGES:
            if started and key in dates and dates[key] < started:
                self.notes.fault("progress.ledger_order", at, dates[key], stage=key, other=f"started {started}")
        days = [day for key, day in dates.items() if key not in ("listed", "removed")]
        if removed and ((listed and removed <= listed) or any(day > removed for day in days)):
            self.notes.fault("progress.ledger_removed", at, removed)


def each_once(enterprises: list[Enterprise], notes: Notes) -> list[Enterprise]:
    """Return each enterprise once: same rows are dropped and listed, different ones are faults."""
    kept: dict[tuple[str, str], Enterprise] = {}
    names: dict[str, Enterprise] = {}
    for one in enterprises:
        key = ("", one.code.upper()) if one.code else (one.unit, one.name)
        before = kept.get(key)
        if before is None:
            kept[key] = one
            other = names.setdefault(one.name, one)
            if other.unit != one.unit:
                notes.repair("progress.repair.name_in_two_units", one.place, one.name, f"{other.unit}, {one.unit}")
        elif (before.unit, before.name, before.dates) == (one.unit, one.name, one.dates):
            notes.repair("progress.repair.duplicate_dropped", one.place, one.name, str(before.place))
        else:
            notes.fault("progress.duplicate_differs", one.place, one.name, other=str(before.place))
    return list(kept.values())


def counted(enterprises: list[Enterprise], as_of: dt.date, stages: tuple[str, ...]) -> list[Observed]:
    """Return the counts of a ledger by unit and stage, every seven days back from its date."""
    first = min(day for one in enterprises for day in one.dates.values())
    weeks = [as_of - dt.timedelta(days=7 * k) for k in range((as_of - first).days // 7 + 1)]
    found = []
    place = Place(enterprises[0].place.file, enterprises[0].place.sheet)
    for day in weeks:
        by_unit: dict[str, list[Enterprise]] = {}
        for one in enterprises:
            if one.on_list(day):
                by_unit.setdefault(one.unit, []).append(one)
        for unit, listed in by_unit.items():
            for stage in stages:
                done = sum(one.dates.get(stage, dt.date.max) <= day for one in listed)
                found.append(Observed(day, unit, stage, len(listed), done, place, place))
    return found
