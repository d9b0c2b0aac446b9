"""The notebook gives the same numbers however it is run, and refuses what it does not know before any run."""

from __future__ import annotations

import ast
import json
import re
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from notebook_runs import HEADLINE, RUNS, SOURCE, TARGETS, code_cells, shown, with_papermill

from dpsim.report.notebooks import read_declared_parameters
from dpsim.report.show import show_rounded


def executed(folder: Path) -> nbformat.NotebookNode:
    return nbformat.read(folder / SOURCE.name, as_version=4)


def words(markup: str) -> str:
    return BeautifulSoup(markup, "html.parser").get_text("\n", strip=True)


@pytest.mark.long  # three whole reports, as below; tests/verify makes the runs of one again in `make test`
def test_three_ways_give_one_headline_and_one_table(
    zh: Path, plain: SimpleNamespace, by_hand: nbformat.NotebookNode
) -> None:
    report = executed(zh)
    for part in (HEADLINE, TARGETS):
        texts = [words(shown(notebook, part)) for notebook in (report, plain.notebook, by_hand)]
        assert texts[0] == texts[1] == texts[2] and len(texts[0]) > 300
    said = (zh / "headline.txt").read_text(encoding="utf-8").splitlines()
    assert words(shown(plain.notebook, HEADLINE)).split("\n")[1:] == said


@pytest.mark.long
def test_all_parts_say_the_same_under_plain_papermill(zh: Path, plain: SimpleNamespace) -> None:
    report = executed(zh)
    parts = [cell.source.strip() for cell in code_cells(report) if cell.source.startswith("letter.")]
    assert len(parts) == 16
    for part in parts:
        assert words(shown(report, part)) == words(shown(plain.notebook, part)), part


@pytest.mark.long
def test_another_seed_gives_other_numbers(zh: Path, from_file: nbformat.NotebookNode) -> None:
    for part in (HEADLINE, TARGETS):
        assert words(shown(executed(zh), part)) != words(shown(from_file, part))


@pytest.mark.long
def test_a_parameter_file_is_followed(from_file: nbformat.NotebookNode) -> None:
    (injected,) = [cell for cell in code_cells(from_file) if "injected-parameters" in cell.metadata.get("tags", [])]
    assert "seed = 7" in injected.source and f"replications = {RUNS}" in injected.source
    assert f"{RUNS}次推演" in words(shown(from_file, TARGETS))


def test_the_table_shown_is_the_table_saved(zh: Path) -> None:
    saved = pd.read_parquet(zh / "tables" / "targets.parquet")
    table = BeautifulSoup(shown(executed(zh), TARGETS), "html.parser").find("table")
    rows = [[cell.get_text() for cell in row.find_all("td")] for row in table.find("tbody").find_all("tr")]
    assert len(rows) == len(saved) == 9
    for row, (_, target) in zip(rows, saved.iterrows(), strict=True):
        assert row[2].split("/")[0] == str(target["required"])
        assert row[5] == show_rounded(target["shortfall_median"])
        assert f"{RUNS}次推演" in row[4]


def test_plain_papermill_writes_the_notebook_only_and_warns_of_nothing(plain: SimpleNamespace) -> None:
    assert plain.files == ["out.ipynb"]
    assert "Warning" not in plain.said.stderr and "unknown parameter" not in plain.said.stderr.lower()
    for cell in code_cells(plain.notebook):
        streams = [output for output in cell.outputs if output.output_type == "stream"]
        assert all(output.name == "stderr" and "Warning" not in output.text for output in streams), cell.source


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("replicatons", "4"), "replications"),
        (("Seed", "4"), "seed"),
        (("asof", "2018-09-10"), "as_of"),
        (("replications", "0"), "replications"),
        (("replications", "100001"), "100000"),
        (("replications", "four"), "replications"),
        (("seed", "-1"), "seed"),
        (("seed", "4294967296"), "4294967295"),
        (("strategy", "past_pase"), "past_pace"),
        (("case", "linyi-2017"), "linyi-2018"),
        (("case", "../linyi-2018"), "linyi-2018"),
        (("as_of", "2018-09-11"), "2018-09-10"),
        (("lang", "fr"), "zh, en"),
        (("progress", "table.xlsx"), "table.xlsx"),
    ],
    ids=lambda value: "=".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_parameter_stops_the_notebook_before_any_run(given: tuple[str, str], said: str) -> None:
    """The cells up to the request, run in this process as papermill would run them."""
    from dpsim.errors import InputError
    from dpsim.report import yearend

    name, text = given
    value: object = int(text) if re.fullmatch(r"-?\d+", text) else text
    parameters, guard, request = (cell.source for cell in code_cells(nbformat.read(SOURCE, as_version=4))[:3])
    cells = [parameters, f"{name} = {value!r}", guard, request]
    space: dict[str, object] = {"In": [""]}
    before, started = yearend.run_year_end, []
    from dpsim.report import letter

    patch = pytest.MonkeyPatch()
    patch.setattr(letter, "run_year_end", lambda *_, **__: started.append(1))
    try:
        with pytest.raises(InputError, match=said):
            for cell in cells:
                space["In"] = [*space["In"], cell]  # type: ignore[misc]
                exec(compile(cell, "cell", "exec"), space)
    finally:
        patch.undo()
    assert started == [] and yearend.run_year_end is before and "letter" not in space


def test_a_misspelt_parameter_stops_plain_papermill_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    done = with_papermill(tmp_path, "-p", "replicatons", "4")
    assert done.returncode == 1
    assert "InputError" in done.stderr and "replicatons" in done.stderr and "replications" in done.stderr
    counts = [cell.execution_count for cell in code_cells(nbformat.read(tmp_path / "out.ipynb", as_version=4))]
    assert [count for count in counts if count] == [1, 2, 3], "the cell of the runs was not reached"
    assert time.monotonic() - began < 60


def test_a_number_out_of_range_stops_plain_papermill_before_any_run(tmp_path: Path) -> None:
    done = with_papermill(tmp_path, "-p", "replications", "0")
    assert done.returncode == 1 and "InputError" in done.stderr and "replications" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["out.ipynb"]


# ------------------------------------------------------------------ the notebook itself


def test_the_notebook_is_a_letter_without_programs_in_it() -> None:
    notebook = nbformat.read(SOURCE, as_version=4)
    nbformat.validate(notebook)
    forbidden = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda, ast.comprehension)
    for cell in code_cells(notebook):
        held = [type(node).__name__ for node in ast.walk(ast.parse(cell.source)) if isinstance(node, forbidden)]
        assert held == [], cell.source
        assert len(cell.source.splitlines()) <= 14
    kinds = [cell.cell_type for cell in notebook.cells]
    assert all("markdown" in pair for pair in zip(kinds, kinds[1:], strict=False)), (
        "prose stands before every code cell"
    )


def test_outputs_are_stripped() -> None:
    notebook = json.loads(SOURCE.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"


def test_one_cell_declares_parameters_and_the_guard_knows_them_all() -> None:
    cells = code_cells(nbformat.read(SOURCE, as_version=4))
    assert [k for k, cell in enumerate(cells) if "parameters" in cell.metadata.get("tags", [])] == [0]
    declared = read_declared_parameters(SOURCE)
    assert all(isinstance(value, str | int | float | bool | None) for value in declared.values())
    (guard,) = [
        node
        for node in ast.walk(ast.parse(cells[1].source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "refuse_unknown_parameters"
    ]
    (names,) = [ast.literal_eval(keyword.value) for keyword in guard.keywords if keyword.arg == "declared"]
    assert names == list(declared)
    (request,) = [
        node
        for node in ast.walk(ast.parse(cells[2].source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "year_end_letter"
    ]
    assert [keyword.arg for keyword in request.keywords] == names


def test_every_part_of_the_letter_is_called_once() -> None:
    from dpsim.report.parts import part_names

    called = [cell.source.strip() for cell in code_cells(nbformat.read(SOURCE, as_version=4))[3:]]
    assert called[0] == HEADLINE and sorted(called) == sorted(f'letter.part("{name}")' for name in part_names())
