"""The parameters of a notebook: what it declares, what it is given, and the refusal of names it does not know.

A notebook declares its parameters in the cell tagged ``parameters``, as assignments of plain values. papermill
writes what it is given into a cell of its own and only warns of a name that is not declared.
"""

from __future__ import annotations

import ast
import keyword
import os
from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from dpsim.errors import FileFaults, InputError
from dpsim.language import LANGUAGES, say
from dpsim.report.documents import read_notebook

_PLAIN = (str, bool, int, float, type(None), list, dict)


def load_parameter_file(path: Path) -> dict[str, object]:
    """Read the parameters of a notebook from a YAML file (YAML 1.2: ``1e-3`` is a number, ``no`` is a text).

    Returns
    -------
    dict
        Names to values; dates as ISO text, because papermill injects no others.

    Raises
    ------
    InputError
        The file cannot be read, repeats a name, or holds what a notebook cannot be given.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        loaded = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, YAMLError) as fault:
        mark = getattr(fault, "problem_mark", None)
        where = str(path) if mark is None else f"{path}:{mark.line + 1}"
        reason = getattr(fault, "problem", None) or getattr(fault, "strerror", None) or fault
        raise InputError("error.notebook_file_unreadable", where=where, fault=str(reason)) from fault
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise InputError("error.notebook_file_not_a_table", where=str(path))
    faults = [
        InputError("error.notebook_file_name", given=str(name))
        for name in loaded
        if not (isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name))
    ]
    _raise_all(str(path), faults)
    return {name: injectable(name, value) for name, value in loaded.items()}


def read_declared_parameters(notebook: Path) -> dict[str, object]:
    """Return the parameters a notebook declares, with their defaults.

    They are the assignments of plain values in the cell tagged ``parameters``; no code is run.
    """
    cells = read_notebook(notebook).cells
    tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    try:
        return {
            name: ast.literal_eval(value) for cell in tagged[:1] for name, value in _assignments(ast.parse(cell.source))
        }
    except (ValueError, SyntaxError) as fault:
        raise InputError("error.notebook_parameters_cell", file=notebook.name) from fault


def check_parameters(notebook: Path, given: Mapping[str, object]) -> None:
    """Refuse names the notebook does not declare, all at once, each with the nearest right one."""
    declared = tuple(read_declared_parameters(notebook))
    _raise_all(notebook.name, [_unknown(name, declared, notebook.name) for name in given if name not in declared])


def refuse_unknown_parameters(namespace: Mapping[str, object], *, declared: Sequence[str]) -> None:
    """Stop a notebook that was given a parameter it does not declare.

    papermill puts its values into a cell of their own, nothing but assignments, before this call. So the names
    to look at are those assigned by such cells of the input history up to the first run of the calling cell: a
    name set further down, or by hand later on, is no parameter. Without a history all plain values count.
    (So a notebook keeps constants of its own below this call.)

    Parameters
    ----------
    namespace : mapping
        ``globals()`` of the notebook.
    declared : sequence of str
        All names of its ``parameters`` cell.

    Raises
    ------
    InputError
        Naming the nearest right name.
    """
    if namespace.get("lang") in LANGUAGES:
        os.environ["DPSIM_LANG"] = str(namespace["lang"])  # what else is wrong is said in the same language
    assigned = _names_assigned_before(namespace)
    if assigned is None:
        assigned = [
            name
            for name, value in namespace.items()
            if isinstance(value, _PLAIN) and not name.startswith("_") and name not in {"In", "Out"}
        ]
    where = say("notebook.this_notebook")
    unknown = [name for name in dict.fromkeys(assigned) if name not in declared]
    _raise_all(where, [_unknown(name, declared, where) for name in unknown])


def injectable(name: str, value: object) -> object:
    """Return a value as papermill can write it into a cell."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [injectable(name, item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: injectable(name, item) for key, item in value.items()}
    if isinstance(value, _PLAIN) and not isinstance(value, dict):
        return value
    raise InputError("error.notebook_parameter_value", name=name, given=repr(value))


def _names_assigned_before(namespace: Mapping[str, object]) -> list[str] | None:
    """Return the names set by cells of mere assignments before the calling cell first ran (None: no history)."""
    history = namespace.get("In")
    if not isinstance(history, list) or len(history) < 2 or not history[-1]:
        return None
    names: list[str] = []
    for cell in history[: history.index(history[-1])]:
        try:
            names += [name for name, _ in _assignments(ast.parse(cell))]
        except (SyntaxError, ValueError):
            continue
    return names


def _assignments(cell: ast.Module) -> list[tuple[str, ast.expr]]:
    """Return names and values of a cell of plain assignments; ValueError if it holds anything else."""
    pairs = []
    for line in cell.body:
        match line:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                pairs.append((name, value))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                pairs.append((name, value))
            case _:
                raise ValueError(line)
    return pairs


def _unknown(name: str, declared: Sequence[str], where: str) -> InputError:
    """Return the error about a misspelt name."""
    near = get_close_matches(name, declared, n=1, cutoff=0.5)
    message = "error.notebook_parameter_misspelt" if near else "error.notebook_parameter_unknown"
    return InputError(message, given=name, where=where, nearest=near[0] if near else "", allowed=", ".join(declared))


def _raise_all(where: str, faults: Sequence[InputError]) -> None:
    """Raise nothing, the one fault, or all of them together."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise FileFaults(where, faults)
