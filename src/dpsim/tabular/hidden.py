"""Which rows of an Excel workbook are hidden, by hand or by a filter: they are read, so it must be told."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from dpsim.tabular.extent import walk

_BOOK, _LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def hidden_rows(file: Path) -> dict[str, set[int]]:
    """Return the hidden rows of each sheet, counted from 0; nothing for a workbook that is laid out unusually.

    Raises
    ------
    zipfile.BadZipFile, xml.parsers.expat.ExpatError, ValueError
        It is no such workbook, or damaged; see `dpsim.tabular.sheet.DAMAGE`.
    """
    with zipfile.ZipFile(file) as archive:
        return {name: _hidden(archive.read(part)) for name, part in sheet_parts(archive).items()}


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of a workbook that holds each sheet, by the name of the sheet."""
    parts = set(archive.namelist())
    if not {_BOOK, _LINKS} <= parts:
        return {}
    links = _elements(archive.read(_LINKS), "Relationship", "Target")
    places = {link.get("Id", ""): link["Target"] for link in links}
    found = {}
    for sheet in _elements(archive.read(_BOOK), "sheet", "name"):
        ids = (value for key, value in sheet.items() if key.endswith(":id"))
        place = places.get(next(ids, ""), "")
        part = place[1:] if place.startswith("/") else f"xl/{place}"
        if part in parts:
            found[sheet["name"]] = part
    return found


def _elements(content: bytes, kind: str, key: str) -> list[Mapping[str, str]]:
    """Return what the elements of a kind say that have a key."""
    found: list[Mapping[str, str]] = []
    walk(content, lambda tag, given: found.append(given) if tag == kind and key in given else None, lambda _: None)
    return found


def _hidden(content: bytes) -> set[int]:
    """Return the hidden rows of one sheet."""
    rows: set[int] = set()
    row = -1

    def start(kind: str, given: Mapping[str, str]) -> None:
        nonlocal row
        if kind == "row":
            row = int(given.get("r", row + 2)) - 1
            if given.get("hidden") in ("1", "true"):
                rows.add(row)

    walk(content, start, lambda _: None)
    return rows
