"""Methods 3.2-11: the closed loop as a queue without waiting: open and overdue hazards, attempts, hazards come back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hazard_tools import AT_ONCE, LATE, OPEN, WORKER, Lab, make_lab, make_law, names, spends
from scipy.integrate import quad
from scipy.linalg import expm
from verification_tools import agrees, detects, z_count, z_mean, z_variance

from dpsim.core.words import Kind
from dpsim.model.delays import delay_quantile

RATE = 0.7
STEPS = {"assign": 2.0, "rectify": 9.0, "accept": 3.0, "close": 1.0}
"""Mean days of the four steps."""
N = 6000


def at_once(**values: object) -> np.ndarray:
    """A law under which a hazard is found as it is born."""
    return make_law(spend=spends({WORKER: (AT_ONCE, AT_ONCE)}), **values)


def still_open(days: float, accepted: float) -> float:
    """Return the chance that exponential steps, with refusals, take longer than `days`: a chain of four states."""
    a, r, c, e = (1.0 / STEPS[name] for name in ("assign", "rectify", "accept", "close"))
    q = np.array([[-a, a, 0, 0], [0, -r, r, 0], [0, c * (1 - accepted), -c, c * accepted], [0, 0, 0, -e]])
    return float(expm(q * days)[0].sum())


def integral(survival: object, low: float, high: float) -> float:
    return float(quad(survival, low, high, epsabs=1e-10)[0])  # type: ignore[arg-type]


def lived(law: np.ndarray, days: float, *, n: int = N, begin: float = 0.0) -> Lab:
    """Let n enterprises live from an empty ledger on; what lies before 0 is not written down."""
    lab = make_lab(n, law, RATE, begin=begin)
    lab.live(begin + days)
    return lab


def zs_poisson(counts: np.ndarray, mean: float) -> list[float]:
    return [z_mean(counts, mean, math.sqrt(mean)), z_variance(counts, mean)]


# ------------------------------------------------------------------------------------------------- number open
@pytest.mark.parametrize("days", [8.0, 20.0, 60.0])
def test_number_open(days: float) -> None:
    """Poisson with mean rate x the integral of 1 - G, from an empty ledger on."""
    mean = RATE * integral(lambda s: still_open(s, 0.7), 0.0, days)
    lab = lived(at_once(accepted=0.7, **STEPS), days, begin=-days)
    agrees(f"3.2-11 open after {days:g} days, refusals", *zs_poisson(lab.standing(OPEN), mean))
    wrong = RATE * integral(lambda s: still_open(s, 1.0), 0.0, days)
    if days > 8.0:
        detects(f"3.2-11 open after {days:g} days, refusals forgotten", *zs_poisson(lab.standing(OPEN), wrong))
    else:
        detects(f"3.2-11 open after {days:g} days, none closed yet", *zs_poisson(lab.standing(OPEN), RATE * days))


def test_number_open_in_steady_state_is_rate_times_mean_time() -> None:
    mean = RATE * (STEPS["assign"] + (STEPS["rectify"] + STEPS["accept"]) / 0.7 + STEPS["close"])
    for shape in (1.0, 0.86, 2.5):  # whatever the family of the delays
        lab = lived(at_once(accepted=0.7, shape=shape, **STEPS), 300.0, n=3000, begin=-300.0)
        agrees(f"3.2-11 steady state, shape {shape:g}", *zs_poisson(lab.standing(OPEN), mean))
    once = lived(at_once(accepted=1.0, **STEPS), 300.0, n=3000, begin=-300.0)
    detects("3.2-11 steady state without refusals", *zs_poisson(once.standing(OPEN), mean))


@pytest.mark.parametrize("shape", [0.86, 2.0])
def test_weibull_delays(shape: float) -> None:
    mean, days = 10.0, 12.0
    scale = mean / math.gamma(1.0 + 1.0 / shape)
    expected = RATE * integral(lambda s: math.exp(-((s / scale) ** shape)), 0.0, days)
    lab = lived(at_once(rectify=mean, shape=shape), days, begin=-days)
    agrees(f"3.2-11 open, Weibull {shape:g}", *zs_poisson(lab.standing(OPEN), expected))
    exponential = RATE * mean * -math.expm1(-days / mean)
    detects(f"3.2-11 open, Weibull {shape:g} taken for exponential", *zs_poisson(lab.standing(OPEN), exponential))
    u = (np.arange(20_000) + 0.5) / 20_000
    drawn = np.array([delay_quantile(x, mean, shape) for x in u])
    assert drawn.mean() == pytest.approx(mean, rel=1e-3) and (np.diff(drawn) > 0).all()


# ----------------------------------------------------------------------------------------------------- overdue
def overdue_zs(lab: Lab, limit: float, days: float, accepted: float) -> list[float]:
    """z of the share of finds that pass their limit, and of the overdue stock."""
    found, late = lab.events(Kind.FOUND), lab.events(Kind.OVERDUE)
    old = found[found["t"] < days - limit]
    passed = np.isin(names(old), names(late)).sum()
    stock = RATE * integral(lambda s: still_open(s, accepted), limit, days)
    return [z_count(passed, old.size, still_open(limit, accepted)), *zs_poisson(lab.standing(LATE), stock)]


def test_overdue_share_and_stock() -> None:
    limit, days = 15.0, 90.0
    lab = lived(at_once(accepted=0.7, limit=limit, **STEPS), days, n=2000)
    agrees("3.2-11 overdue", *overdue_zs(lab, limit, days, 0.7))
    detects("3.2-11 overdue, refusals forgotten", *overdue_zs(lab, limit, days, 1.0))
    closed = lab.events(Kind.CLOSED)
    found = {name: t for name, t in zip(names(lab.events(Kind.FOUND)), lab.events(Kind.FOUND)["t"], strict=True)}
    took = closed["t"] - np.array([found[name] for name in names(closed)])
    assert ((took <= limit) == (closed["detail"] == 1)).all(), "closed in time means within the limit"
    assert set(names(closed[closed["detail"] == 0])) <= set(names(lab.events(Kind.OVERDUE)))


# ---------------------------------------------------------------------------------------------------- attempts
def attempts(accepted: float) -> np.ndarray:
    lab = make_lab(400, at_once(accepted=accepted, rectify=2.0, accept=1.0), 1.0)
    lab.live(50.0)
    lab.stop_births()
    lab.live(5000.0)
    closed, refused = names(lab.events(Kind.CLOSED)), names(lab.events(Kind.REFUSED))
    assert closed.size == lab.events(Kind.BORN).size, "everything is closed in the end"
    which, count = np.unique(refused, return_counts=True)
    out = np.ones(closed.size)
    out[np.searchsorted(np.sort(closed), which)] += count
    return out


def zs_geometric(tries: np.ndarray, a: float) -> list[float]:
    zs = [z_mean(tries, 1 / a, math.sqrt(1 - a) / a), z_variance(tries, (1 - a) / a**2)]
    return zs + [z_count((tries == k).sum(), tries.size, a * (1 - a) ** (k - 1)) for k in (1, 2, 3)]


def test_attempts_are_geometric() -> None:
    agrees("3.2-11 attempts, a = .7", *zs_geometric(attempts(0.7), 0.7))
    agrees("3.2-11 attempts, a = .3", *zs_geometric(attempts(0.3), 0.3))
    detects("3.2-11 attempts, a = .7 for .75", *zs_geometric(attempts(0.75), 0.7))
    lucky = np.minimum(attempts(0.3), 4)
    detects("3.2-11 attempts, the fourth always passes", *zs_geometric(lucky, 0.3))


# ----------------------------------------------------------------------------------------------------- relapse
REPORT, ALPHA = 0.04, 0.02
P_FOUND = REPORT / (REPORT + ALPHA)


def finds(**values: object) -> np.ndarray:
    """How often each hazard is found, all in all; nothing happens to it while it is open."""
    law = make_law(spend=spends({WORKER: (REPORT, REPORT)}), harm=ALPHA, rectify=3.0, relapse_days=20.0, **values)
    lab = make_lab(400, law, 1.0)
    lab.live(60.0)
    lab.stop_births()
    lab.live(20_000.0)
    born = names(lab.events(Kind.BORN))
    which, count = np.unique(names(lab.events(Kind.FOUND)), return_counts=True)
    out = np.zeros(born.size)
    out[np.searchsorted(np.sort(born), which)] = count
    hurt, closed = lab.events(Kind.ACCIDENT), lab.events(Kind.CLOSED)
    assert closed.size == out.sum(), "whatever was found was closed"
    assert closed.size + hurt.size == born.size + lab.events(Kind.RELAPSED).size, "each life has one end"
    return out


def zs_relapse(counts: np.ndarray, back: float) -> list[float]:
    again = back * P_FOUND
    zs = [z_mean(counts, P_FOUND / (1 - again))]
    return zs + [z_count((counts >= k).sum(), counts.size, P_FOUND * again ** (k - 1)) for k in (1, 2, 3)]


def test_hazards_that_come_back() -> None:
    agrees("3.2-11 relapse after a true repair", *zs_relapse(finds(relapse=0.5), 0.5))
    agrees("3.2-11 closed on paper", *zs_relapse(finds(sham=0.4), 0.4))
    agrees("3.2-11 both", *zs_relapse(finds(sham=0.2, relapse=0.5), 0.2 + 0.8 * 0.5))
    detects("3.2-11 relapse at .4 for .5", *zs_relapse(finds(relapse=0.4), 0.5))
    once = np.minimum(finds(relapse=0.5), 2)
    detects("3.2-11 comes back once only", *zs_relapse(once, 0.5))
