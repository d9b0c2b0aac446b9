"""Writing a figure to files that are the same, byte for byte, each time.

A half-written file is never seen: the bytes go to a file beside the wanted one, which then takes its name.
"""

from __future__ import annotations

import os
import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from dpsim.errors import InputError
from dpsim.report.figures.style import look

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 150
_KINDS: dict[str, dict[str, None]] = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}


def save_figure(figure: Figure, folder: str | os.PathLike[str], name: str) -> list[Path]:
    """Write a figure as PNG (150 dots per inch) and SVG (letters as outlines).

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    folder : path
        Made when it is not there.
    name : str
        File name without ending: letters, digits, ``-`` and ``_``.

    Returns
    -------
    list of pathlib.Path
        The PNG and the SVG file.

    Raises
    ------
    InputError
        The name has other characters.
    """
    if not re.fullmatch(r"\w[\w-]*", name):
        raise InputError("error.figure_name", given=name, allowed="A-Z a-z 0-9 _ -")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for file, content in figure_files(figure, name).items():
        paths.append(_write(target / file, content))
    return paths


def figure_files(figure: Figure, name: str) -> dict[str, bytes]:
    """Return the PNG and the SVG file of a figure, the same bytes each time, by name."""
    from matplotlib import rc_context

    files = {}
    with rc_context(look()):
        for kind in _KINDS:
            files[f"{name}.{kind}"] = _encoded(figure, kind)
            figure.set_layout_engine("none")  # laid out by the first drawing; again would cost time and move things
    return files


def png_bytes(figure: Figure) -> bytes:
    """Return a figure as PNG with the layout it was made with, for somebody who waits for it."""
    from matplotlib import rc_context

    figure.set_layout_engine("none")
    with rc_context(look()):
        return _encoded(figure, "png")


def _encoded(figure: Figure, kind: str) -> bytes:
    """Return the bytes of a figure as one kind of file."""
    buffer = BytesIO()
    figure.savefig(buffer, format=kind, dpi=DPI, metadata=_KINDS[kind])
    return buffer.getvalue()


def _write(path: Path, content: bytes) -> Path:
    """Write through a neighbour file that takes the name at the end."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path
