"""The files of a command in a folder of the user's: nothing is replaced but what the same command wrote there.

The folder's check sums tell what that is, and whether the user has changed it since. Files beside are the user's and
are left alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from dpsim.errors import InputError
from dpsim.experiments.sums import SUMS, file_digest, listed_sums
from dpsim.params.wording import shown_name
from dpsim.report.writing import under_way, write_together

_LITTER = ("Thumbs.db", "desktop.ini")
"""Files of file managers that do not begin with a dot."""


def check_replaced(folder: Path, names: Iterable[str], *, record: str, option: str = "--out") -> None:
    """Refuse, before anything is computed, to replace a file that the same command has not written as it stands.

    Parameters
    ----------
    folder : pathlib.Path
    names : iterable of str
        Every file the command may write or remove, as in the check sums, `record` among them, `SUMS` left out.
    record : str
        A file of the command: check sums that do not list it are somebody else's.
    option : str
        What the user gave the folder with.

    Raises
    ------
    InputError
        Naming the first file that stands where a folder is needed, is not the command's, was changed since, or was
        written by another command.
    """
    names = set(names)
    for name in sorted(names):
        above = next((place for place in (folder / name).parents if _is_there(place)), None)
        if above is not None and not above.is_dir():
            raise InputError("error.out_no_folder", file=shown_name(above, 200), option=option)
    listed = listed_sums(folder) or {}
    if record not in listed:
        listed = {}
    ours = {*listed, SUMS} if listed else set()
    for name in sorted({*names, SUMS} - ours):
        if _is_there(folder / name):
            raise InputError("error.out_not_made", file=shown_name(folder / name, 200), sums=SUMS, option=option)
    for name in sorted(listed.keys() - names):
        if _is_there(folder / name):
            raise InputError("error.out_of_another", file=shown_name(folder / name, 200), option=option)
    for name in sorted(listed):
        if _is_there(folder / name) and not _is_as_written(folder / name, listed[name]):
            raise InputError("error.out_changed", file=shown_name(folder / name, 200), option=option)


def standing_files(folder: Path) -> list[str]:
    """Return the files of a folder that is to be replaced, those of file managers and editors left out."""
    try:
        names = [file.relative_to(folder) for file in folder.rglob("*") if file.is_symlink() or not file.is_dir()]
    except OSError:  # another run is just replacing it
        return []
    hidden = {name for name in names if any(part.startswith((".", "~$")) for part in name.parts)}
    return [name.as_posix() for name in names if name not in hidden and name.name not in _LITTER]


def write_made(folder: Path, contents: Mapping[str, bytes], *, gone: Iterable[str] = ()) -> list[Path]:
    """Write files and their check sums, all or none, and return them; `gone` are the command's files no longer there.

    What the same command wrote there before under other names stays listed.
    """
    kept = {name: digest for name, digest in (listed_sums(folder) or {}).items() if _is_there(folder / name)}
    sums = kept | {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    gone = set(gone)
    lines = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums.keys() - gone))
    files = {folder / name: content for name, content in contents.items()}
    write_together({**files, folder / SUMS: lines.encode()}, gone=[folder / name for name in sorted(gone)])
    return list(files)


def _is_there(file: Path) -> bool:
    """Tell whether a name is taken, were it by a link that leads nowhere."""
    return file.exists() or file.is_symlink()


def _is_as_written(file: Path, digest: str) -> bool:
    """Tell whether a file is the one that was listed, or the one before it and the move was stopped."""
    return any(_has_digest(one, digest) for one in (file, *under_way(file)))


def _has_digest(file: Path, digest: str) -> bool:
    """Tell whether a plain file can be read and has a digest."""
    try:
        return file.is_file() and file_digest(file) == digest
    except OSError:
        return False
