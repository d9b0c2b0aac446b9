"""Keyed random draws: every draw has a name and no draw depends on any other.

A draw is a pure function of (seed, replication, entity, stream, ordinal, draw), through the published
counter-based generator Philox4x32-10 (Salmon et al. 2011; known answers in the tests). So the same decision of
the same enterprise gets the same luck under every strategy, engine, number of workers and order of processing.

Entities are 32-bit numbers that come from an enterprise's code, never from its row.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel, typed_kernel
from dpsim.errors import InputError

MAX_WORD = 2**32 - 1
CITY_ENTITY = 0
"""Entity of draws that belong to the whole case and to no enterprise."""


class Stream(IntEnum):
    """The closed list of decision points. A number is never used twice and never reused for something else."""

    # the world, drawn at assembly; entity = the case
    PATH_START = 1
    PATH_BASE = 2
    PATH_CLOSE = 3
    PATH_SHARE = 4
    PATH_SHOCK = 5
    PATH_SHOCK_SCALE = 6
    PATH_NOISE = 7
    PATH_RUSH = 8
    PATH_RUSH_FACTOR = 9
    COUNTY_SIZE = 10
    # an enterprise's unpublished traits; entity = the enterprise
    TIER = 20
    SECTOR = 21
    COUNTY = 22
    STATE_BUILT = 23
    STATE_ONLINE = 24
    STATE_CONNECTED = 25
    STATE_PASSED = 26
    STATE_ASSESSED = 27
    STATE_BUILDING = 28
    ENTRY_STARTED = 29
    ENTRY_BUILT = 30
    ENTRY_CONNECTED = 31
    ENTRY_ONLINE = 32
    ENTRY_PASSED = 33
    PROPENSITY = 34
    AGENCY_USER = 35
    AGENCY_WILLING = 36
    """Whether an agency's added builder may serve it."""
    # its clocks, one ordinal per spell; entity = the enterprise
    CLOCK_START = 40
    CLOCK_BUILD = 41
    CLOCK_CONNECT = 42
    CLOCK_ONLINE = 43
    CLOCK_ASSESS = 44
    CLOCK_REWORK = 45
    CLOCK_REMOVAL = 46
    # organisations; entity = the enterprise served (service, score) or the server's number (residual)
    AGENCY_SERVICE = 60
    AGENCY_RESIDUAL = 61
    ASSESS_SERVICE = 62
    ASSESS_SCORE = 63
    ASSESS_HOUR = 64
    ASSESS_RESIDUAL = 65
    ASSESS_REFUSED = 66
    """Whether an independent assessor refuses a system on paper; ordinal = the assessment."""
    # hazards; entity = the enterprise, ordinal = the hazard's number there
    HAZARD_CLOCK_GENERAL = 100
    HAZARD_CLOCK_MAJOR = 101
    HAZARD_AGAIN = 102
    """Both thresholds of a hazard that has come back; those of its first life come with the clock of its birth."""
    HAZARD_STEP = 104
    """Delays and outcomes of the closed loop, four to a call: two calls when it is found, two after each refusal."""
    HAZARD_DEATHS = 105
    HAZARD_LISTING = 106
    HAZARD_RETURN = 107
    """How long a repaired hazard rests before it comes back."""
    HAZARD_LOOK = 108
    # an enterprise's hazards and checks
    HAZARD_INTENSITY = 110
    CHECK_PHASE = 111
    """Ordinal = the periodic channel."""
    PAST_VISIT = 112
    RISK_COLOUR = 113
    PAPER = 114
    PAPER_REVEALED = 115
    LAST_VISIT = 116
    # supervision
    VISIT_HOUR = 120
    VISIT_PENALTY = 121
    VISIT_RETURN = 122
    DOUBLE_RANDOM = 123
    """Entity = the enterprise, ordinal = the day."""
    TEAM_QUALITY = 124
    """Entity = the county's number, ordinal = the team."""
    VISIT_CLOSING = 125
    """Whether a penalty of a stopped enterprise closes it; ordinal = the visit."""
    # values of a case that are not known; entity = the value's key, ordinal = the attempt
    UNCERTAIN = 130
    # direct count paths of the forecast layer
    CHAIN = 80
    # forecasts from a history; the draw's number stands in the place of the replication's, entity = the unit
    FORECAST_PACE = 81
    FORECAST_CLOSE = 82
    FORECAST_CLOSE_SHARE = 83
    """Entity 0 for all units together, and each unit's own."""
    FORECAST_SHOCK = 84
    FORECAST_SHOCK_SCALE = 85
    FORECAST_NOISE = 86
    """Ordinal = the week."""
    FORECAST_RUSH = 87
    FORECAST_RUSH_FACTOR = 88
    FORECAST_COUNT = 89
    FORECAST_CHURN = 90
    FORECAST_RIVAL = 91
    """Of the methods a forecast is held against; ordinal = the method's own."""
    FORECAST_SERVICE = 92
    """Entity = the enterprise, ordinal = the stage."""
    FORECAST_LAW = 93
    """Ordinal = the stage and the week under way."""
    FORECAST_WORK = 94
    """Ordinal = the stage."""
    FORECAST_LIST = 95
    # verification suites
    TEST = 99


_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


@typed_kernel("UniTuple(uint64, 4)(int64, int64, int64, int64, int64, int64)")
def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Return the four 32-bit words of Philox4x32-10 for a counter and a key (all words as unsigned 64-bit)."""
    x0, x1, x2, x3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    a, b = np.uint64(k0), np.uint64(k1)
    for _ in range(10):
        p0 = _M0 * x0
        p1 = _M1 * x2
        x0 = ((p1 >> _HALF) ^ x1 ^ a) & _LOW
        x1 = p1 & _LOW
        x2 = ((p0 >> _HALF) ^ x3 ^ b) & _LOW
        x3 = p0 & _LOW
        a = (a + _W0) & _LOW
        b = (b + _W1) & _LOW
    return x0, x1, x2, x3  # type: ignore[return-value]


@typed_kernel("float64(int64, int64, int64, int64, int64, int64)")
def uniform(seed: int, replication: int, entity: int, stream: int, ordinal: int, draw: int) -> float:
    """Return one uniform draw in the open interval (0, 1).

    Parameters
    ----------
    seed, replication, entity, stream, ordinal, draw : int
        The name of the draw, each from 0 to 2**32 - 1.

    Returns
    -------
    float
        (k + 1/2) / 2**52 with whole k: never 0 and never 1 (with 53 bits the largest would round to 1).
    """
    w0, w1, _, _ = philox(entity, stream, ordinal, draw, seed, replication)
    k = (np.uint64(w0) << np.uint64(20)) ^ (np.uint64(w1) >> np.uint64(12))
    return (np.float64(k) + 0.5) * 2.0**-52


@typed_kernel("float64(uint64)")
def word_uniform(word: int) -> float:
    """Return the uniform draw of one 32-bit word, (word + 1/2) / 2**32."""
    return (np.float64(word) + 0.5) * 2.0**-32


@typed_kernel("float64(uint64)")
def word_exponential(word: int) -> float:
    """Return the unit exponential of one 32-bit word; it grows with the word."""
    return -math.log(1.0 - word_uniform(word))  # 1 - u is exact


@typed_kernel("UniTuple(float64, 2)(int64, int64, int64, int64, int64, int64)")
def uniform_pair(seed: int, replication: int, entity: int, stream: int, ordinal: int, draw: int) -> tuple[float, float]:
    """Return two uniform draws of one name: `uniform` and, of the same kind, the other half of what Philox gives."""
    w0, w1, w2, w3 = philox(entity, stream, ordinal, draw, seed, replication)
    a = (np.uint64(w0) << np.uint64(20)) ^ (np.uint64(w1) >> np.uint64(12))
    b = (np.uint64(w2) << np.uint64(20)) ^ (np.uint64(w3) >> np.uint64(12))
    return (np.float64(a) + 0.5) * 2.0**-52, (np.float64(b) + 0.5) * 2.0**-52


@typed_kernel("UniTuple(float64, 3)(int64, int64, int64, int64, int64, int64)")
def uniform_three(
    seed: int, replication: int, entity: int, stream: int, ordinal: int, draw: int
) -> tuple[float, float, float]:
    """Return three uniform draws of one name: `uniform`, one of 32 bits and one of 44 (of the bits it leaves over)."""
    w0, w1, w2, w3 = philox(entity, stream, ordinal, draw, seed, replication)
    a = (np.uint64(w0) << np.uint64(20)) ^ (np.uint64(w1) >> np.uint64(12))
    c = (np.uint64(w3) << np.uint64(12)) ^ (np.uint64(w1) & np.uint64(0xFFF))
    return (np.float64(a) + 0.5) * 2.0**-52, word_uniform(w2), (np.float64(c) + 0.5) * 2.0**-44


@typed_kernel("UniTuple(uint64, 4)(int64, int64, int64, int64, int64, int64)")
def words(seed: int, replication: int, entity: int, stream: int, ordinal: int, draw: int) -> tuple[int, int, int, int]:
    """Return the four words of one name, each for `word_uniform`: for delays and chances, where 32 bits are enough."""
    return philox(entity, stream, ordinal, draw, seed, replication)


@typed_kernel("float64(int64, int64, int64, int64, int64)")
def exponential(seed: int, replication: int, entity: int, stream: int, ordinal: int) -> float:
    """Return one unit exponential: the threshold that a clock spends (no coins anywhere)."""
    return -math.log(uniform(seed, replication, entity, stream, ordinal, 0))


@kernel
def uniforms(
    seed: int, replication: int, entities: npt.NDArray[np.uint32], stream: int, ordinal: int
) -> npt.NDArray[np.float64]:
    """Return one uniform draw per entity, shape (len(entities),)."""
    out = np.empty(entities.size)
    for i in range(entities.size):
        out[i] = uniform(seed, replication, entities[i], stream, ordinal, 0)
    return out


def check_word(name: str, value: int) -> int:
    """Return `value` if it can be a word of a key.

    Raises
    ------
    InputError
        It is not a whole number from 0 to 2**32 - 1.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not 0 <= value <= MAX_WORD:
        raise InputError("error.key_word", name=name, given=repr(value)[:80], largest=MAX_WORD)
    return int(value)


def entity_numbers(codes: Sequence[str]) -> npt.NDArray[np.uint32]:
    """Return one entity number per enterprise code.

    A number depends on the code alone, so reordering, adding or removing rows moves no draw. Where two codes of
    one list fall on the same number (about one in 3 000 lists of 1 700), the later one in alphabetical order
    takes the next hash; all others stay.

    Parameters
    ----------
    codes : sequence of str
        Distinct enterprise codes.

    Returns
    -------
    numpy.ndarray
        Shape (len(codes),), never 0 (that is the case itself).

    Raises
    ------
    InputError
        A code stands twice.
    """
    taken: dict[int, str] = {CITY_ENTITY: ""}
    number: dict[str, int] = {}
    for code in sorted(codes):
        if code in number:
            raise InputError("error.code_twice", code=code[:80])
        attempt = 0
        while (candidate := _hash_word(code, attempt)) in taken:
            attempt += 1
        taken[candidate] = code
        number[code] = candidate
    return np.array([number[code] for code in codes], dtype=np.uint32)


def _hash_word(code: str, attempt: int) -> int:
    """Return 32 bits of a published hash of the code."""
    return int.from_bytes(hashlib.blake2b(f"{attempt}:{code}".encode(), digest_size=4).digest(), "little")
