"""A slow, independent reading of a run's ledger of hazards: each hazard's life step by step, counts one by one.

Written from the rules of the model and not from its code: what may follow what, when a time limit has passed, what is
counted where. `Replay.faults` lists whatever breaks a rule.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dpsim.core.words import DISCOVERY, FIRST_DISCOVERY, Kind
from dpsim.model.hazard_store import HazardStore
from dpsim.model.hazards import Hazard, Records

HIDDEN = {Hazard.LATENT, Hazard.FALSELY_CLOSED}
OPEN = {Hazard.FOUND, Hazard.ASSIGNED, Hazard.RECTIFIED, Hazard.ACCEPTED}
STEPS = {
    Kind.ASSIGNED: (Hazard.FOUND, Hazard.ASSIGNED),
    Kind.RECTIFIED: (Hazard.ASSIGNED, Hazard.RECTIFIED),
    Kind.REFUSED: (Hazard.RECTIFIED, Hazard.ASSIGNED),
    Kind.ACCEPTED: (Hazard.RECTIFIED, Hazard.ACCEPTED),
}
OF_A_HAZARD = {
    *STEPS,
    Kind.BORN,
    Kind.FOUND,
    Kind.CLOSED,
    Kind.OVERDUE,
    Kind.RELAPSED,
    Kind.ACCIDENT,
    Kind.DROPPED,
}
Times = npt.NDArray[np.float64]


@dataclass
class Life:
    """One hazard as far as its events tell."""

    klass: int
    state: Hazard
    cycle: int = 0
    due: float = float("inf")
    late: bool = False
    last: float = 0.0
    sham: bool = False


def rows_of(sites: Records, store: HazardStore) -> dict[tuple[int, int], Life]:
    """Return the hazards there are by (enterprise, ordinal)."""
    lives = {}
    for i in range(sites.size):
        for h in store.of(sites[i]):
            state = Hazard(int(h["state"]))
            due = float(h["due"]) if state in OPEN else float("inf")
            lives[i, int(h["ordinal"])] = Life(int(h["klass"]), state, int(h["cycle"]), due, bool(h["late"]))
    return lives


@dataclass
class Replay:
    """Lives and counts after all events.

    Attributes
    ----------
    lives : dict
        By (enterprise, ordinal): as they stood at the as-of date; afterwards as they stand at the end.
    limit : tuple of float
        Days from finding to closing, by class.
    changes : list
        (t, enterprise, indicator, step) for every indicator that an event moves.
    """

    lives: dict[tuple[int, int], Life]
    limit: tuple[float, float]
    changes: list[tuple[float, int, str, float]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    totals: Counter[str] = field(default_factory=Counter)

    def read(self, ledger: Records) -> None:
        """Follow all events in the order in which they were written."""
        for t, value, index, ordinal, kind, channel, klass, detail in ledger.tolist():
            if kind in OF_A_HAZARD:
                self._follow(t, value, index, ordinal, Kind(kind), channel, klass, detail)

    def fault(self, what: str, t: float, index: int, ordinal: int) -> None:
        """Write down a broken rule."""
        self.faults.append(f"{what} (enterprise {index}, hazard {ordinal}, day {t:.3f})")

    def _move(self, t: float, index: int, name: str, step: float = 1.0) -> None:
        self.changes.append((t, index, name, step))

    def _follow(
        self, t: float, value: float, index: int, ordinal: int, kind: Kind, channel: int, klass: int, detail: int
    ) -> None:
        name = ("general", "major")[klass]
        if kind == Kind.BORN:
            if (index, ordinal) in self.lives:
                self.fault("born twice", t, index, ordinal)
            self.lives[index, ordinal] = Life(klass, Hazard.LATENT, last=t)
            self.totals["born"] += 1
            self._move(t, index, f"hazards_arisen:{name}")
            self._move(t, index, f"hazards_latent:{name}")
            return
        life = self.lives.get((index, ordinal))
        if life is None or life.state == Hazard.GONE:
            self.fault(f"{kind.name} of a hazard that is not there", t, index, ordinal)
            return
        if t < life.last or t < 0.0:
            self.fault(f"{kind.name} before the step before it", t, index, ordinal)
        if klass != life.klass or ordinal % 2 != klass:
            self.fault("another class", t, index, ordinal)
        before, life.last = life.state, t
        if kind == Kind.FOUND:
            if before not in HIDDEN or detail != life.cycle:
                self.fault(f"found while {before.name} or in another cycle", t, index, ordinal)
            life.state, life.due, life.late = Hazard.FOUND, t + self.limit[klass], False
            self.totals["found_first" if detail == 0 else "found_again"] += 1
            self._move(t, index, f"hazards_found:{DISCOVERY[channel - FIRST_DISCOVERY]}:{name}")
            self._move(t, index, f"hazards_open:{name}")
            self._move(t, index, f"hazards_latent:{name}", -1.0)
            if detail:
                self._move(t, index, f"hazards_relapsed:{name}")
        elif kind in STEPS:
            wanted, life.state = STEPS[kind]
            if before != wanted:
                self.fault(f"{kind.name} while {before.name}", t, index, ordinal)
        elif kind == Kind.OVERDUE:
            if before not in OPEN or life.late or abs(t - life.due) > 1e-9:
                self.fault(f"overdue while {before.name}, late {life.late}, due {life.due:.3f}", t, index, ordinal)
            life.late = True
            self._move(t, index, f"hazards_overdue:{name}")
        elif kind == Kind.CLOSED:
            self._close(t, index, ordinal, name, life, detail)
        elif kind == Kind.RELAPSED:
            if before != Hazard.RESTING or detail != life.cycle + 1:
                self.fault(f"came back while {before.name}", t, index, ordinal)
            life.cycle += 1
            life.state = Hazard.FALSELY_CLOSED if life.sham else Hazard.LATENT
            self.totals["back"] += 1
            self._move(t, index, f"hazards_latent:{name}")
        else:
            self._end(t, value, index, ordinal, name, life, kind, detail)

    def _close(self, t: float, index: int, ordinal: int, name: str, life: Life, detail: int) -> None:
        """Strike a hazard from the ledger; whether it will come back shows later."""
        if life.state != Hazard.ACCEPTED or (detail & 1 == 1) != (t <= life.due) or life.late != (t > life.due):
            self.fault(f"closed while {life.state.name}, late {life.late}, detail {detail}", t, index, ordinal)
        life.state, life.sham = Hazard.RESTING, detail >= 2
        self.totals["closed"] += 1
        self._move(t, index, f"hazards_closed:{name}")
        self._move(t, index, f"hazards_open:{name}", -1.0)
        if detail & 1:
            self._move(t, index, f"hazards_closed_in_time:{name}")
        if not life.sham:
            self._move(t, index, f"true:hazards_closed:{name}")
        if life.late:
            self._move(t, index, f"hazards_overdue:{name}", -1.0)

    def _end(
        self, t: float, value: float, index: int, ordinal: int, name: str, life: Life, kind: Kind, detail: int
    ) -> None:
        """End a hazard by an accident or because its enterprise has left."""
        hidden, is_open = life.state in HIDDEN, life.state in OPEN
        standing = 0 if hidden else (2 + int(life.late) if is_open else 1)
        if detail != standing or (kind == Kind.ACCIDENT and standing == 1):
            self.fault(f"{kind.name} with standing {detail}, not {standing}", t, index, ordinal)
        self.totals[f"{kind.name.lower()}_{'hidden' if hidden else 'open' if is_open else 'resting'}"] += 1
        if hidden:
            self._move(t, index, f"hazards_latent:{name}", -1.0)
        if is_open:
            self._move(t, index, f"hazards_open:{name}", -1.0)
            if life.late:
                self._move(t, index, f"hazards_overdue:{name}", -1.0)
        if kind == Kind.ACCIDENT:
            self._move(t, index, "accidents")
            self._move(t, index, "deaths", value)
        life.state = Hazard.GONE

    def compare_end(self, sites: Records, store: HazardStore) -> None:
        """Compare where the events lead with what the tables hold at the end."""
        rows = rows_of(sites, store)
        for key, life in self.lives.items():
            row = rows.get(key)
            known = life.state in HIDDEN | OPEN
            if known and (row is None or row.state != life.state or row.cycle != life.cycle):
                self.faults.append(f"{key}: {life.state.name} by its events, {row and row.state.name} in the table")
            if not known and row is not None and row.state != Hazard.RESTING:
                self.faults.append(f"{key}: over by its events, {row.state.name} in the table")
        self.faults += [f"{key}: in the table without events" for key in rows.keys() - self.lives.keys()]

    def compare_totals(self, start: dict[str, int]) -> None:
        """Check the balances of methods 3.6 on counts; `start` counts the hidden and open at the as-of date."""
        n, states = self.totals, Counter(life.state for life in self.lives.values())
        hidden, is_open = sum(states[s] for s in HIDDEN), sum(states[s] for s in OPEN)
        found = n["found_first"] + n["found_again"]
        if start["hidden"] + n["born"] + n["back"] != hidden + found + n["accident_hidden"] + n["dropped_hidden"]:
            self.faults.append(f"arrivals are not hidden + found + accidents + dropped: {dict(n)}")
        if start["open"] + found != n["closed"] + is_open + n["accident_open"] + n["dropped_open"]:
            self.faults.append(f"found are not closed + open + ended: {dict(n)}")


def values_at(
    changes: list[tuple[float, int, str, float]],
    begin: dict[str, npt.NDArray[np.float64]],
    cell: npt.NDArray[np.int64],
    cells: int,
    times: Times,
    name: str,
) -> npt.NDArray[np.float64]:
    """Return an indicator at each time and cell, counted change by change; shape (times, cells)."""
    out = np.tile(begin.get(name, np.zeros(cells)), (times.size, 1))
    for t, index, what, step in changes:
        if what == name:
            out[times > t, cell[index]] += step
    return out
