"""The progress table a report starts from, read again from the folder that keeps it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from dpsim.errors import DpsimError
from dpsim.params.schema import Case
from dpsim.params.wording import shown_name
from dpsim.report.from_table import FromTable, start_from_table
from dpsim.report.job import INPUTS
from dpsim.report.verify.findings import Verified


def held_table(found: Verified, case: Case, record: Mapping[str, Any], run: str, *, seed: int) -> FromTable | None:
    """Return what a report starts from; where its table is not there, or not as recorded, name it and return None.

    Parameters
    ----------
    found : Verified
    case : Case
        Of the file, before it was moved to the table's date.
    record : mapping
        Of the report.
    run : str
        Name of the record's file.
    seed : int
    """
    files = sorted(file for file in (found.folder / INPUTS).glob("*") if file.suffix != ".yaml")
    name = f"{INPUTS}/{files[0].name}" if files else f"{INPUTS}/"
    try:
        if len(files) != 1:
            raise ValueError(len(files))
        start = start_from_table(case, str(files[0]), dt.date.fromisoformat(str(record.get("as_of"))), seed=seed)
    except (DpsimError, ValueError, OSError):
        found.differs("unreadable", file=shown_name(name, 200))
        return None
    if start.digest != record.get("progress"):
        found.differs("digest", file=shown_name(name, 200), record=run)
        return None
    return start
