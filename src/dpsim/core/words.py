"""The words that model, strategies, measure and report share: stages, target groups, kinds of event."""

from __future__ import annotations

from enum import IntEnum


class Kind(IntEnum):
    """What an event is."""

    STARTED = 0
    READY = 1
    BUILT = 2
    CONNECTED = 3
    ONLINE = 4
    ENTERED = 5
    ASSESSED = 6
    PASSED = 7
    SENT_BACK = 8
    REWORKED = 9
    REMOVED = 10
    MEETING = 11
    NOTICE = 12
    # the life of a hazard
    BORN = 13
    FOUND = 14
    ASSIGNED = 15
    RECTIFIED = 16
    REFUSED = 17
    """Acceptance refused: rectified again."""
    ACCEPTED = 18
    CLOSED = 19
    OVERDUE = 20
    RELAPSED = 21
    """Unsafe again after closing, or never repaired at all; nobody knows yet."""
    ACCIDENT = 22
    DROPPED = 23
    """Its enterprise has left the list."""
    # supervision
    VISIT = 24
    ADVISED = 25
    PENALTY = 26
    PAPER = 27
    """Built on paper only; nobody knows yet."""
    REVEALED = 28
    """A paper system seen through."""
    LISTED = 29
    """A major hazard listed for supervision as it is found."""


class Channel(IntEnum):
    """How an event came about."""

    NONE = 0
    OWN_STAFF = 1
    AGENCY = 2
    ASSESSOR = 3
    CITY_BUREAU = 4
    # how a hazard is found
    SELF_CHECK = 5
    WORKER_REPORT = 6
    EXPERT = 7
    SPOT_CHECK = 8
    OVERSIGHT = 9
    PATROL = 10
    LOOK_BACK = 11
    GRID = 12


class HazardClass(IntEnum):
    """General or major."""

    GENERAL = 0
    MAJOR = 1


STAGES = ("built", "connected", "online", "assessed", "passed")
"""The reported stages, in the order of every array with a stage axis."""

GROUPS = ("other", "benchmark")
"""Target groups, in the order of every array with a group axis."""

KIND_OF_STAGE = {
    "built": int(Kind.BUILT),
    "connected": int(Kind.CONNECTED),
    "online": int(Kind.ONLINE),
    "assessed": int(Kind.ASSESSED),
    "passed": int(Kind.PASSED),
}
REMOVED = int(Kind.REMOVED)

CLASSES = ("general", "major")
"""Hazard classes, in the order of every array with a class axis."""

DISCOVERY = ("self_check", "worker_report", "expert", "spot_check", "oversight", "patrol", "look_back", "grid")
"""Channels of discovery, in the order of every array with a channel axis."""

HAZARD_STEPS = ("found", "assigned", "rectified", "accepted", "closed")
"""Steps of the closed loop that a ledger dates, in their order; before the last a hazard is open."""

FIRST_DISCOVERY = int(Channel.SELF_CHECK)
"""A discovery channel's number in the log is its place in `DISCOVERY` plus this."""

DUTIES = ("reporting", "meetings", "advising", "inspecting")
"""What a county's staff days go to, in the order in which they are served."""

MAX_REPLICATIONS = 100_000
"""Most replications of one call: their frames are held in memory."""
