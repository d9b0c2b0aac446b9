"""Budgets of public money, and willingness: no yuan beyond a budget, as many hand-overs as it pays, engines alike."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

import numpy as np
import pytest
from compare_engines import SECOND, compare, finished
from random_scenarios import Scenario, scenario
from scenario_dice import Dice

from dpsim.core.funds import NO_BUDGET, Purse, affords
from dpsim.core.words import Channel, Kind
from dpsim.engines import simpy_engine
from dpsim.engines.outcome import Outcome
from dpsim.engines.world import World
from dpsim.model.organisations import is_willing
from dpsim.params.faults import Origin
from dpsim.params.load import load_case, load_strategy
from dpsim.params.schema import Case, Strategy
from dpsim.strategies import third_party_capacity, third_party_subsidy

CAPACITY, SUBSIDY = "third_party_capacity", "third_party_subsidy"
COST = 33_300.0
"""Of a hand-over in the shipped strategy."""
SCENARIOS = range(0, 300, 4)


def limited(name: str, **settings: float) -> Strategy:
    """Return the shipped strategy of an instrument with some of its settings given."""
    content = load_strategy(name).content()
    items = [dict(item) for item in content["instruments"]]
    mine = next(item for item in items if item["instrument"] == name)
    units = {"budget": "yuan", "willing_share": "share", "added_share": "share", "cost_per_enterprise": "yuan"}
    reason = {"zh": "试验", "en": "test"}
    for key, value in settings.items():
        mine[key] = {"value": value, "unit": units[key], "range": (value, value), "grade": "assumed", "reason": reason}
    return Strategy.from_content({**content, "instruments": tuple(items)}, Origin(name))


@pytest.fixture(scope="module")
def short_of_builders() -> Case:
    """Linyi with so few builders that many wait."""
    values = {"agencies.headroom": 0.2, "agencies.user_share": 0.8}
    return load_case("linyi-2018").with_values({**values, **{f"{key}.range": [0.1, 1.0] for key in values}})


def run(case: Case, strategy: Strategy) -> tuple[World, Outcome]:
    done = finished(Scenario("funds", case, strategy, seed=3, replication=0), SECOND)
    return done.world, done.outcome


def by_added(world: World, outcome: Outcome) -> np.ndarray:
    """Return the enterprises that added builders handed over."""
    built = outcome.events[(outcome.events["kind"] == Kind.BUILT) & (outcome.events["channel"] == Channel.AGENCY)]
    base = np.array([bench.base for bench in world.agencies])
    return np.asarray(built["index"][built["actor"] >= base[world.state.sector[built["index"]]]])


# ------------------------------------------------------------------------------------------------------ the law
def budgets_of(world: World) -> dict[Purse, float]:
    """Return the largest budget of each purse over the windows of its instrument under the strategy."""
    most = dict.fromkeys(Purse, 0.0)
    for lever in world.setting.levers[0]:
        if lever.module is third_party_capacity:
            most[Purse.HAND_OVERS] = max(most[Purse.HAND_OVERS], lever.parameters[2])
        elif lever.module is third_party_subsidy:
            most[Purse.SUBSIDY] = max(most[Purse.SUBSIDY], lever.parameters[6])
    return most


def overspent(world: World, outcome: Outcome, budgets: dict[Purse, float]) -> list[Purse]:
    """Return the purses from which more was taken than their budget."""
    return [purse for purse, budget in budgets.items() if outcome.purse[0, purse] > budget]


def scenes(case: Case) -> Iterator[Scenario]:
    """Yield random scenarios, and this case under random prices, budgets, shares."""
    yield from map(scenario, SCENARIOS)
    for number in range(12):
        dice = Dice(number, 90)
        cost, share = dice.between(500.0, 50_000.0), dice.between(0.1, 3.0)
        settings = {"cost_per_enterprise": cost, "added_share": share, "budget": dice.between(0.0, 40.0) * cost}
        if dice.chance(0.5):
            settings["willing_share"] = dice.between(0.2, 1.0)
        yield Scenario(f"funds {number}", case, limited(CAPACITY, **settings), seed=number, replication=0)


def test_no_yuan_beyond_a_budget_in_random_scenarios(short_of_builders: Case) -> None:
    """Windows, prices, budgets and lists as they come; at the end as at every earlier time, for money only goes out."""
    bound = dict.fromkeys(Purse, 0)
    for scene in scenes(short_of_builders):
        done = finished(scene, SECOND)
        budgets = budgets_of(done.world)
        assert overspent(done.world, done.outcome, budgets) == [], scene
        for purse in Purse:
            bound[purse] += int(done.outcome.purse[0, purse] > 0.0 and budgets[purse] < NO_BUDGET)
        assert (done.outcome.purse >= 0.0).all()
        total = done.outcome.spent[:, 1].sum()
        assert done.outcome.purse[0].sum() <= total * (1 + 1e-12), "what a budget pays is part of all that is paid"
    assert min(bound.values()) >= 3, f"the law must have something to hold: {bound}"


def test_without_the_check_a_budget_is_overspent(short_of_builders: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scenario("funds", short_of_builders, limited(CAPACITY, budget=10 * COST), seed=3, replication=0)
    done = finished(scene, simpy_engine.run)
    assert overspent(done.world, done.outcome, budgets_of(done.world)) == []
    monkeypatch.setattr(simpy_engine, "affords", lambda spent, price, budget: True)
    spoilt = finished(scene, simpy_engine.run)
    assert overspent(spoilt.world, spoilt.outcome, budgets_of(spoilt.world)) == [Purse.HAND_OVERS], (
        "control: hand-overs of one morning that nobody counts"
    )
    free, outcome = run(short_of_builders, load_strategy(SUBSIDY))
    assert overspent(free, outcome, {Purse.SUBSIDY: 5e5}) == [Purse.SUBSIDY], "control: no budget is set"


# -------------------------------------------------------------------------------------------------- closed forms
@pytest.mark.parametrize("jobs", [0, 1, 7, 20])
@pytest.mark.parametrize("rest", [0.0, 33_299.0])
def test_a_budget_pays_so_many_hand_overs_and_no_more(short_of_builders: Case, jobs: int, rest: float) -> None:
    """floor(B / c) of them, where more than that are wanted."""
    budget = jobs * COST + rest
    world, outcome = run(short_of_builders, limited(CAPACITY, budget=budget))
    served = by_added(world, outcome)
    assert served.size == math.floor(budget / COST) == jobs
    assert outcome.purse[0, Purse.HAND_OVERS] == jobs * COST == outcome.spent[:, 1].sum()
    without = by_added(*run(short_of_builders, load_strategy(CAPACITY)))
    assert without.size > 30 > jobs, "control: without a budget many more are served"
    assert by_added(*run(short_of_builders, limited(CAPACITY, budget=budget + COST))).size == jobs + 1


def test_a_budget_that_does_not_bind_changes_nothing(short_of_builders: Case) -> None:
    plain = run(short_of_builders, load_strategy(CAPACITY))[1]
    for settings in ({"budget": 1e9}, {"willing_share": 1.0}, {"budget": 1e9, "willing_share": 1.0}):
        other = run(short_of_builders, limited(CAPACITY, **settings))[1]
        assert plain.events.tobytes() == other.events.tobytes() and np.array_equal(plain.purse, other.purse)
    bound = run(short_of_builders, limited(CAPACITY, budget=COST))[1]
    assert plain.events.tobytes() != bound.events.tobytes(), "control: one that binds does"


def test_a_subsidy_ends_with_its_money(short_of_builders: Case) -> None:
    """floor(B / (share x yearly cost / 250 x list)) mornings, and what it gives is gone with the next weekly report."""
    morning = 0.4 * 5000.0 / 250.0 * 1748
    for mornings in (0, 12, 30):
        world, outcome = run(short_of_builders, limited(SUBSIDY, budget=(mornings + 0.5) * morning))
        assert int(np.count_nonzero(outcome.spent[:, 1])) == mornings
        assert outcome.purse[0, Purse.SUBSIDY] == pytest.approx(mornings * morning)
        assert world.hazards is not None and world.hazards.laws[0]["served"] == 0.0
    world, outcome = run(short_of_builders, load_strategy(SUBSIDY))
    assert world.hazards is not None and world.hazards.laws[0]["served"] == 0.4, "control: without a budget it goes on"
    assert np.count_nonzero(outcome.spent[:, 1]) > 70


def test_what_was_spent_before_counts_for_a_later_window(short_of_builders: Case) -> None:
    """A budget is of the money since the as-of date: 5 hand-overs, then 8 in all, then no more for a smaller one."""
    content = limited(CAPACITY, budget=5 * COST).content()
    items = list(content["instruments"])
    place = next(k for k, item in enumerate(items) if item["instrument"] == CAPACITY)
    first = {**items[place], "end": dt.date(2018, 10, 31)}

    def then(jobs: int) -> int:
        money = {**first["budget"], "value": jobs * COST, "range": (jobs * COST, jobs * COST)}
        later = {**first, "start": dt.date(2018, 11, 1), "end": dt.date(2018, 12, 31), "budget": money}
        windows = (*items[:place], first, later, *items[place + 1 :])
        strategy = Strategy.from_content({**content, "instruments": windows}, Origin("two windows"))
        return int(by_added(*run(short_of_builders, strategy)).size)

    assert [then(3), then(8)] == [5, 8], "control: counted anew it would be 8 and 13"


def test_a_price_is_paid_in_full_or_not_at_all() -> None:
    assert affords(100.0, 50.0, 150.0) and not affords(100.0, 50.0, 149.0)
    assert affords(0.0, 0.0, 0.0) and affords(1e12, 1e9, NO_BUDGET)


# -------------------------------------------------------------------------------------------------- willingness
def test_added_builders_serve_only_who_is_willing(short_of_builders: Case) -> None:
    def willing(world: World, share: float) -> np.ndarray:
        return np.array([is_willing(draw, share) for draw in world.reluctance])

    world, outcome = run(short_of_builders, limited(CAPACITY, willing_share=0.3))
    served = by_added(world, outcome)
    assert served.size > 10 and willing(world, 0.3)[served].all()
    everybody = by_added(*run(short_of_builders, load_strategy(CAPACITY)))
    assert not willing(world, 0.3)[everybody].all(), "control: all are served where all are willing"
    assert by_added(*run(short_of_builders, limited(CAPACITY, willing_share=0.0))).size == 0, "nobody is willing"
    some, most = willing(world, 0.3), willing(world, 0.7)
    assert (some <= most).all() and some.any() and not most.all(), "the willing of a smaller share are among the others"
    n = some.size
    for share, chosen in ((0.3, some), (0.7, most)):
        assert abs(chosen.sum() - n * share) < 4 * math.sqrt(n * share * (1 - share))
    assert abs(some.sum() - n * 0.4) > 4 * math.sqrt(n * 0.24), "control: another share would be noticed"
    waits = {share: run(short_of_builders, limited(CAPACITY, willing_share=share))[1] for share in (0.0, 0.3)}
    assert waits[0.3].queue[:, :-1].sum() < waits[0.0].queue[:, :-1].sum(), "who is willing waits less"


# ------------------------------------------------------------------------------------------------- both engines
@pytest.mark.parametrize(
    ("name", "settings"),
    [
        (CAPACITY, {"budget": 12.5 * COST}),
        (CAPACITY, {"willing_share": 0.4}),
        (CAPACITY, {"budget": 9 * COST, "willing_share": 0.4}),
        (SUBSIDY, {"budget": 3e5}),
    ],
)
def test_both_engines_spend_the_same(short_of_builders: Case, name: str, settings: dict[str, float]) -> None:
    scene = Scenario("funds", short_of_builders, limited(name, **settings), seed=3, replication=0)
    done = compare(scene, simpy_engine.run, SECOND)
    assert done.outcome.purse[0].sum() > 0.0
    plain = finished(Scenario("plain", short_of_builders, load_strategy(name), seed=3, replication=0), SECOND)
    assert plain.log.tobytes() != done.log.tobytes(), "control: the limit binds"
