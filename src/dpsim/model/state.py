"""The state of all enterprises as a struct of arrays, and the words of their tracks (model 2 and 3).

An enterprise is an index into these arrays. Both engines change them through the compiled functions of this
folder only. Counters are int64; times are days from the midnight that ends the as-of date (the past is
negative, NaN is "not yet").
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel, lean_kernel
from dpsim.core.words import STAGES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Phase(IntEnum):
    """The fixed order of a day: five phases of the organisations' morning, then the enterprises' own events."""

    CALENDAR = 1
    REPORTING = 2
    MEETINGS = 3
    REFRESH = 4
    ALLOCATION = 5
    ENTERPRISES = 6


class Track(IntEnum):
    """The clocks of an enterprise; the first five are driven by a path."""

    START = 0
    BUILD = 1
    CONNECT = 2
    ONLINE = 3
    ASSESS = 4
    REWORK = 5


class Build(IntEnum):
    """The build track."""

    NOT_STARTED = 0
    BUILDING = 1
    READY = 2
    """Own work done; waits for its agency to hand over (reported as building)."""
    BUILT = 3


class Assess(IntEnum):
    """The assessment track; `assessed` and `passed` are kept apart because one can be assessed and sent back."""

    NONE = 0
    ENTERED = 1
    REWORK = 2
    PASSED = 3


PATH_TRACKS = 5
TRACKS = len(Track)
SIDES = 2
"""Attention is kept twice: under the strategy that is run, and under the reference strategy it is held against."""


class Col(IntEnum):
    """Columns of `State.status`: what can change about an enterprise, as whole numbers (flags are 0 or 1)."""

    ON_LIST = 0
    BUILD = 1
    CONNECTED = 2
    ONLINE = 3
    ASSESS = 4
    ASSESSED = 5
    AGENCY_USER = 6
    READY_DAY = 7
    """Day on which the queue it waits in was joined."""


_ON_LIST, _BUILD, _CONNECTED, _ONLINE = int(Col.ON_LIST), int(Col.BUILD), int(Col.CONNECTED), int(Col.ONLINE)
_ASSESS, _ASSESSED, _BUILT, _PASSED = int(Col.ASSESS), int(Col.ASSESSED), int(Build.BUILT), int(Assess.PASSED)


class Drawn(NamedTuple):
    """One draw of a table's forecast that a replication follows (`dpsim.model.drawn`); empty where it follows none.

    Stages are in the order of `STAGES`; an intensity is one of the gap, and its integral from the as-of date on is what
    the thresholds of those in the gap are held against.

    Attributes
    ----------
    each : float64, shape (n, STAGES, 3), threshold of an enterprise (infinite where the stage is reached), what of it
        is spent at its own pace, and the intensity per day at which it is being spent
    own : float64, shape (counties, STAGES, weeks), integrated intensity of each week of the draw at its own pace
    place : float64, shape (counties, STAGES, 2), share a spreading draw starts from, share of the gap an order closes
    stage : float64, shape (STAGES, 3), 1 where the draw drives the stage by its regime's pace, 2 where by the work that
        follows another stage, 0 where not at all; days that a week of the draw takes; deadline
    clock : float64, shape (2,), time up to which thresholds are spent, 1 where the draw spreads
    """

    each: Floats
    own: Floats
    place: Floats
    stage: Floats
    clock: Floats


NO_DRAW = Drawn(np.zeros((0, 0, 0)), np.zeros((0, 0, 0)), np.zeros((0, 0, 0)), np.zeros((0, 0)), np.zeros(0))


class State(NamedTuple):
    """Everything that changes about the enterprises; the first axis of all arrays is the enterprise.

    What compiled functions touch together lies together: they take the few arrays they need and an index, because
    handing over the whole tuple costs more than the work.

    Attributes
    ----------
    entity : uint32, number of the enterprise's draws
    county, sector, group : int64, fixed traits
    propensity : float64, Z
    pass_score : int64, points needed
    status : int64, shape (n, len(Col))
    residual, rate : float64, shape (n, TRACKS), what is left of each clock / its intensity per day
    spell : int64, shape (n, TRACKS), ordinal of the clock's draw
    updated : float64, time to which the clocks are spent
    attention, attention_time : float64, shape (n, SIDES, contact kinds)
    drawn : Drawn, the draw of a forecast that the path tracks follow
    """

    entity: npt.NDArray[np.uint32]
    county: Ints
    sector: Ints
    group: Ints
    propensity: Floats
    pass_score: Ints
    status: Ints
    residual: Floats
    rate: Floats
    spell: Ints
    updated: Floats
    attention: Floats
    attention_time: Floats
    drawn: Drawn = NO_DRAW


def stage_flags(status: Ints) -> Flags:
    """Return which enterprise has reached which stage, shape (n, len(STAGES)); off-list enterprises have none."""
    columns = {
        "built": status[:, Col.BUILD] == Build.BUILT,
        "connected": status[:, Col.CONNECTED] == 1,
        "online": status[:, Col.ONLINE] == 1,
        "assessed": status[:, Col.ASSESSED] == 1,
        "passed": status[:, Col.ASSESS] == Assess.PASSED,
    }
    return np.asarray(np.column_stack([columns[stage] for stage in STAGES]) & (status[:, Col.ON_LIST] == 1)[:, None])


@lean_kernel
def entity_of(state: State, i: int) -> int:
    """Return the number of an enterprise's draws as a signed whole number, as compiled code counts."""
    return np.int64(state.entity[i])  # type: ignore[return-value]


@lean_kernel
def stage_bits(status: Ints, i: int) -> int:
    """Return the stages an enterprise on the list has reached as bits, in the order of `STAGES`."""
    return (
        (status[i, _BUILD] == _BUILT)
        + 2 * status[i, _CONNECTED]
        + 4 * status[i, _ONLINE]
        + 8 * status[i, _ASSESSED]
        + 16 * (status[i, _ASSESS] == _PASSED)
    )


@kernel
def count_by_county(status: Ints, county: Ints, counties: int) -> Ints:
    """Return counts of shape (counties, 1 + stages): on the list, then each stage of `STAGES`."""
    out = np.zeros((counties, 6), dtype=np.int64)
    for i in range(county.size):
        if status[i, _ON_LIST] == 1:
            c = county[i]
            out[c, 0] += 1
            out[c, 1] += status[i, _BUILD] == _BUILT
            out[c, 2] += status[i, _CONNECTED]
            out[c, 3] += status[i, _ONLINE]
            out[c, 4] += status[i, _ASSESSED]
            out[c, 5] += status[i, _ASSESS] == _PASSED
    return out
