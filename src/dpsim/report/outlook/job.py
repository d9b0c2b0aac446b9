"""From a progress table and a list of targets to forecasts in a folder: tables, what was kept, what it rests on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dpsim.experiments.identity import code_id
from dpsim.experiments.sums import SUMS, sums_text
from dpsim.forecast.knowledge import knowledge
from dpsim.forecast.project import Forecast, forecast
from dpsim.forecast.scenarios import list_changes, scenarios, starts
from dpsim.forecast.scoreboard import inputs_digest, keep_forecast, scoreboard
from dpsim.forecast.signposts import signposts
from dpsim.progress.load import Progress, load_progress
from dpsim.progress.plan import load_supply
from dpsim.progress.wanted import load_targets
from dpsim.report.documents import write_atomically
from dpsim.report.tables import save_table

SIDE_DRAWS = 1000
"""Draws of the forecasts under other assumptions, at most."""


@dataclass(frozen=True)
class Outlook:
    """A forecast and what stands beside it."""

    progress: Progress
    made: Forecast
    seed: int
    signposts: pd.DataFrame
    scenarios: pd.DataFrame
    starts: pd.DataFrame
    lists: pd.DataFrame
    knowledge: pd.DataFrame
    supply: pd.DataFrame | None
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
) -> Outlook:
    """Read, forecast, and forecast again under the other assumptions.

    Raises
    ------
    InputError
        Something given cannot be read or is out of its range.
    """
    progress, wanted = load_progress(table), load_targets(targets)
    plan = None if supply is None else load_supply(supply)
    made = forecast(
        progress,
        wanted,
        as_of=as_of,
        seed=seed,
        draws=draws,
        reference=reference,
        rush=rush,
        capacity=capacity,
        supply=plan,
    )
    fewer = min(draws, SIDE_DRAWS)
    record = pd.DataFrame() if kept is None else scoreboard(kept, progress, today=as_of)
    return Outlook(
        progress=progress,
        made=made,
        seed=seed,
        signposts=signposts(made),
        scenarios=scenarios(progress, wanted, as_of=as_of, seed=seed, draws=fewer, supply=plan),
        starts=starts(progress, wanted, as_of=as_of, seed=seed, draws=fewer, reference=reference, rush=rush),
        lists=list_changes(progress, wanted, as_of=as_of, seed=seed, draws=fewer, reference=reference, supply=plan),
        knowledge=knowledge(
            progress, wanted, as_of=as_of, seed=seed, draws=fewer, reference=reference, rush=rush, supply=plan
        ),
        supply=plan,
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
        "bound": made.bound,
        "fit": made.fit,
        "signposts": outlook.signposts,
        "scenarios": outlook.scenarios,
        "starts": outlook.starts,
        "lists": outlook.lists,
        "knowledge": outlook.knowledge,
        "repairs": outlook.progress.repairs,
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
        "supply": None if outlook.supply is None else outlook.supply.astype(str).to_dict("records"),
        "code": code_id(),
    }
    write_atomically(out / "run.json", json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True).encode())
    write_atomically(out / SUMS, sums_text(out, [*written, out / "run.json"]).encode())
