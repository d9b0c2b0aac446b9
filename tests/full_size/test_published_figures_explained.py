"""The whole table of published figures, all cases: how much lies inside, and whatever lies outside or wide says why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dpsim.experiments.published import WIDEST, Standing, run_published, unused
from dpsim.params.load import list_cases, load_case

pytestmark = pytest.mark.timeout(3600)  # Chancheng alone takes more than half of it on a slow machine

RUNS, SEED = 100, 1
"""As `dpsim published` has them unless told otherwise."""
OUTSIDE = {
    ("linyi-2018", "major_share_experts"),
    ("linyi-2018", "second_visit"),
    ("linyi-2018", "coverage_quarter"),
    ("linyi-2018", "found_per_visit_campaigns"),
    ("qixian-2023", "major_share_experts"),
    ("yiyang-2025", "majors_found_change"),
    ("yiyang-2025", "coverage_growth"),
    ("yiyang-2025", "key_built_nation"),
}
"""What the model does not give; each has its note."""


@pytest.fixture(scope="module")
def standings() -> list[Standing]:
    return [one for name in list_cases() for one in run_published(load_case(name), replications=RUNS, seed=SEED)]


def test_all_cases_are_held_against_figures_that_set_nothing(standings: list[Standing]) -> None:
    tests = list(unused(standings))
    assert {one.case.id for one in standings} == set(list_cases())
    assert len(tests) >= 15 and sum(one.inside for one in tests) >= 0.8 * len(tests)
    assert {(one.case.id, one.figure.id) for one in standings if not one.inside} == OUTSIDE
    assert all(one.runs >= 0.8 * RUNS for one in standings)


def test_every_figure_outside_or_with_a_wide_interval_has_a_note(standings: list[Standing]) -> None:
    assert [one.figure.id for one in standings if one.unexplained] == []


def test_a_missing_note_is_seen(standings: list[Standing]) -> None:
    """The control: without its note each figure outside is unexplained, and one moved out of its interval too."""
    bare = [replace(one, figure=one.figure.model_copy(update={"note": None})) for one in standings]
    assert [one.figure.id for one in bare if one.unexplained] == [
        one.figure.id for one in standings if not one.inside or one.spread > WIDEST
    ]
    for one in bare:
        gone = one.figure.model_copy(update={"value": 1.5 * abs(one.high) + 1.0})
        assert replace(one, figure=gone).unexplained


def test_notes_that_call_a_figure_outside_belong_to_one_outside(standings: list[Standing]) -> None:
    """A note on a figure that lies inside a narrow interval explains nothing: it is out of date."""
    assert [one.figure.id for one in standings if one.figure.note and one.inside and one.spread <= WIDEST] == []
