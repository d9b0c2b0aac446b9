"""What the tests of traces and ledgers share: a small case in which everything happens, and its runs."""

from __future__ import annotations

from functools import cache

from dpsim.experiments.replication import prepare
from dpsim.experiments.tracing.run import TracedRun, traced_run
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case

SMALL = {
    "population.enterprises": 60,
    "population.tiers.benchmark_provincial": 2,
    "population.tiers.benchmark_municipal": 5,
    "population.tiers.benchmark_county": 6,
    "state.built": 34,
    "state.online": 20,
    "state.passed": 7,
    "state.building": 13,
    "state.connected": 28,
    "state.assessed": 11,
    "hazards.arising.general": 30.0,
    "hazards.arising.major": 3.0,
    "hazards.growth_per_year": 0.5,
    "incidents.accidents.general": 0.05,
    "incidents.accidents.major": 0.5,
    "scenario.removals_per_year": 0.2,
}
SEED = 7


def forced(case: Case, values: dict[str, float]) -> Case:
    """Return a case with values outside their believable ranges: the ranges move along."""
    spans = {}
    for key, value in values.items():
        old = case.quantities()[key]
        spans[f"{key}.range"] = [min(old.low, value), max(old.high, value)]
    return case.with_values({**values, **spans})


@cache
def small(*, removals: bool = True) -> Case:
    """Return a case with 60 enterprises, many accidents and removals."""
    values = dict(SMALL)
    if not removals:
        values["scenario.removals_per_year"] = 0.0
    return forced(load_case("linyi-2018").model_copy(update={"published": ()}), values)


@cache
def run(strategy: str = "balanced", engine: str = "compiled", replication: int = 0) -> TracedRun:
    """Return one replication of the small case."""
    setting = prepare(small(), load_strategy(strategy), engine=engine)
    return traced_run(setting, seed=SEED, replication=replication)
