"""The JSON records of a folder, which may have been torn or meddled with."""

from __future__ import annotations

from typing import Any

from dpsim.experiments.plain_json import read_json
from dpsim.report.verify.findings import Verified


def read_record(found: Verified, name: str) -> dict[str, Any] | None:
    """Return what a JSON file of a folder holds, or name it."""
    try:
        held = read_json(found.folder / name)
    except (OSError, ValueError):
        held = None
    if not isinstance(held, dict):
        found.differs("unreadable", file=name)
        return None
    return held
