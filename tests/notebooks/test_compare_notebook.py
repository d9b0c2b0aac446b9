"""The comparison's notebook: a letter, refused misspellings, and the numbers of `dpsim compare`."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from notebook_runs import called, code_cells, with_papermill

from dpsim.language import say
from dpsim.params.locate import notebooks_folder
from dpsim.report.notebooks import read_declared_parameters

SOURCE = notebooks_folder() / "compare_strategies.ipynb"
RUNS = "3"


def test_it_is_a_letter_with_stripped_outputs_that_guards_all_its_parameters() -> None:
    notebook = nbformat.read(SOURCE, as_version=4)
    nbformat.validate(notebook)
    forbidden = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda, ast.comprehension)
    trees = [ast.parse(cell.source) for cell in code_cells(notebook)]
    assert not [node for tree in trees for node in ast.walk(tree) if isinstance(node, forbidden)]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code_cells(notebook))
    declared = list(read_declared_parameters(SOURCE))
    calls = {getattr(n.func, "id", ""): n.keywords for t in trees for n in ast.walk(t) if isinstance(n, ast.Call)}
    assert ast.literal_eval(calls["refuse_unknown_parameters"][0].value) == declared
    assert sorted(keyword.arg for keyword in calls["comparison_letter"]) == sorted(declared)


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compare")
    values = {"strategies": "light_touch,balanced", "replications": RUNS, "lang": "en", "out": "result"}
    done = with_papermill(
        folder, *(part for name, value in values.items() for part in ("-p", name, value)), source=SOURCE
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def test_the_notebook_and_the_command_give_the_same_numbers(executed: Path) -> None:
    named = ["--strategy", "light_touch", "--strategy", "balanced", "--replications", RUNS, "--out", "own"]
    done = called("-m", "dpsim", "compare", "linyi-2018", *named, "--lang", "en", cwd=executed)
    assert done.returncode == 0, done.stderr
    tables = [
        pd.read_parquet(executed / folder / "tables" / "differences.parquet") for folder in ("result", "own")
    ]
    pd.testing.assert_frame_equal(*tables, check_exact=True)
    assert len(tables[0]) == 28 and set(tables[0]["strategy"]) == {"light_touch", "balanced"}
    other = called(
        "-m", "dpsim", "compare", "linyi-2018", *named[:-1], "other", "--seed", "2", "--lang", "en", cwd=executed
    )
    assert other.returncode == 0
    assert not pd.read_parquet(executed / "other" / "tables" / "differences.parquet").equals(tables[0])
    row = next(line for line in done.stdout.splitlines() if "visits" in line and "light touch" in line)
    assert "less than current arrangement" in row and re.search(r"-9\d\d", row), row
    assert "cannot be told apart with 3 runs" in done.stdout


def test_the_letter_says_what_can_be_told_and_draws_it(executed: Path) -> None:
    notebook = nbformat.read(executed / "out.ipynb", as_version=4)
    shown = "".join(
        output.data["text/html"]
        for cell in code_cells(notebook)
        for output in cell.outputs
        if "data" in output and "text/html" in output.data
    )
    for word in ("cannot be told apart with 3 runs", "Bonferroni", "the same in every run", "light touch", "<img"):
        assert word.lower() in shown.lower(), word
    assert (executed / "result" / "figures" / "differences.png").read_bytes()[:4] == b"\x89PNG"
    assert (executed / "result" / "run.json").exists()


def test_what_cannot_be_compared_ends_with_status_2(tmp_path: Path) -> None:
    for arguments, message in (
        (["--strategy", "current_arrangement"], "error.nothing_to_compare"),
        (["--strategy", "balanced", "--replications", "1e1"], "1e1"),
        (["--strategy", "balanced", "--seed", "1.0"], "1.0"),
        (["--strategy", "balanced", "--strategy", "balanced"], "error.compared_twice"),
        (["--strategy", "balanced", "--replications", "1"], "error.pairs"),
        (["--strategy", "balancd"], "balanced"),
        (["--strategy", ""], "--strategy"),
    ):
        done = called("-m", "dpsim", "compare", "linyi-2018", *arguments, cwd=tmp_path)
        assert done.returncode == 2 and not done.stdout, arguments
        values = {"reference": "current_arrangement", "given": "balanced" if "twice" in message else "1"}
        expected = say(message, lang="zh", **values) if message.startswith("error.") else message
        assert expected in done.stderr, done.stderr
    assert not list(tmp_path.iterdir())


def test_a_misspelt_parameter_stops_before_any_run(tmp_path: Path) -> None:
    done = with_papermill(tmp_path, "-p", "strategis", "balanced", "-p", "lang", "en", source=SOURCE)
    assert done.returncode != 0 and "strategies" in done.stderr
    assert "has no parameter named" in done.stderr, "in the language of the notebook"
