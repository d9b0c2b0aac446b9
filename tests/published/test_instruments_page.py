"""The page of instruments holds what the registry does, with the picture it shows."""

from __future__ import annotations

import re
from pathlib import Path

from dpsim.strategies import instruments

DOCS = Path(__file__).resolve().parents[2] / "docs"


def rows(text: str) -> dict[str, list[str]]:
    """Return the cells of the page by instrument."""
    found = re.findall(r"^\| [^|]*\(`(\w+)`\)[^|]*\|(.*)\|$", text, flags=re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in found}


def test_every_instrument_has_a_row_with_its_effects_staff_days_and_yuan() -> None:
    text = (DOCS / "instruments.md").read_text(encoding="utf-8")
    found = rows(text)
    assert set(found) == set(instruments())
    for name, cells in found.items():
        assert len(cells) == 7 and all(re.match(r"\*?-?\d", cell) for cell in cells), name
    assert any(cells[5] != "0" for cells in found.values()) and any(cells[6] != "0" for cells in found.values())
    (picture,) = re.findall(r"\]\((pictures/[^)]+)\)", text)
    assert (DOCS / picture).read_bytes().startswith(b"\x89PNG")
    assert rows(text.replace("training", "tr")).keys() != found.keys(), "control: a missing row is seen"
