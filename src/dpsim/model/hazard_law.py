"""The law of hazards of a run, from the blocks of its case."""

from __future__ import annotations

import math

import numpy as np

from dpsim.core.words import CLASSES, DISCOVERY
from dpsim.model.detection import chance_spend
from dpsim.model.hazard_chances import SURE
from dpsim.model.hazards import CHANNELS, LAW, Records, set_delays
from dpsim.model.state import Floats, Ints
from dpsim.model.visits import SPOT_CHECK
from dpsim.params.schema import Case

PERIODIC = {0: "self_check_every", 2: "expert_every", 4: "oversight_every", 5: "patrol_every"}
"""Channels that come round, and the case's value that says how often."""
_SELF_CHECK, _WORKER_REPORT, _PATROL = (DISCOVERY.index(name) for name in ("self_check", "worker_report", "patrol"))

assert CHANNELS == 7  # as many as have a spend below


def hazard_law(case: Case, seed: int, replication: int) -> Records:
    """Return the law of a run from the case's blocks."""
    laws = np.zeros(1, dtype=LAW)
    law, loop, d, b = laws[0], case.closed_loop, case.discovery, case.deterrence
    law["seed"], law["replication"] = seed, replication
    law["period"] = math.inf
    for channel, key in PERIODIC.items():
        law["period"][channel] = getattr(d, key).value
    for k, klass in enumerate(CLASSES):
        for channel, name in ((0, "self_check"), (2, "expert"), (3, "spot_check"), (4, "oversight"), (5, "patrol")):
            law["spend"][channel, k] = chance_spend(float(getattr(getattr(d, name), klass).value))
        law["spend"][1, k] = getattr(d.worker_reports, klass).value / 365.0
        law["spend"][6, k] = chance_spend(float(getattr(d.look_back, klass).value))
        law["harm"][k] = getattr(case.incidents.accidents, klass).value / 365.0
        for name in ("assign", "rectify", "accept", "close", "limit", "accepted", "sham", "relapse", "relapse_days"):
            law[name][k] = getattr(getattr(loop, name), klass).value
    law["open_harm"] = 1.0, b.open_harm.value
    law["condition"] = d.not_built_factor.value, d.paper_factor.value, 1.0
    set_delays(laws, float(loop.delay_shape.value))
    law["growth"] = case.hazards.growth_per_year.value / 365.0
    law["listed_time"], law["listed_sham"] = loop.listed_time.value, loop.listed_sham.value
    for name in ("visit_jump", "penalty_jump", "published_jump", "memory", "effort", "penalty_share", "return_share"):
        law[name] = getattr(b, name).value
    law["leaning_memory"], law["leaning_effect"] = b.leaning_memory.value, b.leaning_effect.value
    law["top_rung"], law["reveal_share"] = b.top_rung.value, case.formalism.reveal_share.value
    i = case.incidents
    law["deaths"] = i.one_death_share.value, i.three_death_share.value, i.ten_death_share.value
    law["penalty_factor"], law["patrol_every"] = 1.0, d.patrol_every.value
    return laws


def colour_shares(case: Case) -> tuple[float, float, float, float]:
    """Return the shares of blue, yellow, orange and red."""
    h = case.hazards
    rest = h.yellow_share.value, h.orange_share.value, h.red_share.value
    return (1.0 - sum(rest), *rest)


def risk_colours(case: Case, u: Floats) -> Ints:
    """Return each enterprise's risk colour, 0 blue to 3 red."""
    return np.searchsorted(np.cumsum(colour_shares(case))[:3], u, side="right").astype(np.int64)


def mean_hidden_days(sites: Records, laws: Records, rate: float, at: float) -> Floats:
    """Return how long hazards that arise at `at` stay hidden on average, those that come back counted, shape (n, 2).

    Chances of detection that come round every tau days with probability p are taken for a steady rate -ln(1 - p) / tau
    (methods 3.3-14 has both forms), and so are `rate` visits a day.
    """
    law = laws[0]
    works = (sites["built_at"] <= at) & (sites["paper"] != 1)
    condition = np.where(works, law["condition"][2], law["condition"][(sites["built_at"] <= at).astype(np.int64)])
    factor = np.ones((sites.size, CHANNELS))
    factor[:, _SELF_CHECK], factor[:, _PATROL] = condition, sites["online_at"] <= at
    often = 1.0 / law["period"]  # 0 of what does not come round
    often[_WORKER_REPORT], often[SPOT_CHECK] = 1.0, rate
    leaving = (factor * often) @ np.minimum(law["spend"], SURE) + law["harm"]
    again = law["sham"] + (1.0 - law["sham"]) * law["relapse"]
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / (leaving * (1.0 - again)))
