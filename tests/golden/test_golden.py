"""A few numbers of every case stay as they are; they move only with a reason (`refresh.py`)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from golden_values import FOLDER, STRATEGIES, as_text, golden_file, golden_values, stored_values

from dpsim.params.load import list_cases

CLOSE = 1e-9


def differences(kept: object, found: object, where: str = "") -> list[str]:
    """List where two trees of values differ: whole numbers and texts at all, other numbers beyond 1e-9."""
    if isinstance(kept, dict) and isinstance(found, dict):
        keys = [*kept, *(key for key in found if key not in kept)]
        return [line for key in keys for line in differences(kept.get(key), found.get(key), f"{where}.{key}")]
    if isinstance(kept, list) and isinstance(found, list) and len(kept) == len(found):
        pairs = zip(kept, found, strict=True)
        return [line for k, (a, b) in enumerate(pairs) for line in differences(a, b, f"{where}[{k}]")]
    if isinstance(kept, float) and isinstance(found, float):
        same = found == pytest.approx(kept, rel=CLOSE, abs=CLOSE)
    else:
        same = type(kept) is type(found) and kept == found
    return [] if same else [f"{where}: kept {kept!r}, found {found!r}"]


LONG = ("chancheng-2013",)
"""Cases of so many enterprises that their numbers are held in `make verify` only."""


@pytest.mark.parametrize("case", [pytest.param(c, marks=[pytest.mark.long] * (c in LONG)) for c in list_cases()])
def test_the_numbers_of_a_case_are_those_kept(case: str) -> None:
    found = json.loads(as_text(golden_values(case)))
    assert differences(stored_values(case), found) == []


def test_every_case_has_its_file_and_no_file_is_left_over() -> None:
    assert list_cases()
    assert sorted(file.stem for file in FOLDER.glob("*.json")) == list_cases()
    for case in list_cases():
        assert set(STRATEGIES) | {"cells", "bottlenecks", "milestones_met"} <= set(stored_values(case))


def test_a_missing_file_fails() -> None:
    with pytest.raises(FileNotFoundError):
        stored_values("no-such-case")


def test_a_difference_is_noticed() -> None:
    kept = {"a": [1, 2.0, "x"], "b": {"c": 0.1}, "d": True}
    assert differences(kept, {"a": [1, 2.0 + 1e-12, "x"], "b": {"c": 0.1}, "d": True}) == []
    for found in (
        {**kept, "a": [2, 2.0, "x"]},
        {**kept, "a": [1.0, 2.0, "x"]},
        {**kept, "a": [1, 2.0 + 1e-6, "x"]},
        {**kept, "a": [1, 2.0]},
        {**kept, "b": {}},
        {**kept, "d": 1},
        {**kept, "e": None, "f": 1},
    ):
        assert differences(kept, found)


@pytest.mark.parametrize("arguments", [[], [""], ["  \n "], ["because"]])
def test_no_refresh_without_a_reason(arguments: list[str]) -> None:
    before = {file.name: file.read_bytes() for file in FOLDER.iterdir() if file.is_file()}
    program = [sys.executable, str(FOLDER / "refresh.py"), *arguments]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "reason" in done.stderr and "Traceback" not in done.stderr
    assert {file.name: file.read_bytes() for file in FOLDER.iterdir() if file.is_file()} == before


def test_reasons_are_kept_one_a_line(tmp_path: Path) -> None:
    from refresh import add_reason, checked_reason

    file = tmp_path / "REASONS.md"
    for given in (["first   reason\nof all"], ["a second", "reason"]):
        add_reason(checked_reason(given), file)
    assert file.read_text(encoding="utf-8").splitlines()[2:] == ["- first reason of all", "- a second reason"]
    assert (FOLDER / "REASONS.md").read_text(encoding="utf-8").count("\n- ") >= 1
    assert golden_file("linyi-2018").parent == FOLDER
