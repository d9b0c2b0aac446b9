"""The folder of `dpsim published`: its files against their check sums, and the program and inputs it was made with."""

from __future__ import annotations

from pathlib import Path

from dpsim.report.published import RECORD
from dpsim.report.verify.files import check_sources, check_sums
from dpsim.report.verify.findings import Verified
from dpsim.report.verify.records import read_record


def verify_published(folder: Path) -> Verified:
    """Verify the files of a table of published figures; runs are not made again, which `dpsim published` does."""
    found = Verified(folder, "published")
    check_sums(found)
    check_sources(found)
    read_record(found, RECORD)
    found.note("published_not_again")
    return found
