"""Every forecast is kept before the fact and scored when the outcome arrives; its record stands beside the next one."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dpsim.errors import InputError
from dpsim.experiments.durable import write_whole
from dpsim.experiments.identity import code_id
from dpsim.forecast.asked import ALL, checked_day, checked_table
from dpsim.forecast.chances import QUANTILES
from dpsim.forecast.known import progress_until
from dpsim.forecast.project import Forecast
from dpsim.params.wording import shown_name

LATEST_DAYS = 31
"""An outcome is the last report of a unit up to its deadline, if it is no older than this."""
_KEPT = ("unit", "stage", "target_share", "probability", "low", "high", *QUANTILES, "base_rate")
_NEEDED = ("as_of", "inputs", "code", "reference", "draws", "targets")


def keep_forecast(made: Forecast, progress: object, folder: Path, *, seed: int) -> Path:
    """Write a forecast down, with the digest of the rows it was made of, and return its file.

    A file is named by its as-of date and its content: the same forecast is kept once, another one beside it, and none
    is ever changed.
    """
    rows = made.targets
    record: dict[str, Any] = {
        "as_of": made.as_of.isoformat(),
        "inputs": inputs_digest(progress, made.as_of),
        "code": code_id(),
        "reference": made.reference,
        "draws": made.draws,
        "seed": seed,
        "targets": [
            {"deadline": row["deadline"].date().isoformat()} | {name: row[name] for name in _KEPT}
            for row in rows.to_dict("records")
        ],
    }
    content = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True, default=float).encode()
    file = folder / f"{record['as_of']}-{hashlib.sha256(content).hexdigest()[:12]}.json"
    if not file.exists():
        write_whole(file, content)
    return file


def inputs_digest(progress: object, as_of: dt.date) -> str:
    """Return a digest of the rows a forecast may look at, whatever their order."""
    progress = progress_until(progress, as_of)
    known = checked_table(progress)[["date", "unit", "stage", "total", "done"]]
    same = {"date": pd.to_datetime(known["date"]).dt.strftime("%Y-%m-%d")}
    same |= {name: known[name].astype(float) for name in ("total", "done")}  # 12 and 12.0 are the same count
    lines = known.assign(**same).astype(str).agg("|".join, axis=1)
    ledger = getattr(progress, "ledger", None)
    if ledger is not None:
        lines = pd.concat([lines, _ledger_lines(ledger, as_of)])
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _ledger_lines(ledger: pd.DataFrame, as_of: dt.date) -> pd.Series:
    """Return one line for each enterprise with what had happened by a date."""
    dated = ledger.select_dtypes("datetime")
    past = dated.where(dated <= pd.Timestamp(as_of)).apply(lambda days: days.dt.strftime("%Y-%m-%d"))
    return ledger[["unit", "code", "enterprise"]].join(past).fillna("").astype(str).agg("|".join, axis=1)


def kept_forecasts(folder: Path) -> list[dict[str, Any]]:
    """Return the forecasts of a folder in the order of their as-of dates.

    Raises
    ------
    InputError
        A file is not what `keep_forecast` has written.
    """
    out = []
    for file in sorted(folder.glob("*.json")):
        content = file.read_bytes()
        try:
            record = json.loads(content)
            whole = isinstance(record, dict) and all(name in record for name in _NEEDED) and _targets_whole(record)
        except (ValueError, RecursionError):
            whole = False
        if not whole or not file.stem.endswith(hashlib.sha256(content).hexdigest()[:12]):
            raise InputError("forecast.kept_changed", file=shown_name(file, 200))
        out.append(record | {"file": file.name})
    return out


def _targets_whole(record: dict[str, Any]) -> bool:
    """Return whether the targets of a kept forecast are such as `keep_forecast` writes."""
    targets = record["targets"]
    if not isinstance(targets, list) or not all(isinstance(target, dict) for target in targets):
        return False
    for target in targets:
        dt.date.fromisoformat(str(target.get("deadline")))  # a ValueError if it is none
        words = [target.get(name) for name in ("unit", "stage")]
        numbers = [target.get(name) for name in _KEPT if name not in ("unit", "stage")]
        if not all(isinstance(word, str) for word in words):
            return False
        if not all(isinstance(number, int | float) for number in numbers):
            return False
    return isinstance(record["as_of"], str)


def scoreboard(folder: Path, progress: object, *, today: dt.date | str) -> pd.DataFrame:
    """Return every kept forecast with what came of it.

    Parameters
    ----------
    folder : pathlib.Path
    progress : Progress or pandas.DataFrame
        With the outcomes.
    today : datetime.date or str
        Targets with later deadlines are open still.

    Returns
    -------
    pandas.DataFrame
        file, as_of, unit, stage, deadline, target_share, probability, base_rate, share (at the deadline, NaN while
        open), met, brier, base_brier, covered50, covered90.
    """
    frame, day = checked_table(progress), checked_day("today", today)
    rows = []
    for record in kept_forecasts(folder):
        for target in record["targets"]:
            deadline = dt.date.fromisoformat(target["deadline"])
            share = outcome(frame, target["unit"], target["stage"], deadline) if deadline <= day else np.nan
            met = np.nan if np.isnan(share) else float(share >= target["target_share"] - 1e-9)
            rows.append(
                {name: record[name] for name in ("file", "as_of")}
                | {name: target[name] for name in ("unit", "stage", "deadline", "target_share")}
                | {name: target[name] for name in ("probability", "base_rate")}
                | {"share": share, "met": met}
                | {"brier": (target["probability"] - met) ** 2, "base_brier": (target["base_rate"] - met) ** 2}
                | {
                    f"covered{level}": np.nan if np.isnan(share) else float(low - 1e-9 <= share <= high + 1e-9)
                    for level, low, high in ((50, target["q25"], target["q75"]), (90, target["q05"], target["q95"]))
                }
            )
    return pd.DataFrame(rows)


def outcome(frame: pd.DataFrame, unit: str, stage: str, deadline: dt.date) -> float:
    """Return the share a unit had reached by its deadline, or all of them together; NaN where no report says."""
    dates = pd.to_datetime(frame["date"])
    near = (dates <= pd.Timestamp(deadline)) & (dates > pd.Timestamp(deadline) - pd.Timedelta(days=LATEST_DAYS))
    known = frame[near & (frame["stage"] == stage)].sort_values("date", kind="stable")
    if unit != ALL:
        known = known[known["unit"] == unit]
    last = known.groupby("unit").tail(1)
    return float(last["done"].sum() / last["total"].sum()) if len(last) and last["total"].sum() > 0 else float("nan")
