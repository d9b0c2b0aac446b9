"""`dpsim verify DIR`: find out what a folder is, verify it, and tell."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dpsim.core.streams import check_word
from dpsim.errors import InputError
from dpsim.experiments.arguments import written
from dpsim.experiments.manifest import CHUNKS, IDENTITY, MANIFEST
from dpsim.experiments.plain_json import as_path
from dpsim.experiments.sums import SUMS
from dpsim.language import say
from dpsim.params.wording import shown_name
from dpsim.report.ledger_files import NAMES as LEDGERS
from dpsim.report.outlook.request import PROGRESS
from dpsim.report.published import TABLE as PUBLISHED
from dpsim.report.verify.asked import POINTS, verify_needed
from dpsim.report.verify.ensembles import verify_ensemble
from dpsim.report.verify.files import check_sums
from dpsim.report.verify.findings import Verified
from dpsim.report.verify.forecasts import INDEX_TABLE, verify_backtest, verify_forecast, verify_index
from dpsim.report.verify.ledgers import verify_ledgers
from dpsim.report.verify.published import verify_published
from dpsim.report.verify.records import read_record
from dpsim.report.verify.reports import RUN, verify_comparison, verify_report

INDEX, SCORES = "index.json", "scores.csv"
RUNS = 3
"""Runs that are made again where nothing is said."""


@dataclass(frozen=True)
class Outcome:
    """What `verify` found: every folder that was looked at, and the seed of the choice of runs."""

    folders: tuple[Verified, ...]
    choice: int

    @property
    def well(self) -> bool:
        """Whether everything is as it was written and as it would be written now."""
        return not any(folder.wrong for folder in self.folders)

    def text(self) -> str:
        """Return everything in the language in force."""
        drawn = any(finding.message == "runs" for folder in self.folders for finding in folder.checked)
        choice = [say("verify.choice", choice=self.choice)] if drawn else []
        return "\n".join([*(folder.text() for folder in self.folders), *choice])


def verify(folder: str | Path, *, replications: object = RUNS, choice: int | None = None) -> Outcome:
    """Verify an ensemble on disk or what a command wrote into a folder; nothing is written and no network used.

    Parameters
    ----------
    folder : str or pathlib.Path
    replications : int
        Runs that are made again with every engine; with 0 nothing of a report or a forecast is computed again.
    choice : int, optional
        Seed of the choice of these runs; a new one each time when None, which the outcome tells.

    Raises
    ------
    InputError
        The folder is none of these, or a number is not allowed.
    """
    if isinstance(replications, bool) or not isinstance(replications, int) or replications < 0:
        raise InputError("verify.bad_count", given=written(replications))
    number = int.from_bytes(os.urandom(4)) if choice is None else check_word("seed-of-choice", choice)
    runs = {"count": replications, "choice": number}
    place = as_path(folder)
    if place is None:
        raise InputError("verify.folder_kind", given=written(folder))
    return Outcome(tuple(_verified(place, runs)), number)


def _verified(folder: Path, runs: dict[str, int], *, index: bool = True) -> list[Verified]:
    """Verify a folder as what it is; one that an index leads to may be no index again."""
    names = _names(folder)
    if {IDENTITY, MANIFEST} & names or f"{CHUNKS}/" in names:
        return [verify_ensemble(folder, **runs)]
    if index and INDEX in names:
        return _verify_batch(folder, runs)
    if PROGRESS in names or (folder / PROGRESS).exists():
        return [verify_forecast(folder, count=runs["count"])]
    if SCORES in names:
        return [verify_backtest(folder)]
    if PUBLISHED in names:
        return [verify_published(folder)]
    if not index or "report.html" in names or "headline.txt" in names:
        return [verify_report(folder, **runs)]
    if POINTS in names:
        return [verify_needed(folder)]
    if any(name.startswith(LEDGERS) for name in names):
        return [verify_ledgers(folder, count=runs["count"])]
    if RUN in names:
        return [verify_comparison(folder, **runs)]
    raise InputError("verify.not_ours", where=shown_name(folder, 200), below=_below(folder))


def _verify_batch(folder: Path, runs: dict[str, int]) -> list[Verified]:
    """Verify the index of a batch and every report or forecast it leads to."""
    found = Verified(folder, "batch")
    check_sums(found)
    index = read_record(found, INDEX)
    reports: list[Verified] = []
    jobs = (index or {}).get("jobs", [])
    if not isinstance(jobs, list) or not all(isinstance(job, dict) for job in jobs):
        found.differs("unreadable", file=INDEX)
        jobs = []
    for job in jobs:
        place = str(job.get("folder") or "").replace("\0", "")
        if not place:
            found.note("not_made", name=shown_name(job.get("run_id"), 200), state=shown_name(job.get("state")))
        elif not (folder / place).is_dir():
            found.differs("missing", file=shown_name(place, 200), sums=INDEX)
        else:
            reports += _verified((folder / place).resolve(), runs, index=False)
    if INDEX_TABLE in _names(folder) or "batch" not in (index or {"batch": None}):  # no batch of reports
        verify_index(found, jobs)
    return [found, *reports]


def _names(folder: Path) -> set[str]:
    """Return the files of a folder and those its check sums tell of; folders end with a slash."""
    try:
        names = {entry.name + "/" * entry.is_dir() for entry in folder.iterdir()}
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError("verify.no_folder", where=shown_name(folder, 200), why=why) from None
    try:
        text = (folder / SUMS).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return names
    return names | {line.partition("  ")[2] for line in text.splitlines()}


def _below(folder: Path) -> str:
    """Return the first folders below that can be verified, as a hint."""
    marks = (IDENTITY, RUN, INDEX)
    places = {
        file.parent for depth in ("*", "*/*", "*/*/*") for mark in marks for file in folder.glob(f"{depth}/{mark}")
    }
    found = sorted(places, key=lambda place: (len(place.parts), place))  # an index before what it leads to
    listed = ", ".join(shown_name(place, 200) for place in found[:5])
    return say("verify.below", found=listed) if found else say("verify.none_below")
