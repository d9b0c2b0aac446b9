"""Methods 3.4-23 and 3.4-24 in whole runs: visits in the order of a predicted score, and what the top share is worth.

Each county visits each of its enterprises once, one after the other, as the engine deals its days.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from scipy.stats import gamma, mannwhitneyu
from test_engine_schedule import plain_case
from verification_tools import SEED, agrees, detects, z_mean

from dpsim.core.priorities import find_rate, longest_unvisited_score, predicted_score, visit_order
from dpsim.core.words import Kind
from dpsim.engines.world import World, make_setting, make_world
from dpsim.experiments.measured import run_world
from dpsim.experiments.replication import strategy_paths
from dpsim.model.targeting import days_earlier, targeting_gain
from dpsim.model.visits import Roster
from dpsim.params.faults import Origin
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case, Strategy

RUNS = 6
ONCE = {"staff.revisit_gap": 365.0, "hazards.arising.general": 6.0, "discovery.spot_check.general": 0.6}
"""Nobody twice, and hazards so rare that many a visit finds none."""


def only(plan: str) -> Strategy:
    """A strategy of one plan of visits, whole, with nothing beside it."""
    content = load_strategy("no_meetings").content()
    source = {"predicted_score": "risk_based", "double_random": "current_arrangement"}[plan]
    kept = [i for i in load_strategy(source).content()["instruments"] if i["instrument"] == plan]
    assert len(kept) == 1
    whole = {**kept[0], "share": {**kept[0]["share"], "value": 1.0, "range": (0.0, 1.0)}}
    whole = {key: value for key, value in whole.items() if key not in ("start", "end")}
    return Strategy.from_content({**content, "strategy": plan, "instruments": (whole,)}, Origin(plan))


def world_of(case: Case, plan: str, replication: int) -> World:
    strategy = only(plan)
    setting = make_setting(case, strategy, strategy, engine="compiled")
    return make_world(setting, strategy_paths(setting, SEED, np.array([replication])), 0, seed=SEED)


def first_scores(world: World, prior_visits: float) -> np.ndarray:
    """The predicted score of each enterprise on the as-of date, from finds and visits so far."""
    hazards = world.hazards
    assert hazards is not None
    sites, roster = hazards.sites, hazards.roster[0]
    mean = sites["finds"].sum() / max(1, sites["judged"].sum())
    rate = [find_rate(int(s["finds"]), int(s["judged"]), mean * prior_visits, prior_visits) for s in sites]
    days = [longest_unvisited_score(0, int(last)) for last in roster[:, Roster.LAST_VISIT]]
    return np.array([predicted_score(r) * d for r, d in zip(rate, days, strict=True)], dtype=np.int64)


class Round(NamedTuple):
    """One round of visits: county by county who was visited in what order, on which morning, and who violates."""

    order: list[np.ndarray]
    """Places within the county, in the order of visits."""
    morning: list[np.ndarray]
    """0, 1, ... of the working mornings."""
    violator: list[np.ndarray]
    score: list[np.ndarray]
    entity: list[np.ndarray]


@cache
def visited(plan: str, replication: int) -> Round:
    """Run a world whose enterprises were all visited last on one day, and four times before."""
    world = world_of(plain_case(**ONCE), plan, replication)
    hazards, state = world.hazards, world.state
    assert hazards is not None
    hazards.roster[:, :, Roster.LAST_VISIT] = -400
    hazards.sites["judged"] = 4
    score = first_scores(world, 4.0)
    run_world(world)
    rows = hazards.store.ledger[hazards.store.ledger["kind"] == int(Kind.VISIT)]
    rows = rows[np.argsort(rows["t"], kind="stable")]
    assert np.array_equal(np.sort(rows["index"]), np.arange(state.entity.size)), "everybody is visited once"
    found = np.zeros(state.entity.size, dtype=bool)
    found[rows["index"]] = rows["detail"] > 0
    out = Round([], [], [], [], [])
    for county in range(int(state.county.max()) + 1):
        members = np.flatnonzero(state.county == county)
        own = rows[state.county[rows["index"]] == county]
        out.order.append(np.searchsorted(members, own["index"]))
        out.morning.append(np.searchsorted(world.timeline.mornings, np.floor(own["t"]).astype(int)))
        out.violator.append(found[members])
        out.score.append(score[members])
        out.entity.append(state.entity[members])
    return out


def auc(rank: np.ndarray, violator: np.ndarray) -> float:
    """Chance that a violator comes before a non-violator; ranks have no ties."""
    pairs = violator.sum() * (~violator).sum()
    return float(mannwhitneyu(-rank[violator], -rank[~violator]).statistic / pairs)


def gains(plan: str) -> np.ndarray:
    """By run and county: mornings by which violators are found earlier, and what the score alone says, (k, 2)."""
    out = []
    for replication in range(RUNS):
        seen = visited(plan, replication)
        for order, morning, violator, score, entity in zip(*seen, strict=True):
            days = float(morning.max() + 1)
            rank = np.empty(order.size)
            rank[visit_order(score, entity)] = np.arange(order.size)
            said = targeting_gain(days, float(violator.mean()), auc(rank, violator))
            out.append([days_earlier(order, violator, days), said])
            on_mornings = morning.mean() - morning[violator[order]].mean()
            assert abs(on_mornings - out[-1][0]) < 1.0, "whole visits on whole mornings, no more"
    return np.array(out)


def test_risk_ordered_visits_find_violators_earlier_by_the_identity() -> None:
    """Days x (1 - prevalence) x (AUC - 1/2) of the score on the as-of date is what the engine's visits gain."""
    ordered, at_random = gains("predicted_score"), gains("double_random")
    assert ordered[:, 0] == pytest.approx(ordered[:, 1], rel=1e-9, abs=1e-9)
    print(f"risk order | gain {ordered[:, 0].mean():.1f} mornings, at random {at_random[:, 0].mean():+.1f}")
    assert z_mean(ordered[:, 0], 0.0) > 4.0, "the score of past finds is worth something"
    agrees("3.4-23 double random gains nothing", z_mean(at_random[:, 0], 0.0))
    detects("3.4-23 double random against the score", z_mean(at_random[:, 0] - at_random[:, 1], 0.0))
    without = [(g / (1.0 - v.mean())) for g, v in zip(ordered[:, 0], all_violators(), strict=True)]
    assert without != pytest.approx(ordered[:, 1], rel=0.05), "control: without the prevalence it fails"


def all_violators() -> list[np.ndarray]:
    return [v for r in range(RUNS) for v in visited("predicted_score", r).violator]


# ------------------------------------------------------------------------------------------- 3.4-24 the top share
SHAPE, TOP = 2.0, 0.2
RATE = 20.0
"""General hazards per enterprise and year."""


def gain_of_top(shape: float, top: float) -> float:
    """Hazards at the top share by intensity over those at as many at random, intensities Gamma(shape)."""
    return float(gamma.sf(gamma.ppf(1.0 - top, shape), shape + 1.0) / top)


def zs_top(shape: float) -> list[float]:
    """z of the hidden stock, and of finds at one visit each, in the top fifth over the mean, against Gamma(SHAPE)."""
    values = {
        **ONCE,
        "hazards.arising.general": RATE,
        "hazards.heterogeneity_shape": shape,
        "hazards.colour_ratio": 1.0,
    }
    expected, edge = gain_of_top(SHAPE, TOP), RATE / 365.0 * gamma.ppf(1.0 - TOP, SHAPE) / SHAPE
    stock, finds = [], []
    for replication in range(RUNS):
        world = world_of(plain_case(**{**ONCE, **values}), "double_random", replication)
        hazards = world.hazards
        assert hazards is not None
        weight = (hazards.sites["intensity"][:, 0] > edge) / TOP - expected
        stock.append(weight * hazards.stock[:, 0, 0])
        run_world(world)
        rows = hazards.store.ledger[hazards.store.ledger["kind"] == int(Kind.VISIT)]
        finds.append(weight * np.bincount(rows["index"], weights=rows["detail"], minlength=weight.size))
    return [z_mean(np.concatenate(stock), 0.0), z_mean(np.concatenate(finds), 0.0)]


def test_what_the_top_share_is_worth() -> None:
    assert gain_of_top(SHAPE, TOP) == pytest.approx(2.12, abs=0.005)
    agrees("3.4-24 stock and finds of the top fifth", *zs_top(SHAPE))
    even = zs_top(6.0)
    detects("3.4-24 intensities that differ less, stock", even[0])
    detects("3.4-24 intensities that differ less, finds", even[1])
