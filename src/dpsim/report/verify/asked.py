"""What is needed of a lever: its files, the program, the inputs."""

from __future__ import annotations

from pathlib import Path

from dpsim.report.verify.files import check_sources, check_sums
from dpsim.report.verify.findings import Verified
from dpsim.report.verify.records import read_record
from dpsim.report.verify.reports import RUN, held_inputs

POINTS = "tables/points.parquet"
"""A file by which such a folder is known."""


def verify_needed(folder: Path) -> Verified:
    """Verify check sums, the program and the inputs; nothing is made again, which is said."""
    found = Verified(folder, "needed")
    check_sums(found, inside=("tables",))
    record = read_record(found, RUN)
    check_sources(found)
    if record is not None:
        held_inputs(found, record)
    found.note("sums_only")
    return found
