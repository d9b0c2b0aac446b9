"""Forecasts of past programmes as they would have been made, scored on what happened.

Everything learned comes from other programmes than the one scored (`learn`). Scores are means over the open cases of a
programme first and over programmes then: units of one programme move together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pandas as pd

from dpsim.core.streams import Stream
from dpsim.experiments.executors import over_processes
from dpsim.forecast.learned import Learned, learn
from dpsim.forecast.luck import uniform_draws
from dpsim.forecast.methods import all_methods
from dpsim.forecast.programmes import Block, is_total
from dpsim.forecast.scores import brier, covered, crps, log_score, pit, probability_met
from dpsim.forecast.settings import Settings

MOST_UNITS = 300
"""Units of a block that are forecast at most, the same for all methods: neighbours of one programme say little more."""
FOLDED = ("cases", "brier", "crps", "cov50", "cov80", "cov90", "log_score")
PIT_BINS = 10


@dataclass(frozen=True)
class Backtest:
    """All scores of a backtest.

    Attributes
    ----------
    cases : pandas.DataFrame
        One row per method and case: programme, stage, deadline, months_before, unit, method, target, share,
        probability, met, crps, brier, log_score, cov50, cov80, cov90, pit.
    """

    cases: pd.DataFrame

    def scores(self) -> pd.DataFrame:
        """Return scores by programme, months before the deadline and method."""
        return _folded(self.cases, ["programme", "months_before", "method"])

    def by_programme(self) -> pd.DataFrame:
        """Return scores by programme and method, over all horizons."""
        return _folded(self.cases, ["programme", "method"])

    def overall(self) -> pd.DataFrame:
        """Return means over programmes by method, best CRPS first; `pooled90` is the coverage of all cases together."""
        parts = self.by_programme()
        mean = parts.groupby("method")[list(FOLDED[1:])].mean()
        mean["programmes"] = parts.groupby("method")["programme"].nunique()
        mean["pooled90"] = self.cases.groupby("method")["cov90"].mean()
        mean["least90"] = parts.groupby("method")["cov90"].min()
        return mean.sort_values("crps").reset_index()

    def totals(self) -> pd.DataFrame:
        """Return the coverage of the 90% intervals of sums over units, by method, with their number."""
        sums = self.cases[is_total(self.cases["unit"].to_numpy(dtype=str))]
        return sums.groupby("method")["cov90"].agg(cases="size", cov90="mean").reset_index()

    def pit(self) -> pd.DataFrame:
        """Return how often the probability integral transform fell into each tenth; a tenth of the cases is ideal."""
        place = np.minimum((self.cases["pit"].to_numpy() * PIT_BINS).astype(np.int64), PIT_BINS - 1)
        keys = [self.cases["programme"], self.cases["method"], pd.Series(place / PIT_BINS, name="low")]
        out = self.cases.groupby(keys).size().rename("cases").reset_index()
        out["share"] = out["cases"] / out.groupby(["programme", "method"])["cases"].transform("sum")
        out.insert(3, "high", (out["low"] + 1.0 / PIT_BINS).round(1))
        return out

    def reliabilities(self) -> pd.DataFrame:
        """Return the reliability of every method; its first column names it."""
        names = sorted(self.cases["method"].unique())
        parts = {name: self.reliability(name) for name in names}
        return pd.concat(parts, names=["method", "row"]).reset_index(level="method").reset_index(drop=True)

    def reliability(
        self, method: str, edges: Sequence[float] = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)
    ) -> pd.DataFrame:
        """Return what was said and what happened by bins of the probability; programmes count equally.

        Columns low, high, said, happened, cases, programmes.
        """
        own = self.cases[self.cases["method"] == method]
        bins = np.clip(np.searchsorted(edges, own["probability"], side="left") - 1, 0, len(edges) - 2)
        parts = own.groupby([bins, "programme"])[["probability", "met"]].agg("mean")
        groups = parts.groupby(level=0)
        out = groups.mean().rename(columns={"probability": "said", "met": "happened"})
        out["cases"], out["programmes"] = own.groupby(bins).size(), groups.size()
        place = out.index.to_numpy()
        out.insert(0, "low", np.array(edges)[place])
        out.insert(1, "high", np.array(edges)[place + 1])
        return out.reset_index(drop=True)


class Task(NamedTuple):
    """One block to score, with what may be known of other programmes."""

    number: int
    block: Block
    learned: Learned
    methods: tuple[str, ...]
    seed: int
    draws: int


def run_backtest(
    blocks: Mapping[str, Sequence[Block]],
    classes: Mapping[str, str],
    settings: Mapping[str, Settings],
    methods: Sequence[str],
    *,
    seed: int,
    draws: int,
    workers: int = 1,
    tell: Callable[[int, int], None] | None = None,
) -> Backtest:
    """Forecast every block with every method and score it; the number of workers changes nothing.

    Parameters
    ----------
    blocks : mapping of str to sequence of Block
        By programme.
    classes : mapping of str to str
        Reference class by programme.
    settings : mapping of str to Settings
        By reference class.
    methods : sequence of str
        Names, see `dpsim.forecast.methods`.
    seed, draws : int
    workers : int
        Processes; with one nothing is started.
    tell : callable, optional
        Is told how many blocks are scored, and of how many.
    """
    tasks: list[Task] = []
    for programme in sorted(blocks):
        learned = learn(blocks, classes, programme, settings)
        for block in blocks[programme]:
            tasks.append(Task(len(tasks), thinned(block), learned, tuple(methods), seed, draws))
    largest = sorted(tasks, key=lambda task: -len(task.block.history.units))  # so that no worker ends long after
    count = min(workers, len(tasks))
    scored = over_processes(score_task, largest, count) if count > 1 else map(score_task, largest)
    parts: dict[int, list[pd.DataFrame]] = {}
    for number, frames in scored:
        parts[number] = frames
        if tell is not None:
            tell(len(parts), len(tasks))
    ordered = [frame for number in sorted(parts) for frame in parts[number]]
    return Backtest(pd.concat(ordered, ignore_index=True))


def score_task(task: Task) -> tuple[int, list[pd.DataFrame]]:
    """Return the number of a task and its scored cases, one frame per method."""
    known = all_methods()
    chosen = [known[name] for name in task.methods]
    return task.number, list(score_block(task.block, task.learned, chosen, seed=task.seed, draws=task.draws))


def thinned(block: Block, most: int = MOST_UNITS) -> Block:
    """Return a block with at most so many units, chosen by their keyed luck."""
    units = len(block.history.units)
    if units <= most:
        return block
    lot = uniform_draws(0, 1, block.history.entity, Stream.FORECAST_RIVAL, 400)[0]
    kept = np.zeros(units, dtype=np.bool_)
    kept[np.argsort(lot, kind="stable")[:most]] = True
    place, cases = np.cumsum(kept) - 1, kept[block.unit]
    return replace(
        block,
        history=block.history.only(kept),
        unit=place[block.unit[cases]],
        target=block.target[cases],
        happened=block.happened[cases],
        met=block.met[cases],
    )


def score_block(
    block: Block, learned: Learned, methods: Iterable[ModuleType], *, seed: int, draws: int
) -> Iterator[pd.DataFrame]:
    """Yield the scored cases of one block, one frame per method."""
    names = np.array(block.history.units)[block.unit]
    entity = block.history.entity[block.unit]
    luck = uniform_draws(seed, 1, entity, Stream.FORECAST_RIVAL, 401)[0]
    for method in methods:
        drawn = method.draw(block, learned, seed=seed, draws=draws)[:, block.unit]
        probability = probability_met(drawn, block.target)
        yield pd.DataFrame(
            {
                "programme": block.programme,
                "stage": block.stage,
                "deadline": block.deadline,
                "months_before": block.months,
                "unit": names,
                "method": method.NAME,
                "target": block.target,
                "share": block.happened,
                "probability": probability,
                "met": block.met,
                "crps": crps(drawn, block.happened),
                "brier": brier(probability, block.met),
                "log_score": log_score(probability, block.met),
                **{f"cov{100 * level:.0f}": covered(drawn, block.happened, level) for level in (0.5, 0.8, 0.9)},
                "pit": pit(drawn, block.happened, luck),
            }
        )


def _folded(cases: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return means of the scores by some columns, with the number of cases."""
    groups = cases.groupby(by, sort=True)
    out = groups[list(FOLDED[1:])].mean()
    out.insert(0, "cases", groups.size())
    return out.reset_index()
