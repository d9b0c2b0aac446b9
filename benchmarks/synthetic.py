"""Forecasts of invented programmes: what counts tell, what a ledger adds: `python benchmarks/synthetic.py`.

Twenty worlds of each type of `synthetic_worlds`, forecast at half and at three quarters of the weeks: shares of built,
online and assessed at the end, of each county and of the city. CRPS in points, fair for a finite number of draws.
Rivals get counts only, each county and the city a series of its own. What is learned (the base rate of the rivals, the
reference closure of the forecast) comes from the other worlds, never from the one that is scored.

The folder `benchmarks/synthetic` keeps `scores.csv` (by type, cut-off and method), `bars.csv` (what is asked for, with
90% bootstrap intervals over worlds) and `run.json`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import synthetic_worlds as sw

from dpsim.forecast.history import history_of
from dpsim.forecast.known import chain_counts, draw_counts, known_at, table_of
from dpsim.forecast.learned import Learned
from dpsim.forecast.methods import all_methods, is_available
from dpsim.forecast.pipeline import Use
from dpsim.forecast.programmes import Block
from dpsim.forecast.scores import covered, crps
from dpsim.forecast.settings import class_settings
from dpsim.params.forecast import load_forecast_settings

HERE = Path(__file__).parent / "synthetic"
SEED, WORLDS, DRAWS, DRAW_SEED = 20_181, 20, 500, 1
TRIED_ON, TRIED = 9001, 24
"""Seed of the worlds on which settings were chosen, and how many variants were scored there; none on `SEED`."""
CLASS = "unstated"
"""Nobody says what kind of programme a world is: some have a rush, some a campaign, none an order that closes gaps."""
RUNGS = {
    "counts": Use(funnel=False),
    "+ funnel": Use(),
    "+ jobs in progress": Use(elapsed=False, capacity=False),
    "+ elapsed times": Use(capacity=False),
    "+ capacity": Use(),
}
"""What is known, one thing more each; the first two from the table alone."""
COUNTS, LEDGER = "+ funnel", "+ capacity"
SHIPPED = " (reference of the class as it comes)"
BARS = ((COUNTS, 0.9), (LEDGER, 0.7))
COVER = (0.85, 0.97)
LEVELS = ("city", "county")
Key = tuple[str, int, int]


def shares(one: sw.World, stage: str, week: int) -> np.ndarray:
    """Return the shares done at the end of a week, the city's first, then the counties'."""
    done = one.done(stage, week)
    return np.append(done.sum() / one.total.sum(), done / one.total)


class Worlds:
    """Worlds and what each may learn from the others."""

    def __init__(self, each: int, *, seed: int, service: float = 1.0, work_shock: float = sw.WORK_SHOCK) -> None:
        self.all: dict[Key, sw.World] = {
            (kind, number, cut): sw.world(kind, number, cut, seed=seed, service=service, work_shock=work_shock)
            for kind in sw.TYPES
            for number in range(each)
            for cut in sw.CUTS
        }
        self.closed: dict[tuple[Key, str], np.ndarray] = {}
        self.pace: dict[tuple[Key, str], float] = {}
        for key, one in self.all.items():
            for stage in sw.CHAIN:
                before, after = shares(one, stage, one.cut), shares(one, stage, sw.WEEKS)
                left = np.maximum(1.0 - after, 0.5 / np.append(one.total.sum(), one.total))
                self.closed[key, stage] = (after - before) / np.maximum(1.0 - before, 1e-9)
                weekly = np.log(np.maximum((1.0 - before[1:]) / left[1:], 1.0)) + 0.02
                self.pace[key, stage] = float(np.median(weekly) / (sw.WEEKS - one.cut))

    def others(self, key: Key) -> list[Key]:
        """Return the other worlds at the same cut-off: not the one that is scored, nor its other rest."""
        return [other for other in self.all if other[2] == key[2] and other[:2] != key[:2]]

    def reference(self, key: Key, stage: str) -> float:
        """Return the weekly closure usual elsewhere: the geometric mean over worlds of the counties' median."""
        return float(np.exp(np.mean([np.log(self.pace[other, stage]) for other in self.others(key)])))

    def past(self, key: Key, stage: str, *, city: bool) -> tuple[np.ndarray, ...]:
        """Return what shares of their gaps units of the other worlds closed, by type."""
        columns = slice(0, 1) if city else slice(1, None)
        return tuple(
            np.concatenate([self.closed[other, stage][columns] for other in self.others(key) if other[0] == kind])
            for kind in sorted({other[0] for other in self.others(key)})
        )


def rivals(worlds: Worlds, key: Key, names: list[str], draws: int) -> Iterator[tuple[str, str, np.ndarray]]:
    """Yield method, stage and draws of the shares at the end (draws, city and counties) of each rival."""
    one, methods = worlds.all[key], all_methods()
    settings, counts = class_settings(load_forecast_settings(), CLASS), one.table()
    city = counts.groupby(["date", "stage"], as_index=False)[["total", "done"]].sum().assign(unit=" city")
    both, weeks = pd.concat([counts, city]), sw.WEEKS - one.cut
    months = round(7 * weeks / 30.44)
    for stage in sw.STAGES:
        history = history_of(both[both["stage"] == stage], one.day(one.cut).date())
        unknown = np.full(len(history.units), np.nan)
        cases = (np.arange(unknown.size), unknown, unknown, np.zeros(unknown.size, dtype=np.bool_))
        days = (one.day(sw.WEEKS).date(), one.day(one.cut).date())
        block = Block(one.kind, stage, *days, months, weeks, history, *cases)
        for name in names:
            learned = Learned(CLASS, settings, {months: worlds.past(key, stage, city=False)})
            drawn = methods[name].draw(block, learned, seed=DRAW_SEED, draws=draws)
            if name == "base_rate":
                learned = Learned(CLASS, settings, {months: worlds.past(key, stage, city=True)})
                drawn[:, 0] = methods[name].draw(block, learned, seed=DRAW_SEED, draws=draws)[:, 0]
            yield name, stage, drawn


def ours(
    worlds: Worlds, key: Key, rung: str, draws: int, *, learned: bool = True, other: Key | None = None
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield stage and draws of the shares at the end of the forecast with some knowledge.

    `other`: the world whose table and ledger are read instead (a control).
    """
    settings, one = load_forecast_settings(), worlds.all[other or key]
    with_ledger = rung not in ("counts", "+ funnel")
    end, day = one.day(sw.WEEKS).date(), one.day(one.cut).date()
    wanted = pd.DataFrame({"stage": sw.STAGES, "deadline": end, "target_share": 0.9, "unit": "each"})
    model = class_settings(settings, CLASS)
    if learned:
        model = model._replace(reference=worlds.reference(key, "started" if with_ledger else "built"))
    known = known_at(table_of(one.progress(with_ledger=with_ledger), day), wanted, day)
    deadlines = dict.fromkeys(sw.STAGES, end)
    asked = {"seed": DRAW_SEED, "draws": draws}
    chain = chain_counts(known, deadlines, day, model, settings.work, **asked, use=RUNGS[rung])
    counts = draw_counts(known, chain, deadlines, day, model, **asked)
    for stage in sw.STAGES:
        done = counts[stage][:, :, -1]
        yield stage, np.column_stack([done.sum(axis=1) / one.total.sum(), done / one.total])


def scored(one: sw.World, method: str, stage: str, drawn: np.ndarray) -> dict[str, object]:
    """Return the scores of one forecast of one stage."""
    happened = shares(one, stage, sw.WEEKS)
    points, inside = 100.0 * crps(drawn, happened), covered(drawn, happened, 0.9)
    low, high = np.quantile(drawn, [0.05, 0.95], axis=0)
    width = 100.0 * (high - low)
    return {
        "method": method,
        "type": one.kind,
        "world": one.number,
        "cut": one.cut,
        "stage": stage,
        "crps_city": points[0],
        "crps_county": points[1:].mean(),
        "cov90_city": float(inside[0]),
        "cov90_county": inside[1:].mean(),
        "width90_city": width[0],
        "width90_county": width[1:].mean(),
        "bias_city": 100.0 * (drawn[:, 0].mean() - happened[0]),
    }


def run(worlds: Worlds, names: list[str], draws: int, *, shipped: bool = True, told: bool = False) -> pd.DataFrame:
    """Return one row for each forecast: method, type, world, cut, stage, scores."""
    rows = []
    for number, (key, one) in enumerate(worlds.all.items()):
        for rung in RUNGS:
            rows += [scored(one, rung, stage, drawn) for stage, drawn in ours(worlds, key, rung, draws)]
        for rung in (COUNTS, LEDGER) if shipped else ():
            made = ours(worlds, key, rung, draws, learned=False)
            rows += [scored(one, rung + SHIPPED, stage, drawn) for stage, drawn in made]
        rows += [scored(one, name, stage, drawn) for name, stage, drawn in rivals(worlds, key, names, draws)]
        if told and number % 20 == 19:
            print(f"{number + 1} of {len(worlds.all)}", flush=True)
    return pd.DataFrame(rows)


def bars(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return what is asked for: ratio to the best rival with its bootstrap interval, coverage; by city and county."""
    out, luck = [], np.random.default_rng(DRAW_SEED)
    for level in LEVELS:
        by_world = rows.pivot_table(index=["type", "world"], columns="method", values=f"crps_{level}")
        best = by_world[names].mean().idxmin()
        pick = luck.integers(len(by_world), size=(2000, len(by_world)))
        for method, allowed in BARS:
            mean = by_world.to_numpy()[pick].mean(axis=1)
            place = [by_world.columns.get_loc(name) for name in names]
            low, high = np.quantile(
                mean[:, by_world.columns.get_loc(method)] / mean[:, place].min(axis=1), [0.05, 0.95]
            )
            ratio = by_world[method].mean() / by_world[best].mean()
            cover = rows[rows["method"] == method][f"cov90_{level}"].mean()
            out.append(
                {
                    "level": level,
                    "method": method,
                    "crps": by_world[method].mean(),
                    "best_rival": best,
                    "rival_crps": by_world[best].mean(),
                    "ratio": ratio,
                    "low": low,
                    "high": high,
                    "allowed": allowed,
                    "met": bool(ratio <= allowed),
                    "cov90": cover,
                    "cov90_met": bool(COVER[0] <= cover <= COVER[1]),
                }
            )
    return pd.DataFrame(out)


def main() -> None:
    """Run, print, keep."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--worlds", type=int, default=WORLDS, help="of each type")
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--draws", type=int, default=DRAWS)
    asked.add_argument("--service", type=float, default=1.0, help="service times against those assumed")
    asked.add_argument("--work-shock", type=float, default=sw.WORK_SHOCK, help="s.d. of the shock on the pace of work")
    asked.add_argument("--without", default="", help="methods to leave out, by commas")
    asked.add_argument("--keep", action="store_true", help="keep the result in benchmarks/synthetic")
    given = asked.parse_args()
    left_out = given.without.split(",")
    names = [n for n, m in all_methods().items() if m.ROLE == "rival" and is_available(m) and n not in left_out]
    worlds = Worlds(given.worlds, seed=given.seed, service=given.service, work_shock=given.work_shock)
    rows = run(worlds, names, given.draws, told=True)
    values = [name for name in rows if name.startswith(("crps", "cov", "width", "bias"))]
    means = rows.groupby("method", sort=False)[values].mean()
    asked_for = bars(rows, names)
    with pd.option_context("display.width", 250, "display.max_columns", 30):
        print(means.round(2))
        print(
            rows.pivot_table(index="method", columns="type", values=["crps_city", "crps_county"], sort=False).round(2)
        )
        print(rows.pivot_table(index="method", columns="cut", values=["crps_city", "cov90_city"], sort=False).round(2))
        print(asked_for.round(3))
    if given.keep:
        HERE.mkdir(exist_ok=True)
        parts = rows.groupby(["method", "type", "cut", "stage"], sort=False)[values].mean().round(3).reset_index()
        parts.to_csv(HERE / "scores.csv", index=False)
        asked_for.round(4).to_csv(HERE / "bars.csv", index=False)
        kept = vars(given) | {"class": CLASS, "rivals": names, "tried": TRIED, "tried_on": TRIED_ON}
        kept |= {"assumed": sw.ASSUMED}
        (HERE / "run.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
