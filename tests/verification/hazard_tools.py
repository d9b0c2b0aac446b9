"""What the verification tests of hazards share: small worlds on the compiled life of hazards, and visits from outside.

A `Lab` holds enterprises without a county, a calendar or staff: laws and visits are set by the test, time runs when
the test says so. All draws are keyed or from a seeded generator.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from verification_tools import SEED

from dpsim.core.words import FIRST_DISCOVERY, HazardClass, Kind
from dpsim.model.detection import chance_spend
from dpsim.model.hazard_store import HazardStore
from dpsim.model.hazards import (
    CHANNELS,
    LAW,
    SITE,
    Records,
    Visits,
    no_visits,
    set_delays,
    sorted_visits,
)

SELF_CHECK, WORKER, EXPERT, SPOT_CHECK, OVERSIGHT, PATROL, LOOK_BACK = range(CHANNELS)
HIDDEN, RESTING, OPEN, LATE = range(4)
GENERAL, MAJOR = int(HazardClass.GENERAL), int(HazardClass.MAJOR)
AT_ONCE = 1e12
"""An intensity per day that finds a hazard as it is born."""
Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def make_law(*, seed: int = SEED, replication: int = 0, **values: object) -> Records:
    """Return a law under which hazards arise and nothing else happens, but for what `values` sets."""
    laws = np.zeros(1, dtype=LAW)
    plain = {
        "period": math.inf,
        "condition": 1.0,
        "limit": math.inf,
        "accepted": 1.0,
        "relapse_days": 1.0,
        "listed_time": 1.0,
        "listed_sham": 1.0,
        "memory": 1.0,
        "leaning_memory": 1.0,
        "top_rung": 3,
        "penalty_factor": 1.0,
    }
    set_delays(laws, float(values.pop("shape", 1.0)))  # type: ignore[arg-type]
    for name, value in {**plain, "seed": seed, "replication": replication, **values}.items():
        laws[name] = value
    return laws


def spends(by_channel: dict[int, float | tuple[float, float]]) -> Array:
    """Return what chances take off a threshold, shape (channels, classes), from the chances of each channel."""
    out = np.zeros((CHANNELS, 2))
    for channel, chance in by_channel.items():
        pair = chance if isinstance(chance, tuple) else (chance, chance)
        out[channel] = pair if channel == WORKER else [chance_spend(p) for p in pair]
    return out


def periods(by_channel: dict[int, float]) -> Array:
    """Return days between the chances of each channel, infinity for the others."""
    out = np.full(CHANNELS, math.inf)
    for channel, days in by_channel.items():
        out[channel] = days
    return out


@dataclass
class Lab:
    """n enterprises and their hazards.

    Attributes
    ----------
    laws : numpy.ndarray of LAW
        May be changed between two intervals.
    rate : numpy.ndarray
        Births per day, shape (n, classes).
    rng : numpy.random.Generator
        Clocks and phases.
    lived : float
        Time the hazards have lived to; only what happens from 0 on is written down.
    """

    laws: Records
    rate: Array
    rng: np.random.Generator
    lived: float = 0.0

    def __post_init__(self) -> None:
        n = len(self.rate)
        self.sites = np.zeros(n, dtype=SITE)
        self.sites["entity"], self.sites["index"] = np.arange(1, n + 1), np.arange(n)
        self.sites["on_list"], self.sites["report_factor"] = 1, 1.0
        self.sites["intensity"] = self.rate
        self.sites["clock"] = self.rng.exponential(size=(n, 2))
        period = self.laws["period"][0]
        self.sites["phase"] = self.rng.random((n, CHANNELS)) * np.where(np.isfinite(period), period, 0.0)
        self.sites["built_at"] = self.sites["online_at"] = math.inf
        self.sites["perceived_at"] = self.sites["leaning_at"] = self.sites["seen_at"] = self.lived
        self.sites["resumes"] = -math.inf
        self.store = HazardStore()

    def live(self, until: float, visits: Visits | None = None) -> None:
        """Let the hazards live until `until`; rooms grow as they must."""
        visits = no_visits(self.sites.size) if visits is None else visits
        self.store.live(self.sites, self.lived, until, self.laws, visits)
        self.lived = until

    def stop_births(self) -> None:
        """Let no more hazards arise."""
        self.sites["intensity"] = 0.0

    def standing(self, how: int) -> Ints:
        """Return the hazards of each enterprise that stand so, classes together."""
        return np.asarray(self.store.census(self.sites)[:, how].sum(axis=1))

    @property
    def ledger(self) -> Records:
        """What has been written down."""
        return self.store.ledger

    def events(self, kind: Kind, channel: int | None = None) -> Records:
        """Return the events of a kind, of one channel of discovery if given."""
        rows = self.ledger[self.ledger["kind"] == int(kind)]
        return rows if channel is None else rows[rows["channel"] == FIRST_DISCOVERY + channel]

    def per_site(self, kind: Kind, channel: int | None = None) -> Ints:
        """Return how many events of a kind each enterprise has had."""
        return np.bincount(self.events(kind, channel)["index"], minlength=self.sites.size)


def names(rows: Records) -> Ints:
    """Return one whole number for each hazard of these events."""
    return rows["index"].astype(np.int64) * 2**32 + rows["ordinal"]


def make_lab(
    n: int,
    laws: Records,
    rate: float | tuple[float, float],
    *,
    begin: float = 0.0,
    luck: int = 1,
) -> Lab:
    """Return n like enterprises; `rate` is of the general hazards unless both are given."""
    pair = rate if isinstance(rate, tuple) else (rate, 0.0)
    return Lab(laws, np.tile(pair, (n, 1)).astype(float), np.random.default_rng(luck), begin)


def visits_at(
    index: npt.ArrayLike,
    time: npt.ArrayLike,
    n: int,
    *,
    channel: int | npt.ArrayLike = SPOT_CHECK,
    quality: float | npt.ArrayLike = 1.0,
    supervisor: int = 1,
) -> Visits:
    """Return visits in the order the kernel wants."""
    where, when = np.asarray(index, dtype=np.int64), np.asarray(time, dtype=np.float64)
    return sorted_visits(
        where,
        when,
        np.broadcast_to(np.asarray(channel, dtype=np.int64), where.shape).copy(),
        np.broadcast_to(np.asarray(quality, dtype=np.float64), where.shape).copy(),
        np.full(where.shape, supervisor, dtype=np.int64),
        n,
    )


def renewal_times(
    rng: np.random.Generator, n: int, begin: float, end: float, mean: float, cv2: float
) -> tuple[Ints, Array]:
    """Return enterprise and time of stationary renewal visits with gamma gaps of a squared variation `cv2`."""
    runway = 60.0 * mean * max(1.0, cv2)  # long enough for the first visit inside to be at a random place
    most = int((end - begin + runway) / mean * 1.3 + 40 * math.sqrt(max(cv2, 0.01)) + 40)
    gaps = rng.gamma(1.0 / cv2, cv2 * mean, size=(n, most))
    gaps[:, 0] *= rng.random(n)
    times = begin - runway + np.cumsum(gaps, axis=1)
    assert times[:, -1].min() > end, "enough visits are drawn"
    index, number = np.nonzero((times >= begin) & (times < end))
    return index, times[index, number]


def regular_mean(p: float, period: float, exit_rate: float) -> float:
    """Return the mean time M for which a hazard stays hidden (methods 3.3-14; 3.3-12 at no other exit)."""
    y = exit_rate * period
    if y < 1e-4:
        share, rest = 1.0 - y / 2.0, 0.5 - y / 6.0 + y * y / 24.0
    else:
        share = -math.expm1(-y) / y
        rest = (1.0 - share) / y
    return period * (rest + (1.0 - p) * share**2 / (p - (1.0 - p) * math.expm1(-y)))
