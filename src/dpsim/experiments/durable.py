"""Writing a file so that it is there whole or not at all, whatever happens to the process or the machine."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

TEMPORARY = ".writing-"
"""How the name of a file under way begins."""


def write_whole(path: Path, content: bytes, *, synced: bool = True) -> None:
    """Write a file beside its place and move it in; one writer at a time.

    Parameters
    ----------
    path : pathlib.Path
    content : bytes
    synced : bool
        Wait until it is on the disk itself. Without, a power cut (not a killed process) may leave it torn: only for
        what a digest kept elsewhere is held against.

    Raises
    ------
    OSError
        It cannot be written; what was there before is there still.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{TEMPORARY}{path.name}")
    try:
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            if synced:
                os.fsync(stream.fileno())
        beside.replace(path)
    except BaseException as fault:
        with suppress(OSError):
            beside.unlink()
        if isinstance(fault, OSError):  # who reads it looks for the file wanted, not for the one beside it
            raise OSError(fault.errno, fault.strerror or str(fault), str(path)) from None
        raise
    if synced:
        _sync_folder(path.parent)


def sweep(folder: Path) -> None:
    """Remove the files that killed writers left under way below a folder; only for who alone may write there."""
    for beside in folder.rglob(f"{TEMPORARY}*"):
        beside.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Bring the names of a folder onto the disk, where the system can do that."""
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network disks cannot
            raise
    finally:
        os.close(number)
