"""All strategies side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dpsim.report.parts import Part
from dpsim.report.show import show_met
from dpsim.report.tables import html_table

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


def part(letter: Letter) -> Part:
    """Return all strategies side by side."""
    rows, case = [], letter.result.case
    for strategy in letter.result.request.strategies:
        ensemble = letter.result.ensembles[strategy.id]
        row = ensemble.targets.set_index("target").loc[case.targets.headline]
        spent = ensemble.indicators
        days = spent[spent["indicator"] == "staff_days:city_bureau"].groupby("replication")["value"].max().median()
        rows.append(
            (
                getattr(strategy.name, letter.lang),
                show_met(row["met"], row["replications"], row["low"], row["high"], letter.lang),
                f"{row['required'] - row['shortfall_median']:.0f}",
                f"{row['shortfall_median']:.0f}",
                f"{days:.0f}",
            )
        )
        letter.save_table(ensemble.targets, f"targets_{strategy.id}")
    header = letter.columns("strategy", "met", "median", "shortfall", "staff_days")
    table = html_table(header, rows, numeric=(2, 3, 4), whole=(0, 2, 3, 4))
    return letter.headed("part_strategies", table + letter.paragraph(letter.say("letter.strategy_note")))
