"""Direct count paths of a case: the path law on counts, without a simulation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dpsim.core.timeline import Timeline
from dpsim.core.words import GROUPS
from dpsim.model.chain import STATES, run_chain
from dpsim.model.population import Population, case_margins, synthesise
from dpsim.model.prior import PathSet, case_timeline, make_rush, path_law
from dpsim.model.state import Floats, Ints
from dpsim.params.schema import Case

STAGE_STATES = {
    "built": ("built", "built_connected", "online"),
    "connected": ("building_connected", "built_connected", "online"),
    "online": ("online",),
}


@dataclass(frozen=True)
class Steps:
    """The steps of a count path and where each date of interest ends."""

    begins: Floats
    ends: Floats
    refreshes: npt.NDArray[np.bool_]
    refresh_ends: Floats

    def at(self, time: float) -> int:
        """Return the step that ends at `time`."""
        return int(np.flatnonzero(np.isclose(self.ends, time))[0])


def count_paths(
    case: Case, paths: PathSet, *, seed: int, times: Sequence[float], split: str | None = None
) -> tuple[Ints, Steps]:
    """Run direct count paths.

    Parameters
    ----------
    case : Case
    paths : PathSet
    seed : int
    times : sequence of float
        Times (days) at whose end the states are wanted; the last one ends the run.
    split : str, optional
        Another reading of the benchmark split than the case's.

    Returns
    -------
    numpy.ndarray, Steps
        States of shape (R, steps, groups, len(STATES)) and the steps.
    """
    timeline = case_timeline(case)
    steps = make_steps(timeline, times)
    out = run_chain(
        seed,
        paths.replications,
        paths.start,
        paths.pace,
        paths.closes,
        paths.share,
        paths.shock,
        paths.rush_factor,
        paths.noise,
        path_law(case, timeline),
        make_rush(case, timeline, 1.0),
        initial_states(case, split),
        float(case.scenario.removals_per_year.value) / 365.0,
        steps.begins,
        steps.ends,
        steps.refreshes,
        steps.refresh_ends,
    )
    return out, steps


def make_steps(timeline: Timeline, times: Sequence[float]) -> Steps:
    """Return the steps between refreshes and the times of interest, up to the last of these."""
    last = max(times)
    refresh = [float(t) for t in timeline.refresh_times if t < last]
    edges = np.unique(np.array([*refresh, *[float(t) for t in times if t > 0.0]]))
    begins, ends = edges[:-1], edges[1:]
    is_refresh = np.isin(begins, refresh)
    following = np.array([*timeline.refresh_times[1:], float(timeline.days)])
    until = following[np.searchsorted(timeline.refresh_times, begins, side="right") - 1]
    return Steps(begins, ends, is_refresh, until)


def initial_states(case: Case, split: str | None = None) -> Ints:
    """Return the counts of the synthesised list by group and state, shape (groups, len(STATES))."""
    if split is not None:
        case = case.with_values({"scenario.benchmark_split": split})
    return population_states(synthesise(case_margins(case)))


def population_states(population: Population) -> Ints:
    """Return a list's counts by group and state."""
    b, c, o = population.built, population.connected, population.online
    state = np.select([o, b & c, b, population.building & c, population.building], [5, 4, 3, 2, 1], default=0)
    out = np.zeros((len(GROUPS), len(STATES)), dtype=np.int64)
    np.add.at(out, (population.group, state), 1)
    return out


def stage_total(states: Ints, stage: str, group: str) -> Ints:
    """Return how many of a group have reached a stage, from states of shape (..., groups, len(STATES))."""
    columns = [STATES.index(name) for name in STAGE_STATES[stage]]
    rows = list(range(len(GROUPS))) if group == "all" else [GROUPS.index(group)]
    return np.asarray(states[..., rows, :][..., columns].sum(axis=(-1, -2)))
