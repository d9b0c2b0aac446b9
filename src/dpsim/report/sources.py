"""Which files of the program and its inputs a report was made with, file by file, so that a later edit can be named."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from dpsim.experiments.sums import file_digest
from dpsim.params.locate import notebooks_folder, params_folder

SOURCES = "sources.json"
"""The file of a report that keeps the list."""
EVIDENCE = "params/evidence.csv"


@cache
def _program_files() -> dict[str, str]:
    """Return the digest of every file of the package and its notebooks, by name."""
    package = Path(__file__).resolve().parents[1]
    kinds = {".py", ".toml"}
    code = [file for file in package.rglob("*") if file.suffix in kinds and "_data" not in file.parts]
    names = {f"dpsim/{file.relative_to(package).as_posix()}": file for file in code}
    names |= {f"notebooks/{file.name}": file for file in notebooks_folder().glob("*.ipynb")}
    return {name: file_digest(file) for name, file in sorted(names.items())}


def installed_files(inputs: Iterable[str]) -> dict[str, str]:
    """Return the digest of every file of the program that is installed, by name.

    Parameters
    ----------
    inputs : iterable of str
        Names; those below ``params/`` are looked up too, as far as they are there.
    """
    root = params_folder()
    names = sorted(name for name in inputs if name.startswith("params/") and ".." not in Path(name).parts)
    files = {name: root / name.removeprefix("params/") for name in names}
    return _program_files() | {name: file_digest(file) for name, file in files.items() if file.is_file()}


def sources_text(case: str, strategies: Iterable[str]) -> str:
    """Return the list of a report: the program, the evidence, and the shipped files of its case and strategies."""
    return files_text(
        [EVIDENCE, f"params/cases/{case}.yaml", *(f"params/strategies/{name}.yaml" for name in strategies)]
    )


def files_text(inputs: Iterable[str]) -> str:
    """Return the list of the program and some files below ``params/``."""
    return json.dumps(installed_files(inputs), indent=1, sort_keys=True) + "\n"
