"""How long things take: one replication, the snapshot forecast, the keyed draws below them.

Prints `name, value, unit, bar` (medians). Timings are never asserted in tests.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from dpsim import load_case, load_strategy, snapshot_forecast
from dpsim.core.streams import uniforms
from dpsim.experiments.replication import prepare, run_one, strategy_paths

BARS = {"to_year_end": "2", "whole_year": "6"}
"""Seconds that one replication with hazards may take."""


def median_seconds(work: Callable[[int], object], repeats: int) -> float:
    """Return the median time of `work(k)` over `repeats` calls, after one that is not counted."""
    work(0)
    times = []
    for k in range(repeats):
        begin = time.perf_counter()
        work(k)
        times.append(time.perf_counter() - begin)
    return float(np.median(times))


def main() -> None:
    """Measure and print."""
    case, rows = load_case("linyi-2018"), []
    year = case.with_values({"horizon_end": dt.date(2019, 9, 10)})
    todo = [("to_year_end", case, name, 20) for name in ("current_arrangement", "balanced", "past_pace")]
    for until, place, name, repeats in [*todo, ("whole_year", year, "current_arrangement", 5)]:
        setting = prepare(place, load_strategy(name))
        paths = strategy_paths(setting, 1, np.arange(21))
        seconds = median_seconds(
            lambda k, s=setting, p=paths: run_one(s, p, k, seed=1, trace=False, by=("county",)), repeats
        )
        rows.append((f"simpy_replication_{until}:{name}", seconds, "s", BARS[until]))
    entities = np.arange(1_000_000, dtype=np.uint32)
    draws = median_seconds(lambda k: uniforms(1, k, entities, 99, 0), 5)
    rows.append(("keyed_draw", draws / entities.size * 1e9, "ns", ""))
    rows.append(
        ("snapshot_forecast_2000_paths_a_cell", median_seconds(lambda k: snapshot_forecast(case, seed=k), 3), "s", "")
    )
    begin = time.perf_counter()
    for _ in range(5):
        subprocess.run([sys.executable, "-c", "import dpsim"], check=True)
    rows.append(("start_python_and_import_dpsim", (time.perf_counter() - begin) / 5, "s", ""))
    sys.stdout.write("name,value,unit,bar\n")
    for name, value, unit, bar in rows:
        sys.stdout.write(f"{name},{value:.4g},{unit},{bar}\n")


if __name__ == "__main__":
    main()
