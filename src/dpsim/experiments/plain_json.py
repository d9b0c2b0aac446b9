"""Paths that callers gave, and reading a plain file or a JSON file that may have been torn or meddled with."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any


def as_path(given: object) -> Path | None:
    """Return the path that a caller gave as a text or as a path; None where it is neither."""
    try:
        path = Path(given)  # type: ignore[arg-type]
    except TypeError:
        return None
    blank = isinstance(given, str) and not given.strip()
    return None if blank or "\0" in str(path) else path


def read_plain(file: Path) -> bytes:
    """Return the content of a plain file; a pipe or a device in its place is an OSError, and nothing is waited for."""
    if not (stat.S_ISREG(file.stat().st_mode) or stat.S_ISDIR(file.stat().st_mode)):
        raise FileNotFoundError(file)
    return file.read_bytes()


def read_json(file: Path) -> Any:
    """Return what a JSON file holds.

    Raises
    ------
    OSError
        It cannot be read.
    ValueError
        It is no JSON in UTF-8, or nested so deeply that nobody can have written it.
    """
    try:
        return json.loads(read_plain(file).decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
