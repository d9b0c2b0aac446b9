"""The penalty ladder (行政处罚阶梯): rectify, fine, stop production, close (TH05: 停产整顿、关闭取缔).

A penalty takes an enterprise one rung up, to the case's top rung at most; a clean visit may take it down to the foot.
The upper two rungs do something where the strategy says so. A stop holds from the end of the week on for
`LAW.stop_days`: nothing is produced, so no hazard arises and none does harm, and the enterprise's own rounds rest; what
is found is rectified, time limits run, and others find as ever. A penalty at the stop rung stops anew, and
`LAW.close_share` of them close: such an enterprise leaves the list at the weekly report.

Records are named as in `hazard_life`.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from dpsim.core.compiled import lean_kernel, lean_routine, routine
from dpsim.core.streams import Stream
from dpsim.core.words import Kind
from dpsim.model.detection import raised
from dpsim.model.hazard_book import Book, note
from dpsim.model.hazard_life import Record, drawn
from dpsim.model.hazard_stock import KNOWN
from dpsim.model.hazards import Records
from dpsim.model.state import Col, Ints


class Rung(IntEnum):
    """Rungs of the ladder, `SITE.rung`."""

    NONE = 0
    RECTIFY = 1
    FINED = 2
    STOPPED = 3
    CLOSED = 4
    """Above the case's ladder: only a penalty at the stop rung leads here, and nothing leads back."""


_STOPPED, _CLOSED = int(Rung.STOPPED), int(Rung.CLOSED)
_S_CLOSING, _K_PENALTY, _ON_LIST = int(Stream.VISIT_CLOSING), int(Kind.PENALTY), int(Col.ON_LIST)


@lean_kernel
def next_rung(s: Record, law: Record, ordinal: int) -> int:
    """Return the rung that a penalty after visit `ordinal` leads to; where none is closed nothing is drawn."""
    closed = s.rung == _CLOSED
    if s.rung == _STOPPED and law.close_share > 0.0:
        closed = drawn(law.seed, law.replication, s.entity, _S_CLOSING, ordinal, 0) < law.close_share
    return _CLOSED if closed else min(law.top_rung, s.rung + 1)


@lean_kernel
def punish(s: Record, law: Record, t: float, until: float, ordinal: int, book: Book) -> None:
    """Go up one rung of the penalty ladder; the decision reaches the enterprise when the interval is over."""
    s.rung = next_rung(s, law, ordinal)
    if s.rung >= _STOPPED and law.stop_days > 0.0:
        s.resumes = max(s.resumes, until + law.stop_days)
    s.bad_record = 1
    s.penalties += 1
    s.perceived = raised(s.perceived, s.perceived_at, until, law.memory, law.penalty_jump * (1.0 - law.petty))
    s.perceived_at = until
    note(book, t, s.index, ordinal, _K_PENALTY, 0, 0, s.rung, 0.0)


@lean_routine
def put_off(s: Record, days: float, table: Records) -> None:
    """Put off the accidents of an enterprise's hazards by the days its production is stopped: their clocks rest.

    Those without a history await none. Where a true repair is refused meanwhile both delays count, overlap or not.
    """
    for row in range(s.row[KNOWN], s.row[KNOWN] + s.held[KNOWN]):
        table[row].harm += days


@routine
def ordered_to_close(sites: Records, status: Ints) -> Ints:
    """Return which enterprises on the list have been closed since the last weekly report, ascending.

    Parameters
    ----------
    sites : numpy.ndarray of SITE
    status : numpy.ndarray of int64
        Shape (n, len(Col)).
    """
    closed = np.empty(sites.size, dtype=np.int64)
    m = 0
    for i in range(sites.size):
        if sites[i].rung == _CLOSED and status[i, _ON_LIST] == 1:
            closed[m] = i
            m += 1
    return closed[:m]
