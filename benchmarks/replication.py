"""How long things take: one replication, the snapshot forecast, the keyed draws below them.

Prints `name, value, unit, floor` (medians). Timings are never asserted in tests.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from dpsim import load_case, load_strategy, snapshot_forecast
from dpsim.core.streams import uniforms
from dpsim.experiments.replication import prepare, run_one, strategy_paths


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
    for name in ("current_arrangement", "past_pace"):
        setting = prepare(case, load_strategy(name))
        paths = strategy_paths(setting, 1, np.arange(21))
        seconds = median_seconds(
            lambda k, s=setting, p=paths: run_one(s, p, k, seed=1, trace=False, by=("county",)), 20
        )
        rows.append((f"simpy_replication_to_year_end:{name}", seconds, "s", ""))
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
    sys.stdout.write("name,value,unit,floor\n")
    for name, value, unit, floor in rows:
        sys.stdout.write(f"{name},{value:.4g},{unit},{floor}\n")


if __name__ == "__main__":
    main()
