"""What an ensemble on disk is made of, item by item: the code, the libraries, the inputs, and what was asked for.

Two ensembles with equal items have equal numbers, so one may go on where the other stopped; with one item changed they
are two ensembles, and the items say which it was. What cannot move a number stands outside: how many replications, how
many processes, on which machine.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dpsim.experiments.runrecord import library_version
from dpsim.experiments.sums import file_digest
from dpsim.model.prior import PathSet
from dpsim.model.table_paths import TablePaths
from dpsim.params.load import load_strategy
from dpsim.params.schema import canonical
from dpsim.params.wording import shown, shown_name

if TYPE_CHECKING:
    from dpsim.engines.world import Setting

Identity = dict[str, dict[str, Any]]
"""Sections of items: asked, code, libraries, case, strategy, reference."""
FORMAT = 1
"""Raised when files of earlier versions of the store can no longer be read."""
FOLDERS = ("core", "engines", "experiments", "measure", "model", "params", "strategies")
"""Folders of the package whose code can move a number of a run: it imports from no other (a test holds it to that)."""
LIBRARIES = ("numba", "numpy", "pandas", "scipy")
DIGITS = 16
ABSENT = "-"


def identity_of(setting: Setting, *, seed: int, by: tuple[str, ...], paths: PathSet | TablePaths | None) -> Identity:
    """Return the items of an ensemble.

    Parameters
    ----------
    setting : Setting
    seed : int
    by : tuple of str
        Groupings of the indicators.
    paths : PathSet, TablePaths or None
        The paths given by the caller; None where they are drawn from the case.

    Returns
    -------
    dict of str to dict
        ``asked`` holds what the caller chose; every other section what may have been edited since.
    """
    case, strategy, engine = setting.case, setting.strategy, setting.engine
    return {
        "asked": {
            "format": FORMAT,
            "case": case.id,
            "strategy": strategy.id,
            "seed": int(seed),
            "by": list(by),
            "engine": engine,
            "paths": "drawn" if paths is None else _digest_of(paths),
            **({"state": setting.observed} if setting.observed else {}),
        },
        "code": code_files(),
        "libraries": library_versions(engine),
        "case": leaves(case.content()),
        "strategy": leaves(strategy.content()),
        "reference": leaves(load_strategy(case.default_strategy).content()),
    }


def library_versions(*engines: str) -> dict[str, str]:
    """Return the versions of whatever the numbers of some engines pass through."""
    libraries = (*LIBRARIES, "simpy") if "simpy" in engines else LIBRARIES
    # A patch of the interpreter changes no arithmetic; a version of a library may.
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        **{name: library_version(name) for name in libraries},
    }


def identity_text(identity: Identity) -> str:
    """Return an identity as it is kept on disk: equal identities give equal texts."""
    return json.dumps(identity, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def experiment_id(identity: Identity) -> str:
    """Return 16 hex digits over everything in an identity."""
    return hashlib.sha256(identity_text(identity).encode()).hexdigest()[:DIGITS]


def folder_name(identity: Identity) -> str:
    """Return the name of an ensemble's folder; ids of cases and strategies are plain words (`dpsim.params.rules`)."""
    return f"{folder_prefix(identity)}{experiment_id(identity)}"


def folder_prefix(identity: Identity) -> str:
    """Return how the names of all ensembles of one case, strategy and seed begin."""
    asked = identity["asked"]
    return f"{asked['case']}-{asked['strategy']}-seed{asked['seed']}-"


def changes(old: Identity, new: Identity) -> list[str]:
    """Return a line for every item that differs: file names of the code, ``key: old -> new`` of everything else."""
    lines = []
    for section in new:
        before, after = old.get(section, {}), new[section]
        for key in sorted(before.keys() | after.keys()):
            if before.get(key, ABSENT) != after.get(key, ABSENT):
                lines.append(_line(section, key, before, after))
    return lines


def listed(lines: list[str], most: int) -> str:
    """Return changes as the lines of a message, at most so many of them."""
    return "\n".join([f"  {line}" for line in lines[:most]] + ["  ..."] * (len(lines) > most))


def _line(section: str, key: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return how one changed item is shown."""
    name = f"{section}: {shown_name(key)}"
    if section == "code":
        return f"{name} ({'+' if key not in before else '-' if key not in after else '*'})"
    return f"{name}: " + " -> ".join(shown(side[key]) if key in side else ABSENT for side in (before, after))


def leaves(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return every value of plain content by its dotted key."""
    return dict(_leaves(canonical(dict(content)), ""))


def _leaves(entry: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Yield dotted keys and values below an entry."""
    inner = entry.items() if isinstance(entry, dict) else enumerate(entry) if isinstance(entry, list) else None
    if not inner:
        yield key, entry
        return
    for name, item in inner:
        yield from _leaves(item, f"{key}.{name}" if key else str(name))


@cache
def code_files() -> dict[str, str]:
    """Return the digest of every source file that can move a number."""
    package = Path(__file__).resolve().parent.parent
    files = sorted(file for folder in FOLDERS for file in (package / folder).rglob("*.py"))
    return {file.relative_to(package).as_posix(): file_digest(file) for file in files}


code_files()  # now, as the code itself is loaded: what is edited later is not what this process runs


@cache
def code_id() -> str:
    """Return a digest of `code_files`: processes with equal ones run the same code."""
    return hashlib.sha256(json.dumps(code_files()).encode()).hexdigest()


def _digest_of(paths: PathSet | TablePaths) -> str:
    """Return a digest of every array of a path set."""
    digest = hashlib.sha256()
    for field in fields(paths):
        array = getattr(paths, field.name)
        digest.update(f"{field.name} {array.dtype} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
