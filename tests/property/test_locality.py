"""Locality: an enterprise that takes no part leaves all others untouched, where no feedback joins them.

Feedbacks are the path (the pace of a gap is shared among those at risk), the queues of agencies and assessors, and
the ranking notice (of the reference arrangement too, which every strategy is held against). All are switched off
here: constant intensities per member, nobody with an agency and more assessor teams than enterprises, notices of no
effect. What may then still differ is the number of the free team that an assessment gets (`actor`), which changes
nothing else, and the size written of a notice; they are left out of the comparison.
"""

from __future__ import annotations

import numpy as np
import pytest
from property_runs import forced, make_run, queueless, small

from dpsim.core.words import Kind
from dpsim.engines.simpy_engine import Outcome, run
from dpsim.engines.world import Setting
from dpsim.experiments.replication import prepare
from dpsim.model.paths import Pace
from dpsim.model.state import Col
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case

COMPARED = ["t", "phase", "entity", "ordinal", "kind", "channel", "value", "index"]
SEED = 23


def unjoined(case: Case) -> Case:
    """Return a case in which neither queues nor notices join the enterprises."""
    return forced(queueless(case), {"attention.notice_effect": 0.0})


def logged(setting: Setting, replication: int, pace: Pace | None) -> Outcome:
    return run(make_run(setting, replication, seed=SEED, pace=pace, speed=2.0 if pace else 1.0))


def others(outcome: Outcome, entity: int) -> list[tuple[object, ...]]:
    events = outcome.events[(outcome.events["entity"] != entity) & (outcome.events["kind"] != int(Kind.NOTICE))]
    return [tuple(row) for row in events[COMPARED].tolist()]


def differing(case: Case, strategy: str, codes: list[str], *, pace: Pace | None, replication: int = 0) -> list[str]:
    """Return the exempt enterprises whose absence changes the log of somebody else."""
    base_setting = prepare(case, load_strategy(strategy))
    base, population = logged(base_setting, replication, pace), base_setting.population
    changed = []
    for code in codes:
        entity = int(population.entity[population.codes.index(code)])
        exempt = logged(prepare(case, load_strategy(strategy), exempt=frozenset({code})), replication, pace)
        assert not (exempt.events["entity"] == entity).any(), f"{code} is exempt and yet acts"
        if others(exempt, entity) != others(base, entity):
            changed.append(code)
    return changed


def busiest(case: Case, strategy: str, pace: Pace | None, count: int) -> list[str]:
    """Return the codes of the enterprises with most events, of different kinds of lives."""
    setting = prepare(case, load_strategy(strategy))
    events = logged(setting, 0, pace).events
    index, times = np.unique(events["index"][events["index"] >= 0], return_counts=True)
    return [setting.population.codes[i] for i in index[np.argsort(-times, kind="stable")][:count]]


def test_an_exempt_enterprise_touches_nobody(linyi: Case) -> None:
    case = unjoined(linyi)
    codes = busiest(case, "past_pace", Pace.CONSTANT, 8)
    assert differing(case, "past_pace", codes, pace=Pace.CONSTANT) == [], "an absence is felt although nothing joins"


def test_in_a_small_list_none_of_all_touches_another(linyi: Case) -> None:
    case = unjoined(small(linyi))
    codes = list(prepare(case, load_strategy("past_pace")).population.codes)
    assert len(codes) == 40
    for strategy in ("past_pace", "current_arrangement"):
        assert differing(case, strategy, codes, pace=Pace.CONSTANT) == [], strategy


def test_shared_paths_are_noticed(linyi: Case) -> None:
    case = unjoined(linyi)
    codes = busiest(case, "past_pace", None, 3)
    assert differing(case, "past_pace", codes, pace=None) == codes, "with a shared pace everybody feels an absence"


def test_a_queue_is_noticed(linyi: Case) -> None:
    """One team of assessors: whoever is absent lets the others move up."""
    case = forced(unjoined(linyi), {"assessors.teams": 1, "assessors.service_mean": 5})
    codes = busiest(case, "past_pace", Pace.CONSTANT, 8)
    assert differing(case, "past_pace", codes, pace=Pace.CONSTANT), "a queue joins those who wait"


def test_a_ranking_notice_is_noticed(linyi: Case) -> None:
    """A notice weighs each county against the city: held against a reference without it, absence is felt."""
    case = forced(queueless(small(linyi)), {"attention.notice_effect": 0.3}).with_values(
        {"default_strategy": "past_pace"}
    )
    codes = list(prepare(case, load_strategy("no_meetings")).population.codes)
    felt = differing(case, "no_meetings", codes, pace=Pace.CONSTANT)
    assert felt, "the notice joins the enterprises"


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_settings_do_what_the_others_rely_on(linyi: Case, share: float) -> None:
    case = forced(queueless(linyi), {"agencies.user_share": share})
    world = make_run(prepare(case, load_strategy("past_pace")), 0, seed=SEED, pace=Pace.CONSTANT, speed=2.0)
    assert (world.state.status[:, Col.AGENCY_USER] == share).all()
    outcome = run(world)
    assert (outcome.queue[:, -1] == 0).all(), "no assessment ever waits"
    kinds = {Kind(kind) for kind in np.unique(outcome.events["kind"])}
    assert {Kind.STARTED, Kind.BUILT, Kind.CONNECTED, Kind.ONLINE, Kind.ENTERED, Kind.ASSESSED} <= kinds
    assert (Kind.READY in kinds) == bool(share)
