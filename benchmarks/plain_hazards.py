"""The hazard half of the plain SimPy model: how hazards arise, are found, go through the closed loop and come back.

A process per enterprise and class lets hazards arise; a process per channel of discovery comes round and tries each
latent hazard once; a found hazard becomes a process of its own that takes the steps of the closed loop. Accidents and
workers' reports are rare: a process is started only where one falls into the horizon, so they cost next to nothing.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING

import numpy as np
import simpy

from dpsim import load_strategy
from dpsim.core.words import CLASSES
from dpsim.model.delays import delay_scale
from dpsim.model.detection import chance_spend
from dpsim.model.formalism import paper_probability
from dpsim.params.schema import Case

if TYPE_CHECKING:
    from plain_simpy import City, Enterprise

Process = Generator[simpy.Event, object, None]
PERIODIC = {"self_check": "self_check_every", "expert": "expert_every", "oversight": "oversight_every"}
PERIODIC["patrol"] = "patrol_every"
GENERAL, MAJOR = range(2)


class Hazard:
    """One unsafe condition."""

    __slots__ = ("due", "klass", "sham")

    def __init__(self, klass: int) -> None:
        self.klass, self.due, self.sham = klass, math.inf, False


class Places:
    """The numbers of a case that the life of hazards needs, read once."""

    def __init__(self, case: Case) -> None:
        self.case = case
        d, loop = case.discovery, case.closed_loop
        channels = ("self_check", "expert", "spot_check", "oversight", "patrol")
        self.spend = {c: [chance_spend(getattr(getattr(d, c), k).value) for k in CLASSES] for c in channels}
        self.report = [getattr(d.worker_reports, k).value / 365.0 for k in CLASSES]
        self.harm = [getattr(case.incidents.accidents, k).value / 365.0 for k in CLASSES]
        steps = ("assign", "rectify", "accept", "close", "limit", "accepted", "sham", "relapse", "relapse_days")
        self.loop = {step: [getattr(getattr(loop, step), k).value for k in CLASSES] for step in steps}
        self.shape, self.scale = 1.0 / float(loop.delay_shape.value), delay_scale(float(loop.delay_shape.value))
        h = case.hazards
        rest = (h.yellow_share.value, h.orange_share.value, h.red_share.value)
        self.colours = (1.0 - sum(rest), *rest)
        self.mean_ratio = sum(share * h.colour_ratio.value**k for k, share in enumerate(self.colours))
        self.growth = h.growth_per_year.value / 365.0
        self._read_arrangement(case)

    def _read_arrangement(self, case: Case) -> None:
        """Read the arrangement in force: campaign's window and days, shares of the plans, step, meetings."""
        of = {item.instrument: item for item in load_strategy(case.default_strategy).instruments}
        campaign, risk, lots, meeting = (
            of[name] for name in ("campaign", "risk_weighted", "double_random", "dispatch_meeting")
        )
        first, last = (float((day - case.as_of).days) for day in (campaign.start, campaign.end))
        shares = (risk.share.value, lots.share.value)
        self.plan = (first - 1.0, last), campaign.borrowed.value, shares, risk.step.value
        self.meeting = float(meeting.every_days.value), float(meeting.staff_days_each.value)

    def settle(self, e: Enterprise, rng: np.random.Generator) -> None:
        """Draw an enterprise's risk colour, its intensities, and whether what it has built is paper."""
        h = self.case.hazards
        e.colour = int(rng.choice(4, p=self.colours))
        shape = h.heterogeneity_shape.value
        own = rng.gamma(shape, 1.0 / shape) * h.colour_ratio.value**e.colour / self.mean_ratio
        e.intensity = tuple(getattr(h.arising, k).value / 365.0 * own for k in CLASSES)  # type: ignore[assignment]
        if e.built_at < math.inf:
            e.paper = self.is_paper(e, 1.0, -math.inf, rng)

    def is_paper(self, e: Enterprise, rush: float, now: float, rng: np.random.Generator) -> bool:
        """Draw whether a system is built for show."""
        f = self.case.formalism
        felt = 0.0 if now == -math.inf else self.felt(e, now)
        effects = (f.rush_effect.value, e.agency_user, f.agency_effect.value, felt, f.perceived_effect.value)
        return bool(rng.random() < paper_probability(self.case.caveats.paper_share.value, rush, *effects))

    def felt(self, e: Enterprise, now: float) -> float:
        """Return the perceived risk of a visit."""
        return e.perceived * math.exp(-(now - e.perceived_at) / self.case.deterrence.memory.value)

    def raise_risk(self, e: Enterprise, now: float, jump: float) -> None:
        """Let a contact raise it."""
        before = self.felt(e, now)
        e.perceived, e.perceived_at = before + jump * (1.0 - before), now

    def self_check_factor(self, e: Enterprise, now: float) -> float:
        """Return the factor on what a self-check finds."""
        d = self.case.discovery
        condition = d.not_built_factor.value
        if e.built_at <= now:
            condition = d.paper_factor.value if e.paper else 1.0
        return float(condition * math.exp(self.case.deterrence.effort.value * self.felt(e, now)))

    def delay(self, step: str, klass: int, rng: np.random.Generator, factor: float = 1.0) -> float:
        """Return the days of a step of the closed loop."""
        return float(factor * self.loop[step][klass] * self.scale * rng.exponential() ** self.shape)


def hazard_processes(city: City, e: Enterprise) -> None:
    """Start everything about an enterprise's hazards a year before the as-of date."""
    for klass in (GENERAL, MAJOR):
        city.env.process(arise(city, e, klass))
    for channel, key in PERIODIC.items():
        city.env.process(come_round(city, e, channel, getattr(city.case.discovery, key).value))
    city.env.process(past_visits(city, e))


def arise(city: City, e: Enterprise, klass: int) -> Process:
    """Let hazards of a class arise; their rate grows while no supervisor comes."""
    env, rng, growth = city.env, city.rng, city.places.growth
    while True:
        since = env.now - max(e.last_visit, -365.0)
        yield env.timeout(rng.exponential(1.0 / (e.intensity[klass] * math.exp(growth * since))))
        city.count("arisen")
        hide(city, e, Hazard(klass))


def hide(city: City, e: Enterprise, h: Hazard) -> None:
    """Make a hazard latent, with the accident or the worker's report that may end that."""
    e.latent.append(h)
    for rate, what in ((city.places.harm[h.klass], accident), (city.places.report[h.klass], report)):
        wait = city.rng.exponential(1.0 / rate) if rate > 0.0 else math.inf
        if city.env.now + wait < city.end:
            city.env.process(what(city, e, h, wait))


def accident(city: City, e: Enterprise, h: Hazard, wait: float) -> Process:
    """Let an unsafe condition end in an accident, if it is still latent then."""
    yield city.env.timeout(wait)
    if h in e.latent:
        e.latent.remove(h)
        city.count("accidents")


def report(city: City, e: Enterprise, h: Hazard, wait: float) -> Process:
    """Let a worker report it, if it is still latent then."""
    yield city.env.timeout(wait)
    if h in e.latent:
        find(city, e, h, "worker_report")


def come_round(city: City, e: Enterprise, channel: str, period: float) -> Process:
    """Let a periodic channel come round and try every latent hazard."""
    yield city.env.timeout(city.rng.random() * period)
    while True:
        if channel != "patrol" or e.online_at <= city.env.now:
            factor = city.places.self_check_factor(e, city.env.now) if channel == "self_check" else 1.0
            search(city, e, channel, factor)
        yield city.env.timeout(period)


def search(city: City, e: Enterprise, channel: str, factor: float) -> list[Hazard]:
    """Try every latent hazard of an enterprise once and return those found."""
    chance = [1.0 - math.exp(-spend * factor) for spend in city.places.spend[channel]]
    found = [h for h in e.latent if city.rng.random() < chance[h.klass]]
    for h in found:
        find(city, e, h, channel)
    return found


def find(city: City, e: Enterprise, h: Hazard, channel: str) -> None:
    """Enter a hazard in the ledger."""
    e.latent.remove(h)
    e.open.append(h)
    h.due = city.env.now + city.places.loop["limit"][h.klass]
    city.count("found")
    city.count(f"found:{channel}")
    city.env.process(closed_loop(city, e, h))


def closed_loop(city: City, e: Enterprise, h: Hazard) -> Process:
    """Assign, rectify, accept, close; what was only repaired on paper is hidden again, some come back later."""
    env, rng, places, klass = city.env, city.rng, city.places, h.klass
    yield env.timeout(places.delay("assign", klass, rng))
    while True:
        effort = math.exp(-city.case.deterrence.effort.value * places.felt(e, env.now))
        yield env.timeout(places.delay("rectify", klass, rng, effort))
        h.sham = rng.random() < places.loop["sham"][klass]
        yield env.timeout(places.delay("accept", klass, rng))
        if rng.random() < places.loop["accepted"][klass]:
            break
    yield env.timeout(places.delay("close", klass, rng))
    e.open.remove(h)
    city.count("closed")
    if env.now <= h.due:
        city.count("closed_in_time")
    if h.sham:
        hide(city, e, h)
    elif rng.random() < places.loop["relapse"][klass]:
        yield env.timeout(rng.exponential(places.loop["relapse_days"][klass]))
        hide(city, e, h)


def past_visits(city: City, e: Enterprise) -> Process:
    """Let inspectors come at random in the year before the as-of date."""
    rate = city.case.staff.past_visits_per_year.value / 365.0
    e.last_planned = int(-365.0 * (1.0 + city.rng.random()))
    while True:
        yield city.env.timeout(city.rng.exponential(1.0 / rate))
        if city.env.now >= 0.0:
            return
        e.last_planned = math.floor(city.env.now)
        hold(city, e, quality(city))


def visit(city: City, e: Enterprise, crew: simpy.Resource, order: int) -> Process:
    """Let a team visit an enterprise at its hour."""
    per_day = int(city.case.staff.visits_per_team_day.value)
    hours = 8.0 / per_day
    yield city.env.timeout((9.0 + hours * (order % per_day + city.rng.random())) / 24.0)
    with crew.request() as team:
        yield team
        tired = (1.0 - city.case.discovery.fatigue_drop.value) ** (order % per_day)
        hold(city, e, quality(city) * tired)
        if e.paper and city.rng.random() < city.case.formalism.reveal_share.value:
            e.paper = False
        yield city.env.timeout(0.5 * hours / 24.0)


def quality(city: City) -> float:
    """Return what a team's visit is worth."""
    cv = city.case.discovery.quality_cv.value
    return float(city.rng.gamma(1.0 / cv**2, cv**2))


def hold(city: City, e: Enterprise, factor: float) -> None:
    """Look for hazards; what is found may be punished, what is felt is felt."""
    now, law, rng = city.env.now, city.case.deterrence, city.rng
    city.places.raise_risk(e, now, law.visit_jump.value)
    e.last_visit = now
    city.count("visits")
    found = search(city, e, "spot_check", factor)
    if found and rng.random() < law.penalty_share.value:
        e.rung, e.bad_record = min(int(law.top_rung.value), e.rung + 1), True
        city.places.raise_risk(e, now, law.penalty_jump.value)
        city.count("penalties")
    elif any(h.klass == MAJOR for h in found) or any(h.due < now for h in e.open):
        e.bad_record = True
    elif rng.random() < law.return_share.value:
        e.bad_record, e.rung = False, 0
