"""Methods 3.6: with a superset of visits nothing is found later and no accident is added, path by path.

Keyed thresholds make this exact: visits of one list are all in the other, hazards and their luck are the same, nothing
comes back, nothing else reacts to visits. Moved visits are no superset, and there it fails.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hazard_tools import (
    EXPERT,
    LOOK_BACK,
    OVERSIGHT,
    SEED,
    SELF_CHECK,
    SPOT_CHECK,
    WORKER,
    Lab,
    make_lab,
    make_law,
    names,
    periods,
    spends,
    visits_at,
)

from dpsim.core.words import Kind
from dpsim.model.hazards import Records, Visits

N, REPLICATIONS, DAYS = 40, 10, 160.0
"""400 pairs of paths: enterprises x replications."""
ROUNDING = 1e-9
"""Days: a threshold spent in more pieces ends at the same time but for rounding."""


def law(replication: int) -> Records:
    """Self-checks, workers, oversight and visits of two kinds find; accidents happen until repaired."""
    chances = {SELF_CHECK: 0.15, EXPERT: 0.5, SPOT_CHECK: (0.3, 0.2), OVERSIGHT: 0.4, LOOK_BACK: 0.8}
    return make_law(
        replication=replication,
        spend=spends({**chances, WORKER: 0.01}),
        period=periods({SELF_CHECK: 30.0, OVERSIGHT: 70.0}),
        harm=(0.01, 0.03),
        open_harm=(1.0, 0.5),
        rectify=8.0,
        accept=2.0,
        accepted=0.8,
        limit=15.0,
    )


def lived(replication: int, visits: Visits) -> Lab:
    lab = make_lab(N, law(replication), (0.15, 0.03), luck=replication)
    lab.live(DAYS, visits)
    return lab


def first_found(lab: Lab) -> dict[int, float]:
    rows = lab.events(Kind.FOUND)
    return dict(zip(names(rows).tolist(), rows["t"].tolist(), strict=True))


def accidents(lab: Lab) -> dict[int, float]:
    rows = lab.events(Kind.ACCIDENT)
    return dict(zip(names(rows).tolist(), rows["t"].tolist(), strict=True))


def worse(base: Lab, more: Lab) -> tuple[int, int]:
    """Return how many hazards are found later, and how many have an accident that they had not or had later."""
    a, b = first_found(base), first_found(more)
    struck, struck_more = accidents(base), accidents(more)
    later = sum(b.get(name, math.inf) > t + ROUNDING for name, t in a.items())
    added = sum(struck.get(name, math.inf) > t + ROUNDING for name, t in struck_more.items())
    return later, added


def regular(phase: np.ndarray, period: float) -> tuple[np.ndarray, np.ndarray]:
    times = phase[:, None] * period + period * np.arange(int(DAYS / period) + 1)
    index, number = np.nonzero(times < DAYS)
    return index, times[index, number]


def twice_as_often(replication: int) -> tuple[Visits, Visits]:
    """Every 8 days, and every 4 with the same phases."""
    phase = np.random.default_rng(100 + replication).random(N)
    index, time = regular(phase, 8.0)
    between = time + 4.0 < DAYS
    both = np.concatenate([index, index[between]]), np.concatenate([time, time[between] + 4.0])
    return visits_at(index, time, N), visits_at(*both, N)


def random_superset(replication: int) -> tuple[Visits, Visits]:
    """Random visits of two channels and qualities, and as many more at random."""
    rng = np.random.default_rng(200 + replication)
    m = 12 * N
    index, time = rng.integers(0, N, 2 * m), rng.uniform(0.0, DAYS, 2 * m)
    channel, quality = rng.choice([SPOT_CHECK, EXPERT], 2 * m), rng.uniform(0.3, 2.0, 2 * m)
    few, all_ = (visits_at(index[:k], time[:k], N, channel=channel[:k], quality=quality[:k]) for k in (m, 2 * m))
    return few, all_


def week_by_week(replication: int, visits: Visits) -> Lab:
    """The same law and hazards; levels are carried from one weekly interval to the next."""
    lab, index = (
        make_lab(N, law(replication), (0.15, 0.03), luck=replication),
        np.repeat(np.arange(N), np.diff(visits.first)),
    )
    for until in np.append(np.arange(7.0, DAYS, 7.0), DAYS):
        now = (visits.time >= lab.lived) & (visits.time < until)
        channel, quality = visits.channel[now], visits.quality[now]
        lab.live(float(until), visits_at(index[now], visits.time[now], N, channel=channel, quality=quality))
    return lab


def test_week_by_week_it_is_the_same() -> None:
    """Nothing is later, and each list of visits tells the story of one long interval but for rounding."""
    for replication in range(3):
        few, many = (week_by_week(replication, visits) for visits in random_superset(replication))
        assert worse(few, many) == (0, 0) and worse(many, few)[0] > 20
        whole, told = first_found(lived(replication, random_superset(replication)[1])), first_found(many)
        assert whole.keys() == told.keys() and max(abs(whole[name] - told[name]) for name in whole) < ROUNDING


@pytest.mark.parametrize("pair", [twice_as_often, random_superset])
def test_with_more_visits_nothing_is_later_and_no_accident_more(pair: object) -> None:
    earlier = fewer = hazards = 0
    for replication in range(REPLICATIONS):
        few, many = (lived(replication, visits) for visits in pair(replication))  # type: ignore[operator]
        later, added = worse(few, many)
        assert (later, added) == (0, 0), f"replication {replication}: {later} later, {added} accidents more"
        a, b = first_found(few), first_found(many)
        assert few.per_site(Kind.BORN).tolist() == many.per_site(Kind.BORN).tolist(), "the same hazards arise"
        hazards += few.ledger.size
        earlier += sum(b[name] < t for name, t in a.items())
        fewer += len(accidents(few)) - len(accidents(many))
        for t in np.linspace(5.0, DAYS, 32):
            found = [
                np.bincount(x.events(Kind.FOUND)["index"][x.events(Kind.FOUND)["t"] <= t], minlength=N)
                for x in (few, many)
            ]
            assert (found[1] >= found[0]).all(), f"cumulative finds of an enterprise fall behind by day {t:.0f}"
    assert earlier > 500 and fewer > 50, "more visits find earlier and save accidents in many paths"


def test_moved_visits_are_no_superset() -> None:
    """Every 7 days instead of every 8 is better on average and worse for some."""
    later = added = 0
    saved = 0
    for replication in range(REPLICATIONS):
        phase = np.random.default_rng(100 + replication).random(N)
        eight, seven = (lived(replication, visits_at(*regular(phase, period), N)) for period in (8.0, 7.0))
        more = worse(eight, seven)
        later, added = later + more[0], added + more[1]
        saved += len(accidents(eight)) - len(accidents(seven))
    assert later > 100 and added > 0, "the check sees hazards found later and accidents added"
    assert saved > -50


def test_another_run_is_noticed() -> None:
    few, _ = (lived(0, visits) for visits in twice_as_often(0))
    other = lived(1, twice_as_often(0)[1])
    assert worse(few, other)[0] > 100, "without common luck many are found later"
    assert SEED > 0
