"""What the tests of `dpsim verify` share: bytes changed and put back, check sums forged, an edited program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

import dpsim
from dpsim.core.streams import Stream, uniforms
from dpsim.experiments.sums import write_sums
from dpsim.params.locate import notebooks_folder, params_folder
from dpsim.report.verify.job import Outcome, verify


def files_of(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


@contextmanager
def changed(file: Path, content: bytes | None) -> Iterator[None]:
    """Give a file other content for a while, or take it away (None)."""
    before = file.read_bytes() if file.is_file() else None
    file.unlink(missing_ok=True) if content is None else file.write_bytes(content)
    try:
        yield
    finally:
        file.unlink(missing_ok=True) if before is None else file.write_bytes(before)


@contextmanager
def forged(folder: Path) -> Iterator[None]:
    """Let whoever changes files put the check sums right; afterwards everything is as before."""
    kept = {name: (folder / name).read_bytes() for name in files_of(folder)}
    try:
        yield
    finally:
        for name, content in kept.items():
            (folder / name).write_bytes(content)


def flipped(content: bytes, place: int) -> bytes:
    """Return content with one bit of one byte changed."""
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def places(content: bytes, number: int) -> list[int]:
    """Return the first and the last byte and one in between, drawn by key."""
    drawn = uniforms(11, 0, np.array([number], dtype=np.uint32), int(Stream.TEST), 0)[0]
    return sorted({0, int(drawn * len(content)), len(content) - 1})


def wrong(folder: Path, **options: int) -> list[str]:
    """Return what a verification finds, line by line."""
    outcome = verify(folder, **({"replications": 0, "choice": 1} | options))
    assert outcome.well == (not texts(outcome))
    return texts(outcome)


def texts(outcome: Outcome) -> list[str]:
    return [finding.text() for found in outcome.folders for finding in found.wrong]


def sealed(folder: Path) -> None:
    """Write the check sums of whatever lies there now."""
    (folder / "SHA256SUMS").unlink(missing_ok=True)
    write_sums(folder)


def said_by_edited(folder: Path, root: Path, edited: list[str]) -> tuple[int, str]:
    """Copy the program to `root`, add one byte to some of its files, and return what it says of a folder."""
    ignore = shutil.ignore_patterns("__pycache__", "_data")
    shutil.copytree(Path(dpsim.__file__).parent, root / "src" / "dpsim", ignore=ignore)
    shutil.copytree(params_folder(), root / "params")
    shutil.copytree(notebooks_folder(), root / "notebooks", ignore=shutil.ignore_patterns(".*"))
    for name in edited:
        with (root / name).open("ab") as stream:
            stream.write(b"\n")
    done = subprocess.run(
        [sys.executable, "-m", "dpsim", "verify", str(folder), "--replications", "0", "--lang", "en"],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root / "src")},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout
