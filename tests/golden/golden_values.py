"""The few numbers kept per case: medians and counts of a few runs, and small cells of the snapshot forecast."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from dpsim.experiments.ensemble import run_ensemble
from dpsim.forecast.snapshot import snapshot_forecast
from dpsim.params.load import load_case, load_strategy

FOLDER = Path(__file__).parent
STRATEGIES = ("current_arrangement", "past_pace", "balanced")
REPLICATIONS, DRAWS, SEED = 6, 50, 1
LONG_LIST = 20_000
"""Cases with more enterprises have one run of each strategy: it takes seconds."""


def golden_file(case: str) -> Path:
    """Return the file that keeps a case's numbers."""
    return FOLDER / f"{case}.json"


def stored_values(case: str) -> dict[str, object]:
    """Return the numbers kept; a missing file is an error."""
    kept: dict[str, object] = json.loads(golden_file(case).read_text(encoding="utf-8"))
    return kept


def golden_values(name: str) -> dict[str, object]:
    """Work the numbers of a case out."""
    case = load_case(name)
    replications = REPLICATIONS if case.population.enterprises.value < LONG_LIST else 1
    values: dict[str, object] = {"replications": replications, "draws": DRAWS, "seed": SEED}
    for strategy in STRATEGIES:
        runs = run_ensemble(case, load_strategy(strategy), replications=replications, seed=SEED, workers=1)
        attained = {target: rows["attained"].tolist() for target, rows in runs.attained.groupby("target", sort=False)}
        columns = ["target", "required", "met", "shortfall_median", "attainment_median", "low", "high"]
        values[strategy] = {
            "targets": plain(runs.targets[columns]),
            "attained": {target: [int(value) for value in row] for target, row in attained.items()},
            "indicators": indicator_medians(runs.indicators),
        }
    forecast = snapshot_forecast(case, seed=SEED, draws=DRAWS, sensitivity=False)
    columns = ["target", "level", "start", "regime", "rush", "split", "met", "shortfall_median", "shortfall_q95"]
    cells = forecast.cells[forecast.cells["target"] == case.targets.headline]
    values["cells"] = plain(cells[columns].assign(start=cells["start"].astype(str)))
    values["milestones_met"] = {
        f"{target} {level} {split}": int(rows["met"].sum())
        for (target, level, split), rows in forecast.cells.groupby(["target", "level", "split"], sort=False)
    }
    values["bottlenecks"] = plain(forecast.bottlenecks)
    return values


def indicator_medians(frame: pd.DataFrame) -> dict[str, list[float]]:
    """Return the median over the runs of each of the city's indicators at three dates; what is true is named so."""
    dates = sorted(frame["date"].unique())
    wanted = frame[frame["date"].isin([dates[1], dates[len(dates) // 2], dates[-1]])]
    true = (wanted["view"] == "true") & wanted["indicator"].isin(frame.loc[frame["view"] == "reported", "indicator"])
    wanted = wanted.assign(indicator=wanted["indicator"].where(~true, wanted["indicator"] + " (true)"))
    sums = wanted.groupby(["indicator", "date", "replication"])["value"].sum()
    medians = sums.groupby(level=["indicator", "date"]).median()
    return {name: [float(value) for value in row] for name, row in medians.groupby(level="indicator")}


def plain(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Return a frame as rows of plain values."""
    return [{str(key): plain_value(value) for key, value in row.items()} for row in frame.to_dict("records")]


def plain_value(value: object) -> object:
    """Return a value as JSON has it."""
    return value.item() if hasattr(value, "item") else value  # type: ignore[attr-defined]


def as_text(values: dict[str, object]) -> str:
    """Return the numbers as they are kept."""
    return json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
