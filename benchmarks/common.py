"""What all benchmarks share: a measured row, the case that is run, medians, what kind of machine this is."""

from __future__ import annotations

import datetime as dt
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from dpsim import load_case
from dpsim.experiments.arguments import ENGINES
from dpsim.experiments.measured import run_one
from dpsim.experiments.replication import prepare, strategy_paths
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.csv"
COLUMNS = ("name", "value", "unit", "floor", "target")
SEED = 1
FAST = ENGINES[0]
"""The engine that runs by default: the targets of speed are its."""


class Row(NamedTuple):
    """One figure.

    Attributes
    ----------
    name, value, unit : str
    floor : str
        The least that is possible physically or arithmetically, empty if nothing is known.
    target : str
        ``<=x``, ``>=x`` or ``low..high``; empty if nothing is asked.
    """

    name: str
    value: str
    unit: str
    floor: str = ""
    target: str = ""


def figure(name: str, value: float, unit: str, floor: float | None = None, target: str = "") -> Row:
    """Return a row with its numbers to three digits."""
    return Row(name, digits(value), unit, "" if floor is None else digits(floor), target)


def digits(value: float) -> str:
    """Return a number to three digits, without an exponent."""
    shown = float(f"{value:.3g}")
    return f"{shown:.0f}" if abs(shown) >= 100 else f"{shown:g}"


def asked(engine: str, target: str) -> str:
    """Return the target where it is asked of this engine: of the one that runs by default."""
    return target if engine == FAST else ""


def verdict(row: Row) -> str:
    """Return `met` or `MISSED`, nothing where nothing is asked."""
    if not row.target:
        return ""
    value = float(row.value)
    if row.target.startswith("<="):
        return "met" if value <= float(row.target[2:]) else "MISSED"
    if row.target.startswith(">="):
        return "met" if value >= float(row.target[2:]) else "MISSED"
    low, high = row.target.split("..")
    return "met" if float(low) <= value <= float(high) else "MISSED"


def seconds(work: Callable[[], object]) -> float:
    """Return the time that one call takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def median_seconds(work: Callable[[int], object], repeats: int) -> float:
    """Return the median time of `work(k)` over `repeats` calls, after one that is not counted."""
    work(0)
    return statistics.median(seconds(lambda k=k: work(k)) for k in range(1, repeats + 1))


def horizons() -> dict[str, Case]:
    """Return the case up to a year after its as-of date, and up to its year's end."""
    case = load_case("linyi-2018")
    return {"year": case.with_values({"horizon_end": case.as_of + dt.timedelta(days=365)}), "to_year_end": case}


def replication_seconds(case: Case, engine: str, repeats: int, strategy: str = "current_arrangement") -> float:
    """Return the median time of one replication, measured as in an ensemble, one core."""
    import numpy as np

    setting = prepare(case, load_strategy(strategy), engine=engine)
    paths = strategy_paths(setting, SEED, np.arange(repeats + 1))
    return median_seconds(lambda k: run_one(setting, paths, k, seed=SEED, trace=False, by=("county",)), repeats)


def machine() -> Row:
    """Return the kind of machine: family of its processor and number of cores."""
    family = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        family = names[0] if names else family
    return Row("machine", family.split(" @")[0].replace(",", ""), f"{os.cpu_count()} cores")
