"""A forecast of a progress table, and what is needed of a lever: their files, their program, their inputs."""

from __future__ import annotations

from pathlib import Path

from dpsim.report.sources import SOURCES
from dpsim.report.verify.files import check_sources, check_sums
from dpsim.report.verify.findings import Verified
from dpsim.report.verify.reports import RUN, held_inputs, read_record

MARKS = {"tables/points.parquet": "needed", "tables/signposts.parquet": "outlook"}
"""A file by which a folder is known, and its kind."""


def verify_asked(folder: Path, kind: str) -> Verified:
    """Verify check sums, and where they are kept the program and the inputs; nothing is made again, which is said."""
    found = Verified(folder, kind)
    check_sums(found, inside=("tables",))
    record = read_record(found, RUN)
    if kind == "needed" or (folder / SOURCES).exists():
        check_sources(found)
        if record is not None:
            held_inputs(found, record)
    found.note("sums_only")
    return found
