"""What is worked out ahead of time, or not at all, changes nothing: untraced runs, and lives that are over by 0."""

from __future__ import annotations

import numpy as np
from hazard_tools import Lab, Visits, make_lab, visits_at
from test_hazard_laws import DAYS, N, busy_lab, busy_law, live_weeks, weekly_visits

from dpsim.core.words import Kind
from dpsim.model.hazard_book import ledger_counts

TIMES = np.arange(3.0, DAYS, 10.0)
CELL = np.arange(N) % 4


def counted(*, trace: bool, accepted: float = 0.7) -> Lab:
    lab = busy_lab(busy_law(accepted=accepted, harm=(0.02, 0.05)))
    lab.store.count(TIMES, CELL, 4, trace=trace)
    live_weeks(lab, *weekly_visits(), publicity=1.0)
    return lab


def test_an_untraced_run_counts_the_same() -> None:
    """Its hazards run ahead to the closing where nothing can come in between; each event still has its own date."""
    with_, without = counted(trace=True), counted(trace=False)
    assert without.ledger.size == 0 < with_.ledger.size and with_.events(Kind.REFUSED).size > 300
    assert (with_.events(Kind.ACCIDENT)["detail"] >= 2).sum() > 20, "some end while they are open"
    assert np.array_equal(with_.store.book.tally, without.store.book.tally)
    assert np.array_equal(with_.store.book.tally, ledger_counts(with_.ledger, CELL, 4, TIMES))
    assert np.array_equal(with_.store.book.revealed, without.store.book.revealed)
    assert np.array_equal(with_.store.census(with_.sites), without.store.census(without.sites))
    for name in ("finds", "judged", "bad_record", "rung", "resumes", "open", "overdue", "perceived"):
        assert np.array_equal(with_.sites[name], without.sites[name]), name
    other = counted(trace=False, accepted=0.69)
    assert not np.array_equal(with_.store.book.tally, other.store.book.tally), "the check must refuse another law"


def at_the_end(begin: float, *, sham: float = 0.2) -> list[tuple[int, ...]]:
    """Return what is there 300 days after `begin`: enterprise, hazard, state, cycle, and each enterprise's record."""
    lab = make_lab(N, busy_law(sham=sham, growth=0.0, trained_at=begin), (0.2, 0.05), begin=begin)
    lab.sites["phase"] += begin
    lab.live(begin + 200.0, shifted(begin))
    lab.live(begin + 300.0)
    out = []
    for i, s in enumerate(lab.sites):
        rows = lab.store.of(s)
        out += [(i, int(h["ordinal"]), int(h["state"]), int(h["cycle"]), int(h["late"])) for h in rows]
        out.append((i, *(int(s[name]) for name in ("open", "overdue", "finds", "judged", "bad_record", "rung"))))
    return sorted(out)


def shifted(begin: float) -> Visits:
    index, time = weekly_visits()
    return visits_at(index, time + begin, N)


def test_what_is_over_before_the_as_of_date_leaves_the_same_behind() -> None:
    """Before 0 the delays of what is surely over are not worked out; after 0, where events count, they are."""
    past, present = at_the_end(-300.0), at_the_end(0.0)
    assert past == present and len(past) > 5 * N
    assert at_the_end(-300.0, sham=0.19) != present, "the check must refuse another law"
