"""What the words around a table say of how it counts.

Counts are cumulative numbers of enterprises. A title that plainly says anything else refuses the table; one that may
say so is listed, so that nothing is read as counts in silence.
"""

from __future__ import annotations

import re
import unicodedata

from dpsim.progress.aliases import title_words
from dpsim.progress.context import Said
from dpsim.progress.notes import Notes

_COUNTED_IN = re.compile(r"(单位|计量单位|unit)[:： ]*(万|百|千|十|%|‰|thousand|hundred|percent)")
_THIS = r"(本|当|每|该)?(日|周|旬|月|季度|年)度?"
_NEW = re.compile(
    rf"{_THIS}新增|新增(情况|数|家数|完成|建成|企业|接入|评估|达标|统计|表|量|$)|增量|净增"
    rf"|(本|当|每)(日|周|旬|月|季度)新?(完成|建成|已建|接入|评估|达标|上线|增加)(企业)?(数|家数|量)"
    r"|\bnew (this|in|per|last) |\bnew (enterprises|ones|completions|additions)|\bnewly "
    r"|\b(weekly|monthly) (new|additions?|increases?|completions?|increments?)\b"
)
_CUMULATIVE = re.compile(r"累计|cumulative|to date")


def scale_faults(said: list[Said], notes: Notes) -> None:
    """Refuse a table whose title says that it counts in anything but enterprises, or only what is new."""
    for one in said:
        text = _lowered(one.text)
        if _COUNTED_IN.search(text):
            notes.fault("progress.wrong_unit", one.place, one.text)
        if _NEW.search(text) and not _CUMULATIVE.search(text):
            notes.fault("progress.new_only", one.place, one.text)


def check_titles(said: list[Said], notes: Notes, *, shares: bool) -> bool:
    """Refuse plain numbers under a title that says percent, list titles that may say something else than counts.

    Parameters
    ----------
    said : list of Said
        Texts around a table, of which the last is the name of its file.
    shares : bool
        The table holds shares that say so themselves: the title may speak of these.

    Returns
    -------
    bool
        Whether the table may be read.
    """
    sound = True
    for one in said:
        found = _named(one.text)
        if "percent" in found and not shares:
            notes.fault("progress.percent_title", one.place, one.text)
            sound = False
        elif found - ({"percent", "share"} if shares else set()) and one is not said[-1]:
            notes.repair("progress.repair.title_read", one.place, one.text, "-")
    return sound


def group_fault(cell: object) -> str | None:
    """Return the fault of a text over some columns that says that they hold something else than counts."""
    if not isinstance(cell, str):
        return None
    if _NEW.search(_lowered(cell)):
        return "progress.new_only"
    return "progress.header_unclear" if _named(cell) else None


def _named(text: str) -> set[str]:
    """Return what a text names: percent, share, period, planned."""
    words = _lowered(text)
    for phrase in title_words("harmless"):
        words = words.replace(phrase, " ")
    return {kind for kind in ("percent", "share", "period", "planned") if _holds(words, title_words(kind))}


def _holds(text: str, words: tuple[str, ...]) -> bool:
    """Tell whether a text holds one of the words; a Latin one as a word of its own."""
    return any(re.search(rf"\b{word}\b" if word.isascii() else word, text, re.ASCII) for word in words)


def _lowered(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
