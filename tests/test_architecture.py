"""The folder tree is the architecture: layers, where a library may be imported, sizes, and a light import."""

from __future__ import annotations

import ast
import graphlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import dpsim
from dpsim.core.compiled import KERNEL_FOLDERS

PACKAGE = Path(dpsim.__file__).parent
PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
SOURCES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES = 500
HEAVY = ("numpy", "pandas", "numba", "scipy", "simpy", "matplotlib", "joblib", "pydantic", "papermill")


def lint_imports(config: Path, path: Path) -> tuple[int, set[str], set[str], str]:
    """Run import-linter on the package found first on `path`; return exit status, contracts kept, broken, output."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--config", str(config), "--no-cache", "--no-logo"],
        cwd=path,
        env={**os.environ, "PYTHONPATH": str(path), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    output = done.stdout + done.stderr
    verdict = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", output, flags=re.MULTILINE))
    kept, broken = ({name for name, v in verdict.items() if v == word} for word in ("KEPT", "BROKEN"))
    return done.returncode, kept, broken, output


def contracts() -> dict[str, str]:
    """Return the contracts of `pyproject.toml`, id to name."""
    table = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return {entry["id"]: entry["name"] for entry in table}


def test_imports_go_downwards_only() -> None:
    status, kept, broken, output = lint_imports(PYPROJECT, PACKAGE.parent)
    assert status == 0 and not broken, f"imports against the layers:\n{output}"
    assert kept == set(contracts().values()) and len(kept) >= 6, output


PLANTED = {
    "layers": [
        ("core/rates.py", "from dpsim.params.load import load_case"),
        ("strategies/__init__.py", "from dpsim.model.state import Col"),
        ("measure/stages.py", "import dpsim.model.state"),
        ("model/targets.py", "def late():\n    from dpsim.engines import world"),
        ("errors.py", "import dpsim.core.words"),
        ("newcomer/__init__.py", ""),
    ],
    "simpy": [("engines/world.py", "import simpy"), ("model/adoption.py", "from simpy import Environment")],
    "engines": [
        ("engines/simpy_engine.py", "from dpsim.engines.waiting import push"),
        ("engines/supervision.py", "def late():\n    import dpsim.engines.scheduler"),
    ],
    "cluster": [("experiments/executors.py", "def late():\n    import distributed")],
    "matplotlib": [("measure/indicators.py", "import matplotlib.pyplot")],
    "papermill": [("experiments/ensemble.py", "import papermill")],
    "pandas": [("engines/log.py", "import pandas"), ("params/load.py", "from pandas import DataFrame")],
    "facts": [("strategies/ranking_notice.py", "from dpsim.engines.world import World")],
}


def plant(root: Path, file: str, text: str) -> None:
    """Add lines to a file of a copy of the package."""
    target = root / "dpsim" / file
    target.parent.mkdir(exist_ok=True)
    before = target.read_text(encoding="utf-8") if target.exists() else ""
    target.write_text(f"{before}\n{text}\n", encoding="utf-8")


def test_every_contract_can_break(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "dpsim", ignore=shutil.ignore_patterns("__pycache__"))
    assert lint_imports(PYPROJECT, tmp_path)[0] == 0, "the copy itself is clean"
    for places in PLANTED.values():
        for file, text in places:
            plant(tmp_path, file, text)
    status, _, broken, output = lint_imports(PYPROJECT, tmp_path)
    assert status == 1 and set(PLANTED) == set(contracts())
    assert broken == {contracts()[id_] for id_ in PLANTED}, output
    for needle in ("dpsim.core.rates -> dpsim.params.load", "dpsim.strategies -> dpsim.model.state", "newcomer"):
        assert needle in output, f"not reported: {needle}\n{output}"
    for module in (
        "engines.world",
        "measure.stages",
        "model.targets",
        "errors",
        "engines.log",
        "strategies.ranking_notice",
        "engines.simpy_engine",
        "engines.supervision",
    ):
        assert f"dpsim.{module} -> " in output, f"not reported: {module}\n{output}"


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_no_file_is_long_and_each_says_what_it_is_for(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    lines = text.count("\n")
    assert lines <= MAX_LINES, f"{file.name} has {lines} lines: more than {MAX_LINES}"
    assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{file.name} has no docstring"


def forbidden_calls(text: str) -> set[str]:
    """Return what library code must not do: print to standard output, or leave the interpreter."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "print" and not any(keyword.arg == "file" for keyword in node.keywords):
                found.add("print")
            if node.func.id in ("exit", "quit", "eval", "exec", "hash"):
                found.add(node.func.id)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "seed":
            found.add("if seed")
    return found


def test_library_code_neither_prints_nor_hashes() -> None:
    quiet = [file for file in SOURCES if file.parent.name not in ("dpsim", "report", "figures")]
    assert len(quiet) > 30
    assert not {file.name: found for file in quiet if (found := forbidden_calls(file.read_text(encoding="utf-8")))}
    assert forbidden_calls("print(1)\nhash('a')\nif seed:\n    eval('1')") == {"print", "hash", "if seed", "eval"}
    assert not forbidden_calls("import sys\nprint('x', file=sys.stderr)\nif seed is not None: pass")


def engine_modules(name: str) -> set[str]:
    """Return the modules of `engines` that a fresh process has loaded after importing one of them."""
    script = f"import json, sys, dpsim.engines.{name}\nprint(json.dumps([m for m in sys.modules]))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return {module for module in json.loads(done.stdout) if module.startswith("dpsim.engines.")}


def test_the_contract_names_the_whole_compiled_scheduler() -> None:
    """Else a new file of it could be imported by the reference engine, and a fault in it would be in both."""
    table = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    named = set(next(entry for entry in table if entry["id"] == "engines")["forbidden_modules"])
    reference, compiled = engine_modules("simpy_engine"), engine_modules("compiled_engine")
    assert named == compiled - reference, "modules of the compiled scheduler alone"
    assert "dpsim.engines.simpy_engine" not in compiled and "dpsim.engines.world" in reference & compiled


def loaded_after(statement: str) -> list[str]:
    """Return which heavy libraries a fresh process has loaded after a statement."""
    script = f"import json, sys\n{statement}\nprint(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_importing_dpsim_loads_nothing_heavy() -> None:
    assert loaded_after("import dpsim") == []
    assert loaded_after("import dpsim; dir(dpsim); dpsim.__all__") == []
    assert "pydantic" in loaded_after("import dpsim; dpsim.load_case") and "numpy" in loaded_after(
        "import dpsim; dpsim.run_replication"
    ), "what is loaded would be noticed"


def imports_at_once(text: str, names: set[str]) -> set[str]:
    """Return which of the modules `names` a source imports as it is imported itself, not in a function or for types."""
    found, todo = set(), list(ast.parse(text).body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            each = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {full if full in names else str(node.module) for full in each}
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        ):
            todo += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]
    return found & names


def import_cycle(sources: dict[str, str]) -> list[str]:
    """Return modules that import each other in a circle; nothing if there is none."""
    graph = {name: imports_at_once(text, set(sources)) for name, text in sources.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def test_every_module_can_be_imported_first() -> None:
    """No circle, so that it does not matter which module comes first; no warning, no output."""
    sources = {
        ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): file.read_text(
            encoding="utf-8"
        )
        for file in SOURCES
        if file.name != "__main__.py"
    }
    assert import_cycle(sources) == [] and len(sources) > 50
    planted = {**sources, "dpsim.errors": f"{sources['dpsim.errors']}\nfrom dpsim.params import load\n"}
    assert {"dpsim.errors", "dpsim.params.load"} <= set(import_cycle(planted))
    late = "\ndef late():\n    from dpsim.params import load\n"
    assert import_cycle({**sources, "dpsim.errors": sources["dpsim.errors"] + late}) == []
    script = f"import importlib\nfor name in {list(sources)[::-1]!r}:\n    importlib.import_module(name)\n"
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and not done.stdout and not done.stderr, done.stdout + done.stderr


def stale_kernels(sources: dict[str, str]) -> set[str]:
    """Return compiled functions outside the hashed folders that a compiled module there takes from another one.

    Numba sees an edit of a file in the cache of its own functions only; the hash is of the folders.
    """
    mark = re.compile(r"^@(?:typed_)?(?:lean_)?(?:inner_)?(?:kernel|routine)\b.*\ndef (\w+)", flags=re.MULTILINE)
    outside = {file: text for file, text in sources.items() if file.split("/")[0] not in KERNEL_FOLDERS}
    own = {file: set(mark.findall(text)) for file, text in outside.items()}
    compiled = {file for file, names in own.items() if names}
    found = set()
    for file in compiled:
        others = set().union(*(own[other] for other in compiled - {file}))
        taken = {
            alias.name
            for node in ast.walk(ast.parse(outside[file]))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        found |= taken & others
    return found


def test_no_compiled_function_can_go_stale() -> None:
    sources = {file.relative_to(PACKAGE).as_posix(): file.read_text(encoding="utf-8") for file in SOURCES}
    assert not stale_kernels(sources)
    assert any("@routine" in text for file, text in sources.items() if file.startswith("forecast/")), "there are some"
    taken = "from dpsim.forecast.flow import limit\n" + sources["forecast/regimes.py"]
    assert stale_kernels(sources | {"forecast/regimes.py": taken}) == {"limit"}
