"""What the verification tests share: the z rule, reference formulas, small worlds and a scheduler of five lines.

Every check is made twice: on the mechanism of the package (|z| < LIMIT) and on one that is broken on purpose
(|z| >= LIMIT), so that a check without power cannot pass.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dpsim.core.levers import Contact, empty_levers
from dpsim.core.streams import Stream, uniforms
from dpsim.core.timeline import all_days
from dpsim.engines.benches import Bench
from dpsim.engines.simpy_engine import Outcome, run
from dpsim.engines.world import Setting, World
from dpsim.model.adoption import advance, fire, next_event
from dpsim.model.paths import AfterDeadline, Pace, Path, Rush
from dpsim.model.population import case_margins, synthesise
from dpsim.model.refresh import refresh
from dpsim.model.state import PATH_TRACKS, SIDES, TRACKS, Build, Col, State, Track
from dpsim.params.load import load_case, load_strategy

LIMIT = 4.0
SEED = 20180910
MONDAY = dt.date(2018, 9, 10)
"""Day 0 of the small worlds, so that intensities are set on days 0, 7, 14, ..."""
CLOCKS = (
    Stream.CLOCK_START,
    Stream.CLOCK_BUILD,
    Stream.CLOCK_CONNECT,
    Stream.CLOCK_ONLINE,
    Stream.CLOCK_ASSESS,
    Stream.CLOCK_REWORK,
)
Array = npt.NDArray[np.float64]


# ------------------------------------------------------------------------------------------------- the z rule
def z_count(count: float, n: int, p: float) -> float:
    """z of a count that is Binomial(n, p)."""
    return (count - n * p) / math.sqrt(n * p * (1.0 - p))


def z_counts(count: float, p: Array) -> float:
    """z of a sum of independent indicators with chances `p`."""
    return float((count - p.sum()) / math.sqrt(np.sum(p * (1.0 - p))))


def z_mean(sample: npt.ArrayLike, mean: float, sd: float | None = None) -> float:
    """z of a sample mean, with the standard error of the law (`sd`) or of the sample."""
    x = np.asarray(sample, dtype=np.float64)
    spread = float(x.std(ddof=1)) if sd is None else sd
    return float((x.mean() - mean) / (spread / math.sqrt(x.size)))


def z_variance(sample: npt.ArrayLike, variance: float) -> float:
    """z of a sample variance, with the standard error from the sample's fourth moment."""
    x = np.asarray(sample, dtype=np.float64)
    square = (x - x.mean()) ** 2
    return float((square.mean() - variance) / max(square.std(ddof=1) / math.sqrt(x.size), 1e-12))


def agrees(what: str, *zs: float) -> None:
    """Assert that the package follows the formula."""
    worst = max(zs, key=abs)
    print(f"z | {what} | package {worst:+.2f} of {len(zs)}")
    assert all(abs(z) < LIMIT for z in zs), f"{what}: z = {[round(z, 2) for z in zs]}, allowed |z| < {LIMIT}"


def detects(what: str, *zs: float) -> None:
    """Assert that the same check refuses a mechanism broken on purpose."""
    worst = max(zs, key=abs)
    print(f"z | {what} | control {worst:+.1f} of {len(zs)}")
    assert abs(worst) >= LIMIT, f"{what}: no power, z = {[round(z, 2) for z in zs]} for a broken mechanism"


# --------------------------------------------------------------------------------------------- small worlds
def luck(n: int, ordinal: int, *, replication: int = 0) -> Array:
    """n keyed uniforms of the test stream."""
    return uniforms(SEED, replication, np.arange(1, n + 1, dtype=np.uint32), int(Stream.TEST), ordinal)


def poisson_counts(mean: float, size: int, ordinal: int) -> npt.NDArray[np.int64]:
    """Keyed Poisson counts: a Poisson number of enterprises makes their independent events a Poisson process."""
    from scipy.stats import poisson

    return poisson.ppf(luck(size, ordinal), mean).astype(np.int64)


def make_state(n: int, *, build: Build = Build.NOT_STARTED, connected: int = 0, replication: int = 0) -> State:
    """n enterprises without agency, all at the same stage, with the clocks the package would give them."""
    entity = np.arange(1, n + 1, dtype=np.uint32)
    status = np.zeros((n, len(Col)), dtype=np.int64)
    status[:, Col.ON_LIST], status[:, Col.BUILD], status[:, Col.CONNECTED] = 1, build, connected
    clocks = [-np.log(uniforms(SEED, replication, entity, int(stream), 0)) for stream in CLOCKS]
    return State(
        entity=entity,
        county=np.zeros(n, dtype=np.int64),
        sector=np.zeros(n, dtype=np.int64),
        group=np.zeros(n, dtype=np.int64),
        propensity=np.ones(n),
        pass_score=np.zeros(n, dtype=np.int64),
        status=status,
        residual=np.column_stack(clocks),
        rate=np.zeros((n, TRACKS)),
        spell=np.zeros((n, TRACKS), dtype=np.int64),
        updated=np.zeros(n),
        attention=np.zeros((n, SIDES, len(Contact))),
        attention_time=np.zeros((n, SIDES, len(Contact))),
    )


def constant_path(
    weekly: Array,
    *,
    deadline: float = 1e6,
    rush_factor: float = 1.0,
    rush_weeks: float = 4.0,
    pace: Pace = Pace.CONSTANT,
) -> Path:
    """A path whose rows (track, week) hold intensities per week and member at risk, with a deadline rush."""
    rush = Rush(np.full(2, deadline), rush_weeks, rush_factor, int(AfterDeadline.BACK_TO_NORMAL), 1.0, 4.0)
    tracks = PATH_TRACKS
    return Path(
        np.full(tracks, int(pace)), np.zeros(tracks, dtype=bool), 0.0, weekly, np.zeros(tracks), deadline, 1e6, rush
    )


def weekly_rows(weeks: int, **rows: npt.ArrayLike) -> Array:
    """Rows of a path by track name; the rest are 0."""
    out = np.zeros((PATH_TRACKS, weeks))
    for name, row in rows.items():
        out[Track[name.upper()]] = row
    return out


class Event(NamedTuple):
    """One own event of an enterprise."""

    t: float
    i: int
    track: int
    kind: int


def drive(state: State, until: float, *, members: Sequence[int] | None = None, replication: int = 0) -> list[Event]:
    """The smallest scheduler: next event, spend, fire, enterprise by enterprise, with the package's functions."""
    events = []
    s = state
    for i in range(s.entity.size) if members is None else members:
        while True:
            t, track = next_event(s.status, s.residual, s.rate, s.updated, i, until)
            if math.isinf(t):
                break
            advance(s.status, s.residual, s.rate, s.updated, i, t)
            kind = fire(s.status, s.residual, s.spell, int(s.entity[i]), i, track, t, SEED, replication)
            events.append(Event(t, i, track, kind))
    return events


def drive_path(state: State, path: Path, times: Sequence[float], *, factor: float = 1.0) -> list[Event]:
    """Drive through `refresh`: intensities set at each of `times` (the last is the end), events in between."""
    events, pull = [], np.ones(int(state.county.max(initial=0)) + 1)
    multiplier, effects, memories = np.full(2, factor), np.zeros(len(Contact)), np.ones(len(Contact))
    for t0, t1 in itertools.pairwise(times):
        when, _ = refresh(state, path, multiplier, pull, effects, memories, 0.0, 78.0, 6.0, float(t0), float(t1))
        events += drive(state, float(t1), members=np.flatnonzero(np.isfinite(when)).tolist())
    return events


# ------------------------------------------------------------------------------------------ worlds with queues
@cache
def queue_setting(days: int) -> Setting:
    """A case without instruments on which every day is a working day, beginning with a Monday."""
    case, strategy = load_case("linyi-2018"), load_strategy("current_arrangement")
    timeline = all_days(MONDAY - dt.timedelta(days=1), days)
    return Setting(case, strategy, timeline, synthesise(case_margins(case)), ((), ()))


def queue_world(
    sizes: npt.NDArray[np.int64],
    servers: int,
    weekly: Array,
    days: int,
    service: Array,
    *,
    assessed: bool = False,
    benchmark: npt.NDArray[np.bool_] | None = None,
    replication: int = 0,
) -> World:
    """A world whose only action is a queue.

    `sizes[k]` enterprises are building and rely on the `servers` builders of sector k; sectors share nothing, so one
    run holds sizes.size independent queues. With `assessed`, one set of enterprises is built and queues for teams.
    """
    setting = queue_setting(days)
    n = int(sizes.sum())
    state = make_state(n, build=Build.BUILT if assessed else Build.BUILDING, connected=1, replication=replication)
    state.sector[:] = np.repeat(np.arange(sizes.size), sizes)
    state.status[:, Col.AGENCY_USER] = 0 if assessed else 1
    state.status[:, Col.ONLINE] = int(assessed)
    if benchmark is not None:
        state.group[:] = benchmark
    sectors = 0 if assessed else sizes.size
    counties = int(setting.case.population.counties.value)
    levers = tuple(empty_levers(counties, 2, sectors, n) for _ in range(2))
    return World(
        setting=setting,
        seed=SEED,
        replication=replication,
        path=constant_path(weekly),
        state=state,
        entry=np.full((n, PATH_TRACKS), np.nan),
        removal=np.full(n, math.inf),
        agencies=tuple(Bench(f"agency_{k}", servers, np.zeros(servers), service) for k in range(sectors)),
        assessors=Bench("assessors", servers, np.zeros(servers), service),
        levers=levers,
        effects=np.zeros(len(Contact)),
        memories=np.ones(len(Contact)),
    )


def in_system(outcome: Outcome) -> npt.NDArray[np.int64]:
    """Number waiting or served after each morning's allocation, shape (days, organisations)."""
    return outcome.queue + outcome.busy


def run_queue(world: World, **broken: Callable[..., object]) -> Outcome:
    """Run the SimPy engine, with functions of the engine replaced by broken ones where a control asks for it."""
    import dpsim.engines.simpy_engine as engine

    kept = {name: getattr(engine, name) for name in broken}
    try:
        for name, function in broken.items():
            setattr(engine, name, function)
        return run(world)
    finally:
        for name, function in kept.items():
            setattr(engine, name, function)


# ------------------------------------------------------------------------------------------------ closed forms
def hypoexponential_cdf(rates: Sequence[float], t: float) -> float:
    """F(t) of a sum of exponentials with distinct rates (methods 3.1-1)."""
    total = 1.0
    for i, r in enumerate(rates):
        total -= math.exp(-r * t) * math.prod(s / (s - r) for j, s in enumerate(rates) if j != i)
    return total


def generator(start: float, build: float, connect: float, online: float, leave: float) -> Array:
    """Generator of the seven states of `dpsim.model.chain`, written from the description of the tracks."""
    q = np.zeros((7, 7))
    for a, b, rate in [
        (0, 1, start),
        (1, 3, build),
        (1, 2, connect),
        (2, 4, build),
        (3, 4, connect),
        (4, 5, online),
        *((s, 6, leave) for s in range(6)),
    ]:
        q[a, b] += rate
    return q - np.diag(q.sum(axis=1))


def steady_rows(flow: float, mean_members: float, weeks: int) -> tuple[Array, Array]:
    """Weekly intensities that keep `flow` arrivals a day out of Poisson(mean_members) members, and daily arrivals.

    With intensity h the arrivals are a Poisson process whose mean over a day is members x the survival lost in it.
    """
    rows, left = [], mean_members
    for _ in range(weeks):
        rows.append(-math.log(1.0 - 7.0 * flow / left))
        left -= 7.0 * flow
    cumulative = np.concatenate([[0.0], np.cumsum(np.repeat(np.array(rows) / 7.0, 7))])
    return np.array(rows), mean_members * -np.diff(np.exp(-cumulative))


def poisson_mass(mean: float, size: int) -> Array:
    """Poisson probabilities 0 .. size-1."""
    from scipy.stats import poisson

    return poisson.pmf(np.arange(size), mean)


def fixed_service_chain(arrivals: Array, servers: int, days_each: int, size: int = 160) -> Array:
    """Law of the number in system on each morning, fixed service of whole days: X' = (X - c)^+ + Poisson.

    Methods 3.2-9 with a time-varying mean; shape (mornings, size). `arrivals[d]` come between mornings d and d+1.
    """
    law = np.zeros((arrivals.size + 1, size))
    law[0, 0] = 1.0
    for d in range(1, law.shape[0]):
        before = d - days_each
        kept = law[before] if before >= 0 else law[0]
        waiting = np.zeros(size)
        waiting[0] = kept[: servers + 1].sum()
        waiting[1 : size - servers] = kept[servers + 1 :]
        law[d] = np.convolve(waiting, poisson_mass(arrivals[max(before, 0) : d].sum(), size))[:size]
    return law


def geometric_step(servers: int, finish: float, size: int) -> Array:
    """Transition matrix of one morning's departures: each of min(X, c) in service finishes with chance `finish`."""
    from scipy.stats import binom

    step = np.zeros((size, size))
    for x in range(size):
        busy = min(x, servers)
        step[x, x - np.arange(busy + 1)] = binom.pmf(np.arange(busy + 1), busy, finish)
    return step


def geometric_service_chain(arrivals: Array, servers: int, finish: float, size: int = 160) -> Array:
    """Law of the number in system on each morning, geometric service (exponential rounded up to mornings)."""
    step = geometric_step(servers, finish, size)
    law = np.zeros((arrivals.size + 1, size))
    law[0, 0] = 1.0
    for d in range(arrivals.size):
        law[d + 1] = np.convolve(law[d] @ step, poisson_mass(arrivals[d], size))[:size]
    return law


def backlog_mornings(jobs: int, servers: int, finish: float) -> float:
    """Expected mornings until `jobs` present at once are all done, geometric service."""
    from scipy.stats import binom

    mean = np.zeros(jobs + 1)
    for x in range(1, jobs + 1):
        busy = min(x, servers)
        chance = binom.pmf(np.arange(busy + 1), busy, finish)
        mean[x] = (1.0 + chance[1:] @ mean[x - np.arange(1, busy + 1)]) / (1.0 - chance[0])
    return float(mean[jobs])
