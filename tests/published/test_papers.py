"""Published studies of inspections, as experiments with sign and band on one parameter set (methods 3.5).

The band must hold for the estimate, whose standard error is small against it, and must fail with the mechanism off.
Run with `-s` for the figures and for which values were set from which study.
"""

from __future__ import annotations

import math

import pytest
from paper_experiments import without_regard_to_record
from paper_table import PAGE, PAPERS, Paper, band, measured, page, values_set
from paper_worlds import CASE

from dpsim.params.load import load_case

SURE = 3.0
"""Standard errors that an estimate must lie inside the end of a band where it is open on the other side."""


@pytest.mark.parametrize("number", range(len(PAPERS)), ids=[f"{p.id} {p.what}" for p in PAPERS])
def test_sign_and_band(number: int) -> None:
    paper = PAPERS[number]
    value, error = measured(number)
    off = paper.control()
    print(
        f"paper | {paper.id} | {paper.what} | {band(paper)} ({paper.why}) | {value:.3f} +- {error:.3f} (se) "
        f"| {paper.off}: {off.value:.3f} | paper {paper.printed or 'as the band'}"
    )
    assert paper.low <= value <= paper.high, f"{paper.id}: {value:.3f} outside {band(paper)}"
    assert error <= room(paper, value), f"{paper.id}: {error:.3f} is too rough for {band(paper)}"
    assert not well_inside(paper, off.value, off.error), f"{paper.id} holds without its mechanism ({paper.off})"


def room(paper: Paper, value: float) -> float:
    """Return the largest standard error that tells something: a fifth of a band, or a third of the way to its end."""
    if math.isinf(paper.low) or math.isinf(paper.high):
        return min(abs(value - paper.low), abs(value - paper.high)) / SURE
    return (paper.high - paper.low) / 5.0


def well_inside(paper: Paper, value: float, error: float) -> bool:
    """Say whether a control lies inside: of a band with both ends plainly, of a sign by more than chance."""
    if math.isinf(paper.low) or math.isinf(paper.high):
        return paper.low < value < paper.high and min(abs(value - paper.low), abs(value - paper.high)) > SURE * error
    return paper.low <= value <= paper.high


def test_escalation_is_compared_at_equal_visits_and_fines() -> None:
    _, with_record, without = without_regard_to_record()
    print(f"paper | EX30 | visits {with_record.visits}/{without.visits} | fines {with_record.fines}/{without.fines}")
    assert with_record.visits == without.visits > 0
    spread = math.sqrt(with_record.fines + without.fines)
    assert abs(with_record.fines - without.fines) < 4.0 * spread, "fines are not equal"


def test_values_set_from_papers_are_named() -> None:
    for key, value, cited in values_set():
        print(f"paper | set | {key} = {value} | {cited}")
    named = {key: cited for key, _, cited in values_set()}
    assert named["deterrence.memory"] == "EX25 (source)"
    assert named["hazards.growth_per_year"] == "EX29 (source)"
    assert "deterrence.penalty_share" not in named, "an official figure of China was not set from a study"


def test_memory_follows_from_its_paper() -> None:
    memory, window = float(load_case(CASE).deterrence.memory.value), 60.0
    lost = 1.0 - memory / window * -math.expm1(-window / memory)
    assert 0.54 <= lost <= 0.62, f"{lost:.3f}"
    others = [1.0 - m / window * -math.expm1(-window / m) for m in (15.0, 60.0)]
    assert not any(0.54 <= other <= 0.62 for other in others), "another memory would do as well"


def test_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "refresh it: python tests/published/paper_table.py"
