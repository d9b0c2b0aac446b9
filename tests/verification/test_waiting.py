"""Methods 3.2-8 to 3.2-10 and 3.6: how long somebody waits for an agency, and what one more builder does.

What tells first come, first served from any other order is not how many wait but how long each does.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import poisson
from test_queues import AGENCIES, BUILDERS, DAYS, SECTORS, WEEKS, agency_world
from verification_tools import (
    SEED,
    agrees,
    detects,
    fixed_service_chain,
    geometric_service_chain,
    geometric_step,
    luck,
    poisson_counts,
    poisson_mass,
    queue_world,
    run_queue,
    weekly_rows,
    z_mean,
)

from dpsim.core.words import Channel, Kind
from dpsim.engines.simpy_engine import Outcome, run
from dpsim.engines.world import World, make_setting, make_world
from dpsim.model.organisations import gamma_quantile
from dpsim.model.paths import Pace
from dpsim.model.prior import draw_paths
from dpsim.params.load import load_case, load_strategy

FIXED = 4
FLOW = 0.70


# ------------------------------------------------------------------------------------------ 3.2-8 waiting times
def last_come(benchmark: bool, ready_day: int) -> int:
    """Broken: who came last goes first."""
    return -ready_day


def waits(world: World, outcome: Outcome, morning: int, older: int) -> np.ndarray:
    """Return how many of each sector still wait after a morning who were ready more than `older` mornings before.

    A builder who is free hands over at once and is then busy for the service time (decision 0003), so whoever has
    been handed over does not wait.
    """
    n = world.state.entity.size
    ready, served = np.full(n, np.inf), np.full(n, np.inf)
    for kind, times in ((Kind.READY, ready), (Kind.BUILT, served)):
        rows = outcome.events[outcome.events["kind"] == int(kind)]
        times[rows["index"]] = rows["t"]
    old = (ready < morning - older) & (served > morning)
    return np.bincount(world.state.sector[old], minlength=SECTORS)


def zs_fixed(world: World, outcome: Outcome, arrivals: np.ndarray) -> list[float]:
    """z of those who wait longer than 0, 1, 2 service times: of X in the system, (X - (j + 1) c)^+ still wait."""
    law, zs = fixed_service_chain(arrivals, BUILDERS, FIXED), []
    numbers = np.arange(law.shape[1])
    for j in range(3):
        for morning in (20, DAYS - 1):
            then = law[morning - j * FIXED]
            left = np.maximum(numbers - (j + 1) * BUILDERS, 0)
            mean = float(then @ left)
            sd = math.sqrt(float(then @ left**2) - mean**2)
            zs.append(z_mean(waits(world, outcome, morning, j * FIXED), mean, sd))
    return zs


def test_long_waits_with_fixed_service() -> None:
    def fixed(n: int) -> np.ndarray:
        return gamma_quantile(luck(n, 5), float(FIXED), 0.0)

    world, arrivals = agency_world(FLOW, fixed, ordinal=15)
    outcome = run_queue(world)
    agrees("3.2-9 waits of 0, 1, 2 service times", *zs_fixed(world, outcome, arrivals))
    turned, _ = agency_world(FLOW, fixed, ordinal=15)
    last = run_queue(turned, queue_priority=last_come)
    assert np.array_equal(last.queue[:, AGENCIES], outcome.queue[:, AGENCIES]), "as many wait, whoever goes first"
    detects("3.2-9 who came last goes first", *zs_fixed(turned, last, arrivals))


def zs_exponential(world: World, outcome: Outcome, arrivals: np.ndarray, mean_days: float) -> list[float]:
    """z of those who wait longer than k mornings: of X in the system, who is left when nobody comes after them."""
    finish = -math.expm1(-1.0 / mean_days)
    law, zs = geometric_service_chain(arrivals, BUILDERS, finish), []
    numbers = np.arange(law.shape[1])
    for k in (1, 3, 7):
        then = law[DAYS - 1 - k] @ np.linalg.matrix_power(geometric_step(BUILDERS, finish, law.shape[1]), k)
        left = np.maximum(numbers - BUILDERS, 0)
        mean = float(then @ left)
        sd = math.sqrt(float(then @ left**2) - mean**2)
        zs.append(z_mean(waits(world, outcome, DAYS - 1, k), mean, sd))
    return zs


def test_long_waits_with_exponential_service() -> None:
    mean = 4.0

    def exponential(n: int) -> np.ndarray:
        return gamma_quantile(luck(n, 6), mean, 1.0)

    world, arrivals = agency_world(0.65, exponential, ordinal=16)
    agrees("3.2-8 waits of 1, 3, 7 mornings", *zs_exponential(world, run_queue(world), arrivals, mean))
    turned, _ = agency_world(0.65, exponential, ordinal=16)
    detects(
        "3.2-8 who came last goes first",
        *zs_exponential(turned, run_queue(turned, queue_priority=last_come), arrivals, mean),
    )


def erlang(load: float, servers: int) -> float:
    """Erlang's C, the chance to wait, by the recursion of B."""
    b, rho = 1.0, load / servers
    for k in range(1, servers + 1):
        b = load * b / (k + load * b)
    return b / (1.0 - rho + rho * b)


def test_reference_chains_give_the_published_waits() -> None:
    """The chains that the engine is held against, in continuous time: Erlang, Crommelin, M/D/1, Cosmetatos."""
    flow, servers, service, size = 0.9, 4, 4.0, 200
    x, c = np.arange(size), erlang(flow * service, servers)
    spare = servers / service - flow
    assert (c, c / spare) == pytest.approx((0.787753, 7.87753), rel=1e-6)
    parts = 400
    mass = poisson_mass(flow / parts, size)
    arrive = np.array([np.concatenate([np.zeros(k), mass[: size - k]]) for k in range(size)])
    arrive[:, -1] += 1.0 - arrive.sum(axis=1)
    leave = geometric_step(servers, 1.0 / service / parts, size)
    law = np.linalg.matrix_power(leave @ arrive, 2**20)[0]
    assert law[servers:].sum() == pytest.approx(c, rel=2e-3), "the chance to wait"
    for t in (2.0, 10.0):  # so many must have left before it is the turn of somebody who finds x
        longer = law[servers:] @ poisson.cdf(x[servers:] - servers, servers / service * t)
        assert longer == pytest.approx(c * math.exp(-spare * t), rel=5e-3), f"waits longer than {t:g} days"
    assert law[servers:].sum() != pytest.approx(erlang(flow * service * 0.98, servers), rel=2e-3), "control: 2% less"
    fixed = fixed_service_chain(np.full(2400, flow), servers, 4, size)[-1]
    assert fixed[servers:].sum() == pytest.approx(0.775437, abs=2e-5)
    wait = fixed @ np.maximum(x - servers, 0) / flow
    rho = flow * service / servers
    correction = 1.0 + (1.0 - rho) * (servers - 1) * (math.sqrt(4.0 + 5.0 * servers) - 2.0) / (16.0 * rho * servers)
    assert correction * c / spare / 2.0 == pytest.approx(3.998, abs=1e-3)
    assert wait == pytest.approx(3.99986, abs=2e-4) and wait != pytest.approx(c / spare / 2.0, abs=0.05)
    alone = fixed_service_chain(np.full(4000, 0.2), 1, 4, size)[-1]
    assert alone @ np.maximum(x - 1, 0) / 0.2 == pytest.approx(0.8 * 4.0 / (2.0 * 0.2), abs=2e-4), "M/D/1"


# ---------------------------------------------------------------------------------- 3.6 one more builder, pathwise
def hand_overs(builders: int, service: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """When each enterprise is built, infinity if not; 400 sectors, each its own queue."""
    world = queue_world(sizes, builders, weekly_rows(WEEKS, build=0.7), DAYS, service)
    events = run_queue(world).events
    built = events[events["kind"] == int(Kind.BUILT)]
    out = np.full(world.state.entity.size, np.inf)
    out[built["index"]] = built["t"]
    return out


def test_one_more_builder_makes_nobody_later() -> None:
    """Same order and same services: 400 of 400 queues, each enterprise of each."""
    sizes = poisson_counts(30.0, SECTORS, 17)
    sector = np.repeat(np.arange(SECTORS), sizes)
    service = gamma_quantile(luck(sector.size, 18), 4.0, 1.0)
    few, more = (hand_overs(builders, service, sizes) for builders in (2, 3))
    assert (more <= few).all(), "somebody is built later although there is one builder more"
    sooner = np.bincount(sector, weights=more < few, minlength=SECTORS)
    assert (sooner > 0).mean() > 0.95, "and in nearly every queue somebody sooner"
    other = hand_overs(3, gamma_quantile(luck(sector.size, 19), 4.0, 1.0), sizes)
    later = np.bincount(sector, weights=other > few, minlength=SECTORS)
    assert (later > 0).sum() > 20, "control: with services of other luck somebody is later"


def linyi_built(added: float, *, seed: int = SEED) -> np.ndarray:
    """Hand-overs of Linyi by agencies, infinity if none: few builders, and a share of them added by the instrument."""
    case, wanted = load_case("linyi-2018"), {"agencies.headroom": 0.2, "agencies.user_share": 0.8}
    case = case.with_values({**wanted, **{f"{key}.range": [0.1, 1.0] for key in wanted}})
    strategy = load_strategy("third_party_capacity")
    place = [lever.instrument for lever in strategy.instruments].index("third_party_capacity")
    strategy = strategy.with_values({f"instruments.{place}.added_share": added})
    setting = make_setting(case, strategy, load_strategy(case.default_strategy))
    paths = draw_paths(case, setting.timeline, seed=SEED, replications=np.arange(1), pace=Pace.CONSTANT)
    world = make_world(setting, paths, 0, seed=seed)
    world.path = world.path._replace(weekly=3.0 * world.path.weekly)
    world.state.group[:] = 0  # first come, first served: no benchmark that is let in before the others
    world.hazards = None
    events = run(world).events
    built = events[(events["kind"] == int(Kind.BUILT)) & (events["channel"] == int(Channel.AGENCY))]
    out = np.full(world.state.entity.size, np.inf)
    out[built["index"]] = built["t"]
    return out


def test_builders_added_by_the_instrument_make_nobody_later() -> None:
    none, half, twice = (linyi_built(added) for added in (0.0, 0.5, 2.0))
    assert (half <= none).all() and (twice <= half).all(), "somebody is built later although builders were added"
    assert np.isfinite(none).sum() > 50 and (half < none).sum() > 20 and (twice < half).sum() > 10
    other = linyi_built(2.0, seed=SEED + 1)
    assert (other > none).sum() > 10, "control: without common luck somebody is later"
