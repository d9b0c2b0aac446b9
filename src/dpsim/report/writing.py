"""Writing files so that no name stands for half of one, and what killed writers have left behind."""

from __future__ import annotations

import errno
import hashlib
import os
import platform
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

STALE_SECONDS = 86_400.0


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that its name never stands for half of it; see `write_together`."""
    write_together({path: content})


def write_together(contents: dict[Path, bytes], *, gone: Iterable[Path] = ()) -> None:
    """Write files so that no name stands for half of one, and none changes before there was room for all of them.

    The last is put in its place first: check sums stand before what they list, and name it however the process ends.
    Stopped among the moves, what was not moved yet stays beside its place and tells so (`under_way`); the next writer
    removes it.

    Parameters
    ----------
    contents : dict of pathlib.Path to bytes
    gone : iterable of pathlib.Path
        Files that are removed once there is room for the others, and before the first of these is put in its place.

    Raises
    ------
    OSError
        One cannot be written; the file wanted is named, not the one beside it.
    """
    mark = f"{host_mark()}-{os.getpid()}"
    beside = {path: path.with_name(f".{path.name}.{mark}.tmp") for path in contents}
    folders = {folder for path in contents for folder in path.parents if not folder.exists()}
    path, moved = Path(), 0
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            _sweep_beside(path)
            beside[path].write_bytes(content)
        for path in contents:
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        for path in gone:
            path.unlink(missing_ok=True)
        for path in reversed(contents):
            beside[path].replace(path)
            moved += 1
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None
    finally:
        for file in beside.values() if moved in (0, len(contents)) else ():
            with suppress(OSError):
                file.unlink()
        for folder in sorted(folders, key=lambda folder: -len(folder.parts)):
            with suppress(OSError):  # it holds something: all went well
                folder.rmdir()


def under_way(path: Path) -> list[Path]:
    """Return what stopped writers have left beside a file's place instead of in it."""
    named = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{8}}-[0-9]{{1,9}}\.tmp")
    try:
        return [file for file in path.parent.iterdir() if named.fullmatch(file.name) and file.is_file()]
    except OSError:
        return []


def _sweep_beside(path: Path) -> None:
    """Remove what `under_way` finds of writers that are gone."""
    for file in under_way(path):
        if is_left(file, file.name.split(".")[-2]):
            with suppress(OSError):
                file.unlink()


def host_mark() -> str:
    """Return 8 hex digits for this host: process numbers of another one, on a shared folder, say nothing here."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def is_left(place: Path, mark: str) -> bool:
    """Tell whether a temporary file or folder was left: its process is gone, or it is more than a day old.

    Parameters
    ----------
    place : pathlib.Path
    mark : str
        In its name: `host_mark`, a dash, the number of the process; anything else says nothing of a process.

    Raises
    ------
    FileNotFoundError
        It is not there any more.
    """
    named = re.match(rf"{host_mark()}-([0-9]{{1,9}})(-|$)", mark)
    old = time.time() - place.stat().st_mtime > STALE_SECONDS
    return old or (named is not None and _is_gone(int(named[1])))


def _is_gone(process: int) -> bool:
    """Tell whether a process of this host has ended; only POSIX can be asked without harm."""
    if os.name == "posix":
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        except PermissionError:  # it runs, for another user
            return False
    return False
