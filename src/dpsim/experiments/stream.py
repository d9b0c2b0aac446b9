"""Runs of one experiment in the order of their numbers, as they come in, for those who watch: over threads.

The compiled engine lets go of the interpreter, so threads suffice; nothing is started, copied or sent, and the first
run is there after the time of one run. What has come in so far is always replications 0 .. n - 1 of the seed: two
strategies watched one after the other have met the same chances.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from dpsim.core.streams import check_word
from dpsim.engines.world import Setting
from dpsim.experiments.arguments import check_replications, check_workers, default_workers
from dpsim.experiments.chunks import Part
from dpsim.experiments.ensemble import Ensemble, assembled, run_chunk
from dpsim.experiments.measured import Measured
from dpsim.experiments.replication import strategy_paths
from dpsim.experiments.reported import check_reported
from dpsim.experiments.summary import summarise_targets

AHEAD = 8
"""Runs per thread that may be done or under way before the one that is waited for."""


def stream_ensemble(
    setting: Setting,
    *,
    replications: int,
    seed: int,
    by: tuple[str, ...],
    workers: int | None = None,
    pause: int = 0,
) -> Generator[Part]:
    """Yield replications 0 .. `replications` - 1 one by one, in this order.

    Closing the generator ends it: no further run begins, and those under way (one per thread) are waited for.

    Parameters
    ----------
    setting : Setting
        From `prepare`.
    replications, seed : int
    by : tuple of str
        Groupings, from `check_by`.
    workers : int, optional
        Threads; `default_workers` when None. What is yielded does not depend on it.
    pause : int
        After so many runs no other begins until the next one is asked for: who draws these is not held up.

    Yields
    ------
    tuple of list
        One finished run and no failure, or no run and one failure.

    Raises
    ------
    InputError
        An argument is not allowed.
    """
    replications, seed = check_replications(replications), check_word("seed", seed)
    threads = default_workers() if workers is None else check_workers(workers)
    check_reported(setting.case, by)
    paths = strategy_paths(setting, seed, np.arange(replications))
    pool = ThreadPoolExecutor(threads, thread_name_prefix="dpsim-run")
    waiting: deque[Future[Part]] = deque()
    try:
        for row in range(replications):
            while row == pause and waiting:
                yield waiting.popleft().result()
            waiting.append(pool.submit(run_chunk, setting, paths, [row], seed, by))
            if len(waiting) >= threads * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class Growing:
    """The runs of one experiment that have come in so far.

    Parameters
    ----------
    setting : Setting
    seed, asked : int
        Seed, and how many replications there will be.
    by : tuple of str
        Groupings.
    """

    def __init__(self, setting: Setting, *, seed: int, asked: int, by: tuple[str, ...]) -> None:
        self.setting, self.seed, self.asked, self.by = setting, seed, asked, by
        self.runs: list[Measured] = []
        self.failed: list[dict[str, object]] = []

    @property
    def done(self) -> int:
        """How many replications have ended, well or not."""
        return len(self.runs) + len(self.failed)

    def add(self, part: Part) -> None:
        """Take in the next of `stream_ensemble`."""
        self.runs += part[0]
        self.failed += part[1]

    def ensemble(self) -> Ensemble | None:
        """Return the ensemble of what is there, as `run_ensemble` would; None before the first finished run."""
        if not self.runs:
            return None
        parts = [(self.runs, self.failed)]
        short = self.done < self.asked
        return assembled(self.setting, parts, seed=self.seed, by=self.by, asked=self.asked, interrupted=short)


def of_the_same_runs(ensemble: Ensemble, other: Ensemble) -> Ensemble:
    """Return an ensemble with those replications only that another has too.

    Two strategies that met the same chances are compared over these: four runs beside two hundred would show luck.
    Indicators, targets and what was attained are cut; everything else is as it was.
    """
    numbers = other.attained["replication"].unique()
    attained = ensemble.attained[ensemble.attained["replication"].isin(numbers)]
    indicators = ensemble.indicators[ensemble.indicators["replication"].isin(numbers)]
    return replace(ensemble, indicators=indicators, attained=attained, targets=summarise_targets(attained))
