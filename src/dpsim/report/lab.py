"""Open a notebook in JupyterLab: on this machine only, in a folder of the user's, until Ctrl-C."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from dpsim.errors import InputError, RunError
from dpsim.params.locate import notebooks_folder
from dpsim.params.wording import shown_name
from dpsim.report.writing import write_atomically

LAST_PORT = 65_535
PATIENCE_SECONDS = 15.0
"""How long the server may take to end its kernels."""


def own_copy(name: str, folder: Path, lang: str) -> Path:
    """Return the user's copy of a notebook that comes with the program, made if there is none yet.

    Parameters
    ----------
    name : str
        Without ending, such as ``explore``.
    folder : pathlib.Path
        Made if it does not exist; what is exported goes there too.
    lang : {"zh", "en"}
        Language the copy begins with; each has a copy of its own.

    Raises
    ------
    InputError
        The folder cannot be written in.
    """
    copy = folder / f"{name}-{lang}.ipynb"
    text = (notebooks_folder() / f"{name}.ipynb").read_text(encoding="utf-8")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not copy.exists():  # one that exists may hold the user's own work
            write_atomically(copy, text.replace(r"lang = \"zh\"", rf"lang = \"{lang}\"").encode("utf-8"))
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError("cli.no_access", where=shown_name(folder, 200), why=why) from None
    return copy


def check_user(*, allow_root: bool) -> None:
    """Refuse root, as Jupyter does, unless the user wants it.

    Raises
    ------
    InputError
        Naming both ways out.
    """
    if os.name == "posix" and os.geteuid() == 0 and not allow_root:
        raise InputError("explorer.error.root")


def lab_command(notebook: Path, *, port: int, browser: bool, allow_root: bool = False) -> list[str]:
    """Return the command that serves a notebook on the loopback address; a token guards it.

    Raises
    ------
    InputError
        This is no port.
    """
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= LAST_PORT:
        raise InputError("explorer.error.port", given=shown_name(port), largest=LAST_PORT)
    return [
        *(sys.executable, "-m", "jupyterlab"),
        f"--ServerApp.root_dir={notebook.resolve().parent}",
        # What the browser opens, and the address that Jupyter prints for people to open themselves.
        f"--LabApp.default_url=/lab/tree/{quote(notebook.name)}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.answer_yes=True",  # Ctrl-C once is enough
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.news_url=None",
        *([] if browser else ["--no-browser"]),
        *(["--allow-root"] if allow_root else []),
    ]


def serve(command: Sequence[str], *, lang: str) -> int:
    """Run the server until it ends and return its status.

    Raises
    ------
    KeyboardInterrupt
        The user stopped it: it has ended, and its kernels with it.
    RunError
        It could not be started.
    """
    try:
        server = subprocess.Popen(command, env={**os.environ, "DPSIM_LANG": lang})
    except OSError as error:
        raise RunError("explorer.error.no_lab", why=error.strerror or str(error)) from None
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.terminate()
        try:
            server.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        raise
