"""Methods 3.2-8, 3.2-9 and 3.2-10: agencies and assessors against their discrete-time chains.

The number of enterprises is Poisson, so those that get ready form an exact Poisson process with a known mean for
each day; sectors share nothing, so one run of the SimPy engine holds hundreds of independent queues.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable

import numpy as np
import pytest
from verification_tools import (
    agrees,
    backlog_mornings,
    constant_path,
    detects,
    fixed_service_chain,
    geometric_service_chain,
    geometric_step,
    in_system,
    luck,
    make_state,
    poisson_counts,
    poisson_mass,
    queue_world,
    run_queue,
    steady_rows,
    weekly_rows,
    z_count,
    z_mean,
)

from dpsim.core.streams import Stream
from dpsim.core.words import Kind
from dpsim.engines.simpy_engine import Outcome
from dpsim.engines.world import World
from dpsim.model.adoption import assess, fire, pass_probability
from dpsim.model.organisations import capacity_bound, free_server, gamma_quantile
from dpsim.model.state import Assess, Build, Col, Track

SECTORS, WEEKS = 400, 6
DAYS = 7 * WEEKS
BUILDERS = 3
CHECK_DAYS = (9, 20, DAYS - 1)


def never_on_the_same_morning(free_at: np.ndarray, servers: int, now: float) -> int:
    """Broken: a builder that is free from this morning on is taken the next one only."""
    free = np.flatnonzero(free_at[:servers] < now) if now > 1 else np.flatnonzero(free_at[:servers] <= now)
    return int(free[0]) if free.size else -1


def agency_world(flow: float, service_of: Callable[[int], np.ndarray], *, ordinal: int) -> tuple[World, np.ndarray]:
    """Sectors with Poisson numbers of enterprises, and the mean arrivals of each day."""
    members = 1.5 * 7.0 * WEEKS * flow
    row, arrivals = steady_rows(flow, members, WEEKS)
    sizes = poisson_counts(members, SECTORS, ordinal)
    service = service_of(int(sizes.sum()))
    return queue_world(sizes, BUILDERS, weekly_rows(WEEKS, build=row), DAYS, service), arrivals


def queue_zs(outcome: Outcome, law: np.ndarray, columns: slice, servers: int = BUILDERS) -> list[float]:
    """z of number in system, chance to find all busy with somebody waiting, and total waiting mornings."""
    seen = in_system(outcome)[:, columns]
    numbers = np.arange(law.shape[1])
    assert law[:DAYS].sum(axis=1) == pytest.approx(1.0, abs=1e-9), "the reference chain is long enough"
    zs = []
    for day in CHECK_DAYS:
        mean = float(law[day] @ numbers)
        zs += [z_mean(seen[day], mean, math.sqrt(law[day] @ numbers**2 - mean**2))]
        zs += [z_count(np.sum(seen[day] > servers), seen.shape[1], float(law[day, servers + 1 :].sum()))]
    waiting = float((law[:DAYS] @ np.maximum(numbers - servers, 0)).sum())
    return [*zs, z_mean(outcome.queue[:, columns].sum(axis=0), waiting)]


AGENCIES = slice(0, SECTORS)


def test_fixed_service_follows_crommelins_recursion() -> None:
    flow, days_each = 0.70, 4

    def fixed(n: int) -> np.ndarray:
        return gamma_quantile(luck(n, 5), float(days_each), 0.0)

    world, arrivals = agency_world(flow, fixed, ordinal=11)
    outcome = run_queue(world)
    law = fixed_service_chain(arrivals, BUILDERS, days_each)
    agrees("3.2-9 agency, fixed service", *queue_zs(outcome, law, AGENCIES))

    # the recursion holds path by path: X' = (X - c)^+ + those who got ready within the service time
    seen = in_system(outcome)[:, AGENCIES]
    ready = np.zeros((DAYS + 1, SECTORS), dtype=np.int64)
    own = outcome.events[outcome.events["kind"] == Kind.READY]
    np.add.at(ready, (np.floor(own["t"]).astype(int) + 1, world.state.sector[own["index"]]), 1)
    known = np.cumsum(ready, axis=0)[:DAYS]
    later = np.maximum(seen[:-days_each] - BUILDERS, 0) + known[days_each:] - known[:-days_each]
    assert np.array_equal(seen[days_each:], later), "number in system one service time later"

    world, _ = agency_world(flow, fixed, ordinal=11)
    late = run_queue(world, free_server=never_on_the_same_morning)
    detects("3.2-9 builder free one morning late", *queue_zs(late, law, AGENCIES))
    detects("3.2-9 chain with one builder more", *queue_zs(outcome, fixed_service_chain(arrivals, 4, 4), AGENCIES))


def test_exponential_service_is_geometric_in_mornings() -> None:
    flow, mean = 0.65, 4.0
    finish = -math.expm1(-1.0 / mean)

    def exponential(n: int) -> np.ndarray:
        return gamma_quantile(luck(n, 6), mean, 1.0)

    def fixed(n: int) -> np.ndarray:
        return gamma_quantile(luck(n, 6), mean, 0.0)

    law = geometric_service_chain(agency_world(flow, exponential, ordinal=12)[1], BUILDERS, finish)
    outcome = run_queue(agency_world(flow, exponential, ordinal=12)[0])
    agrees("3.2-8 agency, exponential service", *queue_zs(outcome, law, AGENCIES))
    wrong = run_queue(agency_world(flow, fixed, ordinal=12)[0])
    detects("3.2-8 fixed service of the same mean", *queue_zs(wrong, law, AGENCIES))
    continuous = geometric_service_chain(agency_world(flow, exponential, ordinal=12)[1], BUILDERS, 1.0 / mean)
    detects("3.2-8 chain without rounding up to mornings", *queue_zs(outcome, continuous, AGENCIES))


def test_reference_chains_give_the_published_queues() -> None:
    """Crommelin's M/D/4 and Erlang's M/M/4 with flow 0.9 and service 4 (methods 3.2-8 and 3.2-9)."""
    flow, servers, size = 0.9, 4, 200
    law = fixed_service_chain(np.full(2400, flow), servers, 4, size)[-1]
    numbers = np.arange(size)
    assert law @ np.maximum(numbers - servers, 0) / flow == pytest.approx(3.99986, abs=2e-4)
    parts = 400  # mornings so close together that the geometric chain comes near continuous time
    mass = poisson_mass(flow / parts, size)
    arrive = np.array([np.concatenate([np.zeros(x), mass[: size - x]]) for x in range(size)])
    arrive[:, -1] += 1.0 - arrive.sum(axis=1)
    step = np.linalg.matrix_power(geometric_step(servers, 0.25 / parts, size) @ arrive, 2**20)
    assert step[0] @ np.maximum(numbers - servers, 0) / flow == pytest.approx(7.87753, rel=2e-3)


def test_builders_hand_over_no_more_than_their_capacity() -> None:
    """Methods 3.2-10: never more hand-overs than builders x (service times begun)."""
    days_each = 4

    def handed_over(builders: int) -> np.ndarray:
        sizes = poisson_counts(60.0, 100, 13)
        service = np.full(int(sizes.sum()), float(days_each))
        world = queue_world(sizes, builders, weekly_rows(WEEKS, build=2.0), DAYS, service)
        events = run_queue(world).events
        built = events[events["kind"] == Kind.BUILT]
        counts = np.zeros((DAYS, 100), dtype=np.int64)
        np.add.at(counts, (built["t"].astype(int), world.state.sector[built["index"]]), 1)
        return np.cumsum(counts, axis=0)

    bound = np.array([capacity_bound(0.0, BUILDERS, float(days_each), float(day)) for day in range(DAYS)])
    counts = handed_over(BUILDERS)
    assert np.all(counts <= bound[:, None]), "capacity bound"
    assert counts[-1].max() >= bound[-1] - BUILDERS, "the bound is nearly met, so it is a check"
    assert not np.all(handed_over(BUILDERS + 1) <= bound[:, None]), "one builder more must break the bound"


def backlog(jobs: int, builders: int, service: np.ndarray, **broken: Callable[..., object]) -> World:
    """100 000 a week: everybody is ready before morning 1."""
    sizes = np.full(service.size // jobs, jobs)
    world = queue_world(sizes, builders, weekly_rows(1, build=1e5), 21 * 7, service)
    run_queue(world, **broken)
    return world


def test_backlog_with_fixed_service() -> None:
    jobs, days_each, sectors = 17, 5, 40
    service = np.full(jobs * sectors, float(days_each))

    def ends(builders: int, **broken: Callable[..., object]) -> list[float]:
        return [bench.free_at.max() - 1.0 for bench in backlog(jobs, builders, service, **broken).agencies]

    for builders, expected in ((3, 30.0), (4, 25.0)):
        assert expected == math.ceil(jobs / builders) * days_each
        assert ends(builders) == [expected] * sectors, "ceil(N/c) D mornings"
    assert min(ends(3, free_server=never_on_the_same_morning)) > 30.0, "a builder late by a morning must be noticed"


def test_backlog_with_exponential_service() -> None:
    jobs, mean, sectors = 17, 4.0, 500
    law = backlog_mornings(jobs, BUILDERS, -math.expm1(-1.0 / mean))

    def ends(service: np.ndarray) -> list[float]:
        return [math.ceil(bench.free_at.max()) - 1.0 for bench in backlog(jobs, BUILDERS, service).agencies]

    u = luck(jobs * sectors, 7)
    agrees("3.2-10 backlog, exponential service", z_mean(ends(gamma_quantile(u, mean, 1.0)), law))
    detects("3.2-10 backlog, service that varies less", z_mean(ends(gamma_quantile(u, mean + 0.5, 0.2)), law))
    fine = backlog_mornings(jobs, BUILDERS, -math.expm1(-1.0 / (mean * 400))) / 400
    continuous = (jobs - BUILDERS) * mean / BUILDERS + mean * sum(1.0 / k for k in range(1, BUILDERS + 1))
    assert fine == pytest.approx(continuous, rel=2e-3), "the chain tends to (N-c)/(c mu) + H_c/mu"


def test_benchmarks_first_then_the_longer_wait_then_entity() -> None:
    sizes, days_each = np.array([120]), 1.0
    benchmark = luck(120, 8) < 0.3
    world = queue_world(sizes, 2, weekly_rows(WEEKS, build=1.0), DAYS, np.full(120, days_each), benchmark=benchmark)
    events = run_queue(world).events
    built = [int(i) for i in events["index"][events["kind"] == Kind.BUILT]]
    ready = {int(e["index"]): math.floor(e["t"]) for e in events[events["kind"] == Kind.READY]}

    def served(first: bool) -> list[int]:
        """The order by the rule, two a morning."""
        queue: list[tuple[bool, int, int, int]] = []
        out: list[int] = []
        for day in range(1, DAYS):
            for i in (i for i, t in ready.items() if t == day - 1):
                heapq.heappush(queue, (first and not benchmark[i], ready[i], int(world.state.entity[i]), i))
            today = [heapq.heappop(queue)[3] for _ in range(min(2, len(queue)))]
            out += sorted(today, key=lambda i: int(world.state.entity[i]))  # the log orders a morning by entity
        return out

    assert built == served(True), "benchmarks first, then the longer wait, then entity"
    assert built != served(False), "the order without benchmarks first must differ"


# -------------------------------------------------------------------------------------------------- assessors
def assessor_zs(**broken: Callable[..., object]) -> list[float]:
    """z of the assessors' queue over many small worlds; every assessment passes."""
    runs, flow, days_each = 150, 0.7, 4
    members = 1.5 * DAYS * flow
    row, arrivals = steady_rows(flow, members, WEEKS)
    sizes = poisson_counts(members, runs, 14)
    queues, seen, passed = [], [], 0
    for run in range(runs):
        service = np.full(int(sizes[run]), float(days_each))
        world = queue_world(
            sizes[run : run + 1],
            BUILDERS,
            weekly_rows(WEEKS, assess=row),
            DAYS,
            service,
            assessed=True,
            replication=run,
        )
        outcome = run_queue(world, **broken)
        events = outcome.events
        visits = events["t"][events["kind"] == Kind.ASSESSED] % 1.0
        assert np.all((visits >= 9.0 / 24.0) & (visits <= 17.0 / 24.0)), "assessments are held by day"
        passed += int(np.sum(events["kind"] == Kind.PASSED) == np.sum(events["kind"] == Kind.ASSESSED))
        queues.append(outcome.queue[:, 0])
        seen.append(outcome.busy[:, 0])
    assert passed == runs, "with a pass score of 0 everybody passes"
    none = np.empty(0)
    every = Outcome(none, np.array(queues).T, np.array(seen).T, none, none, none)  # type: ignore
    return queue_zs(every, fixed_service_chain(arrivals, BUILDERS, days_each), slice(None))


def test_assessors_follow_the_chain_too() -> None:
    agrees("3.2-9 assessors, fixed service", *assessor_zs())
    detects("3.2-9 team free one morning late", *assessor_zs(free_server=never_on_the_same_morning))


def test_attempts_until_a_pass_are_geometric() -> None:
    """Methods 3.2-11: with pass probability a, the mean number of attempts is 1/a."""
    n, score, mean, scale = 4000, 84, 78.0, 6.0
    chance = pass_probability(score, mean, scale)

    def attempts(ordinals: bool) -> np.ndarray:
        state = make_state(n, build=Build.BUILT)
        s, out = state, np.zeros(n)
        for i in range(n):
            while s.status[i, Col.ASSESS] != Assess.PASSED and out[i] < 80:
                fire(s.status, s.residual, s.spell, int(s.entity[i]), i, int(Track.ASSESS), 1.0, 1, 2)
                if not ordinals:
                    s.spell[i, Track.ASSESS] = 1 + int(out[i]) // 2  # broken: every second attempt repeats the luck
                assess(s.status, s.spell, int(s.entity[i]), i, score, mean, scale, False, 1, 2)
                out[i] += 1
                if s.status[i, Col.ASSESS] == Assess.REWORK:
                    fire(s.status, s.residual, s.spell, int(s.entity[i]), i, int(Track.REWORK), 2.0, 1, 2)
        return out

    sd, good = math.sqrt(1.0 - chance) / chance, attempts(True)
    soon = [z_count(np.sum(good <= k), n, 1.0 - (1.0 - chance) ** k) for k in (1, 3)]
    agrees("3.2-11 attempts are geometric", z_mean(good, 1.0 / chance, sd), *soon)
    detects("3.2-11 repeated luck", z_mean(attempts(False), 1.0 / chance, sd))


def test_first_free_builder() -> None:
    assert free_server(np.array([3.0, 2.0, 1.0]), 3, 2.0) == 1
    assert free_server(np.array([3.0, 2.5, 1.0]), 2, 2.0) == -1, "the third is not in place"
    assert constant_path(weekly_rows(1)).weekly.shape == (5, 1) and Stream.TEST == 99
