"""Run a notebook with parameters, through papermill, to a file that holds nothing of the machine it ran on.

The same notebook also runs under plain papermill and by hand. papermill only warns of a misspelt parameter and
reads ``1e-3`` from a file as text, so the notebook itself checks: `refuse_unknown_parameters` and
`typed_parameter` belong in its first cell after the parameters.
"""

from __future__ import annotations

import ast
import keyword
import logging
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar, cast

from dpsim.errors import DpsimError, FileFaults, InputError, RunError
from dpsim.language import say
from dpsim.report.documents import read_notebook, without_progress, write_atomically

T = TypeVar("T", bool, int, float, str, date)

_PLAIN = (str, bool, int, float, type(None), list, dict)


def execute_notebook(
    source: Path,
    out: Path,
    parameters: Mapping[str, object],
    *,
    lang: str,
    cwd: Path | None = None,
    progress: bool = True,
) -> Path:
    """Run a notebook in this interpreter's environment and write it with its outputs.

    Parameters
    ----------
    source, out : Path
        The notebook and where the executed one goes. `out` appears complete or not at all; what a failed run has
        reached is kept beside it as ``<stem>.failed.ipynb``, and an `out` of an earlier run is left alone.
    parameters : mapping
        Values for names the notebook declares; dates may be given as dates.
    lang : {"zh", "en"}
        Language of the messages raised inside the notebook and of the progress bar.
    cwd : Path, optional
        Working folder of the notebook; the folder of `out` when not given.
    progress : bool
        Show a bar on stderr.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    InputError
        The parameters are wrong, or a cell found its input wrong.
    RunError
        A cell failed for another reason; the message names the notebook that was kept.
    """
    check_parameters(source, parameters)
    values = {name: _injectable(name, value) for name, value in parameters.items()}
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.stem}.{os.getpid()}.partial.ipynb")
    failed = out.with_name(f"{out.stem}.failed.ipynb")
    try:
        _run_papermill(source.resolve(), partial, values, lang, cwd or out.parent, progress)
        _save_scrubbed(partial, out)
        failed.unlink(missing_ok=True)
    except BaseException as fault:
        if partial.exists():
            _save_scrubbed(partial, failed)
        if isinstance(fault, Exception) and not isinstance(fault, DpsimError):
            raise _translated(fault, failed) from fault
        raise
    finally:
        partial.unlink(missing_ok=True)
    return out


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
    return {name: _injectable(name, value) for name, value in loaded.items()}


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


def typed_parameter(name: str, value: object, kind: type[T]) -> T:
    """Return a parameter with its type, also where papermill's own file reader has left a text.

    Parameters
    ----------
    name : str
        For the message.
    value : object
        What the notebook was given, such as ``"1e-3"`` or ``"2026-06-30"``.
    kind : {bool, int, float, str, datetime.date}
        What it must be. Numbers are finite; a whole number may be written ``1e3``.

    Raises
    ------
    InputError
        The value is none of this kind.

    Examples
    --------
    >>> typed_parameter("rate_per_year", "1e-3", float)
    0.001
    """
    try:
        return cast(T, _CONVERTERS[kind](value))
    except (ValueError, OverflowError) as fault:
        wanted = say(f"notebook.kind_{kind.__name__}")
        raise InputError("error.notebook_parameter_kind", name=name, given=repr(value), wanted=wanted) from fault


def scrub_notebook(notebook: Any) -> Any:
    """Remove from an executed notebook what belongs to the machine and the hour, in place, and return it.

    Times, durations, absolute paths, process numbers, object addresses and progress bars go; cell ids are counted
    anew. Two runs with the same results then compare equal.
    """
    kept = notebook.metadata.get("papermill", {})
    for name in ("output_path", "start_time", "end_time", "duration"):
        kept.pop(name, None)
    if kept.get("input_path"):
        kept["input_path"] = Path(kept["input_path"]).name
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number:03d}"
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            for output in cell.outputs:
                _scrub_output(output)
            cell.outputs = [output for output in cell.outputs if output.get("text") != ""]
    return notebook


def _run_papermill(source: Path, out: Path, values: dict[str, object], lang: str, cwd: Path, progress: bool) -> None:
    """Let papermill run the notebook, writing `out` cell by cell."""
    import papermill

    bar = {"desc": say("notebook.progress", lang=lang), "unit": say("notebook.progress_unit", lang=lang)}
    with _readable_values(), _quiet("papermill"):
        papermill.execute_notebook(
            *(str(path).replace("{", "{{").replace("}", "}}") for path in (source, out)),  # papermill formats paths
            parameters=values,
            kernel_name="python3",
            language="python",
            cwd=str(cwd.resolve()),
            progress_bar=bar if progress else False,
            kernel_manager_class=_kernel_manager(lang),
        )


def _kernel_manager(lang: str) -> type:
    """Return a manager whose kernel is this interpreter, talks encrypted where it can, and answers in `lang`."""
    import zmq
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class OwnKernel(AsyncKernelManager):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            # The interpreter is named outright: a kernelspec of the user's may point to another one.
            spec = get_kernel_dict()
            self._kernel_spec = KernelSpec(env={"DPSIM_LANG": lang}, **spec)
            # Newer kernels print a warning on stderr when their sockets are not encrypted.
            if self.has_trait("transport_encryption") and zmq.has("curve"):
                self.transport_encryption = "auto"

    return OwnKernel


@contextmanager
def _readable_values() -> Iterator[None]:
    """Make papermill write Chinese values as they are, not as escapes, for the time of a run."""
    from papermill.translators import PythonTranslator, papermill_translators

    class Readable(PythonTranslator):  # type: ignore[misc]
        @classmethod
        def translate_str(cls, val: str) -> str:
            return repr(val)

    usual = papermill_translators.find_translator("python3", "python")
    papermill_translators.register("python", Readable)
    try:
        yield
    finally:
        papermill_translators.register("python", usual)


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Silence a logger below errors: papermill takes a default with "=" in it for an unknown parameter."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _translated(fault: Exception, failed: Path) -> DpsimError:
    """Return what went wrong in a notebook as an error of ours."""
    kind, text = str(getattr(fault, "ename", type(fault).__name__)), str(getattr(fault, "evalue", fault))
    if kind in _names_of(InputError):
        return InputError("error.notebook_input", text=text)
    return RunError("error.notebook_failed", file=str(failed), kind=kind, text=text.strip())


def _names_of(kind: type[DpsimError]) -> set[str]:
    """Return the names of an error class and all below it."""
    return {kind.__name__}.union(*(_names_of(child) for child in kind.__subclasses__()))


def _save_scrubbed(executed: Path, out: Path) -> None:
    """Write the executed notebook without traces of the machine."""
    import nbformat

    text: str = nbformat.writes(scrub_notebook(read_notebook(executed)))  # type: ignore[no-untyped-call]
    write_atomically(out, (text.rstrip("\n") + "\n").encode("utf-8"))


def _scrub_output(output: Any) -> None:
    """Clean one output of a cell."""
    output.get("metadata", {}).pop("execution", None)
    if output.output_type == "stream":
        output.text = _scrub_text(without_progress(output.text))
    if output.output_type == "error":
        output.evalue = _scrub_text(output.evalue)
        output.traceback = [_scrub_text(line) for line in output.traceback]
    for mime, content in output.get("data", {}).items():
        if mime == "image/svg+xml":
            output.data[mime] = re.sub(r"<dc:date>[^<]*</dc:date>", "", content)
        elif mime.startswith("text/"):
            output.data[mime] = _scrub_text(content)


def _scrub_text(text: str) -> str:
    """Replace folders of this machine, the kernel's process number and object addresses."""
    if "ipykernel_" in text:  # the pattern is slow on a text that embeds pictures
        text = re.sub(r"[^\s'\"]*ipykernel_\d+[/\\]\d+\.py", "<cell>", text)
    text = re.sub(r" at 0x[0-9a-fA-F]{6,}", " at 0x...", text)
    package, home = str(Path(__file__).parents[1]), str(Path.home())
    for folder, name in ((package, "<dpsim>"), (sys.prefix, "<python>"), (sys.base_prefix, "<python>"), (home, "~")):
        if len(folder) > 1 and folder in text:  # the start of a word, or the end of a colour code
            text = re.sub(rf"(?:(?<![\w./~-])|(?<=\dm)){re.escape(folder)}(?=[/\\])", name, text)
    return text


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


def _injectable(name: str, value: object) -> object:
    """Return a value as papermill can write it into a cell."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_injectable(name, item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _injectable(name, item) for key, item in value.items()}
    if isinstance(value, _PLAIN) and not isinstance(value, dict):
        return value
    raise InputError("error.notebook_parameter_value", name=name, given=repr(value))


def _as_bool(value: object) -> bool:
    """Read true or false."""
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if isinstance(value, bool):
        return value
    raise ValueError(value)


def _as_float(value: object) -> float:
    """Read a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or not isfinite(number := float(value)):
        raise ValueError(value)
    return number


def _as_int(value: object) -> int:
    """Read a whole number, long seeds digit by digit."""
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d+\s*", value):
        return int(value)
    number = _as_float(value)
    if not number.is_integer():
        raise ValueError(value)
    return value if isinstance(value, int) else int(number)


def _as_str(value: object) -> str:
    """Read a text; a number would have lost its leading zeros already."""
    if isinstance(value, str):
        return value
    raise ValueError(value)


def _as_date(value: object) -> date:
    """Read a day."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return date.fromisoformat(value)
    raise ValueError(value)


_CONVERTERS: dict[type, Callable[[object], object]] = {
    bool: _as_bool,
    int: _as_int,
    float: _as_float,
    str: _as_str,
    date: _as_date,
}
