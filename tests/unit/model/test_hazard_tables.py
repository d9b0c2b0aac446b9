"""The tables of hazards: whatever room there is at first, and whichever way they are read, the same hazards live on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from dpsim.model.hazard_law import hazard_law
from dpsim.model.hazard_store import HazardStore
from dpsim.model.hazards import SITE, Hazard, Records, no_visits
from dpsim.params.load import load_case

N, WEEKS = 60, 30
FIELDS = ["ordinal", "state", "cycle", "wake", "level", "harm", "step", "due", "draws", "late", "marks"]


def made_sites() -> Records:
    """Return enterprises of very different size, every fifth off the list from the start."""
    rng = np.random.default_rng(8)
    sites = np.zeros(N, dtype=SITE)
    sites["entity"], sites["index"] = np.arange(1, N + 1), np.arange(N)
    sites["on_list"] = np.arange(N) % 5 != 4
    sites["report_factor"], sites["built_at"], sites["online_at"] = 1.0, np.inf, np.inf
    sites["intensity"] = rng.gamma(0.5, 1.0, size=(N, 1)) * [0.5, 0.05]
    sites["clock"], sites["phase"] = rng.exponential(size=(N, 2)), rng.random((N, 7)) * 7.0
    return sites


def lived(rooms: tuple[int, int], *, leaving: int = 13) -> tuple[Records, HazardStore]:
    """Return the enterprises and their hazards after `WEEKS` intervals; one of them leaves the list on the way."""
    sites, store = made_sites(), HazardStore(*rooms, 64)
    laws = hazard_law(load_case("linyi-2018"), 1, 0)
    for week in range(WEEKS):
        store.live(sites, 7.0 * week, 7.0 * (week + 1), laws, no_visits(N))
        if week == WEEKS // 2:
            store.drop(sites, leaving, 7.0 * (week + 1))
    return sites, store


def told(sites: Records, store: HazardStore) -> list[list[tuple[object, ...]]]:
    """Return each enterprise's hazards by ordinal."""
    return [sorted(h[FIELDS].tolist() for h in store.of(s)) for s in sites]


@pytest.fixture(scope="module")
def ample() -> tuple[Records, HazardStore]:
    return lived((40_000, 40_000))


@pytest.mark.parametrize("rooms", [(0, 0), (1, 1), (3, 500), (500, 3), (150, 150), (400, 700)])
def test_room_changes_nothing(rooms: tuple[int, int], ample: tuple[Records, HazardStore]) -> None:
    sites, store = lived(rooms)
    assert told(sites, store) == told(*ample)
    assert np.array_equal(store.ledger, ample[1].ledger)
    assert np.array_equal(store.census(sites), ample[1].census(ample[0]))
    assert told(sites, store) != told(*lived((40_000, 40_000), leaving=14)), "the check must see one other enterprise"


def taken(sites: Records, kind: int, size: int) -> npt.NDArray[np.int64]:
    """Return how many enterprises use each row of a table."""
    use = np.zeros(size, dtype=np.int64)
    for s in sites:
        assert s["held"][kind] == 0 or (s["row"][kind] >= 0 and s["row"][kind] + s["held"][kind] <= size)
        use[s["row"][kind] : s["row"][kind] + s["held"][kind]] += 1
    return use


@pytest.mark.parametrize("rooms", [(0, 0), (700, 900)])
def test_no_row_belongs_to_two(rooms: tuple[int, int]) -> None:
    sites, store = lived(rooms)
    for kind, rows in enumerate((store.stock.table, store.stock.hidden)):
        use = taken(sites, kind, rows.size)
        assert use.max() == 1 and use.sum() == sites["held"][:, kind].sum() > N
    crowded = sites.copy()
    crowded["row"][:, 0] -= np.arange(N) > 30  # a fault: blocks overlap by a row
    assert taken(crowded, 0, store.stock.table.size).max() == 2


def test_only_hazards_without_a_history_lie_apart() -> None:
    sites, store = lived((0, 0))
    assert (store.stock.table[taken(sites, 0, store.stock.table.size) == 1]["state"] != int(Hazard.GONE)).all()
    spent, low = sites["spent"], store.stock.hidden
    for s, mark in zip(sites, spent, strict=True):
        own = low[s["row"][1] : s["row"][1] + s["held"][1]]
        assert (own["level"] > mark[own["ordinal"] & 1]).all(), "one that has been found lies among the hidden"
