"""The folder of `dpsim ledgers`: its files, its inputs, and the one run made again with both ledgers."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from dpsim.core.streams import check_word
from dpsim.errors import DpsimError
from dpsim.experiments.failures import reason
from dpsim.experiments.plain_json import read_plain
from dpsim.params.schema import Case, Strategy
from dpsim.report.ledger_files import FORMATS, NAMES, RECORD, ledger_contents, run_ledgers
from dpsim.report.verify.files import check_sums
from dpsim.report.verify.findings import Verified
from dpsim.report.verify.records import read_record
from dpsim.report.verify.reports import held_inputs

Rows = Iterator[tuple[str, tuple[object, ...]]]


def verify_ledgers(folder: Path, *, count: int) -> Verified:
    """Verify the ledgers of a run; unless `count` is 0 the run is made again and every cell held against it."""
    found = Verified(folder, "ledgers")
    check_sums(found, inside=())
    record = read_record(found, RECORD)
    if record is None:
        return found
    own = {str(record.get("strategy")): record.get("strategy_digest")}
    inputs = held_inputs(found, record | {"strategies": own})
    if inputs is None or not inputs[1] or not found.sound:
        found.note("not_again")
    elif count:
        (strategy,) = inputs[1].values()
        _made_again(found, record, inputs[0], strategy)
    else:
        found.note("ledgers_not_again")
    return found


def _made_again(found: Verified, record: dict[str, Any], case: Case, strategy: Strategy) -> None:
    """Make the run again and name the first cell of each ledger that is not as stored."""
    try:
        given: Any = record
        numbers = {name: check_word(name, given.get(name)) for name in ("seed", "replication")}
        day = dt.date.fromisoformat(str(record.get("date")))
        if not case.as_of <= day <= case.horizon_end:
            return found.differs("unreadable", file=RECORD)
        made = run_ledgers(case, strategy, **numbers, day=day)
    except (DpsimError, ValueError):
        return found.differs("unreadable", file=RECORD)
    kind = next((kind for kind in FORMATS if (found.folder / f"{NAMES[0]}.{kind}").is_file()), FORMATS[0])
    contents = ledger_contents(made, kind)
    for name, content in contents.items():
        try:
            where = _first_difference(read_plain(found.folder / name), content)
        except Exception as error:  # whatever a reader makes of a workbook that was meddled with
            where = reason(error)
        if where is not None:
            found.differs("ledger", file=name, where=where)
    return found.looked("ledgers_again", files=", ".join(contents))


def _first_difference(stored: bytes, made: bytes) -> str | None:
    """Return where two ledgers differ first, None where nowhere: of texts every byte, of workbooks every cell.

    A workbook keeps the time it was written, so that no two are the same to the byte.
    """
    if stored == made:
        return None
    if not made.startswith(b"PK"):
        pairs = enumerate(zip_longest(stored.splitlines(), made.splitlines()), start=1)
        row = next((row for row, (before, after) in pairs if before != after), 0)
        return f"{len(stored)} -> {len(made)} bytes, line {row}"
    for before, after in zip_longest(_rows(stored), _rows(made)):
        if before != after:
            place = (before or after or ("?",))[0]
            return f"{place}: {before and before[1]!r} -> {after and after[1]!r}"[:300]
    return None


def _rows(workbook: bytes) -> Rows:
    """Yield every row of every sheet of a workbook with its place."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(workbook), read_only=True)
    for sheet in book.worksheets:
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield f"{sheet.title}!{number}", tuple(row)
