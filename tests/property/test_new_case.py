"""Any valid table becomes a case with the same counts: in the file, in the sums, and county by county on the list."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dpsim.core.words import STAGES as REPORTED
from dpsim.experiments.ensemble import run_ensemble
from dpsim.model.population import case_margins, synthesise
from dpsim.newcase.columns import ALIASES, SECTORS, TIERS
from dpsim.newcase.job import make_case
from dpsim.params.load import load_case, load_strategy

STAGES = ("building", "built", "connected", "online", "assessed", "passed")
OPTIONAL = ("building", "connected", "assessed")


@st.composite
def counties(draw: Any) -> dict[str, int]:
    """Return counts of one county that nest."""
    n = draw(st.integers(0, 60))
    built = draw(st.integers(0, n))
    building = draw(st.integers(0, n - built))
    online = draw(st.integers(0, built))
    assessed = draw(st.integers(0, built))
    counts = {"enterprises": n, "building": building, "built": built, "online": online, "assessed": assessed}
    counts["connected"] = draw(st.integers(online, built + building))
    counts["passed"] = draw(st.integers(0, assessed))
    parts = sorted(draw(st.tuples(*[st.integers(0, n)] * 3)))
    counts |= dict(zip(TIERS, (parts[0], parts[1] - parts[0], parts[2] - parts[1]), strict=True))
    counts |= dict(zip(SECTORS, (parts[0], parts[2] - parts[0], n - parts[2]), strict=True))
    return counts


@st.composite
def tables(draw: Any) -> tuple[list[str], list[tuple[str, dict[str, int]]]]:
    """Return the columns of a table in some order, and its rows."""
    names = draw(st.lists(st.text("甲乙丙丁县区市=<>&{}#:'\" ab1", min_size=1, max_size=8), min_size=1, max_size=6,
                          unique_by=lambda text: " ".join(text.split())))  # fmt: skip
    rows = [(f"县{name}", draw(counties())) for name in names]
    rows[0][1]["enterprises"] += 1  # somebody is on the list
    rows[0][1]["industry_trade"] += 1
    columns = ["enterprises", "built", "online", "passed", *draw(st.sets(st.sampled_from(OPTIONAL)))]
    columns += [*(TIERS if draw(st.booleans()) else ()), *(SECTORS if draw(st.booleans()) else ())]
    return draw(st.permutations(["county", *columns])), rows


def written(value: int, style: int) -> object:
    """Return a count as people write it."""
    full = str(value).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    return (value, float(value), str(value), full, f"{value:,}", f" {value}家")[style]


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), st.integers(0, 5), st.integers(0, 1), st.booleans())
def test_any_valid_table_round_trips(
    table: tuple[list[str], list[tuple[str, dict[str, int]]]], style: int, language: int, total: bool
) -> None:
    columns, rows = table
    book = openpyxl.Workbook()
    book.active.append([[a for a in ALIASES[c] if a.isascii() == bool(language)][0] for c in columns])
    for name, counts in rows:
        book.active.append([name if c == "county" else written(counts[c], style) for c in columns])
        cell = book.active.cell(book.active.max_row, 1 + columns.index("county"))
        cell.data_type = "s"  # a name that begins with = is a text
    sums = {c: sum(counts[c] for _, counts in rows) for c in columns if c != "county"}
    if total:
        book.active.append(["合计" if c == "county" else sums[c] for c in columns])
    with tempfile.TemporaryDirectory() as folder:
        book.save(f"{folder}/t.xlsx")
        made = make_case(Path(folder, "t.xlsx"), case="any", as_of="2026-09-10", out=Path(folder, "any.yaml"))
        case = load_case(made.file)
    assert [row.name for row in case.population.county_list.rows] == [" ".join(name.split()) for name, _ in rows]
    for row, (_, counts) in zip(case.population.county_list.rows, rows, strict=True):
        assert row.known() == {c: counts[c] for c in columns if c != "county"}
    state, tiers = case.state.named(), case.population.tiers.named()
    for key, value in sums.items():
        quantity = {"enterprises": case.population.enterprises, **state, **tiers}.get(key)
        if quantity is not None:
            assert (quantity.value, quantity.range, quantity.grade) == (value, (value, value), "own record"), key
    population = synthesise(case_margins(case))
    for k, (_, counts) in enumerate(rows):
        here = population.county == k
        assert here.sum() == counts["enterprises"]
        for key in set(STAGES) & set(columns):
            assert getattr(population, key)[here].sum() == counts[key], key
        for names, found, first in ((TIERS, population.tier, 1), (SECTORS, population.sector, 0)):
            if names[0] in columns:
                assert [(found[here] == first + j).sum() for j in range(3)] == [counts[name] for name in names]


@pytest.fixture(scope="module")
def own_case(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("own")
    book = openpyxl.Workbook()
    for row in (["county", "enterprises", "built", "connected", "online", "passed"],
                ["A", 40, 26, 30, 15, 6], ["B", 35, 0, 12, 0, 0], ["C", 30, 30, 30, 30, 30]):  # fmt: skip
        book.active.append(row)
    book.save(folder / "t.xlsx")
    return make_case(folder / "t.xlsx", case="own", as_of="2026-09-10", out=folder / "own.yaml").case


def test_the_counts_of_every_county_hold_at_the_start_of_every_replication(own_case: Any) -> None:
    strategy = load_strategy("current_arrangement")
    done = run_ensemble(own_case, strategy, replications=6, seed=7, workers=1, by=("county",), progress=False)
    frame = done.indicators
    frame = frame[(frame["view"] == "reported") & frame["indicator"].isin(["listed", *REPORTED])]
    first = frame[frame["date"] == frame["date"].min()].set_index(["replication", "county", "indicator"])["value"]
    assert len(first) == 6 * 3 * 6 and set(frame["county"]) == {"A", "B", "C"}, "the names of the table are used"
    for row in own_case.population.county_list.rows:
        for key, count in row.known().items():
            indicator = "listed" if key == "enterprises" else key
            assert (first.loc[:, row.name, indicator] == count).all(), (row.name, key)
    last = frame[frame["date"] == frame["date"].max()].set_index(["replication", "county", "indicator"])["value"]
    assert (last >= first).all() and not (last == first).all(), "the counties go on from there"


def test_a_list_dealt_without_the_counties_would_not_pass(own_case: Any) -> None:
    margins = case_margins(own_case)
    blind = synthesise(type(margins)(**{**vars(margins), "by_county": ()}))
    found = [[int(blind.built[blind.county == k].sum()) for k in range(3)]]
    assert found != [[26, 0, 30]], "the check sees counts that are not met"
