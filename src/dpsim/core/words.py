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


class Channel(IntEnum):
    """How an event came about."""

    NONE = 0
    OWN_STAFF = 1
    AGENCY = 2
    ASSESSOR = 3
    CITY_BUREAU = 4


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
