"""A sector that is wholly built: what cannot be is found, and the list follows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from dpsim.errors import FileFaults
from dpsim.model.population import case_margins, synthesise
from dpsim.params.faults import Origin
from dpsim.params.load import load_case
from dpsim.params.schema import Case

MINES = {"sectors": ("mines",), "source": "LY21", "grade": "seed"}


def made(all_built: Mapping[str, Any], **state: int) -> Case:
    """Return Linyi with other sectors that are wholly built, and other counts."""
    content = load_case("linyi-2018").content()
    own = dict(content["state"])
    own |= {key: {**own[key], "value": count, "range": (0, 1748)} for key, count in state.items()}
    return Case.from_content({**content, "state": {**own, "all_built": all_built}}, Origin("c.yaml"))


@pytest.mark.parametrize("sectors", [("mines",), ("chemicals", "mines")])
def test_sectors_are_built_and_no_count_changes(sectors: tuple[str, ...]) -> None:
    case = made({**MINES, "sectors": sectors})
    people = synthesise(case_margins(case))
    for name in sectors:
        assert people.built[people.sector == people.sector_names.index(name)].all()
    assert people.built.sum() == case.state.built.value
    assert not people.built[people.sector == people.sector_names.index("industry_trade")].all()


@pytest.mark.parametrize(
    ("all_built", "state", "message", "path"),
    [
        ({**MINES, "sectors": ("industry_trade",)}, {}, "params.above", "state.all_built.sectors"),
        ({**MINES, "sectors": ("mines", "mines")}, {}, "params.duplicate_id", "state.all_built.sectors.1"),
        ({**MINES, "sectors": ("forests",)}, {}, "params.not_a_choice", "state.all_built.sectors.0"),
        ({**MINES, "sectors": ()}, {}, "params.empty_list", "state.all_built.sectors"),
    ],
)
def test_what_cannot_be_is_found(all_built: Mapping[str, Any], state: dict[str, int], message: str, path: str) -> None:
    with pytest.raises(FileFaults) as found:
        made(all_built, **state)
    assert [(fault.message, str(fault.values["key"])) for fault in found.value.faults] == [(message, path)]


def test_a_county_with_fewer_built_than_mines_is_found() -> None:
    content = load_case("linyi-2018").content()
    population = content["population"]
    rows = (
        {"name": "a", "enterprises": 1000, "built": 1000, "online": 600, "connected": 700},
        {"name": "b", "enterprises": 748, "built": 160, "online": 89, "connected": 200},
    )
    for mines, wrong in ((50, False), (161, True)):
        sectors = [{"mines": 175 - mines, "chemicals": 200}, {"mines": mines, "chemicals": 150}]
        full = tuple(
            {**row, **own, "industry_trade": row["enterprises"] - sum(own.values())}
            for row, own in zip(rows, sectors, strict=True)
        )
        shares = {name: sum(row[name] for row in full) / 1748 for name in ("mines", "chemicals", "industry_trade")}
        own = {
            **population,
            "county_list": {"rows": full, "source": "LY02", "grade": "seed"},
            "counties": {**population["counties"], "value": 2, "range": (2, 2)},
            "county_names_published": True,
            "sectors": {name: {**population["sectors"][name], "value": share} for name, share in shares.items()},
        }
        filled = {**content, "population": own}
        if not wrong:
            people = synthesise(case_margins(Case.from_content(filled, Origin("c.yaml"))))
            assert people.built[people.sector == 0].all()
            continue
        with pytest.raises(FileFaults) as found:
            Case.from_content(filled, Origin("c.yaml"))
        assert [(f.message, str(f.values["key"])) for f in found.value.faults] == [
            ("params.above", "population.county_list.rows.1.mines")
        ]
