"""From a progress table and a list of targets to forecasts in a folder: tables, what was kept, what it rests on."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from dpsim.errors import InputError
from dpsim.experiments.identity import code_id
from dpsim.experiments.sums import SUMS, sums_text
from dpsim.forecast.knowledge import knowledge
from dpsim.forecast.known import progress_until
from dpsim.forecast.list_asked import DEFAULT
from dpsim.forecast.lists import UNCHANGED
from dpsim.forecast.project import Forecast, forecast
from dpsim.forecast.scenarios import scenarios, starts
from dpsim.forecast.scoreboard import inputs_digest, keep_forecast, scoreboard
from dpsim.forecast.signposts import signposts
from dpsim.params.wording import shown
from dpsim.progress.levels import by_township, counties_of, load_groups
from dpsim.progress.load import Progress, load_progress
from dpsim.progress.plan import load_supply
from dpsim.progress.wanted import load_targets
from dpsim.report.documents import write_atomically
from dpsim.report.outlook.unknown import settings_frame
from dpsim.report.sources import SOURCES, files_text
from dpsim.report.tables import save_table

SIDE_DRAWS = 1000
"""Draws of the forecasts under other assumptions, at most."""
INPUTS, TABLES, RUN, TEXT = "inputs", "tables", "run.json", "forecast.txt"
PROGRESS = f"{INPUTS}/progress.parquet"
"""Marks the folder of a forecast: the rows it was made of, as they were understood."""
PARAMETERS = ("params/forecast.yaml", "params/closures.csv")


@dataclass(frozen=True)
class Outlook:
    """A forecast and what stands beside it."""

    progress: Progress
    wanted: pd.DataFrame
    """The targets, as given."""
    made: Forecast
    seed: int
    rush: float
    capacity: dict[str, float]
    """As stated, by stage."""
    signposts: pd.DataFrame
    scenarios: pd.DataFrame
    starts: pd.DataFrame
    knowledge: pd.DataFrame
    supply: pd.DataFrame | None
    groups: dict[str, list[str]]
    """Units that are also told together, by name."""
    record: pd.DataFrame
    """Kept forecasts that have their outcome by now; empty without a folder of them."""


def make_outlook(
    table: str | Path,
    targets: str | Path,
    *,
    as_of: str,
    reference: str | None,
    rush: float,
    seed: int,
    draws: int,
    kept: Path | None,
    capacity: Mapping[str, float] | None = None,
    supply: str | Path | None = None,
    stages: Mapping[str, Sequence[str]] | None = None,
    lists: Sequence[str] = DEFAULT,
    groups: str | Path | None = None,
    townships: bool = False,
) -> Outlook:
    """Read, forecast, and forecast again under the other assumptions.

    Raises
    ------
    InputError
        Something given cannot be read or is out of its range.
    """
    progress, together = table_with_levels(table, stages=stages, groups=groups, townships=townships)
    wanted = load_targets(targets, stages=stages)
    plan = None if supply is None else load_supply(supply)
    asked: dict[str, Any] = {"as_of": as_of, "reference": reference, "rush": rush, "seed": seed, "draws": draws}
    return outlook_of(
        progress, wanted, **asked, kept=kept, capacity=capacity, supply=plan, lists=lists, groups=together
    )


def table_with_levels(
    table: str | Path,
    *,
    stages: Mapping[str, Sequence[str]] | None,
    groups: str | Path | None,
    townships: bool,
) -> tuple[Progress, dict[str, list[str]]]:
    """Return a table, by townships if wanted, and groups of its units: those of a list, and counties of townships."""
    progress = load_progress(table, stages=stages)
    if townships:
        progress = by_township(progress)
    units, listed = set(progress.frame["unit"]), load_groups(groups) if groups is not None else {}
    for group, names in listed.items():
        missing = [name for name in names if name not in units]
        if missing or group in units:
            raise InputError("forecast.group", group=shown(group), given=shown(", ".join(missing) or group))
    return progress, counties_of(units) | listed


def outlook_of(
    progress: Progress,
    wanted: pd.DataFrame,
    *,
    as_of: dt.date | str,
    reference: str | None,
    rush: float,
    seed: int,
    draws: int,
    kept: Path | None = None,
    capacity: Mapping[str, float] | None = None,
    supply: pd.DataFrame | None = None,
    lists: Sequence[str] = DEFAULT,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Outlook:
    """Forecast from a table that is read; see `make_outlook`."""
    asked: dict[str, Any] = {"as_of": as_of, "reference": reference, "rush": rush, "seed": seed}
    beside: dict[str, Any] = {"supply": supply, "groups": groups}
    made = forecast(progress, wanted, **asked, draws=draws, capacity=capacity, lists=lists, **beside)
    progress = progress_until(progress, made.as_of)
    side: dict[str, Any] = {
        "as_of": as_of,
        "seed": seed,
        "draws": min(draws, SIDE_DRAWS),
        "made": made,
        **beside,
    }
    record = pd.DataFrame() if kept is None else scoreboard(kept, progress, today=as_of)
    return Outlook(
        progress=progress,
        wanted=wanted,
        made=made,
        seed=seed,
        rush=rush,
        signposts=signposts(made),
        capacity=dict(capacity or {}),
        scenarios=scenarios(progress, wanted, **side),
        starts=starts(progress, wanted, **side, reference=reference, rush=rush),
        knowledge=knowledge(progress, wanted, **side, reference=reference, rush=rush),
        supply=supply,
        groups={name: list(units) for name, units in (groups or {}).items()},
        record=record[record["met"].notna()] if len(record) else record,
    )


def save_outlook(outlook: Outlook, out: Path | None, *, kept: Path | None, text: str = "") -> None:
    """Keep a forecast in a folder of kept ones, and write its text, tables, record, check sums; either if wanted."""
    if kept is not None:
        keep_forecast(outlook.made, outlook.progress, kept, seed=outlook.seed)
    if out is not None:
        _write(outlook, out, text)


def outlook_tables(outlook: Outlook) -> dict[str, pd.DataFrame]:
    """Return the tables of a forecast, all of which its inputs and its record tell."""
    made = outlook.made
    return {
        "targets": made.targets,
        "needed": made.needed,
        "joint": made.joint,
        "bound": made.bound,
        "fit": made.fit,
        "signposts": outlook.signposts,
        "scenarios": outlook.scenarios,
        "starts": outlook.starts,
        "lists": made.lists,
        "knowledge": outlook.knowledge,
        "settings": settings_frame(made.reference),
    }


def outlook_record(outlook: Outlook) -> dict[str, Any]:
    """Return what a forecast was made of, and its shortest answer."""
    made = outlook.made
    return {
        "as_of": made.as_of.isoformat(),
        "reference": made.reference,
        "rush": outlook.rush,
        "draws": made.draws,
        "seed": outlook.seed,
        "units": len(made.units),
        "all_met": None if math.isnan(made.all_met) else made.all_met,
        "inputs": inputs_digest(outlook.progress, made.as_of),
        "ledger": outlook.progress.ledger is not None,
        "capacity": outlook.capacity,
        "groups": outlook.groups,
        "lists": [text for text in made.lists["change"].unique() if text != UNCHANGED],
        "supply": None if outlook.supply is None else outlook.supply.astype(str).to_dict("records"),
        "code": code_id(),
    }


def _write(outlook: Outlook, out: Path, text: str) -> None:
    """Write inputs, tables, record, the list of the program's files, and check sums."""
    inputs = {"progress": outlook.progress.frame, "targets": outlook.wanted}
    if outlook.progress.ledger is not None:
        inputs["ledger"] = outlook.progress.ledger
    if outlook.supply is not None:
        inputs["supply"] = outlook.supply
    for name in {"ledger", "supply"} - inputs.keys():  # of an earlier forecast in the same folder
        for ending in ("csv", "parquet"):
            (out / INPUTS / f"{name}.{ending}").unlink(missing_ok=True)
    written: list[Path] = []
    for name, table in inputs.items():
        written += save_table(table, out / INPUTS, name)
    for name, table in (outlook_tables(outlook) | {"repairs": outlook.progress.repairs}).items():
        written += save_table(table, out / TABLES, name)
    record = json.dumps(outlook_record(outlook), ensure_ascii=False, indent=1, sort_keys=True)
    for name, content in ((TEXT, text + "\n"), (RUN, record), (SOURCES, files_text(PARAMETERS))):
        write_atomically(out / name, content.encode())
        written.append(out / name)
    write_atomically(out / SUMS, sums_text(out, written).encode())
