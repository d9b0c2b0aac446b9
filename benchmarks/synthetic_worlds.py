"""Invented programmes of five types, each as a weekly table and as a ledger of enterprises.

What a world is: 12 counties, 1748 enterprises, 44 weeks. An enterprise decides to start, is built, goes online, is
assessed; a job takes its service time. Weekly intensity of starting (the form of the status-quo forecast, one
transition, with the deadline at week 44):

    log r = level + county + week's shock + log D(t) + log(1 + contagion x share started) + log frailty
    D(t) = 1 + kappa exp(-(44 - t) / omega)

Types: A hazard, rush and shocks; B strong contagion, weak rush; C builders take on so many jobs a week and no more,
assessors assess so many; D enterprises differ in readiness (gamma frailty); E a campaign of three weeks that triples
the pace, after the cut-off, which nobody foresees. From the cut-off on a lasting shock of s.d. 1 on the log intensity
of starting is added to every world (six tenths of its variance common to all counties) and one of s.d. 0.3 on the pace
of work at each stage. Each cut-off of a world has a rest of its own; the weeks before it are the same.

Every draw is keyed: (seed, type and world, enterprise or county, what for). `ASSUMED` states the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaincinv, ndtri

from dpsim.core.streams import Stream, entity_numbers, uniforms
from dpsim.progress.load import Progress

TYPES = ("A", "B", "C", "D", "E")
STAGES = ("built", "online", "assessed")
CHAIN = ("started", *STAGES)
WEEKS, COUNTIES, ENTERPRISES = 44, 12, 1748
CUTS = (22, 33)
"""Half and three quarters of the weeks."""
FIRST_DAY = pd.Timestamp("2018-02-26")
ASSUMED = {
    "level": "median intensity of starting a week: 0.035 (A, C 0.05, D 0.05, E 0.03), B 0.012; log s.d. 0.4",
    "counties": "log s.d. of counties |N(0, 0.5)|; sizes in proportion to 0.5 to 1.5",
    "weeks": "weekly shock: first-order memory U(0.1, 0.85), innovations of s.d. |N(0, 0.4)|",
    "rush": "kappa LN(log 5, 1), omega LN(log 1.5, 0.7) weeks in A; a quarter of kappa in B; none in C, D, E",
    "contagion": "|N(0, 1.5)|/2 in A, 3 + |N(0, 1.5)| in B, none in C, D, E",
    "frailty": "gamma, variance U(0.5, 1.5) in D; none elsewhere",
    "caps": "C: builders take on U(1.2%, 2.2%) of the list a week, assessors assess U(0.8%, 1.6%)",
    "campaign": "E: x3 for three weeks, its first week anywhere from the cut-off to four weeks before the end",
    "service": "gamma: building mean 8 weeks (s.d. half of it), to online 4 (0.7 of it), to assessment 6 (0.7 of it)",
    "work": "rush and campaign speed work up too, but at most twofold",
    "lasting": "starting: s.d. 1, 0.6 of the variance common; work: s.d. 0.3, all common, one for each stage",
}
"""All assumed: rush, contagion, memory, scatter as fitted adoption models have them, service times without data."""
LEVEL = {"A": 0.035, "B": 0.012, "C": 0.05, "D": 0.05, "E": 0.03}
SERVICE = {"built": (8.0, 0.5), "online": (4.0, 0.7), "assessed": (6.0, 0.7)}
"""Mean in weeks and s.d. over the mean."""
MOST_SPEED = 2.0
SHOCK, COMMON, WORK_SHOCK = 1.0, 0.6, 0.3


@dataclass(frozen=True)
class World:
    """One world with the rest that follows one cut-off.

    Attributes
    ----------
    kind : str
        Type.
    number, cut : int
        Of the world, and the week after which nothing is known.
    unit : numpy.ndarray of int64
        Shape (enterprises,): county.
    when : numpy.ndarray
        Shape (enterprises, 4): weeks from the first day to each of `CHAIN`; infinite where never.
    """

    kind: str
    number: int
    cut: int
    unit: np.ndarray
    when: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """Enterprises of each county."""
        return np.bincount(self.unit, minlength=COUNTIES).astype(np.float64)

    def day(self, week: int) -> pd.Timestamp:
        """Return the last day of a week."""
        return FIRST_DAY + pd.Timedelta(days=7 * week - 1)

    def done(self, stage: str, week: int) -> np.ndarray:
        """Return how many of each county have done a stage at the end of a week."""
        reached = self.when[:, CHAIN.index(stage)] < week
        return np.bincount(self.unit[reached], minlength=COUNTIES).astype(np.float64)

    def table(self) -> pd.DataFrame:
        """Return the weekly counts up to the cut-off: date, unit, stage, total, done."""
        total, rows = self.total, []
        for week in range(1, self.cut + 1):
            for stage in STAGES:
                done = self.done(stage, week)
                rows += [(self.day(week), county(j), stage, int(total[j]), int(done[j])) for j in range(COUNTIES)]
        return pd.DataFrame(rows, columns=["date", "unit", "stage", "total", "done"])

    def ledger(self) -> pd.DataFrame:
        """Return the enterprises up to the cut-off, as `load_progress` gives them."""
        out = {"unit": [county(j) for j in self.unit], "township": "", "enterprise": names(), "code": names()}
        frame = pd.DataFrame(out).assign(listed=pd.NaT, removed=pd.NaT, connected=pd.NaT, passed=pd.NaT)
        for k, stage in enumerate(CHAIN):
            days = np.where(self.when[:, k] < self.cut, np.floor(np.minimum(self.when[:, k], 1e6) * 7.0), np.nan)
            frame[stage] = FIRST_DAY + pd.to_timedelta(days, unit="D")
        return frame

    def progress(self, *, with_ledger: bool) -> Progress:
        """Return what a bureau has at the cut-off."""
        return Progress(self.table(), pd.DataFrame(), self.ledger() if with_ledger else None)


def county(number: int) -> str:
    """Return the name of a county."""
    return f"county {number + 1:02d}"


def names() -> list[str]:
    """Return the names of all enterprises."""
    return [f"enterprise {i + 1:04d}" for i in range(ENTERPRISES)]


_ENTITY = entity_numbers(names())
_COUNTY = entity_numbers([county(j) for j in range(COUNTIES)])
_CITY = np.array([0], dtype=np.uint32)


class _Luck:
    """Keyed draws of one world."""

    def __init__(self, seed: int, kind: str, number: int) -> None:
        self.seed, self.world = seed, TYPES.index(kind) * 100_000 + number

    def uniform(self, what: int, entity: np.ndarray = _CITY) -> np.ndarray:
        return uniforms(self.seed, self.world, entity, int(Stream.TEST), what)

    def normal(self, what: int, entity: np.ndarray = _CITY) -> np.ndarray:
        return ndtri(self.uniform(what, entity))

    def number(self, what: int) -> float:
        return float(self.uniform(what)[0])

    def score(self, what: int) -> float:
        return float(self.normal(what)[0])


def world(
    kind: str, number: int, cut: int, *, seed: int, service: float = 1.0, work_shock: float = WORK_SHOCK
) -> World:
    """Return a world with the rest after a cut-off.

    Parameters
    ----------
    kind : str
        One of `TYPES`.
    number, cut : int
    seed : int
        Of all worlds.
    service : float
        Service times against `SERVICE`, for showing what they do.
    work_shock : float
        S.d. of the lasting shock on the pace of work.
    """
    luck = _Luck(seed, kind, number)
    edges = np.cumsum(np.linspace(0.5, 1.5, COUNTIES))
    unit = np.searchsorted(edges / edges[-1] * ENTERPRISES, np.arange(ENTERPRISES) + 0.5).astype(np.int64)
    speed = _speed(luck, kind, cut)
    started = _starts(luck, kind, unit, speed, cut)
    if kind == "C":
        started = limited(started, int(ENTERPRISES * (0.012 + 0.010 * luck.number(30))))
    when = [started]
    for k, stage in enumerate(STAGES):
        mean, spread = SERVICE[stage]
        shape = 1.0 / spread**2
        work = service * mean / shape * gammaincinv(shape, luck.uniform(40 + k, _ENTITY))
        pace = np.minimum(speed, MOST_SPEED) * np.where(
            np.arange(speed.size) >= cut, np.exp(work_shock * luck.score(1000 * cut + 50 + k)), 1.0
        )
        when.append(_finished(when[-1], work, pace))
    if kind == "C":
        when[3] = limited(when[3], int(ENTERPRISES * (0.008 + 0.008 * luck.number(31))))
    return World(kind, number, cut, unit, np.column_stack(when))


def _speed(luck: _Luck, kind: str, cut: int) -> np.ndarray:
    """Return the factor of rush and campaign by week; a year beyond the end, as jobs run on."""
    week = np.arange(WEEKS + 200)
    out = np.ones(week.size)
    if kind in ("A", "B"):
        kappa = 5.0 * np.exp(luck.score(10)) * (1.0 if kind == "A" else 0.25)
        omega = 1.5 * np.exp(0.7 * luck.score(11))
        out += np.where(week < WEEKS, kappa * np.exp(-np.maximum(WEEKS - week - 0.5, 0.0) / omega), 0.0)
    if kind == "E":
        first = cut + int(luck.number(1000 * cut + 12) * (WEEKS - 3 - cut))
        out[first : first + 3] = 3.0
    return out


def _starts(luck: _Luck, kind: str, unit: np.ndarray, speed: np.ndarray, cut: int) -> np.ndarray:
    """Return when each enterprise starts, in weeks; infinite where not by the end."""
    level = np.log(LEVEL[kind]) + 0.4 * luck.score(1)
    place = 0.5 * abs(luck.score(2)) * luck.normal(3, _COUNTY)
    memory, scatter = 0.1 + 0.75 * luck.number(4), 0.4 * abs(luck.score(5))
    contagion = {"A": 0.5, "B": 1.0}.get(kind, 0.0) * 1.5 * abs(luck.score(6)) + (3.0 if kind == "B" else 0.0)
    frailty = np.ones(unit.size)
    if kind == "D":
        shape = 1.0 / (0.5 + luck.number(7))
        frailty = gammaincinv(shape, luck.uniform(8, _ENTITY)) / shape
    lasting = SHOCK * (
        np.sqrt(COMMON) * luck.score(1000 * cut + 20) + np.sqrt(1.0 - COMMON) * luck.normal(1000 * cut + 21, _COUNTY)
    )
    left = -np.log(1.0 - luck.uniform(9, _ENTITY))
    when, shock = np.full(unit.size, np.inf), 0.0
    for week in range(WEEKS):
        shock = memory * shock + scatter * luck.score(100 + week)
        share = np.bincount(unit[when < week], minlength=COUNTIES) / np.bincount(unit, minlength=COUNTIES)
        log_rate = level + place + shock + (lasting if week >= cut else 0.0)
        rate = (np.exp(log_rate) * speed[week] * (1.0 + contagion * share))[unit] * frailty
        now = np.isinf(when) & (left <= rate)
        when[now] = week + left[now] / rate[now]
        left = left - rate
    return when


def _finished(begun: np.ndarray, work: np.ndarray, pace: np.ndarray) -> np.ndarray:
    """Return when jobs are done: `work` weeks of ordinary work at a pace by week."""
    clock = np.concatenate([[0.0], np.cumsum(pace)])
    grid = np.arange(clock.size, dtype=np.float64)
    known = np.isfinite(begun)
    out = np.full(begun.size, np.inf)
    out[known] = np.interp(np.interp(begun[known], grid, clock) + work[known], clock, grid, right=np.inf)
    return out


def limited(ready: np.ndarray, most: int) -> np.ndarray:
    """Return when jobs are taken if at most so many are in a week: first come, first served."""
    out, used = ready.copy(), np.zeros(ready.size // most + 400, dtype=np.int64)
    for i in np.argsort(ready, kind="stable"):
        if np.isinf(ready[i]):
            break
        week = int(ready[i])
        while used[week] >= most:
            week += 1
        used[week] += 1
        out[i] = max(ready[i], float(week))
    return out
