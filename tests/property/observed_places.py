"""Places with full weekly tables of their counties: Linyi with its published totals, and two synthetic ones."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from property_runs import forced

from dpsim.core.words import STAGES
from dpsim.experiments.ensemble import run_ensemble
from dpsim.forecast.project import Forecast, forecast
from dpsim.model.population import case_margins, synthesise
from dpsim.model.table_paths import TablePaths
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
NEEDS = {"online": ("built", "connected"), "assessed": ("built",), "passed": ("assessed",)}


@dataclass(frozen=True)
class Place:
    """A case, the table of its counties, and what the forecast of it is to suppose."""

    case: Case
    table: pd.DataFrame
    reference: str
    rush: float
    as_of: dt.date
    deadline: dt.date

    def targets(self) -> pd.DataFrame:
        stages = [stage for stage in STAGES if stage in set(self.table["stage"])]
        rows = [("each", stage, self.deadline, 1.0) for stage in stages]
        return pd.DataFrame(rows, columns=["unit", "stage", "deadline", "target_share"])

    def forecast(self, draws: int, seed: int = 1) -> Forecast:
        values = {"as_of": self.as_of, "seed": seed, "draws": draws, "reference": self.reference, "rush": self.rush}
        return forecast(self.table, self.targets(), **values)  # type: ignore[arg-type]


def linyi() -> Place:
    """Return Linyi 2018: the counts of each stage are the published ones, split over 13 counties."""
    case = load_case("linyi-2018")
    list_ = synthesise(case_margins(case))
    luck, counts = np.random.default_rng(3), {}
    for c in range(int(case.population.counties.value)):
        here = list_.county == c
        counts[f"county_{c + 1:02d}"] = {
            "total": int(here.sum()),
            **{stage: int(getattr(list_, stage)[here].sum()) for stage in STAGES},
        }
    table = history(counts, case.as_of, weeks=30, luck=luck)
    return Place(case, table, "order", 0.2, case.as_of, dt.date(2018, 12, 31))


def river() -> Place:
    """Return a place of nine middling counties, its deadline no whole number of weeks away, its class not stated."""
    totals = [61, 74, 88, 97, 110, 126, 143, 171, 204]
    return _synthetic(totals, dt.date(2018, 6, 28), dt.date(2018, 11, 19), "unstated", 0.5, luck=5, connected=True)


def hills() -> Place:
    """Return a place of very unlike counties whose table says nothing of the platform's connections."""
    totals = [24, 37, 152, 260, 641]
    return _synthetic(totals, dt.date(2018, 9, 5), dt.date(2018, 12, 18), "voluntary", 0.0, luck=8, connected=False)


def ledger() -> pd.DataFrame:
    """Return 1 748 enterprises of three counties, each with its own dates; those after the as-of date are there too."""
    dice, rows = np.random.default_rng(2), []
    for k in range(1748):
        day, reached = dt.date(2018, 1, 8), {}
        for stage, longest in zip(STAGES, (400, 120, 120, 160, 90), strict=True):
            day += dt.timedelta(days=int(dice.integers(5, longest)))
            if day > dt.date(2018, 10, 10):
                break
            reached[stage] = day
        rows.append({"unit": f"place {k % 3}", "enterprise": f"Works {k}", "credit code": f"E{k:05d}"} | reached)
    return pd.DataFrame(rows).astype(object).fillna("")


PLACES = {"linyi": linyi, "river": river, "hills": hills}


def _synthetic(
    totals: list[int], as_of: dt.date, deadline: dt.date, reference: str, rush: float, *, luck: int, connected: bool
) -> Place:
    dice, counts = np.random.default_rng(luck), {}
    for k, total in enumerate(totals):
        built = dice.binomial(total, dice.uniform(0.3, 0.8))
        own = {"total": total, "built": built, "connected": dice.binomial(built, 0.85)}
        own["online"] = dice.binomial(own["connected"], 0.7)
        own["assessed"] = dice.binomial(built, 0.4)
        own["passed"] = dice.binomial(own["assessed"], 0.9)
        counts[f"place {k}"] = own
    city = {stage: sum(own[stage] for own in counts.values()) for stage in ("total", *STAGES)}
    case = forced(
        load_case("linyi-2018").model_copy(update={"published": ()}),
        {
            "population.enterprises": city["total"],
            **{f"population.tiers.benchmark_{tier}": 10 for tier in ("provincial", "municipal", "county")},
            **{f"state.{stage}": city[stage] for stage in STAGES},
            "state.building": (city["total"] - city["built"]) // 2,
        },
    )
    targets = range(len(case.targets.list))
    case = case.with_values(
        {"horizon_end": deadline}
        | {f"targets.list.{k}.deadline": deadline for k in targets}
        | {f"targets.list.{k}.all_deadline": deadline for k in targets if case.targets.list[k].all_deadline}
        | {"as_of": max(as_of, dt.date(2018, 6, 1))}
    )
    table = history(counts, as_of, weeks=26, luck=dice)
    if not connected:
        table = table[table["stage"] != "connected"].reset_index(drop=True)
    return Place(case, table, reference, rush, as_of, deadline)


def history(
    counts: dict[str, dict[str, int]], as_of: dt.date, *, weeks: int, luck: np.random.Generator
) -> pd.DataFrame:
    """Return weekly rows that end with the given counts and never fall."""
    rows = []
    for unit, own in counts.items():
        done = {}
        for stage in STAGES:
            when = np.ceil(weeks * luck.beta(2.0, 1.2, own[stage]))
            done[stage] = np.array([int((when <= week).sum()) for week in range(1, weeks + 1)])
        for stage, needs in NEEDS.items():
            for need in needs:
                done[stage] = np.minimum(done[stage], done[need])
        for week in range(weeks):
            date = pd.Timestamp(as_of) - pd.Timedelta(weeks=weeks - 1 - week)
            rows += [(date, unit, stage, own["total"], int(done[stage][week])) for stage in STAGES]
    return pd.DataFrame(rows, columns=["date", "unit", "stage", "total", "done"])


def simulated(place: Place, paths: TablePaths, *, state: object = None) -> dict[str, np.ndarray]:
    """Return by stage the counts at the deadline under the arrangement in force, shape (draws, units)."""
    ensemble = run_ensemble(
        place.case,
        load_strategy("current_arrangement"),
        replications=paths.replications.size,
        seed=1,
        workers=1,
        as_of=place.as_of,
        state=place.table if state is None else state,
        paths=paths,
    )
    assert ensemble.failures.empty, ensemble.failures["error"].iloc[0]
    frame = ensemble.indicators
    frame = frame[(frame["view"] == "reported") & (frame["date"] == pd.Timestamp(place.deadline))]
    return {
        stage: own.pivot(index="replication", columns="county", values="value")[paths.units.tolist()].to_numpy()
        for stage, own in frame.groupby("indicator")
        if stage in STAGES
    }


def points_apart(made: Forecast, counts: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return how far the quantiles of simulated and forecast shares lie apart, in percentage points."""
    rows = []
    for stage, drawn in made.counts.items():
        total = made.fit[made.fit["stage"] == stage]["total"].to_numpy()
        for k, unit in enumerate((*made.units, "all")):
            own = slice(k, k + 1) if unit != "all" else slice(None)
            shares = [of[:, own].sum(axis=1) / total[own].sum() for of in (counts[stage], drawn[:, :, -1])]
            apart = np.abs(np.quantile(shares[0], QUANTILES) - np.quantile(shares[1], QUANTILES)).max()
            rows.append({"stage": stage, "unit": unit, "points": 100.0 * float(apart)})
    return pd.DataFrame(rows)
