"""What is said of the time a report takes grows with the work in it."""

from __future__ import annotations

import pytest

from dpsim import load_case
from dpsim.experiments.duration import expected_minutes


@pytest.mark.parametrize(("case", "minutes"), [("qixian-2023", 1), ("linyi-2018", 1), ("chancheng-2013", 16)])
def test_minutes_follow_enterprises_days_and_runs(case: str, minutes: int) -> None:
    # Chancheng: 15 s and 400 runs of 0.022 s + 70 000 enterprises x 214 days x 0.3 us = 4.516 s, by two: 918 s.
    assert expected_minutes(load_case(case), 400, 2) == minutes


def test_more_runs_take_longer_and_more_processors_shorter() -> None:
    case = load_case("chancheng-2013")
    assert expected_minutes(case, 800, 2) > expected_minutes(case, 400, 2) > expected_minutes(case, 400, 8) >= 1
