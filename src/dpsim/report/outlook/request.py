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
from dpsim.params.wording import shown_name
from dpsim.report.made_files import check_replaced
from dpsim.report.sources import SOURCES
from dpsim.report.tables import csv_bytes, table_names

INPUTS, TABLES, RUN, TEXT = "inputs", "tables", "run.json", "forecast.txt"
PROGRESS = f"{INPUTS}/progress.parquet"
"""Marks the folder of a forecast: the rows it was made of, as they were understood."""
_KEPT = ("progress", "targets", "ledger", "supply", "scoreboard")
_TOLD = (
    *("targets", "needed", "joint", "bound", "fit", "signposts", "scenarios", "starts"),
    *("lists", "knowledge", "settings", "repairs"),
)
FILES = (*table_names(INPUTS, _KEPT), *table_names(TABLES, _TOLD), RUN, TEXT, SOURCES)
"""Every file the folder of a forecast may hold, without its check sums."""
ASKED = (
    *("as_of", "inputs", "targets", "reference", "rush", "seed", "draws"),
    *("capacity", "supply", "lists", "groups"),
)
"""What makes two forecasts the same; the language of the text and the program do not."""


def request_of(
    inputs: str,
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

    `inputs`: digest of the table up to the date. Other parameters are those of `dpsim.report.outlook.job.outlook_of`.
    """
    return {
        "as_of": checked_day("as_of", as_of).isoformat(),
        "inputs": inputs,
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


def check_ours(out: Path) -> None:
    """Refuse a folder in which a file is in the way that no forecast has written."""
    check_replaced(out, FILES, record=RUN)


def check_free(out: Path, request: Mapping[str, Any]) -> None:
    """Refuse a folder that holds anything but the same forecast; `request` may hold more than `ASKED`.

    Raises
    ------
    InputError
        Naming what differs, or a file that no forecast has written.
    """
    check_ours(out)
    if not (out / RUN).exists() and not (out / PROGRESS).exists():
        return
    try:
        held = read_json(out / RUN)
    except (OSError, ValueError):
        held = None
    held = held if isinstance(held, dict) else {}
    other = [name for name in ASKED if name not in held or held[name] != request[name]]
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
