"""The counts of a case's counties: what is wrong with them is found, and the list meets them in every county."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dpsim.errors import FileFaults
from dpsim.model.population import Population, case_margins, synthesise
from dpsim.params.faults import Origin
from dpsim.params.load import load_case
from dpsim.params.schema import Case

Content = dict[str, Any]
Edit = Callable[[Content], Content]
TIERS, SECTORS = (
    ("benchmark_provincial", "benchmark_municipal", "benchmark_county"),
    ("mines", "chemicals", "industry_trade"),
)
STAGES = ("building", "built", "connected", "online", "assessed", "passed")
SHARES = (0.41, 0.0, 0.33, 0.26)
"""Four counties, one of them empty."""


def split(total: int) -> list[int]:
    """Return a count of Linyi by county."""
    first = [int(total * share) for share in SHARES]
    return [total - sum(first[1:]), *first[1:]]


def with_counties(*columns: str, building: int | None = None) -> Content:
    """Return Linyi with made-up counts of its counties in some columns."""
    content = load_case("linyi-2018").content()
    population, state = content["population"], content["state"]
    counts = {"enterprises": population["enterprises"]["value"]} | {key: state[key]["value"] for key in STAGES}
    counts |= {key: population["tiers"][key]["value"] for key in TIERS}
    mines, chemicals = round(0.1 * 1748), round(0.2 * 1748)
    if "mines" in columns:
        sectors = {"mines": mines, "chemicals": chemicals, "industry_trade": 1748 - mines - chemicals}
        counts |= sectors
        population["sectors"] = {key: {**population["sectors"][key], "value": sectors[key] / 1748} for key in SECTORS}
    by = {key: split(counts[key]) for key in ("enterprises", *columns)}
    if "mines" in columns:
        by["industry_trade"] = [
            n - a - b for n, a, b in zip(by["enterprises"], by["mines"], by["chemicals"], strict=True)
        ]
    rows = tuple({"name": f"c{k}", **{key: by[key][k] for key in by}} for k in range(4))
    listed = {"rows": rows, "source": "LY02", "grade": "seed"}
    counties = {**population["counties"], "value": 4, "range": (4, 4)}
    content["population"] = {**population, "county_list": listed, "counties": counties, "county_names_published": True}
    if building is not None:
        content["state"] = {**state, "building": {**state["building"], "value": building, "range": (0, 1748)}}
    return content


def made(content: Content) -> Case:
    return Case.from_content(content, Origin("c.yaml"))


def messages(content: Content) -> set[tuple[str, str]]:
    """Return message and key of every fault."""
    with pytest.raises(FileFaults) as caught:
        made(content)
    for fault in caught.value.faults:
        assert fault.text("zh") != fault.text("en")
    return {(fault.message.removeprefix("params."), str(fault.values["key"])) for fault in caught.value.faults}


def row(content: Content, k: int, **values: object) -> Content:
    """Return the content with one row changed; None takes an entry out."""
    listed = content["population"]["county_list"]
    rows = list(listed["rows"])
    rows[k] = {key: value for key, value in {**rows[k], **values}.items() if value is not None}
    return {**content, "population": {**content["population"], "county_list": {**listed, "rows": tuple(rows)}}}


ALL = ("building", "built", "connected", "online", "assessed", "passed", *TIERS, *SECTORS)
KNOWN = {
    "all": ALL,
    "sizes alone": (),
    "as published": ("built", "online", "passed"),
    "connected, not building": ("built", "connected", "online", "passed"),
    "assessed too": ("built", "online", "assessed", "passed"),
    "tiers": ("built", "online", "passed", *TIERS),
    "sectors": SECTORS,
}


def counted(population: Population, county: int) -> dict[str, int]:
    """Return the counts of one county on a list."""
    here = population.county == county
    out = {"enterprises": int(here.sum())} | {key: int(getattr(population, key)[here].sum()) for key in STAGES}
    out |= {key: int((population.tier[here] == 1 + k).sum()) for k, key in enumerate(TIERS)}
    return out | {key: int((population.sector[here] == k).sum()) for k, key in enumerate(SECTORS)}


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("order", ["proportional", "benchmark_first"])
def test_the_list_meets_every_count_of_every_county_and_of_the_city(name: str, order: str) -> None:
    case = made(with_counties(*KNOWN[name])).with_values({"scenario.benchmark_split": order})
    population = synthesise(case_margins(case))
    for k, county in enumerate(case.population.county_list.rows):
        found = counted(population, k)
        assert {key: found[key] for key in county.known()} == county.known(), county.name
    for key in STAGES:
        assert getattr(population, key).sum() == getattr(case.state, key).value, key
    for key in TIERS:
        assert (population.tier == 1 + TIERS.index(key)).sum() == getattr(case.population.tiers, key).value
    b, g, c, o = population.built, population.building, population.connected, population.online
    assert not (b & g).any() and not (o & ~b).any() and not (o & ~c).any() and not (c & ~(b | g)).any()
    assert not (population.passed & ~population.assessed).any() and not (population.assessed & ~b).any()


def test_without_counts_by_county_the_list_is_the_one_it_was() -> None:
    margins = case_margins(load_case("linyi-2018"))
    population = synthesise(margins)
    sizes = np.bincount(population.county, minlength=13)
    assert margins.by_county == () and sizes.sum() == 1748
    other = synthesise(case_margins(made(with_counties())))
    assert np.bincount(other.county, minlength=4).tolist() == split(1748) != sizes[:4].tolist()
    for key in (*STAGES, "tier", "sector"):
        assert np.array_equal(getattr(population, key), getattr(other, key)), f"{key} does not hang on the county"


def test_more_connected_than_built_are_building_where_they_are() -> None:
    content = with_counties("built", "connected", "online", "passed")
    ahead = row(row(content, 2, connected=600, enterprises=700), 0, connected=900 - 600 - 234)
    rows = ahead["population"]["county_list"]["rows"]
    assert sum(r["connected"] for r in rows) == 900 and rows[2]["connected"] > rows[2]["built"]
    ahead = row(ahead, 0, enterprises=rows[0]["enterprises"] - (700 - split(1748)[2]), online=rows[0]["connected"] - 10)
    online = sum(r["online"] for r in ahead["population"]["county_list"]["rows"])
    ahead["state"] = {**ahead["state"], "online": {**ahead["state"]["online"], "value": online, "range": (0, 1748)}}
    ahead["published"] = ()
    case = made(ahead)
    population = synthesise(case_margins(case))
    assert counted(population, 2)["connected"] == 600 and counted(population, 2)["building"] >= 600 - rows[2]["built"]
    few = {**ahead["state"]["building"], "value": 600 - rows[2]["built"] - 1, "range": (0, 1748)}
    assert messages({**ahead, "state": {**ahead["state"], "building": few}}) == {("building_below", "state.building")}


def edited(*columns: str, **values: object) -> Content:
    return row(with_counties(*columns), 0, **values)


def without_names(content: Content) -> Content:
    return {**content, "population": {**content["population"], "county_names_published": False}}


ROW = "population.county_list.rows"
P = ("built", "online", "passed")
FAULTY: list[tuple[Content, set[tuple[str, str]]]] = [
    (edited(*P, built=400), {("sum_differs", ROW)}),
    (edited(*P, built=split(1160)[0] + 0.5), {("not_whole", f"{ROW}.0.built")}),
    (
        edited(*P, built=-1),
        {("outside_bounds", f"{ROW}.0.built"), ("above", f"{ROW}.0.online"), ("above", f"{ROW}.0.passed")},
    ),
    (edited(*P, passed=None), {("columns_differ", f"{ROW}.{k}") for k in (1, 2, 3)}),
    (edited(*P, name="c2"), {("duplicate_id", f"{ROW}.2.name")}),
    (edited(*P, name="n" * 41), {("long_name", f"{ROW}.0.name")}),
    (edited(*P, name="a\nb"), {("odd_text", f"{ROW}.0.name")}),
    (
        edited(*P, nmae="x"),
        {("unknown_key_near", f"{ROW}.0.nmae"), *(("columns_differ", f"{ROW}.{k}") for k in (1, 2, 3))},
    ),
    (edited(*P, built="12"), {("not_a_number", f"{ROW}.0.built")}),
    (without_names(with_counties(*P)), {("counties_named", "population.county_names_published")}),
    (with_counties("online"), {("column_needs", f"{ROW}.0.online")}),
    (with_counties(TIERS[0]), {("column_needs", f"{ROW}.0.{TIERS[0]}")}),
    (edited(*SECTORS, mines=1), {("sum_differs", f"{ROW}.0.mines"), ("sum_differs", ROW)}),
]  # fmt: skip


@pytest.mark.parametrize(("content", "wanted"), FAULTY)
def test_what_is_wrong_is_found(content: Content, wanted: set[tuple[str, str]]) -> None:
    assert messages(content) == wanted


def test_the_number_of_counties_is_that_of_the_rows() -> None:
    content = with_counties(*P)
    five = {**content["population"]["counties"], "value": 5, "range": (5, 5)}
    assert messages({**content, "population": {**content["population"], "counties": five}}) == {
        ("counties_differ", ROW)
    }
    assert made(content).population.county_list.rows[1].known()["built"] == 0
