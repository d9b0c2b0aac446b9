"""Constraints a plan sets on outcomes, held against the runs where these give something; facts that lie outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dpsim.params.readings import Constraint
from dpsim.report.parts import Part
from dpsim.report.show import show_date, show_percent, show_probability, show_probability_range, show_rounded
from dpsim.report.tables import html_table

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


def part(letter: Letter) -> Part:
    """Return constraints and facts outside; nothing for a case that has neither."""
    case, lang = letter.result.case, letter.lang
    bound, outside = case.constraints or (), case.outside or ()
    body = ""
    if bound:
        letter.save_table(_frame(letter), "constraints")
        rows = [(one.name.words(lang), required(letter, one), told(letter, one), one.source) for one in bound]
        body += letter.paragraph(
            letter.say("letter.constraints.intro", end=show_date(case.horizon_end, lang, year=True))
        )
        body += html_table(letter.columns("measure", "required", "runs_say", "source_id"), rows, whole=(1, 3))
        if any(one.quantity for one in bound):
            body += letter.paragraph(letter.say("letter.constraints.least_certain"))
    if outside:
        facts = [(one.name.words(lang), one.reason.words(lang), one.source) for one in outside]
        body += letter.paragraph(letter.say("letter.constraints.outside"))
        body += html_table(letter.columns("fact", "why_outside", "source_id"), facts, whole=(2,))
    return letter.headed("part_constraints", body) if body else Part("")


def required(letter: Letter, one: Constraint) -> str:
    """Return what a constraint asks: at most so many accidents, or a change against a base."""
    if one.unit == "accidents":
        return letter.say("letter.constraints.at_most", count=show_rounded(one.value))
    return letter.say("letter.constraints.change", change=f"{show_percent(one.value, 0)}%")


def told(letter: Letter, one: Constraint) -> str:
    """Return what the runs say of a constraint, or why they say nothing."""
    case, lang = letter.result.case, letter.lang
    if one.reason is not None:
        return letter.say("letter.constraints.not_computable", reason=one.reason.words(lang))
    seen = letter.result.held.get(f"constraint:{one.id}")
    if seen is None or not seen.runs:
        return letter.say("letter.constraints.not_run")
    return letter.say(
        "letter.constraints.none",
        as_of=show_date(case.as_of, lang),
        end=show_date(case.horizon_end, lang),
        median=show_probability(seen.median, lang),
        range=show_probability_range(seen.low, seen.high, lang),
        n=seen.runs,
    )


def _frame(letter: Letter) -> pd.DataFrame:
    """Return the constraints and what the runs give of them, numbers where there are some."""
    held, rows = letter.result.held, []
    for one in letter.result.case.constraints or ():
        seen = held.get(f"constraint:{one.id}")
        numbers = (seen.runs, seen.low, seen.median, seen.high) if seen else (0, None, None, None)
        rows.append((one.id, one.value, one.unit, one.source, one.quantity or "", *numbers))
    names = ["constraint", "value", "unit", "source", "quantity", "runs", "q05", "q50", "q95"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(("q05", "q50", "q95"), float))
