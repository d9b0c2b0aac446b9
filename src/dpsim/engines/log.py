"""The event log that both engines write: what, when, to whom, why."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dpsim.core.words import Kind

_MEASURED = (int(Kind.ACCIDENT), int(Kind.VISIT), int(Kind.ADVISED))
"""Kinds whose `value` in the ledger is a measurement."""
_ENTERPRISES = 6
"""The phase of the enterprises' own events."""

EVENT = np.dtype(
    (
        np.record,
        [
            ("t", np.float64),
            ("phase", np.int64),
            ("entity", np.uint32),
            ("ordinal", np.int64),
            ("kind", np.int64),
            ("channel", np.int64),
            ("actor", np.int64),
            ("value", np.float64),
            ("index", np.int64),
        ],
    )
)
"""One event. `index` is the enterprise's position in the state arrays, -1 for an organisation's own event."""


@dataclass
class Log:
    """Events of one replication, in the order written; `sorted` gives the order that counts."""

    rows: list[tuple[float, int, int, int, int, int, int, float, int]] = field(default_factory=list)

    def add(
        self,
        t: float,
        phase: int,
        kind: int,
        *,
        entity: int = 0,
        ordinal: int = 0,
        channel: int = 0,
        actor: int = 0,
        value: float = 0.0,
        index: int = -1,
    ) -> None:
        """Write one event."""
        self.rows.append((t, phase, entity, ordinal, kind, channel, actor, value, index))

    def sorted(self) -> npt.NDArray[np.void]:
        """Return all events ordered by (t, phase, entity, ordinal, kind)."""
        return sorted_events(np.array(self.rows, dtype=EVENT))


def merged_log(
    events: npt.NDArray[np.void], ledger: npt.NDArray[np.void], entity: npt.NDArray[np.uint32]
) -> npt.NDArray[np.void]:
    """Return the log of the enterprises with the ledger of hazards and visits in it, in the order that counts.

    Of a hazard's event `actor` is its class; `value` is of an accident its deaths, of a visit the team's quality, of
    all others the ledger's detail.
    """
    rows = np.zeros(ledger.size, dtype=EVENT)
    for name in ("t", "ordinal", "kind", "channel", "index"):
        rows[name] = ledger[name]
    rows["phase"], rows["entity"], rows["actor"] = _ENTERPRISES, entity[ledger["index"]], ledger["klass"]
    rows["value"] = np.where(np.isin(ledger["kind"], _MEASURED), ledger["value"], ledger["detail"])
    return sorted_events(np.concatenate([events, rows]))


def sorted_events(events: npt.NDArray[np.void]) -> npt.NDArray[np.void]:
    """Return events in the order that counts: (t, phase, entity, ordinal, kind), then all other fields."""
    names = ("index", "value", "actor", "channel", "kind", "ordinal", "entity", "phase", "t")
    return np.asarray(events[np.lexsort([events[name] for name in names])])
