"""A fan chart per stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dpsim.report.drawings import STAGES
from dpsim.report.parts import Part

if TYPE_CHECKING:
    from dpsim.report.letter import Letter


def part(letter: Letter) -> Part:
    """Return a fan chart per stage."""
    pictures, case = [], letter.result.case
    for stage in STAGES:
        pictures.append(letter.picture(f"fan_{stage}", letter.stage(stage)))
        letter.save_table(letter.drawings[f"fan_{stage}"].frame, f"fan_{stage}")
        now = getattr(case.state, stage)
        if now.assumed:
            counts = {"count": f"{now.value:.0f}", "low": f"{now.low:.0f}", "high": f"{now.high:.0f}"}
            pictures.append(letter.paragraph(letter.say("letter.fan_assumed", stage=letter.stage(stage), **counts)))
    letter.save_table(letter.result.main.indicators, "indicators")
    return letter.headed("part_fans", "".join(pictures))
