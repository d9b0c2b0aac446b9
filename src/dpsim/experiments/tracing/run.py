"""One replication with its log, and the world as it stood on its first morning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dpsim.core.words import Kind
from dpsim.engines.log import merged_log
from dpsim.engines.world import Setting, World, make_world
from dpsim.experiments.measured import run_world
from dpsim.experiments.replication import strategy_paths
from dpsim.model.hazard_stock import KNOWN
from dpsim.model.hazards import HAZARD, Records
from dpsim.model.state import Floats


@dataclass(frozen=True)
class TracedRun:
    """A replication that is over.

    Attributes
    ----------
    world : World
        As it is at the end.
    events : numpy.ndarray
        The whole log, in the order that counts.
    clocks : numpy.ndarray
        What the clocks held on the first morning, shape (n, TRACKS), unit exponentials.
    sites, known : numpy.ndarray
        Places and hazards with a history on the first morning; empty where hazards are not simulated.
    """

    world: World
    events: npt.NDArray[np.void]
    clocks: Floats
    sites: Records
    known: Records

    @property
    def setting(self) -> Setting:
        """What its experiment shares."""
        return self.world.setting

    def index_of(self, code: str) -> int:
        """Return the place of an enterprise on the list."""
        return self.setting.population.codes.index(code)

    def known_at(self, i: int) -> Records:
        """Return the hazards of an enterprise that had a history on the first morning."""
        if not self.sites.size:
            return self.known
        first = int(self.sites["row"][i, KNOWN])
        return self.known[first : first + int(self.sites["held"][i, KNOWN])]

    def of_kind(self, i: int, kind: Kind) -> npt.NDArray[np.void]:
        """Return the events of one kind of an enterprise."""
        return self.events[(self.events["index"] == i) & (self.events["kind"] == int(kind))]


def traced_run(setting: Setting, *, seed: int, replication: int) -> TracedRun:
    """Run one replication and keep every event of it."""
    world = make_world(setting, strategy_paths(setting, seed, np.array([replication])), 0, seed=seed)
    hazards, clocks = world.hazards, world.state.residual.copy()
    sites, known = np.zeros(0, dtype=HAZARD), np.zeros(0, dtype=HAZARD)
    if hazards is not None:
        sites, known = hazards.sites.copy(), hazards.store.stock.table.copy()
    outcome = run_world(world)
    events = outcome.events
    if hazards is not None:
        events = merged_log(events, hazards.store.ledger, world.state.entity)
    return TracedRun(world, events, clocks, sites, known)
