"""Make reports in processes of their own, some at a time; one that fails or dies takes no other along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any

from dpsim.errors import RunError
from dpsim.experiments.arguments import WORKERS_VARIABLE, default_workers
from dpsim.language import LANGUAGES
from dpsim.params.wording import shown_name
from dpsim.report.batch.plan import Job

PROGRAM = ("-m", "dpsim.report.batch.child")
"""What makes one report."""
PAUSE_SECONDS = 0.1
PATIENCE_SECONDS = 20.0
"""How long a report that is stopped may take to tidy up."""

Reason = dict[str, str]
"""Why a report failed, in every language."""


def make_all(jobs: list[Job], out: Path, *, at_once: int) -> Generator[tuple[Job, Reason | None], None, None]:
    """Make reports and yield each as it is finished, with the reason if it failed.

    Those under way are ended when the iteration is closed.

    Parameters
    ----------
    jobs : list of Job
    out : pathlib.Path
        Root of all reports.
    at_once : int
        Reports under way at a time. They share the cores: each runs its own simulations in as many processes as
        are left to it.
    """
    each = max(1, default_workers() // at_once)
    waiting = list(reversed(jobs))
    running: list[_Running] = []
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                running.append(_Running(waiting.pop(), out, each))
            ended = [making for making in running if making.process.poll() is not None]
            running = [making for making in running if making not in ended]
            for making in ended:
                yield making.job, making.reason()
            if not ended:
                time.sleep(PAUSE_SECONDS)
    finally:
        for making in running:
            making.process.terminate()
        for making in running:
            making.end()


class _Running:
    """A report under way."""

    def __init__(self, job: Job, out: Path, workers: int) -> None:
        self.job = job
        self.held = ExitStack()
        self.answer = self.held.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 the stack closes it
        self.said = self.held.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 the stack closes it
        environment = {"DPSIM_LANG": job.lang, WORKERS_VARIABLE: str(workers)}
        # Away from the terminal's group: Ctrl-C is for the batch, which ends its reports.
        apart: dict[str, Any] = {"start_new_session": True}
        if os.name != "posix":
            apart = {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
        self.process = subprocess.Popen(
            [sys.executable, *PROGRAM, json.dumps(_asked(job, out))],
            stdin=subprocess.PIPE,
            stdout=self.answer,
            stderr=self.said,
            env=os.environ | environment,
            **apart,
        )
        self.held.enter_context(self.process)

    def reason(self) -> Reason | None:
        """Return why the report failed, None if it is made."""
        text, said = (_read(stream) for stream in (self.answer, self.said))
        self.held.close()
        with suppress(ValueError):
            reason: Reason | None = json.loads(text)
            return reason
        lines = [line for line in said.splitlines() if line.strip()]
        last = f": {shown_name(lines[-1], 200)}" if lines else ""
        ended = RunError("error.batch_job_ended", status=self.process.returncode, last=last)
        return {lang: ended.text(lang) for lang in LANGUAGES}

    def end(self) -> None:
        """Wait for a report that was told to end; kill it when it does not."""
        try:
            self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.held.close()


def _asked(job: Job, out: Path) -> dict[str, object]:
    """Return what the process is told."""
    request = job.request
    return {
        "case": request.case_given,
        "strategy": [job.strategy_given],
        "replications": request.replications,
        "seed": request.seed,
        "lang": request.lang,
        "out": str(out),
        "place": job.place.as_posix(),
    }


def _read(stream: IO[bytes]) -> str:
    """Return what a process has written."""
    stream.seek(0)
    return stream.read().decode("utf-8", errors="replace")
