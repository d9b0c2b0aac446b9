"""300 random scenarios of at most 200 enterprises, each named by its number alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scenario_case import MOST, random_case
from scenario_dice import Dice
from scenario_strategy import random_strategy

from dpsim.core.streams import MAX_WORD
from dpsim.engines.world import Setting, World, make_world
from dpsim.experiments.replication import prepare, strategy_paths
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case, Strategy

COUNT = 300
__all__ = ["COUNT", "MOST", "Scenario", "full_size", "named", "scenario"]


@dataclass(frozen=True)
class Scenario:
    """One experiment and one of its replications."""

    name: str
    case: Case
    strategy: Strategy
    seed: int
    replication: int
    exempt: frozenset[str] = frozenset()
    twists: tuple[str, ...] = ()
    traced: bool = True
    """Whether a ledger is kept, or only what ensembles measure is counted."""

    @cached_property
    def setting(self) -> Setting:
        """What its replications share."""
        return prepare(self.case, self.strategy, exempt=self.exempt)

    def world(self) -> World:
        """Return the world before its first morning, made anew."""
        paths = strategy_paths(self.setting, self.seed, np.array([self.replication]))
        world = make_world(self.setting, paths, 0, seed=self.seed)
        if world.hazards is not None:
            timeline, cell = self.setting.timeline, world.state.county
            times = np.array([timeline.end_of(date) for date in timeline.weekly_dates])
            world.hazards.store.count(times, cell, int(cell.max()) + 1, trace=self.traced)
        return world

    def __str__(self) -> str:
        case, days = self.case, self.setting.timeline.days
        return (
            f"scenario {self.name}: {case.population.enterprises.value} enterprises, "
            f"{case.population.counties.value} counties, {days} days from {case.as_of}, strategy {self.strategy.id}, "
            f"seed {self.seed}, replication {self.replication}; {', '.join(self.twists) or 'no twist'}"
        )


def scenario(number: int) -> Scenario:
    """Return scenario `number`."""
    case, twists = random_case(number)
    dice = Dice(number, 80)
    seed, replication = (dice.pick((0, MAX_WORD, *(dice.whole(1, MAX_WORD - 1) for _ in range(8)))) for _ in range(2))
    code = f"{case.code_prefix}-{dice.whole(1, int(case.population.enterprises.value)):06d}"
    exempt = frozenset({code} if dice.chance(0.05) else ())
    traced = not dice.chance(0.15)
    return Scenario(str(number), case, random_strategy(number, case), seed, replication, exempt, twists, traced)


def full_size(case: str, strategy: str) -> Scenario:
    """Return a shipped case under a shipped strategy as they are."""
    return Scenario(f"{case}:{strategy}", load_case(case), load_strategy(strategy), seed=1, replication=0)


def named(name: str) -> Scenario:
    """Return a scenario by its name: a number, or CASE:STRATEGY at full size."""
    case, colon, strategy = name.partition(":")
    return full_size(case, strategy) if colon else scenario(int(name))
