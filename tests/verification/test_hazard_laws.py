"""Methods 3.6 on the kernels: laws that hold exactly, event by event, with visits from outside.

Nothing arises without intensity, a sure chance leaves nothing hidden, rows and units of time are names only, and an
enterprise that is off the list is felt by nobody.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hazard_tools import (
    EXPERT,
    HIDDEN,
    LOOK_BACK,
    OVERSIGHT,
    SELF_CHECK,
    SPOT_CHECK,
    WORKER,
    Lab,
    make_lab,
    make_law,
    names,
    periods,
    renewal_times,
    spends,
    visits_at,
)

from dpsim.core.words import Kind
from dpsim.model.hazard_sites import publish
from dpsim.model.hazards import LAW, SITE, Records, Visits

N, WEEKS = 60, 26
DAYS = 7.0 * WEEKS


def busy_law(**changed: object) -> Records:
    """A law under which everything that can happen to hazards happens, and visits change behaviour."""
    chances = {SELF_CHECK: 0.2, EXPERT: 0.5, SPOT_CHECK: (0.3, 0.2), OVERSIGHT: 0.4, LOOK_BACK: 0.8}
    values: dict[str, object] = {
        "spend": spends({**chances, WORKER: 0.01}),
        "period": periods({SELF_CHECK: 30.0, OVERSIGHT: 70.0}),
        "condition": (0.5, 0.7, 1.0),
        "harm": (0.004, 0.01),
        "open_harm": (1.0, 0.5),
        "assign": 1.0,
        "rectify": 8.0,
        "accept": 2.0,
        "close": 1.0,
        "shape": 0.86,
        "limit": 15.0,
        "accepted": 0.7,
        "sham": 0.2,
        "relapse": 0.4,
        "relapse_days": 20.0,
        "growth": 0.002,
        "visit_jump": 0.3,
        "penalty_jump": 0.5,
        "memory": 60.0,
        "effort": 0.7,
        "penalty_share": 0.5,
        "stop_days": 12.0,
        "close_share": 0.1,
        "return_share": 0.4,
        "reveal_share": 0.2,
        "look_share": 0.5,
        "look_days": 14.0,
        "listing_share": 0.5,
        "listed_time": 0.6,
        "listed_sham": 0.5,
        "deaths": (0.5, 0.2, 0.05),
        "trained": 0.6,
        "training_detect": 0.3,
        "training_worth": 0.2,
        "training_memory": 90.0,
        "grid_quality": 0.5,
        "verified": 0.5,
        "search_lost": 0.1,
        "petty": 0.2,
        "helped": -0.1,
    }
    return make_law(**{**values, **changed})


def weekly_visits(n: int = N) -> tuple[np.ndarray, np.ndarray]:
    return renewal_times(np.random.default_rng(31), n, 0.0, DAYS, 25.0, 1.0)


def live_weeks(lab: Lab, index: np.ndarray, time: np.ndarray, *, week: float = 7.0, publicity: float = 0.0) -> None:
    """Let weekly intervals pass, each with its visits; what is published reaches the others at its end."""
    n, county = lab.sites.size, np.zeros(lab.sites.size, dtype=np.int64)
    lab.laws["publicity"], lab.laws["published_jump"] = publicity, 0.2
    for k in range(WEEKS):
        now = (time >= k * week) & (time < (k + 1) * week)
        lab.live((k + 1) * week, visits_at(index[now], time[now], n))
        publish(lab.sites, county, 1, lab.lived, lab.laws)


def busy_lab(law: Records | None = None, *, rate: tuple[float, float] = (0.2, 0.05)) -> Lab:
    lab = make_lab(N, busy_law() if law is None else law, rate)
    lab.sites["built_at"] = np.where(np.arange(N) % 3 == 0, math.inf, -1.0)
    lab.sites["paper"] = np.arange(N) % 3 == 1
    return lab


def story(lab: Lab) -> list[tuple[object, ...]]:
    """Return all events by entity, sorted."""
    rows = lab.ledger
    fields = [rows[name].tolist() for name in ("t", "ordinal", "kind", "channel", "klass", "detail", "value")]
    return sorted(zip(lab.sites["entity"][rows["index"]].tolist(), *fields, strict=True))


def test_the_busy_world_is_busy() -> None:
    lab = busy_lab()
    live_weeks(lab, *weekly_visits())
    happened = {Kind(int(kind)) for kind in np.unique(lab.ledger["kind"])}
    assert happened == {kind for kind in Kind if kind >= Kind.BORN} - {Kind.DROPPED, Kind.ADVISED, Kind.PAPER}


# --------------------------------------------------------------------------------------------- zero and certain
def test_without_intensity_nothing_happens() -> None:
    index, time = weekly_visits()
    lab = busy_lab(rate=(0.0, 0.0))
    live_weeks(lab, index, time)
    assert set(lab.ledger["kind"].tolist()) == {int(Kind.VISIT), int(Kind.REVEALED)}, "only visits are held"
    assert (lab.events(Kind.VISIT)["detail"] == 0).all() and lab.events(Kind.VISIT).size == index.size
    unfound = busy_lab(busy_law(spend=0.0, harm=0.0))
    live_weeks(unfound, index, time)
    kinds = set(unfound.ledger["kind"].tolist())
    assert kinds == {int(Kind.BORN), int(Kind.VISIT), int(Kind.REVEALED)}, "without chances nothing ends"
    general = busy_lab(rate=(0.2, 0.0))
    live_weeks(general, index, time)
    assert (general.events(Kind.BORN)["klass"] == 0).all(), "no hazard of a class that does not arise"


@pytest.mark.parametrize("quality", [1.0, 1e-6])
def test_a_sure_visit_leaves_nothing_hidden(quality: float) -> None:
    def hidden_after(chance: float) -> int:
        lab = busy_lab(busy_law(spend=spends({SPOT_CHECK: chance}), period=math.inf, relapse=0.0, sham=0.0))
        lab.live(50.0)
        assert lab.standing(HIDDEN).sum() > 100
        lab.live(50.0 + 1e-9, visits_at(np.arange(N), np.full(N, 50.0), N, quality=quality))
        return int(lab.standing(HIDDEN).sum())

    assert hidden_after(1.0) == 0, "p = 1 finds all, however weak the team"
    assert hidden_after(0.999) > 0 or quality == 1.0
    assert hidden_after(0.9) > 0, "the check must refuse p below 1"


# ------------------------------------------------------------------------------------------------- names only
def relabelled(lab: Lab, order: np.ndarray) -> Lab:
    """Return the same enterprises in another order of rows."""
    other = busy_lab()
    other.sites = lab.sites[order].copy()
    other.sites["index"] = np.arange(N)
    return other


def test_the_order_of_rows_changes_nothing() -> None:
    index, time = weekly_visits()
    lab, order = busy_lab(), np.random.default_rng(5).permutation(N)
    other = relabelled(lab, order)
    live_weeks(lab, index, time)
    live_weeks(other, np.argsort(order)[index], time)
    assert story(lab) == story(other), "events follow the entity, not the row"
    third = relabelled(busy_lab(), order)
    third.sites["entity"] = np.arange(1, N + 1)
    live_weeks(third, np.argsort(order)[index], time)
    assert story(third) != story(lab), "the check must refuse luck that goes with the row"


PER_DAY = ("harm", "growth", "learning", "forgetting")
IN_DAYS = (
    *("period", "assign", "rectify", "accept", "close", "limit", "relapse_days", "memory", "look_days"),
    *("training_memory", "trained_at", "patrol_every", "ability_at", "stop_days"),
)
"""Quantities of the law by their unit; all others have none (but for workers' reports, per day)."""


def stretched(law: Records, factor: float) -> Records:
    """Return the same law with days 1 / factor as long."""
    out = law.copy()
    for name in PER_DAY:
        out[name] /= factor
    for name in (*IN_DAYS, "leaning_memory"):
        out[name] *= factor
    out["spend"][:, WORKER] /= factor
    return out


def stretched_lab(factor: float, *, forget: str = "") -> Lab:
    law = stretched(busy_law(), factor)
    if forget:
        law[forget] = busy_law()[forget]
    lab = busy_lab(law)
    for name in ("intensity", "expert_rate", "grid_rate"):
        lab.sites[name] /= factor
    lab.sites["phase"] = busy_lab().sites["phase"] * factor
    return lab


@pytest.mark.parametrize("factor", [2.0, 0.25])
def test_the_unit_of_time_changes_nothing(factor: float) -> None:
    """Twice as many units and half the rates: the same events at twice the times, to the bit for a power of two."""
    index, time = weekly_visits()
    plain, other = busy_lab(), stretched_lab(factor)
    live_weeks(plain, index, time)
    live_weeks(other, index, time * factor, week=7.0 * factor)
    assert plain.ledger.size == other.ledger.size > 2000
    for name in plain.ledger.dtype.names or ():
        scale = factor if name == "t" else 1.0
        assert (plain.ledger[name] * scale == other.ledger[name]).all(), name
    for name in ("rectify", "memory", "harm", "training_memory", "stop_days"):
        wrong = stretched_lab(factor, forget=name)
        live_weeks(wrong, index, time * factor, week=7.0 * factor)
        assert story(wrong) != story(other), f"the check must refuse a {name} that does not scale"


def test_every_quantity_of_the_law_has_its_unit() -> None:
    """A new quantity must be put into the lists above, or into this one of those without a unit."""
    plain = {
        "seed",
        "replication",
        "spend",
        "condition",
        "open_harm",
        "delay_scale",
        "delay_power",
        "delay",
        "accepted",
        "sham",
        "relapse",
        "listed_time",
        "listed_sham",
        "visit_jump",
        "penalty_jump",
        "published_jump",
        "effort",
        "leaning_effect",
        "penalty_share",
        "return_share",
        "top_rung",
        "reveal_share",
        "deaths",
        "penalty_factor",
        "look_share",
        "listing_share",
        "publicity",
        "close_share",
        *("taught", "trained", "training_detect", "training_worth", "warned", "grid_quality", "verified"),
        *("done", "price", "owed", "instalment"),
        *("independence", "refused_share", "petty", "search_lost", "served", "ability", "helped"),
    }
    assert set(LAW.names or ()) == plain | {*PER_DAY, *IN_DAYS, "leaning_memory"}
    assert {"intensity", "phase", "clock"} <= set(SITE.names or ())


# ---------------------------------------------------------------------------------------------------- locality
def others(lab: Lab, i: int) -> list[tuple[object, ...]]:
    entity = int(lab.sites["entity"][i])
    return [row for row in story(lab) if row[0] != entity]


@pytest.mark.parametrize("publicity", [0.0, 1.0])
def test_an_enterprise_off_the_list_touches_nobody(publicity: float) -> None:
    """With visits from outside only published penalties join enterprises."""
    index, time = weekly_visits()
    base = busy_lab()
    live_weeks(base, index, time, publicity=publicity)
    felt = []
    for i in range(0, N, 7):
        lab = busy_lab()
        lab.sites["on_list"][i] = 0
        live_weeks(lab, index, time, publicity=publicity)
        assert not (lab.ledger["index"] == i).any(), "who is off the list has no events"
        felt.append(others(lab, i) != others(base, i))
    assert any(felt) == bool(publicity), "an absence is felt only where penalties are published"


def test_births_and_thresholds_do_not_depend_on_visits() -> None:
    """Hazards are realised at birth: visits change when they are found, not who is born (without growth)."""

    def born(visits: Visits) -> list[tuple[int, float]]:
        lab = busy_lab(busy_law(growth=0.0))
        lab.live(DAYS, visits)
        rows = lab.events(Kind.BORN)
        return sorted(zip(names(rows).tolist(), rows["t"].tolist(), strict=True))

    index, time = weekly_visits()
    few = born(visits_at(index[::5], time[::5], N))
    assert few == born(visits_at(index, time, N)) and len(few) > 1000


# ----------------------------------------------------------------------------------- no effect before its cause
def test_a_visit_has_no_effect_before_its_hour() -> None:
    """Within an interval too: what lies before a visit late in the week is as without it, what follows is not."""
    law = busy_law(growth=0.0, penalty_share=0.0, effort=1.5)
    without, with_ = busy_lab(law), busy_lab(law)
    index, time = np.arange(N), np.full(N, 60.0)
    without.live(70.0)
    with_.live(70.0, visits_at(index, time, N))
    told = [[row for row in story(lab) if row[1] < 60.0] for lab in (without, with_)]  # type: ignore[operator]
    assert told[0] == told[1] and len(told[0]) > 500, "the story up to the visit is the same"
    assert story(without) != story(with_), "and then it is not"


def test_an_interval_may_be_cut_at_a_visit() -> None:
    """Growth starts anew, and effort rises, at the visit, not when the interval begins."""
    law = busy_law(growth=0.02, penalty_share=0.0, reveal_share=0.0)
    visits = visits_at(np.arange(N), np.full(N, 30.0), N)
    whole, cut, late = (busy_lab(law) for _ in range(3))
    whole.live(40.0, visits)
    cut.live(30.0)
    cut.live(40.0, visits)
    late.live(36.0)
    late.live(40.0, visits_at(np.arange(N), np.full(N, 36.0), N))
    a, b, c = (np.sort(lab.ledger, order=["index", "kind", "ordinal", "detail", "t"]) for lab in (whole, cut, late))
    assert (a["ordinal"] == b["ordinal"]).all() and np.abs(a["t"] - b["t"]).max() < 1e-9
    born = [lab.events(Kind.BORN).size for lab in (whole, late)]
    assert born[1] > born[0] + 10, "the check must refuse a visit that comes later"
    assert a.size != c.size
