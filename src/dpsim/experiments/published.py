"""Published figures beside what the runs give: median, 90% interval, inside or not, used to set a value or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from dpsim.core.streams import check_word
from dpsim.experiments.arguments import check_replications, check_workers, default_workers
from dpsim.experiments.executors import over_threads
from dpsim.experiments.measured import Measured, labels_of, run_one
from dpsim.experiments.replication import prepare, strategy_paths
from dpsim.experiments.watch import Watch
from dpsim.measure.indicators import indicator_frame
from dpsim.params.cited import cited_sources
from dpsim.params.load import load_strategy
from dpsim.params.readings import Published, printed_step
from dpsim.params.schema import Case, Strategy
from dpsim.params.uncertain import drawn_and_again
from dpsim.published import quantities
from dpsim.published._asked import ALL, Asked, Floats, Part

LOW, HIGH = 0.05, 0.95
"""Ends of the interval: the middle 90% of the runs."""
WIDEST = 4.0
"""Ratio of the ends of an interval beyond which a figure hardly tests anything, so that a reason must stand with it."""
PARTS = Part._fields
"""Columns of the cells of which parts are made."""
_AT_ONCE = 4
"""Runs of one chunk: an event log of a large place takes some hundred megabytes while it is looked at."""


@dataclass(frozen=True)
class Standing:
    """One published figure beside the runs.

    Attributes
    ----------
    case : Case
    figure : Published
    median, low, high : float
        Over the runs that give a value, in the figure's unit; not a number where none does.
    runs, silent : int
        Runs that give a value, and that give none because there is nothing to divide by.
    used_to_set : bool
        Whether the case or a strategy that was run cites the figure's source for a value.
    again : int
        Draws of the case that broke a rule of case files and were drawn again, over all runs.
    """

    case: Case
    figure: Published
    median: float
    low: float
    high: float
    runs: int
    silent: int
    used_to_set: bool
    again: int = 0

    @property
    def inside(self) -> bool:
        """Whether the figure, as exactly as it is printed, lies within the interval."""
        step = printed_step(self.figure.value, self.figure.unit)
        return bool(self.low - step <= self.figure.value <= self.high + step)

    @property
    def spread(self) -> float:
        """Ratio of the interval's ends; of a change, of what is left: 1 + change. 1 where both are 0."""
        shift = 1.0 if self.figure.against is not None else 0.0
        low, high = self.low + shift, self.high + shift
        return high / low if low > 0 else 1.0 if high == low else np.inf

    @property
    def unexplained(self) -> bool:
        """Whether a reason is missing: the figure lies outside, or the interval is too wide, and no note says why."""
        return self.figure.note is None and not (self.inside and self.spread <= WIDEST)


class RunsSeen:
    """What quantities see of the runs of one strategy: indicators of the whole place, run by run.

    Parameters
    ----------
    case : Case
    frame : pandas.DataFrame
        Indicators by ("city",), or by `PARTS` where a part of the enterprises is asked for.
    drawn : sequence of Case, optional
        The case each run rests on, in the order of the replications; `case` for all when there is none.
    """

    def __init__(self, case: Case, frame: pd.DataFrame, drawn: Sequence[Case] = ()) -> None:
        self.runs = np.sort(frame["replication"].unique())
        self._cases = drawn or [case] * self.runs.size
        self._frame, self._tables = frame, {ALL: _by_date(frame)}
        self._days = (self._tables[ALL].columns - pd.Timestamp(case.as_of)).days.to_numpy(dtype=np.float64)

    def at(self, indicator: str, days: float, view: str = "reported", part: Part = ALL) -> Floats:
        """Return an indicator `days` after the as-of date, on a straight line between two weekly dates; shape (runs,).

        Not a number where it was not simulated, and where nobody belongs to the part.
        """
        if part not in self._tables:
            of = [self._frame[column] == name for column, name in part._asdict().items() if name is not None]
            self._tables[part] = _by_date(self._frame[np.logical_and.reduce(of)])
        table = self._tables[part]
        if (indicator, view) not in table.index.droplevel("replication"):
            return np.full(self.runs.size, np.nan)
        values = table.loc[(indicator, view)].to_numpy(dtype=np.float64)
        after = min(max(int(np.searchsorted(self._days, days)), 1), self._days.size - 1)
        before, width = after - 1, self._days[after] - self._days[after - 1]
        along = (days - self._days[before]) / width
        return np.asarray(values[:, before] * (1.0 - along) + values[:, after] * along)

    def value(self, key: str) -> Floats:
        """Return a value of the case each run rests on by its dotted key, shape (runs,)."""
        return np.array([float(case.quantities()[key].value) for case in self._cases])


def _by_date(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the sums over all cells: a row per indicator, view and run, a column per date."""
    keys = ["indicator", "view", "replication", "date"]
    return frame.groupby(keys, observed=True)["value"].sum().unstack("date").sort_index()


def asked_of(case: Case, figure: Published) -> Asked:
    """Return what a figure asks of the runs, its dates as days after the as-of date."""
    begin, end = figure.begin, figure.until or figure.date or case.as_of
    before = case.as_of if begin is None else max(case.as_of, begin - dt.timedelta(days=1))
    return Asked(
        figure.quantity,
        figure.unit,
        float((before - case.as_of).days),
        float((end - case.as_of).days),
        figure.klass,
        figure.channel,
        Part(figure.sector, figure.group),
    )


def run_published(
    case: Case,
    *,
    replications: int,
    seed: int,
    workers: int | None = None,
    progress: bool = False,
    drawn: bool = True,
    figures: Sequence[Published] | None = None,
) -> list[Standing]:
    """Run what a case's published figures ask for and set each beside it.

    Each strategy that is named is run once, all figures together. A figure against another strategy is the quantity
    under the one over that under the other, minus 1, run by run: both have the same draws.

    Parameters
    ----------
    case : Case
    replications : int
        Runs of each strategy, at least 1.
    seed : int
    workers : int, optional
        As in `run_ensemble`.
    progress : bool
        Show a progress bar on standard error.
    drawn : bool
        Let every run draw the values that are not known (`dpsim.params.uncertain`). Otherwise all rest on the values of
        the file, and the intervals hold no more than the luck of the runs.
    figures : sequence of Published, optional
        Other figures than all those of the case.

    Returns
    -------
    list of Standing
        In the order of the case file, or of `figures`.

    Raises
    ------
    InputError
        A number is not allowed, or the ranges of the case hardly ever give one that is.
    KeyboardInterrupt
        Stopped by the user: a part of the runs would give other intervals.
    """
    replications, seed = check_replications(replications), check_word("seed", seed)
    workers = default_workers() if workers is None else check_workers(workers)
    figures = case.published if figures is None else figures
    values: dict[tuple[str, Asked], pd.Series] = {}
    wanted = _wanted(case, figures)
    draws = [drawn_and_again(case, seed=seed, replication=r) for r in range(replications)] if drawn and wanted else []
    cases = [own for own, _ in draws] or [case] * replications
    for name, asked in wanted.items():
        strategy = load_strategy(name)
        with Watch(strategy, replications, progress, None) as watch:
            runs = _runs(cases, strategy, asked, seed, workers, watch)
        labels = labels_of(prepare(case, strategy), _cells(asked))
        frame = indicator_frame(labels, [run.number for run in runs], [run.measured.values for run in runs])
        seen = RunsSeen(case, frame, [run.case for run in runs])
        for one in asked:
            module = quantities()[one.name]
            read = module.measure(seen, one) if hasattr(module, "measure") else [run.read[one] for run in runs]
            values[name, one] = pd.Series(read, index=seen.runs, dtype=np.float64)
    again = sum(count for _, count in draws)
    return [replace(standing(case, figure, values), again=again) for figure in figures]


class _Run(NamedTuple):
    """One run: the case it rests on, its indicators, and what was read in its events."""

    number: int
    case: Case
    measured: Measured
    read: dict[Asked, float]


def _cells(asked: Iterable[Asked]) -> tuple[str, ...]:
    """Return by what runs are counted: by parts only where one is asked for."""
    return PARTS if any(one.part != ALL for one in asked) else ("city",)


def _runs(
    cases: Sequence[Case], strategy: Strategy, asked: Sequence[Asked], seed: int, workers: int, watch: Watch
) -> list[_Run]:
    """Run one replication of each case, numbered by its place; in their order."""
    traced = [one for one in asked if not hasattr(quantities()[one.name], "measure")]

    def make(part: Sequence[int]) -> list[_Run]:
        return [one_run(number) for number in part]

    def one_run(number: int) -> _Run:
        own = cases[number]
        setting = prepare(own, strategy)
        paths = strategy_paths(setting, seed, np.array([number]))
        run = run_one(setting, paths, 0, seed=seed, trace=bool(traced), by=_cells(asked))
        read = {one: float(quantities()[one.name].measure_run(run.events, one)) for one in traced}
        return _Run(number, own, replace(run, events=run.events[:0]), read)

    made: list[_Run] = []
    numbers = range(len(cases))
    chunks = [numbers[k : k + _AT_ONCE] for k in range(0, len(numbers), _AT_ONCE)]
    with closing(over_threads(make, chunks, min(workers, len(chunks)))) as parts:
        for part in parts:
            made += part
            watch.add(len(part))
    return sorted(made, key=lambda run: run.number)


def standing(case: Case, figure: Published, values: Mapping[tuple[str, Asked], pd.Series]) -> Standing:
    """Return one figure beside its values, by strategy and what is asked; each indexed by replication."""
    asked, names = asked_of(case, figure), strategies_of(case, figure)
    runs = values[names[0], asked]
    if figure.against is not None:
        other = values[names[1], asked].reindex(runs.index)
        runs = runs / other.where(other > 0) - 1.0
    given = runs.dropna()
    low, median, high = given.quantile([LOW, 0.5, HIGH]) if len(given) else (np.nan,) * 3
    cited = cited_sources(case, *(load_strategy(name) for name in {*names, case.default_strategy}))
    return Standing(
        case, figure, float(median), float(low), float(high), len(given), len(runs) - len(given), figure.source in cited
    )


def strategies_of(case: Case, figure: Published) -> tuple[str, ...]:
    """Return the strategies a figure needs: its own, and the one it is set against."""
    own = figure.strategy or case.default_strategy
    return (own,) if figure.against is None else (own, figure.against)


def _wanted(case: Case, figures: Iterable[Published]) -> dict[str, list[Asked]]:
    """Return what is asked of each strategy, each question once."""
    wanted: dict[str, dict[Asked, None]] = {}
    for figure in figures:
        for name in strategies_of(case, figure):
            wanted.setdefault(name, {})[asked_of(case, figure)] = None
    return {name: list(asked) for name, asked in wanted.items()}


def unused(standings: Iterable[Standing]) -> Iterator[Standing]:
    """Yield the figures that were not used to set anything: only they test the model."""
    return (one for one in standings if not one.used_to_set)
