"""Inverse answers agree with a scan by brute force under other seeds (ten seeds: tests/full_size)."""

from __future__ import annotations

import pytest
from inverse_tools import asked, first_enough, place_of, scanned

from dpsim.decide.inverse import REACHED


@pytest.mark.parametrize("name", ["advisers", "visits"])
def test_the_fewest_is_within_one_step_of_a_scan(name: str) -> None:
    truth, found = first_enough(scanned(name, seed=9000, replications=300)), asked(name, seed=1, replications=200)
    assert found.outcome == REACHED and 0 < truth < 5, "a question with an answer"
    assert abs(place_of(found, found.inverse.answer) - truth) <= 1
    shares = found.points["share"].tolist()
    turned = first_enough(shares[::-1])
    assert abs(turned - truth) > 1, "control: with the efforts the wrong way round it is not"


def test_the_same_luck_at_every_setting() -> None:
    """A setting that does nothing meets the target in the very runs that go without it."""
    found = asked("start", seed=4, replications=60)
    early = found.points[found.points["value"] == found.points["value"].max()]
    assert found.points["n"].eq(60).all() and len(early) == 1
    again = asked("start", seed=4, replications=60)
    assert again.points.equals(found.points) and again.inverse == found.inverse
    other = asked("start", seed=5, replications=60)
    assert not other.points["met"].equals(found.points["met"]), "control: another seed, other luck"
