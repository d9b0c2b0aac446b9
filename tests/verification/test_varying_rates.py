"""Methods 3.1-2, 3.1-3 and 3.1-4: competing causes, intensities that change, frailty."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import gamma
from verification_tools import (
    SEED,
    agrees,
    constant_path,
    detects,
    drive,
    drive_path,
    luck,
    make_state,
    weekly_rows,
    z_count,
    z_mean,
)

from dpsim.core.rates import window_mean
from dpsim.core.streams import Stream, uniforms
from dpsim.core.timeline import Timeline
from dpsim.core.words import GROUPS, Kind
from dpsim.forecast.count_paths import count_paths, initial_states
from dpsim.model.adoption import next_event
from dpsim.model.chain import STATES
from dpsim.model.organisations import gamma_quantile
from dpsim.model.past import draw_propensity
from dpsim.model.paths import Pace, Path, settle_level
from dpsim.model.prior import SHOCK_LIMIT, case_timeline, draw_paths, group_deadline, make_rush, weeks_since
from dpsim.model.state import PATH_TRACKS, Build, State, Track
from dpsim.model.targets import headline_target
from dpsim.params.load import load_case
from dpsim.params.schema import Case

N = 20_000


# ------------------------------------------------------------------------------------ 3.1-2 competing causes
def first_causes(state: State) -> tuple[np.ndarray, np.ndarray]:
    """Time and cause of each enterprise's first event."""
    s = state
    pairs = [next_event(s.status, s.residual, s.rate, s.updated, i, 1e9) for i in range(s.entity.size)]
    return np.array([t for t, _ in pairs]), np.array([track for _, track in pairs])


def race(law: float = 1.0) -> list[float]:
    """z of shares, times and independence in the race of building and connecting; clocks are E to the `law`."""
    build, connect = 0.03, 0.05
    state = make_state(N, build=Build.BUILDING)
    state.residual[:, Track.BUILD] **= law
    state.rate[:, Track.BUILD], state.rate[:, Track.CONNECT] = build, connect
    t, cause = first_causes(state)
    by_build = cause == Track.BUILD
    assert np.all(by_build | (cause == Track.CONNECT)), "only the two running clocks can go off"
    mean = 1.0 / (build + connect)
    return [
        z_count(by_build.sum(), N, build * mean),
        z_mean(t, mean, mean),
        z_mean(t[by_build], mean, mean),
        z_mean(t[~by_build], mean, mean),
        z_count(np.sum(t[by_build] > mean), int(by_build.sum()), math.exp(-1.0)),
    ]


def test_competing_causes() -> None:
    agrees("3.1-2 competing causes", *race())
    wrong = race(law=2.0)
    detects("3.1-2 a clock that is not exponential, share", wrong[0])
    detects("3.1-2 a clock that is not exponential, time depends on cause", wrong[2])


# ------------------------------------------------------------------------- 3.1-3 piecewise constant intensities
def start_times(path: Path, times: Sequence[float], n: int = N) -> np.ndarray:
    """When each of n enterprises started, through `refresh` at `times`; infinity if not before the last."""
    out = np.full(n, np.inf)
    for event in drive_path(make_state(n), path, times):
        if event.kind == Kind.STARTED:
            out[event.i] = event.t
    return out


def survival_zs(started: np.ndarray, laws: dict[float, float]) -> list[float]:
    """z of the numbers not started at some times, against survival probabilities exp(-Lambda)."""
    return [z_count(np.sum(started >= t), started.size, math.exp(-law)) for t, law in laws.items()]


def test_piecewise_constant_intensities() -> None:
    row = np.array([0.10, 0.60, 0.02, 0.00, 0.45, 0.20])
    laws = {7.0 * (k + 1): float(row[: k + 1].sum()) for k in range(6)}
    # the last week goes on, and intervals need not begin with a week
    aligned = start_times(constant_path(weekly_rows(6, start=row)), 7.0 * np.arange(7))
    agrees("3.1-3 piecewise constant, weekly refresh", *survival_zs(aligned, laws))
    oblique = {3.0: 0.3 / 7, 10.0: 0.1 + 1.8 / 7, 24.0: 0.72, 31.0: 0.72 + 3 * 0.45 / 7, 49.0: 1.57}
    crossing = start_times(constant_path(weekly_rows(6, start=row)), [0.0, *oblique])
    agrees("3.1-3 piecewise constant, refresh within weeks", *survival_zs(crossing, oblique))
    late = start_times(constant_path(weekly_rows(6, start=np.roll(row, 1))), 7.0 * np.arange(7))
    detects("3.1-3 rows one week late", *survival_zs(late, laws))


def test_deadline_hazard() -> None:
    r0, kappa, omega, deadline = 0.01, 4.0, 12.0, 70.0
    weeks = 7.0 * np.arange(11)

    def law(t: float | np.ndarray) -> np.ndarray:
        return np.asarray(r0 * (t + kappa * omega * (np.exp(-(deadline - t) / omega) - math.exp(-deadline / omega))))

    laws = {float(t): float(law(t)) for t in (28.0, 56.0, 63.0, 70.0)}
    exact = start_times(constant_path(weekly_rows(10, start=np.diff(law(weeks)))), weeks)
    agrees("3.1-3 deadline hazard", *survival_zs(exact, laws))
    begins = 7.0 * r0 * (1.0 + kappa * np.exp(-(deadline - weeks[:-1]) / omega))
    frozen = start_times(constant_path(weekly_rows(10, start=begins)), weeks)
    detects("3.1-3 the week's first intensity instead of its mean", *survival_zs(frozen, laws))


def test_window_rush() -> None:
    r0, factor, deadline = 0.008, 3.0, 66.0
    times = [0.0, 6.0, *range(13, 84, 7), 84.0]

    def law(t: float, weeks: float = 4.0) -> float:
        inside = max(0.0, min(t, deadline) - (deadline - 7.0 * weeks))
        return r0 * (t + (factor - 1.0) * inside)

    laws = {float(t): law(t) for t in (34.0, 41.0, 62.0, 69.0, 84.0)}
    rows = weekly_rows(12, start=7.0 * r0)
    path = constant_path(rows, deadline=deadline, rush_factor=factor, rush_weeks=4.0)
    agrees("3.1-3 window rush", *survival_zs(start_times(path, times), laws))
    for t0, t1 in ((0.0, 38.0), (34.0, 41.0), (50.0, 50.0), (62.0, 69.0)):
        mean = window_mean(t0, t1, deadline - 28.0, deadline, factor)
        exact = (law(t1) - law(t0)) / (r0 * (t1 - t0)) if t1 > t0 else factor
        assert math.isclose(mean, exact, rel_tol=1e-12), f"mean factor over [{t0}, {t1})"
    short = constant_path(rows, deadline=deadline, rush_factor=factor, rush_weeks=3.0)
    detects("3.1-3 rush one week too short", *survival_zs(start_times(short, times), laws))


def test_rush_is_exact_at_the_deadlines_of_a_case() -> None:
    """Linyi: the benchmarks' 30 September lies 20 days ahead, all within their rush; the others' date is the end.

    Lambda(20) = 3 x 20 r0 = 60 r0 of a benchmark and 20 r0 of the others; each group's own date ends an interval, so
    no pace is smeared across it.
    """
    case, r0, factor = load_case("linyi-2018"), 0.02, 3.0
    timeline = case_timeline(case)
    due = [timeline.end_of(group_deadline(case, group)) for group in GROUPS]
    benchmark, other = GROUPS.index("benchmark"), GROUPS.index("other")
    assert due[benchmark] == 20.0 and due[other] == timeline.days == 112 and case.scenario.rush.weeks.value == 4
    path = constant_path(weekly_rows(16, start=7.0 * r0))._replace(rush=make_rush(case, timeline, factor))
    laws = {
        benchmark: {20.0: 60.0 * r0, 27.0: 67.0 * r0, 62.0: 102.0 * r0},
        other: {20.0: 20.0 * r0, 83.0: 83.0 * r0, 112.0: (112.0 + 2.0 * 28.0) * r0},
    }

    def zs(days: Timeline, group: int) -> list[float]:
        state = make_state(N)
        state.group[:] = group
        started = np.full(N, np.inf)
        for event in drive_path(state, path, [*days.refresh_times, float(days.days)]):
            started[event.i] = event.t
        return survival_zs(started, laws[group])

    for group in (benchmark, other):
        agrees(f"3.1-3 rush at the deadline of a case, {GROUPS[group]}", *zs(timeline, group))
    smeared = zs(replace(timeline, deadlines=()), benchmark)
    detects("3.1-3 an interval across the deadline", smeared[0])


# ------------------------------------------------------------------------ 3.1-3 an order that closes by its date
CLOSE = dt.date(2018, 11, 30)
"""A Friday: the midnight after it is no working morning and lies within a week."""
SHARE = 0.8


def closing_case() -> Case:
    case = load_case("linyi-2018").with_values({"targets.list.0.deadline": CLOSE})
    assert headline_target(case).deadline == CLOSE < case.horizon_end
    return case


def test_an_order_closes_its_share_at_its_deadline() -> None:
    """Through `refresh`: at the deadline, and ever after, the share U of the gap is closed on average."""
    case = closing_case()
    timeline = case_timeline(case)
    due = timeline.end_of(CLOSE)
    slow = constant_path(weekly_rows(16, start=1e-9), pace=Pace.SETTLE, deadline=due)
    path = slow._replace(closes=np.full(PATH_TRACKS, True), share=SHARE, gap=np.full(PATH_TRACKS, float(N)))

    def zs(days: Timeline) -> list[float]:
        """z at the deadline and at the end: each step corrects the last, so only the last one's luck is left."""
        times = [*days.refresh_times, float(days.days)]
        started = np.array([e.t for e in drive_path(make_state(N), path, times) if e.kind == Kind.STARTED])
        last = max(t for t in days.refresh_times if t < due)
        left = N - float(np.sum(started < last))
        p = (SHARE * N - (N - left)) / left
        return [(np.sum(started < t) - SHARE * N) / math.sqrt(left * p * (1.0 - p)) for t in (due, times[-1])]

    agrees("3.1-3 closure by a deadline before the horizon end", *zs(timeline))
    detects("3.1-3 closure, an interval across the deadline", zs(replace(timeline, deadlines=()))[1])


def closing_counts(replications: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Not started at the end of the deadline, and at the end of all, in count paths of a slow closing regime."""
    case = closing_case()
    timeline = case_timeline(case)
    paths = draw_paths(case, timeline, seed=SEED, replications=np.arange(replications), regime="close", rush=0.0)
    paths = replace(
        paths,
        share=np.full(replications, SHARE),
        pace=np.full(replications, int(Pace.SETTLE)),
        shock=np.full(replications, -SHOCK_LIMIT),
    )
    assert paths.closes.all() and (paths.rush_factor == 1.0).all()
    due = timeline.end_of(CLOSE)
    states, steps = count_paths(case, paths, seed=SEED, times=[due, float(timeline.days)])
    idle = states[..., STATES.index("not_started")].sum(axis=-1)
    gap = float(initial_states(case)[:, STATES.index("not_started")].sum())
    assert steps.ends[-1] == timeline.days
    return idle[:, steps.at(due)], idle[:, -1], gap


def test_count_paths_close_the_share_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    from dpsim.forecast import count_paths as module

    due, end, gap = closing_counts(2000)
    assert gap == 238.0
    agrees("3.1-3 closure in counts, at the deadline and after", *(z_mean(x, (1.0 - SHARE) * gap) for x in (due, end)))
    monkeypatch.setattr(module, "case_timeline", lambda case: replace(case_timeline(case), deadlines=()))
    _, late, _ = closing_counts(2000)
    detects("3.1-3 closure in counts, an interval across the deadline", z_mean(late, (1.0 - SHARE) * gap))


# --------------------------------------------------------------------------------------------- 3.1-4 frailty
def frailty_zs(z: np.ndarray, shape: float, over: float, *, redrawn: bool = False) -> list[float]:
    """z of survivors with intensity r Z against (1 + Lambda / over)^-shape, at three times."""
    rate = 0.02
    state = make_state(z.size)
    state.rate[:, Track.START] = rate * z
    started = np.full(z.size, np.inf)
    for week in range(12):  # a control draws Z anew every week
        if redrawn:
            state.rate[:, Track.START] = rate * np.roll(z, 1000 * week)
        for event in drive(state, 7.0 * (week + 1)):
            started[event.i] = min(started[event.i], event.t)
        for i in np.flatnonzero(np.isinf(started)):
            left = state.residual[i, Track.START] - state.rate[i, Track.START] * (7.0 * (week + 1) - state.updated[i])
            state.residual[i, Track.START], state.updated[i] = max(left, 0.0), 7.0 * (week + 1)
    return [z_count(np.sum(started >= t), z.size, (1.0 + rate * t / over) ** -shape) for t in (21.0, 49.0, 84.0)]


def test_gamma_frailty() -> None:
    shape = 0.8
    z = gamma_quantile(luck(N, 1), 1.0, shape**-0.5)
    agrees("3.1-4 Gamma draws, mean and survival", z_mean(z, 1.0, shape**-0.5), *frailty_zs(z, shape, shape))
    detects("3.1-4 no frailty", *frailty_zs(np.ones(N), shape, shape))
    detects("3.1-4 propensity drawn anew every week", *frailty_zs(z, shape, shape, redrawn=True))


def test_frailty_of_an_enterprise_that_has_done_nothing_so_far() -> None:
    """Having stayed through an integrated intensity L, Z is Gamma(k) / (k + L): survival (1 + Lambda/(k+L))^-k."""
    case = load_case("linyi-2018").with_values({"adoption.frailty_shape": 1.5})
    entities = np.arange(1, N + 1, dtype=np.uint32)
    nothing = np.full((N, PATH_TRACKS), np.nan)

    def keyed(stream: Stream) -> np.ndarray:
        return uniforms(SEED, 0, entities, int(stream), 0)

    z = draw_propensity(case, 1, nothing, keyed)
    started = case.state.building.value + case.state.built.value
    weeks = weeks_since(case, 1)
    past = settle_level(started / N, weeks, float(N)) * weeks
    assert math.isclose(past, -math.log1p(-started / N), rel_tol=1e-12)
    agrees("3.1-4 posterior propensity", *frailty_zs(z, 1.5, 1.5 + past), z_mean(z, 1.5 / (1.5 + past)))
    detects("3.1-4 prior instead of posterior", z_mean(z, 1.0))
    ignored = keyed(Stream.PROPENSITY)
    detects("3.1-4 one step too many", *frailty_zs(gamma.ppf(ignored, 2.5) / (1.5 + past), 1.5, 1.5 + past))


def test_frailty_survives_refresh() -> None:
    """One interval of a settling path: everybody at risk, so the intensity is closure x Z / mean Z."""
    shape, weekly = 0.8, 0.9
    z = gamma_quantile(luck(N, 2), 1.0, shape**-0.5)

    def zs(propensity: np.ndarray) -> list[float]:
        state = make_state(N)
        state.propensity[:] = propensity
        path = constant_path(weekly_rows(4, start=weekly), pace=Pace.SETTLE)
        times = [event.t for event in drive_path(state, path, [0.0, 28.0]) if event.kind == Kind.STARTED]
        started = np.concatenate([times, np.full(N - len(times), np.inf)])
        return [z_count(np.sum(started >= t), N, (1.0 + weekly * t / 7.0 / shape) ** -shape) for t in (7.0, 28.0)]

    agrees("3.1-4 frailty through refresh", *zs(z))
    agrees("3.1-4 scale of the propensity cancels", *zs(3.0 * z))
    detects("3.1-4 refresh without frailty", *zs(np.ones(N)))
