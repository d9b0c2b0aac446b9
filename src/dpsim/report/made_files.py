"""The files of a command in a folder of the user's: nothing is replaced but what the same command wrote there.

The folder's check sums tell what that is. Files beside are the user's and are left alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from dpsim.errors import InputError
from dpsim.experiments.plain_json import read_json
from dpsim.experiments.sums import SUMS, listed_sums
from dpsim.params.wording import shown_name
from dpsim.report.documents import write_together

_LITTER = ("Thumbs.db", "desktop.ini")
"""Files of file managers that do not begin with a dot."""


def check_replaced(folder: Path, names: Iterable[str], *, record: str, mark: str, option: str = "--out") -> None:
    """Refuse, before anything is computed, to replace a file that the same command has not written.

    Parameters
    ----------
    folder : pathlib.Path
    names : iterable of str
        Every file the command may write, as in the check sums, `record` among them, `SUMS` left out.
    record : str
        A JSON file of the command: check sums that do not list it are somebody else's.
    mark : str
        An entry of the record by which a folder without check sums is known for one of the command's, from before
        there were any.
    option : str
        What the user gave the folder with.

    Raises
    ------
    InputError
        Naming the first file that is not the command's, or that another command has written there.
    """
    listed, names = listed_sums(folder) or {}, set(names)
    if not _is_there(folder / SUMS) and _holds(folder / record, mark):
        return
    if record not in listed:
        listed = {}
    ours = {*listed, SUMS} if listed else set()
    for name in sorted({*names, SUMS} - ours):
        if _is_there(folder / name):
            raise InputError("error.out_not_made", file=shown_name(folder / name, 200), sums=SUMS, option=option)
    for name in sorted(listed.keys() - names):
        if _is_there(folder / name):
            raise InputError("error.out_of_another", file=shown_name(folder / name, 200), option=option)


def standing_files(folder: Path) -> list[str]:
    """Return the files of a folder that is to be replaced, those of file managers and editors left out."""
    try:
        names = [file.relative_to(folder) for file in folder.rglob("*") if file.is_symlink() or not file.is_dir()]
    except OSError:  # another run is just replacing it
        return []
    hidden = {name for name in names if any(part.startswith((".", "~$")) for part in name.parts)}
    return [name.as_posix() for name in names if name not in hidden and name.name not in _LITTER]


def write_made(folder: Path, contents: Mapping[str, bytes], *, gone: Iterable[str] = ()) -> list[Path]:
    """Write files and their check sums, all or none, and return them; `gone` are no longer among the command's files.

    What the same command wrote there before under other names (ledgers of the other format) stays listed.
    """
    kept = {name: digest for name, digest in (listed_sums(folder) or {}).items() if _is_there(folder / name)}
    sums = kept | {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    lines = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums.keys() - set(gone)))
    files = {folder / name: content for name, content in contents.items()}
    write_together({**files, folder / SUMS: lines.encode()})
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    return list(files)


def _is_there(file: Path) -> bool:
    """Tell whether a name is taken, were it by a link that leads nowhere."""
    return file.exists() or file.is_symlink()


def _holds(record: Path, mark: str) -> bool:
    """Tell whether a record has an entry."""
    try:
        return mark in dict(read_json(record))
    except (OSError, ValueError, TypeError):
        return False
