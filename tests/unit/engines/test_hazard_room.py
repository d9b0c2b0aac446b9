"""The rooms for hazards and their events grow with what one enterprise alone may need."""

from __future__ import annotations

import numpy as np

from dpsim.core.words import Kind
from dpsim.engines.world import make_world
from dpsim.experiments.replication import prepare, strategy_paths
from dpsim.model.hazard_store import HazardStore
from dpsim.params.load import load_case, load_strategy


def test_one_enterprise_may_need_more_room_than_the_rest_together() -> None:
    setting = prepare(load_case("linyi-2018"), load_strategy("current_arrangement"))
    world = make_world(setting, strategy_paths(setting, 1, np.array([0])), 0, seed=1)
    hazards = world.hazards
    assert hazards is not None
    hazards.store = HazardStore(8, 8, 20_000)
    hazards.sites["held"] = 0
    hazards.sites["intensity"] = 0.0
    hazards.sites["intensity"][5, 0] = 100.0
    hazards.live(7.0)
    born = hazards.store.ledger
    born = born[born["kind"] == int(Kind.BORN)]
    assert 550 < born.size < 850 and (born["index"] == 5).all(), f"{born.size} born where 700 are expected"
    assert hazards.store.book.ledger.size > 20_000, "the room has grown"
