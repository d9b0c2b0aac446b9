"""Assumed counts at the ends of their ranges: what moves with them, and where they stop."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from dpsim import load_case
from dpsim.forecast.along import COUNTS, furthest, loose, moved, taken_along
from dpsim.forecast.sensitivity import left_out, sensitivity
from dpsim.params.load import list_cases


def test_a_count_that_holds_together_moves_alone() -> None:
    case = load_case("chancheng-2013")
    fewer = moved(case, "state.online", 61000).quantities()
    assert fewer["state.online"].value == 61000
    assert all(fewer[key].value == case.quantities()[key].value for key in COUNTS if key != "state.online")


def test_what_contradicts_it_is_taken_along() -> None:
    case = load_case("chancheng-2013")
    assert taken_along(case, "state.online", 67000) == {
        "state.built": 67000, "state.connected": 67000, "state.online": 67000,
    }  # fmt: skip
    all_built = taken_along(case, "state.built", 70000)
    assert all_built == {"state.built": 70000, "state.building": 0}, "control: online need not move"


def test_it_stops_where_others_cannot_follow() -> None:
    case = load_case("chancheng-2013")  # accounts are said to be 67 500 at the most, entries 68 000
    assert furthest(case, "state.online", 68000) == 67350
    assert furthest(case, "state.online", 61000) == 61000, "control"


def test_counties_follow_the_least_far_first() -> None:
    case = load_case("qixian-2023")
    none, most = (moved(case, "state.online", count).population.county_list.rows for count in (65, 151))
    assert [row.online for row in none] == [0, 65], "those whose count is printed keep it"
    assert [row.online for row in most] == [86, 65] and [row.connected for row in most] == [86, 65]


def test_a_known_count_does_not_move() -> None:
    case = load_case("linyi-2018")
    assert loose(case) == ["state.building", "state.connected"]
    value, found = case.state.connected.value, furthest(case, "state.connected", 600)
    assert 689 <= found <= 689 + (value - 600) / 20 < value, "no fewer connected than are reported online"


@pytest.mark.parametrize("name", list_cases())
def test_every_assumed_count_with_a_range_is_in_the_table(name: str) -> None:
    case = load_case(name)
    with ThreadPoolExecutor(1) as pool:
        frame = sensitivity(case, seed=1, draws=20, pool=pool)
    known = case.quantities()
    wide = [key for key in COUNTS if known[key].assumed and known[key].low != known[key].high]
    assert set(wide) <= set(frame["key"]) and left_out(case, frame) == []
    assert left_out(case, frame[frame["key"] != "state.connected"]) == ["state.connected"], "control"
