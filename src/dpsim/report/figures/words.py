"""Text that goes into a figure: catalogue words, user labels, dates.

Labels come from user files. matplotlib reads ``$...$`` as a formula, so a dollar sign is escaped; a line break or
tab inside a label becomes a blank; a character that no font of ours can draw becomes "□"; nothing else is changed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from dpsim.language import say

_PIECE = re.compile(r"[^\S\n]+|[\u2e80-\uffff][，。；：！？、）》”’…]*|[^\s\u2e80-\uffff]+[，。；：！？、）》”’…]*")


def literal(text: str) -> str:
    """Return `text` so that matplotlib draws it as it stands, dollar signs included and without a warning."""
    from dpsim.report.fonts import missing_glyphs

    seen = "".join(_visible(char) for char in text)
    for char in missing_glyphs(seen):
        seen = seen.replace(char, "□")
    return seen.replace("$", r"\$")


def _visible(char: str) -> str:
    """Return a character, a blank for a control character, nothing for one that only steers its neighbours."""
    category = unicodedata.category(char)
    if category == "Cf" or "\ufe00" <= char <= "\ufe0f":
        return ""
    return " " if category in ("Cc", "Zl", "Zp") and char != "\n" else char


def one_line(text: object) -> str:
    """Return a label on one line: line breaks, tabs and control characters become one blank."""
    plain = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in str(text))
    return re.sub(r" {2,}", " ", plain).strip()


def of_strategy(name: str, lang: str) -> str:
    """Return what a title says of the strategy whose runs are drawn; nothing without a name."""
    return say("figures.of_strategy", lang=lang, name=one_line(name)) if name else ""


def columns_of(text: str) -> int:
    """Return the width of `text` in half-width columns (a Chinese character takes two)."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def wrapped(text: str, width: int, *, lines: int | None = None) -> str:
    """Break `text` into lines no wider than `width` half-width columns.

    Parameters
    ----------
    text : str
        Its own line breaks are kept.
    width : int
        Columns per line; a Chinese character takes two.
    lines : int, optional
        Most lines to keep; what is cut is marked with "…".
    """
    rows = [row for paragraph in text.split("\n") for row in _rows(paragraph, width)]
    if lines is not None and len(rows) > lines:
        rows = rows[:lines]
        last = rows[-1]
        while columns_of(last) >= width:
            last = last[:-1]
        rows[-1] = last.rstrip() + "…"
    return "\n".join(rows)


def _rows(paragraph: str, width: int) -> list[str]:
    """Fill lines word by word; a word wider than a line is cut."""
    rows = [""]
    for piece in _PIECE.findall(paragraph):
        if columns_of(rows[-1] + piece.rstrip()) > width and rows[-1]:
            rows.append("")
        for part in _cut(piece, width):
            if columns_of(rows[-1] + part.rstrip()) > width and rows[-1]:
                rows.append("")
            rows[-1] += part if rows[-1] else part.lstrip()
    return [row.rstrip() for row in rows]


def _cut(word: str, width: int) -> list[str]:
    """Cut one word into parts that fit a line."""
    parts = [""]
    for char in word:
        if columns_of(parts[-1] + char) > width and parts[-1]:
            parts.append("")
        parts[-1] += char
    return parts


def user_label(text: object, width: int, *, lines: int = 3) -> str:
    """Return a user's label on a few short lines, safe to draw."""
    return literal(wrapped(one_line(text), width, lines=lines))


def date_text(day: date, lang: str, *, year: bool = False) -> str:
    """Return a day, without its year if not asked: "9月10日", "10 Sep"."""
    month = say(f"figures.month.{day.month}", lang=lang)
    return say("figures.date_year" if year else "figures.date", lang=lang, month=month, day=day.day, year=day.year)


def years_text(first: date, last: date, lang: str) -> str:
    """Return the axis label that names the year or years."""
    message = "figures.years_one" if first.year == last.year else "figures.years_two"
    return say(message, lang=lang, first=first.year, last=last.year)
