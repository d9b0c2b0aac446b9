"""Where tables come from: a file, a folder of files, or a data frame."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from dpsim.errors import FileFaults, InputError
from dpsim.params.wording import shown_name
from dpsim.progress.notes import Notes, Place
from dpsim.tabular.sheet import TEXTS, WORKBOOKS, Cell, Sheet, TableFile, read_sheets

if TYPE_CHECKING:
    import pandas as pd

FRAME = "DataFrame"
"""What a data frame is called in messages."""
MAX_FILES = 1000
"""Most files of a folder."""


def table_files(path: Path, notes: Notes) -> list[TableFile]:
    """Return the tables of a file or a folder, and note what cannot be read."""
    files = [path]
    if path.is_dir():
        files = []
        for entry in sorted(path.iterdir()):
            if entry.is_file() and entry.suffix.lower() in (*WORKBOOKS, *TEXTS) and entry.name[:1] not in "~.":
                files.append(entry)
            else:
                notes.repair("progress.repair.file_unused", Place(shown_name(entry.name)), entry.name, "-")
        if not files:
            allowed = ", ".join((*WORKBOOKS, *TEXTS))
            notes.fault("progress.folder_empty", Place(shown_name(path, 200)), allowed=allowed)
        if len(files) > MAX_FILES:
            notes.fault("progress.many_files", Place(shown_name(path, 200)), len(files), allowed=MAX_FILES)
            return []
    found = []
    for file in files:
        try:
            found.append(read_sheets(file))
        except FileFaults as error:
            notes.faults.extend(error.faults)
    return found


def frame_file(frame: pd.DataFrame) -> TableFile:
    """Return a data frame as a table with its columns as the header.

    Raises
    ------
    InputError
        Its columns are not plain texts.
    """
    if frame.columns.nlevels > 1 or len(frame.columns) == 0:
        raise InputError("progress.frame_columns", where=FRAME)
    rows: list[list[Cell]] = [[str(name) for name in frame.columns]]
    for row in frame.itertuples(index=False, name=None):
        rows.append([_plain(cell) for cell in row])
    return TableFile(FRAME, "", [Sheet("", rows)])


def _plain(cell: object) -> Cell:
    """Return a cell of a frame as a file would hold it."""
    if cell is None:
        return ""
    if hasattr(cell, "to_pydatetime"):
        return "" if str(cell) == "NaT" else cell.to_pydatetime()
    if hasattr(cell, "item") and not isinstance(cell, dt.date | str):
        cell = cell.item()
    return "" if str(cell) in ("NaT", "<NA>") else cell
