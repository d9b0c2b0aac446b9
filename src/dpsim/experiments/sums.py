"""The check sums of a finished report or ensemble: what is missing, torn or changed shows.

The file is of the common kind, one line of digest and name per file, so `sha256sum -c SHA256SUMS` reads it too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from dpsim.experiments.plain_json import read_plain

SUMS = "SHA256SUMS"


def write_sums(folder: Path) -> None:
    """Write the digest of every file below a folder into its `SUMS`."""
    (folder / SUMS).write_text(sums_text(folder), encoding="utf-8", newline="\n")


def sums_text(folder: Path, files: Iterable[Path] | None = None) -> str:
    """Return the lines of digest and name of some files, or of every file, below a folder, `SUMS` itself left out."""
    found = folder.rglob("*") if files is None else files
    names = sorted({file.relative_to(folder).as_posix() for file in found if file.is_file()})
    return "".join(f"{file_digest(folder / name)}  {name}\n" for name in names if name != SUMS)


def listed_sums(folder: Path) -> dict[str, str] | None:
    """Return the digest of every file that a folder's `SUMS` lists; None where it is not as it was written.

    Line ends may have become those of another system on the way.
    """
    try:
        text = read_plain(folder / SUMS).decode("utf-8").replace("\r\n", "\n")
    except (OSError, ValueError):
        return None
    pairs = [line.partition("  ")[::2] for line in text.split("\n")[:-1]]
    sums = {name: digest for digest, name in pairs}
    whole = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)) == text
    lost = any(not name or "\0" in name or Path(name).is_absolute() or ".." in Path(name).parts for name in sums)
    return sums if whole and sums and not lost else None


def is_whole(folder: Path) -> bool:
    """Tell whether every file that a folder's `SUMS` lists is there as it was written; what was added counts not."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
        return bool(lines) and all(file_digest(folder / name) == digest for digest, _, name in map(_parted, lines))
    except (OSError, ValueError):
        return False


def _parted(line: str) -> tuple[str, str, str]:
    """Return digest, blanks and name of a line; a name that leaves the folder is an error."""
    digest, blanks, name = line.partition("  ")
    if not name or Path(name).is_absolute() or ".." in Path(name).parts:
        raise ValueError(line)
    return digest, blanks, name


def file_digest(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
