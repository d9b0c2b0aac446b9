"""Paths before any weekly data: what one snapshot, a reference class and stated scenarios leave open.

One date cannot tell when work began, which regime rules or how strong a rush will be. Replication r draws them
with the weights of the case; a forecast cell fixes them instead and keeps all other luck the same.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dpsim.core.compiled import kernel
from dpsim.core.streams import CITY_ENTITY, Stream, exponential, uniform
from dpsim.core.timeline import Timeline, make_timeline
from dpsim.core.words import GROUPS
from dpsim.model.paths import (
    AfterDeadline,
    Pace,
    Path,
    PathLaw,
    Rush,
    settle_level,
    spread_growth,
    weekly_row,
)
from dpsim.model.state import PATH_TRACKS, Floats, Ints, Track
from dpsim.model.targets import headline_target
from dpsim.params.schema import Case

REGIMES = ("settle", "spread", "close")
"""Cells of the forecast; `close` rides on a settling or spreading pace half of the time each."""

CLOSE_WEIGHT = {"voluntary": 0.0, "order": 1.0 / 3.0, "filing": 0.6}
"""Chance that an order closes a share of the gap, by reference class (evidence FC05; `filing` assumed)."""

SPREAD_WEIGHT = 0.5
"""Share of paths that spread rather than settle: a stated belief, not an estimate (evidence FC03)."""

SHOCK_LIMIT = 7.0


@dataclass(frozen=True)
class PathSet:
    """Many paths of one case; row k drives replication `replications[k]`.

    Attributes
    ----------
    replications : int64, shape (R,)
    start : int64, shape (R,), index of the assumed start date
    pace : int64, shape (R,), value of Pace
    closes : bool, shape (R,)
    share, shock, rush_factor : float64, shape (R,)
    noise : float64, shape (R, PATH_TRACKS, weeks), standard normals
    """

    replications: Ints
    start: Ints
    pace: Ints
    closes: npt.NDArray[np.bool_]
    share: Floats
    shock: Floats
    rush_factor: Floats
    noise: Floats

    def regime(self) -> npt.NDArray[np.str_]:
        """Return the name of each path's regime, shape (R,)."""
        names = np.array([pace.name.lower() for pace in Pace])
        return np.asarray(np.where(self.closes, "close", names[self.pace]))


_SCALARS = (
    Stream.PATH_START,
    Stream.PATH_BASE,
    Stream.PATH_CLOSE,
    Stream.PATH_SHARE,
    Stream.PATH_SHOCK,
    Stream.PATH_RUSH,
    Stream.PATH_RUSH_FACTOR,
)
_SCALAR_STREAMS = np.array(_SCALARS, dtype=np.int64)
_SCALE, _NOISE = int(Stream.PATH_SHOCK_SCALE), int(Stream.PATH_NOISE)


@kernel
def _draw_world(seed: int, replications: Ints, weeks: int, tracks: int) -> tuple[Floats, Floats, Floats]:
    """Return the uniforms of the paths, shape (R, scalars), their shock scales (R,) and noise (R, tracks, weeks)."""
    rows = replications.size
    scalars, scale, noise = np.empty((rows, _SCALAR_STREAMS.size)), np.empty(rows), np.empty((rows, tracks, weeks))
    for row in range(rows):
        r = replications[row]
        for s in range(_SCALAR_STREAMS.size):
            scalars[row, s] = uniform(seed, r, CITY_ENTITY, _SCALAR_STREAMS[s], 0, 0)
        # a chi-squared variable with four degrees of freedom, over four: the mean of two unit exponentials
        scale[row] = 0.5 * (exponential(seed, r, CITY_ENTITY, _SCALE, 0) + exponential(seed, r, CITY_ENTITY, _SCALE, 1))
        for track in range(tracks):
            for week in range(weeks):
                noise[row, track, week] = uniform(seed, r, CITY_ENTITY, _NOISE, week, track)
    return scalars, scale, noise


def draw_paths(
    case: Case,
    timeline: Timeline,
    *,
    seed: int,
    replications: npt.NDArray[np.int64],
    start: int | None = None,
    regime: str | None = None,
    rush: float | None = None,
    pace: Pace | None = None,
) -> PathSet:
    """Draw the paths that drive the given replications.

    Parameters
    ----------
    case : Case
    timeline : Timeline
    seed : int
    replications : numpy.ndarray
        Replication numbers; the row of one does not depend on the others.
    start : int, optional
        Fix the assumed start (index); drawn with the case's weights when None.
    regime : {"settle", "spread", "close"}, optional
        Fix the regime; drawn with the weights of the reference class when None.
    rush : float, optional
        Fix the chance of a rush; one of the case's chances is drawn when None.
    pace : {Pace.LINEAR, Pace.CONSTANT}, optional
        Leave the regimes: the past pace simply continued, or constant intensities per member at risk (for closed
        forms). No shock, no closure, no rush.
    """
    weeks = max(1, -(-timeline.days // 7))
    from scipy.special import ndtri

    u, scale, noise = _draw_world(seed, np.asarray(replications, dtype=np.int64), weeks, PATH_TRACKS)
    column = {stream: u[:, k] for k, stream in enumerate(_SCALARS)}
    scenario = case.scenario

    starts = start_index(case, column[Stream.PATH_START]) if start is None else np.full(u.shape[0], start)
    closes = (
        column[Stream.PATH_CLOSE] < CLOSE_WEIGHT[scenario.reference_class.value]
        if regime is None
        else np.full(u.shape[0], regime == "close")
    )
    spreads = column[Stream.PATH_BASE] < SPREAD_WEIGHT
    if regime in ("settle", "spread"):
        spreads = np.full(u.shape[0], regime == "spread")
    shock = ndtri(column[Stream.PATH_SHOCK]) / np.sqrt(scale)
    free = pace is None
    paces = np.where(spreads, int(Pace.SPREAD), int(Pace.SETTLE)) if pace is None else np.full(u.shape[0], int(pace))
    return PathSet(
        replications=np.asarray(replications, dtype=np.int64),
        start=np.asarray(starts, dtype=np.int64),
        pace=paces.astype(np.int64),
        closes=np.asarray(closes & free),
        share=column[Stream.PATH_SHARE].copy(),
        shock=np.clip(shock, -SHOCK_LIMIT, SHOCK_LIMIT),
        rush_factor=_rush_factors(case, column, rush) if free else np.ones(u.shape[0]),
        noise=np.asarray(ndtri(noise)),
    )


def start_index(case: Case, u: Floats) -> Ints:
    """Return which of the assumed starts uniform draws choose, with the case's weights."""
    return np.searchsorted(np.cumsum(case.scenario.start.weights)[:-1], u, side="right")


def path_law(case: Case, timeline: Timeline) -> PathLaw:
    """Return what all paths of a case have in common."""
    a, total, counts = case.adoption, float(case.population.enterprises.value), stage_counts(case)
    weeks = [weeks_since(case, start) for start in range(len(case.scenario.start.dates))]
    reference = float(a.reference_closure_per_week.value)
    return PathLaw(
        level=np.array([[settle_level(c / total, w, total) for c in counts] for w in weeks]),
        growth=np.array([[spread_growth(c / total, w, total, reference) for c in counts] for w in weeks]),
        linear=counts[None, :] / np.array(weeks)[:, None],
        reference=reference,
        reversion=float(a.reversion_per_week.value),
        noise_sd=float(a.weekly_noise_log_sd.value),
        settle_shock=float(a.shock_settle.value),
        spread_shock=float(a.shock_spread.value),
        damping=float(a.damping_per_week.value),
        gap=total - counts,
        deadline=timeline.end_of(headline_target(case).deadline),
        max_rate=float(a.max_rate_per_day.value),
    )


def make_path(case: Case, timeline: Timeline, paths: PathSet, row: int) -> Path:
    """Return row `row` of a path set, ready for the engines."""
    law, start, shock = path_law(case, timeline), int(paths.start[row]), float(paths.shock[row])
    paces = np.full(PATH_TRACKS, paths.pace[row])
    closes = np.full(PATH_TRACKS, paths.closes[row])
    if case.targets.switches.assessment.value == "sample" and paces[0] != Pace.CONSTANT:
        # nothing orders more assessments than the sample: they go on at the number per week shown so far
        paces[Track.ASSESS], closes[Track.ASSESS] = Pace.LINEAR, False
    rows = [weekly_row(law, paces[k], start, k, shock, paths.noise[row, k]) for k in range(PATH_TRACKS)]
    return Path(
        pace=paces,
        closes=closes,
        share=float(paths.share[row]),
        weekly=np.array(rows),
        gap=law.gap,
        deadline=law.deadline,
        max_rate=law.max_rate,
        rush=make_rush(case, timeline, float(paths.rush_factor[row])),
    )


def make_rush(case: Case, timeline: Timeline, factor: float) -> Rush:
    """Return the deadline rush of each target group: its own deadline, the path's factor, what follows a miss."""
    after = case.scenario.after_missed_deadline
    code = AfterDeadline[after.value.upper()]
    return Rush(
        deadline=np.array([timeline.end_of(group_deadline(case, group)) for group in GROUPS]),
        weeks=float(case.scenario.rush.weeks.value),
        factor=factor,
        after=int(code),
        after_factor=float(after.make_up_factor.value) if code == AfterDeadline.MAKE_UP_DRIVE else 1.0,
        after_weeks=float(after.weeks.value),
    )


def case_timeline(case: Case) -> Timeline:
    """Return the timeline of a case: its calendar, its overrides, the deadlines of its target groups."""
    return make_timeline(
        case.as_of,
        case.horizon_end,
        {day.date: day.working for day in case.calendar.days},
        [group_deadline(case, group) for group in GROUPS] + [headline_target(case).deadline],
    )


def group_deadline(case: Case, group: str) -> dt.date:
    """Return the date by which a target group should be online: its own target's, else the headline's."""
    own = [t.deadline for t in case.targets.list if t.group == group and t.stage == "online"]
    return own[0] if own else headline_target(case).deadline


def weeks_since(case: Case, start: int) -> float:
    """Return the weeks from an assumed start date to the end of the as-of date."""
    return ((case.as_of - case.scenario.start.dates[start]).days + 1) / 7.0


def stage_counts(case: Case) -> Floats:
    """Return how many have done each path track's step at the as-of date: start, build, connect, online, assess."""
    s = case.state
    return np.array(
        [s.building.value + s.built.value, s.built.value, s.connected.value, s.online.value, s.passed.value],
        dtype=np.float64,
    )


def _rush_factors(case: Case, column: dict[Stream, Floats], rush: float | None) -> Floats:
    """Return each path's rush factor: 1, or log-normal with the path's chance."""
    from scipy.special import ndtri

    scenario = case.scenario.rush
    u = column[Stream.PATH_RUSH]
    mean = float(np.dot(scenario.chances, scenario.weights) / np.sum(scenario.weights))
    chance = mean if rush is None else rush
    factor = scenario.factor.value * np.exp(scenario.factor_log_sd.value * ndtri(column[Stream.PATH_RUSH_FACTOR]))
    return np.asarray(np.where(u < chance, factor, 1.0))
