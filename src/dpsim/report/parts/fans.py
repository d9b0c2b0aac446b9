"""A fan chart per stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dpsim.report import alts
from dpsim.report.parts import Part
from dpsim.report.place import fan_stages
from dpsim.report.show import show_rounded

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


ENDS = {"count": "value", "low": "low", "high": "high"}


def part(letter: Letter) -> Part:
    """Return a fan chart per stage, of the strategy asked for first."""
    pictures, case = [], letter.result.case
    for stage in fan_stages(case):
        pictures.append(letter.picture(f"fan_{stage}", alts.fan(letter, stage)))
        letter.save_table(letter.drawings[f"fan_{stage}"].frame, f"fan_{stage}")
        now = getattr(case.state, stage)
        if now.assumed:
            counts = {name: show_rounded(getattr(now, end)) for name, end in ENDS.items()}
            pictures.append(letter.paragraph(letter.say("letter.fan_assumed", stage=letter.stage(stage), **counts)))
    letter.save_table(letter.result.main.indicators, "indicators")
    return letter.headed("part_fans", "".join(pictures))
