"""Run a notebook with parameters, through papermill, to a file that holds nothing of the machine it ran on.

The same notebook also runs under plain papermill and by hand. papermill only warns of a misspelt parameter and
reads ``1e-3`` from a file as text, so the notebook itself checks: `refuse_unknown_parameters` and
`typed_parameter` belong in its first cell after the parameters.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from dpsim.errors import DISK_FULL, DpsimError, InputError, RunError
from dpsim.language import say
from dpsim.params.wording import shown_name
from dpsim.report.documents import read_notebook
from dpsim.report.parameters import (
    check_parameters,
    injectable,
    load_parameter_file,
    read_declared_parameters,
    refuse_unknown_parameters,
)
from dpsim.report.scrub import scrub_notebook
from dpsim.report.typed import typed_parameter
from dpsim.report.writing import write_atomically

__all__ = [
    "check_parameters",
    "execute_notebook",
    "load_parameter_file",
    "read_declared_parameters",
    "refuse_unknown_parameters",
    "scrub_notebook",
    "typed_parameter",
]


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
        A cell failed for another reason, and the message names the notebook that was kept, if any could be; or the
        disk is full, and nothing is kept.
    """
    check_parameters(source, parameters)
    values = {name: injectable(name, value) for name, value in parameters.items()}
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.stem}.{os.getpid()}.partial.ipynb")
    failed = out.with_name(f"{out.stem}.failed.ipynb")
    try:
        _run_papermill(source.resolve(), partial, values, lang, cwd or out.parent, progress)
        _save_scrubbed(partial, out)
        failed.unlink(missing_ok=True)
    except BaseException as fault:
        if partial.exists() and not _found_no_room(fault):
            with suppress(InputError, OSError):  # stopped in the middle of writing it, or no room for another
                failed.unlink(missing_ok=True)
                _save_scrubbed(partial, failed)
        if isinstance(fault, Exception) and not isinstance(fault, DpsimError):
            raise _translated(fault, out, failed) from fault
        raise
    finally:
        partial.unlink(missing_ok=True)
    return out


def _run_papermill(source: Path, out: Path, values: dict[str, object], lang: str, cwd: Path, progress: bool) -> None:
    """Let papermill run the notebook, writing `out` cell by cell."""
    import papermill

    bar = {"desc": say("notebook.progress", lang=lang), "unit": say("notebook.progress_unit", lang=lang)}
    with _readable_values(), _quiet("papermill", "asyncio"), _kernels(lang) as kernels:
        papermill.execute_notebook(
            *(str(path).replace("{", "{{").replace("}", "}}") for path in (source, out)),  # papermill formats paths
            parameters=values,
            kernel_name="python3",
            language="python",
            cwd=str(cwd.resolve()),
            progress_bar=bar if progress else False,
            kernel_manager_class=kernels,
        )


@contextmanager
def _kernels(lang: str) -> Iterator[type]:
    """Give the class of managers for one run; no kernel of it outlives the run, however it ends.

    What a kernel itself has to say on standard error is passed on when the run failed: a kernel that is stopped
    complains of closed sockets.
    """
    started: list[Any] = []
    with tempfile.TemporaryFile() as said:
        try:
            yield _kernel_manager(lang, said, started)
        except Exception:
            said.seek(0)
            sys.stderr.write(said.read().decode(errors="replace"))
            raise
        finally:
            for kernel in started:
                _end(kernel)


def _end(kernel: Any) -> None:
    """Kill a kernel that still runs, with the processes it started, and remove its connection file."""
    process = getattr(kernel.provisioner, "process", None)
    if process is not None and process.poll() is None:
        if os.name == "posix":
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # a kernel leads a group of its own
        else:
            process.kill()
        process.wait()
    kernel.cleanup_connection_file()


def _kernel_manager(lang: str, said: IO[bytes], started: list[Any]) -> type:
    """Return a manager whose kernel is this interpreter, talks encrypted where it can, and answers in `lang`.

    The kernel's own standard error goes to `said`; every manager made is added to `started`.
    """
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
            started.append(self)

        def start_kernel(self, *args: Any, **kwargs: Any) -> Any:
            return super().start_kernel(*args, **kwargs, stderr=said)

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
def _quiet(*names: str) -> Iterator[None]:
    """Silence loggers: errors are raised, and papermill takes a default with "=" in it for an unknown parameter.

    A kernel that is stopped is an error to papermill and to the loop it waits in, and none to the user who stopped it.
    """
    loggers = [logging.getLogger(name) for name in names]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _found_no_room(fault: BaseException) -> bool:
    """Tell whether a disk was full, for this process or for a cell, of whose error only the text is known."""
    told = re.match(r"\[Errno (\d+)\]", str(getattr(fault, "evalue", "")))
    return (int(told[1]) if told else getattr(fault, "errno", None)) in DISK_FULL


def _translated(fault: Exception, out: Path, failed: Path) -> DpsimError:
    """Return what went wrong in a notebook as an error of ours, which names what was kept if anything was."""
    kind, text = str(getattr(fault, "ename", type(fault).__name__)), str(getattr(fault, "evalue", fault))
    if kind in _names_of(InputError):
        return InputError("error.notebook_input", text=text)
    if _found_no_room(fault):
        return RunError("cli.no_room", where=shown_name(out, 200), why=text.strip())
    kept = "failed" if failed.is_file() else "lost"
    return RunError(f"error.notebook_{kept}", file=str(failed), kind=kind, text=text.strip())


def _names_of(kind: type[DpsimError]) -> set[str]:
    """Return the names of an error class and all below it."""
    return {kind.__name__}.union(*(_names_of(child) for child in kind.__subclasses__()))


def _save_scrubbed(executed: Path, out: Path) -> None:
    """Write the executed notebook without traces of the machine."""
    import nbformat

    text: str = nbformat.writes(scrub_notebook(read_notebook(executed)))  # type: ignore[no-untyped-call]
    write_atomically(out, (text.rstrip("\n") + "\n").encode("utf-8"))
