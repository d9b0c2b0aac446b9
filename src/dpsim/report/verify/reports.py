"""A report, a comparison or a batch: its files, the program and inputs it was made with, and some of its runs again.

A report keeps the weekly values of every run of its main strategy (``tables/indicators.parquet``), a comparison its
measures of every run (``tables/runs.parquet``). The other tables of a report sum up many runs, which a few made again
cannot be held against.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from dpsim.core.streams import check_word
from dpsim.decide.compare import paired_differences, runs_frame, runs_measured
from dpsim.decide.measures import measure_runs
from dpsim.errors import DpsimError, InputError
from dpsim.experiments.arguments import check_positive
from dpsim.experiments.chunks import Part
from dpsim.experiments.ensemble import assembled
from dpsim.experiments.failures import reason
from dpsim.experiments.measured import labels_of
from dpsim.experiments.replication import prepare
from dpsim.forecast.snapshot import snapshot_forecast
from dpsim.measure.indicators import indicator_frame
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case, File, Strategy
from dpsim.params.wording import shown_name
from dpsim.report.from_table import FromTable
from dpsim.report.job import INPUTS
from dpsim.report.verify.again import chosen, run_again
from dpsim.report.verify.files import check_sources, check_sums
from dpsim.report.verify.findings import Verified
from dpsim.report.verify.frames import first_difference, read_frame, read_runs
from dpsim.report.verify.records import read_record
from dpsim.report.verify.table import held_table

RUN = "run.json"
INDICATORS = "tables/indicators.parquet"
BY = ("city",)
"""Grouping of the indicators of a report (`dpsim.report.yearend`)."""


def verify_report(folder: Path, *, count: int, choice: int) -> Verified:
    """Verify the folder of a report; `count` runs of its main strategy, chosen with `choice`, are made again."""
    found = Verified(folder, "report")
    check_sums(found)
    check_sources(found)
    record = read_record(found, RUN)
    inputs = None if record is None else held_inputs(found, record)
    if record is None or inputs is None:
        return found
    case, strategies = inputs
    main = strategies.get(str(record.get("strategy")))
    stored = read_runs(folder / INDICATORS)
    if stored is None:
        found.differs("unreadable", file=INDICATORS)
    given: Any = record.get("seed")
    try:
        seed, draws = check_word("seed", given), check_positive("draws", record.get("draws_per_cell"))
    except InputError:
        found.differs("unreadable", file=RUN)
    if not found.sound or main is None:  # other inputs make other numbers
        found.note("not_again")
        return found
    assert stored is not None
    start = held_table(found, case, record, RUN, seed=seed) if "progress" in record else None
    if count and found.sound:
        _runs_again(found, case, main, stored, start, seed=seed, count=count, choice=choice)
        _forecast_again(found, case, start, seed=seed, draws=draws)
    found.note("summaries")
    return found


def verify_comparison(folder: Path, *, count: int, choice: int) -> Verified:
    """Verify the folder of a comparison: `count` runs of each strategy are made again, its differences put together."""
    found = Verified(folder, "comparison")
    check_sums(found, inside=("tables", "figures"))
    check_sources(found)
    record = read_record(found, RUN)
    inputs = None if record is None else held_inputs(found, record)
    if record is None or inputs is None:
        return found
    case, strategies = inputs
    tables = folder / "tables"
    runs = read_runs(tables / "runs.parquet", ("strategy", "measure", "value"))
    differences = read_frame(tables / "differences.parquet")
    for name, frame in {"runs": runs, "differences": differences}.items():
        if frame is None:
            found.differs("unreadable", file=f"tables/{name}.parquet")
    given: Any = record.get("seed")
    try:
        seed = check_word("seed", given)
    except InputError:
        found.differs("unreadable", file=RUN)
    if not found.sound or runs is None or differences is None:
        found.note("not_again")
        return found
    _differences_again(found, runs, differences, str(record.get("strategy")))
    for strategy in strategies.values():
        _measures_again(found, case, strategy, runs, seed=seed, count=count, choice=choice)
    found.note("figures")
    return found


def held_inputs(found: Verified, record: Mapping[str, Any]) -> tuple[Case, dict[str, Strategy]] | None:
    """Return case and strategies as they are now, and name those that are not as recorded."""
    own: dict[str, tuple[str, File]] = {}
    for file in sorted((found.folder / INPUTS).glob("*.yaml")):
        name = f"{INPUTS}/{file.name}"
        try:
            loaded = load_case(file) if file.stem == "case" else load_strategy(file)
            own[loaded.id] = (name, loaded)
        except (DpsimError, OSError):
            found.differs("unreadable", file=name)
    try:
        wanted = {str(record["case"]): str(record["case_digest"])}
        wanted |= {str(name): str(digest) for name, digest in record["strategies"].items()}
        case_id = str(record["case"])
    except (KeyError, AttributeError):
        found.differs("unreadable", file=RUN)
        return None
    got: dict[str, File] = {}
    for name, digest in wanted.items():
        kind = "cases" if name == case_id else "strategies"
        try:
            load: Callable[[str], File] = load_case if kind == "cases" else load_strategy
            file_name, held = own.get(name) or (f"params/{kind}/{name}.yaml", load(name))
        except DpsimError:
            found.note("not_here", name=shown_name(name))
            continue
        got[name] = held
        if held.digest != digest:
            found.differs("digest", file=file_name, record=RUN)
    found.looked("inputs", count=len(got), record=RUN)
    case = got.pop(case_id, None)
    return (case, {k: v for k, v in got.items() if isinstance(v, Strategy)}) if isinstance(case, Case) else None


def _runs_again(
    found: Verified,
    case: Case,
    main: Strategy,
    stored: pd.DataFrame,
    start: FromTable | None,
    *,
    seed: int,
    count: int,
    choice: int,
) -> None:
    """Make some runs of the main strategy again and hold every weekly value against the stored one."""
    seen = {"as_of": start.case.as_of, "state": start.progress} if start else {"as_of": None, "state": None}
    labels = labels_of(prepare(case, main, **seen), BY)

    def compare(part: Part) -> str | None:
        if not part[0]:
            return str(part[1][0]["error"])
        run = part[0][0]
        kept = stored[stored["replication"] == run.replication].reset_index(drop=True)
        return first_difference(kept, indicator_frame(labels, [run.replication], [run.values]))

    numbers = chosen(stored["replication"].unique().tolist(), count, choice)
    run_again(found, case, main, seed=seed, by=BY, replications=numbers, compare=compare, start=start)


def _forecast_again(found: Verified, case: Case, start: FromTable | None, *, seed: int, draws: int) -> None:
    """Make the forecast from the snapshot, or from the table, again, whole: it takes a second."""
    forecast = snapshot_forecast(case, seed=seed, draws=draws) if start is None else start.told(seed=seed)
    frames = {"forecast_cells": forecast.cells, "forecast_pooled": forecast.pooled, "bottlenecks": forecast.bottlenecks}
    for name, frame in frames.items():
        file = f"tables/{name}.parquet"
        kept = read_frame(found.folder / file)
        where = "?" if kept is None else first_difference(kept, frame)
        if where is not None:
            found.differs("table", file=file, where=where)
    found.looked("forecast", count=len(frames))


def _differences_again(found: Verified, runs: pd.DataFrame, stored: pd.DataFrame, reference: str) -> None:
    """Put the differences together anew from the runs."""
    file = "tables/differences.parquet"
    try:
        where = first_difference(stored, paired_differences(runs_measured(runs), reference))
    except Exception as error:  # whatever comes of a table that was meddled with, its check sum put right
        where = reason(error)
    if where is not None:
        found.differs("table", file=file, where=where)
    found.looked("differences")


def _measures_again(
    found: Verified, case: Case, strategy: Strategy, runs: pd.DataFrame, *, seed: int, count: int, choice: int
) -> None:
    """Make some runs of a strategy again and hold its measures against the stored ones."""
    own = runs[runs["strategy"] == strategy.id]
    setting = prepare(case, strategy, as_of=None, state=None)

    def compare(part: Part) -> str | None:
        if not part[0]:
            return str(part[1][0]["error"])
        made = assembled(setting, [part], seed=seed, by=BY, asked=1)
        kept = own[own["replication"] == part[0][0].replication].reset_index(drop=True)
        return first_difference(kept, runs_frame({strategy.id: measure_runs(made, case.targets.headline)}))

    numbers = chosen(own["replication"].unique().tolist(), count, choice)
    run_again(found, case, strategy, seed=seed, by=BY, replications=numbers, compare=compare)
