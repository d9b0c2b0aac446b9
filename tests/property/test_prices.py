"""What reports, re-checks, listed hazards and penalty cases cost: counted once each, in both engines, on both sides."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dpsim.core.levers import Occasion, empty_levers
from dpsim.core.words import Kind
from dpsim.experiments import replication
from dpsim.experiments.replication import Replication, run_replication
from dpsim.model.controls import bill, set_controls
from dpsim.model.hazards import LAW, SITE
from dpsim.params.faults import Origin
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case, Strategy

SEED = 83
PRICES = {
    "look_back": "staff_days_per_check",
    "listing": "staff_days_per_hazard",
    "report_reward": "yuan_per_report",
    "penalties": "staff_days_per_penalty",
}


def priced(**prices: float) -> Strategy:
    """Return `balanced` with these prices by instrument, 0 for the others."""
    content = load_strategy("balanced").content()
    items = [dict(item) for item in content["instruments"]]
    for item in items:
        key = PRICES.get(str(item["instrument"]))
        if key:
            item[key] = {**item[key], "value": prices.get(str(item["instrument"]), 0.0), "range": (0.0, 1e4)}
    return Strategy.from_content({**content, "instruments": tuple(items)}, Origin("priced"))


def run(case: Case, strategy: Strategy, engine: str = "compiled") -> Replication:
    return run_replication(case, strategy, seed=SEED, replication=0, trace=True, engine=engine)


def weekly(run: Replication, name: str) -> pd.Series:
    """Return an indicator of the city, summed over counties, by date."""
    view = "true" if name.startswith(("staff_days", "yuan")) else "reported"
    rows = run.indicators[(run.indicators["indicator"] == name) & (run.indicators["view"] == view)]
    return rows.groupby("date")["value"].sum()


def test_by_hand_each_occasion_is_paid_once_over_five_mornings() -> None:
    laws, sites = np.zeros(1, dtype=LAW), np.zeros(1, dtype=SITE)
    levers = (empty_levers(2, 2, 1, 1), empty_levers(2, 2, 1, 1))
    levers[0].price[Occasion.LOOK_BACK], levers[0].price[Occasion.REPORT] = (0.5, 0.0), (0.0, 74.0)
    levers[1].price[Occasion.LOOK_BACK] = (1.0, 0.0)
    laws["done"] = 7, 7, 7, 7
    set_controls(levers[0], levers[1], sites, laws, 0.0)
    bill(levers, laws)
    assert levers[0].staff_days[0] == levers[0].yuan[0] == 0.0, "what was done before a price held is not paid"
    laws["done"] = 10, 20, 30, 40
    for _ in range(5):
        bill(levers, laws)
    assert (levers[0].staff_days[0], levers[0].yuan[0]) == pytest.approx((20 * 0.5, 10 * 74.0))
    assert (levers[1].staff_days[0], levers[1].yuan[0]) == pytest.approx((20 * 1.0, 0.0)), "the reference pays its own"
    bill(levers, laws)
    assert levers[0].yuan[0] == pytest.approx(740.0), "and only once"
    for price in levers[0].price, levers[1].price:
        price[:] = 0.0
    laws["done"] = 1, 0, 0, 0
    set_controls(levers[0], levers[1], sites, laws, 7.0)
    bill(levers, laws)
    assert levers[0].yuan[0] == pytest.approx(740.0 + 74.0 / 5), "a week is paid at the prices that held in it"


@pytest.mark.parametrize(("name", "price"), [("report_reward", 74.0), ("listing", 0.01), ("look_back", 0.001)])
def test_what_is_paid_follows_what_was_done(linyi: Case, name: str, price: float) -> None:
    """Between what was done three reports before the end and by the end; the price is small enough to fit."""
    free, paid = run(linyi, priced()), run(linyi, priced(**{name: price}))
    kind = "yuan:city_bureau" if name == "report_reward" else "staff_days:city_bureau"
    cost = (weekly(paid, kind) - weekly(free, kind)).iloc[-1]
    if name == "report_reward":
        done = weekly(paid, "hazards_found:worker_report:general") + weekly(paid, "hazards_found:worker_report:major")
        pd.testing.assert_frame_equal(paid.events, free.events)
    elif name == "listing":  # a half of the majors that are found
        done = 0.5 * sum(weekly(paid, n) for n in paid.indicators["indicator"].unique() if n.endswith(":major")
                         and n.startswith("hazards_found"))  # fmt: skip
    else:  # a fifth of those closed
        done = 0.2 * sum(weekly(paid, f"hazards_closed:{k}") for k in ("general", "major"))
    slack = 1.0 if name == "report_reward" else 1.25  # shares are drawn
    assert price * done.iloc[-4] / slack <= cost <= slack * price * done.iloc[-1]
    assert cost > 0.0 and not 2 * cost <= slack * price * done.iloc[-1], "paid twice would be noticed"


def test_a_penalty_case_is_paid_where_it_goes_beyond_the_usual_share(linyi: Case) -> None:
    free, paid = run(linyi, priced()), run(linyi, priced(penalties=0.001))
    cost = (weekly(paid, "staff_days:city_bureau") - weekly(free, "staff_days:city_bureau")).iloc[-1]
    cases = float((paid.events["kind"] == Kind.PENALTY.name.lower()).sum())
    assert cost == pytest.approx(0.001 * cases / 3, rel=0.4), "a factor of 1.5: a third of the cases"


@pytest.mark.parametrize("prices", [{"look_back": 0.05, "listing": 3.0, "report_reward": 74.0, "penalties": 3.0}])
def test_both_engines_pay_the_same(linyi: Case, prices: dict[str, float]) -> None:
    compiled, simpy = (run(linyi, priced(**prices), engine) for engine in ("compiled", "simpy"))
    pd.testing.assert_frame_equal(compiled.indicators, simpy.indicators, check_exact=True)
    pd.testing.assert_frame_equal(compiled.events, simpy.events, check_exact=True)


def test_a_strategy_that_is_the_reference_is_not_held_up_by_its_prices(
    linyi: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Staff-days are taken from visits on both sides alike, so the paths stand; against another reference they move."""
    costly = priced(look_back=0.5, penalties=3.0)
    free, paid = run(linyi, priced()), run(linyi, costly)
    assert weekly(paid, "visits").iloc[-1] < weekly(free, "visits").iloc[-1]
    assert not weekly(paid, "online").equals(weekly(free, "online")), "against the arrangement in force"
    own = []
    for strategy in (priced(), costly):
        monkeypatch.setattr(replication, "load_strategy", lambda name, mine=strategy: mine)
        own.append(weekly(run(linyi, strategy), "online"))
    pd.testing.assert_series_equal(own[0], own[1])
