"""What the tests of ledgers share: a small case with many hazards, and its ledgers."""

from __future__ import annotations

import datetime as dt
from functools import cache

from dpsim import load_strategy
from dpsim.experiments.ledgers.enterprise_rows import enterprise_rows
from dpsim.experiments.ledgers.hazard_rows import hazard_rows
from dpsim.experiments.replication import prepare
from dpsim.experiments.tracing.run import TracedRun, traced_run
from dpsim.params.load import load_case
from dpsim.params.schema import Case
from dpsim.report.ledger_files import Ledgers

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
    "incidents.accidents.general": 0.05,
}
SEED = 7
DATES = (dt.date(2018, 9, 10), dt.date(2018, 10, 22), dt.date(2018, 12, 31))


@cache
def small(removals: float = 0.0) -> Case:
    """Return a case with 60 enterprises."""
    case = load_case("linyi-2018").model_copy(update={"published": ()})
    spans = {}
    values = {**SMALL, "scenario.removals_per_year": removals}
    for key, value in values.items():
        old = case.quantities()[key]
        spans[f"{key}.range"] = [min(old.low, value), max(old.high, value)]
    return case.with_values({**values, **spans})


@cache
def run(removals: float = 0.0) -> TracedRun:
    """Return one replication of the small case."""
    return traced_run(prepare(small(removals), load_strategy("balanced")), seed=SEED, replication=0)


def ledgers(date: dt.date, removals: float = 0.0) -> Ledgers:
    """Return its ledgers at a date."""
    made = run(removals)
    strategy = load_strategy("balanced")
    return Ledgers(small(removals), strategy, SEED, 0, date, enterprise_rows(made, date), hazard_rows(made, date))
