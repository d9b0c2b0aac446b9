"""A cluster on this machine alone, started with Dask's own commands."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dask_commands import SOURCES, Starter, dask, end


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a scheduler without workers."""
    folder = tmp_path_factory.mktemp("cluster")
    scheduler = dask(folder, "scheduler", "--port", "0", "--no-dashboard")
    for _ in range(600):
        if (folder / "scheduler.json").exists() and (folder / "scheduler.json").stat().st_size:
            break
        assert scheduler.poll() is None, (folder / "log").read_text(encoding="utf-8")
        time.sleep(0.1)
    yield folder
    end(scheduler)


@pytest.fixture(scope="module")
def address(place: Path) -> str:
    """The address of the scheduler."""
    return str(json.loads((place / "scheduler.json").read_text(encoding="utf-8"))["address"])


@pytest.fixture
def worker(place: Path) -> Iterator[Starter]:
    """Start a worker; all end with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(sources: Path = SOURCES, threads: int = 1) -> subprocess.Popen[bytes]:
        options = ("--no-nanny", "--no-dashboard", "--nthreads", str(threads), "--local-directory", str(place))
        started.append(dask(place, "worker", *options, sources=sources))
        return started[-1]

    yield start
    for process in started:
        end(process)
