"""A scaled list has the shares of the case it comes from, at any length."""

from __future__ import annotations

import pytest
from scaled import MOST_COUNTIES, scaled_case

from dpsim import load_case
from dpsim.errors import FileFaults
from dpsim.model.population import case_margins, synthesise


def test_at_its_own_length_nothing_changes() -> None:
    case, same = load_case("linyi-2018"), scaled_case(1_748)
    assert case_margins(same) == case_margins(case)
    assert same.assessors.teams.value == case.assessors.teams.value


@pytest.mark.parametrize("enterprises", [300, 20_000, 500_000])
def test_counts_grow_with_the_list(enterprises: int) -> None:
    case, scaled = load_case("linyi-2018"), scaled_case(enterprises)
    factor = enterprises / 1_748
    assert scaled.population.enterprises.value == enterprises
    for name in ("built", "online", "passed", "building", "connected", "assessed"):
        count = getattr(case.state, name).value
        assert 0 <= factor * count - getattr(scaled.state, name).value < 1, name
    counties = min(MOST_COUNTIES, round(13 * factor))
    assert scaled.population.counties.value == counties
    assert abs(scaled.assessors.teams.value - 12 * factor) <= 0.5
    assert scaled.staff == case.staff, "a county keeps its staff"


def test_the_list_of_a_scaled_case_meets_its_counts() -> None:
    scaled = scaled_case(5_000)
    people = synthesise(case_margins(scaled))
    assert people.entity.size == 5_000 and people.built.sum() == scaled.state.built.value
    assert people.online.sum() == scaled.state.online.value


def test_a_list_beyond_what_a_case_may_hold_is_refused() -> None:
    with pytest.raises(FileFaults, match=r"population\.enterprises\.value"):
        scaled_case(1_000_001)
