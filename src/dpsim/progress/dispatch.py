"""Turn a table of units into observations: one per date, unit and stage, with its total and its count."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dpsim.language import language_in_force
from dpsim.progress.aliases import HAZARDS, heading, known_headers
from dpsim.progress.cells import MISSING, Share, check_mixed, check_scale
from dpsim.progress.context import Said, date_of, stage_said, year_of
from dpsim.progress.dates import dates_in
from dpsim.progress.layout import Column, Layout
from dpsim.progress.notes import Notes, Place
from dpsim.progress.rows import Line, Rows
from dpsim.progress.scales import check_titles
from dpsim.progress.totals import check_sums, check_unit_is_sum
from dpsim.tabular.places import cell_name
from dpsim.tabular.sheet import Sheet


@dataclass(frozen=True)
class Observed:
    """One count.

    Parameters
    ----------
    date : datetime.date
    unit, stage : str
    total, done : int
        Enterprises; a stage of hazards counts hazards.
    place, total_place : Place
    """

    date: dt.date
    unit: str
    stage: str
    total: int
    done: int
    place: Place
    total_place: Place

    @property
    def key(self) -> tuple[dt.date, str, str]:
        """Date, unit and stage."""
        return self.date, self.unit, self.stage


@dataclass
class Dispatch:
    """Reads one table of units."""

    sheet: Sheet
    layout: Layout
    said: list[Said]
    place: Place
    notes: Notes
    date: dt.date | None = None
    stage: str | None = None

    def observed(self) -> list[Observed]:
        """Return the counts of the units, totals checked and left out."""
        if self._columns_missing() or not self._context():
            return []
        rows = range(self.layout.last + 1, len(self.sheet.rows))
        self._check_joined()
        for column in self.layout.values:
            if self.layout.counted_too(column):
                continue
            if not check_scale(self.sheet, rows, column, self.place, self.notes):
                return []
            if not check_mixed(self.sheet, rows, column, self.place, self.notes):
                return []
        self._list_hidden()
        before = len(self.notes.faults)
        lines = Rows(self.sheet, self.layout, self.place, year_of(self.said), self.notes).lines()
        if not any(line.kind == "unit" for line in lines) and len(self.notes.faults) == before:
            self.notes.fault("progress.no_units", self.place.at(self.layout.last))
        if not check_titles(self.said, self.notes, shares=self._holds_shares(lines)):
            return []
        self._list_ones(lines)
        found = [one for line in lines if line.kind == "unit" for one in self._of_line(line)]
        if len(self.notes.faults) == before:
            checked = check_sums(lines, self.layout, self.place, self.notes)
            check_unit_is_sum(lines, checked, self.layout, self.place, self.notes)
        self._list_later(found)
        return found

    def _done(self) -> list[Column]:
        """Return the columns of counts and shares."""
        return [column for column in self.layout.values if column.role != "total"]

    def _columns_missing(self) -> bool:
        """Note required columns that are missing."""
        missing = [] if any(self.layout.special(kind) for kind in ("unit", "township")) else ["unit"]
        if not self._done():
            missing.append("done")
        stages = {column.stage for column in self._done()}
        if not any(column.role == "total" for column in self.layout.values) and not stages <= set(HAZARDS):
            missing.append("total")
        if "hazards_rectified" in stages and "hazards_found" not in stages:
            missing.append("hazards_found")
        lang = language_in_force()
        at = self.place.at(self.layout.last)
        for id_ in missing:
            self.notes.fault("progress.column_missing", at, column=heading(id_, lang), allowed=known_headers(lang))
        return bool(missing)

    def _context(self) -> bool:
        """Take date and stage from the words around the table where columns do not say them."""
        done, at = self._done(), self.place.at(self.layout.last)
        dated = self.layout.special("date") or all(column.date for column in done)
        staged = self.layout.special("stage") or all(column.stage for column in done)
        if not dated:
            self.date = date_of(self.said, self.notes, at)
        if not staged:
            self.stage = stage_said(self.said, self.notes, at)
        return bool((dated or self.date) and (staged or self.stage))

    def _check_joined(self) -> None:
        """Note cells joined over several numbers: nobody knows how they divide."""
        columns = {column.at: column for column in self.layout.values}
        for (top, left), (low, right) in self.sheet.joined:
            held = [at for at in columns if left <= at <= right]
            rows = min(low, len(self.sheet.rows) - 1) - max(top, self.layout.last + 1) + 1
            name = self.layout.special("unit") or self.layout.special("township")
            text = name is not None and left <= name.at <= right  # a note or a title within the table
            if held and rows > 0 and len(held) * rows > 1 and not text:
                cells = f"{cell_name(top, left)}:{cell_name(low, right)}"
                self.notes.fault("tabular.joined", self.place.at(top, left), column=columns[held[0]].head, cells=cells)

    def _list_hidden(self) -> None:
        """List hidden columns: they are read."""
        for column in self.layout.columns:
            if column.at in self.sheet.stored.hidden:
                at = self.place.at(self.layout.last, column.at)
                self.notes.repair("progress.repair.column_hidden", at, column.head, column.head)

    def _holds_shares(self, lines: list[Line]) -> bool:
        """Tell whether there are columns of shares, or cells that are."""
        shares = (isinstance(number, Share) for line in lines for number in line.numbers.values())
        return any(column.role == "share" for column in self.layout.values) or any(shares)

    def _list_later(self, found: list[Observed]) -> None:
        """List a title whose as-of date lies before counts of the table."""
        last = max((one.date for one in found), default=None)
        for one in self.said if last else ():
            for day in (date.resolved(year_of(self.said)) for date in dates_in(one.text) if date.as_of):
                if isinstance(day, dt.date) and last and day < last:
                    self.notes.repair("progress.repair.after_title", one.place, one.text, last.isoformat())

    def _list_ones(self, lines: list[Line]) -> None:
        """List columns that hold 0 and 1 only where 100 % cannot be told from 1."""
        if self.sheet.stored.formats_known:
            return
        for column in (one for one in self.layout.values if one.role == "done"):
            counts = {line.numbers[column.at] for line in lines if isinstance(line.numbers[column.at], int)}
            if counts in ({1}, {0, 1}):
                at = self.place.at(self.layout.last, column.at)
                self.notes.repair("progress.repair.only_ones", at, column.head, column.head)

    def _of_line(self, line: Line) -> list[Observed]:
        """Return the counts of one unit."""
        found: list[Observed] = []
        counted = {self._key(line, column) for column in self._done() if column.role == "done"}
        for column in sorted(self._done(), key=lambda one: (one.role != "done", one.stage != HAZARDS[0])):
            date, stage = self._key(line, column)
            number = line.numbers[column.at]
            if date is None or stage is None or number is None or number is MISSING:
                continue
            only_checked = column.role == "share" and (date, stage) in counted
            one = self._count(line, column, date, stage, found, only_checked)
            if one:
                found.append(one)
        return found

    def _key(self, line: Line, column: Column) -> tuple[dt.date | None, str | None]:
        """Return date and stage of a number."""
        date = column.date or (line.date if self.layout.special("date") else self.date)
        return date, column.stage or (line.stage if self.layout.special("stage") else self.stage)

    def _count(
        self, line: Line, column: Column, date: dt.date, stage: str, found: list[Observed], only_checked: bool
    ) -> Observed | None:
        """Return one count with its total, or note what is wrong with it."""
        number, place = line.numbers[column.at], self.place.at(line.row, column.at)
        total, total_place = self._total(line, date, stage, found)
        if stage == HAZARDS[0] and isinstance(number, int):
            total, total_place = number, place
        if total is None:
            if total_place is not None:
                self.notes.fault("progress.total_missing", total_place, number, column=column.head)
            return None
        if total == 0 and stage not in HAZARDS:
            self.notes.fault("progress.total_zero", total_place or place, 0)
            return None
        if only_checked:
            self._check_share(line, column, found, date, stage)
            return None
        if isinstance(number, Share):
            done = self._from_share(line, column, number, total)
        else:
            done = number if isinstance(number, int) else None
        if done is None:
            return None
        if done > total:
            self.notes.fault("progress.above_total", place, done, column=column.head, total=total)
        return Observed(date, line.name, stage, total, done, place, total_place or place)

    def _from_share(self, line: Line, column: Column, share: Share, total: int) -> int | None:
        """Return the count of a share, listed; note a share that no count of this total gives."""
        place, done = self.place.at(line.row, column.at), share.count(total)
        given = f"{share.percent:f}%"
        if done is None:
            self.notes.fault("progress.share_impossible", place, given, column=column.head, total=total)
            return None
        low, high = share.counts(total)
        line.numbers[column.at] = done
        taken = f"{done}" if low == high else f"{done} ({low}-{high})"
        self.notes.repair("progress.repair.share_taken", place, f"{given} / {total}", taken)
        return done

    def _check_share(self, line: Line, column: Column, found: list[Observed], date: dt.date, stage: str) -> None:
        """Check a share that stands beside its count."""
        share = line.numbers[column.at]
        for one in found:
            same = (one.date, one.stage) == (date, stage)
            if same and isinstance(share, Share) and not share.fits(one.done, one.total):
                place = self.place.at(line.row, column.at)
                other = f"{one.place.cell} = {one.done}, {one.total_place.cell} = {one.total}"
                self.notes.fault("progress.share_differs", place, f"{share.percent:f}%", other=other)

    def _total(self, line: Line, date: dt.date, stage: str, found: list[Observed]) -> tuple[int | None, Place | None]:
        """Return the total that belongs to a count: of its stage and date, its stage, its date, or of the unit.

        No total and no place where a fault of the total was noted already.
        """
        if stage == HAZARDS[1]:
            for one in found:
                if (one.date, one.stage) == (date, HAZARDS[0]):
                    return one.done, one.place
            if not self.layout.special("stage"):
                return None, None  # the hazards found are missing and listed
        column = self.layout.total_of(stage, date)
        if column is None:
            return None, self.place.at(line.row)
        number, place = line.numbers[column.at], self.place.at(line.row, column.at)
        return (number, place) if isinstance(number, int) else (None, None if number is None else place)
