"""How time and memory grow with the list: linyi-2018 scaled up to 500 000 enterprises, whole year, all mechanisms.

Each size runs in a process of its own: first the case as it is (start-up, compiled code), then the scaled one. Memory
is what the resident set has grown by at its highest. Making the setting (list, schedule) happens once per experiment;
it is timed apart from a replication.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from common import SEED, Row, asked, figure, median_seconds
from scaled import scaled_case

from dpsim.engines.world import make_world
from dpsim.experiments.arguments import ENGINES
from dpsim.experiments.measured import run_one, run_world
from dpsim.experiments.replication import prepare, strategy_paths
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case

SIZES = (1_748, 8_000, 32_000, 128_000, 500_000)
LONGEST_SECONDS = 60.0
"""A replication that would take longer is not run: the list ends before it, and the table says where."""


def peak_kb() -> float:
    """Return the highest resident set so far."""
    high = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return high / 1024.0 if sys.platform == "darwin" else float(high)


def year_of(enterprises: int) -> Case:
    """Return the scaled case over a whole year."""
    case = scaled_case(enterprises)
    return case.with_values({"horizon_end": case.as_of + dt.timedelta(days=365)})


def one_size(engine: str, size: int) -> dict[str, float]:
    """Return seconds of the setting and of a replication, and KB an enterprise, measured in this process."""

    def run(enterprises: int, repeats: int) -> tuple[float, float]:
        begin = time.perf_counter()
        setting = prepare(year_of(enterprises), load_strategy("current_arrangement"), engine=engine)
        made = time.perf_counter() - begin
        paths = strategy_paths(setting, SEED, np.arange(repeats + 1))
        one = median_seconds(lambda k: run_one(setting, paths, k, seed=SEED, trace=False, by=("county",)), repeats)
        return made, one

    run(1_748, 1)
    before = peak_kb()
    made, one = run(size, max(1, min(15, 200_000 // size)))
    return {"setting": made, "replication": one, "memory": (peak_kb() - before) / size}


def grow(engine: str) -> dict[int, dict[str, float]]:
    """Return what was found by size; a size that would take too long or more memory than there is ends it."""
    found: dict[int, dict[str, float]] = {}
    for size in SIZES:
        if found:
            last = max(found)
            spent, kb = found[last]["replication"] * size / last, found[last]["memory"] * size
            if spent > LONGEST_SECONDS or kb > free_kb():
                break
        command = [sys.executable, str(Path(__file__).resolve()), engine, str(size)]
        found[size] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def free_kb() -> float:
    """Return the memory that may be used: three quarters of what is available."""
    meminfo = Path("/proc/meminfo")
    if not meminfo.exists():
        return float("inf")
    line = next(line for line in meminfo.read_text().splitlines() if line.startswith("MemAvailable"))
    return 0.75 * float(line.split()[1])


def memory_parts(engine: str, size: int = 32_000) -> dict[str, float]:
    """Return the KB an enterprise of a replication's tables at its end: of hazards, and of the facts about them."""
    setting = prepare(year_of(size), load_strategy("current_arrangement"), engine=engine)
    world = make_world(setting, strategy_paths(setting, SEED, np.arange(1)), 0, seed=SEED)
    world.hazards.store.count(np.zeros(1), np.zeros(size, dtype=np.int64), 1, trace=False)
    stock = run_world(world).hazards.store.stock
    hazards, sites = stock.table.nbytes + stock.hidden.nbytes, world.hazards.sites.nbytes
    return {"hazards": hazards / 1024 / size, "sites": sites / 1024 / size}


def rows() -> list[Row]:
    """Measure."""
    out = []
    for engine in ENGINES:
        found = grow(engine)
        sizes = sorted(found)
        for size in sizes:
            out.append(figure(f"scaling:{size}:{engine}", found[size]["replication"] * 1e3, "ms"))
            out.append(figure(f"scaling:{size}:{engine}:setting", found[size]["setting"], "s"))
        slope = np.polyfit(np.log(sizes), np.log([found[size]["replication"] for size in sizes]), 1)[0]
        out.append(figure(f"log_log_slope:{engine}", slope, "", target=asked(engine, "0.9..1.1")))
        memory = found[sizes[-1]]["memory"]
        out.append(figure(f"memory:{engine}", memory, "KB an enterprise", target=asked(engine, "<=2")))
        for part, kb in memory_parts(engine).items():
            out.append(figure(f"part:{part}:memory:{engine}", kb, "KB an enterprise"))
        target = asked(engine, f">={SIZES[-1]}")
        out.append(figure(f"longest_list:{engine}", sizes[-1], "enterprises", target=target))
    return out


if __name__ == "__main__":
    sys.stdout.write(json.dumps(one_size(sys.argv[1], int(sys.argv[2]))) + "\n")
