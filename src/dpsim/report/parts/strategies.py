"""All strategies side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dpsim.report.bands import spent
from dpsim.report.below import in_order
from dpsim.report.parts import Part
from dpsim.report.show import show_date, show_met, show_rounded
from dpsim.report.tables import html_table

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


def part(letter: Letter) -> Part:
    """Return all strategies side by side."""
    rows, saved, case = [], [], letter.result.case
    for strategy in in_order(letter.result):
        ensemble = letter.result.ensembles[strategy.id]
        row = ensemble.targets.set_index("target").loc[case.targets.headline]
        attained = ensemble.attained
        reached = float(attained.loc[attained["target"] == case.targets.headline, "attained"].median())
        days, yuan = spent(ensemble, "staff_days"), spent(ensemble, "yuan")
        rows.append(
            (
                getattr(strategy.name, letter.lang),
                show_met(row["met"], row["replications"], row["low"], row["high"], letter.lang),
                *(show_rounded(value) for value in (reached, row["shortfall_median"], days, yuan)),
            )
        )
        counts = {name: row[name] for name in ("replications", "met", "low", "high", "shortfall_median")}
        costs = {"staff_days_median": days, "yuan_median": yuan}
        saved.append({"strategy": strategy.id} | counts | {"attained_median": reached} | costs)
        letter.save_table(ensemble.targets, f"targets_{strategy.id}")
    letter.save_table(pd.DataFrame(saved), "strategies")
    header = letter.columns("strategy", "met", "median", "shortfall", "staff_days", "yuan")
    table = html_table(header, rows, numeric=(2, 3, 4, 5), whole=(0, 2, 3, 4, 5))
    dates = {"as_of": show_date(case.as_of, letter.lang), "end": show_date(case.horizon_end, letter.lang)}
    notes = (
        letter.paragraph(letter.say("letter.strategy_note")),
        letter.paragraph(letter.say("letter.cost_note", part=letter.say("letter.part_visits"), **dates)),
    )
    return letter.headed("part_strategies", table + "".join(notes))
