"""The explorer's notebook: a letter without programs in it, and it runs under plain papermill."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import nbformat
import pytest
from notebook_runs import code_cells, with_papermill

from dpsim.errors import InputError
from dpsim.params.locate import notebooks_folder
from dpsim.report.lab import lab_command, own_copy
from dpsim.report.notebooks import read_declared_parameters

SOURCE = notebooks_folder() / "explore.ipynb"


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
    assert [keyword.arg for keyword in calls["explorer"]] == declared


def test_plain_papermill_shows_the_controls_and_runs_nothing(tmp_path: Path) -> None:
    done = with_papermill(tmp_path, "-p", "lang", "en", source=SOURCE)
    assert done.returncode == 0, done.stderr[-2000:]
    executed = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    (output,) = code_cells(executed)[-1].outputs
    assert "application/vnd.jupyter.widget-view+json" in output.data
    assert "No results yet" in json.dumps(executed.metadata.widgets)
    assert [file.name for file in tmp_path.iterdir()] == ["out.ipynb"]


def test_a_misspelt_parameter_stops_it(tmp_path: Path) -> None:
    done = with_papermill(tmp_path, "-p", "replication", "3", source=SOURCE)
    assert done.returncode == 1 and "replications" in done.stderr


def test_each_language_has_a_copy_and_a_copy_is_never_overwritten(tmp_path: Path) -> None:
    zh, en = (own_copy("explore", tmp_path / "mine", lang) for lang in ("zh", "en"))
    assert read_declared_parameters(zh)["lang"] == "zh" and read_declared_parameters(en)["lang"] == "en"
    zh.write_text("{}", encoding="utf-8")
    assert own_copy("explore", tmp_path / "mine", "zh").read_text(encoding="utf-8") == "{}"
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="file"):
        own_copy("explore", tmp_path / "file", "zh")


def test_the_server_listens_on_this_machine_only(tmp_path: Path) -> None:
    command = lab_command(tmp_path / "explore-zh.ipynb", port=8901, browser=False)
    assert "--ServerApp.ip=127.0.0.1" in command and "--no-browser" in command
    assert "--LabApp.default_url=/lab/tree/explore-zh.ipynb" in command, "what is printed and opened is the notebook"
    assert not any("token" in part or "password" in part for part in command), "the guard is not switched off"
    for port in (0, 70_000, "x", True):
        with pytest.raises(InputError):
            lab_command(tmp_path / "explore-zh.ipynb", port=port, browser=True)  # type: ignore[arg-type]
