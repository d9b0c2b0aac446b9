"""The files of a folder against its check sums; the program's own files against the list that a folder keeps."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dpsim.experiments.plain_json import read_json, read_plain
from dpsim.experiments.sums import SUMS, listed_sums
from dpsim.params.wording import shown_name
from dpsim.report.sources import SOURCES, installed_files
from dpsim.report.verify.findings import Verified


def present(folder: Path, *, inside: tuple[str, ...] | None = None) -> set[str]:
    """Return the names of the files of a folder but its `SUMS`, or of those that lie in some folders of it.

    Links count, wherever they lead, and pipes.
    """
    files = (file for file in folder.rglob("*") if file.is_symlink() or not file.is_dir())
    names = {file.relative_to(folder).as_posix() for file in files} - {SUMS}
    return names if inside is None else {name for name in names if name.split("/")[0] in inside}


def check_sums(found: Verified, *, inside: tuple[str, ...] | None = None) -> None:
    """Name every file that is missing, extra, or not as its check sum says."""
    folder = found.folder
    if not (folder / SUMS).is_file():
        return found.differs("no_sums", file=SUMS)
    sums = listed_sums(folder)
    if sums is None:
        return found.differs("bad_sums", file=SUMS)
    for name in sorted(sums):
        try:
            changed = hashlib.sha256(read_plain(folder / name)).hexdigest() != sums[name]
        except OSError:
            found.differs("missing", file=_shown(name), sums=SUMS)
        else:
            if changed:
                found.differs("changed", file=_shown(name), sums=SUMS)
    leading = {place.as_posix() for name in sums for place in Path(name).parents}  # a linked folder of listed files
    for name in sorted(present(folder, inside=inside) - sums.keys() - leading):
        found.differs("extra", file=_shown(name), sums=SUMS)
    return found.looked("files", count=len(sums), sums=SUMS)


def check_sources(found: Verified) -> None:
    """Name every file of the program and its inputs that is no longer the one a folder was made with."""
    try:
        held = read_json(found.folder / SOURCES)
        kept = {str(name): str(digest) for name, digest in held.items()}
    except FileNotFoundError:
        return found.note("no_sources", file=SOURCES)
    except (OSError, ValueError, AttributeError):
        return found.differs("unreadable", file=SOURCES)
    now = installed_files(kept)
    for name in sorted(kept.keys() | now.keys()):
        if kept.get(name) != now.get(name):
            kind = "source_new" if name not in kept else "source_gone" if name not in now else "source_changed"
            found.differs(kind, file=_shown(name))
    return found.looked("sources", count=len(kept))


def _shown(name: str) -> str:
    """Return a file name as a message shows it."""
    return shown_name(name, 200)
