"""Which reports a batch asks for, where each lies, and which are there already."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

import pandas as pd

from dpsim.errors import FileFaults, InputError
from dpsim.experiments.sums import is_whole
from dpsim.params.batch import Batch
from dpsim.report.job import NOTEBOOK, place_below
from dpsim.report.yearend import Request, check_request

_COLUMNS = ("replications", "met", "low", "high", "shortfall_median")
_FILES = ("report.html", NOTEBOOK, "headline.txt", "run.json")


@dataclass(frozen=True)
class Job:
    """One report of a batch."""

    request: Request
    strategy_given: str
    """Name or path of its strategy."""

    @cached_property
    def place(self) -> Path:
        """The folder of the report, below the root of all reports."""
        return place_below(self.request) / self.request.run_id()

    @property
    def lang(self) -> str:
        """The language of the report."""
        return self.request.lang

    @property
    def name(self) -> str:
        """What a line of progress calls it."""
        return f"{self.request.case.id} {self.request.main.id} {self.lang}"


@dataclass(frozen=True)
class Made:
    """What the index tells of a finished report.

    Attributes
    ----------
    headline : str
    result : dict
        Of the strategy of the job: replications, met, low, high, shortfall_median; empty if the report has no table.
    """

    headline: str
    result: dict[str, float]


def plan_jobs(batch: Batch) -> tuple[Job, ...]:
    """Return every report of a batch, all of them checked.

    Raises
    ------
    FileFaults
        Something is wrong; all faults together, each once.
    """
    faults: dict[str, InputError] = {}
    jobs = []
    for case, strategy, lang in product(batch.cases, batch.strategies, batch.languages):
        try:
            request = check_request(
                case=case, as_of=None, strategy=[strategy], replications=batch.replications, seed=batch.seed, lang=lang
            )
            jobs.append(Job(request, strategy))
        except InputError as error:
            found = error.faults if isinstance(error, FileFaults) else [error]
            faults.update((fault.text(), fault) for fault in found)
    if faults:
        raise FileFaults(batch.id, faults.values())
    return tuple(jobs)


def find_made(job: Job, out: Path) -> Made | None:
    """Return the finished report of a job, or None: it is not there, not whole, or of a run that was stopped."""
    folder = out / job.place
    try:
        if not is_whole(folder) or not all((folder / name).is_file() for name in _FILES):
            return None
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        headline = (folder / "headline.txt").read_text(encoding="utf-8").split("\n")[0]
        result = _result_of(job, folder)
    except (OSError, ValueError):
        return None
    whole = isinstance(record, dict) and record.get("run_id") == folder.name and record.get("interrupted") is False
    return Made(headline, result) if whole else None


def _result_of(job: Job, folder: Path) -> dict[str, float]:
    """Return the result of the job's own strategy."""
    table = folder / "tables" / "strategies.parquet"
    if not table.is_file():
        return {}
    frame = pd.read_parquet(table).set_index("strategy")
    if job.request.main.id not in frame.index or not set(_COLUMNS) <= set(frame.columns):
        return {}
    return {name: frame[name].loc[job.request.main.id].item() for name in _COLUMNS}
