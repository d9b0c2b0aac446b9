"""The tables of hazards and of what an enterprise does about them: columns, laws, visits.

A hazard is realised at its birth: what can find it and what can go wrong with it are thresholds keyed by (enterprise,
ordinal), so no visit changes anybody's luck (model 2). Hazards that are over leave the table; the ledger keeps their
story. All times are days after the midnight that ends the as-of date; the past is negative.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import routine
from dpsim.core.words import CLASSES, DISCOVERY
from dpsim.model.delays import DELAY_BINS, delay_scale, delay_table
from dpsim.model.state import Floats, Ints


class Hazard(IntEnum):
    """States of a hazard; the first two and a paper closure are unknown to the bureau."""

    LATENT = 0
    FALSELY_CLOSED = 1
    """Closed in the ledger and never repaired."""
    RESTING = 2
    """Repaired and closed; it will come back."""
    FOUND = 3
    ASSIGNED = 4
    RECTIFIED = 5
    ACCEPTED = 6
    GONE = 7


class Mark(IntEnum):
    """Bits of what is decided about a hazard ahead of time."""

    SHAM = 1
    """Rectified on paper only."""
    LISTED = 2
    PASSES = 4
    """The next acceptance."""
    RETURNS = 8
    """After a true repair."""


_I, _F = np.int64, np.float64


def record_type(fields: list[tuple[object, ...]], *, align: bool = False) -> np.dtype[np.void]:
    """Return a dtype whose single entries have their fields as attributes, compiled or not."""
    return np.dtype((np.record, np.dtype(fields, align=align)))


HAZARD = record_type(
    [
        ("wake", _F),
        ("level", _F),
        ("harm", _F),
        ("step", _F),
        ("due", _F),
        ("rectify", np.float32),
        ("accept", np.float32),
        ("close", np.float32),
        ("ordinal", np.int32),
        ("draws", np.uint16),
        ("cycle", np.int16),
        ("state", np.int8),
        ("klass", np.int8),
        ("late", np.int8),
        ("marks", np.uint8),
    ],
    align=True,
)
"""One hazard that is not over, in 64 bytes. Infinity is never.

`wake`: before this nothing happens to it by itself; `level`: of its enterprise's spending at which it is found
(`SITE.spent`), infinite unless it is hidden; `harm`: the accident it ends in if nothing changes; `step`: its next step
in the closed loop, its return, or its look-back if it is hidden; `due`: its time limit while open (of a closed one: its
look-back);
`rectify`, `accept`, `close`: delays to come, of mean 1, drawn already; `ordinal`: twice its number in its class at the
enterprise, plus the class; `cycle`: how often it has come back; `draws`: calls its closed loop has used; `late`: its
time limit has passed; `marks`: see `Mark`. In an untraced run the state runs ahead where nothing can come in between.
"""

HIDDEN = record_type([("level", _F), ("ordinal", np.int32)], align=True)
"""A hazard that nobody has found yet and that no accident awaits: most of them, so it takes 16 bytes.

`level` and `ordinal` as in `HAZARD`.
"""
assert HAZARD.itemsize == 64 and HIDDEN.itemsize == 16

SITE = record_type(
    [
        ("entity", np.uint32),
        ("on_list", np.uint32),
        ("index", _I),
        ("row", _I, (2,)),
        ("held", _I, (2,)),
        ("born", _I, (2,)),
        ("spent", _F, (2,)),
        ("paper", _I),
        ("open", _I),
        ("overdue", _I),
        ("finds", _I),
        ("judged", _I),
        ("bad_record", _I),
        ("rung", _I),
        ("penalties", _I),
        ("resumes", _F),
        ("intensity", _F, (2,)),
        ("clock", _F, (2,)),
        ("perceived", _F),
        ("perceived_at", _F),
        ("felt", _F),
        ("felt_at", _F),
        ("leaning", _F),
        ("leaning_at", _F),
        ("built_at", _F),
        ("online_at", _F),
        ("seen_at", _F),
        ("seen_before", _F),
        ("report_factor", _F),
        ("expert_rate", _F),
        ("grid_rate", _F),
        ("simple", _F),
        ("phase", _F, (7,)),
    ]
)
"""One enterprise as a place where hazards arise, and its record with the supervisor.

`row`, `held`: its first row among the hazards of `HAZARD` and of `HIDDEN`, and how many it has there; `born`: hazards
so far, `spent`: what all chances of detection have spent so far, both by class; `open`,
`overdue`: by the ledger; `finds`: hazards found by supervisors' visits, a past year included; `judged`: the visits
these come from (and the ordinal of a visit's draws); `bad_record`: in the stricter group of an escalating plan; `rung`:
of the penalty ladder (`Rung`); `penalties`: since the last weekly report; `resumes`: when production goes on after a
stop (minus infinity where there was none); `intensity`: births per day; `clock`: what is left of the birth clocks;
`perceived`: perceived risk of a visit, 0..1, at `perceived_at` (`felt`, `felt_at`: the same as the interval begins);
`leaning`: on advisers, at `leaning_at`; `built_at`, `online_at`: infinity until then; `seen_at`: last supervisor's
visit (`seen_before`: as the interval begins); `report_factor`: on workers' reports; `expert_rate`, `grid_rate`: visits
per day of resident experts, checks per day by grid staff (0 none); `simple`: share of a self-check's effect lost to a
simple system; `phase`: a time at which each periodic channel comes
round; that of the spot check is grid staff's.
"""

LAW = record_type(
    [
        ("seed", _I),
        ("replication", _I),
        ("spend", _F, (7, 2)),
        ("period", _F, (7,)),
        ("condition", _F, (3,)),
        ("harm", _F, (2,)),
        ("open_harm", _F, (2,)),
        ("assign", _F, (2,)),
        ("rectify", _F, (2,)),
        ("accept", _F, (2,)),
        ("close", _F, (2,)),
        ("delay_scale", _F),
        ("delay_power", _F),
        ("delay", _F, (DELAY_BINS, 4)),
        ("limit", _F, (2,)),
        ("accepted", _F, (2,)),
        ("sham", _F, (2,)),
        ("relapse", _F, (2,)),
        ("relapse_days", _F, (2,)),
        ("listed_time", _F),
        ("listed_sham", _F),
        ("growth", _F),
        ("visit_jump", _F),
        ("penalty_jump", _F),
        ("published_jump", _F),
        ("memory", _F),
        ("effort", _F),
        ("leaning_memory", _F),
        ("leaning_effect", _F),
        ("penalty_share", _F),
        ("return_share", _F),
        ("top_rung", _I),
        ("reveal_share", _F),
        ("deaths", _F, (3,)),
        ("penalty_factor", _F),
        ("stop_days", _F),
        ("close_share", _F),
        ("look_share", _F),
        ("look_days", _F),
        ("listing_share", _F),
        ("publicity", _F),
        ("taught", _F),
        ("trained", _F),
        ("trained_at", _F),
        ("training_detect", _F),
        ("training_worth", _F),
        ("training_memory", _F),
        ("warned", _F),
        ("patrol_every", _F),
        ("grid_quality", _F),
        ("verified", _F),
        ("independence", _F),
        ("refused_share", _F),
        ("petty", _F),
        ("search_lost", _F),
        ("served", _F),
        ("learning", _F),
        ("forgetting", _F),
        ("ability", _F),
        ("ability_at", _F),
        ("helped", _F),
        ("done", _I, (4,)),
        ("price", _F, (2, 4, 2)),
        ("owed", _F, (2, 2)),
        ("instalment", _F, (2, 2)),
    ]
)
"""Everything the life of hazards is governed by in one run, and the run's name.

Axes: channels as in `DISCOVERY`, but the last (7), classes as in `CLASSES` (2).

`spend`: -ln(1 - p), what one chance takes off the detection threshold (workers' reports: per day); `period`: days
between the chances of a periodic channel, infinity for others; `condition`: factor on self-checks where nothing is
built, built on paper, working; `harm`: accidents per hazard and day while unsafe; `open_harm`: factor on it while the
hazard is known; `assign`, `rectify`, `accept`, `close`: mean days of the steps, with `delay_scale`
`delay_power` and the table `delay` (`word_delay`);
`limit`: days from finding to closing; `accepted`: chance that one acceptance passes;
`sham`: share rectified on paper only; `relapse`,
`relapse_days`: share that comes back after a true repair, mean time; `listed_time`, `listed_sham`: factors of
listing; `growth`: of the births per day without a visit (log); jumps of perceived risk at a visit, an own penalty, a
neighbour's published one, its `memory` (days) and `effort` (log, at a perceived risk of 1); `leaning_memory`,
`leaning_effect`: the same of leaning on advisers; `penalty_share`: of visits with a find; `return_share`: chance to
leave the stricter group on a clean visit; `reveal_share`: of paper systems that one visit sees through; `deaths`:
chance that an accident costs at least 1, 3, 10 lives; `patrol_every`: days between two online patrols where no
instrument has more of them; `done`: occasions of the week that are paid for (`Occasion`), their `price` under the
strategy and under the reference, what is `owed` for them and the `instalment` of a morning (staff-days, yuan); the rest
is what instruments set for the week (`controls`, `ability`).
"""

Records = npt.NDArray[np.void]


def set_delays(laws: Records, shape: float) -> None:
    """Let the delays of the closed loop be of a Weibull shape (see `delay_quantile`)."""
    laws["delay_scale"], laws["delay_power"], laws["delay"] = delay_scale(shape), 1.0 / shape, delay_table(shape)


class Visits(NamedTuple):
    """Visits from outside in an interval, by enterprise, then by time.

    Attributes
    ----------
    first : int64, shape (n + 1,): where each enterprise's visits begin
    time : float64, shape (visits,)
    channel : int64, shape (visits,): place in `DISCOVERY`
    quality : float64, shape (visits,): factor on what the visit spends
    supervisor : int64, shape (visits,): 1 for an inspector, 0 for an adviser
    """

    first: Ints
    time: Floats
    channel: Ints
    quality: Floats
    supervisor: Ints


CHANNELS = DISCOVERY.index("grid")
"""Channels with chances of their own in `LAW`: grid staff have those of the spot check, and its round."""


def no_visits(n: int) -> Visits:
    """Return an interval without visits."""
    return Visits(
        np.zeros(n + 1, dtype=np.int64),
        np.zeros(0),
        np.zeros(0, dtype=np.int64),
        np.zeros(0),
        np.zeros(0, dtype=np.int64),
    )


@routine
def sorted_visits(index: Ints, time: Floats, channel: Ints, quality: Floats, supervisor: Ints, n: int) -> Visits:
    """Return visits in the order of enterprises and times, at the same time as they were given."""
    first, order = np.zeros(n + 1, dtype=np.int64), np.empty(index.size, dtype=np.int64)
    for k in range(index.size):
        first[index[k] + 1] += 1
    first[:] = np.cumsum(first)
    end = first[:-1].copy()
    for k in range(index.size):
        i = index[k]
        place = end[i]
        while place > first[i] and time[order[place - 1]] > time[k]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = k
        end[i] += 1
    return Visits(first, time[order], channel[order], quality[order], supervisor[order])


assert len(CLASSES) == 2 and CHANNELS == 7, "the records hold so many"
