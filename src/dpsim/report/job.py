"""The main job: one command from a case to a folder with the report (notebook, HTML, figures, tables, run.json)."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from dpsim.errors import DISK_FULL, InputError, RunError
from dpsim.experiments.sums import write_sums
from dpsim.params.load import load_case, load_strategy
from dpsim.params.locate import notebooks_folder, typed_as_path
from dpsim.params.schema import File
from dpsim.params.wording import shown_name
from dpsim.report.documents import write_html
from dpsim.report.from_table import FromTable
from dpsim.report.made_files import check_replaced, standing_files
from dpsim.report.notebooks import execute_notebook
from dpsim.report.writing import host_mark, is_left
from dpsim.report.yearend import Request

NOTEBOOK = "year_end_projection.ipynb"
MAKING = ".making-"
NEEDED_BYTES = 100_000_000
"""Free space a report must find: many times its own size."""
LONGEST = "x" * 120
"""Stands for the longest name, with its folders, below the folder in which a report is made."""
ATTEMPTS = 50
PAUSE_SECONDS = 0.1
"""How often, and how long apart, the last move is tried while another program is in the way."""

INPUTS = "inputs"
"""Folder of a report that keeps the files it was asked for with."""


@dataclass(frozen=True)
class Finished:
    """Where the report is.

    Attributes
    ----------
    folder : pathlib.Path
    html, notebook : pathlib.Path
    headline : str
        Text of ``headline.txt``, read before the move: the same report made again may be taking the place already.
    """

    folder: Path
    html: Path
    notebook: Path
    headline: str


def check_out(out: Path, below: Path = Path(), *, option: str = "--out") -> None:
    """Refuse a place for files that is a file, lies below one, has no room or cannot be written; nothing is left.

    Parameters
    ----------
    out : pathlib.Path
        The place as the user gave it.
    below : pathlib.Path
        Folder below it where the files will lie.
    option : str
        What the user gave it with.

    Raises
    ------
    InputError
        Naming the place.
    RunError
        It has no room.
    """
    try:
        place = next((place for place in (out / below, *(out / below).parents) if place.exists()), Path())
        if not place.is_dir():
            raise InputError("error.out_not_folder", out=shown_name(place, 200), option=option)
        room = shutil.disk_usage(place)
        if room.total and room.free < NEEDED_BYTES:  # some file systems tell nothing: total 0
            mega = 1_000_000
            raise RunError(
                "error.out_no_room",
                out=shown_name(out, 200),
                free=room.free // mega,
                needed=NEEDED_BYTES // mega,
                option=option,
            )
        with _folders(out / below) as folder, _making(folder) as making:
            (making / LONGEST).write_bytes(b"x")
            sweep(folder)  # every command tidies up after those that were killed
    except (OSError, ValueError) as fault:  # ValueError: a name with a zero byte
        why = getattr(fault, "strerror", None) or str(fault)
        if getattr(fault, "errno", None) in DISK_FULL:
            raise RunError("cli.no_room", where=shown_name(out, 200), why=why) from None
        raise InputError("error.out_not_writable", out=shown_name(out, 200), why=why, option=option) from None


def make_report(
    request: Request,
    out: Path,
    *,
    title: str,
    progress: bool = True,
    tell: Callable[[str], object] = lambda step: None,
) -> Finished:
    """Run the notebook for a checked request and put everything into one folder under `out`.

    The folder appears only when all of it is there: it is made beside its place and moved in at the end. A report
    of the same run replaces the old one; of two made at once the later one stays.

    Parameters
    ----------
    request : Request
    out : pathlib.Path
        Root of all reports.
    title : str
        Title of the HTML.
    progress : bool
        Show a progress bar on standard error.
    tell : callable
        Called with the name of each step as it begins: prepare, notebook, pages, done.

    Raises
    ------
    InputError
        A file of another origin lies in the place, or one that was given has changed.
    RunError
        The notebook failed, the disk is full, or the place stayed taken.
    """
    tell("prepare")
    final = out / place_below(request) / request.run_id()
    check_replaced(final, standing_files(final), record=NOTEBOOK)
    with _folders(final.parent), _making(final.parent) as temporary:
        sweep(final.parent)
        folder = temporary / "report"
        folder.mkdir()
        parameters = {
            "case": _copied(request.case_given, request.loaded or request.case, load_case, folder, "case"),
            "as_of": request.case.as_of.isoformat(),
            "strategy": ",".join(
                _copied(given, strategy, load_strategy, folder, f"strategy_{k + 1}")
                for k, (given, strategy) in enumerate(zip(request.strategies_given, request.strategies, strict=True))
            ),
            "replications": request.replications,
            "seed": request.seed,
            "lang": request.lang,
            "out": ".",
            **({"progress": _copied_table(request.table, folder)} if request.table else {}),
        }
        notebook = folder / NOTEBOOK
        source = notebooks_folder() / NOTEBOOK
        try:
            tell("notebook")
            execute_notebook(source, notebook, parameters, lang=request.lang, cwd=folder, progress=progress)
            tell("pages")
            write_html(notebook, folder / "report.html", lang=request.lang, title=title)
            write_sums(folder)
        except RunError as error:
            raise _kept(error, final) from error
        except OSError as error:
            if error.errno not in DISK_FULL:
                raise
            # The file that had no room is gone with its temporary folder: what is named is the report.
            why = error.strerror or str(error)
            raise RunError("cli.no_room", where=shown_name(final, 200), why=why) from error
        headline = (folder / "headline.txt").read_text(encoding="utf-8")
        put_in_place(folder, final, temporary)
        _kept_beside(final).unlink(missing_ok=True)
    tell("done")
    return Finished(final, final / "report.html", final / NOTEBOOK, headline)


def place_below(request: Request) -> Path:
    """Return the folder of all reports of a case and a day, below the root of the reports."""
    return Path(request.case.id, request.case.as_of.isoformat())


@contextmanager
def _folders(folder: Path) -> Iterator[Path]:
    """Make a folder and those above it; of the new ones, those that stay empty go again."""
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    finally:
        for place in new:
            with suppress(OSError):  # not empty
                place.rmdir()


@contextmanager
def _making(folder: Path) -> Iterator[Path]:
    """Make a temporary folder, by whose name a later run knows whose it was."""
    prefix = f"{MAKING}{host_mark()}-{os.getpid()}-"
    with tempfile.TemporaryDirectory(dir=folder, prefix=prefix, ignore_cleanup_errors=True) as making:
        yield Path(making)


def put_in_place(folder: Path, final: Path, aside: Path) -> None:
    """Move a finished folder to its place; one that is there already goes aside.

    Another process may take the place between the two moves, and Windows moves no folder of which a program holds
    a file open, so the moves are tried again for some seconds.

    Parameters
    ----------
    folder, final : pathlib.Path
        From where to where, on one file system.
    aside : pathlib.Path
        Existing folder for what is replaced.

    Raises
    ------
    RunError
        The place stayed taken.
    """
    why = ""
    for attempt in range(ATTEMPTS):
        try:
            with suppress(FileNotFoundError):
                final.rename(aside / f"replaced-{attempt}")
            folder.rename(final)
            return
        except OSError as error:
            why = error.strerror or str(error)
            time.sleep(PAUSE_SECONDS)
    raise RunError("error.out_busy", out=shown_name(final, 200), why=why)


def _copied(given: str, checked: File, load: Callable[[Path], File], folder: Path, name: str) -> str:
    """Copy a user's own file beside the report, so that it shows what was run; return what the notebook loads.

    Raises
    ------
    InputError
        The file is no longer the one that was checked.
    """
    if not typed_as_path(given):
        return given
    copy = folder / INPUTS / f"{name}.yaml"
    copy.parent.mkdir(exist_ok=True)
    try:
        shutil.copyfile(given, copy)
        same = load(copy).digest == checked.digest
    except (InputError, FileNotFoundError):
        same = False
    if not same:
        raise InputError("error.changed_meanwhile", file=shown_name(given, 200))
    return f"{INPUTS}/{name}.yaml"


def _copied_table(table: FromTable, folder: Path) -> str:
    """Copy the table a report starts from beside it, under its own name, which may hold its date; return its place."""
    copy = folder / INPUTS / Path(table.given).name
    copy.parent.mkdir(exist_ok=True)
    try:
        shutil.copyfile(table.given, copy)
    except FileNotFoundError:
        raise InputError("error.changed_meanwhile", file=shown_name(table.given, 200)) from None
    return f"{INPUTS}/{copy.name}"


def _kept(error: RunError, final: Path) -> RunError:
    """Move a notebook that failed out of the temporary folder and name its new place; name no temporary one."""
    if error.message == "cli.no_room":
        return RunError(error.message, **(error.values | {"where": shown_name(final, 200)}))
    failed = Path(str(error.values.get("file", "")))
    if not failed.is_file():
        return error
    kept = _kept_beside(final)
    failed.replace(kept)
    return RunError(error.message, **(error.values | {"file": kept.as_posix()}))


def _kept_beside(final: Path) -> Path:
    """Return where the notebook of a failed attempt at a report is kept."""
    return final.with_name(f"{final.name}.failed.ipynb")


def sweep(folder: Path) -> None:
    """Remove the temporary folders of runs that were killed."""
    for making in folder.glob(f"{MAKING}*"):
        with suppress(FileNotFoundError):  # its own run, or another sweep, may have just removed it
            if is_left(making, making.name.removeprefix(MAKING)):
                shutil.rmtree(making, ignore_errors=True)
