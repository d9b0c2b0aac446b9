"""Fill a case with what another one holds: ``based_on: linyi-2018`` stands for the blocks a place says nothing of.

A place publishes its counts and its dates, hardly ever how hazards arise, are found and closed. Such blocks need not be
repeated: what a case leaves out of them is taken from the case it names. What rests on the literature stays as it is;
what is assumed there, or rests on that place's own documents, is marked as assumed here and says where it comes from.
A figure is of the place's own documents when its document is one that the place's ids cite: EX21 is out of LY's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dpsim.language import LANGUAGES, catalogue, say
from dpsim.params.evidence import evidence

BASED_ON = "based_on"
FILLED = (
    "scenario",
    "adoption",
    "attention",
    "agencies",
    "assessors",
    "hazards",
    "discovery",
    "closed_loop",
    "staff",
    "deterrence",
    "formalism",
    "incidents",
    "caveats",
)
"""Blocks that may be left out; every place has its own population, state, targets and published figures."""
LITERATURE = ("EX", "FC")
"""How the ids of sources begin that are, as a rule, not documents of one place."""

Content = Mapping[str, Any]


def filled(content: Content, base: Content) -> dict[str, Any]:
    """Return a case's content with the blocks and entries it leaves out, taken from another case.

    Parameters
    ----------
    content, base : mapping
        Plain content of the two files. A block of `content` keeps its own entries; an entry with a value is taken or
        kept whole. Blocks that are no mappings are left as they stand, for the schema to refuse.

    Returns
    -------
    dict
        Without ``based_on``; the date of the start is never taken from another place.
    """
    place = _Place(base["name"], _documents(str(base.get("code_prefix", ""))))
    base = {**base, "scenario": {key: entry for key, entry in base["scenario"].items() if key != "start"}}
    full = {key: entry for key, entry in content.items() if key != BASED_ON}
    return full | {key: _joined(full[key], base[key], place) if key in full else _taken(base[key], place)
                   for key in FILLED if key in base}  # fmt: skip


class _Place(NamedTuple):
    """The place that entries are taken from: its name in each language, and its documents."""

    name: Content
    documents: frozenset[str]


def _documents(prefix: str) -> frozenset[str]:
    """Return the documents that the ids of a place cite."""
    return frozenset(row.source_en for id_, row in evidence().items() if prefix and id_.startswith(prefix))


def _joined(own: Any, other: Any, place: _Place) -> Any:
    """Return an own block with what only the other has."""
    blocks = isinstance(own, dict) and isinstance(other, dict)
    if not blocks or not {"value", "unit", "grade"}.isdisjoint(own):
        return own
    return own | {key: _joined(own[key], entry, place) if key in own else _taken(entry, place)
                  for key, entry in other.items()}  # fmt: skip


def _taken(entry: Any, place: _Place) -> Any:
    """Return an entry of the other case, marked where it does not rest on the literature."""
    if not isinstance(entry, dict):
        return entry
    content = {key: _taken(item, place) for key, item in entry.items()}
    if "grade" not in entry or _of_literature(str(entry.get("source", "")), place):
        return content
    return {**content, "grade": "assumed", "reason": _reason(entry, place)}


def _of_literature(source: str, place: _Place) -> bool:
    """Tell whether a source is no document of the place."""
    row = evidence().get(source)
    return source.startswith(LITERATURE) and (row is None or row.source_en not in place.documents)


def _reason(entry: Content, place: _Place) -> dict[str, str]:
    """Return why the entry stands here, in both languages."""
    return {
        lang: say("params.taken_over", lang=lang, place=place.name[lang],
                  grade=catalogue(lang)[f"grade.{str(entry['grade']).replace(' ', '_')}"])
        for lang in LANGUAGES
    }  # fmt: skip
