"""What a number format of a workbook writes around a number: percent, or words such as 百家."""

from __future__ import annotations

import re

_PIECE = re.compile(
    r'"([^"]*)"|\\(.)|!(.)|_.|\*.|\[\$([^\]-]*)[^\]]*\]|\[[^\]]*\]|(General)|(.)', re.DOTALL | re.IGNORECASE
)
_SIGNS = re.compile(r"[\s()+\-,.:/'\u3000]+")
_COUNTED = {"", "家", "户", "个", "项", "条", "处", "企业", "家企业", "个企业", "enterprises", "units"}
"""Words behind a number that say no more than that it counts."""


def shows_percent(code: str) -> bool:
    """Tell whether a number format shows percent of a share of 1; a quoted sign is only written behind the number.

    Examples
    --------
    >>> shows_percent("0.0%"), shows_percent('0"%"'), shows_percent("0")
    (True, False, False)
    """
    return any(kind == "code" and "%" in text for section in _sections(code) for kind, text in section)


def words_written(code: str) -> str:
    """Return what a number format writes beside digits, empty where it only says that it counts.

    Parameters
    ----------
    code : str
        Sections parted by semicolons; those without digits say what stands instead of a number and are passed over.

    Examples
    --------
    >>> words_written('0"%"'), words_written('#,##0"百家"'), words_written('0"家"'), words_written("#,##0;-0")
    ('%', '百家', '', '')
    """
    for section in _sections(code):
        if not any(kind == "code" and re.search(r"[0#?]|general", text, re.IGNORECASE) for kind, text in section):
            continue
        if words := telling("".join(text for kind, text in section if kind == "word")):
            return words
    return ""


def telling(written: str) -> str:
    """Return the words beside a number, empty where they only say that it counts."""
    words = _SIGNS.sub("", written)
    return "" if words in _COUNTED else words


def _sections(code: str) -> list[list[tuple[str, str]]]:
    """Return the pieces of each section of a format: codes, and words that are written as they stand."""
    sections: list[list[tuple[str, str]]] = [[]]
    for match in _PIECE.finditer(code):
        quoted, escaped, forced, currency, general, sign = match.groups()
        word = next((text for text in (quoted, escaped, forced, currency) if text is not None), None)
        if word is not None:
            sections[-1].append(("word", word))
        elif general:
            sections[-1].append(("code", general))
        elif sign == ";":
            sections.append([])
        elif sign:
            sections[-1].append(("code" if sign.isascii() else "word", sign))
    return sections
