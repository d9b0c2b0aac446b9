"""Every value with its ground, the weakest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dpsim.params.evidence import evidence
from dpsim.params.labels import grade_label, quantity_label, strategy_label, unit_label
from dpsim.params.quantity import GRADES
from dpsim.report.parts import Part
from dpsim.report.show import show_number_range, show_setting
from dpsim.report.tables import html_table

if TYPE_CHECKING:
    from dpsim.params.assumption import Assumption
    from dpsim.report.letter import Letter

PRINTED = ("seed", "official page")
"""Grades whose value stands in the document as it is; the others are told what was counted there."""
WEIGHTED = ("scenario.rush", "scenario.start")
"""Entries with several values and a weight for each."""


def part(letter: Letter) -> Part:
    """Return every value with its ground, the weakest first."""
    request, rows = letter.result.request, []
    entries = [(quantity_label(a.key, letter.lang), a) for a in request.case.assumptions()]
    entries += [(strategy_label(s, a.key, letter.lang), a) for s in request.strategies for a in s.assumptions()]
    seen: set[tuple[str, str]] = set()
    for label, a in sorted(entries, key=lambda entry: GRADES.index(entry[1].grade)):
        if (label, str(a.value)) in seen:
            continue  # the same instrument stands in several strategies
        seen.add((label, str(a.value)))
        rows.append(
            (
                label,
                _value(letter, a.value),
                unit_label(a.unit, letter.lang) if a.unit else "",
                "" if a.low is None else show_number_range(a.low, a.high, letter.lang),
                grade_label(a.grade, letter.lang),
                _ground(letter, a),
            )
        )
    header = letter.columns("assumption", "value", "unit", "range", "grade", "source")
    letter.save_table(pd.DataFrame(rows, columns=["item", "value", "unit", "range", "grade", "source"]), "assumptions")
    return letter.headed("part_assumptions", html_table(header, rows, numeric=(1, 3), whole=(1, 2, 3, 4)))


def _ground(letter: Letter, a: Assumption) -> str:
    """Return where a value comes from, why it was taken or what was counted, and the weights of several values."""
    reason = getattr(a.reason, letter.lang) if a.reason is not None else ""
    weights = ""
    if a.key in WEIGHTED:
        block = getattr(letter.result.case.scenario, a.key.removeprefix("scenario."))
        weights = letter.say("letter.weights", weights=letter.join([f"{weight:.2f}" for weight in block.weights]))
    if not a.source:
        return letter.join([reason, weights])
    known = evidence()[a.source]
    counted = "" if a.grade in PRINTED else known.words("quantity", letter.lang)
    return letter.join([f"[{a.source}] {known.words('source', letter.lang)}", reason or counted, weights])


def _value(letter: Letter, value: object) -> str:
    """Return an assumed value in words."""
    if isinstance(value, list | tuple):
        return letter.join([show_setting(v, letter.lang) for v in value])
    return show_setting(value, letter.lang) if value is not None else ""
