"""Dask's own commands, bound to this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dpsim

SOURCES = Path(dpsim.__file__).parents[1]
Starter = Callable[..., "subprocess.Popen[bytes]"]


def dask(folder: Path, *arguments: str, sources: Path = SOURCES) -> subprocess.Popen[bytes]:
    """Start one of Dask's commands, bound to this machine."""
    common = ("--scheduler-file", str(folder / "scheduler.json"), "--host", "127.0.0.1")
    command = [sys.executable, "-m", "dask", *arguments, *common]
    environment = os.environ | {"PYTHONPATH": str(sources)}
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
