"""From a progress table and a list of targets to forecasts in a folder: tables, what was kept, what it rests on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dpsim.experiments.identity import code_id
from dpsim.experiments.sums import SUMS, sums_text
from dpsim.forecast.project import Forecast, forecast
from dpsim.forecast.scenarios import list_changes, scenarios
from dpsim.forecast.scoreboard import inputs_digest, keep_forecast, scoreboard
from dpsim.forecast.signposts import signposts
from dpsim.progress.load import Progress, load_progress
from dpsim.progress.wanted import load_targets
from dpsim.report.documents import write_atomically
from dpsim.report.outlook.unknown import settings_frame
from dpsim.report.tables import save_table

SIDE_DRAWS = 1000
"""Draws of the forecasts under other assumptions, at most."""


@dataclass(frozen=True)
class Outlook:
    """A forecast and what stands beside it."""

    progress: Progress
    made: Forecast
    seed: int
    rush: float
    signposts: pd.DataFrame
    scenarios: pd.DataFrame
    lists: pd.DataFrame
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
) -> Outlook:
    """Read, forecast, and forecast again under the other assumptions.

    Raises
    ------
    InputError
        Something given cannot be read or is out of its range.
    """
    progress, wanted = load_progress(table), load_targets(targets)
    made = forecast(progress, wanted, as_of=as_of, seed=seed, draws=draws, reference=reference, rush=rush)
    fewer = min(draws, SIDE_DRAWS)
    record = pd.DataFrame() if kept is None else scoreboard(kept, progress, today=as_of)
    return Outlook(
        progress=progress,
        made=made,
        seed=seed,
        rush=rush,
        signposts=signposts(made),
        scenarios=scenarios(progress, wanted, as_of=as_of, seed=seed, draws=fewer),
        lists=list_changes(progress, wanted, as_of=as_of, seed=seed, draws=fewer, reference=reference),
        record=record[record["met"].notna()] if len(record) else record,
    )


def save_outlook(outlook: Outlook, out: Path | None, *, kept: Path | None) -> None:
    """Keep a forecast in a folder of kept ones, and write its tables, record and check sums; either if wanted."""
    if kept is not None:
        keep_forecast(outlook.made, outlook.progress, kept, seed=outlook.seed)
    if out is not None:
        _write(outlook, out)


def _write(outlook: Outlook, out: Path) -> None:
    """Write tables, record and check sums."""
    made = outlook.made
    written: list[Path] = []
    tables = {
        "targets": made.targets,
        "needed": made.needed,
        "joint": made.joint,
        "fit": made.fit,
        "signposts": outlook.signposts,
        "scenarios": outlook.scenarios,
        "lists": outlook.lists,
        "repairs": outlook.progress.repairs,
        "settings": settings_frame(made.reference),
    }
    for name, frame in tables.items():
        written += save_table(frame, out / "tables", name)
    record = {
        "as_of": made.as_of.isoformat(),
        "reference": made.reference,
        "draws": made.draws,
        "seed": outlook.seed,
        "units": len(made.units),
        "all_met": made.all_met,
        "inputs": inputs_digest(outlook.progress, made.as_of),
        "code": code_id(),
    }
    write_atomically(out / "run.json", json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True).encode())
    write_atomically(out / SUMS, sums_text(out, [*written, out / "run.json"]).encode())
