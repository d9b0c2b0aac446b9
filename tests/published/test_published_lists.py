"""The lists of published figures of the shipped cases: what tests the model, and that a moved figure is seen.

The whole table, 100 runs of every case, is in tests/full_size.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from dpsim.experiments.published import run_published, strategies_of
from dpsim.params.cited import cited_sources
from dpsim.params.evidence import evidence
from dpsim.params.load import list_cases, load_case, load_strategy
from dpsim.params.readings import Published
from dpsim.params.schema import Case

LEAST = 15
"""Figures that set nothing."""


def that_test(case: Case) -> list[Published]:
    """Return the figures of a case that set no value of it, nor of a strategy that is run."""
    found = []
    for figure in case.published:
        names = {*strategies_of(case, figure), case.default_strategy}
        if figure.source not in cited_sources(case, *(load_strategy(name) for name in names)):
            found.append(figure)
    return found


def test_every_case_has_figures_and_enough_of_them_set_nothing() -> None:
    cases = [load_case(name) for name in list_cases()]
    assert all(that_test(case) for case in cases)
    assert sum(len(that_test(case)) for case in cases) >= LEAST


def test_every_figure_is_that_of_its_evidence() -> None:
    """As it is printed, a percentage as a share; ratios of two printed figures are computed from both."""
    ratios = {"found_per_unit": ("CC07", "CC06"), "coverage_growth": ("EX37", "EX37")}
    for name in list_cases():
        for figure in load_case(name).published:
            numbers = [float(part) for part in evidence()[figure.source].value.split("/") if _number(part)]
            if figure.quantity in ratios:
                below = [float(part) for part in evidence()[ratios[figure.quantity][1]].value.split("/")]
                assert figure.value == pytest.approx(numbers[-1] / below[0], abs=1e-3), figure.id
            elif figure.id not in ELSEWHERE:
                near = [one for number in numbers for one in (number, number / 100, number / 1000)]
                assert any(figure.value == pytest.approx(one) for one in near), (name, figure.id)


ELSEWHERE = {"built_share", "online_share", "passed_share", "entered", "majors_self_found", "second_visit"}
"""Shares that follow from a printed count or change; the second derivation holds those of the documents."""


def _number(text: str) -> bool:
    return text.replace(".", "", 1).replace("-", "", 1).isdigit()


@pytest.mark.parametrize("name", ["qixian-2023", "tonghua-winter"])
def test_a_figure_moved_away_falls_outside(name: str) -> None:
    case = load_case(name)
    for one in run_published(case, replications=8, seed=1, workers=1):
        inside = replace(one, figure=one.figure.model_copy(update={"value": one.median}))
        moved = replace(one, figure=one.figure.model_copy(update={"value": 1.5 * one.high + 1.0, "note": None}))
        assert inside.inside and not moved.inside and moved.unexplained, one.figure.id
