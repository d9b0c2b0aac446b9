"""A fault planted into the compiled scheduler makes the engines differ; the same copy without one does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from source_faults import FAULTS, SCHEDULER, Edit, compared, copied, planted


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One copy for all faults: compiled once, then what the edited files hold."""
    place = tmp_path_factory.mktemp("planted")
    assert set(SCHEDULER) <= {file.name for file in copied(place).glob("*.py")}
    yield place


@pytest.mark.timeout(1800)
def test_the_copy_itself_is_the_same(folder: Path) -> None:
    numbers = tuple(sorted({number for edit in FAULTS.values() for number in edit.scenarios}))
    status, said = compared(folder, numbers)
    assert status == 0 and said.count(": the same\n") == len(numbers), said


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_caught(name: str, folder: Path) -> None:
    planted(folder, FAULTS[name])
    try:
        status, said = compared(folder, FAULTS[name].scenarios)
    finally:
        planted(folder, None)
    assert status == 1, f"{name}: not caught in any of the scenarios {FAULTS[name].scenarios}\n{said}"
    caught = [number for number in FAULTS[name].scenarios if f"The engines differ in scenario {number}:" in said]
    assert len(caught) == len(FAULTS[name].scenarios), f"{name}: caught in {caught} only"
    assert "first difference at event" in said and "where its interval begins" in said


def test_an_edit_that_finds_nothing_is_told() -> None:
    with pytest.raises(AssertionError, match="stands 0 times in waiting.py: the fault is not planted"):
        Edit("waiting.py", "no such words", "", ()).applied("x = 1\n")
