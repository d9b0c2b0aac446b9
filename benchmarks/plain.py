"""dpsim against the plain SimPy model: time in the same process, and whether both say the same.

Both follow the same paths from the as-of date to the year's end. The ratios of their means show that the comparison is
one of two programs for one model: with three runs each they lie within a few percent of 1, and luck is not shared.
"""

from __future__ import annotations

import statistics

import numpy as np
from common import SEED, Row, asked, figure, horizons, replication_seconds, seconds
from plain_simpy import run

from dpsim.experiments.arguments import ENGINES
from dpsim.experiments.measured import labels_of, run_one
from dpsim.experiments.replication import Setting, prepare, strategy_paths
from dpsim.model.prior import PathSet
from dpsim.params.load import load_strategy

RUNS = 3
HORIZON = "to_year_end"
COMPARED = {
    "built": ("built",),
    "online": ("online",),
    "passed": ("passed",),
    "hazards_arisen": ("hazards_arisen:",),
    "hazards_found": ("hazards_found:",),
    "hazards_closed": ("hazards_closed:",),
    "hazards_latent": ("hazards_latent:",),
    "visits": ("visits",),
    "penalties": ("penalties",),
}
"""What is compared, and how the names of dpsim's indicators begin that make it up."""
PLAIN = {name: name.removeprefix("hazards_") for name in COMPARED}
TRUE = ("hazards_arisen", "hazards_latent")


def plain_means(setting: Setting, paths: PathSet, runs: int) -> tuple[dict[str, float], list[float]]:
    """Return what the plain model counts at the end, mean over runs, and the time of each run."""
    counts: list[dict[str, float]] = []
    times = [seconds(lambda r=r: counts.append(run(setting, paths, r, SEED + r))) for r in range(runs)]
    means = {name: float(np.mean([c.get(PLAIN[name], 0.0) for c in counts])) for name in COMPARED}
    return means, times


def dpsim_means(setting: Setting, paths: PathSet, runs: int) -> dict[str, float]:
    """Return the same of dpsim."""
    labels = labels_of(setting, ("city",))
    last = (labels["date"] == labels["date"].max()).to_numpy()
    values = np.mean(
        [run_one(setting, paths, r, seed=SEED, trace=False, by=("city",)).values for r in range(runs)], axis=0
    )
    means = {}
    for name, starts in COMPARED.items():
        view = "true" if name in TRUE else "reported"
        named = labels["indicator"].str.startswith(starts) & (labels["view"] == view)
        means[name] = float(values[last & named.to_numpy()].sum())
    return means


def rows() -> list[Row]:
    """Measure."""
    case = horizons()[HORIZON]
    setting = prepare(case, load_strategy("current_arrangement"))
    paths = strategy_paths(setting, SEED, np.arange(RUNS))
    means, times = plain_means(setting, paths, RUNS)
    plain = statistics.median(times)
    out = [figure(f"plain_simpy:{HORIZON}", plain, "s")]
    for engine in ENGINES:
        faster, name = plain / replication_seconds(case, engine, 15), f"times_faster_than_plain_simpy:{engine}"
        out.append(figure(name, faster, "times", target=asked(engine, ">=100")))
    own = dpsim_means(setting, paths, RUNS)
    out += [figure(f"plain_over_dpsim:{name}", means[name] / own[name], "ratio") for name in COMPARED]
    return out
