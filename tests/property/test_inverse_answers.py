"""An inverse answer agrees with a scan by brute force under another seed (ten seeds, all questions: full_size)."""

from __future__ import annotations

import pytest
from inverse_tools import asked, first_enough, place_of, quiet_case, scanned
from property_runs import forced

from dpsim.decide.least import REACHED
from dpsim.experiments.ensemble import run_ensemble
from dpsim.forecast.pace import case_bounds
from dpsim.params.faults import Origin
from dpsim.params.load import load_strategy
from dpsim.params.schema import Case


@pytest.mark.long  # of ten seeds in tests/full_size
def test_the_fewest_is_within_one_step_of_a_scan() -> None:
    name = "advisers"
    truth, found = first_enough(scanned(name, seed=9000, replications=300)), asked(name, seed=1, replications=200)
    assert found.outcome == REACHED and 0 < truth < 5, "a question with an answer"
    assert abs(place_of(found, found.inverse.answer) - truth) <= 1
    shares = found.points["share"].tolist()
    turned = first_enough(shares[::-1])
    assert abs(turned - truth) > 1, "control: with the efforts the wrong way round it is not"


def test_the_same_luck_at_every_setting() -> None:
    """A setting that does nothing meets the target in the very runs that go without it."""
    found = asked("start", seed=4, replications=20)
    early = found.points[found.points["value"] == found.points["value"].max()]
    assert found.points["n"].eq(20).all() and len(early) == 1
    again = asked("start", seed=4, replications=20)
    assert again.points.equals(found.points) and again.inverse == found.inverse
    other = asked("start", seed=5, replications=20)
    assert not other.points["met"].equals(found.points["met"]), "control: another seed, other luck"


def test_no_run_goes_beyond_the_capacity_bound() -> None:
    """With few agencies, one assessor and services of one length no run meets more of a target; some come near it."""
    content = quiet_case().content()
    content["state"].pop("all_built")  # whole sectors built leave the agencies less to do than they can
    case = forced(
        Case.from_content(content, Origin("quiet")),
        {"agencies.user_share": 1.0, "agencies.headroom": 1.0, "agencies.service_mean": 60.0, "assessors.teams": 1,
         "assessors.service_mean": 30.0, "agencies.service_cv": 0.0, "assessors.service_cv": 0.0},
    ).with_values({"scenario.start.dates": ["2017-01-01", "2017-03-01", "2017-05-01"]})  # fmt: skip
    bounds = case_bounds(case).groupby("target")["bound"].max()
    runs = run_ensemble(case, load_strategy("assistance"), replications=60, seed=3, by="city", workers=1).attained
    most = runs.groupby("target")["attained"].max()
    assert (most <= bounds[most.index]).all(), (most, bounds)
    binding = bounds[bounds < case_bounds(case).groupby("target")["total"].max()].index
    assert {"all_built", "other_assessed"} <= set(binding), bounds
    for target in ("all_built", "other_assessed"):
        assert most[target] >= bounds[target] - 1, f"control: {target} is nowhere near its bound"
