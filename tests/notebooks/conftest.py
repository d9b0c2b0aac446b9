"""The notebook, run once in every way a user can run it; the tests of this folder share the runs."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from notebook_runs import RUNS, beginning, called, hostile_case, reported, with_papermill


@pytest.fixture(scope="session")
def zh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Chinese report."""
    return reported(tmp_path_factory.mktemp("zh"), "linyi-2018", "zh")


@pytest.fixture(scope="session")
def zh_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same report, made in another place."""
    return reported(tmp_path_factory.mktemp("另 one"), "linyi-2018", "zh")


@pytest.fixture(scope="session")
def en(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The English report of a user's case file whose texts try to be markup, formulas, placeholders and paths."""
    folder = tmp_path_factory.mktemp("en")
    (folder / "mine {total}.yaml").write_text(hostile_case(), encoding="utf-8")
    return reported(folder, "mine {total}.yaml", "en", replications=2)


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The notebook under plain papermill with parameters on the command line: notebook, files beside it, messages."""
    folder = tmp_path_factory.mktemp("plain")
    values = {"case": "linyi-2018", "as_of": "2018-09-10", "strategy": "current_arrangement", "replications": str(RUNS)}
    done = with_papermill(folder, *(part for name, value in values.items() for part in ("-p", name, value)))
    assert done.returncode == 0, done.stderr[-3000:]
    files = sorted(file.name for file in folder.iterdir())
    return SimpleNamespace(notebook=nbformat.read(folder / "out.ipynb", as_version=4), files=files, said=done)


@pytest.fixture(scope="session")
def from_file(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """The beginning of the notebook under plain papermill with a file of parameters, another seed among them."""
    folder = tmp_path_factory.mktemp("file")
    nbformat.write(beginning(), folder / "notebook.ipynb")
    (folder / "p.yaml").write_text(f"replications: {RUNS}\nseed: 7\nas_of: 2018-09-10\n", encoding="utf-8")
    done = with_papermill(folder, "-f", "p.yaml", source=folder / "notebook.ipynb")
    assert done.returncode == 0, done.stderr[-3000:]
    return nbformat.read(folder / "out.ipynb", as_version=4)


@pytest.fixture(scope="session")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """The beginning of the notebook run as in JupyterLab, after a change in its parameters cell."""
    notebook = beginning()
    (cell,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert "replications = 200" in cell.source
    cell.source = cell.source.replace("replications = 200", f"replications = {RUNS}")
    folder = tmp_path_factory.mktemp("hand")
    nbformat.write(notebook, folder / "notebook.ipynb")
    program = "from nbclient.cli import main; main()"
    done = called("-c", program, "notebook.ipynb", "--inplace", "--timeout=500", cwd=folder)
    assert done.returncode == 0, done.stderr[-3000:]
    assert [file.name for file in folder.iterdir()] == ["notebook.ipynb"]
    return nbformat.read(folder / "notebook.ipynb", as_version=4)
