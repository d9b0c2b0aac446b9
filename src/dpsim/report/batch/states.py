"""How far each report of a batch is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from dpsim.params.batch import Batch
from dpsim.report.batch.plan import Job, Made, find_made
from dpsim.report.batch.processes import Reason

State = Literal["made", "there", "failed", "waiting"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True)
class Standing:
    """How far one report is.

    Attributes
    ----------
    state : str
        ``there`` before this batch began, ``made`` by it, ``failed`` in it, or still ``waiting``.
    made : Made, optional
        What the index tells of a report that is there or made.
    reason : dict, optional
        Why it failed, in every language.
    """

    job: Job
    state: State
    made: Made | None = None
    reason: Reason | None = None


class Standings:
    """How far all reports of a batch are, in the order of the batch.

    Parameters
    ----------
    batch : Batch
    jobs : tuple of Job
    out : pathlib.Path
        Root of all reports; what is there already is looked up.
    """

    def __init__(self, batch: Batch, jobs: tuple[Job, ...], out: Path) -> None:
        self.batch = batch
        self.out = out
        self._of: dict[Path, Standing] = {}
        for job in jobs:
            made = find_made(job, out)
            self._of[job.place] = Standing(job, "there" if made else "waiting", made)

    def all(self) -> list[Standing]:
        """Return every standing."""
        return list(self._of.values())

    def missing(self) -> list[Job]:
        """Return the reports that are still to make."""
        return [standing.job for standing in self._of.values() if standing.state == "waiting"]

    def count(self, state: State) -> int:
        """Return how many reports are in a state."""
        return Counter(standing.state for standing in self._of.values())[state]

    def made(self, job: Job, made: Made) -> Standing:
        """Note that a report was made."""
        self._of[job.place] = Standing(job, "made", made=made)
        return self._of[job.place]

    def failed(self, job: Job, reason: Reason) -> Standing:
        """Note that a report failed."""
        self._of[job.place] = Standing(job, "failed", reason=reason)
        return self._of[job.place]
