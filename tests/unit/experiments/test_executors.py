"""Chunks over processes: each process has one thread, and all results come back."""

from __future__ import annotations

import os

from dpsim.experiments.executors import ONE_THREAD, over_processes


def threads_allowed(name: str) -> tuple[str, str | None]:
    """Return what a process is told of a kind of threads."""
    return name, os.environ.get(name)


def test_each_process_has_one_thread() -> None:
    """The control: this process is told nothing of the kind, or its user says so."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    assert dict(over_processes(threads_allowed, list(ONE_THREAD), 2)) == dict.fromkeys(ONE_THREAD, "1")
    assert {name: os.environ.get(name) for name in ONE_THREAD} == before
