"""Strategies against one reference, paired by replication (interfaces: compare; methods 2.1 and 2.2).

Replication r of every strategy follows the same path with the same keyed draws, so the difference of a pair holds
the strategies and nothing else. Intervals are Student's on the paired differences; the adjusted ones hold for all
strategies of one measure together (Bonferroni); of how often the headline target is met they are Newcombe's for
shares in pairs. What cannot be told apart is said so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from dpsim.decide.measures import find_measure, measure_runs
from dpsim.errors import InputError, RunError
from dpsim.experiments.arguments import ENGINES, written
from dpsim.experiments.ensemble import Ensemble, run_ensemble
from dpsim.measure.probability import paired_share_interval
from dpsim.model.prior import PathSet
from dpsim.model.table_paths import TablePaths
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case, Strategy

LEVEL = 0.95
"""Level of all intervals."""
MOST_DROPPED = 0.05
"""Largest share of pairs with a failed run at which a comparison is still drawn: runs may not fail by chance."""
COLUMNS = (
    "measure",
    "unit",
    "strategy",
    "reference",
    "mean",
    "low",
    "high",
    "adjusted_low",
    "adjusted_high",
    "better_share",
    "variance_reduction",
    "n",
)
SAME, UNTOLD, MORE, LESS = "same", "untold", "more", "less"
"""What a row of differences says: equal in every run, not to be told apart, more or less than the reference."""


@dataclass(frozen=True)
class Comparison:
    """Strategies against a reference.

    Attributes
    ----------
    differences : pandas.DataFrame
        One row per measure and strategy: measure, unit, strategy, reference, mean (strategy minus reference), low,
        high (95% for this row), adjusted_low, adjusted_high (95% for all strategies of the measure together),
        better_share (of runs in which the strategy is better; NaN where a measure has no direction),
        variance_reduction (variance of the difference of independent runs over that of pairs; NaN where runs do
        not vary), n (pairs).
    ensembles : dict of str to Ensemble
        By strategy, the reference included.
    reference : str
    dropped : dict of str to int
        By strategy, pairs left out because a run of the strategy or of the reference failed.
    runs : pandas.DataFrame
        What the differences are made of: strategy, measure, replication, value.
    """

    differences: pd.DataFrame
    ensembles: dict[str, Ensemble]
    reference: str
    dropped: dict[str, int]
    runs: pd.DataFrame


def compare(
    case: Case,
    strategies: Strategy | Iterable[Strategy],
    *,
    replications: int,
    seed: int,
    reference: Strategy | None = None,
    engine: str = ENGINES[0],
    workers: int | None = None,
    as_of: dt.date | str | None = None,
    state: object = None,
    paths: PathSet | TablePaths | None = None,
    progress: bool = False,
    store: str | Path | None = None,
    fork: bool = False,
    scheduler: str | None = None,
) -> Comparison:
    """Run strategies and a reference on common luck and compare them.

    Parameters
    ----------
    case : Case
    strategies : Strategy or iterable of Strategy
        At least one that is not the reference; each once.
    replications : int
        Pairs, 2 or more.
    seed : int
    reference : Strategy, optional
        The arrangement in force (`default_strategy` of the case) when None.
    engine, workers, as_of, state, paths, progress, store, fork, scheduler
        As in `run_ensemble`.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        A strategy stands twice or only the reference is given, there are fewer than two replications, or an argument
        of `run_ensemble` is not allowed.
    RunError
        More than one pair in twenty has a run that failed: no comparison is drawn from what is left.
    """
    chosen = _chosen(case, strategies, reference)
    if isinstance(replications, int) and not isinstance(replications, bool) and replications < 2:
        raise InputError("error.pairs", given=written(replications))
    ensembles = {
        strategy.id: run_ensemble(
            case,
            strategy,
            replications=replications,
            seed=seed,
            engine=engine,
            workers=workers,
            as_of=as_of,
            state=state,
            paths=paths,
            by="city",
            progress=progress,
            store=store,
            fork=fork,
            scheduler=scheduler,
        )
        for strategy in chosen
    }
    base = chosen[0].id
    dropped = dropped_pairs(ensembles, base)
    measured = {name: measure_runs(ensemble, case.targets.headline) for name, ensemble in ensembles.items()}
    return Comparison(paired_differences(measured, base), ensembles, base, dropped, runs_frame(measured))


def dropped_pairs(ensembles: dict[str, Ensemble], reference: str) -> dict[str, int]:
    """Return by strategy how many pairs a failed run leaves without a half.

    Raises
    ------
    RunError
        They are more than `MOST_DROPPED` of the pairs that were run.
    """
    failed = {name: set(ensemble.failures["replication"].tolist()) for name, ensemble in ensembles.items()}
    made = {name: failed[name] | set(ensemble.attained["replication"]) for name, ensemble in ensembles.items()}
    dropped = {}
    for name in [one for one in ensembles if one != reference]:
        pairs = made[name] & made[reference]
        missing = pairs & (failed[name] | failed[reference])
        if len(missing) > MOST_DROPPED * len(pairs):
            first = next(ensembles[one].failures.iloc[0] for one in (name, reference) if failed[one])
            raise RunError(
                "error.too_many_failed",
                strategy=name,
                failed=len(missing),
                pairs=len(pairs),
                why=" ".join(first["error"].split())[:200],
                command=first["command"],
            )
        dropped[name] = len(missing)
    return dropped


def _chosen(case: Case, strategies: Strategy | Iterable[Strategy], reference: Strategy | None) -> list[Strategy]:
    """Return the reference and the strategies held against it."""
    given = [strategies] if isinstance(strategies, Strategy) else list(strategies)
    if not isinstance(case, Case):
        raise InputError("error.not_loaded", name="case", given=written(case), loader="load_case")
    for strategy in [*given, *([] if reference is None else [reference])]:
        if not isinstance(strategy, Strategy):
            raise InputError("error.not_loaded", name="strategies", given=written(strategy), loader="load_strategy")
    base = load_strategy(case.default_strategy) if reference is None else reference
    others = [strategy for strategy in given if strategy.id != base.id]
    if not others:
        raise InputError("error.nothing_to_compare", reference=base.id)
    twice = [s.id for s in others if [o.id for o in others].count(s.id) > 1]
    if twice:
        raise InputError("error.compared_twice", given=twice[0])
    return [base, *others]


Measured = dict[str, dict[str, pd.Series]]
"""By strategy and measure, a series over the replications (`measure_runs`)."""


def runs_frame(measured: Measured) -> pd.DataFrame:
    """Return every measure of every run: strategy, measure, replication, value."""
    parts = [
        pd.DataFrame({"strategy": strategy, "measure": name, "replication": series.index, "value": series.to_numpy()})
        for strategy, measures in measured.items()
        for name, series in measures.items()
    ]
    return pd.concat(parts, ignore_index=True)


def runs_measured(runs: pd.DataFrame) -> Measured:
    """Return what a frame of `runs_frame` was made of."""
    return {
        str(strategy): {
            str(name): part.set_index("replication")["value"] for name, part in own.groupby("measure", sort=False)
        }
        for strategy, own in runs.groupby("strategy", sort=False)
    }


def paired_differences(measured: Measured, reference: str) -> pd.DataFrame:
    """Return the frame of differences of strategies on common luck; see `Comparison`."""
    others = [name for name in measured if name != reference]
    rows = []
    for name, base in measured[reference].items():
        measure = find_measure(name)
        for strategy in others:
            if name not in measured[strategy]:
                continue
            pairs = pd.concat([measured[strategy][name], base], axis=1, join="inner").to_numpy(dtype=np.float64)
            row = pair_statistics(pairs[:, 0], pairs[:, 1], better=measure.better, family=len(others))
            if measure.unit == "percent":
                row |= share_ends(pairs[:, 0] > 0, pairs[:, 1] > 0, family=len(others))
            rows.append({"measure": name, "unit": measure.unit, "strategy": strategy, "reference": reference} | row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def pair_statistics(
    own: npt.NDArray[np.float64], base: npt.NDArray[np.float64], *, better: int = 0, family: int = 1
) -> dict[str, float]:
    """Return mean difference, intervals, share of better runs and variance reduction of paired runs.

    Parameters
    ----------
    own, base : numpy.ndarray
        Shape (pairs,), 2 or more.
    better : int
        +1, -1 or 0.
    family : int
        Comparisons that the adjusted interval holds for together.
    """
    from scipy.stats import t

    difference, n = own - base, own.size
    mean, spread = float(difference.mean()), float(difference.std(ddof=1))
    half, wide = (float(t.ppf(1.0 - (1.0 - LEVEL) / 2.0 / k, n - 1)) * spread / n**0.5 for k in (1, family))
    apart = float(own.var(ddof=1) + base.var(ddof=1))
    return {
        "mean": mean,
        "low": mean - half,
        "high": mean + half,
        "adjusted_low": mean - wide,
        "adjusted_high": mean + wide,
        "better_share": float((better * difference > 0).mean()) if better else float("nan"),
        "variance_reduction": apart / spread**2 if spread > 0.0 else float("nan"),
        "n": n,
    }


def share_ends(own: npt.NDArray[np.bool_], base: npt.NDArray[np.bool_], *, family: int) -> dict[str, float]:
    """Return the ends of the intervals of a difference of shares, in per cent of the runs.

    Student's interval has no width where all runs end alike; this one has (`paired_share_interval`).
    """
    from scipy.stats import norm

    counts = int((own & base).sum()), int((own & ~base).sum()), int((~own & base).sum())
    ends: dict[str, float] = {}
    for name, k in (("", 1), ("adjusted_", family)):
        z = float(norm.ppf(1.0 - (1.0 - LEVEL) / 2.0 / k))
        low, high = paired_share_interval(*counts, own.size, z)
        ends |= {f"{name}low": 100.0 * low, f"{name}high": 100.0 * high}
    return ends


def verdict(row: pd.Series) -> str:
    """Return what a row of differences says, never beyond its adjusted interval: one of the words of this module."""
    if row["mean"] == 0.0 and row["low"] == row["high"]:
        return SAME
    if row["adjusted_low"] <= 0.0 <= row["adjusted_high"]:
        return UNTOLD
    return MORE if row["mean"] > 0.0 else LESS


def order_of(differences: pd.DataFrame) -> Sequence[str]:
    """Return the measures in the order of the frame."""
    return list(dict.fromkeys(differences["measure"].tolist()))
