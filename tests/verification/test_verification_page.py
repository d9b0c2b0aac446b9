"""docs/verification.md: every law has its row, and every test, control and module that a row names is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE, PAPERS = ROOT / "docs" / "verification.md", ROOT / "docs" / "papers.md"
TESTS, SOURCE = ROOT / "tests", ROOT / "src"
WANTED = {
    *(str(k) for k in range(1, 25)),
    *(f"{letter}{k}" for letter, last in (("F", 10), ("A", 11), ("P", 5), ("N", 4)) for k in range(1, last + 1)),
}
"""Closed forms, facts of studies, laws of every run, laws path by path, and what is no law (methods 3)."""
NAME = re.compile(r"`([\w/]+\.py)::(\w+)`")
CONTROL = re.compile(r'`([\w/]+\.py)::(\w+)` "([^"]+)"')


def rows(page: str) -> dict[str, list[str]]:
    """Return the cells of each row by its number."""
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in page.splitlines() if line[:2] == "| "]
    return {row[0]: row for row in cells if row[0] != "no." and set(row[0]) - set("-|")}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def source_of(file: str, name: str) -> str | None:
    """Return the text of a test with its decorators and the tables of its module that it uses; None without a test."""
    path = TESTS / file
    body = tree(path).body if path.exists() else []
    test = next((node for node in body if isinstance(node, ast.FunctionDef) and node.name == name), None)
    if test is None or not name.startswith("test_"):
        return None
    lines = path.read_text(encoding="utf-8").splitlines()
    parts = [*test.decorator_list, test]
    used = {node.id for part in parts for node in ast.walk(part) if isinstance(node, ast.Name)}
    for node in body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id in used:
            parts.append(node)
    return "\n".join("\n".join(lines[part.lineno - 1 : part.end_lineno]) for part in parts)


@cache
def imported(path: Path) -> frozenset[Path]:
    """Return the files that a file imports: of the package, and of the folder it stands in."""
    found = set()
    for node in ast.walk(tree(path)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            stem = str((SOURCE if name.startswith("dpsim") else path.parent) / name.replace(".", "/"))
            found |= {Path(stem + end) for end in (".py", "/__init__.py") if Path(stem + end).exists()}
    return frozenset(found)


@cache
def reached(path: Path) -> frozenset[Path]:
    """Return all files that come with a file, through what it imports."""
    seen, ahead = {path}, [path]
    while ahead:
        new = imported(ahead.pop()) - seen
        seen |= new
        ahead += new
    return frozenset(seen)


def row_faults(row: list[str]) -> list[str]:
    """Return what is wrong with one row."""
    if len(row) != 5:
        return [f"{row[0]}: {len(row)} cells, not 5"]
    number, _, tests, controls, modules = row
    faults = [*faults_of_tests(tests), *control_faults(controls), *module_faults(modules, NAME.findall(tests))]
    return [f"{number}: {fault}" for fault in faults]


def faults_of_tests(cell: str) -> list[str]:
    """Return what is wrong with the tests of a row, and with the rows of papers.md that they are said to be."""
    named, papers = NAME.findall(cell), PAPERS.read_text(encoding="utf-8")
    faults = [f"no test {file}::{name}" for file, name in named if source_of(file, name) is None]
    said = "".join(source_of(file, name) or "" for file, name in named) + papers
    faults += [f'nothing says "{words}"' for words in re.findall(r'"([^"]+)"', cell) if words not in said]
    studies = [study for study in re.findall(r"EX\d\d", cell) if f"| {study} |" not in papers]
    faults += [f"{study} is no row of papers.md" for study in studies]
    return faults if named else ["no test"]


def control_faults(cell: str) -> list[str]:
    """Return what is wrong with the controls of a row: each is a test and the words with which it refuses."""
    quoted = CONTROL.findall(cell)
    if not quoted or len(quoted) != len(NAME.findall(cell)):
        return ["no control, or one without its words"]
    texts = [(file, name, words, source_of(file, name)) for file, name, words in quoted]
    faults = [f"no test {file}::{name}" for file, name, _, text in texts if text is None]
    silent = [(file, name, words) for file, name, words, text in texts if words not in (text or "")]
    return faults + [f'{file}::{name} does not say "{words}"' for file, name, words in silent]


def module_faults(cell: str, named: list[tuple[str, str]]) -> list[str]:
    """Return which modules of a row are not there, or come with none of its tests."""
    paths = [SOURCE / "dpsim" / name for name in re.findall(r"`([\w/]+\.py)`", cell)]
    here = {file for name, _ in named if (TESTS / name).exists() for file in reached(TESTS / name)}
    return [f"no test reaches {path.name}" for path in paths if path not in here] if paths else ["no module"]


def faults_of(page: str) -> list[str]:
    """Return what is wrong with the page."""
    found = rows(page)
    faults = [f"no row {number}" for number in sorted(WANTED - found.keys())]
    faults += [f"row {number} is not known" for number in sorted(found.keys() - WANTED)]
    return faults + [fault for row in found.values() for fault in row_faults(row)]


def test_every_law_has_its_test_and_its_control() -> None:
    assert faults_of(PAGE.read_text(encoding="utf-8")) == []


def without_row(number: str) -> Callable[[str], str]:
    return lambda page: "\n".join(line for line in page.splitlines() if not line.startswith(f"| {number} |"))


def replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda page: page.replace(old, new, 1)


SPOILT = {
    "a closed form is missing": (without_row("20"), "no row 20"),
    "a fact is missing": (without_row("F9"), "no row F9"),
    "a law of every run is missing": (without_row("A10"), "no row A10"),
    "a law path by path is missing": (without_row("P2"), "no row P2"),
    "a row too many": (replaced("| 24 |", "| 25 |"), "row 25 is not known"),
    "a test that is not there": (replaced("::test_competing_causes`", "::test_competing_reasons`"), "2: no test ver"),
    "a helper for a test": (replaced("::test_competing_causes`", "::race`"), "2: no test ver"),
    "a file that is not there": (
        replaced("`verification/test_peer_effect", "`verification/test_peers"),
        "5: no test",
    ),
    "words that no test says": (replaced('"no frailty"', '"no gravity"'), 'does not say "no gravity"'),
    "a control without its words": (replaced(' "what one misses the other misses too"', ""), "20: no control"),
    "a module that is not there": (
        replaced("`model/targeting.py`", "`model/aiming.py`"),
        "reaches aiming.py",
    ),
    "a module that no test reaches": (
        replaced("`model/ability.py`", "`report/fonts.py`"),
        "reaches fonts.py",
    ),
    "a paper that has no row": (replaced("(EX30)", "(EX39)"), "EX39 is no row"),
    "a finding that is not there": (replaced("an added visit over", "an added day over"), "F6: nothing says"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_page_is_noticed(what: str) -> None:
    spoil, message = SPOILT[what]
    page = PAGE.read_text(encoding="utf-8")
    spoilt = spoil(page)
    assert spoilt != page, "nothing was spoilt"
    assert any(message in fault for fault in faults_of(spoilt)), f"{what} goes unnoticed: {faults_of(spoilt)[:3]}"
