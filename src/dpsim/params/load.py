"""Load a case, a strategy or a batch, by name or from a file, and check a file without running anything."""

from __future__ import annotations

import errno
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from dpsim.errors import FileFaults, InputError
from dpsim.params.based_on import BASED_ON, filled
from dpsim.params.batch import Batch, names_file
from dpsim.params.dig import choice, entries
from dpsim.params.faults import Fault, Origin, as_error, refuse
from dpsim.params.locate import (
    list_cases,
    list_strategies,
    locate_batch,
    locate_case,
    locate_strategy,
    typed_as_path,
)
from dpsim.params.reader import Document, read_yaml
from dpsim.params.schema import Case, File, Strategy
from dpsim.params.wording import shown, shown_name

__all__ = ["check_file", "list_cases", "list_strategies", "load_batch", "load_case", "load_strategy"]

Kind = TypeVar("Kind", bound=File)
_KINDS: dict[str, type[File]] = {"case": Case, "strategy": Strategy, "batch": Batch}


def load_case(name_or_path: str | Path) -> Case:
    """Return a case.

    Parameters
    ----------
    name_or_path : str or pathlib.Path
        A name of `list_cases`, or a YAML file.

    Returns
    -------
    Case

    Raises
    ------
    FileFaults
        The file cannot be read or breaks rules; all faults together.
    InputError
        No case has this name.

    Examples
    --------
    >>> load_case("linyi-2018").population.enterprises.value
    1748
    """
    file = Path(name_or_path) if typed_as_path(name_or_path) else locate_case(name_or_path)
    return _made(Case, "case", _read(file))


def load_strategy(name_or_path: str | Path) -> Strategy:
    """Return a strategy.

    Parameters
    ----------
    name_or_path : str or pathlib.Path
        A name of `list_strategies`, or a YAML file.

    Returns
    -------
    Strategy

    Raises
    ------
    FileFaults
        The file cannot be read or breaks rules; all faults together.
    InputError
        No strategy has this name.

    Examples
    --------
    >>> [lever.instrument for lever in load_strategy("no_meetings").instruments]
    ['ranking_notice']
    """
    file = Path(name_or_path) if typed_as_path(name_or_path) else locate_strategy(name_or_path)
    return _made(Strategy, "strategy", _read(file))


def load_batch(name_or_path: str | Path) -> Batch:
    """Return a batch; the files it names lie in its own folder, or have paths that start there.

    Parameters
    ----------
    name_or_path : str or pathlib.Path
        A name of `list_batches`, or a YAML file.

    Returns
    -------
    Batch
        Its files are given as they can be opened from the current folder.

    Raises
    ------
    FileFaults
        The file, or a file it names, cannot be read or breaks rules; all faults together.
    InputError
        No batch has this name.

    Examples
    --------
    >>> load_batch("demo").languages
    ('zh', 'en')
    """
    file = Path(name_or_path) if typed_as_path(name_or_path) else locate_batch(name_or_path)
    return _batch(file, _read(file))


def check_file(path: str | Path) -> None:
    """Check a parameter file; its top key ``case``, ``strategy`` or ``batch`` says which kind it is.

    Parameters
    ----------
    path : str or pathlib.Path

    Raises
    ------
    FileFaults
        The file cannot be read or breaks rules; all faults together.
    InputError
        This is no path.
    """
    if not isinstance(path, str | Path):
        raise InputError("params.no_file", where=shown(path))
    if not str(path).strip():
        raise InputError("error.empty_file_name")
    document = _read(Path(path))
    kinds = [key for key in _KINDS if key in document.content]
    if len(kinds) != 1:
        refuse([*document.faults, Fault("params.kind_unknown", (), tuple(document.content))], document.origin)
    if kinds == ["batch"]:
        _batch(Path(path), document)
    else:
        _made(_KINDS[kinds[0]], kinds[0], document)


def _batch(file: Path, document: Document) -> Batch:
    """Return the checked batch of a document, the files it names checked with it."""
    faults: list[InputError] = []
    named = {
        "cases": _named_files(document, "cases", file.parent, load_case, faults),
        "strategies": _named_files(document, "strategies", file.parent, load_strategy, faults),
    }
    try:
        batch = _made(Batch, "batch", document)
    except FileFaults as error:
        faults = [*error.faults, *faults]
    if faults:
        raise FileFaults(shown_name(file, 200), faults)
    return batch.model_copy(update=named)


def _named_files(
    document: Document, key: str, folder: Path, load: Callable[[Path], File], faults: list[InputError]
) -> tuple[object, ...]:
    """Return a list of names and files with the files as they can be opened, and add what is wrong with these."""
    opened: list[object] = []
    from_file: dict[str, bool] = {}
    for index, given in enumerate(entries(document.content, key)):
        id_, is_file = str(given), isinstance(given, str) and names_file(given)
        opened.append(str(folder / id_) if is_file else given)
        if is_file:
            try:
                id_ = load(folder / id_).id
            except FileFaults as error:
                missing = as_error(Fault("params.no_file_named", (key, index), given), document.origin)
                faults.extend(missing if fault.message == "params.no_file" else fault for fault in error.faults)
                continue
        if id_ in from_file and (is_file or from_file[id_]):  # a name twice is a fault of the list itself
            faults.append(as_error(Fault("params.same_id", (key, index), given, {"id": id_}), document.origin))
        from_file.setdefault(id_, is_file)
    return tuple(opened)


def _read(file: Path) -> Document:
    """Return what a file holds; a device, a pipe or a loop of links is refused unopened."""
    try:
        mode = file.stat().st_mode
        odd = not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
    except (OSError, ValueError) as fault:
        odd = getattr(fault, "errno", None) == errno.ELOOP
    if odd:
        refuse([Fault("error.not_regular_file", ())], Origin(str(file)))
    return read_yaml(file)


def _made(kind: type[Kind], key: str, document: Document) -> Kind:
    """Return the checked model; a file of the other kind is refused as such."""
    others = [other for other in _KINDS if other in document.content and key not in document.content]
    if others:
        refuse([Fault(f"params.not_a_{key}", (others[0],), document.content[others[0]])], document.origin)
    if key == "case" and BASED_ON in document.content:
        document = _filled(document)
    return kind.from_content(document.content, document.origin, document.faults)


def _filled(document: Document) -> Document:
    """Return a case's document with what it leaves out taken from the shipped case it is based on."""
    given, names = document.content[BASED_ON], list_cases()
    base = read_yaml(locate_case(given)).content if given in names else {BASED_ON: None}
    if BASED_ON in base:
        complete = [name for name in names if BASED_ON not in read_yaml(locate_case(name)).content]
        refuse([*document.faults, choice("params.not_a_choice", (BASED_ON,), str(given), complete)], document.origin)
    return replace(document, content=filled(document.content, base))
