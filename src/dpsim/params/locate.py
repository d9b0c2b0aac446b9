"""Find the folders `params/` and `notebooks/`, in a checkout and in an installed package alike.

A name is a plain word such as ``linyi-2018``. It never becomes part of a path before it has been checked, so a
name cannot lead out of its folder.
"""

from __future__ import annotations

import re
from pathlib import Path

from dpsim.errors import InputError, RunError
from dpsim.params.wording import nearest, shown, shown_name

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}\Z")
"""What a case, a strategy or a batch may be called."""

_PACKAGE = Path(__file__).resolve().parents[1]


def params_folder() -> Path:
    """Return the folder with `cases/`, `strategies/`, `batches/` and `evidence.csv`.

    Raises
    ------
    RunError
        The installation is damaged: there is no such folder.
    """
    return _folder("params")


def notebooks_folder() -> Path:
    """Return the folder with the notebooks.

    Raises
    ------
    RunError
        The installation is damaged: there is no such folder.
    """
    return _folder("notebooks")


def list_cases() -> list[str]:
    """Return the names of all cases that come with the program."""
    return _names("cases")


def list_strategies() -> list[str]:
    """Return the names of all strategies that come with the program."""
    return _names("strategies")


def locate_case(name: str | Path) -> Path:
    """Return the file of a case.

    Parameters
    ----------
    name : str
        Lower-case letters, digits, ``-`` and ``_``.

    Raises
    ------
    InputError
        The name is not a plain name, or no case has it.
    """
    return _locate("cases", name)


def locate_strategy(name: str | Path) -> Path:
    """Return the file of a strategy.

    Parameters
    ----------
    name : str
        Lower-case letters, digits, ``-`` and ``_``.

    Raises
    ------
    InputError
        The name is not a plain name, or no strategy has it.
    """
    return _locate("strategies", name)


def list_batches() -> list[str]:
    """Return the names of all batches that come with the program."""
    return _names("batches")


def locate_batch(name: str | Path) -> Path:
    """Return the file of a batch.

    Parameters
    ----------
    name : str
        Lower-case letters, digits, ``-`` and ``_``.

    Raises
    ------
    InputError
        The name is not a plain name, or no batch has it.
    """
    return _locate("batches", name)


def typed_as_path(given: str | Path) -> bool:
    """Tell whether the user typed a file rather than a name: an existing file, or something ending in .yaml."""
    if isinstance(given, Path):
        return True
    if not isinstance(given, str):
        return False
    if given.endswith((".yaml", ".yml")):
        return True
    try:
        return ("/" in given or "\\" in given) and "\0" not in given and Path(given).is_file()
    except OSError:  # too long a name, or a folder closed to the user: reading says so
        return True


def _folder(name: str) -> Path:
    """Return the folder inside the package, or beside `src` in a checkout."""
    for folder in (_PACKAGE / "_data" / name, _PACKAGE.parents[1] / name):
        if folder.is_dir():
            return folder
    raise RunError("params.no_folder", folder=name, where=shown_name(_PACKAGE, 200))


def _names(kind: str) -> list[str]:
    """List the names in one folder of `params/`."""
    return sorted(file.stem for file in (params_folder() / kind).glob("*.yaml") if NAME.match(file.stem))


def _locate(kind: str, name: str | Path) -> Path:
    """Return the file of a checked and known name."""
    one = {"cases": "case", "strategies": "strategy", "batches": "batch"}[kind]
    if not isinstance(name, str) or not NAME.match(name):
        raise InputError(f"params.bad_{one}_name", given=shown(name), allowed=NAME.pattern.removesuffix(r"\Z"))
    known = _names(kind)
    if name not in known:
        near = nearest(name, known)
        ending = "_near" if near else ""
        raise InputError(
            f"params.unknown_{one}{ending}", given=shown(name), nearest=", ".join(near), allowed=", ".join(known)
        )
    return params_folder() / kind / f"{name}.yaml"
