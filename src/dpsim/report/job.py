"""The main job: one command from a case to a folder with the report (notebook, HTML, figures, tables, run.json)."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from dpsim.errors import InputError, RunError
from dpsim.params.locate import notebooks_folder, typed_as_path
from dpsim.report.documents import write_html
from dpsim.report.notebooks import execute_notebook
from dpsim.report.yearend import Request

NOTEBOOK = "year_end_projection.ipynb"
MAKING = ".making-"
STALE_SECONDS = 86_400.0


@dataclass(frozen=True)
class Finished:
    """Where the report is.

    Attributes
    ----------
    folder : pathlib.Path
    html, notebook : pathlib.Path
    """

    folder: Path
    html: Path
    notebook: Path


def check_out(out: Path) -> None:
    """Refuse a place for reports that is a file, or lies below one.

    Raises
    ------
    InputError
        Naming the file.
    """
    for place in (out, *out.parents):
        if place.exists() and not place.is_dir():
            raise InputError("error.out_not_folder", out=str(place)[:200])


def make_report(request: Request, out: Path, *, title: str, progress: bool = True) -> Finished:
    """Run the notebook for a checked request and put everything into one folder under `out`.

    The folder appears only when all of it is there: it is made beside its place and moved in at the end. A report
    of the same run replaces the old one.

    Parameters
    ----------
    request : Request
    out : pathlib.Path
        Root of all reports.
    title : str
        Title of the HTML.
    progress : bool
        Show progress on standard error.
    """
    final = out / request.case.id / request.case.as_of.isoformat() / request.run_id()
    final.parent.mkdir(parents=True, exist_ok=True)
    _sweep(final.parent)
    with tempfile.TemporaryDirectory(dir=final.parent, prefix=MAKING) as temporary:
        folder = Path(temporary) / "report"
        folder.mkdir()
        parameters = {
            "case": _copied(request.case_given, folder, "case"),
            "as_of": request.case.as_of.isoformat(),
            "strategy": ",".join(
                _copied(given, folder, f"strategy_{k + 1}") for k, given in enumerate(request.strategies_given)
            ),
            "replications": request.replications,
            "seed": request.seed,
            "lang": request.lang,
            "out": ".",
        }
        notebook = folder / NOTEBOOK
        source = notebooks_folder() / NOTEBOOK
        try:
            execute_notebook(source, notebook, parameters, lang=request.lang, cwd=folder, progress=progress)
            write_html(notebook, folder / "report.html", lang=request.lang, title=title)
        except RunError as error:
            raise _kept(error, final) from error
        if final.exists():
            final.replace(Path(temporary) / "replaced")
        folder.replace(final)
    return Finished(final, final / "report.html", final / NOTEBOOK)


def _copied(given: str, folder: Path, name: str) -> str:
    """Copy a user's own file beside the report, so that it shows what was run; return what the notebook loads."""
    if not typed_as_path(given):
        return given
    inputs = folder / "inputs"
    inputs.mkdir(exist_ok=True)
    shutil.copyfile(given, inputs / f"{name}.yaml")
    return f"inputs/{name}.yaml"


def _kept(error: RunError, final: Path) -> RunError:
    """Move a notebook that failed out of the temporary folder and name its new place."""
    failed = Path(str(error.values.get("file", "")))
    if not failed.is_file():
        return error
    kept = final.with_name(f"{final.name}.failed.ipynb")
    failed.replace(kept)
    return RunError(error.message, **(error.values | {"file": kept.as_posix()}))


def _sweep(folder: Path) -> None:
    """Remove what runs that were killed more than a day ago left behind."""
    for stale in folder.glob(f"{MAKING}*"):
        if time.time() - stale.stat().st_mtime > STALE_SECONDS:
            shutil.rmtree(stale, ignore_errors=True)
