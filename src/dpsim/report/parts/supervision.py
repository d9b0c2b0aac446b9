"""Hazards, inspections and paper systems of all strategies side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dpsim.report.below import in_order
from dpsim.report.parts import Part
from dpsim.report.parts.hazards import without
from dpsim.report.show import show_band, show_probability, words_band
from dpsim.report.supervised import MEASURES, Supervised
from dpsim.report.tables import html_table

if TYPE_CHECKING:
    from dpsim.params.schema import Case
    from dpsim.report.letter import Letter

ROWS = (
    "latent", "found", "open", "overdue", "in_time_share", "visits", "units_visited", "coverage", "staff_days",
    "veto_mean", "veto_counties", "paper_share",
)  # fmt: skip


def part(letter: Letter) -> Part:
    """Return one table of all strategies that simulate hazards."""
    result = letter.result
    shown = [strategy for strategy in in_order(result) if strategy.id in result.supervised]
    if not shown:
        return letter.headed("part_supervision", without(letter))
    rows = [
        (
            letter.say(f"letter.measure.{_row_word(name, result.case)}"),
            letter.say(f"figures.view.{MEASURES[name]}"),
            *(_cell(result.supervised[strategy.id], name, letter.lang) for strategy in shown),
        )
        for name in measures_of(result.case, ROWS)
    ]
    saved = [
        (
            strategy.id,
            name,
            MEASURES[name],
            result.supervised[strategy.id].runs,
            *result.supervised[strategy.id].quantiles(name),
        )
        for strategy in shown
        for name in measures_of(result.case, tuple(MEASURES))
    ]
    names = ["strategy", "measure", "view", "replications", "q05", "q50", "q95"]
    letter.save_table(pd.DataFrame(saved, columns=names), "supervision")
    header = [*letter.columns("measure", "view"), *(getattr(strategy.name, letter.lang) for strategy in shown)]
    numbers = tuple(range(2, 2 + len(shown)))
    table = html_table(header, rows, numeric=numbers, whole=(0, 1, *numbers) if len(shown) < 5 else (1,))
    left_out = [getattr(s.name, letter.lang) for s in in_order(result) if s.id not in result.supervised]
    without_them = letter.say("letter.supervision.without", names=letter.join(left_out)) if left_out else ""
    runs = min(result.supervised[strategy.id].runs for strategy in shown)
    veto = letter.say("letter.supervision.veto") if result.case.formalism.appraised else ""
    note = letter.say("letter.supervision.note", n=runs, veto=veto, without=without_them)
    return letter.headed("part_supervision", table + letter.paragraph(note, letter.say("letter.hazards.overdue_until")))


def measures_of(case: Case, names: tuple[str, ...]) -> list[str]:
    """Return the measures that a place has: no veto without an appraisal, no number of vetoes of one."""
    gone = set() if case.formalism.appraised else {"veto_mean", "veto_counties"}
    if case.population.counties.value == 1:
        gone.add("veto_counties")
    return [name for name in names if name not in gone]


def _row_word(name: str, case: Case) -> str:
    """Return the word of a measure: where only one is appraised, it is no chance of one county among others."""
    if name != "veto_mean":
        return name
    return "veto_one" if case.population.counties.value == 1 else "veto"


def _cell(mine: Supervised, name: str, lang: str) -> str:
    """Return median and band of a measure."""
    values = mine.quantiles(name)
    if name == "veto_mean":
        low, middle, high = (show_probability(value, lang) for value in values)
        return words_band(low, middle, high, lang)
    share = name in ("coverage", "in_time_share", "paper_share")
    return show_band(values, lang, percent=share, digits=1 if name == "veto_counties" else 0)
