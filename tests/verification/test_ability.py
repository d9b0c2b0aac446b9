"""Methods 4, crowding-out: what agencies do is not learnt, a* = k (1 - s) / (k (1 - s) + d)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hazard_tools import make_law
from scipy.integrate import solve_ivp

from dpsim.core.levers import empty_levers
from dpsim.model.ability import own_ability, steady_ability, with_help
from dpsim.model.controls import set_controls
from dpsim.model.hazards import SITE, Records

K, D, AGENCY = 0.05, 0.02, 0.8


def test_published_values() -> None:
    shares = (0.0, 0.4, 1.0)
    assert [steady_ability(s, K, D) for s in shares] == pytest.approx([0.714, 0.60, 0.0], abs=5e-4)
    helped = [with_help(steady_ability(s, K, D), s, AGENCY) for s in shares]
    assert helped == pytest.approx([0.714, 0.680, 0.80], abs=5e-4)
    swapped = [steady_ability(1.0 - s, K, D) for s in shares]
    assert swapped != pytest.approx([0.714, 0.60, 0.0], abs=5e-4), "the check must refuse the share of own work"


@pytest.mark.parametrize(("a", "s"), [(0.714, 0.4), (0.2, 0.0), (0.9, 1.0)])
def test_the_way_there_solves_the_equation(a: float, s: float) -> None:
    def change(_: float, y: np.ndarray) -> np.ndarray:
        return K * (1 - s) * (1 - y) - D * y

    path = solve_ivp(change, (0.0, 40.0), [a], rtol=1e-10, atol=1e-12).y[0, -1]
    assert own_ability(a, s, 40.0, K, D) == pytest.approx(path, rel=1e-8)
    assert own_ability(own_ability(a, s, 15.0, K, D), s, 25.0, K, D) == pytest.approx(path, rel=1e-8), "in two steps"
    assert own_ability(a, s, 40.0, K, 2 * D) != pytest.approx(path, rel=1e-3), "twice the forgetting is noticed"


def weeks_of_help(share: float, weeks: int, *, burden: float = 0.0) -> list[float]:
    """Return the log factor on self-checks week by week: help in the first half, none in the second."""
    levers, reference, laws = empty_levers(1, 2, 1, 1), empty_levers(1, 2, 1, 1), make_law()
    sites: Records = np.zeros(1, dtype=SITE)
    out = []
    for week in range(weeks):
        levers.subsidy[:] = (share, AGENCY, K, D, burden) if week < weeks // 2 else 0.0
        set_controls(levers, reference, sites, laws, 7.0 * week)
        out.append(float(laws["helped"][0]))
    return out


def test_help_gains_at_once_and_costs_later() -> None:
    """The steady states of methods 4 are reached, and after help has gone own ability is what is left."""
    before, weeks = K / (K + D), 200
    for share, found, own in ((0.4, 0.680, 0.60), (1.0, 0.80, 0.0)):
        path = weeks_of_help(share, weeks)
        assert path[0] == pytest.approx(math.log((share * AGENCY + (1 - share) * before) / before))
        assert path[weeks // 2 - 1] == pytest.approx(math.log(found / before), abs=1e-3)
        own_left = steady_ability(share, K, D) + math.exp(-(K * (1 - share) + D) * 700.0) * 1.0
        assert own_left == pytest.approx(own, abs=1e-3)
        assert path[weeks // 2] < -0.1, "who left it to others finds less without them"
        assert path[-1] == pytest.approx(0.0, abs=1e-3), "and learns again"
    assert weeks_of_help(0.4, 4, burden=0.5)[0] == pytest.approx(weeks_of_help(0.4, 4)[0] - 0.2)


def test_without_help_nothing_is_touched() -> None:
    assert weeks_of_help(0.0, 10) == [0.0] * 10, "off to the bit"
    assert weeks_of_help(0.001, 10) != [0.0] * 10, "a thousandth would be noticed"
