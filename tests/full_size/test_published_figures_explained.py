"""Every shipped case: whatever lies outside the runs, or hardly tests them, says why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dpsim.experiments.published import Standing, run_published
from dpsim.params.load import list_cases, load_case

RUNS, SEED = 100, 1
"""As `dpsim published` has them unless told otherwise."""
LONG_LIST, FEWER_RUNS = 20_000, 40
"""Beyond so many enterprises a run takes seconds; a middle 90% then leaves out two of 40 on either side."""


@pytest.fixture(scope="module", params=list_cases())
def standings(request: pytest.FixtureRequest) -> list[Standing]:
    case = load_case(request.param)
    runs = RUNS if case.population.enterprises.value < LONG_LIST else FEWER_RUNS
    return run_published(case, replications=runs, seed=SEED)


def test_every_figure_outside_or_with_a_wide_interval_has_a_note(standings: list[Standing]) -> None:
    assert standings and all(one.runs > 0 for one in standings), "every figure has runs that give it"
    assert [one.figure.id for one in standings if one.unexplained] == []


def test_a_missing_note_is_seen(standings: list[Standing]) -> None:
    """The control: without its note each figure outside is unexplained, and one moved out of its interval too."""
    bare = [replace(one, figure=one.figure.model_copy(update={"note": None})) for one in standings]
    assert [one.figure.id for one in bare if one.unexplained] == [
        one.figure.id for one in standings if not one.inside or one.spread > 4.0
    ]
    for one in bare:
        gone = one.figure.model_copy(update={"value": 1.5 * abs(one.high) + 1.0})
        assert replace(one, figure=gone).unexplained


def test_notes_that_call_a_figure_outside_belong_to_one_outside(standings: list[Standing]) -> None:
    """A note on a figure that lies inside a narrow interval explains nothing: it is out of date."""
    assert [one.figure.id for one in standings if one.figure.note and one.inside and one.spread <= 4.0] == []
