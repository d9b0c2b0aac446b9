"""Programmes with lists of their own: told with the share done, checked, and never taken for what runs rest on."""

from __future__ import annotations

import datetime as dt
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from dpsim.errors import FileFaults
from dpsim.language import say
from dpsim.params.cited import cited_sources
from dpsim.params.faults import Origin
from dpsim.params.load import load_case
from dpsim.params.schema import Case
from dpsim.report.parts.targets import tasks


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("chancheng-2013")


def letter(case: Case, lang: str) -> Any:
    return SimpleNamespace(result=SimpleNamespace(case=case), lang=lang, say=partial(say, lang=lang))


@pytest.mark.parametrize(("lang", "plainly"), [("zh", "没有推演"), ("en", "nothing of them is simulated")])
def test_the_report_says_what_share_was_done_and_that_nothing_is_simulated(case: Case, lang: str, plainly: str) -> None:
    head, declared, trained = tasks(letter(case, lang))
    assert plainly in head
    assert "95%" in declared and "CC01" in declared
    assert "104%" in trained and "CC11" in trained, trained
    assert tasks(letter(load_case("linyi-2018"), lang)) == []


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"task": 0}, "tasks.1.task"),
        ({"done": -1}, "tasks.1.done"),
        ({"done": 4470.5}, "tasks.1.done"),
        ({"id": "declaration"}, "tasks.1.id"),
        ({"unit": "share"}, "tasks.1.unit"),
        ({"source": "CC99"}, "tasks.1.source"),
        ({"date": dt.date(2012, 12, 31)}, "tasks.1.date"),
        ({"date": dt.date(2014, 1, 1)}, "tasks.1.date"),
        ({"done": 4301, "unit": "enterprises"}, "tasks.1.done"),
        ({"done": 4300, "unit": "enterprises"}, None),
        ({"date": dt.date(2013, 1, 1)}, None),
        ({"done": 0}, None),
    ],
)
def test_what_cannot_be_is_found(case: Case, values: dict[str, Any], where: str | None) -> None:
    content = case.content()
    first, second = content["tasks"]
    changed = {**content, "tasks": (first, {**second, **values})}
    if where is None:
        assert Case.from_content(changed, Origin("x")).tasks is not None
        return
    with pytest.raises(FileFaults, match=where):
        Case.from_content(changed, Origin("x"))


def test_they_set_nothing(case: Case) -> None:
    assert not {"CC01", "CC11"} & cited_sources(case)
    assert "CC06" in cited_sources(case), "control: what sets a value is cited"
