"""Run a batch: make what is missing, keep the index up to date, and tell of each report."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from dpsim.errors import InputError, RunError
from dpsim.language import LANGUAGES, language_in_force, say
from dpsim.params.batch import Batch
from dpsim.params.wording import shown_name
from dpsim.report.batch.index import INDEX_FILES, folder_of, index_path, write_index
from dpsim.report.batch.plan import Job, find_made
from dpsim.report.batch.processes import Reason, make_all
from dpsim.report.batch.states import Standing, Standings
from dpsim.report.job import check_out, place_below, sweep
from dpsim.report.made_files import check_replaced


def prepare_batch(batch: Batch, jobs: tuple[Job, ...], out: Path) -> Standings:
    """Check the place, look up what is there, and remove what killed reports have left.

    Raises
    ------
    InputError
        Nothing can be written there.
    """
    folders = list(dict.fromkeys(place_below(job.request) for job in jobs))
    for below in [folder_of(batch), *folders]:
        check_out(out, below)
    standings = Standings(batch, jobs, out)
    page = index_path(standings)
    for file in (page, page.with_suffix(".json")):
        if file.is_dir():
            raise InputError("error.out_is_folder", out=shown_name(file, 200), option="--out")
    check_replaced(page.parent, INDEX_FILES, record=INDEX_FILES[0])
    for below in folders:
        sweep(out / below)
    return standings


def run_batch(standings: Standings, *, at_once: int, progress: bool, tell: Callable[[str], object]) -> None:
    """Make what is missing, several reports at a time; a failure is noted and the rest goes on.

    The index is written at the start and after each report, so that it is right however the batch ends.

    Parameters
    ----------
    standings : Standings
        Of `prepare_batch`; holds the outcome afterwards.
    at_once : int
        Reports under way at a time.
    progress : bool
        Show a bar on standard error instead of a line for each report that is made.
    tell : callable
        Called with a line for each failure, and without a bar for each report.
    """
    from tqdm.std import tqdm

    write_index(standings)
    jobs, missing = standings.all(), standings.missing()
    bar = tqdm(
        total=len(jobs),
        initial=len(jobs) - len(missing),
        desc=say("batch.bar", batch=standings.batch.id),
        unit=say("batch.unit"),
        file=sys.stderr,
        disable=not progress,
        ncols=88,
        ascii=" #",
    )
    with bar, closing(make_all(missing, standings.out, at_once=at_once)) as ended:
        for job, reason in ended:
            standing = _noted(standings, job, reason)
            write_index(standings)
            done = len(jobs) - standings.count("waiting")
            if standing.state == "failed" or not progress:
                bar.clear()
                tell(_line(standing, standings.out, done, len(jobs)))
            bar.update()


def outcome_text(standings: Standings, message: str) -> str:
    """Return the words at the end: ``summary``, or ``stopped`` before the end."""
    made, there, failed = (standings.count(state) for state in ("made", "there", "failed"))
    index = index_path(standings).as_posix()
    return say(f"batch.{message}", batch=standings.batch.id, index=index, made=made, there=there, failed=failed)


def _noted(standings: Standings, job: Job, reason: Reason | None) -> Standing:
    """Note how a report ended."""
    made = find_made(job, standings.out)
    if reason is None and made is not None:
        return standings.made(job, made)
    lost = RunError("error.batch_job_lost", folder=shown_name((standings.out / job.place).as_posix(), 200))
    return standings.failed(job, reason or {lang: lost.text(lang) for lang in LANGUAGES})


def _line(standing: Standing, out: Path, done: int, jobs: int) -> str:
    """Return the line of a report that has ended."""
    name = standing.job.name
    if standing.reason is not None:
        return say("batch.failed", done=done, jobs=jobs, name=name, reason=standing.reason[language_in_force()])
    html = (out / standing.job.place / "report.html").as_posix()
    return say("batch.made", done=done, jobs=jobs, name=name, html=html)
