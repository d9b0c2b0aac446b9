"""What a forecast is asked for, by which a folder knows whether it holds the same one or another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from dpsim.errors import InputError
from dpsim.experiments.plain_json import read_json
from dpsim.forecast.asked import checked_class, checked_day
from dpsim.forecast.list_asked import list_change
from dpsim.forecast.scoreboard import inputs_digest
from dpsim.params.wording import shown_name
from dpsim.progress.load import Progress
from dpsim.report.tables import csv_bytes

INPUTS, RUN = "inputs", "run.json"
PROGRESS = f"{INPUTS}/progress.parquet"
"""Marks the folder of a forecast: the rows it was made of, as they were understood."""


def request_of(
    progress: Progress,
    wanted: pd.DataFrame,
    *,
    as_of: str,
    reference: str | None,
    rush: float,
    seed: int,
    draws: int,
    capacity: Mapping[str, float] | None = None,
    supply: pd.DataFrame | None = None,
    lists: Sequence[str] = (),
    groups: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return what a forecast is asked for, as JSON holds it; of table and targets their digests.

    Parameters are those of `dpsim.report.outlook.job.outlook_of`.
    """
    day = checked_day("as_of", as_of)
    return {
        "as_of": day.isoformat(),
        "inputs": inputs_digest(progress, day),
        "targets": hashlib.sha256(csv_bytes(wanted)).hexdigest(),
        "reference": checked_class(reference),
        "rush": rush,
        "seed": seed,
        "draws": draws,
        "capacity": dict(capacity or {}),
        "supply": None if supply is None else supply.astype(str).to_dict("records"),
        "lists": [list_change(text).text for text in lists],
        "groups": {name: list(units) for name, units in (groups or {}).items()},
    }


def check_free(out: Path, request: Mapping[str, Any]) -> None:
    """Refuse a folder that holds anything but the same forecast.

    Raises
    ------
    InputError
        Naming what differs.
    """
    if not (out / RUN).exists() and not (out / PROGRESS).exists():
        return
    try:
        held = read_json(out / RUN)
    except (OSError, ValueError):
        held = None
    held = held if isinstance(held, dict) else {}
    other = [name for name, asked in request.items() if name not in held or held[name] != asked]
    if "as_of" in other and "as_of" in held:  # the rows up to another date are others too
        dates = f"--as-of ({shown_name(held['as_of'])} -> {request['as_of']})"
        what = [dates, *(_option(name) for name in other if name not in ("as_of", "inputs"))]
    else:
        what = [_option(name) for name in other]
    if what:
        raise InputError("forecast.other_in_out", out=shown_name(out, 200), what=", ".join(what))


def _option(name: str) -> str:
    """Return how a part of what is asked is given."""
    return {"inputs": "TABLE", "as_of": "--as-of", "lists": "--list"}.get(name, f"--{name}")
