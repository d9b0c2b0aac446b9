"""From a progress table and a list of targets to forecasts in a folder: tables, what was kept, what it rests on."""

from __future__ import annotations

import contextvars
import datetime as dt
import json
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd

from dpsim.experiments.identity import code_id
from dpsim.forecast.knowledge import knowledge
from dpsim.forecast.known import progress_until
from dpsim.forecast.list_asked import DEFAULT
from dpsim.forecast.project import forecast
from dpsim.forecast.scenarios import scenarios, starts
from dpsim.forecast.scoreboard import inputs_digest, keep_forecast, scoreboard
from dpsim.forecast.signposts import signposts
from dpsim.language import language_in_force
from dpsim.progress.levels import all_levels, by_township, load_groups
from dpsim.progress.load import Progress, load_progress
from dpsim.progress.plan import load_supply
from dpsim.progress.wanted import load_targets
from dpsim.report.made_files import write_made
from dpsim.report.outlook.content import SIDE_DRAWS, Outlook
from dpsim.report.outlook.letter import outlook_text
from dpsim.report.outlook.request import FILES, INPUTS, PROGRESS, RUN, TABLES, TEXT, check_free, request_of
from dpsim.report.outlook.unknown import settings_frame
from dpsim.report.sources import SOURCES, files_text
from dpsim.report.tables import table_files

__all__ = ["INPUTS", "PROGRESS", "RUN", "Outlook", "make_outlook", "outlook_of", "save_outlook"]
PARAMETERS = ("params/forecast.yaml", "params/closures.csv")


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
    listed = load_groups(groups) if groups is not None else {}
    return progress, all_levels(progress.frame["unit"].unique(), listed)


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
    under_others, begun, known = _side_by_side(
        lambda: scenarios(progress, wanted, **side),
        lambda: starts(progress, wanted, **side, reference=reference, rush=rush),
        lambda: knowledge(progress, wanted, **side, reference=reference, rush=rush),
    )
    return Outlook(
        progress=progress,
        wanted=wanted,
        made=made,
        seed=seed,
        rush=rush,
        signposts=signposts(made),
        capacity=dict(capacity or {}),
        scenarios=under_others,
        starts=begun,
        knowledge=known,
        supply=supply,
        groups={name: list(units) for name, units in (groups or {}).items()},
        lists=tuple(lists),
        record=record[record["met"].notna()] if len(record) else record,
    )


def _side_by_side(*makes: Callable[[], pd.DataFrame]) -> list[pd.DataFrame]:
    """Return what each makes: two at a time, since compiled code, where most of the time goes, shares no lock."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        begun = [pool.submit(contextvars.copy_context().run, make) for make in makes]
        return [job.result() for job in begun]


def save_outlook(outlook: Outlook, out: Path | None, *, kept: Path | None) -> str:
    """Keep a forecast in a folder of kept ones, and write its text, tables, record, check sums; either if wanted.

    Returns
    -------
    str
        Its text in the language in force.

    Raises
    ------
    InputError
        The folder `out` holds another forecast: nothing is kept or written.
    """
    text = outlook_text(outlook)
    record = {} if out is None else outlook_record(outlook)
    if out is not None:
        check_free(out, record)
    if kept is not None:
        keep_forecast(outlook.made, outlook.progress, kept, seed=outlook.seed)
    if out is not None:
        _write(outlook, out, text, record)
    return text


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
    asked: dict[str, Any] = {"as_of": made.as_of.isoformat(), "reference": made.reference, "draws": made.draws}
    asked |= {name: getattr(outlook, name) for name in ("rush", "seed", "capacity", "supply", "lists", "groups")}
    return request_of(inputs_digest(outlook.progress, made.as_of), outlook.wanted, **asked) | {
        "units": len(made.units),
        "all_met": None if math.isnan(made.all_met) else made.all_met,
        "ledger": outlook.progress.ledger is not None,
        "scoreboard": len(outlook.record) > 0,
        "lang": language_in_force(),
        "code": code_id(),
    }


def _write(outlook: Outlook, out: Path, text: str, record: dict[str, Any]) -> None:
    """Write record, inputs, tables, text, the list of the program's files, and check sums: all or none."""
    inputs = {"progress": outlook.progress.frame, "targets": outlook.wanted}
    if outlook.progress.ledger is not None:
        inputs["ledger"] = outlook.progress.ledger
    if outlook.supply is not None:
        inputs["supply"] = outlook.supply
    if len(outlook.record):
        inputs["scoreboard"] = outlook.record
    contents: dict[str, bytes] = {}
    for name, table in inputs.items():
        contents |= table_files(table, f"{INPUTS}/{name}")
    for name, table in (outlook_tables(outlook) | {"repairs": outlook.progress.repairs}).items():
        contents |= table_files(table, f"{TABLES}/{name}")
    run = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True)
    for name, content in ((TEXT, text + "\n"), (SOURCES, files_text(PARAMETERS)), (RUN, run)):
        contents[name] = content.encode()
    write_made(out, contents, gone=set(FILES) - contents.keys())  # inputs of an earlier time in the same folder
