"""Read a date as people write it, in a cell, a header, a title, a sheet's or a file's name; never guess a year.

Forms: 2018年9月10日, 2018-09-10, 2018/9/10, 2018.9.10, 2018_9_10, 20180910, 10 Sep 2018, Sep 10, 2018. Without a year
(9月10日, or 9.10 alone) and by week or end of month (第37周, 9月底) where a year is known from elsewhere. 9/10 and
10/9/2018 may mean two days and are refused.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

FIRST, LAST = 1990, 2100
"""Years of dates."""
_DROPPED = "progress.repair.time_dropped"
_YEAR = r"(?P<y>(?:19|20)\d\d)"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH_WORD = r"(?P<word>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_TO = r"\s*(?:[-~—–－至到]|to)+\s*"
_FORMS = (
    ("month", rf"(?:(?<!\d){_YEAR}\s*年\s*)?(?<!\d)(?P<m>\d{{1,2}})\s*月份?\s*第?\s*[\d一二三四五]+\s*周"),
    (
        "span",
        rf"(?:(?<!\d){_YEAR}\s*年\s*)?(?<!\d)(?P<m>\d{{1,2}})\s*月\s*\d{{1,2}}[日号]?{_TO}(?P<d>\d{{1,2}})[日号](?!\d)",
    ),
    ("span", rf"(?<!\d){_YEAR}\.(?P<m>\d{{1,2}})\.\d{{1,2}}{_TO}(?P<d>\d{{1,2}})(?![\d.年月/-])"),
    ("day", rf"(?<!\d){_YEAR}\s*年\s*(?P<m>\d{{1,2}})\s*月\s*(?P<d>\d{{1,2}})(?!\d)\s*[日号]?"),
    ("day", rf"(?<!\d){_YEAR}(?P<s>[-/._])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}})(?!\d)"),
    ("day", rf"(?<!\d){_YEAR}(?P<m>\d\d)(?P<d>\d\d)(?!\d)"),
    ("day", rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH_WORD},?\s+{_YEAR}(?!\d)"),
    ("day", rf"\b{_MONTH_WORD}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}(?!\d)"),
    ("end", rf"(?:(?<!\d){_YEAR}\s*年\s*)?(?<!\d)(?P<m>\d{{1,2}})\s*月\s*[底末]"),
    ("week", rf"(?:(?<!\d){_YEAR}\s*年?\s*[-_]?\s*)?第\s*(?P<w>\d{{1,2}})\s*周"),
    ("week", rf"(?:(?<!\d){_YEAR}\s*[-_ ]?\s*)?\bweek\s*(?P<w>\d{{1,2}})(?!\d)"),
    ("week", rf"(?<!\d){_YEAR}-?w(?P<w>\d{{1,2}})(?!\d)"),
    ("day", r"(?<!\d)(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})(?!\d)\s*[日号]?"),
    ("month", rf"(?:(?<!\d){_YEAR}\s*年\s*)?(?<!\d)(?P<m>\d{{1,2}})\s*月(?:份)?(?!\d)"),
    ("unclear", r"(?<!\d)\d{1,2}(?P<s>[-/.])\d{1,2}(?P=s)(?:\d{4}|\d\d)(?!\d)"),
)
_PATTERNS = tuple((kind, re.compile(form)) for kind, form in _FORMS)
_ALONE = re.compile(r"(?P<m>\d{1,2})\.(?P<d>\d{1,2})\Z")
_TWO_WAYS = re.compile(r"\d{1,2}[-/]\d{1,2}\Z")
_YEARS = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=\s*年|[-_/.]|\b|\D)(?!\d)")
_AS_OF = re.compile(r"(截至|截止|数据截|as of|as-of|week ending)\D{0,6}$")
_BESIDE = re.compile(
    r"[\s(),:;]*(截至|截止|截止到|as of)?[\s(),:;]*((星期|周)[一二三四五六日天]|[a-z]{3,6}day|止)?[\s(),:;]*"
)
"""What may stand in a cell beside a date."""
_CLOCK = re.compile(
    r"(?<=\d|[日号])(\s*t|\s)?\s*(?P<h>\d{1,2})(:(?P<n>\d\d)(:(?P<s>\d\d)(\.\d+)?)?|[时点]((?P<m>\d{1,2})分?)?)"
    r"\s*(z|[+-]\d\d:?\d\d)?\Z",
    re.IGNORECASE,
)
"""A time of day behind a date."""
_SERIAL = (20_000, 80_000)


@dataclass(frozen=True)
class Found:
    """One date found in a text, perhaps without its year.

    Parameters
    ----------
    kind : {"day", "span", "end", "week", "month", "unclear"}
    year, month, day, week : int or None
    at : (int, int)
        Where it stands.
    as_of : bool
        The words before it say that it is the date of the counts.
    """

    kind: str
    at: tuple[int, int]
    year: int | None = None
    month: int | None = None
    day: int | None = None
    week: int | None = None
    as_of: bool = False

    def resolved(self, year: int | None) -> dt.date | str:
        """Return the date with `year` where it has none, or the id of what is wrong with it."""
        year = self.year or year
        if self.kind == "unclear":
            return "progress.date_two_ways"
        if self.kind == "month":
            return "progress.date_month"
        if year is None:
            return "progress.week_no_year" if self.kind == "week" else "progress.date_no_year"
        try:
            if self.kind == "week":
                return dt.date.fromisocalendar(year, self.week or 0, 7)
            month = self.month or 0
            day = calendar.monthrange(year, month)[1] if self.kind == "end" else self.day or 0
            made = dt.date(year, month, day)
        except (ValueError, calendar.IllegalMonthError):
            return "progress.date_impossible"
        return made if FIRST <= year < LAST else "progress.date_impossible"

    @property
    def repair(self) -> str | None:
        """The message by which taking it as a day is listed, if it must be."""
        if self.kind in ("week", "end", "span"):
            return f"progress.repair.{self.kind}_taken"
        return "progress.repair.year_taken" if self.year is None else None


def dates_in(text: str) -> list[Found]:
    """Return the dates of a text from left to right; what one form has taken the next do not see."""
    text = unicodedata.normalize("NFKC", text).lower()
    found: list[Found] = []
    alone = _ALONE.match(text.strip())
    if alone:
        return [Found("day", (0, len(text)), None, int(alone["m"]), int(alone["d"]))]
    if _TWO_WAYS.match(text.strip()):
        return [Found("unclear", (0, len(text)))]
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if not any(match.start() < end and start < match.end() for start, end in (one.at for one in found)):
                found.append(_made(kind, match, text))
    return sorted(found, key=lambda one: one.at)


def beside(text: str, found: Found) -> str:
    """Return what stands in a text besides a date."""
    text = unicodedata.normalize("NFKC", text).lower()
    return text[: found.at[0]] + text[found.at[1] :]


def _made(kind: str, match: re.Match[str], text: str) -> Found:
    """Return what a form has matched."""
    given = match.groupdict()

    def number(key: str) -> int | None:
        return int(given[key]) if given.get(key) else None

    month = _MONTHS.index(given["word"][:3]) + 1 if given.get("word") else number("m")
    as_of = bool(_AS_OF.search(text[: match.start()]))
    return Found(kind, match.span(), number("y"), month, number("d"), number("w"), as_of)


def years_in(text: str) -> set[int]:
    """Return the years a text names."""
    text = unicodedata.normalize("NFKC", text)
    return {int(year) for year in _YEARS.findall(text)} | {one.year for one in dates_in(text) if one.year}


def cell_date(cell: object, year: int | None) -> tuple[dt.date, str | None] | str:
    """Return the date of a cell and the message by which it is listed, or the id of what is wrong with it.

    Examples
    --------
    >>> cell_date("2018.9.10", None), cell_date("9月10日", 2018)[1], cell_date("9/10", 2018)
    ((datetime.date(2018, 9, 10), None), 'progress.repair.year_taken', 'progress.date_two_ways')
    """
    timed = isinstance(cell, dt.datetime) and cell.time() != dt.time()
    if isinstance(cell, dt.datetime):
        cell = cell.date()
    if isinstance(cell, dt.date):
        return (cell, _DROPPED if timed else None) if FIRST <= cell.year < LAST else "progress.date_impossible"
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _number_date(cell)
    text = unicodedata.normalize("NFKC", str(cell)).strip()
    if re.fullmatch(r"\d{5}(\.0*)?", text):
        return _number_date(float(text))
    text, timed = _without_clock(text)
    found = dates_in(text)
    if len(found) != 1:
        return "progress.date_not_understood"
    if not _BESIDE.fullmatch(beside(text, found[0])):
        return "progress.date_not_understood"
    day = found[0].resolved(year)
    return day if isinstance(day, str) else (day, found[0].repair or (_DROPPED if timed else None))


def _without_clock(text: str) -> tuple[str, bool]:
    """Return a date without its time of day, and whether that was another one than midnight."""
    match = _CLOCK.search(text)
    if not match:
        return text, False
    clock = [int(match[key] or 0) for key in ("h", "n", "m", "s")]
    if clock[0] > 23 or max(clock[1:]) > 59:
        return text, False
    return text[: match.start()], any(clock)


def _number_date(number: float) -> tuple[dt.date, str | None] | str:
    """Return the date of 20180910 or of a serial number of a spreadsheet program."""
    if number != number or number in (float("inf"), float("-inf")) or number != int(number):
        return "progress.date_not_understood"
    number = int(number)
    if 19_000_000 < number < 21_000_000:
        try:
            day = dt.date(number // 10_000, number // 100 % 100, number % 100)
        except ValueError:
            return "progress.date_impossible"
        return (day, None) if FIRST <= day.year < LAST else "progress.date_impossible"
    if _SERIAL[0] <= number <= _SERIAL[1]:
        return dt.date(1899, 12, 30) + dt.timedelta(days=number), "progress.repair.serial_taken"
    return "progress.date_not_understood"
