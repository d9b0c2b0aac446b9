"""The published figures behind the parameters: `params/evidence.csv`, one row per source id."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from dpsim.errors import InputError
from dpsim.language import language_in_force
from dpsim.params.locate import params_folder
from dpsim.params.wording import shown_name


@dataclass(frozen=True, slots=True)
class Evidence:
    """One figure or rule and where it was found.

    Parameters
    ----------
    id : str
        What a parameter file cites.
    quantity_zh, quantity_en : str
        What was counted or said.
    value, low, high : str
        As printed; several values stand with ``/`` between them, and a rule has none.
    unit : str
    place_zh, place_en : str
    period : str
    source_zh, source_en : str
        The document.
    grade : str
        One of `dpsim.params.quantity.GRADES`.
    """

    id: str
    quantity_zh: str
    quantity_en: str
    value: str
    low: str
    high: str
    unit: str
    place_zh: str
    place_en: str
    period: str
    source_zh: str
    source_en: str
    grade: str

    def words(self, field: str, lang: str | None = None) -> str:
        """Return ``quantity``, ``place`` or ``source`` in a language (the one in force when not given)."""
        return str(getattr(self, f"{field}_{lang or language_in_force()}"))

    @property
    def quantity(self) -> str:
        """What was counted or said, in the language in force."""
        return self.words("quantity")

    @property
    def place(self) -> str:
        """Where, in the language in force."""
        return self.words("place")

    @property
    def source(self) -> str:
        """The document, in the language in force."""
        return self.words("source")


def read_evidence(file: Path) -> dict[str, Evidence]:
    """Return the rows of an evidence file by id.

    Parameters
    ----------
    file : pathlib.Path
        UTF-8 CSV with the fields of `Evidence` as its columns.

    Raises
    ------
    InputError
        Columns differ, a row is incomplete, or an id stands twice.
    """
    names = [field.name for field in fields(Evidence)]
    rows: dict[str, Evidence] = {}
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        for row in reader:
            given = [row.get(name) for name in names]
            if reader.fieldnames != names or None in row or None in given or row["id"] in rows:
                where = f"{shown_name(file, 200)}:{reader.line_num}"
                raise InputError("params.bad_evidence_row", where=where, allowed=", ".join(names))
            rows[row["id"]] = Evidence(**row)
    return rows


@cache
def evidence() -> dict[str, Evidence]:
    """Return the evidence that comes with the program; do not change the mapping."""
    return read_evidence(params_folder() / "evidence.csv")
