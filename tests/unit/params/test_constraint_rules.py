"""Constraints on outcomes: each says what a run gives of it or why none can, and sets no value."""

from __future__ import annotations

from typing import Any

import pytest

from dpsim.errors import FileFaults
from dpsim.params.cited import cited_sources
from dpsim.params.faults import Origin
from dpsim.params.load import load_case
from dpsim.params.schema import Case

WHY = {"zh": "没有印出基期", "en": "the base is not printed"}
NONE = {"id": "x", "name": WHY, "value": 0, "unit": "accidents", "source": "YY02", "quantity": "no_grave_accident"}
LESS = {"id": "y", "name": WHY, "value": -0.15, "unit": "share", "source": "YY01", "reason": WHY}
FACT = {"id": "z", "name": WHY, "source": "YY13", "reason": WHY}


def with_blocks(**blocks: tuple[dict[str, Any], ...]) -> Case:
    return Case.from_content({**load_case("linyi-2018").content(), **blocks}, Origin("case.yaml"))


def test_constraints_and_facts_outside_are_read_and_set_nothing() -> None:
    case = with_blocks(constraints=(NONE, LESS), outside=(FACT,))
    assert [one.id for one in case.constraints or ()] == ["x", "y"] and case.outside is not None
    assert not {"YY01", "YY02", "YY13"} & cited_sources(case)
    assert cited_sources(load_case("linyi-2018")) == cited_sources(case) != frozenset()


@pytest.mark.parametrize(
    ("constraint", "said"),
    [
        ({**NONE, "reason": WHY}, "quantity | reason"),
        ({key: item for key, item in LESS.items() if key != "reason"}, "quantity | reason"),
        ({**NONE, "value": 1}, "0 accidents"),
        ({**NONE, "unit": "share"}, "0 accidents"),
        ({**LESS, "value": -1.5}, "-1 ≤ x"),
        ({**LESS, "value": 15}, "-1 ≤ x ≤ 1"),
        ({**LESS, "unit": "accidents", "value": -2}, "0, 1, …"),
        ({**LESS, "unit": "accidents", "value": 0.5}, "0, 1, …"),
        ({**LESS, "source": "YY99"}, "YY99"),
        ({**LESS, "id": "Not plain"}, "Not plain"),
        ({**NONE, "quantity": "luck"}, "no_grave_accident"),
    ],
)
def test_a_wrong_constraint_is_refused(constraint: dict[str, Any], said: str) -> None:
    with pytest.raises(FileFaults) as refused:
        with_blocks(constraints=(constraint,))
    assert all(said in refused.value.text(lang) and "constraints" in refused.value.text(lang) for lang in ("zh", "en"))


def test_an_id_stands_once() -> None:
    with pytest.raises(FileFaults):
        with_blocks(outside=(FACT, FACT))
