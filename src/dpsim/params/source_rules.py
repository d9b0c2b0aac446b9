"""Rules about the sources a case brings itself: tables and documents that `params/evidence.csv` does not list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dpsim.params.dig import items, unique
from dpsim.params.evidence import evidence
from dpsim.params.faults import Fault

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
"""An id stands in tables and messages: a plain word."""


def own_ids(content: Mapping[str, Any]) -> list[str]:
    """Return the ids of a case's own sources, as far as they are texts."""
    return [item["id"] for _, item in items(content, ("sources",)) if isinstance(item.get("id"), str)]


def source_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    """Own sources have plain ids, each once, none of which is taken by the evidence that comes with the program."""
    yield from unique(content, ("sources",))
    for path, item in items(content, ("sources",)):
        given = item.get("id")
        if isinstance(given, str) and not _ID.fullmatch(given):
            yield Fault("params.bad_source_id", (*path, "id"), given)
        elif given in evidence():
            yield Fault("params.source_taken", (*path, "id"), given)
