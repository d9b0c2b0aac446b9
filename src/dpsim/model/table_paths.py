"""Paths that a forecast drew from a progress table, and how a replication is held to one (the anchor rule, model 4).

Under one draw a county's counts of a stage are quantiles of a binomial law whose chance grows with the integrated
intensity: the j-th member is counted when it reaches a threshold that the draw's luck alone fixes. The thresholds are
dealt to the enterprises in an order of their own clocks, those first who can take the step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dpsim.core.words import STAGES
from dpsim.model.drawn import order_spent, spent_by
from dpsim.model.population import Population
from dpsim.model.state import Drawn, Flags, Floats, Ints, Track


@dataclass(frozen=True)
class TablePaths:
    """What a forecast drew from a progress table; draw r drives replication r.

    Attributes
    ----------
    replications : int64, shape (R,)
    units : str, shape (U,)
    stages : str, shape (S,)
    total, done : int64, shape (U, S), as last reported by the as-of date
    own : float64, shape (R, U, S, weeks), integrated intensity at which each week closes the gap at the draw's own pace
    ordered : float64, shape (R, U), share of the gap that an order closes by the stage's deadline, 0 where none does
    luck : float64, shape (R, U), uniform that counts whole members of a small unit
    counted : bool, shape (U, S), whether the unit's members are counted one by one
    regime : bool, shape (S,), whether the stage goes on at the draw's pace, spreads and is ordered; else it follows
        another one by the work it takes, and `own` says how
    churn : float64, shape (U, S), s.d. by which counts that fall move the share at the deadline
    fall : float64, shape (R, U), standard normals of it
    start : float64, shape (U, S), share that a spreading draw starts from
    spreads : bool, shape (R,)
    rush_factor : float64, shape (R,), of a rush before the deadline; `own` holds it
    weeks, days : int64, shape (S,), weeks and days from the as-of date to the stage's deadline
    as_of : int64, shape (1,), the as-of date as its proleptic ordinal
    """

    replications: Ints
    units: npt.NDArray[np.str_]
    stages: npt.NDArray[np.str_]
    total: Ints
    done: Ints
    own: Floats
    ordered: Floats
    luck: Floats
    counted: npt.NDArray[np.bool_]
    regime: npt.NDArray[np.bool_]
    churn: Floats
    fall: Floats
    start: Floats
    spreads: npt.NDArray[np.bool_]
    rush_factor: Floats
    weeks: Ints
    days: Ints
    as_of: Ints


def count_thresholds(members: int, luck: float, counted: bool, shift: float = 0.0) -> Floats:
    """Return the integrated intensities at which a draw counts the first, second, ... of a gap, shape (members,).

    Where members are counted one by one, the j-th is when the quantile `luck` of the binomial count reaches j:
    P(Bin(n, p) < j) = 1 - I_p(j, n - j + 1), the regularised incomplete beta function. Else shares are not counts, and
    half a member is as good as a whole one. `shift` members come on top by the deadline, or are missing then: the first
    ones are marked by -1, those never counted are infinite. No count falls below today's.
    """
    from scipy.special import betaincinv

    j = np.arange(1, members + 1) - (np.round(shift) if counted else shift)
    inside = (j >= 1.0) & (j <= members) if counted else (j > 0.5) & (j - 0.5 < members)
    out = np.where(j <= 1.0, -1.0, np.inf)
    k = j[inside]
    closed = betaincinv(k, members - k + 1.0, 1.0 - luck) if counted else (k - 0.5) / members
    out[inside] = -np.log1p(-closed)
    return out


def make_drawn(
    paths: TablePaths, row: int, names: list[str], population: Population, residual: Floats, propensity: Floats
) -> Drawn:
    """Return one draw, ready for the engines.

    Parameters
    ----------
    paths : TablePaths
    row : int
    names : list of str
        Of the counties.
    population : Population
    residual : numpy.ndarray
        Shape (n, TRACKS): the enterprises' clocks, by which they come one after the other.
    propensity : numpy.ndarray
        Shape (n,).
    """
    n, unit = population.entity.size, [paths.units.tolist().index(name) for name in names]
    column = {str(stage): k for k, stage in enumerate(paths.stages)}
    each = np.zeros((n, len(STAGES), 3))
    each[:, :, 0] = np.inf
    own = np.zeros((len(names), len(STAGES), paths.own.shape[3]))
    place, stages = np.zeros((len(names), len(STAGES), 2)), np.ones((len(STAGES), 3))
    stages[:, 0] = 0.0
    orders = stage_orders(population, residual, propensity)
    for s, name in enumerate(STAGES):
        if name not in column:
            continue
        k = column[name]
        stages[s] = 1.0 if paths.regime[k] else 2.0, paths.days[k] / paths.weeks[k], paths.days[k]
        own[:, s] = paths.own[row, unit, k]
        place[:, s, 0], place[:, s, 1] = paths.start[unit, k], paths.ordered[row, unit] * paths.regime[k]
        gap = orders[name][~getattr(population, name)[orders[name]]]
        for c, u in enumerate(unit):
            here = gap[population.county[gap] == c]
            shift = float(paths.fall[row, u] * paths.churn[u, k] * paths.total[u, k])
            first = count_thresholds(here.size, float(paths.luck[row, u]), bool(paths.counted[u, k]), shift)
            early = np.flatnonzero(first < 0.0)
            for j in early:  # members who come on top of what the pace closes, evenly in the square root of time
                time = paths.days[k] * ((j + 0.5) / shift) ** 2
                pace = spent_by(own, c, s, stages[s, 1], time)
                first[j] = max(pace, order_spent(place[c, s, 1], time, stages[s, 2]))
            each[here, s, 0] = np.sort(first)
    return Drawn(each, own, place, stages, np.array([0.0, float(paths.spreads[row])]))


def stage_orders(population: Population, residual: Floats, propensity: Floats) -> dict[str, Ints]:
    """Return for each stage all enterprises in the order in which they are to reach it, shape (n,) each.

    Those who can take the step come first, by their own clocks; then who is to be able first: so that no more wait for
    an earlier stage than its count asks for.
    """
    built, connected, assessed = population.built, population.connected, population.assessed

    def clock(track: Track) -> Floats:
        return np.asarray(residual[:, track] / np.maximum(propensity, 1e-12))

    def position(done: Flags, order: Ints) -> Ints:
        out = np.empty(order.size, dtype=np.int64)
        out[order] = np.arange(order.size)
        return np.where(done, -1, out)

    to_build = np.lexsort((clock(Track.BUILD), ~population.building, ~connected, ~built))
    build_at = position(built, to_build)
    to_connect = np.lexsort((clock(Track.CONNECT), build_at, ~connected))
    able_at = np.maximum(build_at, position(connected, to_connect))
    to_assess = np.lexsort((clock(Track.ASSESS), build_at, ~assessed))
    return {
        "built": to_build,
        "connected": to_connect,
        "online": np.lexsort((clock(Track.ONLINE), able_at, ~population.online)),
        "assessed": to_assess,
        "passed": np.lexsort((position(assessed, to_assess), ~population.passed)),
    }


def most_in_weeks(due: Floats, weeks: int) -> int:
    """Return the most of some due times (days) that fall into so many weeks after one another."""
    counts = np.bincount((due[np.isfinite(due)] // 7.0).astype(np.int64), minlength=1)
    return int(np.convolve(counts, np.ones(weeks, dtype=np.int64)).max())


def due_days(drawn: Drawn, population: Population, stage: str) -> Floats:
    """Return the day on which the draw's week begins that counts each enterprise's stage; infinity if none does."""
    s, threshold = STAGES.index(stage), drawn.each[:, STAGES.index(stage), 0]
    out = np.full(threshold.size, np.inf)
    if drawn.stage[s, 0] == 0.0:
        return out
    week_days, deadline = drawn.stage[s, 1], drawn.stage[s, 2]
    times = np.arange(1, drawn.own.shape[2] + 1) * week_days
    for c in range(drawn.own.shape[0]):
        here = np.flatnonzero((population.county == c) & np.isfinite(threshold))
        ordered = -np.log1p(-np.minimum(drawn.place[c, s, 1] * np.minimum(times / deadline, 1.0), 1.0 - 1e-12))
        spent = np.maximum(np.cumsum(drawn.own[c, s]), ordered)
        week = np.searchsorted(spent, threshold[here])
        reached = week < times.size
        out[here[reached]] = times[week[reached]] - week_days
    return out
