"""The upper rungs of the penalty ladder: a stop is a pause of the production clock, a closing is a share of penalties.

Inspectors come to every enterprise in a round of four weeks, on its sixth day, and punish what they find. The decision
counts from the end of that week on, so production is stopped on the days 7 to 7 + `STOP` of each round, and all that
production brings comes at the same production time as without a stop.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hazard_tools import (
    MAJOR,
    SELF_CHECK,
    SPOT_CHECK,
    Lab,
    make_lab,
    make_law,
    names,
    periods,
    spends,
    visits_at,
)
from verification_tools import agrees, detects, z_count

from dpsim.core.levers import empty_levers
from dpsim.core.words import CLASSES, FIRST_DISCOVERY, Kind
from dpsim.model.controls import set_controls
from dpsim.model.hazards import Records, sorted_visits
from dpsim.model.penalty_ladder import Rung, ordered_to_close
from dpsim.model.state import Col

N, ROUND, ROUNDS, STOP = 300, 28.0, 6, 10.0
HORIZON, WORKED = ROUND * ROUNDS, (ROUND - STOP) * ROUNDS
BIRTHS, HARM = (4.0, 0.1), 0.01
EXPERT = 2
"""The channel by which an adviser's visit finds."""


def ladder_law(**changed: object) -> Records:
    """A law under which inspectors find general hazards and punish each time, and nobody finds major ones."""
    values: dict[str, object] = {
        "spend": spends({SPOT_CHECK: (1.0, 0.0), EXPERT: (0.0, 1.0)}),
        "harm": (0.0, HARM),
        "open_harm": 1.0,
        "penalty_share": 1.0,
        "stop_days": STOP,
    }
    return make_law(**{**values, **changed})


def rounds(law: Records, *, rung: int = int(Rung.STOPPED), advised: bool = False, rate: object = BIRTHS) -> Lab:
    """Let the rounds pass, week by week; with `advised` an adviser comes in the middle of each stop."""
    lab = make_lab(N, law, rate)  # type: ignore[arg-type]
    lab.sites["rung"] = rung
    for week in range(int(HORIZON / 7.0)):
        begin, who = 7.0 * week, np.arange(N)
        if week % 4 == 0:
            lab.live(begin + 7.0, visits_at(who, np.full(N, begin + 5.0), N))
        elif week % 4 == 1 and advised:
            none = np.zeros(N, dtype=np.int64)
            lab.live(begin + 7.0, sorted_visits(who, np.full(N, begin + 5.0), none + EXPERT, np.ones(N), none, N))
        else:
            lab.live(begin + 7.0)
    assert lab.events(Kind.PENALTY).size == N * ROUNDS, "each round everybody is punished"
    return lab


def produced(t: np.ndarray) -> np.ndarray:
    """Return the days of production before `t`, where every round is stopped on its days 7 to 7 + STOP."""
    whole, rest = np.divmod(t, ROUND)
    return np.asarray(whole * (ROUND - STOP) + rest - np.clip(rest - 7.0, 0.0, STOP))


def stopped(t: np.ndarray) -> np.ndarray:
    rest = t % ROUND
    return (rest >= 7.0) & (rest < 7.0 + STOP)


def dated(lab: Lab, kind: Kind, klass: int | None = None) -> dict[int, float]:
    """Return when each hazard had its first event of a kind."""
    rows = lab.events(kind)
    rows = rows if klass is None else rows[rows["klass"] == klass]
    return dict(zip(names(rows).tolist(), rows["t"].tolist(), strict=True))


def expected_accidents(days: float) -> float:
    """Return the accidents of hazards arising at b, each ending at a, that nobody finds: b (T - (1 - e^-aT) / a)."""
    return N * BIRTHS[1] * (days - (1.0 - math.exp(-HARM * days)) / HARM)


def z_poisson(count: int, mean: float) -> float:
    return (count - mean) / math.sqrt(mean)


# -------------------------------------------------------------------------------------------------- stop
def test_births_and_accidents_fall_to_the_share_of_time_not_stopped() -> None:
    """Both are Poisson: of mean rate x production days, and thinned by alpha over production days."""
    lab, without = rounds(ladder_law()), rounds(ladder_law(stop_days=0.0))

    def zs(lab: Lab, days: float) -> list[float]:
        born = [lab.events(Kind.BORN)["klass"] == k for k in range(len(CLASSES))]
        born_z = [z_poisson(int(rows.sum()), N * BIRTHS[k] * days) for k, rows in enumerate(born)]
        return [*born_z, z_poisson(lab.events(Kind.ACCIDENT).size, expected_accidents(days))]

    agrees("births and accidents, production stopped for 10 of 28 days", *zs(lab, WORKED))
    agrees("births and accidents, no stop", *zs(without, HORIZON))
    for k, z in enumerate(zs(lab, HORIZON)):
        detects(f"a stop that stops nothing: births general, births major, accidents ({k})", z)


def test_production_goes_on_where_it_was_interrupted() -> None:
    """Hazard by hazard: each arises, and each ends in its accident, at the same production time as without a stop."""
    lab, plain = rounds(ladder_law()), rounds(ladder_law(stop_days=0.0))
    for kind, klass in ((Kind.BORN, None), (Kind.ACCIDENT, MAJOR)):
        mine, other = dated(lab, kind, klass), dated(plain, kind, klass)
        assert mine.keys() == {name for name, t in other.items() if t < WORKED}, kind
        keys = sorted(mine)
        at, wanted = np.array([mine[k] for k in keys]), np.array([other[k] for k in keys])
        assert len(keys) > 500 and np.abs(produced(at) - wanted).max() < 1e-9, kind
        assert not stopped(at).any(), kind
        assert np.abs(at - wanted).max() > STOP, "the check must refuse a clock that does not pause"
        assert stopped(np.array(list(other.values()))).any(), "without a stop some fall into those days"


@pytest.mark.parametrize("factor", [0.25, 2.0])
def test_what_is_found_during_a_stop_does_no_harm_before_its_end(factor: float) -> None:
    """An open hazard spends its threshold at `factor` times the intensity, from the end of the stop on."""
    slow = {"rectify": 1e9}  # nobody repairs it
    lab = rounds(ladder_law(open_harm=(1.0, factor), **slow), advised=True)
    plain = dated(rounds(ladder_law(stop_days=0.0, spend=spends({SPOT_CHECK: (1.0, 0.0)}))), Kind.ACCIDENT, MAJOR)
    found, ended = dated(lab, Kind.FOUND, MAJOR), dated(lab, Kind.ACCIDENT, MAJOR)
    assert stopped(np.array(list(found.values()))).all()

    def follows(name: int, *, found_at: float) -> float:
        since = float(produced(np.array(found_at)))
        return plain[name] if plain[name] <= since else since + (plain[name] - since) / factor

    both = sorted(ended.keys() & found.keys() & plain.keys())
    gaps = [abs(float(produced(np.array(ended[k]))) - follows(k, found_at=found[k])) for k in both]
    assert len(both) > 200 and max(gaps) < 1e-9
    wrong = [abs(ended[k] - found[k] - (plain[k] - float(produced(np.array(found[k])))) / factor) for k in both]
    assert max(wrong) > 1.0, "the check must refuse harm from the finding on"


def test_own_rounds_rest_and_the_closed_loop_goes_on() -> None:
    law = {
        "spend": spends({SPOT_CHECK: (0.9, 0.0), SELF_CHECK: 0.2}),
        "period": periods({SELF_CHECK: 1.0}),
        "rectify": 6.0,
        "limit": 8.0,
    }
    lab, plain = rounds(ladder_law(**law)), rounds(ladder_law(**law, stop_days=0.0))
    own = FIRST_DISCOVERY + SELF_CHECK

    def share(lab: Lab, kind: Kind) -> float:
        rows = lab.events(kind)
        rows = rows[rows["channel"] == own] if kind == Kind.FOUND else rows
        return float(stopped(rows["t"]).mean())

    assert share(lab, Kind.FOUND) == 0.0 and (lab.events(Kind.FOUND)["channel"] == own).sum() > 1000
    assert share(plain, Kind.FOUND) > 0.2, "the check must refuse rounds that go on"
    for kind in (Kind.RECTIFIED, Kind.CLOSED, Kind.OVERDUE):
        assert share(lab, kind) > 0.1, f"{kind.name} while production is stopped"


# ------------------------------------------------------------------------------------------------- rungs
def test_rung_by_rung_by_hand() -> None:
    """Rectify, fine, stop, stop again; with every such penalty closing, the fourth closes, and nothing leads back."""

    def rungs(**changed: object) -> tuple[list[int], np.ndarray]:
        lab = rounds(ladder_law(return_share=1.0, **changed), rung=int(Rung.NONE))
        rows = lab.events(Kind.PENALTY)
        resumes = lab.sites["resumes"][0]
        return rows[rows["index"] == 0]["detail"].tolist(), resumes

    assert rungs() == ([1, 2, 3, 3, 3, 3], 5 * ROUND + 7.0 + STOP), "the last stop begins when its week is over"
    assert rungs(close_share=1.0)[0] == [1, 2, 3, 4, 4, 4]
    assert rungs(top_rung=2, close_share=1.0) == ([1, 2, 2, 2, 2, 2], -math.inf), "a ladder that ends below the stop"
    first = rounds(ladder_law(), rung=int(Rung.NONE)).events(Kind.BORN)["t"]
    assert stopped(first[first < 2 * ROUND]).any() and not stopped(first[first >= 2 * ROUND]).any()


def test_a_closed_enterprise_stays_closed_after_a_clean_visit() -> None:
    lab = make_lab(2, ladder_law(return_share=1.0), 0.0)
    lab.sites["rung"] = Rung.CLOSED, Rung.STOPPED
    lab.live(7.0, visits_at([0, 1], [1.0, 1.0], 2))
    assert lab.sites["rung"].tolist() == [Rung.CLOSED, Rung.NONE], "the control goes back to the foot"


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_so_many_penalties_at_the_stop_rung_close(share: float) -> None:
    lab = rounds(ladder_law(close_share=share))
    rows = lab.events(Kind.PENALTY)
    closed = rows["detail"] == Rung.CLOSED
    again = np.bincount(rows["index"][closed], minlength=N) - (lab.sites["rung"] == Rung.CLOSED)
    firsts, tried = int((lab.sites["rung"] == Rung.CLOSED).sum()), int(rows.size - again.sum())
    agrees(f"share closed {share}", z_count(firsts, tried, share))
    detects(f"share closed {share}, taken for a half more", z_count(firsts, tried, 1.5 * share))
    assert (rounds(ladder_law()).events(Kind.PENALTY)["detail"] == Rung.STOPPED).all(), "0 closes nobody"
    status = np.zeros((N, len(Col)), dtype=np.int64)
    status[: N // 2, Col.ON_LIST] = 1
    told = ordered_to_close(lab.sites, status)
    assert told.tolist() == np.flatnonzero(lab.sites["rung"][: N // 2] == Rung.CLOSED).tolist(), "of those on the list"


def test_whom_the_reference_closes_the_paths_lack_already() -> None:
    """The anchor rule: only what a strategy closes beyond its reference leaves the list."""
    for own, reference, wanted in ((0.3, 0.0, 0.3), (0.3, 0.3, 0.0), (0.1, 0.3, 0.0)):
        lab, levers = make_lab(1, ladder_law(), 0.0), [empty_levers(1, 2, 1, 1) for _ in range(2)]
        levers[0].ladder[:], levers[1].ladder[:] = (STOP, own), (2 * STOP, reference)
        set_controls(levers[0], levers[1], lab.sites, lab.laws, 0.0)
        assert lab.laws["close_share"][0] == wanted and lab.laws["stop_days"][0] == STOP
