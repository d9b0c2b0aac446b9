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
        ({**MINES, "sectors": ("mines", "mines")}, {}, "params.duplicate_id", "state.all_built.sectors.1"),
        ({**MINES, "sectors": ("forests",)}, {}, "params.not_a_choice", "state.all_built.sectors.0"),
        ({**MINES, "sectors": ()}, {}, "params.empty_list", "state.all_built.sectors"),
    ],
)
def test_what_cannot_be_is_found(all_built: Mapping[str, Any], state: dict[str, int], message: str, path: str) -> None:
    with pytest.raises(FileFaults) as found:
        made(all_built, **state)
    assert [(fault.message, str(fault.values["key"])) for fault in found.value.faults] == [(message, path)]


def test_as_many_are_built_as_the_counts_allow() -> None:
    case = made({**MINES, "sectors": ("industry_trade",)})
    people = synthesise(case_margins(case))
    trade = people.sector == people.sector_names.index("industry_trade")
    assert trade.sum() > case.state.built.value == people.built.sum() == people.built[trade].sum()
