"""What a header, a row's name or a mark in a cell means, by the alias table `headers.toml`."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from dpsim.core.words import STAGES
from dpsim.errors import InputError
from dpsim.params.wording import shown

HAZARDS = ("hazards_found", "hazards_rectified")
ALL_STAGES = (*STAGES, *HAZARDS)
"""Stages a frame may hold, in its order."""
SPECIAL = ("unit", "township", "date", "stage", "enterprise", "code", "listed", "removed", "started")
_BRACKETED = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】")
_BETWEEN = re.compile(r"[、,;&+]|\band\b")
_NAMING = ("unit", "township", "enterprise", "code", "stage", "unused")
"""Columns without numbers: words in brackets change nothing that is counted."""
_WRONG_UNIT = re.compile(r"万|‰|千(?=家|户|个|项|$)|百(?=家|户|个|项|$)|thousand|hundred|per ?mille|per 1000")
_DATED = re.compile(r"(日期|时间|date|on)\Z|\Adate")
_TAIL = re.compile(r"(企业)?(家数|户数|个数|数量|数|企业)\Z")


_NONE: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_more: ContextVar[Mapping[str, tuple[str, ...]]] = ContextVar("more_stages", default=_NONE)
"""Stages of another programme with their headers, while a table of it is read."""


@contextmanager
def more_stages(stages: Mapping[str, Sequence[str]] | None) -> Iterator[None]:
    """Let tables hold further stages for a while, each with its headers.

    Raises
    ------
    InputError
        A name is none, or stands for something else; a header has another meaning, or two of these.
    """
    checked: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    taken = {*ALL_STAGES, *SPECIAL, *_table()["roles"]}
    for name, headers in (stages or {}).items():
        if not isinstance(name, str) or not _NAME.match(name) or name in taken:
            raise InputError("progress.stage_name", given=shown(name), taken=", ".join(sorted(taken)))
        heads = (headers,) if isinstance(headers, str) else tuple(headers)
        for head in heads or ("",):
            if not bare(head):
                raise InputError("progress.stage_header", stage=name, given=shown(head))
            if bare(head) in seen or meaning(head) is not None:
                raise InputError("progress.stage_clash", stage=name, given=shown(head))
            seen.add(bare(head))
        checked[name] = heads
    token = _more.set(checked)
    try:
        yield
    finally:
        _more.reset(token)


def stages_known() -> tuple[str, ...]:
    """Return the stages a table may hold, in the order of a frame."""
    return (*ALL_STAGES, *_more.get())


@dataclass(frozen=True)
class Meaning:
    """What one header text says.

    Parameters
    ----------
    kind : str
        One of `SPECIAL`, ``"value"`` or ``"unused"``.
    stage, role : str or None
        Of a value: its stage, and ``"done"``, ``"total"`` or ``"share"``.
    percent : bool
        It says that its numbers are percent.
    exact : bool
        Nothing was taken off but what says how enterprises are counted.
    """

    kind: str
    stage: str | None = None
    role: str | None = None
    percent: bool = False
    exact: bool = True


def plain(text: object) -> str:
    """Return a text without blanks, brackets and punctuation, full-width signs made plain, in lower case."""
    text = _BRACKETED.sub("", unicodedata.normalize("NFKC", str(text))) if isinstance(text, str) else ""
    return re.sub(r"[\s:、,*。;_\-]+", "", text).lower()


def wrong_unit(text: object) -> bool:
    """Tell whether a header counts in ten thousands, hundreds or per mille."""
    return isinstance(text, str) and bool(_WRONG_UNIT.search(unicodedata.normalize("NFKC", text).strip().lower()))


def bare(text: object) -> str:
    """Return a header as `plain` does, but brackets only go with words known to say nothing more; others are kept.

    Examples
    --------
    >>> bare("已建（家）"), bare("已建（百分数）")
    ('已建', '已建百分数')
    """
    if not isinstance(text, str):
        return ""
    known = _bracket_words("counted") | _bracket_words("noted") | {"", "%"}

    def kept(match: re.Match[str]) -> str:
        inside = "".join(filter(None, match.groups()))
        return "" if set(_apart(inside)) <= known else f" {inside} "

    return plain(_BRACKETED.sub(kept, unicodedata.normalize("NFKC", text)))


def in_brackets(text: object) -> list[str]:
    """Return the words in the brackets of a header, as they stand."""
    if not isinstance(text, str):
        return []
    return [
        "".join(groups).strip()
        for groups in _BRACKETED.findall(unicodedata.normalize("NFKC", text))
        if "".join(groups).strip()
    ]


def counts_in_brackets(text: object) -> bool:
    """Tell whether the brackets of a header say that it counts: 家, enterprises."""
    return any(set(_apart(inside)) & (_bracket_words("counted") - {""}) for inside in in_brackets(text))


def meaning(text: object) -> Meaning | None:
    """Return what a header means, None if it is not known.

    Words in brackets are taken off only if `headers.toml` says that they change nothing, or over a column of names.

    Examples
    --------
    >>> meaning(" 已建（家） "), meaning("负责领导"), meaning("已建（百分数）")
    (Meaning(kind='value', stage='built', role='done', percent=False, exact=True), None, None)
    """
    if not isinstance(text, str):
        return None
    named = meaning_without_brackets(text)
    if named and named.kind in _NAMING:
        return named
    found = _looked_up(bare(text))
    if not found:
        return None
    kind, stage, role = found
    percent = "%" in unicodedata.normalize("NFKC", text)
    if percent and kind == "value" and role != "total":
        role = "share"
    if role == "share" and counts_in_brackets(text):
        return None
    return Meaning(kind, stage, role, percent, _exact(text))


def meaning_without_brackets(text: object) -> Meaning | None:
    """Return what a header would mean if nothing stood in brackets."""
    found = _looked_up(plain(text)) if isinstance(text, str) else None
    return Meaning(*found, "%" in unicodedata.normalize("NFKC", str(text)), _exact(str(text))) if found else None


def _looked_up(words: str) -> tuple[str, str | None, str | None] | None:
    """Return kind, stage and role of a header made plain."""
    more: dict[str, tuple[str, str | None, str | None]]
    more = {bare(head): ("value", stage, "done") for stage, heads in _more.get().items() for head in heads}
    table = _headers() | more if more else _headers()
    found = table.get(words) or table.get(words.replace("%", "")) or table.get(_TAIL.sub("", words))
    return found or table.get(_DATED.sub("", words))


def _exact(text: str) -> bool:
    """Tell whether brackets hold nothing but how enterprises are counted."""
    return {word for inside in in_brackets(text) for word in _apart(inside)} <= {*_bracket_words("counted"), "%"}


def _apart(inside: str) -> list[str]:
    """Return the words of a bracket, each made plain."""
    inside = unicodedata.normalize("NFKC", inside).lower()
    return [re.sub(r"[\s:._\-]+", "", word) for word in _BETWEEN.split(inside)]


def stage_of(text: object) -> str | None:
    """Return the stage a cell of a column of stages names."""
    found = meaning(text)
    return found.stage if found and found.kind == "value" and found.role == "done" else None


def stages_within(text: str) -> set[str]:
    """Return the stages a title names; a longer name wins over the shorter one it holds."""
    rest, found = plain(text), set()
    names = {plain(alias): stage for stage in ALL_STAGES for alias in _table()["stages"][stage]["done"]}
    names |= {plain(head): stage for stage, heads in _more.get().items() for head in heads}
    for name in sorted(names, key=len, reverse=True):
        if name in rest:
            found.add(names[name])
            rest = rest.replace(name, "|")
    return found


@lru_cache(maxsize=10_000)
def row_kind(name: str) -> str:
    """Return what a row is by its name: ``"total"``, ``"subtotal"``, ``"note"``, ``"unused"`` or ``"unit"``."""
    words, rows = plain(name), _table()["rows"]
    if words in {plain(alias) for alias in rows["totals"]}:
        return "total"
    if any(words.endswith(plain(alias)) for alias in rows["unused"]):
        return "unused"
    ends = [plain(alias) for alias in (*rows["subtotals"], "合计", "总计")]
    if words and any(words.endswith(end) or words.startswith(end) for end in ends):
        return "subtotal"
    return "note" if any(words.startswith(plain(alias)) for alias in rows["notes"]) else "unit"


def is_missing(cell: object) -> bool:
    """Tell whether a cell says that there is no number yet."""
    if not isinstance(cell, str):
        return cell is None
    text = unicodedata.normalize("NFKC", cell).strip().lower()
    return not text or text in _table()["cells"]["missing"]


def title_words(kind: str) -> tuple[str, ...]:
    """Return the words of titles of one kind: harmless, percent, share, period or planned."""
    return tuple(_table()["titles"][kind])


def sheet_kind(name: str) -> str:
    """Return what a sheet is by its name: ``"example"``, ``"unused"`` or ``"data"``."""
    words = plain(name)
    for kind in ("example", "unused"):
        if words in {plain(alias) for alias in _table()["sheets"][kind]}:
            return kind
    return "data"


def heading(id_: str, lang: str) -> str:
    """Return the usual header of a column, a role or a stage in a language."""
    table = _table()
    if id_ in _more.get():
        return _more.get()[id_][0]
    stage = table["stages"].get(id_, {}).get("done")
    words = stage or table["columns"].get(id_) or table["roles"][id_]
    return next(word for word in words if word.isascii() == (lang == "en"))


def known_headers(lang: str) -> str:
    """Return the headers that are understood, one for each meaning."""
    ids = ("unit", "date", "stage", "total", "done", *stages_known())
    return ", ".join(heading(id_, lang) for id_ in ids)


def all_aliases() -> list[str]:
    """Return every header that is understood."""
    return sorted({*_headers(), *(bare(head) for heads in _more.get().values() for head in heads)})


@cache
def _table() -> dict[str, Any]:
    """Return the alias table."""
    return tomllib.loads(files(__package__).joinpath("headers.toml").read_text(encoding="utf-8"))


@cache
def _bracket_words(kind: str) -> frozenset[str]:
    """Return the words that may stand in the brackets of a header: counted or noted."""
    return frozenset(part for word in _table()["brackets"][kind] for part in _apart(word))


@cache
def _headers() -> dict[str, tuple[str, str | None, str | None]]:
    """Return plain header to kind, stage and role; no header means two things."""
    table = _table()
    entries = [(alias, (kind, None, None)) for kind in SPECIAL for alias in table["columns"][kind]]
    entries += [(alias, ("value", None, role)) for role, aliases in table["roles"].items() for alias in aliases]
    for stage, roles in table["stages"].items():
        entries += [(alias, ("value", stage, role)) for role, aliases in roles.items() for alias in aliases]
    entries += [(alias, ("unused", None, None)) for alias in table["unused"]["headers"]]
    found: dict[str, tuple[str, str | None, str | None]] = {}
    for alias, what in entries:
        if found.setdefault(plain(alias), what) != what:
            raise ValueError(f"header {alias!r} has two meanings")
    return found
