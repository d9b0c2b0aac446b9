"""Where measured tables stand in both READMEs: between two markers of a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

READMES = {"en": Path(__file__).resolve().parents[1] / "README.md"}
READMES["zh"] = READMES["en"].with_name("README.zh.md")


def between(text: str, name: str) -> tuple[str, str, str]:
    """Return a README before, between and after the markers of `name`, each marker with its side.

    Raises
    ------
    ValueError
        A marker is missing or stands twice.
    """
    begin, end = f"<!-- {name}: begin -->\n", f"\n<!-- {name}: end -->"
    before, rest = text.split(begin)
    inside, after = rest.split(end)
    return before + begin, inside, end + after


def write_tables(name: str, table: Callable[[str], str]) -> None:
    """Write what `table` gives for each language between the markers of `name`."""
    for lang, file in READMES.items():
        before, _, after = between(file.read_text(encoding="utf-8"), name)
        file.write_text(before + table(lang) + after, encoding="utf-8", newline="\n")
