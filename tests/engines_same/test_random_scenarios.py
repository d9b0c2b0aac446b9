"""The random scenarios are what they are said to be: small, allowed, reproducible, and different from each other."""

from __future__ import annotations

from random_scenarios import COUNT, MOST, Scenario, full_size, named, scenario

from dpsim.core.expect import Expect
from dpsim.params.hazard_rules import PLANS
from dpsim.params.load import list_cases, list_strategies
from dpsim.strategies import instruments

ALL: list[Scenario] = [scenario(number) for number in range(COUNT)]


def test_each_has_days_of_every_kind() -> None:
    for each in ALL:
        line = each.setting.timeline
        assert 1 <= int(each.case.population.enterprises.value) <= MOST == 200, each
        assert 30 <= line.days <= 120 and line.mornings.size >= 10, each
        free = [day for day in range(line.days) if not line.working[day] and line.date(day).weekday() < 5]
        assert free and line.refresh_times.size >= 4, each
        assert any(0 < line.end_of(date) < line.days for date in line.deadlines), each


def test_the_same_number_is_the_same_scenario() -> None:
    for number in (0, 7, 150, COUNT - 1):
        again, before = named(str(number)), ALL[number]
        assert (again.case.digest, again.strategy.digest) == (before.case.digest, before.strategy.digest)
        assert (again.seed, again.replication, again.exempt) == (before.seed, before.replication, before.exempt)
    assert len({(each.case.digest, each.strategy.digest, each.seed) for each in ALL}) == COUNT, "none stands twice"


def test_a_full_size_scenario_is_the_shipped_pair() -> None:
    case, strategy = list_cases()[0], list_strategies()[0]
    pair = named(f"{case}:{strategy}")
    assert pair == full_size(case, strategy) and pair.case.id == case and pair.strategy.id == strategy


def test_shipped_strategies_and_instruments_all_take_part() -> None:
    shipped = {each.strategy.id for each in ALL} & set(list_strategies())
    assert shipped == set(list_strategies()), "every shipped strategy, found by itself"
    made = [each.strategy for each in ALL if each.strategy.id.startswith("test_")]
    assert 150 < len(made) < 250
    values: dict[tuple[str, str], set[float]] = {}
    for item in (item for strategy in made for item in strategy.instruments):
        for key, quantity in item.named().items():
            values.setdefault((item.instrument, key), set()).add(float(quantity.value))
    settings = {(name, key): setting.expect for name, module in instruments().items()
                for key, setting in module.SETTINGS.items()}  # fmt: skip
    assert set(values) == set(settings)
    for (name, key), seen in values.items():
        expect: Expect = settings[name, key]
        assert all(expect.admits(value) for value in seen)
        assert len(seen) >= (3 if expect.whole else 30), f"{name}.{key} takes {len(seen)} values only"
    assert {item.instrument for strategy in made for item in strategy.instruments} >= PLANS
    twice = [strategy for strategy in made
             if len({item.instrument for item in strategy.instruments}) < len(strategy.instruments)]  # fmt: skip
    assert len(twice) > 50, "one instrument in two windows"
    bases = {each.case.default_strategy for each in ALL}
    assert bases == set(list_strategies()), "every strategy is the reference of some"
