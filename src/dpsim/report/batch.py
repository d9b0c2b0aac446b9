"""Many reports at once: what is missing is made in parallel, what is there stays, a failure is listed.

Each report is made by a process of its own, by the same command a user would type, into the same folders; so a report
that is there was made whole, and a batch that was killed is taken up where it stood.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from dpsim.errors import FileFaults, InputError
from dpsim.params.batch import Batch
from dpsim.report.batch_index import write_index
from dpsim.report.job import place_below
from dpsim.report.yearend import Request, check_request

WAITING, MADE, THERE, FAILED = "waiting", "made", "there", "failed"
LONGEST_REASON = 2000
"""Letters of a failed report's messages that are kept, from the end."""


@dataclass
class Job:
    """One report of a batch.

    Attributes
    ----------
    request : Request
    strategy : str
        Id of the strategy asked for.
    folder : pathlib.Path
        Where its report lies or will lie.
    state : str
        `waiting`, `made`, `there` or `failed`.
    reason : str
        The messages of a failed one.
    """

    request: Request
    strategy: str
    folder: Path
    state: str = WAITING
    reason: str = ""

    def is_there(self) -> bool:
        """Tell whether the report was made whole: its folder appears only then."""
        try:
            record = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return (self.folder / "report.html").is_file() and not record.get("interrupted", True)

    def command(self, out: Path) -> list[str]:
        """Return the command that makes it."""
        request = self.request
        options = ["--strategy", request.strategies_given[0], "--replications", str(request.replications)]
        options += ["--seed", str(request.seed), "--lang", request.lang, "--out", str(out)]
        return [sys.executable, "-m", "dpsim", "report", request.case_given, *options]


@dataclass
class BatchRun:
    """A batch under way: its reports, and the processes that make them."""

    batch: Batch
    out: Path
    jobs: list[Job]
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Where the index page lies."""
        return self.out / f"batch-{self.batch.id}"

    def count(self, state: str) -> int:
        """Return how many reports are in a state."""
        return sum(job.state == state for job in self.jobs)

    def make(self, job: Job, threads: int) -> None:
        """Make one report in a process of its own."""
        child = subprocess.Popen(
            job.command(self.out),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "DPSIM_WORKERS": str(threads), "PYTHONIOENCODING": "utf-8"},
        )
        self.running.append(child)
        _, errors = child.communicate()
        self.running.remove(child)
        if child.returncode == 0 and job.is_there():
            job.state = MADE
        else:
            job.state, job.reason = FAILED, errors.strip()[-LONGEST_REASON:] or f"exit status {child.returncode}"

    def stop(self) -> None:
        """End the processes that are still making reports; what they had begun is swept away by the next run."""
        for child in list(self.running):
            child.terminate()


def plan_batch(batch: Batch, out: Path) -> BatchRun:
    """Check every report of a batch before any is made, and tell which are there.

    Raises
    ------
    FileFaults
        A case or a strategy cannot be used; all faults together.
    """
    faults: dict[str, InputError] = {}
    jobs = []
    for case in batch.cases:
        for strategy in batch.strategies:
            for lang in batch.languages:
                try:
                    request = check_request(
                        case=case,
                        as_of=None,
                        strategy=[strategy],
                        replications=batch.replications,
                        seed=batch.seed,
                        lang=lang,
                    )
                except FileFaults as error:
                    faults |= {fault.text(): fault for fault in error.faults}
                    continue
                except InputError as error:
                    faults[error.text()] = error
                    continue
                folder = out / place_below(request) / request.run_id()
                jobs.append(Job(request, request.main.id, folder))
    if faults:
        raise FileFaults(batch.id, list(faults.values()))
    for job in jobs:
        if job.is_there():
            job.state = THERE
    return BatchRun(batch, out, jobs)


def run_batch(run: BatchRun, *, workers: int | None = None, told: Callable[[Job], None] = lambda job: None) -> None:
    """Make what is missing, several reports at a time, and write the index after each.

    Parameters
    ----------
    run : BatchRun
    workers : int, optional
        Reports made at the same time; all cores when None.
    told : callable
        Called with every report that has been made or has failed.
    """
    missing = [job for job in run.jobs if job.state == WAITING]
    cores = os.cpu_count() or 1
    side_by_side = max(1, min(workers or cores, len(missing)))
    write_index(run)
    pool = ThreadPoolExecutor(max_workers=side_by_side)
    try:
        waiting: dict[Future[None], Job] = {
            pool.submit(run.make, job, max(1, cores // side_by_side)): job for job in missing
        }
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                future.result()
                job = waiting.pop(future)
                write_index(run)
                told(job)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        run.stop()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
