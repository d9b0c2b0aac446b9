"""Which sources a parameter file rests on: the ids its values cite, the figures it is only held against left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dpsim.params.schema import File

_NOT_VALUES = ("published", "constraints", "outside", "sources", "tasks")
"""Blocks that set nothing: figures runs are held against, facts outside, own documents, what is not simulated."""


def cited_sources(*files: File) -> frozenset[str]:
    """Return the ids that files cite as the `source` of a value, a target or a reading.

    Parameters
    ----------
    *files : Case or Strategy
    """
    return frozenset(
        id_
        for file in files
        for key, entry in file.content().items()
        if key not in _NOT_VALUES
        for id_ in _cited(entry)
    )


def _cited(entry: Any) -> Iterator[str]:
    """Yield what stands under a key `source`, however deep."""
    if isinstance(entry, tuple):
        for item in entry:
            yield from _cited(item)
    elif isinstance(entry, dict):
        for key, item in entry.items():
            if key == "source" and isinstance(item, str):
                yield item
            else:
                yield from _cited(item)
